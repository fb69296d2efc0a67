"""Which tables of a mail stay tables. Most only place things: they become plain blocks, for Qt's layout doubles its work with each
table inside a table, and measures every cell of a wide one many times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

MAXIMUM_DEPTH = 2
"""Tables inside tables that stay."""
MAXIMUM_COLUMNS = 30
MAXIMUM_CELLS = 500
"""In all tables of a mail together."""

_CELLS = {"td", "th"}
_AS_BLOCKS = {"table": "div", "td": "div", "th": "div"}
"""The other parts of a table leave nothing behind."""


@dataclass
class Table:
    """A table while it is written down, and where its tags stand in what was written."""

    outer: Table | None
    places: list[tuple[int, str, bool]] = field(default_factory=list)
    """Place in the output, tag, whether it is a closing one."""
    cells: int = 0
    columns: int = 0
    _in_row: int = 0
    stays: bool = False

    def note(self, place: int, tag: str, *, closing: bool) -> None:
        """A tag of this table was written."""
        self.places.append((place, tag, closing))
        if closing:
            return
        if tag == "tr":
            self._in_row = 0
        elif tag in _CELLS:
            self._in_row += 1
            self.cells += 1
            self.columns = max(self.columns, self._in_row)

    @property
    def depth(self) -> int:
        """How many tables that stay are around this one."""
        return 0 if self.outer is None else self.outer.depth + self.outer.stays


def choose(tables: Sequence[Table], out: list[str]) -> None:
    """Decide for each table, outer ones first, and rewrite the tags of those that become blocks.

    A table of one column says nothing that blocks don't: it places things, as wrappers of newsletters do.
    """
    cells = 0
    for table in tables:
        fits = table.depth < MAXIMUM_DEPTH and cells + table.cells <= MAXIMUM_CELLS
        table.stays = fits and 1 < table.columns <= MAXIMUM_COLUMNS
        if table.stays:
            cells += table.cells
            continue
        for place, tag, closing in table.places:
            block = _AS_BLOCKS.get(tag, "")
            out[place] = "" if not block else f"</{block}>" if closing else f"<{block}>"
