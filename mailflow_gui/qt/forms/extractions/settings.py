"""The settings of one extraction: its kind, and what that kind asks for, generated from its settings model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from mailflow_gui.language import N_, _
from mailflow_gui.mapping.fields import MESSAGE_FIELDS
from mailflow_gui.qt.forms import choices, simple
from mailflow_gui.qt.forms.boxes import Choice, NameBox
from mailflow_gui.qt.forms.description import Field
from mailflow_gui.qt.forms.editor import Editor, Row
from mailflow_gui.qt.forms.extractions import catalogue
from mailflow_gui.qt.forms.group import GroupEditor
from mailflow_gui.qt.forms.rules.catalogue import field_title
from mailflow_gui.qt.forms.values import MISSING, merged
from mailflow_gui.qt.theme import theme

_LOOKED_IN = ("content", "text", "html", "subject")
"""Fields that people look in, the usual ones first; any other can be typed."""


class KindEditor(Editor):
    """Which way of looking it is."""

    def __init__(self) -> None:
        super().__init__()
        self.box = Choice([(one.name, _(one.title)) for one in catalogue.kinds()])
        self.box.activated.connect(lambda _index: self.take(self.box.currentData()))
        simple.filled(QVBoxLayout(self), self.box)

    def control(self) -> QWidget:
        return self.box

    def show_raw(self, raw: Any) -> None:
        if not self.box.choose(raw):
            self.box.setPlaceholderText(simple.shown(raw))


class FieldEditor(Editor):
    """The field in which it looks."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        self._field = field
        texts = [one.name for one in MESSAGE_FIELDS if one.type == "text" and not one.many and "." not in one.name]
        names = dict.fromkeys([*_LOOKED_IN, *texts])
        self.box = NameBox([(name, field_title(name)) for name in names], _("Field"))
        self.box.named.connect(self.take)
        simple.filled(QVBoxLayout(self), self.box)

    def control(self) -> QWidget:
        return self.box

    def show_raw(self, raw: Any) -> None:
        self.box.show_name(simple.shown(self._field.default if raw is MISSING else raw))


def setting(field: Field) -> Editor:
    """The editor of one setting: by its kind, but for the names of fields and for patterns, which have letters of one width."""
    if field.key == "field":
        return FieldEditor(field)
    if field.kind == "switch":
        return simple.SwitchEditor(field)
    if field.kind == "choice":
        return choices.ChoiceEditor(field)
    if field.kind == "texts":
        return simple.TextsEditor(field)
    if field.kind != "text":
        return simple.JsonEditor(field)
    editor = simple.TextEditor(field, grows=field.key == "pattern")
    if field.key == "pattern":
        editor.control().setFont(theme.font("mono"))
    return editor


class SettingsEditor(Editor):
    """All of one extraction. Another kind brings other settings; what both have stays."""

    def __init__(self) -> None:
        super().__init__()
        self.kind = KindEditor()
        self.form = GroupEditor((), setting)
        self._kind_row = Row(Field("kind", "choice", N_("Kind")), self.kind)
        self.kind.edited.connect(lambda: self._chosen(str(self.kind.raw())))
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(12)
        self._layout.addWidget(self._kind_row)
        self._layout.addWidget(self.form)
        self._shown_kind = ""
        self._memory: catalogue.Memory = {}
        """What was set before another kind was chosen: whoever comes back to a kind finds it again."""
        self._problems: dict[str, str] = {}

    def control(self) -> QWidget:
        return self.kind.control()

    def show_raw(self, raw: Any) -> None:
        self._memory = {}
        kind = str(raw.get("kind", "")) if isinstance(raw, Mapping) else ""
        self.kind.set_raw(kind)
        self._make_form(kind)
        self.form.set_raw(raw)
        self.form.ensure_shown()

    def _make_form(self, kind: str) -> None:
        if kind == self._shown_kind:
            return
        self._shown_kind = kind
        old, self.form = self.form, GroupEditor(catalogue.fields(kind), setting)
        self._layout.replaceWidget(old, self.form)
        old.hide()
        old.deleteLater()
        self.form.edited.connect(self._edited)
        self.form.setVisible(bool(self.form.rows))
        self.form.show_problems(self._problems)
        self.made()

    def made(self) -> None:
        """The settings of another kind are shown now."""

    def _edited(self) -> None:
        self.take(self.form.raw())

    def put(self, key: str, value: Any) -> None:
        """Set one of the settings, as if it had been typed."""
        whole = self._raw if isinstance(self._raw, Mapping) else {}
        field = next((one for one in self.form.fields if one.key == key), None)
        default = field.default if field is not None else MISSING
        order = ["kind", *(one.key for one in self.form.fields)]
        raw = merged(whole, key, value, default=default, order=order)
        self.form.set_raw(raw)
        self.take(raw)

    def _chosen(self, kind: str) -> None:
        catalogue.remember(self._memory, self._raw)
        raw = catalogue.recalled(self._memory, kind)
        self._make_form(kind)
        self.form.set_raw(raw)
        self.form.ensure_shown()
        self.take(raw)

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """Mark what is wrong; what has no field of its own stands at the kind."""
        self._problems = dict(problems)
        self.form.show_problems(problems)
        rest = {path: text for path, text in problems.items() if path.partition(".")[0] not in self.form.rows}
        self._kind_row.show_problems({"": "\n".join(dict.fromkeys(rest.values()))} if rest else {})

    def shown_inside(self, path: str) -> bool:
        return True

    def focus_path(self, path: str) -> bool:
        """Give the keys to a setting; without a path to the first one."""
        if path.partition(".")[0] == "kind" or not self.form.rows:
            return self.kind.focus_path("")
        return self.form.focus_path(path)
