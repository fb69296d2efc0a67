"""Conditions made of comparisons as CEL, and back again where an expression is nothing more than that. What can't be said exactly isn't.

Both work on plain conditions, as they stand in the flow file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from mailflow_gui.errors import MappingError
from mailflow_gui.mapping.cel import cel_fields
from mailflow_gui.mapping.fields import MESSAGE_FIELDS
from mailflow_gui.mapping.values import as_decimal, as_text

METHODS = {"contains": "contains", "starts-with": "startsWith", "ends-with": "endsWith", "matches": "matches"}
ORDERS = (">", ">=", "<", "<=")
TEXTS = frozenset(one.name for one in MESSAGE_FIELDS if one.type == "text" and not one.many)
NUMBERS = frozenset(one.name for one in MESSAGE_FIELDS if one.type == "number" and not one.many)
KINDS = {one.name: one.type for one in MESSAGE_FIELDS}
_SAYABLE = frozenset({"text", "address", "file"})

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*")
_RESERVED = frozenset(
    {
        "as",
        "break",
        "const",
        "continue",
        "else",
        "false",
        "for",
        "function",
        "if",
        "import",
        "in",
        "let",
        "loop",
        "package",
    }
    | {"namespace", "null", "return", "true", "var", "void", "while", "int", "double", "string", "bool", "list", "map"}
    | {"null_type", "uint", "bytes", "type", "field"}
)


class UnsaidError(ValueError):
    """A comparison that CEL has no exact words for.

    :ivar row: the comparison.
    """

    def __init__(self, row: Mapping[str, Any]) -> None:
        super().__init__()
        self.row = row


def to_cel(condition: Mapping[str, Any]) -> str:
    """A condition (``{"all": […]}`` or ``{"any": […]}``) as an expression.

    :raises UnsaidError: a comparison can't be said exactly.
    """
    text = _group(condition, outer=True)
    try:
        cel_fields(text)  # long and deep ones are too much for it
    except MappingError:
        raise UnsaidError(condition) from None
    return text


def _group(condition: Mapping[str, Any], *, outer: bool) -> str:
    form = "any" if "any" in condition else "all"
    rows = condition.get(form)
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        raise UnsaidError(condition)
    if not rows:
        return "true" if form == "all" else "false"
    said = [_comparison(row) if "field" in row else _group(row, outer=len(rows) == 1) for row in rows]
    text = (" && " if form == "all" else " || ").join(said)
    return text if outer or len(said) == 1 else f"({text})"


def _comparison(row: Mapping[str, Any]) -> str:
    operator = str(row.get("operator", ""))
    plain = operator.removeprefix("not-")
    name, value, match_case = row.get("field"), row.get("value"), row.get("match_case", True) is not False
    field = field_in_cel(name) if isinstance(name, str) else ""
    if not field or not isinstance(name, str) or (value is None and plain != "empty"):
        raise UnsaidError(row)
    if plain == "empty":
        return f"{'!' if plain != operator else ''}isBlank({field})"
    if operator in ORDERS:
        return f"{field} {operator} {_number(row, name)}"
    if KINDS.get(name, "text") not in _SAYABLE or (not match_case and _may_be_number(name, value)):
        raise UnsaidError(row)
    asked = field if match_case or plain == "matches" else f"{field}.casefold()"
    if plain in METHODS:
        wanted = as_text(_value(value))
        if plain == "matches" and not match_case:
            wanted = f"(?i){wanted}"
        elif not match_case:
            wanted = wanted.casefold()
        return f"{'!' if plain != operator else ''}{asked}.{METHODS[plain]}({_text(row, wanted)})"
    if plain not in ("equals", "in"):
        raise UnsaidError(row)
    texts = _texts(plain, value)
    words = [_text(row, text if match_case else text.casefold()) for text in texts]
    if match_case and name in TEXTS:
        if plain == "equals" and len(words) == 1:
            return f"{field} {'!=' if plain != operator else '=='} {words[0]}"
        said = f"{field} in [{', '.join(words)}]"
        return f"!({said})" if plain != operator else said
    single = plain == "equals" and len(words) == 1
    return f"{'!' if plain != operator else ''}{asked}.equals({words[0] if single else '[' + ', '.join(words) + ']'})"


def field_in_cel(name: str) -> str:
    """A field's name as expressions read it: ``from.address``, ``headers["X-Ticket"]``, ``field("extracted.氏名")``; empty if none can."""
    if not name or '"' in name or "\\" in name or "\n" in name or not name.isprintable():
        return ""
    if _NAME.fullmatch(name) and _RESERVED.isdisjoint(name.split(".")):
        return name
    root, _dot, part = name.partition(".")
    return f'headers["{part}"]' if root == "headers" and part else f'field("{name}")'


def _value(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _texts(plain: str, value: Any) -> list[str]:
    if isinstance(value, list | tuple):
        return [as_text(one) for one in value]
    return [part.strip() for part in as_text(value).split(",")] if plain == "in" else [as_text(value)]


def _may_be_number(name: str, value: Any) -> bool:
    """Whether a number in a field could equal what is wanted, however both are written: that gets lost where case doesn't matter."""
    return name not in KINDS and not name.startswith("headers.") and any(sign.isdigit() for sign in str(value))


def _text(row: Mapping[str, Any], text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise UnsaidError(row) from None
    return json.dumps(text, ensure_ascii=False)


def _number(row: Mapping[str, Any], name: str) -> str:
    """What a number is compared with; dates are compared by days where only a day is given, which CEL has no words for."""
    if name not in NUMBERS:
        raise UnsaidError(row)
    try:
        number = as_decimal(row.get("value"))
    except MappingError:
        raise UnsaidError(row) from None
    text = format(number, "f")
    if number != number.to_integral_value() or abs(number) >= 2**53:
        raise UnsaidError(row)
    return text.partition(".")[0]
