"""The groups of extracted fields in the source tree: one for each extraction, with what it finds in the sample."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from mailflow_gui.language import _
from mailflow_gui.mapping.extraction import may_exist
from mailflow_gui.mapping.extraction.fields import prefix_of
from mailflow_gui.mapping.extraction.keys import ROOT
from mailflow_gui.mapping.extraction.looking import read_each
from mailflow_gui.qt.forms.extractions import catalogue
from mailflow_gui.qt.mapper.extractions.finding import Found, FoundField
from mailflow_gui.qt.mapper.row import Row

EXTRACTED = "extracted"
ADD = "extracted:add"


def key_of(place: int) -> str:
    """The key of an extraction's row."""
    return f"extraction:{place}"


def place_of(key: str) -> int:
    """The extraction that a row stands for; -1: none."""
    kind, _colon, place = key.partition(":")
    return int(place) if kind == "extraction" and place.isdigit() else -1


def extracted_row(raw: Sequence[Any], found: Sequence[Found], used: Collection[str]) -> Row:
    """The heading, with a group for each extraction.

    :param used: the keys of the rows that rules read.
    """
    every = read_each(raw)
    seen: set[str] = set()
    groups = []
    for place, one in enumerate(raw):
        known = found[place] if place < len(found) and len(found) == len(raw) else Found()
        rows = [_field(field, used) for field in known.fields if field.name not in seen]
        seen.update(field.name for field in known.fields)
        extraction = every[place]
        for name in sorted(key.removeprefix("field:") for key in used if key.startswith(f"field:{ROOT}.")):
            if extraction is not None and name not in seen and may_exist(name, [extraction]):
                title = name.removeprefix(prefix_of(extraction))
                rows.append(Row(f"field:{name}", title, "type", _("not in this sample"), used=True, hint=name))
                seen.add(name)
        groups.append(_group(place, one, known, tuple(rows)))
    if not groups:
        words = _("Add fields…")
        hint = _("Find values inside the mail: labels, patterns, tables, JSON and CSV files")
        groups.append(Row(ADD, words, "plus", hint=hint, can_be_mapped=False))
    return Row(EXTRACTED, _("Extracted fields"), "search", children=tuple(groups), is_root=True, adds=_("Add fields…"))


def _group(place: int, raw: Any, known: Found, rows: tuple[Row, ...]) -> Row:
    kind = catalogue.kind_of(raw)
    wrong = "" if known.is_readable and not known.error else _("Can't look")
    nothing = _("nothing found") if known.why else _("same names as above") if known.fields else ""
    return Row(
        key_of(place),
        catalogue.title(raw),
        kind.icon if kind is not None else "triangle-alert",
        "" if rows else nothing,
        rows,
        wrong=wrong,
        hint=catalogue.line(raw),
        edits=_("Edit this extraction"),
        can_be_mapped=False,
    )


def _field(one: FoundField, used: Collection[str]) -> Row:
    key = f"field:{one.name}"
    words = one.value.line.strip() if one.value is not None and not one.value.blank else ""
    value = words or (_("empty") if one.value is not None else _("not in this sample"))
    return Row(key, one.title, one.icon, value, used=key in used, hint=one.name)
