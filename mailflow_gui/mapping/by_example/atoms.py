"""The texts that a mail offers, each with the shortest way to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from mailflow_gui.errors import MappingError
from mailflow_gui.mail.message import Address
from mailflow_gui.mapping.extraction import ExtractedFields
from mailflow_gui.mapping.fields import FIELD_NAMES
from mailflow_gui.mapping.transformations.calendar_format import Calendar, Language, formatted
from mailflow_gui.mapping.transformations.dates import in_zone
from mailflow_gui.mapping.values import Value, as_date, as_text

Step = dict[str, Any]

VALUE_LIMIT = 20_000
"""Longer texts are not searched."""


@dataclass(frozen=True)
class Atom:
    """A text in the mail and the way to it."""

    field: str
    value: str
    cost: float
    """How simple the way is: 1 for a field as it is."""
    steps: tuple[Step, ...] = ()

    @property
    def root(self) -> str:
        """What is read, however it is changed afterwards."""
        return f"{self.field} {[step for step in self.steps if step['name'] not in _HARMLESS]}"


_HARMLESS = frozenset({"trim", "normalize"})

_FIELDS = (
    ("subject", 1.0), ("from.name", 1.0), ("from.address", 1.0), ("from.domain", 1.3), ("content", 1.0), ("html", 1.2),
    ("reply_to.address", 1.4), ("reply_to.name", 1.4), ("to.address", 1.4), ("to.name", 1.5), ("cc.address", 1.5),
    ("cc.name", 1.6), ("message_id", 1.5), ("attachments.name", 1.3), ("size", 1.8), ("kind", 2.0), ("folder", 1.8),
)  # fmt: skip
_PLAIN_HEADERS = frozenset(
    {"from", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id", "received", "mime-version", "content-type"}
    | {
        "content-transfer-encoding",
        "in-reply-to",
        "references",
        "return-path",
        "dkim-signature",
        "authentication-results",
    }
)
_CHANGES: tuple[tuple[str, float], ...] = (
    ("uppercase", 1.0),
    ("lowercase", 1.0),
    ("capitalize", 1.0),
    ("full-width-to-half", 1.0),
    ("trim", 0.3),
)
_FORMATS: tuple[tuple[str, Calendar, Language], ...] = tuple(
    (text, "gregorian", "en")
    for text in (
        "yyyy-MM-dd", "yyyy/MM/dd", "yyyy/M/d", "yyyy年M月d日", "yyyy年MM月dd日", "M月d日", "dd.MM.yyyy", "d.M.yyyy", "dd/MM/yyyy",
        "MM/dd/yyyy", "M/d/yyyy", "yyyyMMdd", "d MMMM yyyy", "d MMM yyyy", "MMMM d, yyyy", "MMM d, yyyy", "yyyy-MM-dd HH:mm",
        "yyyy/MM/dd HH:mm", "yyyy年M月d日 HH:mm", "yyyy-MM-dd HH:mm:ss", "HH:mm", "EEEE", "yyyy-MM", "yyyy",
    )
)  # fmt: skip
_JAPANESE_FORMATS: tuple[tuple[str, Calendar, Language], ...] = (
    ("GGGGy年M月d日", "japanese", "ja"),
    ("yyyy年M月d日(E)", "gregorian", "ja"),
    ("yyyy/MM/dd(E)", "gregorian", "ja"),
)


def field_atoms(source: ExtractedFields, headers: Sequence[str]) -> Iterator[Atom]:
    """The mail's fields as they are: its own, its unusual headers, what steps before have put in, the extracted ones."""
    for name, cost in _FIELDS:
        yield from _of(name, source.get(name), cost)
    for name in headers[:60]:
        if name.lower() not in _PLAIN_HEADERS and not name.lower().startswith(("arc-", "x-received")):
            yield from _of(f"headers.{name}", source.get(f"headers.{name}"), 1.6)
    extracted = source.extracted()
    if source.get("content") is None:  # behind a mapper there is no best text
        yield from _of("text", source.get("text"), 1.0)
    for name in source:
        if name not in FIELD_NAMES and name not in extracted:
            yield from _of(name, source.get(name), 1.2)
    for name, value in extracted.items():
        yield from _of(name, value, 1.2)


def _of(name: str, value: Value, cost: float) -> Iterator[Atom]:
    if isinstance(value, tuple):
        if len(value) == 1:
            yield from _of(name, value[0], cost)
        elif value:
            yield Atom(name, as_text(value), cost + 0.2)
        return
    text = as_text(value)
    if text and len(text) <= VALUE_LIMIT:
        yield Atom(name, text, cost)


def changed(atom: Atom) -> Iterator[Atom]:
    """What one step makes of an atom."""
    names = [name for name, _cost in _CHANGES]
    costs = dict(_CHANGES)
    if atom.field == "subject":
        names.append("strip-reply-prefix")
    if atom.field.endswith("attachments.name"):
        names += ["remove-file-extension", "file-extension"]
    if atom.field == "content":
        names.append("strip-quoted-text")
    for name in names:
        step = {"name": name}
        made = _done(atom, step)
        if made and made != atom.value:
            yield Atom(atom.field, made, atom.cost + costs.get(name, 0.4), (*atom.steps, step))


def words_of(atom: Atom) -> Iterator[Atom]:
    """The first and the last word of a name or another short text."""
    for blank in (" ", "\u3000"):
        if blank in atom.value and len(atom.value) <= 60 and "\n" not in atom.value:
            words = atom.value.split(blank)
            cost = 0.8 if atom.field.endswith(".name") or atom.field.startswith("extracted.") else 1.4
            yield Atom(
                atom.field, words[0], atom.cost + cost, (*atom.steps, {"name": "sub-string-before", "match": blank})
            )
            if len(words) == 2:
                step = {"name": "sub-string-after", "match": blank}
                yield Atom(atom.field, words[1], atom.cost + cost, (*atom.steps, step))


def dates_of(field_name: str, value: Value, cost: float) -> Iterator[Atom]:
    """A date in all formats that people use."""
    try:
        at = as_date(value)
    except MappingError:
        return
    zones = ("", "Asia/Tokyo", "UTC") if field_name == "date" else ("",)
    seen: set[str] = set()
    for zone in zones:
        moment = in_zone(at, zone)
        for text, calendar, language in (*_FORMATS, *_JAPANESE_FORMATS):
            step: Step = {"name": "format-date", "format": text}
            if zone:
                step["zone"] = zone
            if calendar != "gregorian":
                step["calendar"] = calendar
            if language != "en":
                step["language"] = language
            written = formatted(moment, text, calendar, language)
            if zone and written in seen:
                continue
            seen.add(written)
            yield Atom(field_name, written, cost + (0.4 if zone else 0.0), (step,))


def mailbox_texts(value: Value) -> tuple[str, ...]:
    """The mailboxes of a value as texts."""
    entries = value if isinstance(value, tuple) else (value,)
    return tuple(as_text(entry) for entry in entries if isinstance(entry, Address))


def _done(atom: Atom, step: Mapping[str, Any]) -> str:
    from mailflow_gui.mapping.by_example.running import run_steps_on

    return run_steps_on(atom.value, (step,))


def is_dated(value: Value) -> bool:
    """Whether a value may be read as a date by itself."""
    return isinstance(value, date) or (
        isinstance(value, str) and 6 <= len(value) <= 40 and any(c.isdigit() for c in value)
    )
