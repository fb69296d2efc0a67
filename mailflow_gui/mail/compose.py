"""Writing mail: from a draft to the bytes that go on the wire (RFC 5322, RFC 2045-2049, RFC 2047, RFC 2231)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mailflow_gui.mail.message import Address, Attachment

Charset = Literal["utf-8", "iso-2022-jp"]


@dataclass(frozen=True)
class Draft:
    """The content of a mail that MailFlow writes. Plain values; nothing here has been encoded yet."""

    sender: tuple[Address, ...]
    """From (RFC 5322 3.6.2), at least one."""
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    """Goes into the envelope, never into the header."""
    reply_to: tuple[Address, ...] = ()
    subject: str = ""
    text: str = ""
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    """Further header fields, name and unencoded value."""
    in_reply_to: tuple[str, ...] = ()
    """Message-IDs with their angle brackets."""
    references: tuple[str, ...] = ()
    charset: Charset = "utf-8"
    auto_submitted: Literal["auto-generated", "auto-replied", "no"] = "auto-generated"
    """RFC 3834 5; ``no`` leaves the field out."""
