"""The scene: grid dots behind everything; seen from far away, all links and cards in a few strokes."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable

from PySide6.QtCore import QLineF, QObject, QPointF, QRectF
from PySide6.QtGui import QPainter, QPen, QPolygonF, QTransform

from mailflow_gui.qt.canvas import look
from mailflow_gui.qt.canvas.card import Card
from mailflow_gui.qt.canvas.link import Link
from mailflow_gui.qt.canvas.nodegraph import NodeScene, centre
from mailflow_gui.qt.canvas.places import FARTHEST, GRID

_CLOSEST = 10.0
"""Pixels between two dots at least; below, only every second, fourth, … is drawn."""


_SIXTEEN = 16
"""Lattices come in whole sixteens of columns and rows, so that few of them serve every zoom."""


def _up(count: int) -> int:
    return -(-count // _SIXTEEN) * _SIXTEEN


@functools.lru_cache(maxsize=128)
def _lattice(columns: int, rows: int) -> QPolygonF:
    """The points of a grid of unit cells; drawing thousands of dots is quick, making them in Python isn't."""
    return QPolygonF([QPointF(column, row) for column in range(columns) for row in range(rows)])


class Scene(NodeScene):
    """The canvas' scene. ``cards`` and ``links`` give what is drawn when it is ``flat``."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.cards: Callable[[], Iterable[Card]] = lambda: ()
        self.links: Callable[[], Iterable[Link]] = lambda: ()
        self.flat = False
        self.setSceneRect(-FARTHEST - 1000, -FARTHEST - 1000, 2 * FARTHEST + 2000, 2 * FARTHEST + 2000)

    def drawBackground(self, painter: QPainter, rect: QRectF | object) -> None:
        assert isinstance(rect, QRectF)
        painter.fillRect(rect, look.color("canvas"))
        scale = painter.worldTransform().m11()
        step = float(GRID)
        while step * scale < _CLOSEST:
            step *= 2
        left, top = math.floor(rect.left() / step) * step, math.floor(rect.top() / step) * step
        columns, rows = int(rect.width() / step) + 2, int(rect.height() / step) + 2
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        dots = QPen(look.color("grid-dot"), 2)
        dots.setCosmetic(True)
        painter.setPen(dots)
        painter.drawPoints(QTransform(step, 0, 0, step, left, top).map(_lattice(_up(columns), _up(rows))))

    def drawForeground(self, painter: QPainter, rect: QRectF | object) -> None:
        if not self.flat:
            return
        assert isinstance(rect, QRectF)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        self._draw_lines(painter)
        self._draw_rectangles(painter, rect)

    def _draw_lines(self, painter: QPainter) -> None:
        lines: dict[str, list[QLineF]] = {}
        for link in self.links():
            if link.output_port is not None and link.input_port is not None:
                failed = link.badge is not None and link.badge.kind == "failed"
                token = "danger-dot" if failed else look.type_token(link.carries)
                token = "accent-line" if link.isSelected() or link.hovered else token
                lines.setdefault(token, []).append(QLineF(centre(link.output_port), centre(link.input_port)))
        for token, several in lines.items():
            line = QPen(look.color(token), 1)
            line.setCosmetic(True)
            painter.setPen(line)
            painter.drawLines(several)

    def _draw_rectangles(self, painter: QPainter, rect: QRectF) -> None:
        fills: dict[tuple[str, str], list[QRectF]] = {}
        for card in self.cards():
            place = card.rect.translated(card.pos())
            if rect.intersects(place):
                fills.setdefault((f"{look.type_token(card.tint)}-soft", frame_token(card)), []).append(place)
        for (fill, frame), several in fills.items():
            line = QPen(look.color(frame), 2 if frame in {"danger-dot", "accent-line"} else 1)
            line.setCosmetic(True)
            painter.setPen(line)
            painter.setBrush(look.color(fill))
            painter.drawRects(several)


def frame_token(card: Card) -> str:
    """The colour of a card's frame when it is small: selection, failure, else its data type."""
    if card.isSelected():
        return "accent-line"
    if card.live.state == "failing":
        return "danger-dot"
    return "border-control" if card.switched_off else look.type_token(card.tint)
