"""Candidates: rules that may give what is wanted, each with how simple it is."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from mailflow_gui.mapping.by_example.atoms import Atom
from mailflow_gui.mapping.by_example.checking import same
from mailflow_gui.mapping.by_example.covering import cover
from mailflow_gui.mapping.by_example.parts import TOKEN, common, parts, telling
from mailflow_gui.mapping.by_example.running import read, run_steps_on
from mailflow_gui.mapping.by_example.writing import Part, written
from mailflow_gui.mapping.extraction import ExtractedFields
from mailflow_gui.mapping.fields import ADDRESS_FIELDS
from mailflow_gui.mapping.rules import Rule
from mailflow_gui.mapping.values import as_text

_RULE: TypeAdapter[Rule] = TypeAdapter(Rule)


@dataclass(frozen=True)
class Candidate:
    """A rule, and how simple it is: the less, the simpler."""

    rule: Rule
    cost: float
    roots: frozenset[str]
    """What it reads; nothing: a text that is always the same."""
    parts: tuple[Part, ...] = ()

    @property
    def fields(self) -> list[str]:
        """The fields that it reads."""
        return [part.field for part in self.parts if isinstance(part, Atom)]


def texts(
    target: str, wanted: str, source: ExtractedFields, atoms: list[Atom], further: Sequence[ExtractedFields]
) -> list[Candidate]:
    """Candidates for a text, from the simplest."""
    found = Collected(target)
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
    covering = cover(wanted, [one for one in worthy if not stands_still(one, further)], escaped)
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


def files(wanted: tuple[str, ...], source: ExtractedFields) -> list[Candidate]:
    """All files, or those of some kinds."""
    found = Collected("attachments")
    found.add([Atom("attachments", ", ".join(wanted), 1.0)], 1.0)
    endings = sorted({name.rpartition(".")[2].lower() for name in wanted if "." in name})
    if endings:
        names = ", ".join(f"*.{ending}" for ending in endings)
        step = {"name": "keep-files", "names": names}
        found.add([Atom("attachments", ", ".join(wanted), 1.5, (step,))], 1.5)
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


def stands_still(atom: Atom, further: Sequence[ExtractedFields]) -> bool:
    """Whether an atom gives the same for every further mail."""
    if atom.field == "attachments" or not further:
        return False
    return all(read(source, atom.field, atom.steps) == atom.value for source in further)


def _mailboxes(target: str, wanted: str, source: ExtractedFields, found: Collected) -> None:
    """Address fields as a whole."""
    for name, cost in (("from", 1.0), ("reply_to", 1.2), ("to", 1.3), ("cc", 1.4)):
        if same(target, source.get(name), wanted):
            found.add([Atom(name, as_text(source.get(name)), cost)], cost)


class Collected:
    """Candidates without doubles."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.candidates: list[Candidate] = []
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
        self.candidates.append(Candidate(model, cost, roots, tuple(pieces)))
