"""Writing mail: from a draft to the bytes that go on the wire (RFC 5322, RFC 2045-2049, RFC 2047, RFC 2231)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal

from mailflow_gui.errors import Rejected
from mailflow_gui.mail import compose_body, compose_header
from mailflow_gui.mail.compose_charset import Charset
from mailflow_gui.mail.envelope import envelope_address, needs_smtputf8
from mailflow_gui.mail.swift import swift
from mailflow_gui.mail.values import Address, Attachment

__all__ = ["Charset", "ComposedMail", "Draft", "compose", "message_id"]

_DOMAIN = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?\Z|\[[A-Za-z0-9.:]{1,60}\]\Z")
_DIGEST = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
_NO_DOMAIN = "mailflow.invalid"  # RFC 2606 2: never anybody's


@swift
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
    loop_mark: str = ""
    """Written as ``X-MailFlow-Loop``, so that MailFlow knows its own mail when it comes back; empty leaves the field out."""


@swift
@dataclass(frozen=True)
class ComposedMail:
    """A finished mail, as it goes on the wire."""

    content: tuple[bytes, ...]
    """Its bytes in order, lines ended by CRLF; the first chunk holds the whole header. Not dot-stuffed."""
    eight_bit: bool
    """It holds bytes above 127: the server must take ``BODY=8BITMIME`` (RFC 6152)."""
    smtputf8: bool
    """An address or the header isn't ASCII: the server must take ``SMTPUTF8`` (RFC 6531)."""
    size: int
    """Bytes, all chunks together."""


def compose(draft: Draft, *, message_id: str, date: datetime, loop_mark: str = "") -> ComposedMail:
    """The bytes of ``draft``. The same arguments give the same bytes, always: no clock, no chance.

    ``message_id`` has its angle brackets; ``date`` is aware. Bcc stands in no header. ``loop_mark`` is the draft's, where that has none:
    who writes a draft needn't know it.

    :raises Rejected: an address, or the name of a further header, that can't stand in a mail; nobody in From; a header beyond measure.
    :raises MailFlowError: ``header-damaged``: the finished header isn't what was meant (a bug; nothing leaves).
    """
    if not draft.sender:
        raise Rejected("send-no-from")
    body = compose_body.body(draft.text, draft.html, draft.attachments, draft.charset, message_id)
    fields = [*_fields(draft, message_id, date, draft.loop_mark or loop_mark), "MIME-Version: 1.0\r\n", *body.fields]
    block = "".join(fields)
    if len(block) > compose_header.LARGEST_HEADER:
        raise Rejected("header-too-large", maximum=compose_header.LARGEST_HEADER)
    compose_header.assert_fields(block, fields)
    smtputf8 = not block.isascii()
    if draft.bcc and not smtputf8:
        smtputf8 = any(needs_smtputf8(address.address) for address in draft.bcc)
    header = block.encode("utf-8") + b"\r\n"
    ended = bool(body.chunks) and body.chunks[-1].endswith(b"\r\n")
    content = (header, *body.chunks) if ended else (header, *body.chunks, b"\r\n")
    return ComposedMail(content, body.eight_bit or smtputf8, smtputf8, sum(map(len, content)))


def message_id(digest: str, sender: str) -> str:
    """A Message-ID (RFC 5322 3.6.4) with its angle brackets: ``digest`` at the domain of ``sender`` (``local@domain``)."""
    if not (digest.isalnum() and digest.isascii()) and not _DIGEST.fullmatch(digest):
        digest = hashlib.sha256(digest.encode("utf-8", "replace")).hexdigest()
    return f"<{digest}@{_domain(sender)}>"


@lru_cache(maxsize=256)
def _domain(sender: str) -> str:
    """The domain of an address as a Message-ID can have it."""
    try:
        domain = envelope_address(sender).rpartition("@")[2]
    except Rejected:
        domain = ""
    return domain if _DOMAIN.match(domain) else _NO_DOMAIN


def _date(date: datetime) -> str:
    """As RFC 5322 3.3 has it, in the zone of ``date``."""
    zone = date.strftime("%z") if date.tzinfo not in (UTC, None) else "+0000"
    c = date.ctime()  # "Wed Jun  9 04:26:40 1993": C's form in any locale, and all of its words and figures at once
    return f"{c[:3]}, {c[8:10].replace(' ', '0')} {c[4:7]} {c[20:]} {c[11:19]} {zone}"


@lru_cache(maxsize=256)
def _loop_field(mark: str) -> str:
    return compose_header.unstructured("X-MailFlow-Loop", mark, "utf-8")


def _fields(draft: Draft, message_id: str, date: datetime, loop_mark: str) -> list[str]:
    """The header fields but for MIME's own, in the order people know them."""
    charset = draft.charset
    fields = [f"Date: {_date(date)}\r\n"]
    fields.append(compose_header.addresses("From", draft.sender, charset))
    if len(draft.sender) > 1:  # RFC 5322 3.6.2
        fields.append(compose_header.addresses("Sender", draft.sender[:1], charset))
    if draft.reply_to:
        fields.append(compose_header.addresses("Reply-To", draft.reply_to, charset))
    if draft.to:
        fields.append(compose_header.addresses("To", draft.to, charset))
    if draft.cc:
        fields.append(compose_header.addresses("Cc", draft.cc, charset))
    elif not draft.to:
        fields.append("To: undisclosed-recipients:;\r\n")
    if draft.subject:
        fields.append(compose_header.unstructured("Subject", draft.subject, charset))
    fields.append(compose_header.own_id(message_id))
    if draft.in_reply_to:
        fields += compose_header.message_ids("In-Reply-To", draft.in_reply_to)
    if draft.references:
        fields += compose_header.message_ids("References", draft.references)
    if draft.auto_submitted != "no":
        fields.append(f"Auto-Submitted: {draft.auto_submitted}\r\n")
    if loop_mark:
        fields.append(_loop_field(loop_mark))
    for name, value in draft.headers:
        compose_header.check_name(name)
        fields.append(compose_header.unstructured(name, value, charset))
    return fields
