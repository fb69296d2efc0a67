"""What an editor of templates offers: filters with their parameters and meaning. Fields come from the mapper's tree."""

from __future__ import annotations

import inspect
from dataclasses import dataclass

from mailflow_gui.mapping.templates.filters import ALIASES, default, escape, first, last, parameter_names
from mailflow_gui.mapping.templates.values import safe
from mailflow_gui.mapping.transformations import TRANSFORMATIONS

TAGS = ("if", "elsif", "else", "endif", "unless", "endunless", "case", "when", "endcase", "for", "endfor", "break", "continue",
        "assign", "capture", "endcapture", "echo", "comment", "endcomment")  # fmt: skip
"""The tags that templates know."""


@dataclass(frozen=True)
class FilterDescription:
    """A filter as an editor offers it."""

    name: str
    parameters: tuple[str, ...]
    """In order; each can also be given by name."""
    text: str
    """What it does, in English."""


def filter_descriptions() -> tuple[FilterDescription, ...]:
    """All filters by name, Liquid's usual names among them."""
    found = []
    for name, transformation in TRANSFORMATIONS.items():
        text = inspect.getdoc(transformation.function) or ""
        found.append(FilterDescription(name.replace("-", "_"), parameter_names(transformation), text))
    for alias, name in ALIASES.items():
        text = inspect.getdoc(TRANSFORMATIONS[name].function) or ""
        found.append(FilterDescription(alias, parameter_names(TRANSFORMATIONS[name]), text))
    for written, function, parameters in (
        ("default", default, ("other",)),
        ("escape", escape, ()),
        ("first", first, ()),
        ("last", last, ()),
        ("safe", safe, ()),
    ):
        found.append(FilterDescription(written, parameters, inspect.getdoc(function) or ""))
    return tuple(sorted(found, key=lambda one: one.name))
