"""A switch: something is on or off at once, without a button to confirm it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from mailflow_gui.qt.theme import theme
from mailflow_gui.qt.theme.focus_ring import PROPERTY as FOCUS_RING

_WIDTH, _HEIGHT, _KNOB, _GAP = 32, 18, 12, 8


class Switch(QAbstractButton):
    """A switch with its text to the right; ``toggled`` tells of every change, Space toggles.

    :param name: what screen readers call a switch without a text.
    """

    def __init__(self, text: str = "", *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setProperty(FOCUS_RING, 4 if text else _HEIGHT // 2)
        self.setFont(theme.font("body"))
        if name:
            self.setAccessibleName(name)

    def sizeHint(self) -> QSize:
        """The switch and its text."""
        text = self.text()
        if not text:
            return QSize(_WIDTH, _HEIGHT)
        return QSize(_WIDTH + _GAP + self.fontMetrics().horizontalAdvance(text) + 1, max(_HEIGHT, 20))

    def paintEvent(self, _event: QPaintEvent) -> None:
        on, enabled = self.isChecked(), self.isEnabled()
        edge = "border" if not enabled else "accent" if on else "border-control"
        if on and enabled and self.underMouse():
            edge = "accent-hover"
        ground = "sunken" if not enabled else edge if on else "hover" if self.underMouse() else "surface"
        knob = "text-disabled" if not enabled else "on-accent" if on else "border-control"
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = (self.height() - _HEIGHT) / 2
        painter.setPen(QPen(theme.color(edge), 1))
        painter.setBrush(theme.color(ground))
        painter.drawRoundedRect(QRectF(0.5, top + 0.5, _WIDTH - 1, _HEIGHT - 1), 8.5, 8.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(knob))
        painter.drawEllipse(QRectF(_WIDTH - 3 - _KNOB if on else 3, top + 3, _KNOB, _KNOB))
        if self.text():
            painter.setPen(theme.color("text" if enabled else "text-disabled"))
            painter.drawText(self.rect().adjusted(_WIDTH + _GAP, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self.text())

    def enterEvent(self, event: object) -> None:
        self.update()

    def leaveEvent(self, event: object) -> None:
        self.update()
