"""The minimap: all cards in their colours, and the part that is seen; click or drag to go there."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.canvas import look
from mailflow_gui.qt.canvas.card import Card
from mailflow_gui.qt.canvas.scene import frame_token
from mailflow_gui.qt.canvas.viewer import Viewer

SIZE = QSize(176, 96)
MARGIN = 16
_EDGE = 5.0
_LARGEST = 0.162
"""Map units for one of the scene at most: a small flow isn't blown up."""


class Minimap(QWidget):
    """A small picture of the whole flow over the canvas' corner."""

    def __init__(self, parent: QWidget, viewer: Viewer, cards: Callable[[], Iterable[Card]]) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._cards = cards
        self._picture: QPixmap | None = None
        self._area = QRectF()
        self.setFixedSize(SIZE)
        self.setAccessibleName(_("Minimap"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._redrawing = QTimer(self)
        self._redrawing.setSingleShot(True)
        self._redrawing.setInterval(60)
        self._redrawing.timeout.connect(self._redraw)
        viewer.panned.connect(self.update)

    def refresh(self) -> None:
        """Something on the canvas changed: draw it anew soon, once for many changes."""
        if not self._redrawing.isActive():
            self._redrawing.start()

    def _redraw(self) -> None:
        self._picture = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        if self._picture is None or self._picture.devicePixelRatio() != ratio:
            self._area = self._wanted_area()
            self._picture = self._drawn(ratio)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawPixmap(0, 0, self._picture)
        seen = self._mapped(self._viewer.seen()).intersected(QRectF(self.rect()).adjusted(5, 5, -6, -6))
        painter.setPen(look.pen("accent-line", 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(seen, 3, 3)

    def _drawn(self, ratio: float) -> QPixmap:
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(look.pen("border"))
        painter.setBrush(look.color("surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        for card in self._cards():
            painter.setPen(look.pen(frame_token(card)))
            painter.setBrush(look.color(f"{look.type_token(card.tint)}-soft"))
            painter.drawRoundedRect(self._mapped(card.rect.translated(card.pos())), 2, 2)
        painter.end()
        return picture

    def _wanted_area(self) -> QRectF:
        """What the map shows: all cards, or all that fits at its largest scale."""
        rect = QRectF()
        for card in self._cards():
            rect = rect.united(card.rect.translated(card.pos()))
        rect = rect.adjusted(-64, -64, 64, 64)
        room = QRectF(self.rect()).adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE)
        scale = min(_LARGEST, room.width() / rect.width(), room.height() / rect.height())
        area = QRectF(0, 0, room.width() / scale, room.height() / scale)
        area.moveCenter(rect.center())
        return area

    def _scale(self) -> float:
        return (self.width() - 2 * _EDGE) / self._area.width() if self._area.width() else 1.0

    def _mapped(self, rect: QRectF) -> QRectF:
        scale = self._scale()
        return QRectF(
            _EDGE + (rect.x() - self._area.x()) * scale,
            _EDGE + (rect.y() - self._area.y()) * scale,
            rect.width() * scale,
            rect.height() * scale,
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._go(event.position().toPoint())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event.position().toPoint())

    def _go(self, point: QPoint) -> None:
        scale = self._scale()
        x = self._area.x() + (point.x() - _EDGE) / scale
        y = self._area.y() + (point.y() - _EDGE) / scale
        self._viewer.centerOn(QPointF(x, y))
