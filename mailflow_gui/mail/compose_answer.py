"""Answers to a received mail: replies and forwardings (RFC 5322 3.6.4, RFC 3834, RFC 2046 5.2.1)."""

from __future__ import annotations

import html as markup
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from mailflow_gui.errors import Rejected
from mailflow_gui.language import _
from mailflow_gui.mail import names
from mailflow_gui.mail.addresses import parse
from mailflow_gui.mail.compose import Draft
from mailflow_gui.mail.envelope import envelope_address
from mailflow_gui.mail.message import MailMessage
from mailflow_gui.mail.values import Address, Attachment

_RE = re.compile(r"(?:re(?: ?[\[(^][0-9]{1,3}[\])]?)?[ \t]*[:：]\s*)+", re.IGNORECASE)
_FORWARD = re.compile(r"(?:fwd?[ \t]*[:：]\s*)+", re.IGNORECASE)
_THREAD = re.compile(rb"^(?:in-reply-to|references)[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*", re.IGNORECASE | re.MULTILINE)
_BCC = re.compile(rb"^bcc[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*", re.IGNORECASE | re.MULTILINE)


def reply_target(message: MailMessage) -> tuple[Address, ...]:
    """Where an answer to ``message`` goes: Reply-To, else From (RFC 5322 3.6.2). A Reply-To that names no mailbox doesn't count."""
    return tuple(address for address in message.reply_to if address.address) or message.from_


def reply_subject(subject: str) -> str:
    """``subject`` with exactly one ``Re:`` before it."""
    return f"Re: {_RE.sub('', subject.strip(), count=1) if _RE.match(subject.strip()) else subject.strip()}".rstrip()


def forward_subject(subject: str) -> str:
    """``subject`` with exactly one ``Fwd:`` before it."""
    return f"Fwd: {_FORWARD.sub('', subject.strip(), count=1) if _FORWARD.match(subject.strip()) else subject.strip()}".rstrip()


def reply(draft: Draft, message: MailMessage, *, to_all: bool) -> Draft | None:
    """``draft`` as an answer to ``message``: threaded, with one ``Re:``, never to its own sender or to the mailbox that got it.

    The draft's To is kept; ``to_all`` adds everybody else whom the received mail names, as far as they can be mailed. None: the answer
    would only go to its own sender.
    """
    own = {_same(address) for address in (*draft.sender, *_delivered_to(message))}
    to = _others(draft.to, own)
    taken = own | {_same(address) for address in to}
    cc = _others(draft.cc, taken)
    if to_all:
        taken |= {_same(address) for address in cc}
        cc += _others(filter(_can_be_mailed, (*message.to, *message.cc)), taken)
    if not to and not cc and (draft.to or draft.cc):
        return None
    parent = (message.message_id,) if message.message_id else ()
    # RFC 5322 3.6.4: without References, a parent's single In-Reply-To stands for them.
    earlier = message.references or (message.in_reply_to if len(message.in_reply_to) == 1 else ())
    return replace(
        draft,
        to=to,
        cc=cc,
        subject=reply_subject(draft.subject),
        in_reply_to=parent,
        references=(*(one for one in earlier if one not in parent), *parent),
        auto_submitted="auto-replied",
    )


def forward(draft: Draft, message: MailMessage) -> Draft:
    """``draft`` with ``message`` in it: its text below the draft's own, and the mail itself attached as it came, but for Bcc.

    Attachments of ``message`` that the draft carries are not attached again: they are in the attached mail.
    """
    lines = _forwarded_head(message)
    text = f"{draft.text.rstrip()}\n\n" if draft.text.strip() else ""
    head = "\n".join(lines)
    original = Attachment(_file_name(message.subject), "message/rfc822", without_bcc(message.raw))
    carried = tuple(one for one in draft.attachments if one not in message.attachments)
    return replace(
        draft,
        subject=forward_subject(draft.subject),
        text=f"{text}{head}\n\n{message.content}",
        html=_forwarded_html(draft.html, lines, message.content) if draft.html.strip() else "",
        attachments=(*carried, original),
    )


def without_thread(content: Sequence[bytes]) -> tuple[bytes, ...] | None:
    """An answer of ours as a mail of its own: without the fields that name what it answers. None: it names nothing."""
    whole = b"".join(content)
    end = whole.find(b"\r\n\r\n") + 2
    header = whole[:end]
    cleaned = _THREAD.sub(b"", header)
    return None if cleaned == header else (cleaned, whole[end:])


def without_bcc(raw: bytes) -> bytes:
    """A mail without its Bcc fields: who got a blind copy is nobody else's business."""
    end = min((at for at in (raw.find(b"\n\r\n"), raw.find(b"\n\n")) if at >= 0), default=len(raw))
    header = raw[: end + 1]
    cleaned = _BCC.sub(b"", header)
    return raw if cleaned == header else cleaned + raw[end + 1 :]


def _forwarded_head(message: MailMessage) -> list[str]:
    lines = [_("---------- Forwarded message ----------")]
    date = message.date.strftime("%Y-%m-%d %H:%M %z") if message.date else ""
    for label, value in (
        (_("From: {value}"), ", ".join(map(str, message.from_))),
        (_("Date: {value}"), date),
        (_("Subject: {value}"), message.subject),
        (_("To: {value}"), ", ".join(map(str, message.to))),
        (_("Cc: {value}"), ", ".join(map(str, message.cc))),
    ):
        if value:
            lines.append(label.format(value=value))
    return lines


def _forwarded_html(html: str, head: list[str], content: str) -> str:
    block = "<br>\n".join(markup.escape(line) for line in head)
    quoted = f'<hr>\n<p>{block}</p>\n<div style="white-space: pre-wrap">{markup.escape(content)}</div>\n'
    end = html.lower().rfind("</body>")
    return html + quoted if end < 0 else html[:end] + quoted + html[end:]


def _file_name(subject: str) -> str:
    return names.safe(re.sub(r"[/\\]", "-", subject).strip(" .")[:80] + ".eml" if subject else "", "message/rfc822")


def _delivered_to(message: MailMessage) -> tuple[Address, ...]:
    """The mailbox that got the mail, as the last server on its way wrote it; the first field of a name is the newest."""
    written = (message.header(name) for name in ("delivered-to", "x-original-to", "envelope-to"))
    return tuple(address for value in written if value for address in parse(value) if address.address)


def _others(addresses: Iterable[Address], taken: set[str]) -> tuple[Address, ...]:
    """Those whose mailbox isn't ``taken``, each once."""
    found: dict[str, Address] = {}
    for address in addresses:
        if (key := _same(address)) not in taken:
            found.setdefault(key, address)
    return tuple(found.values())


def _same(address: Address) -> str:
    """The same for two spellings of one mailbox. Local parts could differ by case (RFC 5321 2.4); in practice none do."""
    return address.address.casefold()


def _can_be_mailed(address: Address) -> bool:
    try:
        envelope_address(address.address)
    except Rejected:
        return False
    return True
