"""Where lines meet the trees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF

from mailflow_gui.qt.mapper import edits
from mailflow_gui.qt.mapper.board import End, Ends
from mailflow_gui.qt.mapper.overlay import Dot

if TYPE_CHECKING:
    from mailflow_gui.qt.mapper.page import MapperPage
    from mailflow_gui.qt.mapper.pane import TreePane

_EDGE = 4


def ends_of(page: MapperPage, index: int) -> Ends:
    """Where a rule's lines meet the trees, in the board's coordinates."""
    rule = page.rules[index] if index < len(page.rules) else None
    sources = [_end(page, page.source, page.row_of(source)) for source in edits.sources_of(rule)]
    target = edits.target_of(rule)
    return Ends(tuple(filter(None, sources)), _end(page, page.target, f"target:{target}") if target else None)


def dots_of(page: MapperPage) -> tuple[Dot, ...]:
    """The dots at the ends of lines that are in sight, in the page's coordinates."""
    corner = page.board.mapTo(page, QPoint(0, 0))
    dots: dict[tuple[float, float], Dot] = {}
    for index in range(len(page.rules)):
        look = "lit" if index in {page.index, page.board.hovered} else "used"
        ends = ends_of(page, index)
        both = [(0, end) for end in ends.sources] + ([(page.board.width(), ends.target)] if ends.target else [])
        for x, end in both:
            at = (corner.x() + x, corner.y() + end.y)
            if end.in_sight and (look == "lit" or at not in dots):
                dots[at] = Dot(QPointF(*at), look)
    for name in page.needs.missing:
        missing = _end(page, page.target, f"target:{name}")
        if missing is not None and missing.in_sight:
            at = (corner.x() + page.board.width(), corner.y() + missing.y)
            dots.setdefault(at, Dot(QPointF(*at), "missing"))
    return tuple(dots.values())


def _end(page: MapperPage, pane: TreePane, key: str) -> End | None:
    place = pane.tree.place(key)
    if place is None:
        return None
    viewport = pane.tree.viewport()
    y, in_sight = place
    top = page.board.mapFromGlobal(viewport.mapToGlobal(QPoint(0, 0))).y()
    return End(max(top + _EDGE, min(top + y, top + viewport.height() - _EDGE)), in_sight)
