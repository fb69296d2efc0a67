"""What a rule does with a mail, held against what was wanted of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mailflow_gui.mail.message import Attachment
from mailflow_gui.mapping.by_example.atoms import Atom
from mailflow_gui.mapping.by_example.running import read, run_rule
from mailflow_gui.mapping.by_example.writing import Part
from mailflow_gui.mapping.extraction import ExtractedFields
from mailflow_gui.mapping.fields import ADDRESS_FIELDS
from mailflow_gui.mapping.rules import Rule
from mailflow_gui.mapping.transformations.addresses import mailboxes
from mailflow_gui.mapping.values import Value, as_text, is_blank

_KINDS = ((re.compile(r"[0-9][0-9,. /:-]*"), "number"), (re.compile(r"[^@\s]+@[^@\s]+"), "address"))


@dataclass(frozen=True)
class Check:
    """What a proposed rule does with a further mail."""

    position: int
    """Which of the further mails."""
    outcome: Literal["good", "failed", "empty", "unlike"]
    """Unlike: it gives something of another kind than the example's, or a part of it is missing."""
    value: Value = None
    code: str | None = None
    why: str = ""
    """Why it failed, as a sentence."""


def same(target: str, value: Value, wanted: str | Sequence[str]) -> bool:
    """Whether a rule's value is what was wanted; addresses are compared as mailboxes, texts but for blanks at their ends."""
    if target == "attachments":
        names = [wanted] if isinstance(wanted, str) else list(wanted)
        return isinstance(value, tuple) and [one.name for one in value if isinstance(one, Attachment)] == names
    text = wanted if isinstance(wanted, str) else ", ".join(wanted)
    if target in ADDRESS_FIELDS:
        given = _addressed(value)
        return bool(given) and all("@" in address for _name, address in given) and given == _addressed(text)
    return as_text(value).replace("\r\n", "\n").strip() == text.replace("\r\n", "\n").strip()


def _addressed(value: Value) -> list[tuple[str, str]]:
    return [(one.name, one.address.lower()) for one in mailboxes(value)]


def checks_of(
    rule: Rule, parts: Sequence[Part], wanted: str | Sequence[str], further: Sequence[ExtractedFields], target: str
) -> tuple[Check, ...]:
    """What a rule, made of these parts, does with each of the further mails."""
    found = []
    for position, source in enumerate(further):
        value, error = run_rule(rule, source)
        if error is not None:
            found.append(Check(position, "failed", code=error.code, why=str(error)))
        elif is_blank(value) and target != "attachments":
            found.append(Check(position, "empty", value))
        elif _lacking(parts, source) or not _alike(
            target, as_text(value), wanted if isinstance(wanted, str) else ", ".join(wanted)
        ):
            found.append(Check(position, "unlike", value))
        else:
            found.append(Check(position, "good", value))
    return tuple(found)


def _lacking(parts: Sequence[Part], source: ExtractedFields) -> bool:
    """Whether something is put between typed texts that this mail hasn't got."""
    atoms = [part for part in parts if isinstance(part, Atom)]
    return len(parts) > 1 and any(not read(source, atom.field, atom.steps).strip() for atom in atoms)


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
