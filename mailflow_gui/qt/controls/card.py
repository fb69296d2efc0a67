"""Cards: a surface with a frame; some work like a button."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from mailflow_gui.qt.theme import theme
from mailflow_gui.qt.theme.focus_ring import PROPERTY as FOCUS_RING


class Card(QWidget):
    """A framed surface for a layout of one's own.

    :param edge: the frame's colour; ``border-control`` for what works, ``border`` for what only divides.
    """

    def __init__(self, *, edge: str = "border", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._edge = edge
        self._selected = False

    @property
    def selected(self) -> bool:
        """Does it have the outline of the chosen one?"""
        return self._selected

    def set_selected(self, selected: bool) -> None:
        """Give it the outline of the chosen one, or take it away."""
        self._selected = selected
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = QRectF(self.rect())
        paint_ground(painter, area)
        paint_frame(painter, area, "accent-line" if self._selected else self._edge, 2 if self._selected else 1)


class CardButton(QAbstractButton):
    """A card that is one button: the mouse, Enter and Space press it; ``clicked`` tells so."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setProperty(FOCUS_RING, theme.radius("card"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)  # it holds a layout, not a word

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        area = QRectF(self.rect())
        paint_ground(painter, area)
        paint_frame(painter, area, "accent-line" if self.underMouse() else "border", 2 if self.underMouse() else 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.click()
            return
        super().keyPressEvent(event)


def paint_ground(painter: QPainter, area: QRectF, token: str = "surface") -> None:  # noqa: S107  (a colour's name)
    """Fill a card's rounded rectangle."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color(token))
    radius = theme.radius("card")
    painter.drawRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


def paint_frame(painter: QPainter, area: QRectF, token: str, width: int) -> None:
    """Paint a card's frame inside ``area``, ``width`` logical pixels wide."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.color(token), width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    radius = theme.radius("card")
    painter.drawRoundedRect(area.adjusted(width / 2, width / 2, -width / 2, -width / 2), radius, radius)
