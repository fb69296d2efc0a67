"""What the table's lane does: looks at the journal for the list, piece by piece. All of it runs in that lane."""

from __future__ import annotations

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
    flow_names: dict[str, str] = field(default_factory=dict)


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
        stamp = self._reader.stamp()
        mark = (stamp, wanted, tuple(in_sight))
        if mark == self._last:
            return None
        database = self._reader.database
        if database is None:
            self._last = mark
            return Look(wanted, exists=False)
        first, last = listing.bounds(database)
        exact = tuple(listing.indexed(database, wanted, INDEXED_LIMIT)) if wanted.indexed else None
        new: tuple[int, ...] = ()
        if exact is None and not wanted.everything and known < last:
            new = tuple(listing.stretch(database, wanted, max(known + 1, last - SEARCHED), last))
        self._last = mark
        return Look(
            wanted,
            exists=True,
            first=first,
            last=last,
            counts=listing.counts(database, wanted.flow),
            new=new,
            exact=exact,
            rows=tuple(self.rows(in_sight)),
        )

    def rows(self, ids: Sequence[int]) -> list[Row]:
        """These messages, as they are now.

        :raises JournalError: as for :meth:`look`.
        """
        database = self._reader.database
        if database is None:
            return []
        return [self._row(listed) for listed in listing.rows(database, ids)]

    def search(self, wanted: Filter, last: int) -> tuple[int, list[int]]:
        """The wanted ids of one stretch that ends with ``last``: the stretch's first id, and what was found.

        :raises JournalError: as for :meth:`look`.
        """
        database = self._reader.database
        first = max(1, last - STRETCH + 1)
        return first, [] if database is None else listing.stretch(database, wanted, first, last)

    def forget(self) -> None:
        """The next look answers even if nothing has changed."""
        self._last = None

    def close(self) -> None:
        """Close the lane's view of the journal."""
        self._reader.close()

    def _row(self, listed: Listed) -> Row:
        known = self._way(listed.version)
        return Row(listed, pips(listed, known), known)

    def _way(self, version: str) -> Way:
        if not version:
            return NO_WAY
        if version not in self._ways:
            database = self._reader.database
            if len(self._ways) > 200:
                self._ways.clear()
            self._ways[version] = NO_WAY if database is None else way(flows.content(database, version))
        return self._ways[version]
