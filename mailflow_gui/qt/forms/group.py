"""Editors of settings that belong together under one key, and of a node's settings as a whole: they hold editors of single values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.forms.choices import RadioEditor
from mailflow_gui.qt.forms.description import Field
from mailflow_gui.qt.forms.editor import Editor, Row
from mailflow_gui.qt.forms.labels import Label
from mailflow_gui.qt.forms.values import MISSING, below, merged
from mailflow_gui.qt.theme import theme

Maker = Callable[[Field], Editor]
_NUMBERS = ("whole", "number", "quantity")


class GroupEditor(Editor):
    """An object's keys, each with its editor. What nobody touches keeps its place and value; keys without an editor, too."""

    def __init__(self, fields: Sequence[Field], make: Maker) -> None:
        super().__init__()
        self.fields = tuple(fields)
        self.rows: dict[str, Row] = {}
        self._order = [one.key for one in fields]
        self._kept: frozenset[str] = frozenset()
        self._absent = True
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(12)
        self._lay_out(make)

    def _lay_out(self, make: Maker) -> None:
        lay_rows(self._layout, [self.row(one, make) for one in self.fields])

    def row(self, one: Field, make: Maker, *, title: bool = True) -> Row:
        """The row of one field, its editor listened to."""
        row = Row(one, make(one), title=title)
        row.editor.edited.connect(lambda: self._changed(one))
        self.rows[one.key] = row
        return row

    def show_raw(self, raw: Any) -> None:
        whole = self.whole(raw)
        self._kept = frozenset(whole)
        self._absent = raw is MISSING
        for key, row in self.rows.items():
            row.editor.set_raw(whole.get(key, MISSING))
            row.editor.ensure_shown()

    def whole(self, raw: Any) -> Mapping[str, Any]:
        """The object that ``raw`` means."""
        return raw if isinstance(raw, Mapping) else {}

    def _changed(self, one: Field) -> None:
        whole = self.changed_whole(one)
        self.take(MISSING if self._absent and not whole else whole)

    def changed_whole(self, one: Field) -> dict[str, Any]:
        """The object with what a person made of one of its fields."""
        value = self.rows[one.key].editor.raw()
        return merged(self.whole(self._raw), one.key, value, default=one.default, kept=self._kept, order=self._order)

    def show_problems(self, problems: Mapping[str, str]) -> None:
        for key, row in self.rows.items():
            row.show_problems(below(problems, key))

    def shown_inside(self, path: str) -> bool:
        return path.partition(".")[0] in self.rows

    def focus_path(self, path: str) -> bool:
        key, _dot, rest = path.partition(".")
        row = self.rows.get(key)
        if row is None:
            first = next(iter(self.rows.values()), None)
            return first.editor.focus_path("") if first and not path else False
        return row.editor.focus_path(rest)


class RadioGroupEditor(GroupEditor):
    """A choice whose words bring fields of their own: those stand beneath their word. A bare word in the file means that choice."""

    def _lay_out(self, make: Maker) -> None:
        chooser, *others = self.fields
        radio = RadioEditor(chooser)
        rows = [self.row(chooser, lambda _field: radio, title=False)]
        for one in others:
            row = self.row(one, make, title=False)
            value = one.only_for.get(chooser.key)
            if value is None:
                rows.append(row)
            else:
                radio.put_below(value, row)
        lay_rows(self._layout, rows)

    def whole(self, raw: Any) -> Mapping[str, Any]:
        return {self.fields[0].key: raw} if isinstance(raw, str) else super().whole(raw)

    def changed_whole(self, one: Field) -> dict[str, Any]:
        chooser = self.fields[0]
        whole = super().changed_whole(one)
        chosen = whole.get(chooser.key, chooser.default)
        for other in self.fields[1:]:
            if other.only_for.get(chooser.key, chosen) != chosen:
                whole.pop(other.key, None)
            elif other.only_for and self.rows[other.key].editor.raw() not in (MISSING, other.default):
                whole[other.key] = self.rows[other.key].editor.raw()
        return (
            whole
            if self._absent and whole.keys() <= {chooser.key} and chosen == chooser.default
            else {
                chooser.key: chosen,
                **whole,
            }
        )


class FoldedEditor(GroupEditor):
    """Settings that most people leave alone: folded away, unless some are set."""

    says_title = True

    def __init__(self, field: Field, make: Maker) -> None:
        self._title = _(field.title)
        self._head = QToolButton()
        self._inside = QWidget()
        super().__init__(field.fields, make)

    def _lay_out(self, make: Maker) -> None:
        self._head.setCheckable(True)
        self._head.setFont(theme.font("small", 500))
        self._head.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._head.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._head.setObjectName("fold")
        self._head.setStyleSheet("QToolButton#fold { padding: 2px 0; text-align: left; background: transparent; }")
        self._head.toggled.connect(self._fold)
        inside = QVBoxLayout(self._inside)
        inside.setContentsMargins(16, 4, 0, 0)
        inside.setSpacing(12)
        lay_rows(inside, [self.row(one, make) for one in self.fields])
        self._layout.setSpacing(4)
        self._layout.addWidget(self._head)
        self._layout.addWidget(self._inside)
        self._fold(False)

    def control(self) -> QWidget:
        return self._head

    def show_raw(self, raw: Any) -> None:
        super().show_raw(raw)
        self._head.setChecked(bool(self._set()))
        self._count()

    def show_problems(self, problems: Mapping[str, str]) -> None:
        if any(problems):
            self._head.setChecked(True)
        super().show_problems(problems)

    def focus_path(self, path: str) -> bool:
        self._head.setChecked(True)
        return super().focus_path(path)

    def _changed(self, one: Field) -> None:
        super()._changed(one)
        self._count()

    def _set(self) -> list[str]:
        whole = self.whole(self._raw)
        return [one.key for one in self.fields if whole.get(one.key) not in (None, "", one.default)]

    def _count(self) -> None:
        count = len(self._set())
        self._head.setText(f"{self._title} ({count})" if count else self._title)

    def _fold(self, is_open: bool) -> None:
        self._inside.setVisible(is_open)
        self._head.setIcon(theme.icon("chevron-down" if is_open else "chevron-right", "text-3", 12))


def lay_rows(layout: QVBoxLayout, rows: Sequence[Row]) -> None:
    """Rows below one another; two numbers that follow each other share a line, with their hints in one text beneath it."""
    waiting = list(rows)
    while waiting:
        row = waiting.pop(0)
        if row.field.kind in _NUMBERS and waiting and waiting[0].field.kind in _NUMBERS:
            layout.addLayout(_pair(row, waiting.pop(0)))
        else:
            layout.addWidget(row)


def _pair(first: Row, second: Row) -> QVBoxLayout:
    beside = QHBoxLayout()
    beside.setSpacing(12)
    beside.addWidget(first, 4 if first.field.kind == "quantity" else 3)
    beside.addWidget(second, 3)
    whole = QVBoxLayout()
    whole.setSpacing(4)
    whole.addLayout(beside)
    hints = []
    for row in (first, second):
        hints += row.without_texts(whole)
    if hints:
        whole.addWidget(Label(" ".join(hints), "caption", "hint", weight=400, wrap=True))
    return whole
