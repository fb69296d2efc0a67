"""What a node's extractions find in the sample, fit to be shown. It runs in the page's lane."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mailflow_gui.errors import MappingError
from mailflow_gui.language import _
from mailflow_gui.mapping.extraction import Extraction
from mailflow_gui.mapping.extraction.fields import prefix_of
from mailflow_gui.mapping.extraction.looking import Looked, file_names, look, read_each, suggestions
from mailflow_gui.mapping.values import Value
from mailflow_gui.qt.forms.rules import catalogue
from mailflow_gui.qt.inspector import plain
from mailflow_gui.qt.mapper.values import Shown, shown

MOST = 200
"""Fields, and suggestions, that are shown."""


@dataclass(frozen=True)
class FoundField:
    """A field that an extraction gives."""

    name: str
    title: str
    icon: str
    value: Shown | None
    """None: this sample has none."""
    is_taken: bool = False
    """Whether an extraction before it finds a field of this name, too, whose value counts."""


@dataclass(frozen=True)
class Found:
    """What one extraction does with the sample."""

    fields: tuple[FoundField, ...] = ()
    more: int = 0
    """How many fields aren't shown."""
    error: str = ""
    """Why it can't look, as a sentence."""
    why: str = ""
    """Why nothing was found, as a sentence."""
    suggestions: tuple[tuple[str, Shown], ...] = ()
    """Labels that the sample has, with their values."""
    is_readable: bool = True
    """Whether it can be run; if not, the flow's problems say why."""


def found_by(raw: Any, source: Mapping[str, Value] | None) -> tuple[Found, ...]:
    """What each extraction of a node's settings finds; without a mail, what is known beforehand."""
    every = read_each(raw)
    looked = iter(look([one for one in every if one is not None], source))
    return tuple(Found(is_readable=False) if one is None else _shown(one, next(looked), source) for one in every)


def _shown(extraction: Extraction, looked: Looked, source: Mapping[str, Value] | None) -> Found:
    prefix = prefix_of(extraction)
    taken = frozenset(looked.taken)
    fields = tuple(
        FoundField(
            one.name,
            plain.one_line(one.name.removeprefix(prefix), 80),
            catalogue.ICONS["list" if one.many else one.type],
            shown(looked.values[one.name]) if looked.values.get(one.name) is not None else None,
            one.name in taken,
        )
        for one in looked.fields[:MOST]
    )
    return Found(
        fields,
        max(0, len(looked.fields) - MOST),
        str(looked.error) if looked.error is not None else "",
        _why(extraction, looked, source),
        _suggested(extraction, source),
    )


def _suggested(extraction: Extraction, source: Mapping[str, Value] | None) -> tuple[tuple[str, Shown], ...]:
    try:
        found = suggestions(extraction, source) if source is not None else ()
    except MappingError:
        return ()  # far too large; the extraction itself says so
    return tuple((plain.one_line(label, 80), shown(value)) for label, value in found[:MOST])


def _why(extraction: Extraction, looked: Looked, source: Mapping[str, Value] | None) -> str:
    field = catalogue.field_title(str(getattr(extraction, "field", "")))
    files = str(getattr(extraction, "files", ""))
    if looked.nothing == "no-file":
        names = ", ".join(file_names(source or {})[:5])
        if names:
            words = _("No file of this sample is called {files}. It has: {names}.")
            return words.format(files=files, names=plain.one_line(names, 120))
        return _("This sample has no file called {files}: it has none at all.").format(files=files)
    sentences: Mapping[str, str] = {
        "": "",
        "no-mail": _("Choose a sample to see what is found."),
        "empty-file": _("The file was read, but there is nothing in it."),
        "empty-field": _("{field} is empty in this sample.").format(field=field),
        "no-fit": _("The pattern fits nowhere in {field} of this sample.").format(field=field),
        "no-label": _("{field} of this sample has none of these labels.").format(field=field)
        if getattr(extraction, "labels", ())
        else _("{field} of this sample has no line with a label.").format(field=field),
        "no-table": _("{field} of this sample has no table with these labels.").format(field=field)
        if getattr(extraction, "labels", ())
        else _("{field} of this sample has no table.").format(field=field),
    }
    return sentences[looked.nothing]


def taken_words(found: Found) -> str:
    """What to say where names are taken; empty where none is."""
    names = [one.title for one in found.fields if one.is_taken]
    if not names:
        return ""
    words = _(
        "“{field}” is found by an extraction above as well, and that one's value counts. A name keeps them apart."
    )
    return words.format(field=names[0])
