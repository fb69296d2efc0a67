"""Samples: mails that a mapping is tried on. Received ones come from the journal, others from a file or a person's hands."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from mailflow_gui.engine.work import item_of
from mailflow_gui.errors import JournalError, MailFlowError, Rejected
from mailflow_gui.flow.item import Item, Origin
from mailflow_gui.journal import items, listing
from mailflow_gui.journal.listing import Filter
from mailflow_gui.journal.reader import Reader
from mailflow_gui.language import _
from mailflow_gui.mail.compose import Draft, compose
from mailflow_gui.mail.envelope import parse_addresses
from mailflow_gui.mail.message import MailMessage
from mailflow_gui.mail.parse import parse
from mailflow_gui.mail.values import Address
from mailflow_gui.qt.inspector import plain

MOST = 20
"""Received messages that are offered."""
_STRETCH = 2000
_STRETCHES = 5
"""How far back they are looked for, in stretches of ids."""
_NOBODY = Address("", "somebody@example.com")


@dataclass(frozen=True)
class Sample:
    """A mail to try a mapping on."""

    key: str
    """Tells it from others."""
    title: str
    message: MailMessage
    at: datetime
    """Its "now" (aware)."""
    account: str = ""
    folder: str = "INBOX"
    flags: tuple[str, ...] = ()
    thread: str = ""
    known: Item | None = None
    """The item that the engine makes of it, where it was really received."""

    def item(self) -> Item:
        """As an item that was just received."""
        if self.known is not None:
            return self.known
        origin = Origin(self.account, self.folder, uid=self.key[:8], flags=self.flags, thread=self.thread)
        return Item(id=self.key, message=self.message, origin=origin, clock=self.at, seed=int(self.key[:16], 16))


@dataclass(frozen=True)
class Offer:
    """A received message that may be the sample."""

    id: int
    title: str
    foreign: bool = False
    """Whether another flow has received it."""


def offers(reader: Reader, flow: str, node: str) -> tuple[Offer, ...]:
    """The newest messages that a node has had, newest first; failing that its flow's, failing that any of this home.

    :raises JournalError: the journal is damaged or newer.
    """
    with reader.reading() as database:
        if database is None:
            return ()
        first, last = listing.bounds(database)
        for wanted in (Filter(flow=flow, nodes=(node,)), Filter(flow=flow), Filter()):
            if not flow and wanted.flow == "" and wanted.nodes:
                continue
            found: list[int] = []
            end = last
            for _stretch in range(_STRETCHES):
                if end < first or len(found) >= MOST:
                    break
                found = [*listing.stretch(database, wanted, max(first, end - _STRETCH + 1), end), *found]
                end -= _STRETCH
            if found:
                rows = sorted(listing.rows(database, found[-MOST:]), key=lambda row: -row.id)
                found_here = [offer_of(row.id, row.received, row.subject, row.sender) for row in rows]
                return tuple(replace(offer, foreign=wanted == Filter()) for offer in found_here)
    return ()


def offer_of(item: int, received_at: float, subject: str, sender: str) -> Offer:
    """A received message as an offer."""
    return Offer(item, _title(received_at, subject, sender))


def received(reader: Reader, offer: Offer) -> Sample | None:
    """The sample that was offered; None if it is gone.

    :raises JournalError: its bytes have expired.
    """
    with reader.reading() as database:
        row = None if database is None else items.get(database, offer.id)
    if row is None:
        return None
    message = MailMessage(reader.content(row.place), row.flags)
    return Sample(
        key=hashlib.sha256(row.key.encode()).hexdigest()[:40],
        title=offer.title,
        message=message,
        at=datetime.fromtimestamp(row.received, UTC).astimezone(),
        account=row.account,
        folder=row.folder,
        flags=row.flags,
        thread=row.thread,
        known=replace(item_of(row, message), error=None),
    )


def fetched(reader: Reader, wanted: Sequence[Offer | Sample]) -> tuple[Sample, ...]:
    """Samples for those that can still be had, in their order."""
    found = []
    for one in wanted:
        try:
            sample = one if isinstance(one, Sample) else received(reader, one)
        except JournalError:
            continue  # its bytes have expired
        if sample is not None:
            found.append(sample)
    return tuple(found)


def from_files(paths: Sequence[Path]) -> tuple[tuple[Sample, ...], tuple[str, ...]]:
    """Mail files as samples, and the names of those that can't be read."""
    found, unread = [], []
    for path in paths:
        try:
            found.append(from_file(path))
        except OSError:
            unread.append(plain.one_line(path.name, 80))
    return tuple(found), tuple(unread)


def from_file(path: Path) -> Sample:
    """A mail file as a sample.

    :raises OSError: it can't be read.
    """
    raw = path.read_bytes()
    return of_bytes(raw, plain.one_line(path.name, 80))


def typed(sender: str, to: str, subject: str, text: str) -> Sample:
    """A mail that a person wrote down, as a sample.

    :raises MailFlowError: its addresses can't be read.
    """
    senders = parse_addresses(sender)
    draft = Draft(
        sender=tuple(senders) or (_NOBODY,),
        to=tuple(parse_addresses(to)),
        subject=" ".join(subject.split()),
        text=text,
        auto_submitted="no",
    )
    now = datetime.now().astimezone()
    mail = compose(draft, message_id="<typed@example.com>", date=now)
    return of_bytes(b"".join(mail.content), _("Typed: {subject}").format(subject=subject or _("(no subject)")))


def of_bytes(raw: bytes, title: str) -> Sample:
    """A mail's bytes as a sample."""
    return Sample(hashlib.sha256(raw).hexdigest()[:40], title, parse(raw), datetime.now().astimezone())


def why_not_typed(sender: str, to: str, subject: str, text: str) -> str:
    """What is wrong with a typed mail, as a sentence; empty if nothing is."""
    try:
        typed(sender, to, subject, text)
    except (Rejected, MailFlowError) as error:
        return str(error)
    return ""


def _title(received_at: float, subject: str, sender: str) -> str:
    moment = time.localtime(received_at)
    today = time.strftime("%Y%m%d", moment) == time.strftime("%Y%m%d")
    clock = time.strftime("%H:%M:%S" if today else "%Y-%m-%d %H:%M", moment)
    parts: Sequence[str] = (clock, plain.one_line(subject, 80) or _("(no subject)"), plain.one_line(sender, 40))
    return " · ".join(part for part in parts if part)
