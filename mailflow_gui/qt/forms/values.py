"""Changing plain settings: what nobody touched stays as it stands in the file, unknown keys and the order of keys included."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final


class _Missing:
    """The value of a key that is absent."""

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False

    def __copy__(self) -> _Missing:
        return self

    def __deepcopy__(self, _memo: object) -> _Missing:
        return self


MISSING: Final = _Missing()


class Finding(str):
    """What is wrong somewhere, as a sentence; a warning keeps nothing from running."""

    is_warning = False

    @classmethod
    def warning(cls, text: str) -> Finding:
        """A sentence that only warns."""
        found = cls(text)
        found.is_warning = True
        return found


def faulty(problems: Mapping[str, str]) -> bool:
    """Whether there is more than warnings."""
    return any(not (isinstance(text, Finding) and text.is_warning) for text in problems.values())


def merged(
    whole: Mapping[str, Any],
    key: str,
    value: Any,
    *,
    default: Any = MISSING,
    kept: Collection[str] = (),
    order: Sequence[str] = (),
) -> dict[str, Any]:
    """``whole`` with ``key`` set to ``value``.

    A value that is the default (or MISSING) isn't written, unless the key is in ``kept``: it stood in the file, and somebody may have
    meant it. A new key goes before the first of its later neighbours in ``order``; nothing else moves.
    """
    if value is MISSING or (value == default and type(value) is type(default) and key not in kept):
        return {name: entry for name, entry in whole.items() if name != key}
    if key in whole:
        return {name: (value if name == key else entry) for name, entry in whole.items()}
    later = set(order[order.index(key) + 1 :]) if key in order else set()
    found: dict[str, Any] = {}
    for name, entry in whole.items():
        if name in later and key not in found:
            found[key] = value
        found[name] = entry
    found.setdefault(key, value)
    return found


def below(problems: Mapping[str, str], key: str) -> dict[str, str]:
    """The problems of one key, by their path below it; its own have the path ``""``."""
    prefix = f"{key}."
    return {
        "" if path == key else path.removeprefix(prefix): text
        for path, text in problems.items()
        if path == key or path.startswith(prefix)
    }
