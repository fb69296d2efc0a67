"""Conditions, compiled to closures. A list fits when one of its entries does; ``not-`` is true exactly when the plain operator isn't."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, tzinfo
from typing import Any, TypeVar

from mailflow_gui.errors import MappingError
from mailflow_gui.mail.message import Address
from mailflow_gui.mapping import patterns
from mailflow_gui.mapping.rules import AllOf, AnyOf, Comparison, Condition, Expression
from mailflow_gui.mapping.values import MisfitError, Value, as_date, as_decimal, as_list, as_text, clipped, is_blank

T = TypeVar("T")

Test = Callable[[Mapping[str, Value]], bool]

_Order = Callable[[Any, Any], bool]

_ORDERS: Mapping[str, _Order] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def compile_condition(condition: Condition | Comparison) -> Test:
    """The condition as a function of the source's fields.

    :raises MappingError: a value that can't be compared with, a bad pattern, or CEL that can't be read.
    """
    if isinstance(condition, Expression):
        from mailflow_gui.mapping.cel import compile_cel  # its parser takes a moment to load, and few mappings need it

        return compile_cel(condition.cel)
    if isinstance(condition, AllOf):
        tests = tuple(compile_condition(part) for part in condition.all)
        return lambda source: all(test(source) for test in tests)
    if isinstance(condition, AnyOf):
        tests = tuple(compile_condition(part) for part in condition.any)
        return lambda source: any(test(source) for test in tests)
    return _comparison(condition)


def condition_fields(condition: Condition | Comparison) -> tuple[str, ...]:
    """The fields that a condition reads.

    :raises MappingError: CEL that can't be read.
    """
    names: list[str] = []
    for part, _path in comparisons(condition, ""):
        if isinstance(part, Comparison):
            names.append(part.field)
        else:
            from mailflow_gui.mapping.cel import cel_fields  # as above

            names += cel_fields(part.cel)
    return tuple(dict.fromkeys(names))


def comparisons(condition: Condition | Comparison, path: str) -> Iterator[tuple[Comparison | Expression, str]]:
    """Each comparison in a condition, with where it stands below ``path``."""
    if isinstance(condition, (Comparison, Expression)):
        yield condition, path
        return
    key, parts = ("all", condition.all) if isinstance(condition, AllOf) else ("any", condition.any)
    for index, part in enumerate(parts):
        yield from comparisons(part, f"{path}.{key}.{index}")


def _comparison(comparison: Comparison) -> Test:
    name, plain = comparison.field, comparison.operator.removeprefix("not-")
    expected = comparison.operator == plain
    fits = _fits(comparison, plain)
    return lambda source: fits(source.get(name)) is expected


def _fits(comparison: Comparison, plain: str) -> Callable[[Value], bool]:
    if plain == "empty":
        return is_blank
    if comparison.value is None:
        raise MisfitError("mapping-value-missing", field=comparison.field)
    wanted: Value = comparison.value
    if plain in _ORDERS:
        return _ordered(comparison, _ORDERS[plain])
    if plain == "matches":
        pattern = patterns.compiled(as_text(wanted), comparison.match_case)
        return lambda value: any(pattern.found(text) for text in _texts(value))
    fold = _same if comparison.match_case else str.casefold
    if plain in ("equals", "in"):
        choices = _choices(wanted) if plain == "in" else as_list(wanted)
        texts = frozenset(fold(as_text(choice)) for choice in choices)
        return lambda value: (
            any(fold(text) in texts for text in _texts(value))
            or any(_same_value(entry, choice) for entry in as_list(value) for choice in choices)
        )
    text = fold(as_text(wanted))
    question: Callable[[str], bool] = {
        "contains": lambda found: text in found,
        "starts-with": lambda found: found.startswith(text),
        "ends-with": lambda found: found.endswith(text),
    }[plain]
    return lambda value: any(question(fold(found)) for found in _texts(value))


def _same(text: str) -> str:
    return text


def _choices(wanted: Value) -> tuple[Value, ...]:
    """What ``in`` is asked for: a list, or a text with commas."""
    if isinstance(wanted, tuple):
        return wanted
    return tuple(part.strip() for part in as_text(wanted).split(","))


def _texts(value: Value) -> tuple[str, ...]:
    """The texts that stand for a value; a mailbox is known by its address and by all of it, a list by each entry."""
    if isinstance(value, Address):
        return (value.address, as_text(value))
    if isinstance(value, tuple):
        return tuple(text for entry in value for text in _texts(entry))
    return (as_text(value),)


def _same_value(entry: Value, wanted: Value) -> bool:
    """Whether a number or a date equals what is wanted, however both are written."""
    if isinstance(entry, bool) or not isinstance(entry, (int, float, datetime, date)):
        return False
    try:
        if isinstance(entry, (int, float)):
            return as_decimal(entry) == as_decimal(wanted)
        return _compared(operator.eq, entry, as_date(wanted))
    except MappingError:
        return False  # what is wanted is no number and no date: not equal


def _ordered(comparison: Comparison, order: _Order) -> Callable[[Value], bool]:
    """Numbers are compared as numbers, dates as dates; what is neither doesn't fit."""
    wanted: Value = comparison.value
    number = _read(as_decimal, wanted)
    day = _read(as_date, wanted) if number is None else None
    if number is None and day is None:
        raise MisfitError("mapping-bad-value", field=comparison.field, value=clipped(wanted))

    def one(entry: Value) -> bool:
        if number is not None:
            found = _read(as_decimal, entry)
            return found is not None and order(found, number)
        at = _read(as_date, entry)
        return at is not None and day is not None and _compared(order, at, day)

    return lambda value: any(one(entry) for entry in as_list(value))


def _read(reader: Callable[[Value], T], value: Value) -> T | None:
    try:
        return reader(value)
    except MappingError:
        return None  # not of that kind, which is an answer here


def _compared(order: _Order, found: datetime | date, wanted: datetime | date) -> bool:
    """Two dates; where the wanted one is a day, days are compared; a time without a zone is in the other one's."""
    if not isinstance(wanted, datetime):
        return order(found.date() if isinstance(found, datetime) else found, wanted)
    if not isinstance(found, datetime):
        return order(found, wanted.date())
    zone: tzinfo = found.tzinfo or wanted.tzinfo or UTC
    left = found if found.tzinfo else found.replace(tzinfo=zone)
    right = wanted if wanted.tzinfo else wanted.replace(tzinfo=zone)
    return order(left, right)
