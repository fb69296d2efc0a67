"""Parts that go on as they came: what another mail may hold of a received one without decoding and encoding it again.

An attachment is decoded when somebody asks for its bytes. Where nobody does, the mail that carries it takes its base64 from the received
one, a slice of it: most mails with attachments only pass them on, and that work grows with their size.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass, field

from mailflow_gui.mail import headers, tree
from mailflow_gui.mail.base64_lines import Base64Lines
from mailflow_gui.mail.large import PIECE, give_back, pieces
from mailflow_gui.mail.swift import swift

LONGEST = 998
"""Characters of a line that every server takes (RFC 5322 2.1.1)."""

_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


@swift
@dataclass(frozen=True, eq=False)
class Carried:
    """A part of a received mail."""

    raw: bytes = field(repr=False)
    """The whole mail."""
    part: tree.Part
    defects: set[str]
    """Where decoding it leaves what it finds."""

    def decoded(self) -> bytes:
        """Its bytes. Never raises."""
        return tree.body(self.raw, self.part, self.defects)

    def beginning(self) -> bytes:
        """Its first bytes, or all: enough for the header of a mail. Never raises."""
        part = self.part
        if part.encoding in tree.IDENTITY:
            return self.raw[part.start : min(part.end, part.start + headers.MAXIMUM_BLOCK)]
        return self.decoded()

    def base64(self) -> tuple[bytes, ...] | None:
        """Its body as it came, without a line end at its end, if that is faultless base64; else None."""
        return base64(self.raw, self.part.start, self.part.end) if self.part.encoding == "base64" else None


def base64(raw: bytes, start: int, end: int) -> tuple[bytes, ...] | None:
    """The base64 between two offsets as pieces, if every reader must decode it alike (RFC 2045 6.8) and every server lets it pass.

    That is: lines of one length that holds whole groups of four, the last one perhaps shorter; CR LF between them and nowhere else; no
    other character; padding at the end alone, where it belongs, with nothing hidden in its bits.
    """
    while raw.startswith(b"\r\n", start, end):
        start += 2
    while raw.endswith(b"\r\n", start, end):
        end -= 2
    if start == end:
        return ()
    width = raw.find(b"\r\n", start, end) - start
    if width < 0:
        width = end - start
    if width > LONGEST or width % 4 or (end - start) % (width + 2) % 4:
        return None
    breaks = (end - start) // (width + 2)
    if (
        raw[start + width : end : width + 2] != b"\r" * breaks
        or raw[start + width + 1 : end : width + 2] != b"\n" * breaks
    ):
        return None
    last = raw[end - 4 : end]
    # A large body's pieces are views on the received mail, not copies.
    found = (raw[start:end],) if end - start <= PIECE else pieces(raw, start, end)
    others = sum([_others(piece) for piece in found])
    if others != 2 * breaks + last.count(b"=") or not _is_whole(last):
        return None
    return (Base64Lines(found[0]),) if end - start <= PIECE else found


def _others(piece: bytes) -> int:
    """How many characters of a piece are no letters of base64."""
    count = len(bytes(piece).translate(None, _LETTERS))
    give_back(piece)
    return count


def _is_whole(group: bytes) -> bool:
    """Whether four characters are what an encoder writes: the bits that padding leaves over are zero."""
    try:
        return binascii.b2a_base64(binascii.a2b_base64(group), newline=False) == group
    except binascii.Error:
        return False
