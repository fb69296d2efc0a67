"""The window. Only this package imports Qt, and everything below it works without."""

from __future__ import annotations

import builtins

import PySide6.QtCore  # noqa: F401 - what it does to imports is undone below

from mailflow_gui.qt import overrides


def _import_plainly() -> None:
    """Python's own ``import`` again, in the place of the one that PySide6 puts there.

    PySide6 watches every import for ``from __feature__ import …`` (snake_case names for Qt's methods), which nothing here uses, and
    therefore reads and keeps the source of each module that is imported later: a tenth of the window's start.
    """
    original = getattr(builtins, "__orig_import__", None)
    if original is not None and builtins.__import__ is getattr(builtins, "__feature_import__", None):
        builtins.__import__ = original


_import_plainly()
overrides.guard_all()
