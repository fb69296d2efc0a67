"""What the table's lane does: looks at the journal for the list, piece by piece. All of it runs in that lane."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field

from mailflow_gui.journal import flows, listing
from mailflow_gui.journal.listing import Filter, Listed
from mailflow_gui.journal.reader import Reader
from mailflow_gui.qt.inspector.steps import NO_WAY, Pip, Way, pips, way

INDEXED_LIMIT = 100_000
"""Messages that a state's segment lists at most."""
SEARCHED = 200_000
"""Messages that a search looks through, from the newest back, before it asks."""
STRETCH = 10_000
"""Messages looked through in one piece: between two, rows that somebody waits for are read."""


@dataclass(frozen=True)
class Row:
    """A message as the table draws it."""

    listed: Listed
    pips: tuple[Pip, ...]
    way: Way


@dataclass(frozen=True)
class Look:
    """The journal at one moment."""

    wanted: Filter
    exists: bool
    first: int = 1
    last: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    new: tuple[int, ...] = ()
    """Wanted ids above those known before, in ascending order."""
    exact: tuple[int, ...] | None = None
    """All wanted ids, where an index tells them."""
    rows: tuple[Row, ...] = ()
    """Those that are in sight, as they are now."""


class Looker:
    """Keeps what makes the next look cheap."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._ways: dict[str, Way] = {}
        self._last: tuple[tuple[object, ...], Filter, tuple[int, ...]] | None = None

    def look(self, wanted: Filter, known: int, in_sight: Sequence[int]) -> Look | None:
        """What has changed since the last look, or None. ``known``: the newest id known; ``in_sight``: ids to read anew.

        :raises JournalError: the journal is damaged or newer.
        """
        last_mark, self._last = self._last, None
        mark = (self._reader.stamp(), wanted, tuple(in_sight))
        with self._reader.reading() as database:
            found = None if mark == last_mark else self._look(database, wanted, known, in_sight)
        self._last = mark
        return found

    def _look(self, database: sqlite3.Connection | None, wanted: Filter, known: int, in_sight: Sequence[int]) -> Look:
        if database is None:
            return Look(wanted, exists=False)
        first, last = listing.bounds(database)
        exact = tuple(listing.indexed(database, wanted, INDEXED_LIMIT)) if wanted.indexed else None
        new: tuple[int, ...] = ()
        if exact is None and not wanted.everything and known < last:
            new = tuple(listing.stretch(database, wanted, max(known + 1, last - SEARCHED), last))
        return Look(
            wanted,
            exists=True,
            first=first,
            last=last,
            counts=listing.counts(database, wanted.flow),
            new=new,
            exact=exact,
            rows=tuple(self._rows(database, in_sight)),
        )

    def rows(self, ids: Sequence[int]) -> list[Row]:
        """These messages, as they are now.

        :raises JournalError: as for :meth:`look`.
        """
        with self._reader.reading() as database:
            return [] if database is None else self._rows(database, ids)

    def search(self, wanted: Filter, last: int) -> tuple[int, list[int]]:
        """The wanted ids of one stretch that ends with ``last``: the stretch's first id, and what was found.

        :raises JournalError: as for :meth:`look`.
        """
        first = max(1, last - STRETCH + 1)
        with self._reader.reading() as database:
            return first, [] if database is None else listing.stretch(database, wanted, first, last)

    def forget(self) -> None:
        """The next look answers even if nothing has changed."""
        self._last = None

    def close(self) -> None:
        """Close the lane's view of the journal."""
        self._reader.close()

    def _rows(self, database: sqlite3.Connection, ids: Sequence[int]) -> list[Row]:
        found = []
        for listed in listing.rows(database, ids):
            known = self._way(database, listed.version)
            found.append(Row(listed, pips(listed, known), known))
        return found

    def _way(self, database: sqlite3.Connection, version: str) -> Way:
        if not version:
            return NO_WAY
        if version not in self._ways:
            if len(self._ways) > 200:
                self._ways.clear()
            self._ways[version] = way(flows.content(database, version))
        return self._ways[version]
