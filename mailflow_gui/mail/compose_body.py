"""The body of a mail: parts, their transfer encodings and how they are joined (RFC 2045, RFC 2046, RFC 2387, RFC 2183).

A part is its MIME fields and the chunks of its body. What goes on as it came is not encoded again (:mod:`carried`); other attachments are
encoded block by block and never joined, so a large one costs its encoded size once.
"""

from __future__ import annotations

import binascii
import hashlib
import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, count

from mailflow_gui.mail import large, tree
from mailflow_gui.mail.base64_lines import Base64Lines
from mailflow_gui.mail.compose_charset import Charset, encode
from mailflow_gui.mail.compose_header import LONGEST, clean, field, parameter, parameters
from mailflow_gui.mail.large import pieces
from mailflow_gui.mail.swift import swift
from mailflow_gui.mail.values import Attachment

_BLOCK = 57 * 16_384  # bytes of an attachment per chunk; 57 bytes make one line of 76 characters (RFC 2045 6.8)
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}\Z")
_LINES = 64
_HIGH = bytes(range(128, 256))
_CONTENT_ID = re.compile(r"[!-;=?-~]{1,200}\Z")
Stretch = tuple[bytes, int, int]
"""A received mail, and two offsets in it."""

_BARE = re.compile(rb"\r(?!\n)|(?<!\r)\n")


@swift
@dataclass(frozen=True)
class Part:
    """One MIME part."""

    fields: tuple[str, ...]
    """Its MIME header fields, folded, each with its line end."""
    chunks: tuple[bytes, ...]
    """Its body in transfer encoding; ends without a line end of its own where a boundary follows."""
    eight_bit: bool = False
    base64: bool = False
    """No boundary of ours can be in it."""
    large: tuple[Stretch, ...] = ()
    """What a boundary of ours could be in that isn't in memory."""


def body(text: str, html: str, attachments: Sequence[Attachment], charset: Charset, key: str) -> Part:
    """The whole body: text, HTML or both as alternatives, inline parts beside the HTML that shows them, then the attachments.

    ``key`` makes the boundaries: the same key and content give the same bytes.
    """
    inline: list[Part] = []
    attached: list[Part] = []
    for attachment in attachments:
        related = bool(html) and attachment.inline and bool(attachment.content_id)
        (inline if related else attached).append(attachment_part(attachment))
    main = [text_part(text, "plain", charset)] if text or not html else []
    if html:
        shown = text_part(html, "html", charset)
        if inline:
            shown = _multipart("related", [shown, *inline], f"{key} related", parameter("type", "text/html"))
        main.append(shown)
    content = main[0] if len(main) == 1 else _multipart("alternative", main, f"{key} alternative")
    return _multipart("mixed", [content, *attached], f"{key} mixed") if attached else content


def text_part(text: str, subtype: str, charset: Charset) -> Part:
    """A text part in the shortest encoding that passes 7-bit servers whole."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    data, charset = encode(text, charset)
    # Of a text it is known whether it is ASCII; bytes are looked at for it, all of them.
    if (text.isascii() or data.isascii()) and b"\0" not in data and _has_short_lines(data):
        # ISO-2022-JP is made of ASCII bytes, hence it comes this way too.
        label = charset if charset == "iso-2022-jp" else "utf-8"
        return Part((f"Content-Type: text/{subtype}; charset={label}\r\n",), (data.replace(b"\n", b"\r\n"),))
    crlf = data.replace(b"\n", b"\r\n")
    chunks: tuple[bytes, ...]
    if charset == "utf-8" and _mostly_ascii(data, len(text)):
        # The binary mode of b2a_qp would encode line ends; in text mode it keeps LF, and writes soft ones as LF too.
        encoding, chunks = "quoted-printable", (binascii.b2a_qp(data, istext=True).replace(b"\n", b"\r\n"),)
    else:
        encoding, chunks = "base64", tuple(_base64(crlf))
    return Part(
        (
            f"Content-Type: text/{subtype}; charset={charset}\r\n",
            f"Content-Transfer-Encoding: {encoding}\r\n",
        ),
        chunks,
        base64=encoding == "base64",
    )


def _mostly_ascii(data: bytes, characters: int) -> bool:
    """Whether less than a sixth of the bytes of UTF-8 are above 127: quoted-printable makes three of each."""
    # Of the two to four bytes of each such character, all but one make the bytes more than the characters: at most three quarters of
    # them. Where that decides already, they needn't be counted.
    if (len(data) - characters) * 8 >= len(data):
        return False
    return (len(data) - len(data.translate(None, _HIGH))) * 6 < len(data)


def attachment_part(attachment: Attachment) -> Part:
    """An attachment, byte for byte; a whole mail goes as message/rfc822 where it may (RFC 2046 5.2.1 forbids encoding it)."""
    media_type = attachment.type.lower()
    if media_type == "message/rfc822" and (part := _mail_part(attachment)):
        return part
    if not _MEDIA_TYPE.match(media_type) or media_type.startswith(("multipart/", "message/")):
        media_type = "application/octet-stream"
    fields = (
        f"Content-Type: {media_type}\r\n",
        "Content-Transfer-Encoding: base64\r\n",
        *_disposition(attachment),
    )
    carried = attachment.carried.base64() if attachment.carried is not None else None
    if carried is None:
        stretch = _large_plain(attachment)
        carried = tuple(_base64(attachment.content) if stretch is None else _base64(*stretch))
    return Part(fields, carried, base64=True)


def _mail_part(attachment: Attachment) -> Part | None:
    """The attached mail as it is, line ends made CRLF; None where its lines can't travel in a mail unencoded."""
    stretch = _large_plain(attachment)
    if stretch is not None and (eight_bit := _travels(stretch)) is not None:
        return Part(_mail_fields(attachment, eight_bit), pieces(*stretch), eight_bit, large=(stretch,))
    content = bytes(attachment.content)  # a large one is no bytes by itself
    if b"\0" in content or re.search(rb"\r(?!\n)", content):
        return None
    if _BARE.search(content):
        content = re.sub(rb"(?<!\r)\n", b"\r\n", content)
    if not _has_short_lines(content):
        return None
    eight_bit = not content.isascii()
    return Part(_mail_fields(attachment, eight_bit), (content,), eight_bit)


def _mail_fields(attachment: Attachment, eight_bit: bool) -> tuple[str, ...]:
    encoding = f"Content-Transfer-Encoding: {'8bit' if eight_bit else '7bit'}\r\n"
    return ("Content-Type: message/rfc822\r\n", encoding, *_disposition(attachment))


def _large_plain(attachment: Attachment) -> Stretch | None:
    """Where an attachment lies that isn't in memory and isn't encoded."""
    carried = attachment.carried
    if carried is None:
        content = attachment.content
        return None if type(content) is bytes else (content, 0, len(content))
    part = carried.part
    if type(carried.raw) is bytes or part.encoding not in tree.IDENTITY:
        return None
    return carried.raw, part.start, part.end


def _travels(stretch: Stretch) -> bool | None:
    """Whether a mail needs eight bits; None where its lines can't travel as they are."""
    raw, at, end = stretch
    eight_bit = False
    while at < end:
        lines = raw[at : min(at + large.PIECE, end)]
        if at + len(lines) < end:
            lines = lines[: lines.rfind(b"\n") + 1]
        pairs = lines.count(b"\r\n")
        if not lines or b"\0" in lines or not lines.count(b"\n") == pairs == lines.count(b"\r"):
            return None
        if not _has_short_lines(lines):
            return None
        eight_bit = eight_bit or not lines.isascii()
        at += len(lines)
    return eight_bit


def _disposition(attachment: Attachment) -> Iterator[str]:
    value = "inline" if attachment.inline else "attachment"
    name = parameter("filename", attachment.name) if clean(attachment.name) else []
    yield field("Content-Disposition", parameters(value, name))
    if attachment.content_id and _CONTENT_ID.match(attachment.content_id):
        yield field("Content-ID", [f"<{attachment.content_id}>"])


def _base64(data: bytes, begin: int = 0, end: int | None = None) -> Iterator[bytes]:
    """``data`` in base64 lines of 76 characters, a block at a time; the last line has no line end."""
    end = len(data) if end is None else end
    view = memoryview(data) if type(data) is bytes else data  # of a large one, a block at a time comes into memory
    for start in range(begin, end, _BLOCK):
        encoded = binascii.b2a_base64(view[start : min(start + _BLOCK, end)], newline=False)
        lines = b"\r\n".join(_cut(encoded))
        yield Base64Lines(lines + b"\r\n" if start + _BLOCK < end else lines)


def _cut(encoded: bytes) -> list[bytes]:
    """``encoded`` in lines of 76 bytes, the last one perhaps shorter."""
    # Many lines by one call take a fraction of what one slice for each takes.
    together = _LINES * 76
    most = len(encoded) - len(encoded) % together
    lines = [*chain.from_iterable(_cutter(_LINES).iter_unpack(encoded[:most]))]
    whole = (len(encoded) - most) // 76
    lines += _cutter(whole).unpack_from(encoded, most)
    rest = encoded[most + whole * 76 :]
    return [*lines, rest] if rest else lines


@lru_cache(maxsize=_LINES + 1)
def _cutter(lines: int) -> struct.Struct:
    return struct.Struct("76s" * lines)


def _multipart(subtype: str, parts: Sequence[Part], key: str, *more: Sequence[str]) -> Part:
    boundary = _boundary(key, parts)
    chunks: list[bytes] = []
    opening = f"--{boundary}\r\n"
    for part in parts:
        chunks.append((opening + "".join(part.fields) + "\r\n").encode("utf-8"))
        chunks += part.chunks
        opening = f"\r\n--{boundary}\r\n"
    chunks.append(f"\r\n--{boundary}--\r\n".encode("ascii"))
    content_type = field("Content-Type", parameters(f"multipart/{subtype}", [f'boundary="{boundary}"'], *more))
    stretches = tuple([stretch for part in parts for stretch in part.large])
    return Part((content_type,), tuple(chunks), any(part.eight_bit for part in parts), large=stretches)


def _boundary(key: str, parts: Sequence[Part]) -> str:
    """A boundary made from ``key`` that no part holds; ``=_`` keeps it out of anything encoded (RFC 2045 6.7)."""
    for attempt in count():
        boundary = "=_" + hashlib.sha256(f"{key} {attempt}".encode("utf-8", "replace")).hexdigest()[:40]
        marker = boundary.encode("ascii")
        if not any(_holds(part, marker) for part in parts):
            return boundary
    raise AssertionError("count() never ends")


def _holds(part: Part, marker: bytes) -> bool:
    if part.large and any(raw.find(marker, start, end) >= 0 for raw, start, end in part.large):
        return True
    # A view is a piece of base64 as it came, deep inside a multipart, or of what was looked at here.
    return not part.base64 and any(type(chunk) is bytes and marker in chunk for chunk in part.chunks)


def _has_short_lines(data: bytes) -> bool:
    """Whether no line is longer than :data:`LONGEST`. It leaps from one line end to the last one within reach."""
    at, last = -1, len(data) - 1
    while last - at > LONGEST:
        following = data.rfind(b"\n", at + 1, at + LONGEST + 2)
        if following < 0:
            return False
        at = following
    return True
