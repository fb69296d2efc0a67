"""The search for rules beside the window: further messages are taken to the mapper, then each wish is looked into. No Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mailflow_gui.mapping.by_example import Check, Proposal, Rival, proposals
from mailflow_gui.mapping.extraction import Extraction
from mailflow_gui.mapping.rules import Rule
from mailflow_gui.mapping.values import Value
from mailflow_gui.qt.mapper.arriving import arrive
from mailflow_gui.qt.mapper.by_example.example import Example, Place, Wanted
from mailflow_gui.qt.mapper.samples import Sample
from mailflow_gui.qt.mapper.values import Shown, shown


@dataclass(frozen=True)
class Message:
    """A further message."""

    title: str
    lost: str = ""
    """Why it doesn't come to the mapper, as a sentence."""


@dataclass(frozen=True)
class Seen:
    """What a rule gives for one further message."""

    message: Message
    outcome: str
    """good, failed, empty, unlike or lost."""
    value: Shown = field(default_factory=Shown)
    why: str = ""


@dataclass(frozen=True)
class Way:
    """One rule that makes what was wanted."""

    rule: Rule
    extractions: tuple[Extraction, ...]
    seen: tuple[Seen, ...]


@dataclass(frozen=True)
class Answer:
    """What was found for a wish; no ways: nothing."""

    target: str
    wanted: Wanted
    confidence: str = ""
    ways: tuple[Way, ...] = ()
    """What is proposed, then its rivals, the simplest first."""


@dataclass(frozen=True)
class Progress:
    """Which wish is looked into."""

    target: str
    place: int
    count: int


def search(
    place: Place,
    example: Example,
    wishes: Mapping[str, Wanted],
    further: Sequence[Sample],
    *,
    say: Callable[[Progress], None],
    stopped: Callable[[], bool],
) -> tuple[Answer, ...] | None:
    """Answers to all wishes, in their order; None if it was stopped.

    :param stopped: asked between two pieces of work.
    """
    messages: list[Message] = []
    sources: list[Mapping[str, Value]] = []
    for sample in further:
        if stopped():
            return None
        arrived = arrive(place.flow, place.node, place.types, sample)
        messages.append(Message(sample.title, "" if arrived.lost is None else str(arrived.lost)))
        if arrived.lost is None:
            sources.append(arrived.fields)
    answers: list[Answer] = []
    names = list(wishes)
    found = proposals(example.arrived.fields, wishes, sources, extractions=example.extractions, headers=example.headers)
    for number, target in enumerate(names):
        say(Progress(target, number + 1, len(names)))
        if stopped():
            return None
        _target, proposal = next(found)
        answers.append(_answer(target, wishes[target], proposal, messages))
    return None if stopped() else tuple(answers)


def _answer(target: str, wanted: Wanted, proposal: Proposal | None, messages: Sequence[Message]) -> Answer:
    if proposal is None:
        return Answer(target, wanted)
    first = Rival(proposal.rule, proposal.extractions, proposal.checks)
    ways = tuple(
        Way(one.rule, one.extractions, tuple(_seen(one.checks, messages))) for one in (first, *proposal.rivals)
    )
    return Answer(target, wanted, proposal.confidence, ways)


def _seen(checks: Sequence[Check], messages: Sequence[Message]) -> list[Seen]:
    """One for each message: those that don't come this far were not among those that the rule was tried on."""
    waiting = list(checks)
    found = []
    for message in messages:
        if message.lost:
            found.append(Seen(message, "lost", why=message.lost))
        elif waiting:
            check = waiting.pop(0)
            found.append(Seen(message, check.outcome, _short(shown(check.value)), check.why))
    return found


def _short(value: Shown) -> Shown:
    return replace(value, text=value.text[:1000])
