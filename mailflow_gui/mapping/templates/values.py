"""Values on their way into a template, within it, and out again."""

from __future__ import annotations

import html
from collections.abc import Mapping
from datetime import date
from typing import Any

from liquid import Markup, Undefined

from mailflow_gui.mail.message import Address, Attachment
from mailflow_gui.mapping.budget import charge
from mailflow_gui.mapping.fields import part_of
from mailflow_gui.mapping.values import LIST_LIMIT, Value, as_text, check_count

_PLAIN = (str, bool, int, float, date, Address, Attachment, bytes)


def inward(value: Value) -> object:
    """A field's value as templates see it: a list is a list, bytes are text."""
    if isinstance(value, str):
        charge(len(value))
        return value
    if isinstance(value, tuple):
        charge(len(value))
        return [inward(entry) for entry in value]
    return as_text(value) if isinstance(value, bytes) else value


def outward(value: object) -> Value:
    """What a template has in hand as a field's value.

    :raises MappingError: a range that is too long.
    """
    if value is None or isinstance(value, Undefined):
        return None
    if isinstance(value, Markup):
        return str(value)
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, range):
        check_count(min(value.stop - value.start, LIST_LIMIT + 1))
        return tuple(value)
    if isinstance(value, (list, tuple)):
        return tuple(outward(entry) for entry in value)
    return str(value)


def part(value: object, segment: object) -> object:
    """``value.segment`` in a template: a list's entry, ``size``, ``first``, ``last``, a mailbox's or a file's part; else None."""
    if isinstance(value, Mapping):
        return value.get(segment)
    if isinstance(segment, int):
        return value[segment] if isinstance(value, (list, tuple)) and -len(value) <= segment < len(value) else None
    if isinstance(value, (list, tuple, str)) and segment == "size":
        return len(value)
    if isinstance(value, (list, tuple)) and segment in ("first", "last"):
        return (value[0] if segment == "first" else value[-1]) if value else None
    try:
        found = part_of(outward(value), "", str(segment))
    except KeyError:
        return None
    return inward(found)


def shown(value: object, escaped: bool) -> str:
    """What ``{{ value }}`` writes; in an HTML template what isn't marked as safe is escaped."""
    if isinstance(value, Markup):
        return str(value)
    if isinstance(value, range):
        return f"{value.start}..{value.stop - 1}"
    text = as_text(outward(value))
    charge(len(text))
    return html.escape(text) if escaped else text


def safe(value: object) -> Any:
    """``value`` marked as HTML that is written as it is."""
    return Markup(value if isinstance(value, Markup) else as_text(outward(value)))
