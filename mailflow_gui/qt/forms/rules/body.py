"""What a rule's card holds when it is open: everything that the rule says, each with an editor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from mailflow_gui.language import N_, _
from mailflow_gui.mapping.fields import MESSAGE_FIELDS, TARGET_FIELDS
from mailflow_gui.mapping.rules import Rule, Splitting
from mailflow_gui.qt.forms.boxes import Choice, NameBox, Paragraph
from mailflow_gui.qt.forms.description import Field, fields_of
from mailflow_gui.qt.forms.editor import Editor, Row
from mailflow_gui.qt.forms.group import GroupEditor
from mailflow_gui.qt.forms.rules import catalogue
from mailflow_gui.qt.forms.rules.sources import SourcesEditor
from mailflow_gui.qt.forms.rules.steps import StepsEditor
from mailflow_gui.qt.forms.rules.template import TemplateEditor
from mailflow_gui.qt.forms.rules.when import WhenEditor
from mailflow_gui.qt.forms.simple import NumberEditor, SwitchEditor, TextEditor
from mailflow_gui.qt.forms.surroundings import Surroundings
from mailflow_gui.qt.forms.values import MISSING, below, merged

KEYS = tuple(Rule.model_fields)
_OWN = object()
_DEFAULTS: Mapping[str, Any] = {
    "for_each": False,
    "otherwise": None,
    "condition": None,
    "combine": None,
    "split": None,
    "template": None,
}


class TargetEditor(Editor):
    """One of a mail's targets, or any name that is typed."""

    def __init__(self) -> None:
        super().__init__()
        self.box = NameBox([(one.name, _(one.title)) for one in TARGET_FIELDS], _("Target, or a name of your own"))
        self.box.named.connect(self.take)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.box)

    def control(self) -> QWidget:
        return self.box

    def show_raw(self, raw: Any) -> None:
        self.box.show_name(raw if isinstance(raw, str) else "")


class CombineEditor(Editor):
    """What stands between several sources."""

    def __init__(self) -> None:
        super().__init__()
        self.box = Choice([(value, _(title)) for value, title in catalogue.DELIMITERS])
        self.box.addItem(_("something else…"), _OWN)
        self.own = Paragraph(1, 3)
        self.own.setAccessibleName(_("Delimiter"))
        self.box.activated.connect(lambda _index: self._chosen(self.box.currentData()))
        self.own.textChanged.connect(self._typed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.box)
        layout.addWidget(self.own)
        self.own.hide()

    def control(self) -> QWidget:
        return self.box

    def show_raw(self, raw: Any) -> None:
        delimiter = raw.get("delimiter", " ") if isinstance(raw, Mapping) else " "
        if not self.own.hasFocus():
            known = self.box.choose(delimiter)
            if not known:
                self.box.setCurrentIndex(self.box.count() - 1)
            self.own.setVisible(not known)
        if self.own.toPlainText() != delimiter:
            self.own.blockSignals(True)
            self.own.setPlainText(str(delimiter))
            self.own.blockSignals(False)

    def _chosen(self, value: Any) -> None:
        self.own.setVisible(value is _OWN)
        if value is _OWN:
            self.own.setFocus()
        else:
            self._put(value)

    def _typed(self) -> None:
        self._put(self.own.toPlainText())

    def _put(self, delimiter: str) -> None:
        self.take(
            merged(self._raw if isinstance(self._raw, Mapping) else {}, "delimiter", delimiter, kept=("delimiter",))
        )


class RuleBody(Editor):
    """All of one rule."""

    def __init__(self, around: Surroundings, steps: StepsEditor | None = None) -> None:
        """:param steps: shows the steps; the forms' own list, if not given."""
        super().__init__()
        self.target, self.sources, self.combine = TargetEditor(), SourcesEditor(around), CombineEditor()
        self.steps, self.condition, self.otherwise = steps or StepsEditor(), WhenEditor(around), SourcesEditor(around)
        self.split = GroupEditor(fields_of(Splitting), _split_part)
        self.for_each = SwitchEditor(_field("for_each"))
        self.template = TemplateEditor(around, self._target)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        self._rows: dict[str, Row] = {}
        titles = {"transformations": N_("Steps"), "condition": N_("When"), "combine": N_("Between them")}
        for key, editor in (
            ("target", self.target),
            ("template", self.template),
            ("sources", self.sources),
            ("combine", self.combine),
            ("split", self.split),
            ("for_each", self.for_each),
            ("transformations", self.steps),
            ("condition", self.condition),
            ("otherwise", self.otherwise),
        ):
            row = Row(_field(key, titles.get(key)), editor)
            editor.edited.connect(lambda key=key: self._changed(key))
            self._rows[key] = row
            layout.addWidget(row)

    def show_raw(self, raw: Any) -> None:
        rule = raw if isinstance(raw, Mapping) else {}
        for key, row in self._rows.items():
            row.editor.set_raw(rule.get(key, MISSING))
            row.editor.ensure_shown()
        self._reveal()

    def _target(self) -> str:
        return str(self._raw.get("target", "")) if isinstance(self._raw, Mapping) else ""

    def _changed(self, key: str) -> None:
        rule = self._raw if isinstance(self._raw, Mapping) else {}
        value = self._rows[key].editor.raw()
        if key == "sources" and value is MISSING:
            value = []
        self.take(merged(rule, key, value, default=_DEFAULTS.get(key, MISSING), order=KEYS))
        self._reveal()

    def _reveal(self) -> None:
        """What plays no part isn't shown: what stands between sources where there is but one, and so on."""
        rule = self._raw if isinstance(self._raw, Mapping) else {}
        several = len(catalogue.entries(rule, "sources")) > 1
        is_template = rule.get("template") is not None
        shown = {
            "sources": not is_template or bool(catalogue.entries(rule, "sources")),
            "combine": several or "combine" in rule,
            "split": "split" in rule,
            "for_each": "for_each" in rule or any(_is_list(source) for source in catalogue.entries(rule, "sources")),
            "otherwise": bool(rule.get("condition")) or bool(rule.get("otherwise")),
            "template": is_template,
        }
        for key, is_shown in shown.items():
            self._rows[key].setVisible(is_shown)

    def show_problems(self, problems: Mapping[str, str]) -> None:
        for key, row in self._rows.items():
            own = below(problems, key)
            row.show_problems(own)
            if own:
                row.show()

    def focus_path(self, path: str) -> bool:
        key, _dot, rest = path.partition(".")
        row = self._rows.get(key)
        return (row.editor if row is not None else self.target).focus_path(rest)


def _is_list(source: object) -> bool:
    """Whether a source is a field with several entries."""
    name = source.get("field") if isinstance(source, Mapping) else None
    return any(one.many for one in MESSAGE_FIELDS if one.name == name)


def _field(key: str, title: str | None = None) -> Field:
    info = Rule.model_fields[key]
    hint = (info.description or "") if key in ("for_each", "otherwise") else ""
    return Field(key, "switch" if key == "for_each" else "json", title or info.title or key, hint, default=False)


def _split_part(field: Field) -> Editor:
    return NumberEditor(field) if field.kind == "whole" else TextEditor(field, grows=True)
