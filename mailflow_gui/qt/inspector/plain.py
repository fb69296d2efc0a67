"""Strangers' words made fit to be drawn: one line, nothing invisible that changes how the rest reads."""

from __future__ import annotations

import re
import unicodedata

_DIRECTION = "\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069"
_ONE_LINE = re.compile(f"[\\x00-\\x1f\\x7f-\\x9f\u2028\u2029{_DIRECTION}\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]+")
_LINES = re.compile(f"[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f{_DIRECTION}\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]+")
_LONG_WORD = re.compile(r"\S{201,}")
_MARKS = re.compile(
    r"((?:[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]){4})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)


def one_line(text: str, limit: int = 1000) -> str:
    """``text`` on one line: line breaks and controls become spaces, direction marks go, towers of accents are cut."""
    cut = text[: limit + 1]
    found = _MARKS.sub(r"\1", _ONE_LINE.sub(lambda match: " " if any(map(_breaks, match[0])) else "", cut)).strip()
    return found if len(found) <= limit else found[:limit] + "…"


def lines(text: str) -> str:
    """``text`` with its lines and tabs, but no other controls and no direction marks."""
    return _LINES.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def breakable(text: str) -> str:
    """``text`` with places where words of more than 200 characters may be broken: Qt's line breaking is quadratic in them."""
    return _LONG_WORD.sub(lambda match: "\u200b".join(_pieces(match[0], 80)), text)


def short_lines(text: str, longest: int = 2000) -> str:
    """``text`` with lines of that many characters at most (RFC 5322 2.1.1 allows 998): Qt lays each line out as a whole."""
    return re.sub(rf"[^\n]{{{longest + 1},}}", lambda match: "\n".join(_pieces(match[0], longest)), text)


def _pieces(text: str, length: int) -> list[str]:
    return [text[start : start + length] for start in range(0, len(text), length)]


def _breaks(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Zl", "Zp"}
