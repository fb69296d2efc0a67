"""Extracted values as fields beside the mail's own: found when somebody asks, once for each mail."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from mailflow_gui.errors import MappingError
from mailflow_gui.mail.message import Address, Attachment
from mailflow_gui.mapping import budget, patterns
from mailflow_gui.mapping.extraction.files import from_csv, from_json, named
from mailflow_gui.mapping.extraction.keys import ROOT, Found, key
from mailflow_gui.mapping.extraction.labels import labelled
from mailflow_gui.mapping.extraction.settings import (
    CsvExtraction,
    Extraction,
    JsonExtraction,
    LabelExtraction,
    PatternExtraction,
    TableExtraction,
)
from mailflow_gui.mapping.extraction.tables import tabulated
from mailflow_gui.mapping.fields import FieldDescription
from mailflow_gui.mapping.values import Value, ValueType, as_text

Fields = Mapping[str, Value]


def extract(extraction: Extraction, source: Fields) -> Found:
    """What one extraction finds, by key; nothing where there is nothing to look at.

    :raises MappingError: it can't be read.
    """
    if isinstance(extraction, (JsonExtraction, CsvExtraction)):
        file = named(source.get("attachments"), extraction.files)
        if file is None:
            return {}
        return from_json(file, extraction) if isinstance(extraction, JsonExtraction) else from_csv(file, extraction)
    text = as_text(source.get(extraction.field))
    if isinstance(extraction, LabelExtraction):
        return labelled(text, extraction.labels)
    if isinstance(extraction, TableExtraction):
        return tabulated(text, extraction)
    pattern = patterns.compiled(extraction.pattern, extraction.match_case)
    match = next(pattern.matches(text), None)
    return {} if match is None else {key(name): match.groups[number] for name, number in pattern.names.items()}


def keys_of(extraction: Extraction) -> tuple[str, ...] | None:
    """The keys that it can give; None where that depends on the mail.

    :raises MappingError: its pattern is none.
    """
    if isinstance(extraction, PatternExtraction):
        return tuple(key(name) for name in patterns.compiled(extraction.pattern, extraction.match_case).names)
    if isinstance(extraction, (LabelExtraction, TableExtraction)) and extraction.labels:
        return tuple(key(label) for label in extraction.labels)
    return None


def prefix_of(extraction: Extraction) -> str:
    """What stands before its keys: ``extracted.`` or ``extracted.NAME.``."""
    name = key(extraction.name)
    return f"{ROOT}.{name}." if name else f"{ROOT}."


def may_exist(field: str, extractions: Sequence[Extraction]) -> bool:
    """Whether some mail can have this extracted field; one whose extraction has gone is an orphan."""
    for extraction in extractions:
        prefix = prefix_of(extraction)
        if not field.startswith(prefix):
            continue
        try:
            known = keys_of(extraction)
        except MappingError:
            return True  # its broken pattern is told of by itself
        if known is None or field.removeprefix(prefix) in known:
            return True
    return False


class ExtractedFields(Mapping[str, Value]):
    """A source with what the extractions find in it; a broken file is an error for those alone who ask for its fields."""

    def __init__(self, source: Fields, extractions: Sequence[Extraction]) -> None:
        self._source = source
        self._extractions = extractions
        self._found: dict[int, Found | MappingError] = {}

    def _of(self, position: int) -> Found | MappingError:
        if position not in self._found:
            try:
                self._found[position] = extract(self._extractions[position], self._source)
            except MappingError as error:
                self._found[position] = error
        return self._found[position]

    def __getitem__(self, name: str) -> Value:
        if not name.startswith(f"{ROOT}."):
            return self._source[name]
        failed: MappingError | None = None
        for position, extraction in enumerate(self._extractions):
            prefix = prefix_of(extraction)
            if not name.startswith(prefix) or not may_exist(name, [extraction]):
                continue
            found = self._of(position)
            if isinstance(found, MappingError):
                failed = failed or found
            elif name.removeprefix(prefix) in found:
                return found[name.removeprefix(prefix)]
        if failed is not None:
            raise failed
        return self._source[name]

    def extracted(self) -> dict[str, Value]:
        """Everything that is found, by field name; what can't be read is left out."""
        values: dict[str, Value] = {}
        for position, extraction in enumerate(self._extractions):
            found = self._of(position)
            if not isinstance(found, MappingError):
                prefix = prefix_of(extraction)
                for name, value in found.items():
                    values.setdefault(prefix + name, value)
        return values

    def failures(self) -> tuple[MappingError | None, ...]:
        """For each extraction the error with which it ended on this mail, or None."""
        found = [self._of(position) for position in range(len(self._extractions))]
        return tuple(entry if isinstance(entry, MappingError) else None for entry in found)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*self._source, *self.extracted()]))

    def __len__(self) -> int:
        return len(list(iter(self)))


def described(extractions: Sequence[Extraction], source: Fields | None = None) -> tuple[FieldDescription, ...]:
    """The extracted fields for the tree: those that every mail can have, then those that ``source`` has."""
    budget.begin()
    fields: dict[str, FieldDescription] = {}
    for extraction in extractions:
        try:
            known = keys_of(extraction) or ()
        except MappingError:
            continue  # a broken pattern has no groups; the check says so
        for name in known:
            fields[prefix_of(extraction) + name] = FieldDescription(prefix_of(extraction) + name, name, "text")
    values = ExtractedFields(source, extractions).extracted() if source is not None else {}
    for field, value in values.items():
        many = isinstance(value, tuple)
        sample = next((entry for entry in value if entry is not None), None) if isinstance(value, tuple) else value
        if sample is not None or field not in fields:
            title = field.removeprefix(f"{ROOT}.")
            fields[field] = FieldDescription(
                field, fields[field].title if field in fields else title, _type(sample), many
            )
    return tuple(fields.values())


def _type(value: Value) -> ValueType:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, date):
        return "date"
    if isinstance(value, Address):
        return "address"
    return "file" if isinstance(value, Attachment) else "text"
