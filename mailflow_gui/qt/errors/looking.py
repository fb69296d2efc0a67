"""What the error centre's lane does: looks at the journal for the groups and for the messages of the one in hand."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mailflow_gui.journal import error_groups, flows, listing, reclassed
from mailflow_gui.journal.error_groups import Group
from mailflow_gui.journal.reader import Reader
from mailflow_gui.journal.reclassed import Classes, Reclassed
from mailflow_gui.qt.errors import words
from mailflow_gui.qt.inspector.looking import Row
from mailflow_gui.qt.inspector.steps import NO_WAY, Way, pips, way

LISTED = 100_000
"""Messages of a group that are listed at most."""
ALL = ""
SOLVED, DISCARDED = "solved", "discarded"


@dataclass(frozen=True)
class Wanted:
    """What is to be shown."""

    period: float = 7 * words.DAY
    """Seconds; 0: all."""
    outcome: str = ""
    flow: str = ""
    account: str = ""
    closed: str = ""
    """:data:`SOLVED`, :data:`DISCARDED` or empty: what is open."""
    text: str = ""
    dead: bool = False
    """All dead letters instead of groups."""
    group: str = ""
    """The group in hand; empty: the first."""


@dataclass(frozen=True)
class ErrorRow(Row):
    """A stuck message as the table draws it."""

    recipients: tuple[str, ...] = ()
    tries: int = 0


@dataclass(frozen=True)
class Counts:
    """Open errors: stuck messages and standing troubles."""

    open: int = 0
    dead: int = 0
    by_class: Mapping[str, int] = field(default_factory=dict)
    by_flow: Mapping[str, int] = field(default_factory=dict)
    by_account: Mapping[str, int] = field(default_factory=dict)
    solved: int = 0
    """Errors of groups that hold nothing up any more."""
    discarded: int = 0


@dataclass(frozen=True)
class Look:
    """The journal at one moment."""

    wanted: Wanted
    groups: tuple[Group, ...] = ()
    group: Group | None = None
    """The one in hand."""
    given: Mapping[str, Reclassed] = field(default_factory=dict)
    """By a group's name: the class that a person gave it."""
    counts: Counts = Counts()
    ids: tuple[int, ...] = ()
    """The messages in hand, ascending."""
    rows: tuple[ErrorRow, ...] = ()
    """Those in sight."""
    flows: Mapping[str, str] = field(default_factory=dict)
    """Id -> name."""
    paths: Mapping[str, str] = field(default_factory=dict)
    ways: Mapping[str, Way] = field(default_factory=dict)
    """By flow: what its newest version says of its nodes."""


class Looker:
    """Keeps what makes the next look cheap."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._ways: dict[str, Way] = {}
        self._last: tuple[object, ...] | None = None
        self._not_before = 0.0
        self._counted: tuple[object, ...] | None = None

    def look(self, wanted: Wanted, in_sight: Sequence[int], *, anew: bool) -> Look | None:
        """What there is, or None if nothing has changed, or if the last look took so long that this one can wait.

        :raises JournalError: the journal is damaged or newer.
        """
        begun = time.monotonic()
        mark = (self._reader.stamp(), wanted, tuple(in_sight), int(time.time() // error_groups.HOUR))
        if not anew and (mark == self._last or (self._last and begun < self._not_before and self._last[1] == wanted)):
            return None
        with self._reader.reading() as database:
            found = Look(wanted) if database is None else self._look(database, wanted, in_sight)
        self._last = mark
        self._not_before = time.monotonic() + 5 * (time.monotonic() - begun)
        return found

    def rows(self, ids: Sequence[int]) -> list[ErrorRow]:
        """These messages, as they are now.

        :raises JournalError: as for :meth:`look`.
        """
        with self._reader.reading() as database:
            return [] if database is None else self._rows(database, ids)

    def open_count_if_changed(self) -> int | None:
        """How many errors are open; None if the journal is as it was.

        :raises JournalError: as for :meth:`look`.
        """
        stamp = self._reader.stamp()
        if stamp == self._counted:
            return None
        with self._reader.reading() as database:
            count = 0 if database is None else error_groups.open_count(database)
        self._counted = stamp
        return count

    def close(self) -> None:
        """Close the lane's view of the journal."""
        self._reader.close()

    def _look(self, database: sqlite3.Connection, wanted: Wanted, in_sight: Sequence[int]) -> Look:
        now = time.time()
        found = error_groups.groups(database, now - wanted.period if wanted.period else 0.0, now)
        classes = reclassed.classes(database)
        given = {group.name: rule for group in found if (rule := _rule(group, classes)) is not None}
        for group in found:
            if group.name in given:
                group.outcome = given[group.name].outcome
        counts = _counts(found, error_groups.discarded_count(database))
        shown = tuple(_chosen(database, found, wanted))
        hand: Group | None = next((one for one in shown if one.name == wanted.group), shown[0] if shown else None)
        ids = tuple(self._ids(database, wanted, hand))
        names, paths = _flows(database)
        listed = set(ids)
        return Look(
            wanted,
            groups=shown,
            group=hand,
            given=given,
            counts=counts,
            ids=ids,
            rows=tuple(self._rows(database, [item for item in in_sight if item in listed])),
            flows=names,
            paths=paths,
            ways={flow: self._newest(database, flow) for flow in names},
        )

    def _ids(self, database: sqlite3.Connection, wanted: Wanted, group: Group | None) -> list[int]:
        if wanted.closed == DISCARDED:
            return error_groups.discarded_ids(database, LISTED)
        if not wanted.dead and (group is None or wanted.closed == SOLVED):
            return []
        text = wanted.text
        if group is not None and not wanted.dead and _says(group, text):
            text = ""
        return error_groups.stuck_ids(
            database,
            "" if wanted.dead or group is None else group.name,
            states=("failed",) if wanted.dead else (),
            flow=wanted.flow,
            account=wanted.account,
            text=text,
            limit=LISTED,
        )

    def _rows(self, database: sqlite3.Connection, ids: Sequence[int]) -> list[ErrorRow]:
        sendings = error_groups.sendings(database, ids)
        nothing = error_groups.Sending()
        found = []
        for listed in listing.rows(database, ids):
            known = self._way(database, listed.version) if listed.version else NO_WAY
            sending = sendings.get(listed.id, nothing)
            found.append(ErrorRow(listed, pips(listed, known), known, sending.recipients, sending.tries))
        return found

    def _newest(self, database: sqlite3.Connection, flow: str) -> Way:
        version = flows.newest(database, flow)
        return self._way(database, version) if version else NO_WAY

    def _way(self, database: sqlite3.Connection, version: str) -> Way:
        if version not in self._ways:
            if len(self._ways) > 200:
                self._ways.clear()
            self._ways[version] = way(flows.content(database, version))
        return self._ways[version]


def _rule(group: Group, classes: Classes) -> Reclassed | None:
    host = str(group.arguments.get("host", "")).lower()
    for code in reclassed.codes(group.code, group.reply_code, group.enhanced):
        for place in (host, ""):
            outcome = classes.given.get((code, place))
            if outcome is not None:
                return Reclassed(code, place, outcome, 0.0)
    return None


def _counts(found: Sequence[Group], discarded: int) -> Counts:
    by_class: dict[str, int] = {}
    by_flow: dict[str, int] = {}
    by_account: dict[str, int] = {}
    for group in found:
        if group.open:
            by_class[group.outcome] = by_class.get(group.outcome, 0) + group.open
        for (_state, flow, account), count in group.stuck.items():
            by_flow[flow] = by_flow.get(flow, 0) + count
            if account:
                by_account[account] = by_account.get(account, 0) + count
        for flow, account in group.standing:
            by_flow[flow] = by_flow.get(flow, 0) + 1
            by_account[account] = by_account.get(account, 0) + 1
    return Counts(
        open=sum(group.open for group in found),
        dead=sum(group.stuck_in(["failed"]) for group in found),
        by_class=by_class,
        by_flow={flow: count for flow, count in by_flow.items() if flow},
        by_account={account: count for account, count in by_account.items() if account},
        solved=sum(group.count for group in found if not group.open),
        discarded=discarded,
    )


def _chosen(database: sqlite3.Connection, found: Sequence[Group], wanted: Wanted) -> list[Group]:
    if wanted.dead or wanted.closed == DISCARDED:
        return []
    holding = error_groups.names_with(database, wanted.text) if wanted.text else set()
    return [
        group
        for group in found
        if bool(group.open) != (wanted.closed == SOLVED)
        and (not wanted.outcome or group.outcome == wanted.outcome)
        and (not wanted.flow or group.open_of_flow(wanted.flow))
        and (not wanted.account or group.open_of_account(wanted.account))
        and (not wanted.text or group.name in holding or _says(group, wanted.text))
    ]


def _says(group: Group, text: str) -> bool:
    """Whether the group itself has the text that is looked for."""
    return text.casefold() in f"{group.name}\n{group.code}\n{words.meaning(group)}".casefold()


def _flows(database: sqlite3.Connection) -> tuple[dict[str, str], dict[str, str]]:
    rows = flows.known(database)
    return {row[0]: row[1] for row in rows}, {row[0]: row[2] for row in rows}
