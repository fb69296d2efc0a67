"""Values as they are shown: on one line, or short enough to be read; made in the lane, so that no large mail stops the window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from mailflow_gui.language import _, ngettext
from mailflow_gui.mail.message import Attachment
from mailflow_gui.mapping.values import Value, as_text, is_blank
from mailflow_gui.qt.inspector import plain

LINE = 300
"""Characters of a value on one line."""
TEXT = 4000
"""Characters of a result that are shown."""
_ENTRIES = 50


@dataclass(frozen=True)
class Shown:
    """A value made fit to be shown."""

    line: str = ""
    """On one line; spaces at its ends are kept."""
    text: str = ""
    """With its line breaks, cut."""
    about: str = ""
    """How much it is: ``15 characters``, ``2 files``."""
    blank: bool = True
    absent: bool = True


def shown(value: Value) -> Shown:
    """``value``, fit to be shown."""
    if value is None:
        return Shown()
    text = _text(value)
    return Shown(
        line=_one_line(text),
        text=plain.short_lines(plain.lines(text[:TEXT]), 500) + ("…" if len(text) > TEXT else ""),
        about=_about(value, text),
        blank=is_blank(value),
        absent=False,
    )


def _one_line(text: str) -> str:
    """Cleaned, but with the spaces at its ends, which steps may be about."""
    part = text[:LINE]
    inner = plain.one_line(part, LINE)
    lead = len(part) - len(part.lstrip(" ")) if part.strip(" ") else 0
    tail = len(part) - len(part.rstrip(" ")) if part.strip(" ") and len(text) <= LINE else 0
    return " " * min(lead, 8) + inner + " " * min(tail, 8) + ("…" if len(text) > LINE else "")


def _text(value: Value) -> str:
    if isinstance(value, tuple):
        entries = [_text(entry) for entry in value[:_ENTRIES] if entry is not None]
        return ", ".join(entries) + (", …" if len(value) > _ENTRIES else "")
    if isinstance(value, bytes):
        return value[:TEXT].decode("utf-8", "replace")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    return as_text(value)


def _about(value: Value, text: str) -> str:
    if isinstance(value, tuple):
        if value and all(isinstance(entry, Attachment) for entry in value):
            return ngettext("{count} file", "{count} files", len(value)).format(count=len(value))
        return ngettext("{count} entry", "{count} entries", len(value)).format(count=len(value))
    if isinstance(value, str):
        return ngettext("{count} character", "{count} characters", len(text)).format(count=len(text))
    return ""


@dataclass(frozen=True)
class Run:
    """A stretch of text in one look."""

    text: str
    look: str
    """same, added, removed or space."""


def difference(before: str, after: str) -> tuple[Run, ...]:
    """What a step did to a line: where one stretch was replaced, what went and what came; else simply what is there now."""
    if before == after or not before:
        return spaced(after, "same")
    head = _common(before, after)
    tail = _common(before[head:][::-1], after[head:][::-1])
    gone, come = before[head : len(before) - tail], after[head : len(after) - tail]
    if head + tail < max(1, min(len(before), len(after)) // 3):
        return spaced(after, "same")
    runs = [
        *spaced(after[:head], "same"),
        *spaced(gone, "removed"),
        *spaced(come, "added"),
        *spaced(after[len(after) - tail :] if tail else "", "same"),
    ]
    return tuple(runs)


def spaced(text: str, look: str) -> tuple[Run, ...]:
    """A stretch with the spaces at its ends as dots, which can be seen."""
    if not text:
        return ()
    inner = text.strip(" ")
    if not inner:
        return (Run("·" * len(text), "space"),)
    lead, tail = len(text) - len(text.lstrip(" ")), len(text) - len(text.rstrip(" "))
    runs: Sequence[Run] = (Run("·" * lead, "space"), Run(inner, look), Run("·" * tail, "space"))
    return tuple(run for run in runs if run.text)


def _common(first: str, second: str) -> int:
    count = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        count += 1
    return count
