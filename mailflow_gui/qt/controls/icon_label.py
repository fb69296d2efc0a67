"""An icon that stands by itself, in a colour that follows the theme."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from mailflow_gui.qt.controls.text import ElidedLabel
from mailflow_gui.qt.theme import theme

_INK = "text-2"


class IconLabel(QWidget):
    """An icon, painted sharp at every pixel ratio; ``tile`` puts it on a rounded tile in another colour."""

    def __init__(
        self,
        name: str,
        token: str = _INK,
        size: int = 16,
        *,
        tile: str = "",
        tile_size: int = 40,
        tile_radius: int = 8,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._name, self._token, self._size = name, token, size
        self._tile, self._tile_radius = tile, tile_radius
        side = tile_size if tile else size
        self.setFixedSize(side, side)

    def set_icon(self, name: str, token: str) -> None:
        """Show another icon, or the same in another colour."""
        self._name, self._token = name, token
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._tile:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(self._tile))
            painter.drawRoundedRect(self.rect(), self._tile_radius, self._tile_radius)
        place = (self.width() - self._size) // 2
        token = self._token if self.isEnabled() else "text-disabled"
        painter.drawPixmap(place, place, theme.pixmap(self._name, token, self._size, self.devicePixelRatioF()))


class StateText(QWidget):
    """A state as the design wants it: icon, word and colour together."""

    def __init__(self, icon: str, text: str, token: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = IconLabel(icon, token)
        self._text = ElidedLabel(text, "small", token, weight=500)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Room for the whole word."""
        metrics = self._text.fontMetrics()
        return QSize(24 + metrics.horizontalAdvance(self._text.text()) + 1, 20)

    def set_state(self, icon: str, text: str, token: str) -> None:
        """Show another state."""
        self._icon.set_icon(icon, token)
        self._text.set_token(token)
        self._text.setText(text)
        self.updateGeometry()
