"""A mapping: rules compiled once, applied to the fields of many items. Equal sources and contexts give equal targets.

For each rule: sources → combine or split → transformations in order → target; a condition decides between that and *otherwise*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from mailflow_gui.errors import MappingError
from mailflow_gui.mapping import budget
from mailflow_gui.mapping.conditions import Test, compile_condition
from mailflow_gui.mapping.extraction import ExtractedFields, Extraction
from mailflow_gui.mapping.extraction.keys import ROOT
from mailflow_gui.mapping.fields import LIST_TARGETS
from mailflow_gui.mapping.rules import Rule, Source
from mailflow_gui.mapping.steps import Run, collect, compile_steps, run_steps, traced
from mailflow_gui.mapping.targets import fitted
from mailflow_gui.mapping.transformations import TRANSFORMATIONS, MappingContext
from mailflow_gui.mapping.transformations.lists import split_text
from mailflow_gui.mapping.values import MisfitError, Value, as_list, as_text, check_size, is_blank

__all__ = ["CompiledMapping", "CompiledRule", "MappingContext", "Rule", "compile_mapping"]

Fields = Mapping[str, Value]
_Read = Callable[[Fields, MappingContext], Value]


@dataclass(frozen=True)
class CompiledRule:
    """One row of the table, ready to run."""

    index: int
    target: str
    read: tuple[_Read, ...]
    join: Callable[[list[Value]], Value]
    """Combine and split."""
    steps: tuple[Run, ...]
    test: Test | None
    otherwise: tuple[_Read, ...]
    lists: tuple[str, ...] = ()
    """For each: the fields whose entries the rule works on one by one; empty: it works on the whole."""
    plain: str | None = None
    """The field that the rule takes, if it does nothing else than the steps."""
    constant: tuple[Value] | None = None
    """What the rule always gives, if that is always the same."""

    def run(self, source: Fields, context: MappingContext) -> tuple[bool, Value]:
        """Whether the target is mapped, and to what.

        :raises MappingError: with this rule's index and target.
        """
        if self.constant is not None:
            return True, self.constant[0]
        try:
            budget.begin()
            if self.plain is not None:
                value = source.get(self.plain)
                if self.steps:
                    value = run_steps(self.steps, value, self._own(context, 0))
                return True, fitted(self.target, value)
            mapped, value = self._each(source, context) if self.lists else self._once(source, context, 0)
            return mapped, fitted(self.target, value) if mapped else None
        except MappingError as error:
            raise self._named(error) from error

    def trace(self, source: Fields, context: MappingContext) -> list[Value | MappingError]:
        """The value before the steps and after each one, for people who look; an error ends it. Ignores the condition."""
        context = self._own(context, 0)
        budget.begin()
        try:
            value = self._joined(self.read, source, context)
        except MappingError as error:
            return [self._named(error)]
        found = traced(self.steps, value, context)
        return [self._named(entry) if isinstance(entry, MappingError) else entry for entry in found]

    def _named(self, error: MappingError) -> MappingError:
        return MappingError(error.code, rule=self.index, **{**error.arguments, "target": self.target})

    def _own(self, context: MappingContext, entry: int) -> MappingContext:
        return MappingContext(context.properties, clock=context.clock, seed=context.seed, rule=self.index, entry=entry)

    def _once(self, source: Fields, context: MappingContext, entry: int) -> tuple[bool, Value]:
        if self.test is not None and not self.test(source):
            return bool(self.otherwise), self._joined(self.otherwise, source, context) if self.otherwise else None
        value = self._joined(self.read, source, context)
        return True, run_steps(self.steps, value, self._own(context, entry)) if self.steps else value

    def _each(self, source: Fields, context: MappingContext) -> tuple[bool, Value]:
        count = max(len(as_list(source.get(name))) for name in self.lists)
        return True, collect(self._entries(source, context, count))

    def _entries(self, source: Fields, context: MappingContext, count: int) -> Iterator[Value]:
        roots = frozenset(map(_collection, self.lists))
        for position in range(count):
            mapped, value = self._once(_Entry(source, roots, position), context, position)
            if mapped and value is not None:
                yield value

    def _joined(self, read: tuple[_Read, ...], source: Fields, context: MappingContext) -> Value:
        if len(read) == 1 and self.join is _flattened:
            return read[0](source, context)
        return self.join([one(source, context) for one in read])


def _collection(name: str) -> str:
    """What narrows together: all parts of a mail's field, all columns of one extraction."""
    return name.rpartition(".")[0] if name.startswith(f"{ROOT}.") else name.partition(".")[0]


class _Entry(Mapping[str, Value]):
    """A source in which some lists, and the lists of their parts, are narrowed to their entry at one position."""

    def __init__(self, source: Fields, roots: frozenset[str], position: int) -> None:
        self._source, self._roots, self._position = source, roots, position

    def __getitem__(self, name: str) -> Value:
        value = self._source[name]
        if isinstance(value, tuple) and _collection(name) in self._roots:
            return value[self._position] if self._position < len(value) else None
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._source)

    def __len__(self) -> int:
        return len(self._source)


@dataclass(frozen=True)
class CompiledMapping:
    """All rules, ready to run."""

    rules: tuple[CompiledRule, ...]
    extractions: tuple[Extraction, ...] = ()
    derive_other_body: bool = False
    """Whether HTML is made from the text, or the text from HTML, when only one of them is mapped."""

    def source(self, source: Fields) -> Fields:
        """The source with the extracted fields."""
        return ExtractedFields(source, self.extractions) if self.extractions else source

    def apply(self, source: Fields, context: MappingContext) -> dict[str, Value]:
        """The mapped targets and nothing else, in the rules' order.

        :raises MappingError: a rule failed; ``rule`` is its index, ``target`` among its arguments.
        """
        result: dict[str, Value] = {}
        source = self.source(source)
        for rule in self.rules:
            mapped, value = rule.run(source, context)
            if mapped:
                result[rule.target] = value
        if self.derive_other_body:
            self._derive(result, context)
        return result

    def _derive(self, result: dict[str, Value], context: MappingContext) -> None:
        text, html = result.get("text"), result.get("html")
        if is_blank(text) is is_blank(html):
            return
        made, given, step = ("html", "text", _TO_HTML) if is_blank(html) else ("text", "html", _TO_TEXT)
        budget.begin()
        try:
            result[made] = run_steps(step, result[given], context)
        except MappingError as error:
            index = next(rule.index for rule in self.rules if rule.target == given)
            raise MappingError(error.code, rule=index, **{**error.arguments, "target": made}) from error


def _step_named(name: str) -> tuple[Run, ...]:
    return compile_steps([TRANSFORMATIONS[name].parameters.model_validate({"name": name})])


_TO_HTML = _step_named("text-to-html")
_TO_TEXT = _step_named("html-to-text")


def compile_mapping(
    rules: Sequence[Rule], extractions: Sequence[Extraction] = (), *, derive_other_body: bool = False
) -> CompiledMapping:
    """The rules as functions.

    :raises MappingError: a rule that can't run (:func:`mailflow_gui.mapping.checks.faults` finds them all beforehand).
    """
    compiled = tuple(compile_rule(index, rule) for index, rule in enumerate(rules))
    return CompiledMapping(compiled, tuple(extractions), derive_other_body)


def compile_rule(index: int, rule: Rule) -> CompiledRule:
    """One rule as a function.

    :raises MappingError: it can't run.
    """
    try:
        does_more = rule.for_each or any(
            more is not None for more in (rule.condition, rule.combine, rule.split, rule.template)
        )
        only = rule.sources[0] if len(rule.sources) == 1 and not does_more else None
        return CompiledRule(
            index=index,
            target=rule.target,
            plain=only.field if only else None,
            constant=_always(rule.target, only.constant) if only and not rule.transformations else None,
            read=_readers(rule),
            join=_join(rule),
            steps=compile_steps(rule.transformations),
            test=compile_condition(rule.condition) if rule.condition is not None else None,
            otherwise=tuple(_reader(source) for source in rule.otherwise or ()),
            lists=tuple(source.field for source in rule.sources if source.field) if rule.for_each else (),
        )
    except MappingError as error:
        raise MappingError(error.code, rule=index, **{**error.arguments, "target": rule.target}) from error


def _always(target: str, constant: Value) -> tuple[Value] | None:
    """The value of a rule that is one constant; None where there is none, or it doesn't fit, which each mail is to be told."""
    try:
        return (fitted(target, constant),) if constant is not None else None
    except MappingError:
        return None


def _readers(rule: Rule) -> tuple[_Read, ...]:
    if rule.template is None:
        return tuple(_reader(source) for source in rule.sources)
    from mailflow_gui.mapping.templates import compile_template  # its engine takes a moment to load

    return (compile_template(rule.template, rule.target == "html").render,)


def _reader(source: Source) -> _Read:
    if source.field is not None:
        field = source.field
        return lambda fields, context: fields.get(field)
    if source.property is not None:
        return _property(source.property)
    constant: Value = source.constant
    return lambda fields, context: constant


def _property(name: str) -> _Read:
    def read(fields: Fields, context: MappingContext) -> Value:
        if name not in context.properties:
            raise MisfitError("mapping-unknown-property", property=name[:60])
        return _constant(context.properties[name])

    return read


def _constant(value: object) -> Value:
    """A flow property as a value: what a constant may be, too."""
    if isinstance(value, (list, tuple)):
        return tuple(_constant(entry) for entry in value)
    return value if value is None or isinstance(value, (str, int, float, datetime, date)) else str(value)


def _join(rule: Rule) -> Callable[[list[Value]], Value]:
    if rule.split is not None:
        joined = _combiner(rule.combine.delimiter if rule.combine else " ")
        return _splitter(joined, rule.split.delimiter, rule.split.index)
    if rule.combine is not None:
        return _combiner(rule.combine.delimiter)
    if len(rule.sources) > 1 and not _stays_list(rule):
        return _combiner(" ")
    return _flattened


def _stays_list(rule: Rule) -> bool:
    """Several sources stay a list where the first step, or the target when there is none, takes one."""
    if rule.transformations and TRANSFORMATIONS[rule.transformations[0].name].input == "list":
        return True
    return rule.target in LIST_TARGETS


def _flattened(values: list[Value]) -> Value:
    """A single value as it is, several as one list."""
    if len(values) == 1:
        return values[0]
    return tuple(entry for value in values for entry in as_list(value))


def _combiner(delimiter: str) -> Callable[[list[Value]], Value]:
    """Joins texts; what is blank leaves no delimiter behind. Nothing but absent values stays absent."""

    def combine(values: list[Value]) -> Value:
        entries = [entry for value in values for entry in as_list(value)]
        texts = [as_text(entry) for entry in entries if not is_blank(entry)]
        check_size(sum(map(len, texts)) + len(delimiter) * len(texts))
        return delimiter.join(texts) if texts or any(entry is not None for entry in entries) else None

    return combine


def _splitter(
    combine: Callable[[list[Value]], Value], delimiter: str, index: int | None
) -> Callable[[list[Value]], Value]:
    def split(values: list[Value]) -> Value:
        only = values[0] if len(values) == 1 else None
        text = combine(values)
        if only is None and text is None:
            return None
        parts = only if isinstance(only, tuple) else split_text(as_text(text), delimiter)
        if index is None:
            return parts
        return parts[index] if index < len(parts) else None

    return split
