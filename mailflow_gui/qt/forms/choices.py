"""Editors that choose one of a few words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.forms.boxes import Choice
from mailflow_gui.qt.forms.description import Field
from mailflow_gui.qt.forms.editor import Editor
from mailflow_gui.qt.forms.simple import filled, shown
from mailflow_gui.qt.forms.values import MISSING
from mailflow_gui.qt.theme import theme


class ChoiceEditor(Editor):
    """One of a few words: a list, or radio buttons where there are only two."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        self._field = field
        self._box = Choice([(value, _(title)) for value, title in field.choices])
        self._box.activated.connect(lambda _index: self.take(self._box.currentData()))
        filled(QVBoxLayout(self), self._box)

    def control(self) -> QWidget:
        return self._box

    def show_raw(self, raw: Any) -> None:
        if not self._box.choose(self._field.default if raw is MISSING else raw):
            self._box.setPlaceholderText(shown(raw))


class RadioEditor(Editor):
    """One of a few words, all of them in sight. What belongs to a word alone stands beneath it (:meth:`put_below`)."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        self._field = field
        self._group = QButtonGroup(self)
        self._layout = QVBoxLayout(self)
        filled(self._layout)
        self._buttons: dict[Any, QRadioButton] = {}
        self._below: dict[Any, list[QWidget]] = {}
        for value, title in field.choices:
            button = QRadioButton(_(title))
            button.setFont(theme.font("small"))
            button.clicked.connect(lambda _checked=False, value=value: self._chosen(value))
            self._group.addButton(button)
            self._buttons[value] = button
            self._layout.addWidget(button)

    def put_below(self, value: Any, widget: QWidget) -> None:
        """Show ``widget`` under the button of ``value``, while that is chosen."""
        widget.setContentsMargins(24, 0, 0, 0)
        self._layout.insertWidget(self._layout.indexOf(self._buttons[value]) + 1, widget)
        self._below.setdefault(value, []).append(widget)
        widget.setVisible(self._buttons[value].isChecked())

    def control(self) -> QWidget:
        chosen = self._group.checkedButton()
        return chosen if chosen is not None else self

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """The sentence says it; a round button has no frame to redden."""

    def show_raw(self, raw: Any) -> None:
        value = self._field.default if raw is MISSING else raw
        self._group.setExclusive(False)
        for each, button in self._buttons.items():
            button.setChecked(each == value)
        self._group.setExclusive(True)
        self._reveal(value)

    def _chosen(self, value: Any) -> None:
        self._reveal(value)
        self.take(value)

    def _reveal(self, value: Any) -> None:
        for each, widgets in self._below.items():
            for widget in widgets:
                widget.setVisible(each == value)


class MaybeEditor(Editor):
    """Yes, no, or it doesn't matter."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        self._box = Choice([(None, _("Doesn’t matter")), (True, _("Yes")), (False, _("No"))])
        self._box.activated.connect(lambda _index: self.take(self._box.currentData()))
        filled(QVBoxLayout(self), self._box)

    def control(self) -> QWidget:
        return self._box

    def show_raw(self, raw: Any) -> None:
        self._box.choose(None if raw is MISSING else raw)
