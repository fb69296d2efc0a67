"""Transformations between a list and its entries."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mailflow_gui.language import N_
from mailflow_gui.mapping.transformations.printf import printf
from mailflow_gui.mapping.transformations.registry import MappingContext, Parameters, transformation
from mailflow_gui.mapping.values import MisfitError, Value, as_text, check_count, check_size


class Delimiter(Parameters):
    """What stands between the parts."""

    delimiter: Annotated[str, Field(title=N_("Delimiter"))] = " "


class Index(Parameters):
    """Which entry, from 0."""

    index: Annotated[int, Field(title=N_("Index"), ge=0)] = 0


class Format(Parameters):
    """A text with places for values: ``%s``, ``%d``, ``%.2f``, ``%2$s``, ``%%``."""

    template: Annotated[str, Field(title=N_("Template"))]


@transformation("concatenate", N_("Concatenate"), Delimiter, input="list")
def concatenate(value: tuple[Value, ...], parameters: Delimiter, context: MappingContext) -> str | None:
    """The entries as one text with the delimiter between them; absent entries are left out, an empty list is absent."""
    texts = [as_text(entry) for entry in value if entry is not None]
    check_size(sum(map(len, texts)) + len(parameters.delimiter) * len(texts))
    return parameters.delimiter.join(texts) if texts else None


@transformation("split", N_("Split"), Delimiter, output="list")
def split(value: str, parameters: Delimiter, context: MappingContext) -> tuple[Value, ...]:
    """The parts of the text between the delimiters; an empty delimiter splits at white space."""
    return split_text(value, parameters.delimiter)


def split_text(value: str, delimiter: str) -> tuple[Value, ...]:
    """The parts of ``value`` between delimiters.

    :raises MappingError: there are too many.
    """
    if not delimiter:
        check_size(len(value))
        parts = value.split(maxsplit=100_001)
        check_count(len(parts))
        return tuple(parts)
    check_count(value.count(delimiter) + 1)
    return tuple(value.split(delimiter))


@transformation("item-at", N_("Item at"), Index, input="list", output="any")
def item_at(value: tuple[Value, ...], parameters: Index, context: MappingContext) -> Value:
    """The entry at a position from 0; of an empty list it is absent, behind the end of another it is an error."""
    if not value:
        return None
    if parameters.index >= len(value):
        raise MisfitError("mapping-list-too-short", index=parameters.index, count=len(value))
    return value[parameters.index]


@transformation("format", N_("Format"), Format, input="list", takes_absent=True)
def format_values(value: tuple[Value, ...] | None, parameters: Format, context: MappingContext) -> str:
    """The template with the value, or the list's values, in its places; absent ones are empty."""
    return printf(parameters.template, value or ())
