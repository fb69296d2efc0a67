"""A banner: something to know that stays in view until it is over."""

from __future__ import annotations

from typing import Final, Literal

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.controls.button import Button
from mailflow_gui.qt.controls.icon_label import IconLabel
from mailflow_gui.qt.controls.text import Label
from mailflow_gui.qt.controls.text_scroll import TextScroll
from mailflow_gui.qt.theme import theme

Kind = Literal["info", "ok", "warn", "danger"]

_LOOKS: Final = {
    "info": ("lightbulb", "accent-soft", "accent-line", "accent-text"),
    "ok": ("circle-check", "ok-soft", "ok-dot", "ok"),
    "warn": ("triangle-alert", "warn-soft", "warn-dot", "warn"),
    "danger": ("circle-alert", "danger-soft", "danger-dot", "danger"),
}
"""Icon, ground, edge, ink."""


class Banner(QWidget):
    """What happened, what to do, and the buttons that do it.

    :param text: what happened, in one sentence.
    :param advice: what to do.
    :param closable: the person may put it away; ``closed`` tells so.
    :param long: the advice may be long, and scrolls then.
    """

    closed = Signal()

    def __init__(
        self,
        kind: Kind,
        text: str = "",
        advice: str = "",
        *,
        closable: bool = False,
        long: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._kind: Kind = kind
        self._icon = IconLabel(_LOOKS[kind][0], _LOOKS[kind][3])
        self._text = Label("", "small", weight=600, wrap=True)
        self._advice = Label("", "small", "text-2", wrap=True)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 8, 8, 8)
        self._row.setSpacing(8)
        self._row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self._text)
        self._below: QWidget = TextScroll(self._advice) if long else self._advice
        texts.addWidget(self._below)
        self._row.addLayout(texts, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._close: Button | None = None
        if closable:
            self._close = Button("", "x", "ghost", compact=True, name=_("Close"))
            self._close.clicked.connect(self.hide)
            self._close.clicked.connect(self.closed)
            self._row.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)
        self.say(kind, text, advice)

    @property
    def text(self) -> str:
        """What it says happened."""
        return self._text.text()

    def say(self, kind: Kind, text: str, advice: str = "") -> None:
        """Say something else."""
        self._kind = kind
        self._icon.set_icon(_LOOKS[kind][0], _LOOKS[kind][3])
        self._text.setText(text)
        self._advice.setText(advice)
        self._below.setVisible(bool(advice))
        self._below.updateGeometry()
        self.setAccessibleName(f"{text} {advice}".strip())
        self.update()

    def add_button(self, button: Button) -> Button:
        """Put a button at the right end; compact ones fit."""
        place = self._row.count() - (1 if self._close else 0)
        self._row.insertWidget(place, button, 0, Qt.AlignmentFlag.AlignVCenter)
        return button

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _icon, ground, edge, _ink = _LOOKS[self._kind]
        painter.setPen(QPen(theme.color(edge), 1))
        painter.setBrush(theme.color(ground))
        radius = theme.radius("control")
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
