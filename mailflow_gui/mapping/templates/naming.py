"""What filters are called, and their parameters; known without loading the engine of templates."""

from __future__ import annotations

from mailflow_gui.mapping.transformations import Transformation

ALIASES = {
    "upcase": "uppercase",
    "downcase": "lowercase",
    "strip": "trim",
    "lstrip": "trim-left",
    "rstrip": "trim-right",
    "replace": "replace-all",
    "join": "concatenate",
    "size": "length",
    "plus": "add",
    "minus": "subtract",
    "times": "multiply",
    "divided_by": "divide",
    "ceil": "ceiling",
    "abs": "absolute-value",
    "strip_html": "html-to-text",
    "date": "format-date",
}
"""Liquid's usual names of what our transformations do."""


def parameter_names(transformation: Transformation) -> tuple[str, ...]:
    """The parameters in the order in which a filter takes them, as in the flow file."""
    fields = transformation.parameters.model_fields
    return tuple(field.alias or name for name, field in fields.items() if name != "name")
