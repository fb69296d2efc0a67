"""Transformations: small pure functions from value to value, each with a name, a title and a model of its parameters.

Names and meanings are AtlasMap's; the ones for mail are our own. :data:`TRANSFORMATIONS` is the one registry.
"""

from __future__ import annotations

from mailflow_gui.mapping.transformations import (
    addresses,
    dates,
    files,
    identifiers,
    lists,
    markup,
    numbers,
    questions,
    replies,
    text,
    units,
)
from mailflow_gui.mapping.transformations.registry import TRANSFORMATIONS, MappingContext, Parameters, Transformation

__all__ = ["TRANSFORMATIONS", "MappingContext", "Parameters", "Transformation"]

MODULES = (addresses, dates, files, identifiers, lists, markup, numbers, questions, replies, text, units)
"""Importing them registers what they hold."""
