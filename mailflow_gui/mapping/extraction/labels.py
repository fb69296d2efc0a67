"""Lines that say what they are: ``Order: 4711``, ``氏名：山田``, ``【氏名】山田``, ``■ 氏名`` with the value below. Linear in the text."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from mailflow_gui.mapping.budget import charge
from mailflow_gui.mapping.extraction.keys import KEYS_LIMIT, Found, add, key, same
from mailflow_gui.mapping.values import check_size

LABEL_LIMIT = 40
"""Most characters of a label; a longer line's beginning is a sentence."""

_BULLETS = "■□◆◇●○◎▼▽▲△★☆・*＊※▪•>＞"
_MARKERS = "■□◆◇●○◎▼▽▲△★☆"
"""Bullets that make a line a label even without a colon."""
_BRACKETS = {"【": "】", "［": "］", "[": "]", "〔": "〕", "《": "》", "＜": "＞", "「": "」"}
_SENTENCE = frozenset("。、,，．！？!?;；()（）\"'“”")
"""What stands in sentences and not in labels; brackets behind a label (必須) are taken off before."""
_DIVIDERS = frozenset("-=_*~‐―─━＝＊＿＋+#・.…－ー◆■□◇")


@dataclass(frozen=True)
class _Line:
    label: str
    """Empty: no label."""
    value: str
    marked: bool = False
    """Whether a bracket or a bullet says that it is one."""


def labelled(text: str, wanted: Collection[str] = ()) -> Found:
    """The values that stand behind labels, by key; ``wanted`` ones alone, where some are given.

    A value goes on over indented lines below it; one that begins below its label goes on to the next label or dividing line.

    :raises MappingError: the text is far too large.
    """
    known = {same(label): label for label in wanted}
    found: Found = {}
    for label, value in _pairs(text, known):
        spelt = known.get(same(label)) if known else label
        if spelt:
            add(found, spelt, value)
    return found


def labels_in(text: str) -> tuple[tuple[str, str], ...]:
    """Every label of a text as it is spelt there, each once, with its value: what a person may choose from.

    :raises MappingError: the text is far too large.
    """
    found: dict[str, tuple[str, str]] = {}
    for label, value in _pairs(text, {}):
        if key(label) and len(found) < KEYS_LIMIT:
            found.setdefault(same(label), (" ".join(label.split()) if label.isascii() else label.strip(), value))
    return tuple(found.values())


def _pairs(text: str, known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Labels and values in their order, another label's value too where some are asked for."""
    check_size(len(text))
    charge(5 * len(text) + 300 * text.count("\n"))
    label, open_ended = "", False
    lines: list[str] = []
    for line in text.splitlines():
        read = _read(line, known)
        if read.label or _divides(line):
            if label:
                yield label, "\n".join(lines).strip()
            label, lines, open_ended = read.label, [read.value] if read.value else [], not read.value
        elif label and (open_ended or (line[:1].isspace() and line.strip())):
            lines.append(line.strip() if lines or line.strip() else "")
        elif label:
            yield label, "\n".join(lines).strip()
            label, lines = "", []
    if label:
        yield label, "\n".join(lines).strip()


def _read(line: str, known: Collection[str]) -> _Line:
    """The label and the rest of a line; of ``known`` labels alone, where some are given, but for marked ones, which end a value too."""
    text = line.strip()
    if not text:
        return _Line("", "")
    bare = text.lstrip(_BULLETS + " \t\u3000") if text[0] in _BULLETS else text
    marked = text[0] in _MARKERS
    if bare[:1] in _BRACKETS:
        end = bare.find(_BRACKETS[bare[0]], 1, LABEL_LIMIT + 2)
        if end > 1:
            value = bare[end + 1 :].lstrip(" \t\u3000:：")
            return _Line(bare[1:end], value, True) if _fits(bare[1:end], known, True) else _Line("", "")
    at = min((place for sign in ":：" if (place := bare.find(sign, 0, LABEL_LIMIT + 20)) > 0), default=-1)
    if at > 0:
        label = _unbracketed(bare[:at])
        value = bare[at + 1 :].strip()
        if not value.startswith("//") and not _is_time(bare, at) and _fits(label, known, marked):
            return _Line(label, value, marked)
    elif marked and _fits(_unbracketed(bare), known, True):
        return _Line(_unbracketed(bare), "", True)
    return _Line("", "")


def _fits(label: str, known: Collection[str], marked: bool) -> bool:
    label = label.strip()
    if not label or len(label) > LABEL_LIMIT:
        return False
    if known and same(label) in known:
        return True
    if known and not marked:
        return False
    return _SENTENCE.isdisjoint(label) and bool(key(label)) and (len(label.split()) <= 4 or marked)


def _unbracketed(label: str) -> str:
    """``氏名 (必須)`` without what stands in brackets behind it."""
    label = label.strip()
    for opening, closing in ("()", "（）", "[]", "［］", "【】"):
        if label.endswith(closing) and label.rfind(opening) > 0:
            label = label[: label.rfind(opening)].strip()
    return label


def _is_time(line: str, at: int) -> bool:
    """Whether the colon stands within a time such as 10:30."""
    return line[at - 1].isdigit() and line[at + 1 : at + 2].isdigit() and not line[at + 1 : at + 2].isspace()


def _divides(line: str) -> bool:
    text = unicodedata.normalize("NFKC", line.strip()[:200])
    return len(text) >= 3 and set(text) <= _DIVIDERS
