"""Trying rules on a sample. All of it runs in the editor's lane; only rules that have changed are worked out again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from mailflow_gui.errors import MailFlowError, MappingError
from mailflow_gui.flow.model import Flow
from mailflow_gui.flow.node_type import AnyNodeType
from mailflow_gui.flow.shapes import plain
from mailflow_gui.mapping.extraction import ExtractedFields, Extraction
from mailflow_gui.mapping.mapping import MappingContext, compile_rule
from mailflow_gui.mapping.rules import Rule
from mailflow_gui.mapping.values import Value
from mailflow_gui.qt.mapper.arriving import Arrived, arrive
from mailflow_gui.qt.mapper.extractions.finding import Found, found_by
from mailflow_gui.qt.mapper.samples import Sample
from mailflow_gui.qt.mapper.values import Shown, shown

_RULE: TypeAdapter[Rule] = TypeAdapter(Rule)
_EXTRACTION: TypeAdapter[Extraction] = TypeAdapter(Extraction)


@dataclass(frozen=True)
class Outcome:
    """What a rule does with the sample."""

    trace: tuple[Shown | str, ...] = ()
    """Before the steps, and after each; a sentence where one failed, which is the last then."""
    holds: bool | None = None
    """Whether the condition is true; None without one."""
    mapped: bool = False
    result: Shown = field(default_factory=Shown)
    error: str = ""
    """Why there is no result, as a sentence."""
    in_condition: bool = False
    """Whether it is the condition that failed."""
    readable: bool = True
    """Whether the rule could be run at all; if not, the flow's problems say why."""


@dataclass(frozen=True)
class Tried:
    """Everything there is to show for a sample."""

    fields: Mapping[str, Shown] = field(default_factory=dict)
    headers: tuple[str, ...] = ()
    """Names of the sample's own header fields, each once."""
    added: tuple[str, ...] = ()
    found: tuple[Found, ...] = ()
    """What each of the node's own extractions finds inside the mail."""
    mapped: bool = False
    """Whether an earlier mapper stands between the mail and this node."""
    lost: str = ""
    """Why the sample doesn't come to this node, as a sentence."""
    outcomes: tuple[Outcome, ...] = ()
    sample: Sample | None = None


class Trial:
    """Keeps what makes the next try cheap. One thread at a time."""

    def __init__(self, types: Sequence[AnyNodeType]) -> None:
        self._types = types
        self._around: tuple[object, ...] = ()
        self._arrived: Arrived | None = None
        self._source: Mapping[str, Value] = {}
        self._tried = Tried()
        self._known: dict[str, Outcome] = {}
        self.ran = 0
        """How many rules were worked out, since the beginning."""

    def run(self, flow: Flow, node: str, rules: Sequence[Any], sample: Sample | None, wanted: Sequence[str]) -> Tried:
        """Try ``rules`` of a node of ``flow`` on a sample; ``wanted`` are the fields whose values are to be shown."""
        raw = plain(flow.node(node).settings.get("extractions"))
        if sample is None:
            self._around, self._arrived, self._known = (), None, {}
            return Tried(found=found_by(raw, None))
        around = (sample.key, node, _before(flow, node), tuple(wanted), json.dumps(raw, sort_keys=True, default=str))
        if around != self._around or self._arrived is None:
            self._around, self._known = around, {}
            self._arrived = arrive(flow, node, self._types, sample)
            extractions = extractions_of(raw)
            fields = self._arrived.fields
            self._source = ExtractedFields(fields, extractions) if extractions else fields
            self._tried = self._look(self._arrived, sample, wanted, found_by(raw, fields))
        item = self._arrived.item
        context = MappingContext(flow.properties, clock=item.clock, seed=item.seed)
        known: dict[str, Outcome] = {}
        outcomes = []
        for index, rule in enumerate(rules):
            key = f"{index} {json.dumps(rule, sort_keys=True, default=str)}"
            if key not in known:
                outcome = self._known.get(key)
                known[key] = outcome if outcome is not None else self._try(index, rule, context)
            outcomes.append(known[key])
        self._known = known
        first = self._tried
        return replace(first, outcomes=tuple(outcomes), sample=sample)

    def _look(self, arrived: Arrived, sample: Sample, wanted: Sequence[str], found: tuple[Found, ...]) -> Tried:
        names = dict.fromkeys(name for name, _value in sample.message.headers) if not arrived.mapped else {}
        headers = tuple({name.lower(): name for name in names}.values())
        asked = (
            *wanted,
            *arrived.added,
            *(f"headers.{name}" for name in headers),
            *(field.name for one in found for field in one.fields),
        )
        return Tried(
            fields={name: _shown(self._source, name) for name in asked},
            headers=headers,
            added=arrived.added,
            found=found,
            mapped=arrived.mapped,
            lost=str(arrived.lost) if arrived.lost is not None else "",
        )

    def _try(self, index: int, raw: Any, context: MappingContext) -> Outcome:
        self.ran += 1
        source = self._source
        try:
            rule = compile_rule(index, _RULE.validate_python(raw))
        except (ValidationError, MappingError):
            return Outcome(readable=False)
        holds: bool | None = None
        trace: tuple[Shown | str, ...] = ()
        try:
            holds = rule.test(source) if rule.test is not None else None
        except MailFlowError as error:
            named = MappingError(error.code, rule=index, **{**error.arguments, "target": rule.target})
            return Outcome(error=str(named), in_condition=True)
        try:
            trace = tuple(
                str(entry) if isinstance(entry, MappingError) else shown(entry) for entry in rule.trace(source, context)
            )
            mapped, value = rule.run(source, context)
        except MailFlowError as error:  # what was found until then is worth seeing
            return Outcome(trace=trace, holds=holds, error=str(error))
        return Outcome(trace=trace, holds=holds, mapped=mapped, result=shown(value))


def _shown(source: Mapping[str, Value], name: str) -> Shown:
    try:
        return shown(source.get(name))
    except MappingError:
        return Shown()  # a broken file; the rules that ask for its fields say so


def extractions_of(raw: Any) -> tuple[Extraction, ...]:
    """Those that can be read; the flow's problems tell of the others."""
    found = []
    for one in raw if isinstance(raw, list) else ():
        try:
            found.append(_EXTRACTION.validate_python(one))
        except ValidationError:
            continue
    return tuple(found)


def _before(flow: Flow, node: str) -> tuple[object, ...]:
    """What a sample's way to the node depends on: anything of the flow but the node itself."""
    return (
        tuple(one for one in flow.nodes if one.id != node),
        flow.edges,
        tuple(sorted((name, str(value)) for name, value in flow.properties.items())),
    )
