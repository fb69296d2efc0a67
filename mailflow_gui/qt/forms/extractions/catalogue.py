"""The kinds of extractions as people choose them, and one extraction in a line; their settings come from the settings models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel

from mailflow_gui.language import N_, _
from mailflow_gui.mapping.extraction import Extraction
from mailflow_gui.qt.forms.description import Field, fields_of
from mailflow_gui.qt.forms.rules import catalogue
from mailflow_gui.qt.forms.values import MISSING


@dataclass(frozen=True)
class Kind:
    """One way of looking."""

    name: str
    """As in the flow file."""
    title: str
    """For people (marked with ``N_``), as are the entry of a menu and the line."""
    entry: str
    line: str
    icon: str
    model: type[BaseModel]


_WORDS: Mapping[str, tuple[str, str, str, str]] = {
    "labels": (
        N_("Labels"),
        N_("From lines such as “Order: 4711”"),
        N_("Lines such as “Order: 4711” or 氏名：山田"),
        "tag",
    ),
    "pattern": (N_("Pattern"), N_("From the text, by a pattern"), N_("The named groups of a pattern"), "search"),
    "table": (
        N_("HTML table"),
        N_("From a table in HTML"),
        N_("Labels or headings of a table, with what stands beside or below"),
        "list",
    ),
    "json": (N_("JSON attachment"), N_("From a JSON attachment"), N_("What a JSON file names"), "braces"),
    "csv": (N_("CSV attachment"), N_("From a CSV attachment"), N_("The columns of a CSV file"), "paperclip"),
}
_FIRST: Mapping[str, Mapping[str, Any]] = {"pattern": {"pattern": r"(?P<number>\d{4,})"}}
"""What a new one begins with beside the defaults: something that finds something."""


@cache
def kinds() -> tuple[Kind, ...]:
    """All kinds, those that most people want first; one without words of its own by its name."""
    models = {get_args(model.model_fields["kind"].annotation)[0]: model for model in get_args(get_args(Extraction)[0])}
    names = [*(name for name in _WORDS if name in models), *(name for name in models if name not in _WORDS)]
    found = []
    for name in names:
        title, entry, line, icon = _WORDS.get(name, (name, name, "", "search"))
        found.append(Kind(name, title, entry, line, icon, models[name]))
    return tuple(found)


def kind_of(extraction: object) -> Kind | None:
    """The kind of an extraction as it stands in the file; None for one that isn't known."""
    name = extraction.get("kind") if isinstance(extraction, Mapping) else None
    return next((one for one in kinds() if one.name == name), None)


@cache
def fields(kind: str) -> tuple[Field, ...]:
    """The settings of a kind, its name last: most need none."""
    model = next((one.model for one in kinds() if one.name == kind), None)
    if model is None:
        return ()
    found = fields_of(model, leave_out=("kind",))
    return (*(one for one in found if one.key != "name"), *(one for one in found if one.key == "name"))


def new(kind: str) -> dict[str, Any]:
    """An extraction as it is added."""
    return {"kind": kind, **_FIRST.get(kind, {})}


Memory = dict[tuple[str, Any], Any]
"""Settings that were made, by their key; the field by what its kind usually looks at, too: a table's isn't a text's."""


def remember(memory: Memory, extraction: object) -> None:
    """Note what an extraction has set, before it becomes one of another kind."""
    old = extraction if isinstance(extraction, Mapping) else {}
    for one in fields(str(old.get("kind"))):
        memory.pop(_known_as(one), None)
        if one.key in old:
            memory[_known_as(one)] = old[one.key]


def recalled(memory: Memory, kind: str) -> dict[str, Any]:
    """An extraction of another kind, with what is remembered of its settings."""
    found = new(kind)
    for one in fields(kind):
        if _known_as(one) in memory:
            found[one.key] = memory[_known_as(one)]
    return found


def _known_as(field: Field) -> tuple[str, Any]:
    return field.key, field.default if field.key == "field" else None


def title(extraction: object) -> str:
    """What tells an extraction from others: its name, else its kind."""
    name = extraction.get("name") if isinstance(extraction, Mapping) else None
    kind = kind_of(extraction)
    words = _(kind.title) if kind is not None else _("Unknown extraction")
    return str(name) if isinstance(name, str) and name.strip() else words


def line(extraction: object) -> str:
    """What it looks for, and where, in a few words."""
    kind = kind_of(extraction)
    if kind is None or not isinstance(extraction, Mapping):
        return ""
    known = {one.key: one for one in fields(kind.name)}
    words = []
    if "files" in known:
        words.append(str(value(extraction, known["files"])))
    labels = extraction.get("labels")
    if isinstance(labels, list | tuple) and labels:
        words.append(", ".join(map(str, labels)))
    if "pattern" in known:
        words.append(str(extraction.get("pattern", "")))
    if "field" in known:
        words.append(_("in {field}").format(field=catalogue.field_title(str(value(extraction, known["field"])))))
    named = isinstance(extraction.get("name"), str) and extraction["name"].strip()
    return " · ".join([*([_(kind.title)] if named else []), *words])


def value(extraction: Mapping[str, Any], field: Field) -> Any:
    """A setting's value, its default where the file has none."""
    default = "" if field.default is MISSING else field.default
    return extraction.get(field.key, default)
