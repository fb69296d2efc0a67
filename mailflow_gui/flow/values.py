"""Values from a flow file in sentences: quoted safely, shortened, with the nearest known word where one is misspelt."""

from __future__ import annotations

import difflib
import json
import unicodedata
from collections.abc import Iterable

_LONGEST = 60
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Control, direction, unassigned, line and paragraph separators; the wide space of Japanese texts is none of them."""


def quoted(value: object) -> str:
    """``value`` as JSON on one short line: no line breaks, no control or direction characters, at most 60 characters."""
    if isinstance(value, dict):
        return "{…}" if value else "{}"
    if isinstance(value, list | tuple):
        return "[…]" if value else "[]"
    written = shown(value if isinstance(value, str) else json.dumps(value, default=str), _LONGEST)
    return f"“{written}”" if isinstance(value, str) else written


def shown(text: str, longest: int = 200) -> str:
    """``text`` on one line, without control and direction characters, and shortened to ``longest`` characters."""
    safe = "".join(character if unicodedata.category(character) not in _UNSAFE else "�" for character in text[:longest])
    return safe if len(text) <= longest else safe + "…"


def nearest(word: object, known: Iterable[str]) -> str:
    """The known word that ``word`` was probably meant to be, or an empty text."""
    if not isinstance(word, str):
        return ""
    spelt = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word.lower().replace("-", "_"), spelt, n=1) or difflib.get_close_matches(
        word.lower().replace("_", "-"), spelt, n=1
    )
    return spelt[found[0]] if found else ""
