"""Where lines meet the trees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF

from mailflow_gui.qt.mapper import edits
from mailflow_gui.qt.mapper.board import End, Ends
from mailflow_gui.qt.mapper.overlay import Dot

if TYPE_CHECKING:
    from mailflow_gui.qt.mapper.page import MapperPage
    from mailflow_gui.qt.mapper.tree import FieldTree

_EDGE = 4


class Places:
    """The page as it stands at one moment."""

    def __init__(self, page: MapperPage) -> None:
        self._page = page
        self._tops: dict[FieldTree, int] = {}
        self._known: dict[tuple[FieldTree, str], End | None] = {}

    def ends_of(self, index: int) -> Ends:
        """Where a rule's lines meet the trees, in the board's coordinates."""
        page = self._page
        rule = page.rules[index] if index < len(page.rules) else None
        sources = [self.end(page.source.tree, page.row_of(source)) for source in edits.sources_of(rule)]
        target = edits.target_of(rule)
        return Ends(tuple(filter(None, sources)), self.end(page.target.tree, f"target:{target}") if target else None)

    def end(self, tree: FieldTree, key: str) -> End | None:
        """Where a row's lines end; None if there is no such row."""
        if (tree, key) not in self._known:
            self._known[tree, key] = self._end(tree, key)
        return self._known[tree, key]

    def _end(self, tree: FieldTree, key: str) -> End | None:
        place = tree.place(key)
        if place is None:
            return None
        viewport = tree.viewport()
        if tree not in self._tops:
            self._tops[tree] = self._page.board.mapFromGlobal(viewport.mapToGlobal(QPoint(0, 0))).y()
        y, in_sight = place
        top = self._tops[tree]
        return End(max(top + _EDGE, min(top + y, top + viewport.height() - _EDGE)), in_sight)


def dots_of(page: MapperPage) -> tuple[Dot, ...]:
    """The dots at the ends of lines that are in sight, in the page's coordinates."""
    places = Places(page)
    corner = page.board.mapTo(page, QPoint(0, 0))
    wide = page.board.width()
    dots: dict[tuple[float, float], Dot] = {}
    for index in range(len(page.rules)):
        look = "lit" if index in {page.index, page.board.hovered} else "used"
        ends = places.ends_of(index)
        both = [(0, end) for end in ends.sources] + ([(wide, ends.target)] if ends.target else [])
        for x, end in both:
            at = (corner.x() + x, corner.y() + end.y)
            if end.in_sight and (look == "lit" or at not in dots):
                dots[at] = Dot(QPointF(*at), look)
    for name in page.needs.missing:
        missing = places.end(page.target.tree, f"target:{name}")
        if missing is not None and missing.in_sight:
            at = (corner.x() + wide, corner.y() + missing.y)
            dots.setdefault(at, Dot(QPointF(*at), "missing"))
    return tuple(dots.values())
