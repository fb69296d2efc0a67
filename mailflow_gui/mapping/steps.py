"""A chain of transformations, compiled: each value is read as what the function takes, lists entry by entry, and results stay small."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from mailflow_gui.errors import MappingError
from mailflow_gui.mapping.budget import CALL, charge
from mailflow_gui.mapping.transformations import TRANSFORMATIONS, MappingContext, Parameters, Transformation
from mailflow_gui.mapping.values import (
    Value,
    as_date,
    as_decimal,
    as_list,
    as_text,
    check_count,
    check_size,
    is_blank,
    limited,
)

Run = Callable[[Value, MappingContext], Value]

_READERS: Mapping[str, Callable[[Value], object]] = {
    "text": as_text,
    "number": as_decimal,
    "date": as_date,
    "list": as_list,
    "any": lambda value: value,
}


def compile_steps(steps: Sequence[Parameters]) -> tuple[Run, ...]:
    """Each step as a function of a value; they raise :class:`MappingError` where the value doesn't fit."""
    return tuple(_compiled(TRANSFORMATIONS[step.name], step) for step in steps)


def collect(values: Iterator[Value]) -> tuple[Value, ...]:
    """A list of what ``values`` gives, stopped before it becomes too large.

    :raises MappingError: too many entries, or too much text in all.
    """
    found: list[Value] = []
    size = 0
    for value in values:
        size += _size(value)
        check_size(size)
        check_count(len(found))
        found.append(value)
    return tuple(found)


def _size(value: Value) -> int:
    if isinstance(value, tuple):
        return sum(_size(entry) for entry in value)
    return len(value) if isinstance(value, str) else 0


def _compiled(transformation: Transformation, parameters: Parameters) -> Run:
    function, takes_absent = transformation.function, transformation.takes_absent
    read = _READERS[transformation.input]
    blank_is_absent = transformation.input in ("number", "date")
    by_entry = transformation.input in ("text", "number", "date")
    weight = transformation.weight

    def one(value: Value, context: MappingContext) -> Value:
        charge(CALL + weight * len(value) if isinstance(value, (str, tuple)) else CALL)
        if value is None or (blank_is_absent and is_blank(value)):
            return limited(function(None, parameters, context)) if takes_absent else None
        return limited(function(read(value), parameters, context))

    def each(value: Value, context: MappingContext) -> Value:
        if not isinstance(value, tuple):
            return one(value, context)
        if not value:
            return one(None, context) if takes_absent else ()
        return collect(each(entry, context) for entry in value)

    return each if by_entry else one


def run_steps(steps: Sequence[Run], value: Value, context: MappingContext) -> Value:
    """``value`` after all steps.

    :raises MappingError: a value that a step can't work on.
    """
    for step in steps:
        value = step(value, context)
    return value


def traced(steps: Sequence[Run], value: Value, context: MappingContext) -> Iterator[Value | MappingError]:
    """``value`` and then what each step makes of it, for people who look; an error ends it."""
    yield value
    for step in steps:
        try:
            value = step(value, context)
        except MappingError as error:
            yield error
            return
        yield value
