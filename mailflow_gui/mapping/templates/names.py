"""How a field is named in a template: by dots where its parts are plain words, else in brackets."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W\d][\w-]*")
_OWN = frozenset(
    {"true", "false", "nil", "null", "none", "empty", "blank", "and", "or", "not", "contains", "in", "if", "else", "with", "as",
     "for", "limit", "offset", "cols", "reversed", "required"}
)  # fmt: skip
"""Words that the language may read as its own."""


def written(name: str) -> str:
    """A field's name as templates read it: ``from.name``, ``extracted["Order No"]``; empty where no quotation mark is left for it."""
    found = ""
    for part in name.split("."):
        if _WORD.fullmatch(part) and part.lower() not in _OWN:
            found += f".{part}" if found else part
            continue
        mark = '"' if '"' not in part else "'"
        if mark in part or "\n" in part or not part:
            return ""
        found += f"[{mark}{part}{mark}]"
    return found
