"""What the detail's lane does: reads one stuck message, or the last error of a group, with all that explains it."""

from __future__ import annotations

from dataclasses import dataclass

from mailflow_gui import sentences
from mailflow_gui.errors import JournalError
from mailflow_gui.journal import error_groups, flows
from mailflow_gui.journal.error_groups import Group
from mailflow_gui.journal.history import Attempt
from mailflow_gui.journal.reader import Reader
from mailflow_gui.language import _
from mailflow_gui.mail.message import MailMessage
from mailflow_gui.qt.errors import words
from mailflow_gui.qt.inspector import plain, states
from mailflow_gui.qt.inspector import reading as inspected
from mailflow_gui.qt.inspector.reading import Content, Detail

_MOST = 40
"""Attempts that are shown."""


@dataclass(frozen=True)
class Found:
    """A message with all that belongs to it."""

    detail: Detail
    content: Content | None
    mail: tuple[tuple[str, str], ...]
    """What would have been sent."""
    version: int
    """Of its flow; 0: not known."""


@dataclass(frozen=True)
class Told:
    """What there is to say about an error."""

    title: str
    text: str
    advice: str
    raw: str


def message(reader: Reader, item: int, *, with_content: bool) -> Found | None:
    """A message, or None if the journal doesn't know it.

    :raises JournalError: the journal is damaged or newer.
    """
    detail = inspected.read_detail(reader, item)
    if detail is None:
        return None
    content = inspected.read_content(reader, detail.item) if with_content else None
    version = 0
    with reader.reading() as database:
        if database is not None and detail.item.version:
            _flow, version = flows.numbered(database, detail.item.version)
    return Found(detail, content, _mail(reader, detail), version)


def last_attempt(reader: Reader, group: Group) -> Attempt | None:
    """The last error of a group.

    :raises JournalError: as for :func:`message`.
    """
    with reader.reading() as database:
        return None if database is None else error_groups.last_attempt(database, group)


def told(attempt: Attempt) -> Told:
    """An error in words."""
    return Told(
        sentences.text(attempt.code, attempt.arguments),
        _(words.look(attempt.outcome).next) if words.look(attempt.outcome).next else "",
        sentences.advice(attempt.code, attempt.arguments),
        words.said(attempt),
    )


def _mail(reader: Reader, detail: Detail) -> tuple[tuple[str, str], ...]:
    """The first outgoing mail that isn't sent to everybody."""
    for sent in detail.sent:
        open_ = [delivery.recipient for delivery in sent.deliveries if delivery.state != "sent"]
        if not open_:
            continue
        lines = [(_("To"), ", ".join(open_[:20]))]
        try:
            mail = MailMessage(reader.content(sent.mail.place))
        except JournalError:
            return tuple(lines)
        lines.append((_("Subject"), plain.one_line(mail.subject, 300) or _("(no subject)")))
        if mail.attachments:
            files = " · ".join(f"{file.name} · {states.size(len(file.content))}" for file in mail.attachments[:5])
            lines.append((_("Attachments"), files))
        return tuple(lines)
    return ()
