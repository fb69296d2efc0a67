"""Python's search for garbage, kept to the window's thread.

The interpreter looks for unreachable cycles in whatever thread happens to allocate. A worker's thread would so destroy widgets, models and
timers that belong to the window's thread, while that one still delivers their events: now and then the program would crash, far from the
cause. With a :class:`Collecting`, only the window's thread looks, from its event loop.
"""

from __future__ import annotations

import gc
import time

from PySide6.QtCore import QObject, QTimer

_MILLISECONDS = 200
_WHOLE_EVERY = 60.0
"""Seconds between searches through everything at least: each stops the window for some hundredths of a second."""


class Collecting(QObject):
    """Searches in this thread, in the interpreter's own measure, from its making until :meth:`stop`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._whole = time.monotonic()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(_MILLISECONDS)

    def look(self) -> None:
        """Search the oldest generation that has grown beyond its threshold, and those younger than it."""
        young, middle, old = (
            count > limit > 0 for count, limit in zip(gc.get_count(), gc.get_threshold(), strict=True)
        )
        if old and time.monotonic() - self._whole >= _WHOLE_EVERY:
            self._whole = time.monotonic()
            gc.collect(2)
        elif young or middle:
            gc.collect(1 if middle else 0)

    def stop(self) -> None:
        """Leave the search to the interpreter again."""
        self._timer.stop()
        gc.enable()
