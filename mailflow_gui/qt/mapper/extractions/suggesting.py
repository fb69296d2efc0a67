"""The labels that the sample has, to be ticked."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from mailflow_gui.language import _
from mailflow_gui.mapping.extraction.keys import same
from mailflow_gui.qt.controls import Button
from mailflow_gui.qt.forms.labels import Label
from mailflow_gui.qt.forms.rules.parts import emptied
from mailflow_gui.qt.mapper.extractions.found_list import show_value
from mailflow_gui.qt.mapper.value_line import ValueLine
from mailflow_gui.qt.mapper.values import Shown
from mailflow_gui.qt.theme import theme

_TITLE = 140


class Suggestions(QWidget):
    """A button, and beneath it a box for each label once it was pressed."""

    changed = Signal(object)
    """The labels that are wanted now, a list of texts: those that were typed stay."""

    def __init__(self) -> None:
        super().__init__()
        self._labels: list[str] = []
        self._offered: tuple[tuple[str, Shown], ...] = ()
        self.boxes: list[QCheckBox] = []
        self.button = Button(_("Suggest labels"), "lightbulb", compact=True)
        self.button.clicked.connect(lambda: self.set_open(not self.is_open))
        self.button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.hint = Label("", "caption", "hint", weight=400, wrap=True)
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(0)
        self._inside = QWidget()
        inside = QVBoxLayout(self._inside)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(4)
        inside.addWidget(self.hint)
        inside.addLayout(self._list)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self.button)
        layout.addWidget(self._inside)
        self.set_open(False)

    @property
    def is_open(self) -> bool:
        """Whether the labels are shown."""
        return not self._inside.isHidden()

    def set_open(self, is_open: bool) -> None:
        """Show the labels, or only the button."""
        self._inside.setVisible(is_open)
        self.button.setText(_("Hide suggestions") if is_open else _("Suggest labels"))

    def show_labels(self, wanted: Sequence[str], offered: Sequence[tuple[str, Shown]], *, has_sample: bool) -> None:
        """Show what the sample has, ticked where it is wanted."""
        self._labels = list(wanted)
        if tuple(offered) != self._offered:
            self._offered = tuple(offered)
            self._make()
        ticked = {same(one) for one in wanted}
        for box, (label, _value) in zip(self.boxes, self._offered, strict=True):
            box.setChecked(same(label) in ticked)
        words = _("Tick the labels that you want. Without any, all of them become fields.")
        if not offered:
            words = _("This sample has no labels here.") if has_sample else _("Choose a sample to see its labels.")
        self.hint.setText(words)

    def _make(self) -> None:
        emptied(self._list)
        self.boxes = []
        for label, value in self._offered:
            row = QWidget()
            row.setFixedHeight(24)
            box = QCheckBox(label.replace("&", "&&"))
            box.setFont(theme.font("small", 500))
            box.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            box.setFixedWidth(_TITLE)
            box.setToolTip(label)
            box.clicked.connect(
                lambda _checked=False, label=label, box=box: self._ticked(label, wanted=box.isChecked())
            )
            line = ValueLine()
            show_value(line, value)
            across = QHBoxLayout(row)
            across.setContentsMargins(0, 0, 0, 0)
            across.setSpacing(8)
            across.addWidget(box)
            across.addWidget(line, 1)
            self.boxes.append(box)
            self._list.addWidget(row)

    def _ticked(self, label: str, *, wanted: bool) -> None:
        rest = [one for one in self._labels if same(one) != same(label)]
        self._labels = [*rest, label] if wanted else rest
        self.changed.emit(list(self._labels))
