"""Above everything: the dots where lines end, which stand half in the trees, and the line that is being drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from mailflow_gui.qt.mapper.board import curve
from mailflow_gui.qt.theme import theme


@dataclass(frozen=True)
class Dot:
    """Where a line ends, or could end."""

    at: QPointF
    look: str = "used"
    """used, lit or missing."""


class Overlay(QWidget):
    """Lets the mouse through."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self._dots: tuple[Dot, ...] = ()
        self._drawn: tuple[QPointF, QPointF] | None = None
        self._words = ""

    def show_dots(self, dots: Sequence[Dot]) -> None:
        """Show these dots."""
        if tuple(dots) != self._dots:
            self._dots = tuple(dots)
            self.update()

    def draw(self, line: tuple[QPointF, QPointF] | None, words: str = "") -> None:
        """Show the line that a person draws, with what it brings along; None: none."""
        self._drawn, self._words = line, words
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for dot in self._dots:
            ink = theme.color({"lit": "accent-line", "missing": "danger-dot"}.get(dot.look, "text-3"))
            hollow = dot.look == "missing"
            painter.setPen(QPen(ink if hollow else theme.color("surface"), 2))
            painter.setBrush(theme.color("surface") if hollow else ink)
            painter.drawEllipse(dot.at, 5, 5)
        if self._drawn is not None:
            start, end = self._drawn
            painter.setPen(QPen(theme.color("accent-line"), 2.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(curve(start, end))
            painter.setBrush(theme.color("accent-line"))
            painter.drawEllipse(end, 4, 4)
            font = theme.font("small", 500)
            painter.setFont(font)
            wide = painter.fontMetrics().horizontalAdvance(self._words) + 16
            left = min(end.x() + 10, self.width() - wide - 4)
            painter.setPen(QPen(theme.color("accent-line"), 1))
            painter.setBrush(theme.color("accent-soft"))
            painter.drawRoundedRect(int(left), int(end.y()) + 8, wide, 24, 4, 4)
            painter.setPen(theme.color("accent-text"))
            painter.drawText(int(left) + 8, int(end.y()) + 25, self._words)
