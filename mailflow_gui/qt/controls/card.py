"""Cards: a surface with a frame; some can be chosen like a button."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from mailflow_gui.qt.theme import theme
from mailflow_gui.qt.theme.focus_ring import PROPERTY as FOCUS_RING


class Card(QWidget):
    """A framed surface for a layout of one's own.

    :param clickable: reacts like a button, to the mouse, Enter and Space.
    :param edge: the frame's colour; ``border-control`` for what works, ``border`` for what only divides.
    """

    clicked = Signal()

    def __init__(self, *, clickable: bool = False, edge: str = "border", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._clickable, self._edge = clickable, edge
        self._selected = self._pressed = False
        if clickable:
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            self.setProperty(FOCUS_RING, theme.radius("card"))
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.setAttribute(Qt.WidgetAttribute.WA_Hover)

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
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint_ground(painter)
        self.paint_frame(painter)

    def paint_ground(self, painter: QPainter) -> None:
        """Fill the card's rounded rectangle."""
        radius = theme.radius("card")
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)

    def paint_frame(self, painter: QPainter) -> None:
        """Paint the frame: 2 px in the selection's colour if selected, 1 px otherwise."""
        radius = theme.radius("card")
        width = 2 if self._selected else 1
        hovered = self._clickable and self.underMouse()
        token = "accent-line" if self._selected else "border-control" if hovered else self._edge
        painter.setPen(QPen(theme.color(token), width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(
            QRectF(self.rect()).adjusted(width / 2, width / 2, -width / 2, -width / 2), radius, radius
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._clickable and event.button() == Qt.MouseButton.LeftButton:
            self._pressed = True
            return
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed and event.button() == Qt.MouseButton.LeftButton:
            self._pressed = False
            if self.rect().contains(event.position().toPoint()):
                self.clicked.emit()
            return
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._clickable and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self.clicked.emit()
            return
        super().keyPressEvent(event)
