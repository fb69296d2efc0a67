"""Templates in Liquid: texts with places for fields, loops and conditions, with every transformation as a filter.

*Template*: what stands in a rule in place of its sources. python-liquid reads and runs them; nothing outside this package knows it.
Its loops and its output are limited by itself, filters, ranges and names aren't: those are our own here and draw on the rule's budget.
"""

from mailflow_gui.mapping.templates.compiled import CompiledTemplate, compile_template
from mailflow_gui.mapping.templates.completion import FilterDescription, filter_descriptions

__all__ = ["CompiledTemplate", "FilterDescription", "compile_template", "filter_descriptions"]
