"""The problems of a mapping, each with what mends it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.controls import Button, Count, ElidedLabel, IconLabel, Label
from mailflow_gui.qt.forms.body import surface
from mailflow_gui.qt.forms.rules.parts import emptied

_ROW, _HEAD, _MOST = 36, 36, 3


@dataclass(frozen=True)
class Trouble:
    """One thing that is wrong."""

    severity: Literal["error", "warning"]
    text: str
    remedies: tuple[tuple[str, Callable[[], None]], ...] = field(default=(), compare=False)
    """What can be done: words, and what they do."""
    offered: tuple[str, ...] = ()
    """The words of the remedies, which tell troubles apart."""


class ProblemStrip(QWidget):
    """A list beneath the cards; not there while nothing is wrong."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        surface(self)
        self.troubles: tuple[Trouble, ...] = ()
        self._errors, self._warnings = Count(0, "danger"), Count(0, "warn")
        head = QHBoxLayout()
        head.setContentsMargins(16, 0, 16, 0)
        head.setSpacing(8)
        head.addWidget(Label(_("Problems"), "title"))
        head.addWidget(self._errors)
        head.addWidget(self._warnings)
        head.addStretch(1)
        top = QWidget()
        top.setFixedHeight(_HEAD)
        top.setLayout(head)
        inside = QWidget()
        surface(inside)
        self._list = QVBoxLayout(inside)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(0)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(inside)
        line = QFrame()
        line.setFrameShape(QFrame.Shape.HLine)
        line.setFixedHeight(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(line)
        layout.addWidget(top)
        layout.addWidget(self._area)
        self.hide()

    def show_troubles(self, troubles: Sequence[Trouble]) -> None:
        """Show these."""
        troubles = tuple(troubles)
        if troubles == self.troubles:
            return
        self.troubles = troubles
        errors = sum(one.severity == "error" for one in troubles)
        for count, number in ((self._errors, errors), (self._warnings, len(troubles) - errors)):
            count.set_text(str(number))
            count.setVisible(number > 0)
        emptied(self._list)
        for one in troubles:
            self._list.addWidget(self._row(one))
        self._list.addStretch(1)
        shown = min(_MOST, len(troubles))
        self.setFixedHeight(1 + _HEAD + shown * _ROW + 4)
        self.setVisible(bool(troubles))

    def _row(self, one: Trouble) -> QWidget:
        row = QWidget()
        row.setFixedHeight(_ROW)
        line = QHBoxLayout(row)
        line.setContentsMargins(16, 0, 16, 0)
        line.setSpacing(8)
        is_error = one.severity == "error"
        line.addWidget(
            IconLabel("circle-alert" if is_error else "triangle-alert", "danger" if is_error else "warn", 16)
        )  # fmt: skip
        line.addWidget(ElidedLabel(one.text, "small"), 1)
        for words, act in one.remedies:
            button = Button(words, compact=True)
            button.clicked.connect(lambda _checked=False, act=act: act())
            line.addWidget(button)
        return row
