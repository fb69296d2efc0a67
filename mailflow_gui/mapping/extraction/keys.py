"""Stable names of what was found: a label as somebody wrote it becomes the key under which rules know it."""

from __future__ import annotations

import unicodedata

from mailflow_gui.mapping.values import Value

ROOT = "extracted"
"""The first part of every extracted field's name."""

KEY_LIMIT = 60
"""Most characters of a key."""

KEYS_LIMIT = 1_000
"""Most keys that one extraction gives."""

Found = dict[str, Value]
"""Values by key."""


def key(label: str) -> str:
    """``label`` as a key: width and spelling normalised (NFKC), blanks as ``_`` (none within Japanese words), no full stops and controls.

    ``氏　名`` is 氏名, ``Order No.`` is Order_No, ``ＴＥＬ`` is TEL. Upper and lower case stay, as people wrote them.
    """
    text = unicodedata.normalize("NFKC", label[: 4 * KEY_LIMIT])
    words = "".join(
        c if c.isspace() or (c not in "._" and c.isprintable()) else " " if c.isspace() or c in "._" else ""
        for c in text
    ).split()
    joined = ""
    for word in words:
        joined += word if not joined or (_wide(joined[-1]) and _wide(word[0])) else f"_{word}"
    return joined.strip("*※_")[:KEY_LIMIT]


def same(label: str) -> str:
    """A form in which two spellings of one label are equal, upper and lower case too."""
    return key(label).casefold()


def _wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


def add(found: Found, label: str, value: Value) -> None:
    """Keep ``value`` under its label's key; the first of two with one label counts, the second is ``KEY_2``."""
    name = key(label)
    if not name or len(found) >= KEYS_LIMIT:
        return
    free, number = name, 1
    while free in found:
        number += 1
        free = f"{name}_{number}"
    found[free] = value
