"""What rules are made of, as menus show it: the fields of a mail, the transformations by topic; and rules in one line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mailflow_gui.language import N_, _
from mailflow_gui.mapping.fields import MESSAGE_FIELDS, TARGET_FIELDS, FieldDescription
from mailflow_gui.mapping.rules import OPERATOR_TITLES
from mailflow_gui.mapping.transformations import TRANSFORMATIONS, Transformation
from mailflow_gui.qt.forms.description import Field, fields_of
from mailflow_gui.qt.forms.values import MISSING

_TOPICS: Mapping[str, str] = {
    "text": N_("Text"),
    "replies": N_("Replies"),
    "addresses": N_("Addresses"),
    "markup": N_("HTML"),
    "dates": N_("Dates"),
    "lists": N_("Lists"),
    "numbers": N_("Numbers"),
    "questions": N_("Questions and tables"),
    "files": N_("Files"),
    "units": N_("Units"),
    "identifiers": N_("Identifiers"),
}
"""By the module that holds the transformations, in the order of the menu."""

_LONGEST = 200
"""Characters of an expression in a line."""

VALUELESS = ("empty", "not-empty")
"""Operators that compare with nothing."""

ICONS: Mapping[str, str] = {
    "text": "type",
    "number": "hash",
    "boolean": "toggle-left",
    "date": "calendar",
    "address": "at-sign",
    "file": "paperclip",
    "list": "list",
    "any": "braces",
}
"""The icon of each type of value."""

DELIMITERS = (
    (" ", N_("a space")),
    ("", N_("nothing")),
    (", ", N_("a comma")),
    ("\n", N_("a new line")),
    ("\n\n", N_("an empty line")),
)
"""What usually stands between two sources."""


def fields_by_root() -> Iterator[tuple[FieldDescription, tuple[FieldDescription, ...]]]:
    """The fields of a mail, each with its parts (``from`` with ``from.name``, …)."""
    for one in MESSAGE_FIELDS:
        if "." not in one.name:
            yield one, tuple(part for part in MESSAGE_FIELDS if part.name.startswith(f"{one.name}."))


def field_title(name: str) -> str:
    """A field as people read it: ``From › Address``; one that isn't in the catalogue by its name."""
    known = {one.name: one for one in MESSAGE_FIELDS}
    if name not in known:
        return name
    root, _dot, part = name.partition(".")
    title = _(known[name].title)
    return f"{_(known[root].title)} › {title}" if part else title


def field_icon(name: str) -> str:
    """The icon of a field's type."""
    return next((ICONS[one.type] for one in MESSAGE_FIELDS if one.name == name), "braces")


def target_title(name: str) -> str:
    """A target as people read it."""
    return next((_(one.title) for one in TARGET_FIELDS if one.name == name), name)


def transformations_by_topic() -> Iterator[tuple[str, list[Transformation]]]:
    """Topic (translated) and its transformations."""
    topics: dict[str, list[Transformation]] = {name: [] for name in _TOPICS}
    for one in TRANSFORMATIONS.values():
        topics.setdefault(one.function.__module__.rsplit(".", 1)[-1], []).append(one)
    for name, found in topics.items():
        if found:
            yield _(_TOPICS.get(name, name)), found


def step_title(step: object) -> str:
    """A step by its transformation's title."""
    name = step.get("name") if isinstance(step, Mapping) else None
    known = TRANSFORMATIONS.get(name) if isinstance(name, str) else None
    return _(known.title) if known else str(name)


def step_fields(name: object) -> tuple[Field, ...]:
    """The parameters of a transformation; none for one that isn't known."""
    known = TRANSFORMATIONS.get(name) if isinstance(name, str) else None
    return fields_of(known.parameters, leave_out=("name",)) if known else ()


def new_step(name: str) -> dict[str, Any]:
    """A step as it is added: what its transformation can't do without has a first value."""
    step: dict[str, Any] = {"name": name}
    for one in step_fields(name):
        if one.default is MISSING:
            first: Mapping[str, Any] = {"text": "", "table": {}, "whole": max(1, int(one.minimum or 0)), "number": 1}
            step[one.key] = one.choices[0][0] if one.choices else first.get(one.kind, "")
    return step


def source_title(source: object) -> str:
    """A source in a line: a field's title, a constant in quotation marks, a property's name."""
    if not isinstance(source, Mapping):
        return "?"
    if isinstance(source.get("field"), str):
        return field_title(source["field"]) or "?"
    if isinstance(source.get("property"), str):
        return source["property"] or "?"
    return _("“{text}”").format(text=" ".join(str(source.get("constant", "")).split()))


def summary(rule: Mapping[str, Any]) -> str:
    """A rule in one line: ``Subject → Prepend · if Subject isn't empty``."""
    steps = [step_title(step) for step in entries(rule, "transformations")]
    sources = " + ".join(source_title(source) for source in entries(rule, "sources"))
    sources = _("Template") if rule.get("template") is not None else sources
    line = " → ".join(part for part in (sources, *steps) if part) or _("Nothing yet")
    condition = rule.get("condition")
    return f"{line} · {condition_line(condition)}" if condition else line


def condition_line(condition: object) -> str:
    """A condition in a few words."""
    parts = simple_parts(condition)
    if parts is None:
        text = condition.get("cel") if isinstance(condition, Mapping) else None
        if isinstance(text, str) and text.strip():
            return _("if {condition}").format(condition=" ".join(text[:_LONGEST].split()))
        return _("if a condition holds")
    _form, rows = parts
    if len(rows) != 1:
        return _("if {count} conditions hold").format(count=len(rows))
    row = rows[0]
    operator = str(row.get("operator", ""))
    words = [field_title(str(row.get("field", ""))), _(OPERATOR_TITLES.get(operator, operator))]
    if operator not in VALUELESS:
        words.append(str(row.get("value", "")))
    return _("if {condition}").format(condition=" ".join(words))


def simple_parts(condition: object) -> tuple[str, list[dict[str, Any]]] | None:
    """``all`` or ``any`` and its comparisons; None for a condition that is nested or written in CEL."""
    found = parts(condition)
    return found if found is not None and all("field" in row for row in found[1]) else None


def parts(condition: object) -> tuple[str, list[dict[str, Any]]] | None:
    """``all`` or ``any`` with its comparisons and groups; None for what isn't made of these, such as CEL."""
    if not isinstance(condition, Mapping) or len(condition) != 1:
        return None
    form, rows = next(iter(condition.items()))
    if form not in ("all", "any") or not isinstance(rows, Sequence) or isinstance(rows, str):
        return None
    if not all(isinstance(row, Mapping) and ("field" in row or parts(row) is not None) for row in rows):
        return None
    return form, [dict(row) for row in rows]


def entries(rule: Mapping[str, Any], key: str) -> list[Any]:
    """A rule's list, empty where the file has something else."""
    found = rule.get(key)
    return list(found) if isinstance(found, list | tuple) else []
