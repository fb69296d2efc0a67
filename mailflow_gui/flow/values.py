"""Values from a flow file in sentences: quoted safely, shortened, with the nearest known word where one is misspelt."""

from __future__ import annotations

import difflib
import json
import unicodedata
from collections.abc import Iterable

_LONGEST = 60


def quoted(value: object) -> str:
    """``value`` as JSON on one short line: no line breaks, no control or direction characters, at most 60 characters."""
    if isinstance(value, dict):
        return "{…}" if value else "{}"
    if isinstance(value, list | tuple):
        return "[…]" if value else "[]"
    written = value if isinstance(value, str) else json.dumps(value, default=str)
    shown = "".join(c if unicodedata.category(c)[0] != "C" else "�" for c in written[: _LONGEST + 1])
    shown = shown if len(written) <= _LONGEST else shown[:_LONGEST] + "…"
    return f"“{shown}”" if isinstance(value, str) else shown


def nearest(word: object, known: Iterable[str]) -> str:
    """The known word that ``word`` was probably meant to be, or an empty text."""
    if not isinstance(word, str):
        return ""
    spelt = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word.lower().replace("-", "_"), spelt, n=1) or difflib.get_close_matches(
        word.lower().replace("_", "-"), spelt, n=1
    )
    return spelt[found[0]] if found else ""
