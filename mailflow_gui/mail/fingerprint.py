"""What a mail is known by when a server's own name for it can't be trusted: a hash of its header block."""

from __future__ import annotations

import hashlib
import re

from mailflow_gui.mail.imap_fetch import header_block

_ADDED = re.compile(rb"\n(?:X-)?(?:Status|UIDL|UID|Keywords|IMAP|IMAPbase):[^\n]*")
"""Fields that old servers write into a mail on the day that somebody fetches it."""


def header_hash(mail: bytes) -> str:
    """32 hexadecimal digits for the header block of a mail, or of a header block alone; line ends don't matter."""
    block = header_block(mail).replace(b"\r\n", b"\n").strip(b"\n")
    return hashlib.sha256(_ADDED.sub(b"", b"\n" + block)).hexdigest()[:32]
