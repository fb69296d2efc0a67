"""The work itself: which messages there are, and what becomes of each. No widgets; one thread, in portions."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mailflow_gui.engine.work import item_of
from mailflow_gui.errors import FlowFileError, JournalError, MailFlowError, MappingError
from mailflow_gui.flow.model import Flow
from mailflow_gui.flow.node_type import AnyNodeType
from mailflow_gui.journal import flows, items, listing
from mailflow_gui.journal.items import ItemRow
from mailflow_gui.journal.reader import Reader
from mailflow_gui.mail.message import MailMessage
from mailflow_gui.mapping.history import compared
from mailflow_gui.qt import document
from mailflow_gui.qt.mapper.history.changes import Change, change
from mailflow_gui.qt.mapper.history.versions import Out, Version, cut

_PORTION = 0.04
"""Seconds of work between two looks of the window."""

Outcome = Literal["same", "changed", "failing"]


@dataclass(frozen=True)
class Saved:
    """What the journal and the disk know the flow by."""

    id: str | None = None
    path: Path | None = None


@dataclass(frozen=True)
class Wanted:
    """What is to be tried."""

    flow: Flow
    """As it is edited."""
    node: str
    count: int
    """How many messages at most, the newest ones."""
    saved: Saved
    opened: Flow
    """As it was when its mapper was opened: the one to compare with where nothing is saved."""


@dataclass(frozen=True)
class Begun:
    """What is known before the first message."""

    total: int = 0
    file: str = ""
    """The name of the file that has the flow as it was before; empty: it is as it was when the mapper was opened."""
    unchanged: bool = False
    """Whether both versions are the same, so that nothing can change."""
    linked: bool = True
    """Whether any source leads to the node."""
    refused: str = ""
    """Why nothing can be tried."""
    refused_here: bool = False
    """Whether that is for the node's own settings."""
    refused_before: str = ""
    """Why the flow couldn't run as it was before."""


@dataclass(frozen=True)
class TriedMail:
    """One message under both versions, ready to be shown."""

    id: int
    received: float
    sender: str
    subject: str
    outcome: Outcome
    changes: tuple[Change, ...] = ()
    targets: int = 0
    """How many fields come out."""
    error: str = ""
    """Why it fails, as a sentence."""
    rule: int = -1
    """The rule that fails, if one does."""
    target: str = ""
    """What that rule fills."""
    error_before: str = ""
    came: tuple[bool, bool] = (True, True)
    """Whether it came to the node, before and after."""


@dataclass(frozen=True)
class Portion:
    """Some more messages."""

    rows: tuple[TriedMail, ...] = ()
    done: int = 0
    """How many have been looked at, since the beginning; those that couldn't be tried, too."""
    expired: int = 0
    """How many of those aren't kept any more."""
    elsewhere: int = 0
    """How many of those don't come to the node, under either version."""
    finished: bool = False


class Work:
    """Tries an edited flow on received messages. :meth:`begin`, then :meth:`more` until it is finished, in one thread."""

    def __init__(self, reader: Reader, types: Sequence[AnyNodeType], wanted: Wanted) -> None:
        self._reader, self._types, self._wanted = reader, types, wanted
        self._cancelled = threading.Event()
        self._ids: list[int] = []
        self._done = self._expired = self._elsewhere = 0
        self._before: Version | MailFlowError
        self._after: Version

    def cancel(self) -> None:
        """Stop after the message in hand; from any thread."""
        self._cancelled.set()

    def begin(self) -> Begun:
        """Find the messages and make both versions ready.

        :raises JournalError: the journal is damaged or newer.
        """
        wanted = self._wanted
        try:
            self._after = cut(wanted.flow, wanted.node, self._types)
        except FlowFileError as error:
            return self._refused(error)
        old, file = self._old_flow()
        refused_before = ""
        try:
            self._before = cut(old, wanted.node, self._types)
        except FlowFileError as error:
            self._before, refused_before = error, _sentence(error)
        sources = self._after.sources
        with self._reader.reading() as database:
            if database is not None and sources:
                path = str(wanted.saved.path.resolve()) if wanted.saved.path is not None else ""
                key = flows.key_of(database, wanted.saved.id, path)
                self._ids = listing.received_by(database, key, sources, wanted.count)
        return Begun(
            total=len(self._ids),
            file=file,
            unchanged=isinstance(self._before, Version) and self._before.same_as(self._after),
            linked=bool(sources),
            refused_before=refused_before,
        )

    def _refused(self, error: FlowFileError) -> Begun:
        """Why the edited flow can't run as far as this."""
        nodes = {one.node for one in error.problems}
        own = nodes == {self._wanted.node}
        before = next((one for one in self._wanted.flow.nodes if one.id in nodes), None)
        if own or before is None:
            return Begun(refused=_sentence(error), refused_here=own)
        return Begun(refused=str(MailFlowError("history-step-unreadable", node=before.name or before.id)))

    def _old_flow(self) -> tuple[Flow, str]:
        """The flow to compare with, and the name of the file it is in."""
        wanted = self._wanted
        if wanted.saved.path is not None:
            try:
                flow = document.read(wanted.saved.path)
            except FlowFileError:
                return wanted.opened, ""
            kind = wanted.flow.node(wanted.node).type
            if any(one.id == wanted.node and one.type == kind for one in flow.nodes):
                return flow, wanted.saved.path.name
        return wanted.opened, ""

    def more(self) -> Portion:
        """The next messages, as many as a short while allows.

        :raises JournalError: the journal went away meanwhile.
        """
        rows: list[TriedMail] = []
        end = time.monotonic() + _PORTION
        while self._done < len(self._ids) and not self._cancelled.is_set() and time.monotonic() < end:
            item = self._ids[self._done]
            self._done += 1
            with self._reader.reading() as database:
                row = None if database is None else items.get(database, item)
            found = self._try(row) if row is not None else None
            if found is not None:
                rows.append(found)
        finished = self._done >= len(self._ids) or self._cancelled.is_set()
        return Portion(tuple(rows), self._done, self._expired, self._elsewhere, finished)

    def _try(self, row: ItemRow) -> TriedMail | None:
        try:
            message = MailMessage(self._reader.content(row.place), row.flags)
        except JournalError:
            self._expired += 1
            return None
        item = item_of(row, message)
        after = self._after.out(row.node, item)
        if isinstance(self._before, MailFlowError):
            before = Out({}, self._before, reached=after.reached)
        else:
            before = self._before.out(row.node, item)
        if not before.reached and not after.reached:
            self._elsewhere += 1
            return None
        found = compared(self._done - 1, before.error or before.fields, after.error or after.fields)
        rule = found.error.rule if isinstance(found.error, MappingError) and after.reached else None
        return TriedMail(
            id=row.id,
            received=row.received,
            sender=row.sender,
            subject=row.subject,
            outcome=found.outcome,
            changes=tuple(change(name, found.before or {}, found.after or {}) for name in found.changed),
            targets=len(found.after or {}),
            error=str(found.error) if found.error is not None else "",
            rule=-1 if rule is None else rule,
            target=str(found.error.arguments.get("target", "")) if rule is not None and found.error else "",
            error_before=str(found.error_before) if found.error_before is not None else "",
            came=(before.reached, after.reached),
        )


def _sentence(error: FlowFileError) -> str:
    """What is wrong, by its first problem where there is one."""
    return error.problems[0].text if error.problems else str(error)
