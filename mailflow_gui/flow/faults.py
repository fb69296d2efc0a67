"""What pydantic says about settings, as problems: each fault once, where it stands in the file, in a sentence of ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from mailflow_gui import sentences
from mailflow_gui.flow.problems import Problem
from mailflow_gui.flow.values import nearest, quoted, shown
from mailflow_gui.sentences import Argument

_CODES: Mapping[str, str] = {
    "missing": "value-missing",
    "string_type": "value-not-text",
    "bool_type": "value-not-yes-no",
    "bool_parsing": "value-not-yes-no",
    "int_type": "value-not-whole",
    "int_parsing": "value-not-whole",
    "int_from_float": "value-not-whole",
    "float_type": "value-not-number",
    "float_parsing": "value-not-number",
    "finite_number": "value-not-number",
    "list_type": "value-not-list",
    "tuple_type": "value-not-list",
    "dict_type": "value-not-object",
    "mapping_type": "value-not-object",
    "model_type": "value-not-object",
    "model_attributes_type": "value-not-object",
    "greater_than": "value-too-small-exclusive",
    "greater_than_equal": "value-too-small",
    "less_than": "value-too-big-exclusive",
    "less_than_equal": "value-too-big",
    "string_too_short": "value-empty",
    "too_short": "value-too-few",
    "too_long": "value-too-many",
    "string_too_long": "value-too-long",
}
_LIMITS = ("ge", "gt", "le", "lt", "min_length", "max_length")


def problems_of(error: ValidationError, settings: Mapping[str, Any], known: Sequence[str]) -> Iterator[Problem]:
    """Each fault as a problem; ``known`` are the settings that the node type has. ``node`` is left to the caller.

    A model's own validator names its sentence with ``PydanticCustomError(code, …)``; the context fills the sentence.
    """
    found: dict[tuple[str, str], Problem] = {}
    for details in _best_variants(error.errors(include_url=False), settings):
        problem = _problem(details, _path(details["loc"], settings), known)
        found.setdefault((problem.code, problem.field or ""), problem)
    return iter(found.values())


def _problem(details: ErrorDetails, path: tuple[str, ...], known: Sequence[str]) -> Problem:
    place = shown(".".join(path))
    context = details.get("ctx") or {}
    arguments: dict[str, Argument] = {"field": place, "value": quoted(details["input"])}
    kind = details["type"]
    if kind == "extra_forbidden":
        guess = nearest(path[-1], known) if len(path) == 1 else ""
        code = "unknown-setting-misspelt" if guess else "unknown-setting"
        return Problem(code, field=place, arguments={"field": place, "guess": guess})
    if kind in {"literal_error", "enum", "union_tag_invalid"}:
        choices = (
            str(context.get("expected") or context.get("expected_tags") or "").replace("'", "").replace(" or ", ", ")
        )
        guess = nearest(details["input"] if kind != "union_tag_invalid" else context.get("tag"), choices.split(", "))
        if kind == "union_tag_invalid":
            arguments["value"] = quoted(context.get("tag"))
        arguments |= {"choices": choices, "guess": guess}
        return Problem("value-misspelt" if guess else "value-not-choice", field=place, arguments=arguments)
    if kind in sentences.SENTENCES:  # a validator of ours
        return Problem(
            kind, field=place, arguments=arguments | {key: _argument(value) for key, value in context.items()}
        )
    limit = next((context[name] for name in _LIMITS if name in context), None)
    if limit is not None:
        arguments["limit"] = _argument(limit)
    if kind in _CODES:
        return Problem(_CODES[kind], field=place, arguments=arguments)
    reason = str(context["error"]) if isinstance(context.get("error"), Exception) else details["msg"]
    return Problem("value-refused", field=place, arguments=arguments | {"reason": reason})


def _argument(value: object) -> Argument:
    return value if isinstance(value, str | int | float) else quoted(value)


def _path(location: Sequence[str | int], settings: object) -> tuple[str, ...]:
    """``location`` without the names of variants that pydantic puts between: only what stands in the file."""
    path: list[str] = []
    value: Any = settings
    for index, part in enumerate(location):
        if _holds(value, part):
            value = value[part]
        elif not (isinstance(value, dict) and index == len(location) - 1):
            continue
        path.append(str(part))
    return tuple(path)


def _holds(value: object, part: str | int) -> bool:
    """Whether ``value`` has an entry of this index or key."""
    if isinstance(value, list):
        return isinstance(part, int) and part < len(value)
    return isinstance(value, dict) and part in value


def _best_variants(errors: Sequence[ErrorDetails], settings: Mapping[str, Any]) -> Iterator[ErrorDetails]:
    """Where a value may have one of several forms, pydantic lists the faults of each form; keep those of the nearest one."""
    forms: dict[tuple[tuple[str, ...], str], list[ErrorDetails]] = {}
    for details in errors:
        forms.setdefault(_form(details["loc"], settings), []).append(details)
    nearest_form: dict[tuple[str, ...], str] = {}
    for (place, form), found in forms.items():
        if form:
            best = nearest_form.setdefault(place, form)
            if _distance(found, settings) < _distance(forms[place, best], settings):
                nearest_form[place] = form
    for (place, form), found in forms.items():
        if not form or nearest_form[place] == form:
            yield from found


def _form(location: Sequence[str | int], settings: object) -> tuple[tuple[str, ...], str]:
    """Where a location first leaves what stands in the file, and the name of the form tried there ('' if it never leaves)."""
    path: list[str] = []
    value: Any = settings
    for index, part in enumerate(location):
        if _holds(value, part):
            value = value[part]
        elif index == len(location) - 1 and isinstance(value, dict):
            break
        else:
            return tuple(path), str(part)
        path.append(str(part))
    return tuple(path), ""


def _distance(errors: Sequence[ErrorDetails], settings: Mapping[str, Any]) -> tuple[int, int]:
    """How far a value is from a form: one that fails deeper inside fits better, then one with fewer faults."""
    return -max(len(_path(details["loc"], settings)) for details in errors), len(errors)
