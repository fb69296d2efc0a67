"""``%s`` templates as AtlasMap's Format knows them (Java's), in one pass and with limits; values are data, never templates."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal

from mailflow_gui.mapping.values import MisfitError, Value, as_decimal, as_text, check_size

_PLACE = re.compile(r"%(?:(\d{1,3})\$)?([-0,+]*)(\d{1,4})?(?:\.(\d{1,2}))?([sSdfxXn%])")
"""Position, flags, width, precision, kind; ours, linear, and only used on templates."""

_EXACT = Context(prec=500, rounding=ROUND_HALF_UP)


def printf(template: str, values: tuple[Value, ...]) -> str:
    """``template`` with ``values`` in its places; missing values are empty, a surplus is ignored.

    :raises MappingError: no template, a value that isn't the number that is asked for, or too large a result.
    """
    pieces: list[str] = []
    at = size = following = 0
    while (found := template.find("%", at)) >= 0:
        match = _PLACE.match(template, found)
        if match is None:
            raise MisfitError("mapping-bad-template", template=template[:60])
        position, flags, width, precision, kind = match.groups()
        pieces.append(template[at:found])
        if kind in "%n":
            pieces.append("%" if kind == "%" else "\n")
        else:
            index = int(position) - 1 if position else following
            following += 0 if position else 1
            value = values[index] if 0 <= index < len(values) else None
            text = _one(value, kind, flags, int(precision) if precision else None)
            pieces.append(_padded(text, flags, int(width or 0)))
        at = match.end()
        size += len(pieces[-1]) + len(pieces[-2])
        check_size(size)
    check_size(size + len(template) - at)
    return "".join([*pieces, template[at:]])


def _one(value: Value, kind: str, flags: str, precision: int | None) -> str:
    if kind in "sS":
        text = as_text(value)[:precision]
        return text.upper() if kind == "S" else text
    if value is None:
        return ""
    number = as_decimal(value)
    if kind == "f":
        number = number.quantize(Decimal(1).scaleb(-(6 if precision is None else precision)), context=_EXACT)
        text = f"{number:,f}" if "," in flags else f"{number:f}"
    elif number != number.to_integral_value():
        raise MisfitError("mapping-not-a-whole-number", value=as_text(value)[:60])
    elif kind == "d":
        text = f"{int(number):,}" if "," in flags else str(int(number))
    else:
        text = format(int(number), kind)
    return "+" + text if "+" in flags and not text.startswith("-") else text


def _padded(text: str, flags: str, width: int) -> str:
    if "-" in flags:
        return text.ljust(width)
    return text.zfill(width) if "0" in flags else text.rjust(width)


def check_template(template: str) -> None:
    """:raises MappingError: it is no template."""
    at = 0
    while (found := template.find("%", at)) >= 0:
        match = _PLACE.match(template, found)
        if match is None:
            raise MisfitError("mapping-bad-template", template=template[:60])
        at = match.end()
