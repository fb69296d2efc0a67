"""Templates in Liquid: texts with places for fields, loops and conditions, with every transformation as a filter.

*Template*: what stands in a rule in place of its sources. python-liquid reads and runs them; nothing outside this package knows it.
Its loops and its output are limited by itself, filters, ranges and names aren't: those are our own here and draw on the rule's budget.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailflow_gui.mapping.templates.completion import FilterDescription, filter_descriptions

if TYPE_CHECKING:
    from mailflow_gui.mapping.templates.compiled import CompiledTemplate, compile_template

__all__ = ["CompiledTemplate", "FilterDescription", "compile_template", "filter_descriptions"]


def __getattr__(name: str) -> object:
    """The engine takes a moment to load: it comes when somebody asks for it, while editors need only the rest."""
    if name in ("CompiledTemplate", "compile_template"):
        from mailflow_gui.mapping.templates import compiled

        return getattr(compiled, name)
    raise AttributeError(name)
