"""Rules and steps on messages, as flows run them; whatever fails is no value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from mailflow_gui.errors import MappingError
from mailflow_gui.mapping import budget
from mailflow_gui.mapping.extraction import ExtractedFields, Extraction
from mailflow_gui.mapping.extraction.keys import ROOT
from mailflow_gui.mapping.mapping import compile_rule
from mailflow_gui.mapping.rules import Rule
from mailflow_gui.mapping.steps import compile_steps, run_steps
from mailflow_gui.mapping.transformations import TRANSFORMATIONS, MappingContext
from mailflow_gui.mapping.values import Value, as_text

_EXTRACTIONS: TypeAdapter[tuple[Extraction, ...]] = TypeAdapter(tuple[Extraction, ...])

LOOKS = _EXTRACTIONS.validate_python(
    [{"kind": "labels"}, {"kind": "table"}, {"kind": "json", "name": "json"}, {"kind": "csv", "name": "csv"}]
)
"""The ways of looking that are tried; a proposal names those alone that it needs."""

CONTEXT = MappingContext(clock=datetime(2000, 1, 1, tzinfo=UTC), seed=0)


def fields_of(source: Mapping[str, Value], extractions: Sequence[Extraction] = ()) -> ExtractedFields:
    """A mail's fields with everything that can be extracted; what ``extractions`` find comes first."""
    return ExtractedFields(source, (*extractions, *LOOKS))


def needed(names: Sequence[str], source: ExtractedFields, known: Sequence[Extraction] = ()) -> tuple[Extraction, ...]:
    """The extractions that give these fields, beside those that are ``known`` already; in the order of :data:`LOOKS`."""
    own = ExtractedFields(source, known).extracted()
    asked = [name for name in names if name.startswith(f"{ROOT}.") and name not in own]
    found = set()
    for name in asked:
        for place, extraction in enumerate(LOOKS):
            if name in ExtractedFields(source, [extraction]).extracted():
                found.add(place)
                break
    return tuple(LOOKS[place] for place in sorted(found))


def run_steps_on(value: Value, steps: Sequence[Mapping[str, Any]]) -> str:
    """``value`` after the steps, as text; empty where they can't."""
    budget.begin()
    try:
        models = [TRANSFORMATIONS[step["name"]].parameters.model_validate(step) for step in steps]
        return as_text(run_steps(compile_steps(models), value, CONTEXT))
    except (MappingError, ValidationError):
        return ""


def read(source: ExtractedFields, name: str, steps: Sequence[Mapping[str, Any]]) -> str:
    """A field after the steps, as text; empty where there is none, or it can't be read."""
    try:
        return run_steps_on(source.get(name), steps)
    except MappingError:
        return ""  # a broken file among the attachments


def run_rule(rule: Rule, source: ExtractedFields) -> tuple[Value, MappingError | None]:
    """What the rule gives, or the error with which it failed."""
    try:
        return compile_rule(0, rule).run(source, CONTEXT)[1], None
    except MappingError as error:
        return None, error
