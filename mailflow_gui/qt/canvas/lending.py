"""What NodeGraphQt asks of other packages, lent to it before it is imported.

It asks for two: ``distutils``, which left the standard library with Python 3.12 and, where setuptools still brings it, costs 0.15 s for one
comparison of versions; and ``Qt`` (Qt.py), which touches every class of every Qt module to even out bindings that aren't in use here,
0.3 s. Both are replaced by the little that is used of them.
"""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from PySide6 import QtCore, QtGui, QtSvg, QtWidgets


class LooseVersion:
    """A version that knows whether it is as new as another."""

    def __init__(self, text: str) -> None:
        self.parts = [int(part) for part in re.findall(r"\d+", text)]

    def __ge__(self, other: LooseVersion) -> bool:
        return self.parts >= other.parts


class _Widgets(ModuleType):
    """QtWidgets as Qt 5 had it: with actions and undo, which live in QtGui now."""

    def __getattr__(self, name: str) -> Any:
        return getattr(QtWidgets, name) if hasattr(QtWidgets, name) else getattr(QtGui, name)


@contextlib.contextmanager
def lent() -> Iterator[None]:
    """Keep the stand-ins where imports find them, and take them back afterwards."""
    version = _module("distutils.version", LooseVersion=LooseVersion)
    header = type("QHeaderView", (), {"setSectionResizeMode": QtWidgets.QHeaderView.setSectionResizeMode})
    compatible = type("QtCompat", (), {"QHeaderView": header})
    widgets = _Widgets("Qt.QtWidgets")
    qt = _module("Qt", QtCore=QtCore, QtGui=QtGui, QtSvg=QtSvg, QtWidgets=widgets, QtCompat=compatible)
    stands = {"distutils": _module("distutils", version=version), version.__name__: version, "Qt": qt}
    before = {name: sys.modules.get(name) for name in stands}
    sys.modules.update(stands)
    try:
        yield
    finally:
        for name, real in before.items():
            if real is None:
                del sys.modules[name]
            else:
                sys.modules[name] = real


def _module(name: str, **contents: object) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(contents)
    return module
