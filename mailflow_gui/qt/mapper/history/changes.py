"""What came out before and after, as texts to stand side by side. Made in the lane, so that no large mail stops the window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from mailflow_gui.language import N_, _
from mailflow_gui.mail.message import Address, Attachment
from mailflow_gui.mapping.history import Fields
from mailflow_gui.mapping.values import Value, as_text
from mailflow_gui.qt.inspector import plain, states

MOST = 4000
"""Characters of a value that are shown: those around the first difference."""
_LEAD = 300
"""Characters before the first difference, in a value that is longer than that."""
_ENTRIES = 1000
_LONGEST_LINE = 500

_KINDS = (
    (Attachment, N_("a file")),
    (Address, N_("an address")),
    (bool, N_("yes or no")),
    ((int, float), N_("a number")),
    ((datetime, date), N_("a date")),
    (tuple, N_("a list")),
    (type(None), N_("nothing")),
)


@dataclass(frozen=True)
class Part:
    """One side of a change."""

    text: str
    """With its line breaks; one entry of a list on a line."""
    mapped: bool = True
    """Whether the target was mapped at all."""


@dataclass(frozen=True)
class Change:
    """One target that comes out differently."""

    target: str
    before: Part
    after: Part
    note: str = ""
    """What differs where the texts don't."""


def change(target: str, before: Fields, after: Fields) -> Change:
    """Both sides of a target whose values differ."""
    old, new = before.get(target), after.get(target)
    first, second = _words(old), _words(new)
    both = target in before and target in after
    note = _note(old, new) if both and first == second else ""
    if first.endswith("\n") and second.endswith("\n"):
        first, second = first.rstrip("\n"), second.rstrip("\n")
    start = _start(first, second)
    return Change(
        target,
        Part(_shown(first, start), target in before),
        Part(_shown(second, start), target in after),
        note,
    )


def _note(old: Value, new: Value) -> str:
    was, now = _kind(old), _kind(new)
    if was != now:
        return _("It reads the same, but it is {kind} now; before, it was {before}.").format(kind=_(now), before=_(was))
    return _("It reads the same, but what lies behind differs, such as the contents of files.")


def _kind(value: Value) -> str:
    return next((name for kinds, name in _KINDS if isinstance(value, kinds)), N_("a text"))


def _words(value: Value) -> str:
    if isinstance(value, tuple):
        entries = [_words(entry) for entry in value[:_ENTRIES] if entry is not None]
        return "\n".join([*entries, "…"] if len(value) > _ENTRIES else entries)
    if isinstance(value, Attachment):
        return f"{value.name} · {states.size(value.size)}"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    return as_text(value)


def _start(first: str, second: str) -> int:
    """Where to begin, so that the first difference can be seen."""
    if max(len(first), len(second)) <= MOST:
        return 0
    start = max(0, common(first, second) - _LEAD)
    line = first.rfind("\n", max(0, start - _LEAD), start)
    return line + 1 if line >= 0 else start if start > _LEAD else 0


def _shown(text: str, start: int) -> str:
    part = plain.short_lines(plain.lines(text[start : start + MOST]), _LONGEST_LINE)
    return ("…\n" if start else "") + part + ("…" if len(text) > start + MOST else "")


def common(first: str, second: str) -> int:
    """How many characters two texts begin with alike; quick for long ones, too."""
    low, high = 0, min(len(first), len(second))
    while low < high:
        middle = (low + high + 1) // 2
        if first[low:middle] == second[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
