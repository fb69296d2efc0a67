"""Patterns that people type, on RE2: no pattern can run for ever, whatever the text (the standard ``re`` can't be stopped)."""

from __future__ import annotations

import operator
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

import re2  # type: ignore[import-untyped,unused-ignore]  # the library has no type hints

from mailflow_gui.mapping import budget
from mailflow_gui.mapping.values import MisfitError, check_size

PATTERN_LIMIT = 2_000
"""Most characters of a pattern."""

_GROUP = re.compile(r"\$(?:([0-9])|\{([^{}]{1,60})\}|\$)")
"""A group in a replacement; ours and linear."""

_SECONDS = 0.6
"""One match is linear in the text; very many matches that each look far ahead are not, so all of one rule have a limit of
processor time (a busy machine changes nothing)."""

_AT_ONCE = 32
"""Matches between two looks at the clock."""


@dataclass(frozen=True)
class Match:
    """One place where a pattern fits."""

    start: int
    end: int
    groups: tuple[str | None, ...]
    """All of it, then each group; None for a group that took no part."""


class Pattern:
    """A compiled pattern; use :func:`compiled`."""

    def __init__(self, text: str, match_case: bool) -> None:
        options = re2.Options()
        options.log_errors = False
        options.case_sensitive = match_case
        try:
            self._pattern: Any = re2.compile(text, options)
        except (re2.error, UnicodeError) as error:
            raise MisfitError("mapping-bad-pattern", pattern=text[:60], reason=_reason(error)) from error
        self.groups: int = self._pattern.groups
        self.names: dict[str, int] = dict(sorted(self._pattern.groupindex.items(), key=operator.itemgetter(1)))

    def group_number(self, group: str) -> int:
        """The number of a group given by number or name; 0 is the whole match.

        :raises MappingError: there is no such group.
        """
        number = int(group) if group.isascii() and group.isdigit() and len(group) < 4 else self.names.get(group, -1)
        if not 0 <= number <= self.groups:
            raise MisfitError("mapping-no-such-group", group=group[:60])
        return number

    def found(self, text: str) -> bool:
        """Whether the pattern fits anywhere in ``text``."""
        budget.charge(budget.CALL + len(text))
        return self._pattern.search(encodable(text)) is not None

    def matches(self, text: str) -> Iterator[Match]:
        """Each place in ``text``, from the left, without overlaps.

        :raises MappingError: all together take too long.
        """
        text = encodable(text)
        budget.charge(budget.CALL + len(text))
        found = self._pattern.finditer(text)
        while True:
            began = time.thread_time()
            some = list(islice(found, _AT_ONCE))
            budget.charge_seconds(time.thread_time() - began, _SECONDS)
            for match in some:
                start, end = match.span()
                yield Match(start, end, (match.group(), *match.groups()))
            if len(some) < _AT_ONCE:
                return


@lru_cache(maxsize=256)
def compiled(text: str, match_case: bool = True) -> Pattern:
    """The pattern written as ``text`` (RE2's syntax).

    :raises MappingError: it is no pattern, or too long.
    """
    if len(text) > PATTERN_LIMIT:
        raise MisfitError("mapping-bad-pattern", pattern=text[:60], reason=f"> {PATTERN_LIMIT}")
    return Pattern(text, match_case)


def literal(text: str, match_case: bool = True) -> Pattern:
    """A pattern that fits ``text`` as it stands."""
    return compiled(re2.escape(encodable(text)), match_case)


def glob(text: str) -> Pattern:
    """A pattern for whole file names: ``*`` any characters, ``?`` one; upper and lower case are alike."""
    parts = {"*": "(?s:.*)", "?": "(?s:.)"}
    return compiled("^" + "".join(parts.get(c) or re2.escape(encodable(c)) for c in text) + r"\z", False)


def replaced(text: str, pattern: Pattern, replacement: str, *, expand: bool, first: bool = False) -> str:
    """``text`` with each place (or the first) replaced; ``expand`` puts groups in for ``$1`` and ``${name}`` (``$$`` is a dollar).

    :raises MappingError: the result is too large, or a group doesn't exist.
    """
    text = encodable(text)
    parts = expansion(pattern, replacement) if expand else (replacement,)
    pieces: list[str] = []
    size = end = 0
    for match in pattern.matches(text):
        new = [part if isinstance(part, str) else match.groups[part] or "" for part in parts]
        size += match.start - end + sum(map(len, new))
        check_size(size)
        pieces += (text[end : match.start], *new)
        end = match.end
        if first:
            break
    return "".join([*pieces, text[end:]])


def expansion(pattern: Pattern, replacement: str) -> tuple[str | int, ...]:
    """``replacement`` as texts and group numbers: ``$1``, ``${name}``, and ``$$`` for a dollar; a dollar before anything else stays.

    :raises MappingError: the pattern has no such group.
    """
    parts: list[str | int] = []
    end = 0
    for match in _GROUP.finditer(replacement):
        parts.append(replacement[end : match.start()])
        group = match[1] or match[2]
        parts.append(pattern.group_number(group) if group else "$")
        end = match.end()
    return (*parts, replacement[end:])


def encodable(text: str) -> str:
    """``text`` without lone surrogates, which UTF-8, and so RE2, can't hold; each becomes a question mark."""
    return text if text.isascii() or not _has_surrogate(text) else text.encode("utf-8", "replace").decode("utf-8")


def _has_surrogate(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def _reason(error: Exception) -> str:
    words = error.args[0] if error.args else ""
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
