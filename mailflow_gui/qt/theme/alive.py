"""Whether Qt still has the object behind a Python wrapper: Qt deletes children with their parents, and wrappers stay."""

from __future__ import annotations

from PySide6.QtCore import QObject
from shiboken6 import isValid


def alive(thing: QObject) -> bool:
    """May this object still be called?"""
    return bool(isValid(thing))  # type: ignore[no-untyped-call]  # comes without annotations
