"""A rule as a person reads it: what it takes, what it does to it, and the words around. No Qt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mailflow_gui.language import _
from mailflow_gui.mapping.extraction.keys import ROOT
from mailflow_gui.mapping.rules import Rule
from mailflow_gui.mapping.transformations import TRANSFORMATIONS
from mailflow_gui.qt.forms.rules import catalogue
from mailflow_gui.qt.inspector import plain
from mailflow_gui.qt.mapper import looks

_OUTPUT = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_NAME = re.compile(r"\[\"([^\"]*)\"\]")
_ARGUMENT = re.compile(r"(\w+): ('[^']*'|\"[^\"]*\")")
_FILTER = re.compile(r"((?:[^|'\"]|'[^']*'|\"[^\"]*\")+)")


@dataclass(frozen=True)
class Piece:
    """One thing to be painted."""

    kind: Literal["source", "step", "arrow", "text", "break"]
    text: str = ""
    icon: str = ""
    detail: str = ""
    """What stands behind a step's title: its parameters."""


def pieces_of(rule: Rule) -> tuple[Piece, ...]:
    """The rule, piece by piece."""
    if rule.template is not None:
        return tuple(_template(rule.template))
    found: list[Piece] = []
    for source in rule.sources:
        if source.field is not None:
            found.append(Piece("source", field_words(source.field), icon_of(source.field)))
        else:
            found += [Piece("source", _("Always"), "pin"), *_lines(str(source.constant or ""))]
    for step in rule.transformations:
        raw = step.model_dump(mode="json", exclude_unset=True, by_alias=True)
        found += [Piece("arrow"), _step(raw)]
    return tuple(found)


def unlike(rule: Rule, first: Rule) -> tuple[Piece, ...]:
    """A rival, piece by piece; where it is the same text with other fields in it, only those."""
    own, others = pieces_of(rule), pieces_of(first)
    if rule.template is None or first.template is None or len(own) != len(others):
        return own
    changed: list[tuple[Piece, Piece]] = []
    for mine, other in zip(own, others, strict=True):
        if mine == other:
            continue
        if mine.kind != "source" or other.kind != "source":
            return own
        if (mine, other) not in changed:
            changed.append((mine, other))
    found: list[Piece] = []
    for mine, other in changed:
        found += [*((Piece("break"),) if found else ()), mine, Piece("text", _("instead of")), other]
    return tuple(found) or own


def words_of(rule: Rule) -> str:
    """The rule in a line, for those who hear the window."""
    signs = {"arrow": "→", "break": " "}
    words = [
        signs.get(piece.kind) or f"{piece.text} {piece.detail}".strip(" ") or piece.text for piece in pieces_of(rule)
    ]
    if rule.template is not None:  # typed texts bring their own spaces
        words = [
            piece.text if piece.kind == "text" else word for piece, word in zip(pieces_of(rule), words, strict=True)
        ]
    return plain.one_line(("" if rule.template is not None else " ").join(words), 400)


def is_constant(rule: Rule) -> bool:
    """Whether it gives the same for every mail."""
    if rule.template is not None:
        return _OUTPUT.search(rule.template) is None
    return all(source.constant is not None for source in rule.sources)


def field_words(name: str) -> str:
    """A field as people know it; one that was found in the mail by its label."""
    if name.startswith(f"{ROOT}."):
        return name.removeprefix(f"{ROOT}.").replace("_", " ")
    if name.startswith("headers."):
        return name.removeprefix("headers.")
    return catalogue.field_title(name)


def icon_of(name: str) -> str:
    """A field's icon; what is found in the mail by its label has a tag."""
    return "tag" if name.startswith(f"{ROOT}.") else catalogue.field_icon(name)


def _step(raw: Mapping[str, Any]) -> Piece:
    return Piece("step", catalogue.step_title(raw), looks.step_icon(raw), _detail(raw))


def _detail(raw: Mapping[str, Any]) -> str:
    values = [str(value) for key, value in raw.items() if key != "name" and value not in ("", None)]
    return " ".join(_("“{text}”").format(text=plain.one_line(value.replace("\n", "↵"), 60)) for value in values)


def _lines(text: str) -> Iterator[Piece]:
    for number, line in enumerate(plain.lines(text).split("\n")):
        if number:
            yield Piece("break")
        if line:
            yield Piece("text", line)


def _template(text: str) -> Iterator[Piece]:
    at = 0
    for found in _OUTPUT.finditer(text):
        yield from _lines(text[at : found.start()])
        yield _output(found[1])
        at = found.end()
    yield from _lines(text[at:])


def _output(inside: str) -> Piece:
    """``{{ from.name | trim }}`` as a chip: the field's name, and what is done to it."""
    name, *filters = [part.strip() for part in _FILTER.findall(inside)]
    field = _NAME.sub(r".\1", name).lstrip(".")
    done = [_step(_filter(one)) for one in filters]
    detail = " · ".join(f"{step.text} {step.detail}".strip() for step in done)
    return Piece("source", field_words(field), icon_of(field), detail)


def _filter(text: str) -> dict[str, Any]:
    name, _colon, arguments = text.partition(":")
    given: Sequence[tuple[str, str]] = _ARGUMENT.findall(arguments)
    key = name.strip().replace("_", "-")
    return {"name": key if key in TRANSFORMATIONS else name.strip(), **{one: value[1:-1] for one, value in given}}
