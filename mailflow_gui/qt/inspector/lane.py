"""Lanes: threads that work for the window, one piece of work after the other, and hand the results to its thread."""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

log = logging.getLogger(__name__)

T = TypeVar("T")


class Lane(QObject):
    """One thread. Close it before its owner goes."""

    _done = Signal(object, object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue: queue.SimpleQueue[tuple[Callable[[], Any], Callable[[Any], None]] | None] = queue.SimpleQueue()
        self._closed = False
        self._at_end: Callable[[], None] = lambda: None
        self._done.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def do(self, work: Callable[[], T], then: Callable[[T | Exception], None]) -> None:
        """Run ``work`` in the lane; ``then`` hears of its result, or of what it raised, in the window's thread."""
        if not self._closed:
            self._queue.put((work, then))

    def at_end(self, function: Callable[[], None]) -> None:
        """What the thread does last: closing what it alone may close."""
        self._at_end = function

    def close(self) -> None:
        """Finish the piece in hand, drop the rest, and wait for the thread to end. Nothing more is delivered."""
        if not self._closed:
            self._closed = True
            self._queue.put(None)
            self._thread.join()

    def _run(self) -> None:
        while (entry := self._queue.get()) is not None:
            if self._closed:
                continue
            work, then = entry
            try:
                result: Any = work()
            except Exception as error:  # noqa: BLE001 - whoever asked is told
                result = error
            with contextlib.suppress(RuntimeError):  # Qt's side of this object is gone: nobody waits any more
                self._done.emit(then, result)
        self._at_end()

    def _deliver(self, then: object, result: object) -> None:
        if callable(then) and not self._closed:
            then(result)
