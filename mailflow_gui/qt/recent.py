"""The flow files opened lately, newest first."""

from __future__ import annotations

from pathlib import Path

from mailflow_gui.qt.theme import window_file

_KEY = "recent"
_MOST = 10


def files() -> list[Path]:
    """Those that are still there."""
    names = window_file.read().get(_KEY)
    return [path for name in (names if isinstance(names, list) else []) if (path := Path(str(name))).is_file()]


def add(path: Path) -> None:
    """``path`` was opened or saved."""
    ordered = [path.absolute(), *(other for other in files() if other != path.absolute())]
    window_file.remember(_KEY, [str(one) for one in ordered[:_MOST]])


def clear() -> None:
    """Forget them all."""
    window_file.remember(_KEY, [])
