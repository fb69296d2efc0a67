"""Atoms and constants as a rule of the mapper."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from mailflow_gui.mapping.by_example.atoms import Atom, Step

Part = str | Atom
"""A constant text, or an atom."""

_WORD = re.compile(r"[\u0080-\uffffA-Za-z_][\u0080-\uffffA-Za-z0-9_-]*")


def written(target: str, parts: Sequence[Part]) -> dict[str, Any] | None:
    """The rule that puts the parts together: one source with steps where that will do, else a template; None where neither can."""
    atoms = [part for part in parts if isinstance(part, Atom)]
    if not atoms:
        return {"target": target, "sources": [{"constant": "".join(map(str, parts))}]}
    if len(atoms) == 1 and target != "html" and len(parts) <= 3:
        at = parts.index(atoms[0])
        head, tail = "".join(map(str, parts[:at])), "".join(map(str, parts[at + 1 :]))
        if "\n" not in head + tail:
            steps = [*atoms[0].steps]
            steps += [{"name": "prepend", "text": head}] if head else []
            steps += [{"name": "append", "text": tail}] if tail else []
            rule: dict[str, Any] = {"target": target, "sources": [{"field": atoms[0].field}]}
            return {**rule, "transformations": steps} if steps else rule
    if target == "html" and len(parts) == 1:
        rule = {"target": target, "sources": [{"field": atoms[0].field}]}
        return {**rule, "transformations": list(atoms[0].steps)} if atoms[0].steps else rule
    pieces: list[str] = []
    for part in parts:
        piece = _constant(part) if isinstance(part, str) else _output(part)
        if piece is None:
            return None
        pieces.append(piece)
    return {"target": target, "template": "".join(pieces)}


def _constant(text: str) -> str | None:
    return None if "{{" in text or "{%" in text else text


def _output(atom: Atom) -> str | None:
    filters = [_filter(step) for step in atom.steps]
    if any(one is None for one in filters):
        return None
    names = "".join(
        (f".{name}" if at else name) if _WORD.fullmatch(name) else f'["{name}"]'
        for at, name in enumerate(atom.field.split("."))
    )
    return "{{ " + " | ".join([names, *(str(one) for one in filters)]) + " }}"


def _filter(step: Step) -> str | None:
    arguments = []
    for key, value in step.items():
        if key == "name":
            continue
        quote = next((sign for sign in "'\"" if sign not in str(value)), None)
        if quote is None or "%}" in str(value) or "}}" in str(value):
            return None
        arguments.append(f"{key}: {quote}{value}{quote}")
    name = step["name"].replace("-", "_")
    return f"{name}: {', '.join(arguments)}" if arguments else name
