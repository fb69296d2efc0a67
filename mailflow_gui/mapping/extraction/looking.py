"""What each extraction finds in one mail, for people who set them up: fields and values, or why there are none, and what two find both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from mailflow_gui.errors import MappingError
from mailflow_gui.mail.message import Attachment
from mailflow_gui.mapping import budget
from mailflow_gui.mapping.extraction.fields import Fields, described, extract, keys_of, prefix_of
from mailflow_gui.mapping.extraction.files import named
from mailflow_gui.mapping.extraction.labels import labels_in
from mailflow_gui.mapping.extraction.settings import (
    CsvExtraction,
    Extraction,
    JsonExtraction,
    LabelExtraction,
    TableExtraction,
)
from mailflow_gui.mapping.extraction.tables import tabulated
from mailflow_gui.mapping.fields import FieldDescription
from mailflow_gui.mapping.values import Value, as_list, as_text, is_blank

_EXTRACTION: TypeAdapter[Extraction] = TypeAdapter(Extraction)

Nothing = Literal["", "no-mail", "no-file", "empty-file", "empty-field", "no-fit", "no-label", "no-table"]
"""Why nothing was found."""


@dataclass(frozen=True)
class Looked:
    """What one extraction does with a mail."""

    fields: tuple[FieldDescription, ...] = ()
    """Those that every mail can have, then those that this one has."""
    values: Mapping[str, Value] = field(default_factory=dict)
    """What was found, by field name."""
    taken: tuple[str, ...] = ()
    """Fields that an extraction before it finds, too: that one's value counts."""
    error: MappingError | None = None
    nothing: Nothing = ""


def read_each(raw: object) -> tuple[Extraction | None, ...]:
    """The extractions of a node's plain settings, one by one; None for one that can't be read."""
    return tuple(map(_read, raw if isinstance(raw, list | tuple) else ()))


def _read(raw: object) -> Extraction | None:
    try:
        return _EXTRACTION.validate_python(raw)
    except ValidationError:
        return None


def look(extractions: Sequence[Extraction], source: Fields | None) -> tuple[Looked, ...]:
    """Each extraction by itself on one mail; without one, what is known beforehand."""
    found: list[Looked] = []
    before: set[str] = set()
    for one in extractions:
        looked = _look(one, source)
        names = {field.name for field in looked.fields} if source is None else set(looked.values) | _known(one)
        found.append(Looked(looked.fields, looked.values, tuple(sorted(names & before)), looked.error, looked.nothing))
        before |= names
    return tuple(found)


def same_fields(extractions: Sequence[Extraction]) -> tuple[tuple[str, ...], ...]:
    """For each extraction the fields that one before it is sure to look for, too, whatever the mail."""
    found: list[tuple[str, ...]] = []
    before: set[str] = set()
    for one in extractions:
        known = _known(one)
        found.append(tuple(sorted(known & before)))
        before |= known
    return tuple(found)


def _known(extraction: Extraction) -> set[str]:
    try:
        return {prefix_of(extraction) + name for name in keys_of(extraction) or ()}
    except MappingError:
        return set()  # a broken pattern is told of by itself


def _look(extraction: Extraction, source: Fields | None) -> Looked:
    fields = described([extraction], source)
    if source is None:
        return Looked(fields, nothing="no-mail")
    budget.begin()
    try:
        values = extract(extraction, source)
        nothing = "" if any(value is not None for value in values.values()) else _why(extraction, source)
    except MappingError as error:
        return Looked(fields, error=error)
    prefix = prefix_of(extraction)
    return Looked(fields, {prefix + name: value for name, value in values.items()}, nothing=nothing)


def _why(extraction: Extraction, source: Fields) -> Nothing:
    if isinstance(extraction, (JsonExtraction, CsvExtraction)):
        return "no-file" if named(source.get("attachments"), extraction.files) is None else "empty-file"
    if is_blank(source.get(extraction.field)):
        return "empty-field"
    if isinstance(extraction, LabelExtraction):
        return "no-label"
    return "no-table" if isinstance(extraction, TableExtraction) else "no-fit"


def suggestions(extraction: Extraction, source: Fields) -> tuple[tuple[str, Value], ...]:
    """The labels that a mail has where the extraction looks, with their values, so that a person can choose among them.

    :raises MappingError: the text is far too large.
    """
    budget.begin()
    if isinstance(extraction, LabelExtraction):
        return labels_in(as_text(source.get(extraction.field)))
    if isinstance(extraction, TableExtraction):
        every = extraction.model_copy(update={"labels": ()})
        return tuple(tabulated(as_text(source.get(extraction.field)), every).items())
    return ()


def file_names(source: Fields) -> tuple[str, ...]:
    """The names of a mail's files."""
    return tuple(one.name for one in as_list(source.get("attachments")) if isinstance(one, Attachment))
