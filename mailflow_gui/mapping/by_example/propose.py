"""From an example to rules: candidates that give exactly what is wanted, ranked by simplicity, tried on further mails."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from mailflow_gui.mail.message import MailMessage
from mailflow_gui.mapping.by_example.atoms import Atom, changed, dates_of, field_atoms, is_dated, words_of
from mailflow_gui.mapping.by_example.candidates import Candidate, files, stands_still, texts
from mailflow_gui.mapping.by_example.checking import Check, checks_of, same
from mailflow_gui.mapping.by_example.running import fields_of, needed, run_rule
from mailflow_gui.mapping.extraction import ExtractedFields, Extraction
from mailflow_gui.mapping.fields import MessageFields
from mailflow_gui.mapping.rules import Rule
from mailflow_gui.mapping.values import Value, as_text

Confidence = Literal["certain", "likely", "guess"]

OTHERS_LIMIT = 10
"""Most further mails that are looked at."""

_CERTAIN_COST = 2.3
_CUTTING = frozenset({"sub-string-before", "sub-string-after", "extract-pattern", "file-extension", "keep-files"})
_NUMBER = re.compile(r"[0-9]+")
_RIVAL = 1.6
"""How much less simple a rival may be and still count."""
_RIVALS = 5
"""Most rivals that are shown, beside the text that is always the same."""


@dataclass(frozen=True)
class Rival:
    """Another rule that gives the same for the example."""

    rule: Rule
    extractions: tuple[Extraction, ...]
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class Proposal:
    """A rule for one target."""

    target: str
    rule: Rule
    extractions: tuple[Extraction, ...]
    """What the mapper must look for beside what it does already, so that the rule's fields exist."""
    confidence: Confidence
    checks: tuple[Check, ...]
    rivals: tuple[Rival, ...] = ()
    """Other rules that give the same for the example, simplest first; a text that is always the same is the last."""


def propose(
    message: MailMessage, wanted: Mapping[str, str | Sequence[str]], others: Iterable[MailMessage] = ()
) -> tuple[Proposal, ...]:
    """Rules that make the ``wanted`` targets of this message, one for each target that can be made.

    :param wanted: texts by target; ``attachments`` are a list of file names; addresses are one text or a list.
    :param others: further mails of the same kind, on which the rules are tried.
    """
    headers = [name for name, _value in message.headers]
    further = (MessageFields(other) for other in others)
    found = proposals(MessageFields(message), wanted, further, headers=headers)
    return tuple(proposal for _target, proposal in found if proposal is not None)


def proposals(
    source: Mapping[str, Value],
    wanted: Mapping[str, str | Sequence[str]],
    others: Iterable[Mapping[str, Value]] = (),
    *,
    extractions: Sequence[Extraction] = (),
    headers: Sequence[str] = (),
) -> Iterator[tuple[str, Proposal | None]]:
    """As :func:`propose`, for whatever arrives at a mapper, and one target after the other; None: it can't be made.

    :param source: the example's fields, without extracted ones.
    :param others: the same of further mails.
    :param extractions: what the mapper looks for already; its findings come first.
    :param headers: names of the example's header fields.
    """
    example = fields_of(source, extractions)
    further = [fields_of(other, extractions) for _place, other in zip(range(OTHERS_LIMIT), others, strict=False)]
    atoms = _atoms(example, headers)
    for target, value in wanted.items():
        yield target, _for_target(target, value, example, atoms, further, extractions)


def _atoms(source: ExtractedFields, headers: Sequence[str]) -> list[Atom]:
    plain = list(field_atoms(source, headers))
    more = [one for atom in plain for one in (*changed(atom), *words_of(atom))]
    dated = list(dates_of("date", source.get("date"), 1.2))
    for atom in plain:
        if atom.field.startswith("extracted.") and is_dated(atom.value):
            dated += dates_of(atom.field, atom.value, 1.6)
    return sorted([*plain, *more, *dated], key=lambda atom: atom.cost)


def _for_target(  # noqa: PLR0917 - all of it is one question
    target: str,
    value: str | Sequence[str],
    source: ExtractedFields,
    atoms: list[Atom],
    further: list[ExtractedFields],
    extractions: Sequence[Extraction],
) -> Proposal | None:
    if target == "attachments":
        candidates = files(tuple([value] if isinstance(value, str) else value), source)
    else:
        text = value if isinstance(value, str) else ", ".join(value)
        candidates = texts(target, text.replace("\r\n", "\n"), source, atoms, further)
    fitting = [one for one in candidates if same(target, run_rule(one.rule, source)[0], value)]
    if not fitting:
        return None
    tried = {id(one): checks_of(one.rule, one.parts, value, further, target) for one in fitting}
    still = {id(one): _standing_still(one, further) for one in fitting}

    def rank(one: Candidate) -> float:
        failures = sum(check.outcome != "good" for check in tried[id(one)])
        return one.cost + 0.7 * still[id(one)] + (4 * failures / len(further) if further else 0)

    fitting.sort(key=rank)
    best = fitting[0]
    rivals = [one for one in fitting[1:] if one.roots != best.roots]
    checks = tried[id(best)]
    leftover = any(_leftover(part, atoms) for part in best.parts if isinstance(part, str))
    doubtful = still[id(best)] > 0 or any(_elsewhere(part, atoms) for part in best.parts if isinstance(part, Atom))
    near = [one for one in rivals if rank(one) <= rank(best) + _RIVAL]
    shown = rivals[:_RIVALS]
    shown += [one for one in rivals[_RIVALS:] if not one.roots][:1]
    return Proposal(
        target,
        best.rule,
        needed(best.fields, source, extractions),
        "guess" if leftover else _confidence(best, near, checks, doubtful),
        checks,
        tuple(Rival(one.rule, needed(one.fields, source, extractions), tried[id(one)]) for one in shown),
    )


def _standing_still(candidate: Candidate, further: Sequence[ExtractedFields]) -> int:
    """How many of its atoms give the same for every further mail: they explain nothing that a constant wouldn't."""
    return sum(isinstance(part, Atom) and stands_still(part, further) for part in candidate.parts)


def _leftover(constant: str, atoms: Sequence[Atom]) -> bool:
    """Whether a typed text holds a number, or a whole value, that stands in this very mail: it was hardly meant for every mail."""
    plain = [atom for atom in atoms if not atom.steps]
    numbers = _NUMBER.findall(constant)
    if any(number in _NUMBER.findall(atom.value) for number in numbers for atom in plain):
        return True
    values = [atom.value for atom in plain if atom.field.startswith(("extracted.", "from.name"))]
    return any(len(value) >= 2 and value in constant for value in values)


def _elsewhere(atom: Atom, atoms: Sequence[Atom]) -> bool:
    """Whether its text stands in another place of the mail, too, so that another way to it would fit as well."""
    if atom.field == "date":
        return True  # in the writer's time zone, or in a fixed one: one mail can't tell
    family = atom.field.partition(".")[0]
    for other in atoms:
        if other.steps or other.field.partition(".")[0] == family:
            continue
        at = other.value.find(atom.value)
        within = family == "extracted" and other.field in ("content", "html", "text")
        if at >= 0 and not (within and other.value.find(atom.value, at + 1) < 0):
            return True
    return False


def _confidence(best: Candidate, near: list[Candidate], checks: tuple[Check, ...], doubtful: bool) -> Confidence:
    """Certain only where nothing else fits: a way of few steps that cuts nothing, to a text that stands nowhere else."""
    good = sum(check.outcome == "good" for check in checks)
    if not checks or good < len(checks):
        return "likely" if checks and good >= 0.8 * len(checks) and not near else "guess"
    constant = not best.roots
    varies = any(as_text(check.value) != as_text(checks[0].value) for check in checks)
    cut = any(step["name"] in _CUTTING for part in best.parts if isinstance(part, Atom) for step in part.steps)
    simple = best.cost <= _CERTAIN_COST and not cut and not doubtful
    if (
        simple
        and not near
        and len(checks) >= 2
        and not constant
        and varies
        and all(_long(part.value) for part in best.parts if isinstance(part, Atom))
    ):
        return "certain"
    if constant and near:
        return "guess"
    return "likely" if len(near) <= 3 else "guess"


def _long(value: str) -> bool:
    """Whether a text is long enough to be no coincidence."""
    return len(value) >= (3 if not value.isascii() else 5)
