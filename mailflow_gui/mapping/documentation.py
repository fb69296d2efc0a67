"""The transformations as a page for people, made from their registry: ``python3 -m tests transformations`` renews it."""

from __future__ import annotations

import inspect
import json
from typing import Any

from mailflow_gui.mapping.templates.naming import ALIASES
from mailflow_gui.mapping.transformations import MODULES, TRANSFORMATIONS, Transformation

_SECTIONS = {
    "text": "Text",
    "questions": "Questions",
    "lists": "Lists",
    "numbers": "Numbers",
    "units": "Units of measure",
    "dates": "Dates",
    "addresses": "Addresses",
    "replies": "Answers",
    "markup": "HTML",
    "files": "Files",
    "identifiers": "Identifiers",
}


def page() -> str:
    """The whole page in Markdown."""
    lines = [
        "# Transformations",
        "",
        "Steps of a mapping, by what they work on. A step's keys in a flow file are its parameters here; in a template the same step",
        "is a filter, with `_` for `-`: `{{ subject | replace_all: 'a', 'b' }}`. An absent value passes by unless a step says otherwise.",
    ]
    modules = {module.__name__.rpartition(".")[2] for module in MODULES}
    for module in (*(name for name in _SECTIONS if name in modules), *sorted(modules - _SECTIONS.keys())):
        named = [one for one in TRANSFORMATIONS.values() if one.function.__module__.rpartition(".")[2] == module]
        lines += ["", f"## {_SECTIONS.get(module, module.capitalize())}"]
        for transformation in sorted(named, key=lambda one: one.name):
            lines += ["", *_one(transformation)]
    return "\n".join(lines) + "\n"


def _one(transformation: Transformation) -> list[str]:
    text = " ".join((inspect.getdoc(transformation.function) or "").split())
    aliases = sorted(alias for alias, name in ALIASES.items() if name == transformation.name)
    lines = [f"### {transformation.name}", "", f"{transformation.title}. {text}"]
    if aliases:
        lines += ["", "In templates also " + ", ".join(f"`{alias}`" for alias in aliases) + "."]
    lines += ["", f"Takes: {transformation.input}. Gives: {transformation.output}."]
    schema = transformation.parameters.model_json_schema()
    rows = [_row(key, value, key in schema["required"]) for key, value in schema["properties"].items() if key != "name"]
    return [*lines, "", "| Parameter | Type | Default | Meaning |", "|---|---|---|---|", *rows] if rows else lines


def _row(key: str, described: dict[str, Any], required: bool) -> str:
    default = "required" if required else f"`{_json(described.get('default'))}`"
    meaning = ". ".join(part for part in (described.get("title", ""), described.get("description", "")) if part)
    return f"| `{key}` | {_type(described)} | {default} | {meaning.replace('|', '&#124;')} |"


def _type(described: dict[str, Any]) -> str:
    if "enum" in described:
        return " or ".join(f"`{value}`" for value in described["enum"])
    if "anyOf" in described:
        return " or ".join(_type(one) for one in described["anyOf"])
    written = str(described["type"])
    return "table" if written == "object" else written


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
