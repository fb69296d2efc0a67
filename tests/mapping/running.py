"""Runs one transformation as a rule does, through the parameters' model and the compiled step."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from mailflow_gui.mapping import budget
from mailflow_gui.mapping.steps import compile_steps, run_steps
from mailflow_gui.mapping.transformations import TRANSFORMATIONS, MappingContext
from mailflow_gui.mapping.values import Value

CONTEXT = MappingContext(clock=datetime(2025, 3, 14, 0, 41, 7, 123456, UTC), seed=42)


def run(name: str, value: Value, /, **parameters: Any) -> Value:
    """What ``value`` becomes.

    :raises MappingError: it can't.
    """
    return run_in(CONTEXT, name, value, parameters)


def run_in(context: MappingContext, name: str, value: Value, parameters: Mapping[str, Any]) -> Value:
    """What ``value`` becomes with this clock and chance."""
    step = TRANSFORMATIONS[name].parameters.model_validate({"name": name, **parameters})
    budget.begin()
    return run_steps(compile_steps([step]), value, context)
