"""What is wrong with a mapping before it runs: everything, each with where it stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches
from typing import Literal

from mailflow_gui.errors import MailFlowError, MappingError
from mailflow_gui.mail import compose_header
from mailflow_gui.mapping import patterns
from mailflow_gui.mapping.conditions import comparisons, compile_condition, condition_fields
from mailflow_gui.mapping.extraction import Extraction, may_exist
from mailflow_gui.mapping.extraction.fields import keys_of
from mailflow_gui.mapping.extraction.keys import ROOT
from mailflow_gui.mapping.extraction.looking import same_fields
from mailflow_gui.mapping.fields import FIELD_NAMES, is_field
from mailflow_gui.mapping.rules import Comparison, Rule, Source
from mailflow_gui.mapping.transformations import TRANSFORMATIONS, Parameters
from mailflow_gui.mapping.transformations.calendar_format import formatted
from mailflow_gui.mapping.transformations.dates import zone_named
from mailflow_gui.mapping.transformations.printf import check_template
from mailflow_gui.sentences import Argument

_ANY_DAY = date(2019, 5, 1)


@dataclass(frozen=True)
class Fault:
    """One finding about a mapping; the node makes a problem of it."""

    code: str
    place: str
    """Path below its part: ``0.sources.1.field``; empty for the whole."""
    severity: Literal["error", "warning"] = "error"
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    part: Literal["rules", "extractions"] = "rules"


def faults(
    rules: Sequence[Rule], properties: Collection[str] | None = None, extractions: Sequence[Extraction] = ()
) -> tuple[Fault, ...]:
    """All findings; ``properties`` are the names that the flow has, None where they aren't known."""
    found: list[Fault] = []
    if not rules:
        found.append(Fault("mapping-no-rules", "", "warning"))
    targets = Counter(rule.target.strip().lower() for rule in rules)
    for index, rule in enumerate(rules):
        if rule.target.strip() and targets[rule.target.strip().lower()] > 1:
            found.append(Fault("mapping-duplicate-target", f"{index}.target", arguments={"target": rule.target}))
        found += _rule(index, rule, properties, extractions)
    for index, extraction in enumerate(extractions):
        found += _extraction(index, extraction)
    for index, names in enumerate(same_fields(extractions)):
        if names:
            arguments = {"field": names[0].removeprefix(f"{ROOT}.")[:60]}
            found.append(Fault("mapping-extraction-same-field", f"{index}.name", "warning", arguments, "extractions"))
    return tuple(found)


def _extraction(index: int, extraction: Extraction) -> Iterator[Fault]:
    """What is wrong with a way of looking: its field, its pattern."""
    read = getattr(extraction, "field", None)
    if read is not None:
        if read.startswith(f"{ROOT}."):
            yield Fault("mapping-extraction-of-extracted", f"{index}.field", part="extractions")
        else:
            yield from (replace(fault, part="extractions") for fault in _field(f"{index}.field", read, ()))
    try:
        keys = keys_of(extraction)
    except MappingError as error:
        yield Fault(error.code, f"{index}.pattern", arguments=error.arguments, part="extractions")
        return
    if keys == ():
        yield Fault("mapping-extraction-without-groups", f"{index}.pattern", part="extractions")


def _rule(
    index: int, rule: Rule, properties: Collection[str] | None, extractions: Sequence[Extraction]
) -> Iterator[Fault]:
    yield from _target(index, rule.target)
    generates = bool(rule.transformations) and TRANSFORMATIONS[rule.transformations[0].name].takes_absent
    if rule.template is not None:
        yield from _template(index, rule, properties, extractions)
        if rule.sources:
            yield Fault("mapping-sources-and-template", f"{index}.sources", arguments={"target": rule.target})
    elif not rule.sources and not generates:
        yield Fault("mapping-no-sources", f"{index}.sources", arguments={"target": rule.target})
    if rule.for_each and not any(source.field for source in rule.sources):
        yield Fault("mapping-for-each-without-field", f"{index}.for_each", arguments={"target": rule.target})
    for key, sources in (("sources", rule.sources), ("otherwise", rule.otherwise or ())):
        for position, source in enumerate(sources):
            yield from _source(f"{index}.{key}.{position}", source, properties, extractions)
    for position, step in enumerate(rule.transformations):
        yield from _step(f"{index}.transformations.{position}", step, rule.target)
    if rule.condition is not None:
        yield from _condition(f"{index}.condition", rule, extractions)


def _template(
    index: int, rule: Rule, properties: Collection[str] | None, extractions: Sequence[Extraction]
) -> Iterator[Fault]:
    from mailflow_gui.mapping.templates import compile_template  # its engine takes a moment to load

    place = f"{index}.template"
    try:
        names = compile_template(rule.template or "", rule.target == "html").fields()
    except MappingError as error:
        yield Fault(error.code, place, arguments={**error.arguments, "target": rule.target})
        return
    for name in names:
        if not name.startswith("properties."):
            yield from _field(place, name, extractions)
        elif properties is not None and name.removeprefix("properties.") not in properties:
            yield Fault(
                "mapping-unknown-property", place, arguments={"property": name.removeprefix("properties.")[:60]}
            )


def _target(index: int, target: str) -> Iterator[Fault]:
    place = f"{index}.target"
    if not target.strip():
        yield Fault("mapping-no-target", place)
    elif target.startswith("headers."):
        try:
            compose_header.check_name(target.removeprefix("headers."))
        except MailFlowError as error:
            yield Fault(error.code, place, arguments=error.arguments)
    elif any(sign.isspace() or not sign.isprintable() for sign in target) or len(target) > 100:
        yield Fault("mapping-bad-target", place, arguments={"target": target[:60]})


def _source(
    place: str, source: Source, properties: Collection[str] | None, extractions: Sequence[Extraction]
) -> Iterator[Fault]:
    if source.field is not None:
        yield from _field(f"{place}.field", source.field, extractions)
    elif source.property is not None and properties is not None and source.property not in properties:
        arguments = {"property": source.property[:60]}
        yield Fault("mapping-unknown-property", f"{place}.property", arguments=arguments)


def _field(place: str, name: str, extractions: Sequence[Extraction]) -> Iterator[Fault]:
    """An unknown field is a warning: an earlier step may add it. An extracted one whose extraction has gone is an error."""
    if not name.strip():
        yield Fault("mapping-no-field", place)
    elif name.startswith(f"{ROOT}."):
        if not may_exist(name, extractions):
            yield Fault("mapping-orphan-field", place, arguments={"field": name[:60]})
    elif not is_field(name):
        near = get_close_matches(name[:60], FIELD_NAMES, n=1)
        code = "mapping-unknown-field-nearest" if near else "mapping-unknown-field"
        arguments = {"field": name[:60], **({"nearest": near[0]} if near else {})}
        yield Fault(code, place, "warning", arguments)


def _step(place: str, step: Parameters, target: str) -> Iterator[Fault]:
    """Texts in parameters that have a grammar of their own: patterns, zones, formats."""
    values = step.model_dump()
    readings: dict[str, Callable[[], object]] = {
        "zone": lambda: values["zone"] and zone_named(values["zone"]),
        "format": lambda: formatted(_ANY_DAY, values["format"]),
        "template": lambda: check_template(values["template"]),
        "find": lambda: values["pattern"] and patterns.expansion(patterns.compiled(values["find"]), values["with_"]),
        "pattern": lambda: (
            isinstance(values["pattern"], str)
            and patterns.compiled(values["pattern"]).group_number(values["group"] or "0")
        ),
    }
    for key, read in readings.items():
        if key in values:
            try:
                read()
            except MappingError as error:
                yield Fault(error.code, f"{place}.{key}", arguments={**error.arguments, "target": target})


def _condition(place: str, rule: Rule, extractions: Sequence[Extraction]) -> Iterator[Fault]:
    if rule.condition is None:
        return
    for part, where in comparisons(rule.condition, place):
        if isinstance(part, Comparison):
            yield from _field(f"{where}.field", part.field, extractions)
        try:
            compile_condition(part)
            if not isinstance(part, Comparison):
                for name in condition_fields(part):
                    yield from _field(f"{where}.cel", name, extractions)
        except MappingError as error:
            key = "value" if isinstance(part, Comparison) else "cel"
            yield Fault(error.code, f"{where}.{key}", arguments={**error.arguments, "target": rule.target})
