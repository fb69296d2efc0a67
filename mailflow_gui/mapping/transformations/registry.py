"""What a transformation is, and how one is registered: a pure function, a model of its parameters, a name that is never changed.

A function takes (value, parameters, context). What its ``input`` promises has been seen to before the call: a text is a ``str``, a
number a ``Decimal``, a date a ``date`` or ``datetime``, a list a ``tuple``. Absent values pass by, as in AtlasMap, unless
``takes_absent``; the functions that take one entry are applied to each entry of a list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, create_model

from mailflow_gui.language import N_
from mailflow_gui.mail.swift import swift
from mailflow_gui.mapping.values import Value, ValueType

Input = Literal["text", "number", "date", "list", "any"]


@swift
@dataclass(frozen=True)
class MappingContext:
    """All that a mapping may know beside its source: equal contexts and sources give equal results."""

    properties: Mapping[str, object] = field(default_factory=dict)
    """The flow's properties, as in its file: texts, numbers, booleans, lists of texts."""
    clock: datetime = field(kw_only=True)
    """The item's "now" (aware)."""
    seed: int = field(kw_only=True)
    """The item's source of chance."""
    rule: int = 0
    """Index of the rule that runs, so that two rules of one item draw different chances."""
    entry: int = 0
    """With *for each*: the position of the entry that the rule works on."""


class Parameters(BaseModel):
    """What every transformation has: its name. Unknown keys are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    name: Annotated[str, Field(title=N_("Transformation"))]


F = TypeVar("F", bound=Callable[..., Value])


@dataclass(frozen=True)
class Transformation:
    """One named pure function with its parameters."""

    name: str
    """Kebab-case, never renamed: it stands in flow files."""
    title: str
    """For people (marked with ``N_``)."""
    function: Callable[[Any, Any, MappingContext], Value]
    parameters: type[Parameters]
    """Its parameters' model; ``name`` is a literal there, so that a union of them is told apart by it."""
    input: Input
    output: ValueType
    takes_absent: bool = False
    """Whether it has an answer for an absent value; otherwise absent stays absent."""
    weight: int = 1
    """How much work a character of its value is, compared with copying it."""


TRANSFORMATIONS: dict[str, Transformation] = {}
"""All of them, by name."""


def transformation(
    name: str,
    title: str,
    parameters: type[Parameters] = Parameters,
    *,
    input: Input = "text",  # noqa: A002 (the field's own name)
    output: ValueType = "text",
    takes_absent: bool = False,
    weight: int = 1,
) -> Callable[[F], F]:
    """Register the decorated function as ``name``."""

    def register(function: F) -> F:
        model: type[Parameters] = create_model(
            "".join(part.capitalize() for part in name.split("-")),
            __base__=parameters,
            __doc__=(function.__doc__ or "").split("\n\n")[0].strip(),
            name=(Literal[name], Field(title=N_("Transformation"))),  # type: ignore[arg-type]  # a literal made at run time
        )
        TRANSFORMATIONS[name] = Transformation(name, title, function, model, input, output, takes_absent, weight)
        return function

    return register
