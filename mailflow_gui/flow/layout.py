"""How a flow file is laid out: made for reading and for small differences between two versions.

The document, its lists, its nodes and their settings have one entry a line. Everything below (a rule, an edge, a connection, a
position) stands on one line if it fits, so that one change by a person is one changed line.
"""

from __future__ import annotations

import json
from typing import Any

WIDTH = 120
_INDENT = "  "
_ONE_A_LINE = frozenset(
    {
        (),
        ("connections",),
        ("nodes",),
        ("nodes", "*"),
        ("nodes", "*", "settings"),
        ("nodes", "*", "settings", "rules"),
        ("edges",),
    }
)


def layout(document: dict[str, Any]) -> str:
    """``document`` as JSON text with a newline at the end."""
    return _laid_out(document, (), 0, 0) + "\n"


def _laid_out(value: Any, place: tuple[str, ...], depth: int, used: int) -> str:
    """``value`` at ``depth``, where ``used`` columns of its first line are taken already."""
    if not isinstance(value, dict | list) or not value:
        return _one_line(value)
    if place not in _ONE_A_LINE:
        short = _one_line(value)
        if used + len(short) < WIDTH:  # one column is left for a comma
            return short
    inner = _INDENT * (depth + 1)
    if isinstance(value, dict):
        heads = [f"{_one_line(key)}: " for key in value]
        entries = [
            head + _laid_out(entry, (*place, key), depth + 1, len(inner) + len(head))
            for head, (key, entry) in zip(heads, value.items(), strict=True)
        ]
        opening, closing = "{", "}"
    else:
        entries = [_laid_out(entry, (*place, "*"), depth + 1, len(inner)) for entry in value]
        opening, closing = "[", "]"
    return opening + "\n" + ",\n".join(inner + entry for entry in entries) + "\n" + _INDENT * depth + closing


def _one_line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
