"""Transformations that calculate, exactly: with decimals, never binary fractions."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal, DecimalException
from functools import reduce
from typing import Annotated

from pydantic import Field

from mailflow_gui.language import N_
from mailflow_gui.mapping.transformations.registry import MappingContext, Parameters, transformation
from mailflow_gui.mapping.values import MisfitError, Value, as_decimal, is_blank, number

EXACT = Context(prec=120)


class Arithmetic(Parameters):
    """The second number; with a list of numbers it may be left out."""

    number: Annotated[int | float | None, Field(title=N_("Number"), allow_inf_nan=False)] = None


def _operands(value: tuple[Value, ...], parameters: Arithmetic | None = None) -> list[Decimal]:
    numbers = [as_decimal(entry) for entry in value if not is_blank(entry)]
    if numbers and parameters is not None and parameters.number is not None:
        numbers.append(as_decimal(parameters.number))
    return numbers


def _folded(numbers: list[Decimal], step: Callable[[Decimal, Decimal], Decimal]) -> int | float | None:
    if not numbers:
        return None
    try:
        return number(reduce(step, numbers))
    except DecimalException as error:
        raise MisfitError("mapping-number-too-large") from error


def _quotient(left: Decimal, right: Decimal) -> Decimal:
    if not right:
        raise MisfitError("mapping-division-by-zero")
    return EXACT.divide(left, right)


@transformation("add", N_("Add"), Arithmetic, input="list", output="number", weight=150)
def add(value: tuple[Value, ...], parameters: Arithmetic, context: MappingContext) -> int | float | None:
    """The sum of the numbers and ``number``; without any number it is absent."""
    return _folded(_operands(value, parameters), EXACT.add)


@transformation("subtract", N_("Subtract"), Arithmetic, input="list", output="number", weight=150)
def subtract(value: tuple[Value, ...], parameters: Arithmetic, context: MappingContext) -> int | float | None:
    """The first number less all others and ``number``; without any number it is absent."""
    return _folded(_operands(value, parameters), EXACT.subtract)


@transformation("multiply", N_("Multiply"), Arithmetic, input="list", output="number", weight=150)
def multiply(value: tuple[Value, ...], parameters: Arithmetic, context: MappingContext) -> int | float | None:
    """The product of the numbers and ``number``; without any number it is absent."""
    return _folded(_operands(value, parameters), EXACT.multiply)


@transformation("divide", N_("Divide"), Arithmetic, input="list", output="number", weight=150)
def divide(value: tuple[Value, ...], parameters: Arithmetic, context: MappingContext) -> int | float | None:
    """The first number divided by all others and ``number``; without any number it is absent."""
    return _folded(_operands(value, parameters), _quotient)


@transformation("average", N_("Average"), input="list", output="number", weight=150)
def average(value: tuple[Value, ...], parameters: Parameters, context: MappingContext) -> int | float | None:
    """The mean of the numbers; without any number it is absent."""
    numbers = _operands(value)
    return number(EXACT.divide(reduce(EXACT.add, numbers), Decimal(len(numbers)))) if numbers else None


@transformation("minimum", N_("Minimum"), input="list", output="number", weight=150)
def minimum(value: tuple[Value, ...], parameters: Parameters, context: MappingContext) -> int | float | None:
    """The smallest of the numbers; without any number it is absent."""
    numbers = _operands(value)
    return number(min(numbers)) if numbers else None


@transformation("maximum", N_("Maximum"), input="list", output="number", weight=150)
def maximum(value: tuple[Value, ...], parameters: Parameters, context: MappingContext) -> int | float | None:
    """The largest of the numbers; without any number it is absent."""
    numbers = _operands(value)
    return number(max(numbers)) if numbers else None


@transformation("round", N_("Round"), input="number", output="number")
def round_number(value: Decimal, parameters: Parameters, context: MappingContext) -> int | float:
    """The nearest whole number; halves go up, as in Java: 2.5 to 3, -2.5 to -2."""
    return number(_exact(EXACT.add(value, Decimal("0.5")) if _has_fraction(value) else value, ROUND_FLOOR))


@transformation("ceiling", N_("Ceiling"), input="number", output="number")
def ceiling(value: Decimal, parameters: Parameters, context: MappingContext) -> int | float:
    """The smallest whole number that isn't less."""
    return number(_exact(value, ROUND_CEILING))


@transformation("floor", N_("Floor"), input="number", output="number")
def floor(value: Decimal, parameters: Parameters, context: MappingContext) -> int | float:
    """The largest whole number that isn't greater."""
    return number(_exact(value, ROUND_FLOOR))


@transformation("absolute-value", N_("Absolute value"), input="number", output="number")
def absolute_value(value: Decimal, parameters: Parameters, context: MappingContext) -> int | float:
    """The number without its sign."""
    return number(value.copy_abs())


def _has_fraction(value: Decimal) -> bool:
    return value != value.to_integral_value()


def _exact(value: Decimal, rounding: str) -> Decimal:
    return value.to_integral_value(rounding=rounding)
