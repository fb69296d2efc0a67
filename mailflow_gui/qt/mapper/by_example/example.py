"""The example: a sample as it comes to the mapper, what the present rules make of it, and what a person wants instead. No Qt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from mailflow_gui.errors import MailFlowError
from mailflow_gui.flow.model import Flow
from mailflow_gui.flow.node_type import AnyNodeType
from mailflow_gui.flow.shapes import plain
from mailflow_gui.language import _
from mailflow_gui.mail.envelope import parse_addresses
from mailflow_gui.mail.message import Attachment
from mailflow_gui.mapping.by_example import LOOKS
from mailflow_gui.mapping.extraction import ExtractedFields, Extraction
from mailflow_gui.mapping.fields import ADDRESS_FIELDS, TARGET_FIELDS
from mailflow_gui.mapping.mapping import MappingContext, compile_rule
from mailflow_gui.mapping.rules import Rule
from mailflow_gui.mapping.values import Value, as_text, is_blank
from mailflow_gui.qt.forms.rules import catalogue
from mailflow_gui.qt.inspector import plain as plain_text
from mailflow_gui.qt.mapper import edits
from mailflow_gui.qt.mapper.arriving import Arrived, arrive
from mailflow_gui.qt.mapper.samples import Sample
from mailflow_gui.qt.mapper.trying import extractions_of

Wanted = str | tuple[str, ...]
"""A text; names of files for attachments."""

FILES = "attachments"
USUAL = ("to", "cc", "reply_to", "subject", "text")
"""Targets that are always asked for."""
_HEAD = ("from", "reply_to", "to", "cc", "date", "subject", "attachments")
TARGETS = tuple(one.name for one in TARGET_FIELDS if one.name != "headers")
LONGEST = 20_000
"""Characters of a wish; in longer texts nothing is looked for."""

_RULE: TypeAdapter[Rule] = TypeAdapter(Rule)


@dataclass(frozen=True)
class Place:
    """Where the example is: a mapper in a flow."""

    flow: Flow
    node: str
    types: Sequence[AnyNodeType]
    rules: tuple[Any, ...] = ()

    @property
    def settings(self) -> Mapping[str, Any]:
        """The mapper's settings, plain."""
        found = plain(self.flow.node(self.node).settings)
        assert isinstance(found, dict)
        return found


@dataclass(frozen=True)
class Example:
    """A sample that has come to the mapper."""

    sample: Sample
    arrived: Arrived
    extractions: tuple[Extraction, ...] = ()
    """What the mapper looks for already."""
    given: Mapping[str, Wanted] = field(default_factory=dict)
    """What the present rules give, by target; without those that give nothing."""
    files: tuple[str, ...] = ()
    """Names of the files that come along."""
    head: tuple[tuple[str, str], ...] = ()
    """What stands above its text, as a person reads it: title and value."""
    text: str = ""
    carries: bool = True
    """Whether files go along unless a rule says otherwise."""

    @property
    def headers(self) -> tuple[str, ...]:
        """Names of the header fields that can be read here."""
        return () if self.arrived.mapped else tuple(name for name, _value in self.sample.message.headers)

    @property
    def lost(self) -> str:
        """Why the sample doesn't come this far, as a sentence; empty if it does."""
        return "" if self.arrived.lost is None else str(self.arrived.lost)


def example_of(place: Place, sample: Sample) -> Example:
    """Take a sample to the mapper, and through its present rules."""
    arrived = arrive(place.flow, place.node, place.types, sample)
    extractions = extractions_of(place.settings.get("extractions"))
    fields = ExtractedFields(arrived.fields, extractions)
    context = MappingContext(place.flow.properties, clock=arrived.item.clock, seed=arrived.item.seed)
    given: dict[str, Wanted] = {}
    for index, raw in enumerate(place.rules):
        target = edits.target_of(raw)
        if target and target != "headers" and edits.index_of(place.rules, target) == index:
            value = _value(index, raw, fields, context)
            if not is_blank(value):
                given[target] = _names(value) if target == FILES else as_text(value).replace("\r\n", "\n")
    files = _names(arrived.fields.get(FILES))
    return Example(
        sample,
        arrived,
        extractions,
        given,
        files,
        head=tuple(_head(arrived.fields)),
        text=_text(arrived.fields),
        carries=place.settings.get("carry_attachments", True) is not False,
    )


def _head(fields: Mapping[str, Value]) -> Iterator[tuple[str, str]]:
    for name in _HEAD:
        value = fields.get(name)
        words = value.strftime("%Y-%m-%d %H:%M:%S") if isinstance(value, datetime) else as_text(value)
        if words.strip():
            yield catalogue.field_title(name), plain_text.one_line(words, 400)


def _text(fields: Mapping[str, Value]) -> str:
    """The text as it is read, since parts of it are copied from here."""
    value = fields.get("content")
    return plain_text.short_lines(plain_text.lines(as_text(fields.get("text") if is_blank(value) else value)[:LONGEST]))


def _value(index: int, raw: Any, fields: Mapping[str, Value], context: MappingContext) -> Value:
    try:
        return compile_rule(index, _RULE.validate_python(raw)).run(fields, context)[1]
    except (ValidationError, MailFlowError):
        return None  # the page tells what is wrong with it


def _names(value: Value) -> tuple[str, ...]:
    return tuple(one.name for one in value if isinstance(one, Attachment)) if isinstance(value, tuple) else ()


def targets_of(place: Place, example: Example) -> tuple[str, ...]:
    """The targets to ask for: the usual ones, those that rules fill, and those that the sample has something for."""
    asked = {*USUAL, *(edits.target_of(rule) for rule in place.rules)} - {"", "headers"}
    if not is_blank(example.arrived.fields.get("html")):
        asked.add("html")
    if example.files:
        asked.add(FILES)
    return (*(name for name in TARGETS if name in asked), *sorted(asked - {*TARGETS}))


def why_not(target: str, wanted: Wanted) -> str:
    """What is wrong with a wish, as a sentence; empty if nothing is."""
    if isinstance(wanted, tuple):
        return ""
    if len(wanted) > LONGEST:
        return _("This is too long to look for: at most {count} characters.").format(count=f"{LONGEST:,}")
    if target in ADDRESS_FIELDS and wanted.strip():
        try:
            parse_addresses(wanted)
        except MailFlowError as error:
            return str(error)
    return ""


def with_rules(
    settings: Mapping[str, Any], key: str, made: Mapping[str, tuple[Rule, Sequence[Extraction]]], gone: Sequence[str]
) -> dict[str, Any]:
    """A mapper's settings with other rules for some targets, without those of others, and with what the new ones need.

    :param made: rules by target, with the ways of looking that their fields need.
    :param gone: targets that nothing fills any more.
    """
    rules = settings.get(key)
    after = edits.with_targets(
        rules if isinstance(rules, list) else [], {name: _plain(rule) for name, (rule, _needs) in made.items()}, gone
    )
    found = settings.get("extractions")
    known = list(found) if isinstance(found, list) else []
    have = list(extractions_of(known))
    for extraction in _needed(made):
        if extraction not in have:
            have.append(extraction)
            known.append(_plain(extraction))
    changed = {**settings, key: after}
    return {**changed, "extractions": known} if known or "extractions" in settings else changed


def _needed(made: Mapping[str, tuple[Rule, Sequence[Extraction]]]) -> list[Extraction]:
    """What all rules need, once and in the order in which it was looked for."""
    return [one for one in LOOKS if any(one in needs for _rule, needs in made.values())]


def _plain(model: Rule | Extraction) -> dict[str, Any]:
    """As it stands in a file."""
    found = model.model_dump(mode="json", exclude_unset=True, by_alias=True)
    assert isinstance(found, dict)
    return found
