"""Parts of a longer text: how to get at a word that stands within a field, from what stands around it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from mailflow_gui.mapping.by_example.atoms import Atom, Step

_RUNS = re.compile(r"[0-9]+|[A-Z]+|[a-z]+|[A-Za-z]+|\s+|[^\x00-\x7f]+|.", re.DOTALL)
_CLASSES = (
    (re.compile(r"[0-9]+"), "[0-9]+"),
    (re.compile(r"[A-Z]+"), "[A-Z]+"),
    (re.compile(r"[a-z]+"), "[a-z]+"),
    (re.compile(r"\s+"), r"\s+"),
)
_ADDRESS = re.compile(r"[\w.+%-]{1,64}@[\w.-]{1,255}")
_TICKET = re.compile(r"[A-Z]{2,10}-[0-9]{1,9}")
_AMOUNT = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+\.[0-9]+")
TOKEN = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z._%+@:/#,-]*[0-9A-Za-z])?")
"""A word of our kind: an order number, an address, an amount."""


def telling(token: str) -> bool:
    """Whether a word is worth looking for by itself: it has a digit or an @, and isn't one of a kind that stands everywhere."""
    return len(token) >= 3 and ("@" in token or sum(c.isdigit() for c in token) >= 2 or bool(_TICKET.fullmatch(token)))


def common(text: str, wanted: str) -> str:
    """The longest run of signs that stands in both, from one edge of a word to another; empty if there is none worth it."""
    found = SequenceMatcher(None, text, wanted, autojunk=False).find_longest_match()
    run = text[found.a : found.a + found.size].strip()
    return run if len(run) >= 4 and run != text else ""


def shape(text: str) -> str:
    """A pattern for texts of this kind: ``A-123`` is ``[A-Z]+-[0-9]+``."""
    if _ADDRESS.fullmatch(text):
        return r"[\w.+%-]+@[\w.-]+\w"
    if _AMOUNT.fullmatch(text):
        return "[0-9][0-9,.]*[0-9]"
    pieces = []
    for run in _RUNS.findall(text):
        found = next((pattern for kind, pattern in _CLASSES if kind.fullmatch(run)), None)
        pieces.append(found or (".+?" if not run.isascii() else re.escape(run)))
    return "".join(pieces)


def parts(atom: Atom, wanted: str) -> Iterator[Atom]:
    """Ways from a field to ``wanted``, which stands in it; simple ones first. Whether each one really leads there is for the caller."""
    at = atom.value.find(wanted)
    if at < 0 or wanted == atom.value:
        return
    begin = atom.value.rfind("\n", 0, at) + 1
    end = atom.value.find("\n", at)
    line = atom.value[begin : end if end >= 0 else None]
    at -= begin
    left, right = line[:at], line[at + len(wanted) :]
    single = "\n" not in atom.value.strip() and "\n" not in wanted
    for cost, steps in (*(_cuts(left, right) if single else ()), *_patterns(left, wanted, right, single)):
        yield Atom(atom.field, wanted, atom.cost + cost, (*atom.steps, *steps))


def _cuts(left: str, right: str) -> Iterator[tuple[float, tuple[Step, ...]]]:
    """Before and after what stands around it."""
    cuts = ((left, "sub-string-after", _near(left, False)), (right, "sub-string-before", _near(right, True)))
    steps = tuple({"name": name, "match": match} for context, name, match in cuts if context)
    if all(step["match"] for step in steps):
        yield 0.9 * len(steps), steps


def _near(context: str, forward: bool) -> str:
    """The signs next to the place, with the word beyond them where they are only blanks."""
    found = re.match(r"[\W_]{1,4}", context) if forward else re.search(r"[\W_]{1,4}$", context)
    signs = found[0] if found else ""
    if signs.strip():
        return signs
    word = re.match(r"\s{0,3}[^\s\d]{1,12}", context) if forward else re.search(r"[^\s\d]{1,12}\s{0,3}$", context)
    return word[0] if word else signs


def _patterns(left: str, wanted: str, right: str, single: bool) -> Iterator[tuple[float, tuple[Step, ...]]]:
    """A pattern of its kind, alone and behind the words that stand before it."""
    kind = shape(wanted)
    context = re.search(r"[^\s\d]{1,15}\s{0,2}$", left)
    ahead = re.escape(context[0].rstrip()) + r"\s*" if context else ""
    if "\n" in wanted:
        return
    loose = ".+?" in kind
    behind = re.escape(right[:1]) if right.strip() else r"\s*$"
    if ahead:
        tail = behind if loose else ""
        yield 1.5, (_step(f"(?m){ahead}({'.+?' if loose else kind}){tail}"),)
    if not loose:
        edge = r"\b" if wanted[:1].isalnum() and not ahead else ""
        yield 2.0 if single else 2.4, (_step(f"{edge}({kind})"),)
    elif not left:
        yield 2.6, (_step(f"(?m)^(.+?){behind}"),)


def _step(pattern: str) -> Step:
    return {"name": "extract-pattern", "pattern": pattern}
