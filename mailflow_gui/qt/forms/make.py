"""Which editor a field gets: by its kind, never by its node type."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mailflow_gui.qt.forms import choices, simple
from mailflow_gui.qt.forms.connection import ConnectionEditor
from mailflow_gui.qt.forms.description import Field, Kind
from mailflow_gui.qt.forms.editor import Editor
from mailflow_gui.qt.forms.folder import FolderEditor
from mailflow_gui.qt.forms.group import FoldedEditor, RadioGroupEditor
from mailflow_gui.qt.forms.surroundings import Surroundings

_BY_KIND: Mapping[Kind, Callable[[Field], Editor]] = {
    "text": simple.TextEditor,
    "lines": simple.TextEditor,
    "addresses": simple.AddressesEditor,
    "whole": simple.NumberEditor,
    "number": simple.NumberEditor,
    "quantity": simple.QuantityEditor,
    "texts": simple.TextsEditor,
    "table": simple.TableEditor,
    "json": simple.JsonEditor,
}


def _rules(field: Field, around: Surroundings) -> Editor:
    from mailflow_gui.qt.forms.rules import RulesEditor  # large, and no part of the window's start

    return RulesEditor(field, around)


def _extractions(field: Field, around: Surroundings) -> Editor:
    from mailflow_gui.qt.forms.extractions import ExtractionsEditor  # as above

    return ExtractionsEditor(field, around)


_SPECIAL: Mapping[Kind, Callable[[Field, Surroundings], Editor]] = {
    "connection": ConnectionEditor,
    "folder": FolderEditor,
    "rules": _rules,
    "extractions": _extractions,
}
_FEW = 2
"""So many choices are all in sight."""


def editor_for(field: Field, around: Surroundings) -> Editor:
    """The editor of a field."""
    if field.kind in _SPECIAL:
        return _SPECIAL[field.kind](field, around)
    if field.kind == "switch":
        return choices.MaybeEditor(field) if field.optional else simple.SwitchEditor(field)
    if field.kind == "choice":
        return choices.RadioEditor(field) if len(field.choices) <= _FEW else choices.ChoiceEditor(field)
    if field.kind == "group":
        chooser = field.fields[0]
        if chooser.kind == "choice" and any(chooser.key in one.only_for for one in field.fields):
            return RadioGroupEditor(field.fields, lambda one: editor_for(one, around))
        return FoldedEditor(field, lambda one: editor_for(one, around))
    return _BY_KIND[field.kind](field)
