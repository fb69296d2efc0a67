"""Filters: each transformation under its own name (with ``_`` for ``-``), and Liquid's usual ones; all check sizes."""

from __future__ import annotations

import html
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from liquid import Markup
from pydantic import ValidationError

from mailflow_gui.mapping.steps import Run, compile_steps
from mailflow_gui.mapping.templates.naming import ALIASES, parameter_names
from mailflow_gui.mapping.templates.values import inward, outward, safe
from mailflow_gui.mapping.transformations import TRANSFORMATIONS, Transformation
from mailflow_gui.mapping.values import MisfitError, Value, as_list, as_text, check_size, is_blank

Filter = Callable[..., object]

_HTML = frozenset({"text-to-html"})
"""Transformations whose result is HTML already."""


def filters() -> dict[str, Filter]:
    """All filters by name."""
    found: dict[str, Filter] = {
        name.replace("-", "_"): _filter(transformation) for name, transformation in TRANSFORMATIONS.items()
    }
    found |= {alias: _filter(TRANSFORMATIONS[name]) for alias, name in ALIASES.items()}
    return found | {"default": default, "escape": escape, "first": first, "last": last, "safe": safe}


def _filter(transformation: Transformation) -> Filter:
    names = parameter_names(transformation)
    written = transformation.name.replace("-", "_")

    def run(value: object, *arguments: object, context: Any, **named: object) -> object:
        given = {key: outward(entry) for key, entry in named.items()}
        if transformation.name == "lookup-table":
            texts = [as_text(outward(entry)) for entry in arguments]
            given["table"] = tuple(zip(texts[::2], texts[1::2], strict=False))
        elif len(arguments) > len(names):
            raise MisfitError("mapping-template-arguments", filter=written, parameters=", ".join(names) or "-")
        else:
            given |= zip(names, map(outward, arguments), strict=False)
        step = _step(transformation.name, tuple(sorted(given.items())))
        result = step(outward(value), context.mapping_context)
        return Markup("\n".join(map(as_text, as_list(result)))) if transformation.name in _HTML else inward(result)

    run.with_context = True  # type: ignore[attr-defined]  # python-liquid's way of asking for the context
    return run


@lru_cache(maxsize=512)
def _step(name: str, given: tuple[tuple[str, Value], ...]) -> Run:
    values: dict[str, Any] = dict(given)
    if "table" in values:
        values["table"] = dict(values["table"])
    model = TRANSFORMATIONS[name].parameters
    try:
        return compile_steps([model.model_validate({"name": name, **values})])[0]
    except ValidationError as error:
        parameters = ", ".join(parameter_names(TRANSFORMATIONS[name])) or "-"
        raise MisfitError("mapping-template-arguments", filter=name.replace("-", "_"), parameters=parameters) from error


def default(value: object, other: object = "", *_: object) -> object:
    """The value, or another one where it is blank."""
    return other if is_blank(outward(value)) or value is False else value


def escape(value: object) -> object:
    """The text with ``& < > "`` written so that HTML shows them."""
    text = as_text(outward(value))
    check_size(len(text))
    return Markup(html.escape(text))


def first(value: object) -> object:
    """The first entry of a list."""
    return inward(next(iter(as_list(outward(value))), None))


def last(value: object) -> object:
    """The last entry of a list."""
    entries = as_list(outward(value))
    return inward(entries[-1]) if entries else None
