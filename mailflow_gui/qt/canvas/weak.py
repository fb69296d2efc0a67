"""References that don't keep the canvas alive.

A canvas and its helpers would else form a circle that only Python's garbage collector opens, in an order that Qt's objects don't survive.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, cast

from PySide6.QtCore import QObject
from shiboken6 import Shiboken

if TYPE_CHECKING:
    from mailflow_gui.qt.canvas.canvas import Canvas

P = ParamSpec("P")


def proxy(canvas: Canvas) -> Canvas:
    """The canvas, for as long as somebody else keeps it."""
    return cast("Canvas", weakref.proxy(canvas))


def weakly(method: Callable[P, None]) -> Callable[P, None]:
    """A bound method of a Qt object, called only while that object lives."""
    reference = weakref.WeakMethod(method)
    owner: weakref.ref[QObject] = weakref.ref(getattr(method, "__self__"))  # noqa: B009 (Callable doesn't say that it has one)

    def called(*arguments: P.args, **named: P.kwargs) -> None:
        alive = reference()
        if alive is not None and Shiboken.isValid(owner()):  # type: ignore[no-untyped-call]  # shiboken has no types
            alive(*arguments, **named)

    return called
