"""The dot that tells a node's, a flow's or a server's state, and the pips that tell which steps a message took."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from mailflow_gui.language import N_, _
from mailflow_gui.qt.controls.text import set_tool_tip
from mailflow_gui.qt.theme import theme

State = Literal["idle", "running", "done", "warning", "failing", "off", "held"]
Pip = Literal["done", "running", "waiting", "retrying", "failed", "skipped"]

_WORDS: Final = {
    "idle": N_("Idle"),
    "running": N_("Running"),
    "done": N_("Done"),
    "warning": N_("Warning"),
    "failing": N_("Failing"),
    "off": N_("Switched off"),
    "held": N_("Held"),
}
_FILLS: Final = {
    "running": "ok-dot",
    "done": "ok-dot",
    "warning": "warn-dot",
    "failing": "danger-dot",
    "held": "accent-line",
}
"""The others are hollow."""
_PIP_FILLS: Final = {
    "done": "ok-dot",
    "running": "accent-line",
    "retrying": "warn-dot",
    "failed": "danger-dot",
    "skipped": "border-control",
}
_DOT = 8
_RING = 16
"""A running dot has a ring: 2 px away, 1.5 px wide."""
_PIP_WIDTH, _PIP_HEIGHT, _PIP_GAP = 14, 6, 3


def state_word(state: State) -> str:
    """The state in the reader's language: colour alone tells nobody anything."""
    return _(_WORDS[state])


def paint_dot(painter: QPainter, center: QPointF, state: State) -> None:
    """Paint the dot of a state, 8 px wide, 16 with the ring of a running one."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    fill = _FILLS.get(state)
    if fill is None:
        painter.setPen(QPen(theme.color("text-3"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(center, _DOT / 2 - 1, _DOT / 2 - 1)
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(fill))
        painter.drawEllipse(center, _DOT / 2, _DOT / 2)
        if state == "running":
            painter.setPen(QPen(theme.color(fill), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            radius = _DOT / 2 + 2 + 0.75
            painter.drawEllipse(center, radius, radius)
    painter.restore()


class StateDot(QWidget):
    """A state as a dot, its word as tool tip and accessible name; always as wide as with a ring, so that lists stay aligned."""

    def __init__(self, state: State = "idle", *, word: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: State = state
        self.setFixedSize(_RING, _RING)
        self.set_state(state, word)

    @property
    def state(self) -> State:
        """What it shows."""
        return self._state

    def set_state(self, state: State, word: str = "") -> None:
        """Show another state; ``word`` says more than the state's own word, such as why it fails."""
        self._state = state
        self.setAccessibleName(word or state_word(state))
        set_tool_tip(self, word or state_word(state))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        paint_dot(QPainter(self), QRectF(self.rect()).center(), self._state)


def pips_width(count: int) -> int:
    """How wide so many pips are, in logical pixels."""
    return max(0, count * (_PIP_WIDTH + _PIP_GAP) - _PIP_GAP)


def paint_pips(painter: QPainter, rectangle: QRect, pips: Sequence[Pip]) -> None:
    """Paint one pip per step at the left of ``rectangle``, vertically centred; those that don't fit are left out."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    left, top = rectangle.left(), rectangle.top() + (rectangle.height() - _PIP_HEIGHT) / 2
    for pip in pips:
        if left + _PIP_WIDTH > rectangle.left() + rectangle.width():
            break
        place = QRectF(left, top, _PIP_WIDTH, _PIP_HEIGHT)
        if fill := _PIP_FILLS.get(pip):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(fill))
            painter.drawRoundedRect(place, 2, 2)
        else:
            painter.setPen(QPen(theme.color("border-control"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), 1.5, 1.5)
        left += _PIP_WIDTH + _PIP_GAP
    painter.restore()


class Pips(QWidget):
    """The steps of a message as pips."""

    def __init__(self, pips: Sequence[Pip] = (), *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._pips: tuple[Pip, ...] = ()
        self.show_pips(pips, name)

    def show_pips(self, pips: Sequence[Pip], name: str = "") -> None:
        """Show other steps; ``name`` tells them in words."""
        self._pips = tuple(pips)
        self.setAccessibleName(name)
        set_tool_tip(self, name)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Room for all."""
        return QSize(pips_width(len(self._pips)), _PIP_HEIGHT)

    def paintEvent(self, _event: QPaintEvent) -> None:
        paint_pips(QPainter(self), self.rect(), self._pips)
