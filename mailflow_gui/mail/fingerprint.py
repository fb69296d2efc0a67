"""What a mail is known by when a server's own name for it can't be trusted: a hash of its header block."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from mailflow_gui.mail.imap_fetch import header_block

if TYPE_CHECKING:
    from mailflow_gui.mail.message import MailMessage

_ADDED = re.compile(rb"\n(?:X-)?(?:Status|UIDL|UID|Keywords|IMAP|IMAPbase):[^\n]*")
"""Fields that old servers write into a mail on the day that somebody fetches it."""
_ADDED_NAMES = frozenset(
    prefix + name for prefix in (b"", b"x-") for name in (b"status", b"uidl", b"uid", b"keywords", b"imap", b"imapbase")
)


def header_hash(mail: bytes) -> str:
    """32 hexadecimal digits for the header block of a mail, or of a header block alone; line ends don't matter."""
    block = header_block(mail).replace(b"\r\n", b"\n").strip(b"\n")
    return hashlib.sha256(_ADDED.sub(b"", b"\n" + block)).hexdigest()[:32]


def header_hash_of(message: MailMessage) -> str:
    """The :func:`header_hash` of a mail that is read anyway."""
    block, raw = message.block, message.raw
    # Of a sound header it is known already where it ends, that its line ends are CRLF, and what its fields are called.
    if block.sound and block.body - block.end in (0, 4) and _ADDED_NAMES.isdisjoint(block.first):
        return hashlib.sha256(b"\n" + raw[: block.end].replace(b"\r", b"")).hexdigest()[:32]
    return header_hash(raw)
