"""Transformations that answer a question about a value: does it contain, where is it, how long is it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from mailflow_gui.language import N_
from mailflow_gui.mapping.transformations.registry import MappingContext, Parameters, transformation
from mailflow_gui.mapping.transformations.text import Text
from mailflow_gui.mapping.values import Value, as_list, as_text


class Lookup(Parameters):
    """What to put in the place of what."""

    table: Annotated[dict[str, str], Field(title=N_("Table"))]
    default: Annotated[
        str | None, Field(title=N_("Otherwise"), description=N_("For what isn't in the table. Empty: absent."))
    ] = None
    match_case: Annotated[bool, Field(title=N_("Match case"))] = True


@transformation("contains", N_("Contains"), Text, input="any", output="boolean", takes_absent=True)
def contains(value: Value, parameters: Text, context: MappingContext) -> bool:
    """Whether the text is in it; for a list: whether an entry equals the text. An absent value contains nothing."""
    if isinstance(value, tuple):
        return any(as_text(entry) == parameters.text for entry in value)
    return value is not None and parameters.text in as_text(value)


@transformation("starts-with", N_("Starts with"), Text, output="boolean", takes_absent=True)
def starts_with(value: str | None, parameters: Text, context: MappingContext) -> bool:
    """Whether it begins with the text; an absent value doesn't."""
    return value is not None and value.startswith(parameters.text)


@transformation("ends-with", N_("Ends with"), Text, output="boolean", takes_absent=True)
def ends_with(value: str | None, parameters: Text, context: MappingContext) -> bool:
    """Whether it ends with the text; an absent value doesn't."""
    return value is not None and value.endswith(parameters.text)


@transformation("equals", N_("Equals"), Text, input="any", output="boolean", takes_absent=True)
def equals(value: Value, parameters: Text, context: MappingContext) -> bool:
    """Whether it is this text; an absent value equals no text."""
    return value is not None and as_text(value) == parameters.text


@transformation("is-null", N_("Is absent"), input="any", output="boolean", takes_absent=True)
def is_null(value: Value, parameters: Parameters, context: MappingContext) -> bool:
    """Whether there is no value; an empty text is one, an empty list isn't."""
    return value is None or value == ()


@transformation("index-of", N_("Index of"), Text, output="number", takes_absent=True)
def index_of(value: str | None, parameters: Text, context: MappingContext) -> int:
    """Where the text is first found, from 0; -1 when it isn't, or the value is absent."""
    return -1 if value is None else value.find(parameters.text)


@transformation("last-index-of", N_("Last index of"), Text, output="number", takes_absent=True)
def last_index_of(value: str | None, parameters: Text, context: MappingContext) -> int:
    """Where the text is last found, from 0; -1 when it isn't, or the value is absent."""
    return -1 if value is None else value.rfind(parameters.text)


@transformation("length", N_("Length"), input="any", output="number", takes_absent=True)
def length(value: Value, parameters: Parameters, context: MappingContext) -> int:
    """Characters of a text or entries of a list; -1 for an absent value."""
    if value is None:
        return -1
    return len(value) if isinstance(value, tuple) else len(as_text(value))


@transformation("count", N_("Count"), input="any", output="number", takes_absent=True)
def count(value: Value, parameters: Parameters, context: MappingContext) -> int:
    """Entries of a list; a single value is one, an absent one none."""
    return len(as_list(value))


@transformation("lookup-table", N_("Look up in a table"), Lookup)
def lookup_table(value: str, parameters: Lookup, context: MappingContext) -> str | None:
    """What the table holds for the text; when it holds nothing, the default, or absent without one."""
    if parameters.match_case:
        return parameters.table.get(value, parameters.default)
    wanted = value.casefold()
    return next((new for old, new in parameters.table.items() if old.casefold() == wanted), parameters.default)
