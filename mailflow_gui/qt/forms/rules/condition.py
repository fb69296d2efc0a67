"""When a rule counts: always, or only if all or any of some comparisons are true, which may stand in groups of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from mailflow_gui.language import _
from mailflow_gui.mapping.fields import MESSAGE_FIELDS
from mailflow_gui.mapping.rules import OPERATOR_TITLES
from mailflow_gui.qt.controls import Card, set_tool_tip
from mailflow_gui.qt.forms.boxes import Choice, Line, NameBox
from mailflow_gui.qt.forms.editor import Editor, mark
from mailflow_gui.qt.forms.labels import Complaint, Label
from mailflow_gui.qt.forms.rules import catalogue
from mailflow_gui.qt.forms.rules.flow_layout import FlowLayout
from mailflow_gui.qt.forms.rules.parts import adder, emptied, tool
from mailflow_gui.qt.forms.simple import shown
from mailflow_gui.qt.forms.values import MISSING, below, faulty, merged
from mailflow_gui.qt.theme import theme

_WIDE = 420
"""From this width on a comparison is one line."""


class ConditionEditor(Editor):
    """A condition made of comparisons; one in a form that nobody knows can only be taken away.

    :param inner: a group inside a condition.
    """

    def __init__(self, *, inner: bool = False) -> None:
        super().__init__()
        self.rows: list[Comparison | Group] = []
        choices = [("", _("Always"))] if not inner else []
        choices.append(("all", _("All of these are true") if inner else _("Only if all of these are true")))
        choices.append(("any", _("Any of these is true") if inner else _("Only if any of these is true")))
        self._form = Choice(choices)
        self._form.activated.connect(lambda _index: self._chosen(self._form.currentData()))
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        self.add_button = adder(_("Add condition"), act=self.add)
        self.add_group_button = adder(_("Add group"), act=self.add_group)
        self._foreign = Label(
            _("This condition is written in the file in a form that can’t be edited here."),
            "caption",
            "hint",
            weight=400,
            wrap=True,
        )
        self._forget = adder(_("Remove the condition"), act=lambda: self._chosen(""))
        self._forget.setIcon(theme.icon("trash-2", "text-2", 14))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        for widget in (self._form, self._foreign):
            layout.addWidget(widget)
        layout.addLayout(self._list)
        adders = FlowLayout(gap=4)
        adders.addWidget(self.add_button)
        adders.addWidget(self.add_group_button)
        layout.addLayout(adders)
        layout.addWidget(self._forget)

    def control(self) -> QWidget:
        return self._form

    def builder_parts(self) -> tuple[QWidget, ...]:
        """Everything that is there to choose comparisons, but for these themselves."""
        return (self._form, self._foreign, self._forget, self.add_button, self.add_group_button)

    def show_raw(self, raw: Any) -> None:
        parts = catalogue.parts(raw)
        absent = raw is MISSING or raw is None
        foreign = parts is None and not absent
        self._form.setVisible(not foreign)
        self._foreign.setVisible(foreign)
        self._forget.setVisible(foreign)
        self.add_button.setVisible(parts is not None)
        self.add_group_button.setVisible(parts is not None)
        form, rows = parts or ("", [])
        self._form.choose(form)
        if [_is_group(row) for row in rows] == [isinstance(widget, Group) for widget in self.rows]:
            for widget, row in zip(self.rows, rows, strict=True):
                widget.show_row(row)
            return
        emptied(self._list)
        self.rows = [
            Group(self, place, row) if _is_group(row) else Comparison(self, place, row)
            for place, row in enumerate(rows)
        ]
        for widget in self.rows:
            self._list.addWidget(widget)

    def add(self) -> None:
        """One more comparison."""
        form, rows = catalogue.parts(self._raw) or ("all", [])
        self._put(form, [*rows, _first()])

    def add_group(self) -> None:
        """One more group, which asks the other way round."""
        form, rows = catalogue.parts(self._raw) or ("all", [])
        self._put(form, [*rows, {"any" if form == "all" else "all": [_first()]}])

    def remove(self, place: int) -> None:
        """One less; without any, the rule counts always."""
        form, rows = catalogue.parts(self._raw) or ("all", [])
        rest = rows[:place] + rows[place + 1 :]
        self.rows = []
        emptied(self._list)
        self._put(form, rest)

    def typed(self, place: int, row: dict[str, Any]) -> None:
        """A comparison was changed."""
        form, rows = catalogue.parts(self._raw) or ("all", [])
        rows[place] = row
        self.take({form: rows})

    def _chosen(self, form: str) -> None:
        rows = (catalogue.parts(self._raw) or ("", []))[1]
        self._put(form, (rows or [_first()]) if form else [])

    def _put(self, form: str, rows: list[dict[str, Any]]) -> None:
        self.take({form: rows} if form and rows else MISSING)
        self.show_raw(self._raw)

    def show_problems(self, problems: Mapping[str, str]) -> None:
        form = (catalogue.parts(self._raw) or ("all", []))[0]
        inside = below(problems, form)
        for place, row in enumerate(self.rows):
            row.show_problems(below(inside, str(place)))
        mark(self._form, bool(problems) and not self.rows)

    def shown_inside(self, path: str) -> bool:
        parts = path.split(".")
        return len(parts) > 1 and parts[1].isdigit() and int(parts[1]) < len(self.rows)

    def focus_path(self, path: str) -> bool:
        parts = path.split(".")
        if len(parts) > 1 and parts[1].isdigit() and int(parts[1]) < len(self.rows):
            self.rows[int(parts[1])].focus(".".join(parts[2:]))
        else:
            self._form.setFocus()
        return True


def _is_group(row: Mapping[str, Any]) -> bool:
    return "field" not in row


class Group(Card):
    """Comparisons that are asked about as one."""

    def __init__(self, owner: ConditionEditor, place: int, row: Mapping[str, Any]) -> None:
        super().__init__()
        self.editor = ConditionEditor(inner=True)
        self.editor.edited.connect(lambda: self._changed(owner, place))
        line = QHBoxLayout(self)
        line.setContentsMargins(8, 8, 4, 4)
        line.setSpacing(4)
        line.addWidget(self.editor, 1)
        remove = tool("x", _("Remove this group"), lambda: owner.remove(place))
        line.addWidget(remove, 0, Qt.AlignmentFlag.AlignTop)
        self.show_row(row)

    def show_row(self, row: Mapping[str, Any]) -> None:
        """Show a group."""
        self.editor.set_raw(dict(row))
        self.editor.ensure_shown()

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """Mark what is wrong inside."""
        self.editor.show_problems(problems)

    def focus(self, path: str) -> None:
        """Give the keys to one of the boxes inside."""
        self.editor.focus_path(path)

    def _changed(self, owner: ConditionEditor, place: int) -> None:
        raw = self.editor.raw()
        if isinstance(raw, Mapping):
            owner.typed(place, dict(raw))
        else:
            owner.remove(place)


def _first() -> dict[str, Any]:
    return {"field": "subject", "operator": "contains", "value": ""}


class Comparison(QWidget):
    """A question about one field."""

    def __init__(self, owner: ConditionEditor, place: int, row: Mapping[str, Any]) -> None:
        super().__init__()
        self._owner, self._at = owner, place
        self._row: dict[str, Any] = {}
        names = [(one.name, catalogue.field_title(one.name)) for one in MESSAGE_FIELDS]
        self.field = NameBox(names, _("Field"))
        self.field.setAccessibleName(_("Field"))
        self.field.named.connect(lambda name: self._set("field", name))
        self.operator = Choice([(name, _(title)) for name, title in OPERATOR_TITLES.items()])
        self.operator.setAccessibleName(_("Operator"))
        self.operator.activated.connect(lambda _index: self._set("operator", self.operator.currentData()))
        self.value = Line(_("Value"))
        self.value.setAccessibleName(_("Value"))
        self.value.textEdited.connect(self._typed)
        self.case = QToolButton()
        self.case.setText("Aa")
        self.case.setFont(theme.font("small"))
        self.case.setCheckable(True)
        self.case.setFixedSize(28, 28)
        self.case.setToolTip(_("Match case"))
        self.case.setAccessibleName(_("Match case"))
        self.case.clicked.connect(lambda: self._set("match_case", self.case.isChecked()))
        self._error = Complaint()
        first, second = QHBoxLayout(), QHBoxLayout()
        for line in (first, second):
            line.setSpacing(4)
        first.addWidget(self.field, 1)
        self._remove = tool("x", _("Remove this condition"), lambda: owner.remove(place))
        first.addWidget(self._remove)
        second.addWidget(self.value, 1)
        second.addWidget(self.case)
        self._boxes = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._boxes.setSpacing(4)
        self._boxes.addLayout(first, 1)
        self._boxes.addWidget(self.operator, 1)
        self._boxes.addLayout(second, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(self._boxes)
        layout.addWidget(self._error)
        self.show_row(row)

    def show_row(self, row: Mapping[str, Any]) -> None:
        """Show a comparison."""
        self._row = dict(row)
        name = str(row.get("field", ""))
        self.field.show_name(name)
        set_tool_tip(self.field, name)
        self.operator.choose(row.get("operator"))
        value = row.get("value")
        text = ", ".join(map(shown, value)) if isinstance(value, list | tuple) else shown(value)
        if self.value.text() != text:
            self.value.setText(text)
        self.case.setChecked(row.get("match_case", True) is not False)
        has_value = row.get("operator") not in catalogue.VALUELESS
        self.value.setVisible(has_value)
        self.case.setVisible(has_value)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Side by side where there is room."""
        super().resizeEvent(event)
        is_wide = self.width() >= _WIDE
        direction = QBoxLayout.Direction.LeftToRight if is_wide else QBoxLayout.Direction.TopToBottom
        if self._boxes.direction() != direction:
            self._boxes.setDirection(direction)

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """Redden what is wrong, and say why."""
        for key, box in (("field", self.field), ("operator", self.operator), ("value", self.value)):
            mark(box, faulty(below(problems, key)))
        self._error.say("\n".join(dict.fromkeys(problems.values())), warning=not faulty(problems))

    def focus(self, key: str) -> None:
        """Give the keys to one of the boxes."""
        key = key.partition(".")[0]
        widgets: dict[str, QWidget] = {"field": self.field, "operator": self.operator}
        widgets.get(key, self.value if self.value.isVisibleTo(self) else self.operator).setFocus()

    def _typed(self, text: str) -> None:
        if isinstance(self._row.get("value"), list | tuple):
            self._set("value", [part.strip() for part in text.split(",")])
        else:
            self._set("value", text)

    def _set(self, key: str, value: Any) -> None:
        kept = ("field", "operator", "value", *self._row)
        row = merged(self._row, key, value, default=MISSING, kept=kept)
        if row.get("operator") in catalogue.VALUELESS:
            row.pop("value", None)
        elif "value" not in row:
            row = merged(row, "value", "", order=("field", "operator", "value", "match_case"))
        self.show_row(row)
        self._owner.typed(self._at, row)
