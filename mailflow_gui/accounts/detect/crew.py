"""A few threads that ask questions, the most important first, and can be stopped in the middle of an answer.

They are daemons: a name look-up can't be interrupted, and nobody should have to wait for one that hangs.
"""

from __future__ import annotations

import contextlib
import itertools
import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from mailflow_gui.mail.wire import Wire

T = TypeVar("T")

_Task = tuple[float, int, Callable[[], None], "Future[Any]"]


class Crew:
    """At most ``size`` threads. Safe to use from several threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._tasks: queue.PriorityQueue[_Task] = queue.PriorityQueue()
        self._numbers = itertools.count()
        self._threads = 0
        self._lock = threading.Lock()
        self._wires: set[Wire] = set()
        self._stopped = False

    def give(self, rank: float, task: Callable[[], T]) -> Future[T]:
        """Have a task done; the lowest rank first, and in the order given within one rank."""
        future: Future[T] = Future()

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(task())
            except BaseException as error:  # noqa: BLE001  # carried to whoever asks for the result
                future.set_exception(error)

        with self._lock:
            if self._stopped:
                future.cancel()
                return future
            self._tasks.put((rank, next(self._numbers), work, future))
            if self._threads < self._size:
                self._threads += 1
                threading.Thread(target=self._work, name="detect", daemon=True).start()
        return future

    @contextlib.contextmanager
    def watching(self, wire: Wire) -> Iterator[None]:
        """Around a dialogue: :meth:`stop` cuts its wire, and the end closes it.

        :raises CancelledError: already stopped.
        """
        with self._lock:
            stopped = self._stopped
            self._wires.add(wire)
        try:
            if stopped:
                raise CancelledError
            yield
        finally:
            with self._lock:
                self._wires.discard(wire)
            wire.close()

    def stop(self) -> None:
        """Begin nothing more and cut every wire; whoever waits for a task that never began gets ``CancelledError``."""
        with self._lock:
            self._stopped = True
            for wire in self._wires:
                wire.abort()
            with contextlib.suppress(queue.Empty):
                while True:
                    self._tasks.get_nowait()[3].cancel()
            for _ in range(self._threads):
                self._tasks.put((-1.0, next(self._numbers), _nothing, Future()))

    def _work(self) -> None:
        while not self._stopped:
            _rank, _number, task, _future = self._tasks.get()
            task()


def _nothing() -> None:
    """What wakes a thread so that it sees the end."""
