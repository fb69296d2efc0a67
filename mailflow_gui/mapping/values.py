"""What a field's value is, and how one kind of value is read as another.

Reading never guesses silently: a text that isn't a number or a date is a :class:`MappingError`, an absent value stays absent.
"""

from __future__ import annotations

import unicodedata
from datetime import date, datetime
from decimal import Decimal, DecimalException
from email.utils import parsedate_to_datetime
from typing import Literal, TypeAlias

from mailflow_gui.errors import MappingError
from mailflow_gui.mail.message import Address, Attachment

Value: TypeAlias = (
    "str | int | float | bool | datetime | date | Address | Attachment | bytes | tuple[Value, ...] | None"
)
"""A field's value. None: absent. A tuple: a list."""

ValueType = Literal["text", "number", "boolean", "date", "address", "file", "list", "any"]
"""The kinds of values as people see them; decides which transformations fit a field."""

TEXT_LIMIT = 10_000_000
"""Most characters that a transformation may produce: chained ones could otherwise grow a text without end."""

LIST_LIMIT = 100_000
"""Most entries of a list that a transformation may produce."""

_LARGEST_EXPONENT = 300
"""Numbers beyond 1e300 don't fit a float, and as whole numbers they would fill the memory."""

_SPECIAL_IN_NAMES = frozenset('()<>[]:;@\\,."')


class MisfitError(MappingError):
    """A value, or a text typed into a rule, that doesn't fit. It doesn't know its rule: that adds its index and its ``target``."""


def clipped(value: Value, limit: int = 60) -> str:
    """``value`` as a short text for an error's sentence."""
    text = as_text(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def as_text(value: Value) -> str:  # noqa: PLR0911 (one line for each kind of value)
    """``value`` as text: absent is empty, a list is joined by commas, dates are ISO 8601, a file is its name."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Address):
        return _mailbox(value)
    if isinstance(value, Attachment):
        return value.name
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, tuple):
        return ", ".join(as_text(entry) for entry in value if entry is not None)
    return str(value)


def _mailbox(address: Address) -> str:
    """``name <local@domain>``, the name quoted where RFC 5322 3.2.3 asks for it, so that it can be read back."""
    if not address.name:
        return address.address
    if not _SPECIAL_IN_NAMES.isdisjoint(address.name):
        escaped = address.name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}" <{address.address}>'
    return f"{address.name} <{address.address}>"


def as_list(value: Value) -> tuple[Value, ...]:
    """``value`` as a list: absent is empty, a single value is a list of one."""
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)


def is_blank(value: Value) -> bool:
    """Whether there is nothing to see: absent, white space only, or a list of such."""
    if isinstance(value, str):
        return not value or value.isspace()
    if isinstance(value, tuple):
        return all(map(is_blank, value))
    return value is None


def as_decimal(value: Value) -> Decimal:
    """``value`` as an exact number; full-width digits and thousands separators are understood.

    :raises MappingError: it isn't a number, or beyond ±1e300.
    """
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise MisfitError("mapping-not-a-number", value=clipped(value))
    number = _decimal(value)
    if number is None or not number.is_finite():
        raise MisfitError("mapping-not-a-number", value=clipped(value))
    if number and abs(number.adjusted()) > _LARGEST_EXPONENT:
        raise MisfitError("mapping-number-too-large")
    return number


def _decimal(value: str | float) -> Decimal | None:
    text = str(value) if not isinstance(value, str) else unicodedata.normalize("NFKC", value[:100]).strip()
    if isinstance(value, str) and len(value) > 100:
        return None
    whole, *rest = text.replace("\N{MINUS SIGN}", "-").split(".")
    groups = whole.lstrip("+-").split(",")
    if len(groups) > 1 and (not 1 <= len(groups[0]) <= 3 or any(len(group) != 3 for group in groups[1:])):
        return None
    try:
        return Decimal(".".join([whole.replace(",", ""), *rest]).replace("_", "?"))
    except DecimalException:
        return None


def number(value: Decimal) -> int | float:
    """The plain number: whole where it is whole.

    :raises MappingError: beyond ±1e300.
    """
    if value and value.adjusted() > _LARGEST_EXPONENT:
        raise MisfitError("mapping-number-too-large")
    return int(value) if value == value.to_integral_value() else float(value)


def as_date(value: Value) -> datetime | date:
    """``value`` as a date, with a time where it has one: ISO 8601, RFC 5322, ``2025/3/14`` or ``2025年3月14日``.

    :raises MappingError: it isn't a date.
    """
    if isinstance(value, (datetime, date)):
        return value
    if not isinstance(value, str) or len(value) > 100:
        raise MisfitError("mapping-not-a-date", value=clipped(value))
    text = unicodedata.normalize("NFKC", value).strip()
    plain = text.replace("年", "-").replace("月", "-").replace("日", " ").replace("/", "-").strip()
    for reading in (_iso, _loose, parsedate_to_datetime):
        try:
            return reading(text if reading is parsedate_to_datetime else plain)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue  # the next way of writing dates is tried; after the last one it is an error
    raise MisfitError("mapping-not-a-date", value=clipped(value))


def _iso(text: str) -> datetime | date:
    return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)


def _loose(text: str) -> datetime | date:
    """``2025-3-14`` with or without ``9:41[:07]``."""
    day_text, _, time_text = text.partition(" ")
    year, month, day = (int(part) for part in day_text.split("-"))
    if not time_text.strip():
        return date(year, month, day)
    hour, minute, second = (*(int(part) for part in time_text.strip().split(":")), 0, 0)[:3]
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 (none is written there)


def limited(value: Value) -> Value:
    """``value``, if it isn't too large to be a transformation's result.

    :raises MappingError: more text than :data:`TEXT_LIMIT` or more entries than :data:`LIST_LIMIT`.
    """
    if isinstance(value, str):
        check_size(len(value))
    elif isinstance(value, tuple):
        check_count(len(value))
        check_size(sum(len(entry) for entry in value if isinstance(entry, str)))
    return value


def check_size(characters: int) -> None:
    """:raises MappingError: more than a transformation may produce."""
    if characters > TEXT_LIMIT:
        raise MisfitError("mapping-text-too-large", limit=TEXT_LIMIT)


def check_count(entries: int) -> None:
    """:raises MappingError: more entries than a list may have."""
    if entries > LIST_LIMIT:
        raise MisfitError("mapping-list-too-long", limit=LIST_LIMIT)
