"""Where two texts differ: each as runs that are the same, or went, or came. Quick whatever the texts are: long ones are marked coarsely."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from mailflow_gui.qt.mapper.values import Run

_WORDS = re.compile(r"[A-Za-z0-9\u00c0-\u024f_]+|\n|[^\S\n]+|.", re.DOTALL)
"""Words of Latin letters whole, other scripts by the character."""
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
_MOST_WORDS = 400
_ALIKE = 0.3
"""Less than that in common, and a stretch counts as replaced as a whole: single letters that agree by chance say nothing."""

Runs = tuple[Run, ...]


def marked(before: str, after: str) -> tuple[Runs, Runs]:
    """Both texts, with what went marked in the first one and what came in the second."""
    gone: list[Run] = []
    come: list[Run] = []
    for old, new, alike in _stretches(before, after):
        if alike:
            _add(gone, old, "same")
            _add(come, new, "same")
        else:
            _add(gone, old, "removed")
            _add(come, new, "added")
    return tuple(gone), tuple(come)


def _stretches(before: str, after: str) -> Iterator[tuple[str, str, bool]]:
    """Line by line first, then word by word where lines were replaced."""
    for old, new, alike in _framed(_LINES.findall(before), _LINES.findall(after)):
        if alike:
            yield "".join(old), "".join(new), True
            continue
        # Many lines that are often repeated say little and cost much: the matcher leaves them aside.
        for tag, first, last, other, end in SequenceMatcher(None, old, new).get_opcodes():
            gone, come = "".join(old[first:last]), "".join(new[other:end])
            if tag == "replace":
                yield from _finer(gone, come)
            else:
                yield gone, come, tag == "equal"


def _finer(before: str, after: str) -> Iterator[tuple[str, str, bool]]:
    for old, new, alike in _framed(_WORDS.findall(before), _WORDS.findall(after)):
        if alike:
            yield "".join(old), "".join(new), True
        else:
            yield from _inner(old, new)


def _framed(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[Sequence[str], Sequence[str], bool]]:
    """What both begin with alike, what lies between, what both end with alike."""
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    yield old[:head], new[:head], True
    yield old[head : len(old) - tail], new[head : len(new) - tail], False
    yield old[len(old) - tail :], new[len(new) - tail :], True


def _inner(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str, bool]]:
    whole = ("".join(old), "".join(new), False)
    if not old or not new or max(len(old), len(new)) > _MOST_WORDS:
        yield whole
        return
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < _ALIKE:
        yield whole
        return
    for tag, first, last, other, end in matcher.get_opcodes():
        yield "".join(old[first:last]), "".join(new[other:end]), tag == "equal"


def _common(first: Sequence[str], second: Sequence[str]) -> int:
    count = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        count += 1
    return count


def _add(runs: list[Run], text: str, look: str) -> None:
    if text and runs and runs[-1].look == look:
        runs[-1] = Run(runs[-1].text + text, look)
    elif text:
        runs.append(Run(text, look))
