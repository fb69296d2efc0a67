"""Which field a change of settings was typed into: successive ones in the same field are one step for undo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Path = tuple[str | int, ...]
_MISSING = object()


def typed_field(before: Mapping[str, Any], after: Mapping[str, Any]) -> Path | None:
    """The one text or number that differs, as a path of keys and indexes; None for any other change."""
    found = list(_differences(before, after, ()))
    if len(found) != 1:
        return None
    path, old, new = found[0]
    return path if _typed(old) and _typed(new) else None


def _differences(before: Any, after: Any, path: Path) -> Iterator[tuple[Path, Any, Any]]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in dict.fromkeys((*before, *after)):
            yield from _differences(before.get(key, _MISSING), after.get(key, _MISSING), (*path, key))
    elif isinstance(before, list | tuple) and isinstance(after, list | tuple) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _differences(old, new, (*path, index))
    elif type(before) is not type(after) or before != after:
        yield path, before, after


def _typed(value: Any) -> bool:
    return value is _MISSING or (isinstance(value, str | int | float) and not isinstance(value, bool))
