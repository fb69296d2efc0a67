"""What a settings form shows, read from a settings model: no widget here, and no word about single node types.

The model's JSON Schema says what a value is; ``json_schema_extra`` says how it is edited: ``section`` (a heading), ``unit``, ``lines``
(a text of several lines), ``choices`` (value to title), ``editor`` (a special one: ``folder``, ``addresses``, ``rules``,
``extractions``), ``only_for`` (shown beneath one choice of a neighbour) and ``placeholder`` (what an empty field means).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from pydantic import BaseModel

from mailflow_gui.flow.node_type import NodeSettings, connection_fields
from mailflow_gui.qt.forms.values import MISSING

Kind = Literal[
    "text",
    "lines",
    "whole",
    "number",
    "switch",
    "choice",
    "texts",
    "table",
    "group",
    "quantity",
    "json",
    "connection",
    "folder",
    "addresses",
    "rules",
    "extractions",
]

SPECIAL: Mapping[str, Kind] = {
    "folder": "folder",
    "addresses": "addresses",
    "rules": "rules",
    "extractions": "extractions",
}
"""Kinds that a field asks for by name."""


@dataclass(frozen=True)
class Field:
    """One setting as a form shows it. Titles and hints are marked for translation, and translated where they are drawn."""

    key: str
    """As in the flow file."""
    kind: Kind
    title: str = ""
    hint: str = ""
    section: str = ""
    unit: str = ""
    placeholder: str = ""
    optional: bool = False
    """Whether null is a value; it means "not set"."""
    default: Any = MISSING
    """What counts where the key is absent; MISSING: it is required."""
    choices: tuple[tuple[Any, str], ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    fields: tuple[Field, ...] = ()
    """What a group consists of."""
    protocols: tuple[str, ...] = ()
    """Of a connection: which fit."""
    only_for: Mapping[str, Any] = field(default_factory=dict)


def fields_of(model: type[BaseModel], leave_out: tuple[str, ...] = ()) -> tuple[Field, ...]:
    """The fields of a model, in its order, but for those in ``leave_out``."""
    schema = model.model_json_schema(by_alias=True)
    connections = dict(connection_fields(model)) if issubclass(model, NodeSettings) else {}
    found = []
    for one in _fields(schema, schema.get("$defs", {})):
        if one.key in leave_out:
            continue
        mark = connections.get(one.key)
        found.append(replace(one, kind="connection", protocols=mark.protocols) if mark else one)
    return tuple(found)


def _fields(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> tuple[Field, ...]:
    return tuple(_field(key, entry, definitions) for key, entry in schema.get("properties", {}).items())


def _field(key: str, entry: Mapping[str, Any], definitions: Mapping[str, Any]) -> Field:
    plain, optional = _without_null(_resolved(entry, definitions), definitions)
    whole = {**plain, **{name: value for name, value in entry.items() if name not in ("$ref", "anyOf")}}
    kind = _kind(whole)
    fields = _fields(whole, definitions) if kind == "group" else ()
    if [one.kind for one in fields] in (["whole", "choice"], ["number", "choice"]):
        kind = "quantity"
    titles = whole.get("choices", {})  # pydantic sorts them; the type's own order is the one that people get
    return Field(
        key,
        kind,
        title=whole.get("title", key),
        hint=entry.get("description", ""),
        section=whole.get("section", ""),
        unit=whole.get("unit", ""),
        placeholder=whole.get("placeholder", ""),
        optional=optional,
        default=whole.get("default", MISSING),
        choices=tuple((value, str(titles.get(value, value))) for value in whole.get("enum", ())),
        minimum=whole.get("minimum", whole.get("exclusiveMinimum")),
        maximum=whole.get("maximum", whole.get("exclusiveMaximum")),
        fields=fields,
        only_for=whole.get("only_for", {}),
    )


def _resolved(entry: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = entry.get("$ref")
    return definitions[reference.rsplit("/", 1)[-1]] if reference else entry


def _without_null(entry: Mapping[str, Any], definitions: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """The form of a value that people edit, and whether null is another: of a number and a whole one the wider, else the first."""
    forms = [_resolved(form, definitions) for form in entry.get("anyOf", ())]
    if not forms:
        return entry, False
    rest = [form for form in forms if form.get("type") != "null"]
    chosen = next((form for form in rest if form.get("type") == "number"), rest[0])
    return chosen, len(rest) < len(forms)


def _kind(entry: Mapping[str, Any]) -> Kind:  # noqa: PLR0911 (one line for each kind of value)
    if (editor := str(entry.get("editor"))) in SPECIAL:
        return SPECIAL[editor]
    if "enum" in entry:
        return "choice"
    match entry.get("type"):
        case "string":
            return "lines" if entry.get("lines") else "text"
        case "boolean":
            return "switch"
        case "integer":
            return "whole"
        case "number":
            return "number"
        case "array" if entry.get("items", {}).get("type") == "string":
            return "texts"
        case "object" if "properties" in entry:
            return "group"
        case "object" if isinstance(entry.get("additionalProperties"), dict):
            return "table"
    return "json"
