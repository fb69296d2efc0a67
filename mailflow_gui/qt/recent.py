"""The flow files opened lately, newest first."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings

_KEY = "recent"
_MOST = 10


def files(settings: QSettings) -> list[Path]:
    """Those that are still there."""
    found = settings.value(_KEY, [])
    names = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    return [path for name in names if (path := Path(str(name))).is_file()]


def add(settings: QSettings, path: Path) -> None:
    """``path`` was opened or saved."""
    ordered = [path.absolute(), *(other for other in files(settings) if other != path.absolute())]
    settings.setValue(_KEY, [str(one) for one in ordered[:_MOST]])


def clear(settings: QSettings) -> None:
    """Forget them all."""
    settings.remove(_KEY)
