"""Fields' values as CEL sees them, and the functions that expressions may use beside CEL's own. cel-python is known here and in ``cel``.

``contains``, ``startsWith``, ``endsWith``, ``matches`` and ``equals`` ask exactly as conditions without CEL do: a list fits when one of
its entries does, and a mailbox is known by its address and by all of it. ``isBlank(x)`` is true where there is nothing to see.
``casefold()`` makes upper and lower case alike.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

from celpy import celtypes
from celpy.evaluation import CELEvalError

from mailflow_gui.mail.message import Address
from mailflow_gui.mapping.conditions import Test, compile_condition
from mailflow_gui.mapping.fields import MESSAGE_FIELDS
from mailflow_gui.mapping.rules import Comparison
from mailflow_gui.mapping.values import Value, as_text, is_blank

_TEXTS = frozenset(one.name for one in MESSAGE_FIELDS if one.type == "text" and not one.many)
_LISTS = frozenset(one.name for one in MESSAGE_FIELDS if one.many)
_QUESTIONS = {
    "contains": "contains",
    "startsWith": "starts-with",
    "endsWith": "ends-with",
    "matches": "matches",
    "equals": "equals",
}
"""Methods, and the operators that they are."""


class Kept(celtypes.StringType):
    """A mailbox or a file as CEL's text, which knows what it was made of."""

    value: Value = None


class Absent(celtypes.ListType):
    """A list that isn't there: in CEL it has no entries."""


def inward(name: str, value: Value) -> Any:  # noqa: PLR0911 (one line for each kind of value)
    """A field's value as CEL's; an absent text is empty and an absent list has no entries, everything else absent is null."""
    if value is None:
        if name in _LISTS:
            return Absent([])
        return celtypes.StringType("") if name in _TEXTS or name.startswith(("headers.", "extracted.")) else None
    if isinstance(value, bool):
        return celtypes.BoolType(value)
    if isinstance(value, int):
        return celtypes.IntType(value) if abs(value) < 2**63 else celtypes.DoubleType(value)
    if isinstance(value, float):
        return celtypes.DoubleType(value)
    if isinstance(value, tuple):
        return celtypes.ListType([inward("", entry) for entry in value])
    if isinstance(value, str):
        return celtypes.StringType(value)
    if not isinstance(value, date):
        kept = Kept(as_text(value))
        kept.value = value
        return kept
    moment = value if isinstance(value, datetime) else datetime.combine(value, time(), UTC)
    return celtypes.TimestampType(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def outward(value: Any) -> Value:
    """CEL's value as a field's."""
    if value is None or isinstance(value, Absent):
        return None
    if isinstance(value, datetime):
        return value
    if isinstance(value, Kept):
        return value.value
    if isinstance(value, list):
        return tuple(outward(entry) for entry in value)
    for kind in (celtypes.BoolType, celtypes.IntType, celtypes.UintType):
        if isinstance(value, kind):
            return bool(value) if kind is celtypes.BoolType else int(value)
    return float(value) if isinstance(value, float) else str(value)


def functions() -> dict[str, Any]:
    """The functions by name. Operators in which cel-python leaves to Python what CEL doesn't have (repeating and formatting of texts) are
    kept to numbers."""
    return {
        "_*_": _arithmetic(operator.mul),
        "_%_": _arithmetic(operator.mod),
        "_/_": _arithmetic(operator.truediv),
        "lowerAscii": lambda text: celtypes.StringType(str(text).lower()),
        "casefold": lambda value: _folded(outward(value)),
        "isBlank": lambda value: celtypes.BoolType(is_blank(outward(value))),
        **{name: _question(name) for name in _QUESTIONS},
    }


def _arithmetic(calculate: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def run(left: Any, right: Any) -> Any:
        for value in (left, right):
            if isinstance(value, celtypes.BoolType) or not isinstance(
                value, (celtypes.IntType, celtypes.UintType, celtypes.DoubleType)
            ):
                return CELEvalError("no such overload", TypeError, ("numbers are needed",))
        return calculate(left, right)

    return run


def _question(name: str) -> Callable[[Any, Any], Any]:
    def ask(value: Any, wanted: Any) -> Any:
        asked = outward(wanted)
        if not isinstance(asked, str) and not (name == "equals" and isinstance(asked, tuple)):
            return CELEvalError("no such overload", TypeError, ("a text is needed",))
        return celtypes.BoolType(_asked(name, asked)({"x": outward(value)}))

    return ask


@lru_cache(maxsize=256)
def _asked(name: str, wanted: Any) -> Test:
    texts = tuple(map(as_text, wanted)) if isinstance(wanted, tuple) else wanted
    return compile_condition(Comparison.model_validate({"field": "x", "operator": _QUESTIONS[name], "value": texts}))


def _folded(value: Value) -> Any:
    """A value's texts, upper and lower case alike; of a mailbox its address and all of it."""
    if isinstance(value, tuple):
        found = [one for entry in value for one in _folded_texts(entry)]
        return celtypes.ListType(found)
    texts = _folded_texts(value)
    return texts[0] if len(texts) == 1 else celtypes.ListType(texts)


def _folded_texts(value: Value) -> list[Any]:
    texts = (value.address, as_text(value)) if isinstance(value, Address) else (as_text(value),)
    return [celtypes.StringType(text.casefold()) for text in texts]
