"""From an example to rules: candidates that give exactly what is wanted, ranked by simplicity, tried on further mails."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from mailflow_gui.mail.message import Attachment, MailMessage
from mailflow_gui.mapping.by_example.atoms import Atom, changed, dates_of, field_atoms, is_dated, words_of
from mailflow_gui.mapping.by_example.parts import TOKEN, common, parts, telling
from mailflow_gui.mapping.by_example.running import fields_of, needed, run_rule, run_steps_on
from mailflow_gui.mapping.by_example.writing import Part, written
from mailflow_gui.mapping.extraction import ExtractedFields, Extraction
from mailflow_gui.mapping.fields import ADDRESS_FIELDS
from mailflow_gui.mapping.rules import Rule
from mailflow_gui.mapping.transformations.addresses import mailboxes
from mailflow_gui.mapping.values import Value, as_text, is_blank

Confidence = Literal["certain", "likely", "guess"]

OTHERS_LIMIT = 10
"""Most further mails that are looked at."""

_RULE: TypeAdapter[Rule] = TypeAdapter(Rule)
_CERTAIN_COST = 2.3
_CUTTING = frozenset({"sub-string-before", "sub-string-after", "extract-pattern", "file-extension", "keep-files"})
_NUMBER = re.compile(r"[0-9]+")
_RIVAL = 1.6
"""How much less simple a rival may be and still count."""


@dataclass(frozen=True)
class Check:
    """What a proposed rule does with a further mail."""

    position: int
    """Which of the further mails."""
    outcome: Literal["good", "failed", "empty", "unlike"]
    """Unlike: it gives something of another kind than the example's."""
    value: Value = None
    code: str | None = None


@dataclass(frozen=True)
class Proposal:
    """A rule for one target."""

    target: str
    rule: Rule
    extractions: tuple[Extraction, ...]
    """What the mapper must look for, so that the rule's fields exist."""
    confidence: Confidence
    checks: tuple[Check, ...]
    rivals: tuple[Rule, ...] = ()
    """Other rules that give the same for the example, simplest first."""


@dataclass(frozen=True)
class _Candidate:
    rule: Rule
    cost: float
    roots: frozenset[str]
    parts: tuple[Part, ...] = ()


def propose(
    message: MailMessage, wanted: Mapping[str, str | Sequence[str]], others: Iterable[MailMessage] = ()
) -> tuple[Proposal, ...]:
    """Rules that make the ``wanted`` targets of this message, one for each target that can be made.

    :param wanted: texts by target; ``attachments`` are a list of file names; addresses are one text or a list.
    :param others: further mails of the same kind, on which the rules are tried.
    """
    source = fields_of(message)
    further = [fields_of(other) for _position, other in zip(range(OTHERS_LIMIT), others, strict=False)]
    atoms = _atoms(source, message)
    found = []
    for target, value in wanted.items():
        proposal = _for_target(target, value, source, atoms, further)
        if proposal is not None:
            found.append(proposal)
    return tuple(found)


def _atoms(source: ExtractedFields, message: MailMessage) -> list[Atom]:
    plain = list(field_atoms(source, message.headers))
    more = [one for atom in plain for one in (*changed(atom), *words_of(atom))]
    dated = list(dates_of("date", source.get("date"), 1.2))
    for atom in plain:
        if atom.field.startswith("extracted.") and is_dated(atom.value):
            dated += dates_of(atom.field, atom.value, 1.6)
    return sorted([*plain, *more, *dated], key=lambda atom: atom.cost)


def _for_target(
    target: str, value: str | Sequence[str], source: ExtractedFields, atoms: list[Atom], further: list[ExtractedFields]
) -> Proposal | None:
    if target == "attachments":
        candidates = _files(tuple([value] if isinstance(value, str) else value), source)
    else:
        text = value if isinstance(value, str) else ", ".join(value)
        candidates = _texts(target, text.replace("\r\n", "\n"), source, atoms, further)
    fitting = [one for one in candidates if _same(target, run_rule(one.rule, source)[0], value)]
    if not fitting:
        return None
    tried = {id(one): _checks(one.rule, value, further, target) for one in fitting}
    still = {id(one): _standing_still(one, further) for one in fitting}

    def rank(one: _Candidate) -> float:
        failures = sum(check.outcome != "good" for check in tried[id(one)])
        return one.cost + 0.7 * still[id(one)] + (4 * failures / len(further) if further else 0)

    fitting.sort(key=rank)
    best = fitting[0]
    rivals = [one for one in fitting[1:] if one.roots != best.roots]
    checks = tried[id(best)]
    leftover = any(_leftover(part, atoms) for part in best.parts if isinstance(part, str))
    doubtful = still[id(best)] > 0 or any(_elsewhere(part, atoms) for part in best.parts if isinstance(part, Atom))
    near = [one for one in rivals if rank(one) <= rank(best) + _RIVAL]
    return Proposal(
        target,
        best.rule,
        needed([part.field for part in best.parts if isinstance(part, Atom)], source),
        "guess" if leftover else _confidence(best, near, checks, doubtful),
        checks,
        tuple(one.rule for one in rivals[:5]),
    )


def _standing_still(candidate: _Candidate, further: Sequence[ExtractedFields]) -> int:
    """How many of its atoms give the same for every further mail: they explain nothing that a constant wouldn't."""
    return sum(isinstance(part, Atom) and _stands_still(part, further) for part in candidate.parts)


def _stands_still(atom: Atom, further: Sequence[ExtractedFields]) -> bool:
    if atom.field == "attachments" or not further:
        return False
    return all(run_steps_on(source.get(atom.field), atom.steps) == atom.value for source in further)


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


def _confidence(best: _Candidate, near: list[_Candidate], checks: tuple[Check, ...], doubtful: bool) -> Confidence:
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


def _texts(
    target: str, wanted: str, source: ExtractedFields, atoms: list[Atom], further: Sequence[ExtractedFields]
) -> list[_Candidate]:
    """Candidates for a text, from the simplest."""
    found = _Collected(target)
    if target in ADDRESS_FIELDS:
        _mailboxes(target, wanted, source, found)
    for atom in atoms:
        if atom.value.strip() and atom.value.strip() == wanted.strip():
            found.add([atom], atom.cost)
    if target == "html":
        for atom in atoms:
            if not atom.steps and run_steps_on(atom.value, ({"name": "text-to-html"},)) == wanted.strip():
                found.add([Atom(atom.field, wanted, atom.cost + 0.5, ({"name": "text-to-html"},))], atom.cost + 0.5)
    bases = [atom for atom in atoms if not atom.steps and atom.field != "html"]
    whole = [part for base in bases if _inside(base, wanted) for part in parts(base, wanted)]
    for part in whole:
        found.add([part], part.cost)
    escaped: Callable[[str], str] = html.escape if target == "html" else str
    pieces = [*atoms, *_token_atoms(wanted, bases)]
    worthy = [one for one in pieces if _worthy(one.value) and escaped(one.value) in wanted]
    covering = _cover(wanted, [one for one in worthy if not _stands_still(one, further)], escaped)
    if any(isinstance(part, Atom) for part in covering):
        used = [part for part in covering if isinstance(part, Atom)]
        # Of an address nobody means a part: what isn't one as a whole was typed.
        extra = 4.0 if target in ADDRESS_FIELDS and len(covering) > 1 else 0.0
        found.add(covering, max(part.cost for part in used) + 0.1 * len({part.field for part in used}) + extra)
        for part in {atom.value: atom for atom in used}.values():  # the same with another way to one of its parts
            for twin in pieces:
                if twin.value == part.value and twin.root != part.root:
                    changed_parts = [twin if one == part else one for one in covering]
                    found.add(changed_parts, twin.cost + 0.1 * len(used) + extra)
    explained = bool(found.candidates)
    found.add([wanted], 4.5 if explained else 1.5)
    return found.candidates


def _inside(base: Atom, wanted: str) -> bool:
    """Whether looking for the whole of what is wanted within a field makes sense."""
    return 2 <= len(wanted) <= 200 and wanted in base.value and wanted != base.value


def _token_atoms(wanted: str, bases: list[Atom]) -> list[Atom]:
    """Ways to the numbers and addresses in what is wanted that stand within some field."""
    found: list[Atom] = []
    for base in bases:
        if base.field == "subject" and len(base.value) <= 300 and len(wanted) <= 2_000:
            run = common(base.value, wanted)
            found += [one for one in parts(base, run) if run_steps_on(base.value, one.steps) == run] if run else []
    for token in dict.fromkeys(TOKEN.findall(wanted)):
        if telling(token) and len(found) < 300:
            for base in bases:
                if token in base.value and token != base.value:
                    found += [one for one in parts(base, token) if run_steps_on(base.value, one.steps) == token]
    return found


def _worthy(value: str) -> bool:
    """Whether a text may be looked for within a longer one without finding it by chance."""
    value = value.strip()
    if value.isdigit():
        return len(value) >= 3
    return len(value) >= 3 or (len(value) == 2 and not value.isascii())


def _cover(wanted: str, atoms: list[Atom], escaped: Callable[[str], str]) -> list[Part]:
    """``wanted`` as constants and atoms, with as few signs as possible left to constants, and the simplest atoms."""
    by_start: dict[int, list[tuple[int, Atom]]] = {}
    best: dict[str, Atom] = {}
    for atom in atoms:
        shown = escaped(atom.value)
        if shown not in best or atom.cost < best[shown].cost:
            best[shown] = atom
    for shown, atom in best.items():
        at = wanted.find(shown)
        while at >= 0:
            if _bounded(wanted, at, at + len(shown)):
                by_start.setdefault(at, []).append((at + len(shown), atom))
            at = wanted.find(shown, at + 1)
    costs = [0.0] * (len(wanted) + 1)
    choice: list[tuple[int, Atom | None]] = [(len(wanted), None)] * (len(wanted) + 1)
    for at in range(len(wanted) - 1, -1, -1):
        costs[at], choice[at] = costs[at + 1] + 1.0, (at + 1, None)
        for end, atom in by_start.get(at, ()):
            cost = costs[end] + 0.5 * atom.cost
            if cost < costs[at]:
                costs[at], choice[at] = cost, (end, atom)
    covering: list[Part] = []
    at = 0
    while at < len(wanted):
        end, chosen = choice[at]
        if chosen is not None:
            covering.append(chosen)
        elif covering and isinstance(covering[-1], str):
            covering[-1] += wanted[at:end]
        else:
            covering.append(wanted[at:end])
        at = end
    return covering


def _bounded(text: str, start: int, end: int) -> bool:
    """Whether no Latin word or number is cut at either end."""
    return not (
        (start and _joins(text[start - 1], text[start])) or (end < len(text) and _joins(text[end - 1], text[end]))
    )


def _joins(left: str, right: str) -> bool:
    return left.isascii() and right.isascii() and left.isalnum() and right.isalnum()


def _mailboxes(target: str, wanted: str, source: ExtractedFields, found: _Collected) -> None:
    """Address fields as a whole."""
    for name, cost in (("from", 1.0), ("reply_to", 1.2), ("to", 1.3), ("cc", 1.4)):
        if _same(target, source.get(name), wanted):
            found.add([Atom(name, as_text(source.get(name)), cost)], cost)


def _files(wanted: tuple[str, ...], source: ExtractedFields) -> list[_Candidate]:
    """All files, or those of some kinds."""
    found = _Collected("attachments")
    found.add([Atom("attachments", ", ".join(wanted), 1.0)], 1.0)
    endings = sorted({name.rpartition(".")[2].lower() for name in wanted if "." in name})
    if endings:
        names = ", ".join(f"*.{ending}" for ending in endings)
        step = {"name": "keep-files", "names": names}
        found.add([Atom("attachments", ", ".join(wanted), 1.5, (step,))], 1.5)
    return found.candidates


class _Collected:
    """Candidates without doubles."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.candidates: list[_Candidate] = []
        self._rules: list[dict[str, Any]] = []

    def add(self, pieces: Sequence[Part], cost: float) -> None:
        rule = written(self.target, pieces)
        if rule is None or rule in self._rules or len(self._rules) > 200:
            return
        try:
            model = _RULE.validate_python(rule)
        except ValidationError:
            return
        self._rules.append(rule)
        roots = frozenset(part.root for part in pieces if isinstance(part, Atom))
        self.candidates.append(_Candidate(model, cost, roots, tuple(pieces)))


def _same(target: str, value: Value, wanted: str | Sequence[str]) -> bool:
    """Whether a rule's value is what was wanted; addresses are compared as mailboxes, texts but for blanks at their ends."""
    if target == "attachments":
        names = [wanted] if isinstance(wanted, str) else list(wanted)
        return isinstance(value, tuple) and [one.name for one in value if isinstance(one, Attachment)] == names
    text = wanted if isinstance(wanted, str) else ", ".join(wanted)
    if target in ADDRESS_FIELDS:
        return not is_blank(value) and _addressed(value) == _addressed(text)
    return as_text(value).replace("\r\n", "\n").strip() == text.replace("\r\n", "\n").strip()


def _addressed(value: Value) -> list[tuple[str, str]]:
    return [(one.name, one.address.lower()) for one in mailboxes(value)]


def _checks(
    rule: Rule, wanted: str | Sequence[str], further: Sequence[ExtractedFields], target: str
) -> tuple[Check, ...]:
    found = []
    for position, source in enumerate(further):
        value, code = run_rule(rule, source)
        if code is not None:
            found.append(Check(position, "failed", code=code))
        elif is_blank(value) and target != "attachments":
            found.append(Check(position, "empty", value))
        elif not _alike(target, as_text(value), wanted if isinstance(wanted, str) else ", ".join(wanted)):
            found.append(Check(position, "unlike", value))
        else:
            found.append(Check(position, "good", value))
    return tuple(found)


_KINDS = ((re.compile(r"[0-9][0-9,. /:-]*"), "number"), (re.compile(r"[^@\s]+@[^@\s]+"), "address"))


def _alike(target: str, value: str, wanted: str) -> bool:
    """Whether two texts are of one kind: both a number, an address, one line, or about as long."""
    if target in ADDRESS_FIELDS:
        return "@" in value
    if target == "attachments":
        return True
    for kind, _name in _KINDS:
        if bool(kind.fullmatch(wanted.strip())) and not kind.fullmatch(value.strip()):
            return False
    lines, expected = value.strip().count("\n"), wanted.strip().count("\n")
    return not (expected == 0 and lines > 0) and len(value) <= 20 * max(len(wanted), 10)
