"""What becomes of a function that was given to the journal: a future of few parts, for there are some for every mail."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")


class Written(Generic[T]):
    """Done when the function's group is on the disk, or has failed. Any thread may wait for it; only the writer ends it. Who waits goes on
    before callbacks are called, or while they are.

    No lock of its own: each side first does its part and then looks at the other's, so one of the two always sees both.
    """

    __slots__ = ("_callbacks", "_done", "_error", "_result", "_waiting")

    def __init__(self) -> None:
        self._done = False
        self._result: T | None = None
        self._error: BaseException | None = None
        self._waiting: deque[threading.Lock] = deque()
        self._callbacks: deque[Callable[[Written[T]], None]] = deque()

    def done(self) -> bool:
        """Whether it is on the disk, or has failed."""
        return self._done

    def result(self, timeout: float | None = None) -> T:
        """Wait, then return what the function returned.

        :param timeout: seconds; None: for as long as it takes.
        :raises TimeoutError: it wasn't done in that time.
        :raises Exception: why it isn't in the journal.
        """
        self._wait(timeout)
        if self._error is not None:
            raise self._error
        return self._result  # type: ignore[return-value]  # set by complete(), with the function's own result

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """Wait, then return why it isn't in the journal; None: it is.

        :raises TimeoutError: it wasn't done in that time.
        """
        self._wait(timeout)
        return self._error

    def add_done_callback(self, callback: Callable[[Written[T]], None]) -> None:
        """Call ``callback`` with this once it is done: in the writer's thread, or at once if it is done already."""
        self._callbacks.append(callback)
        if self._done:
            self.tell()

    def complete(self, result: T) -> None:
        """For the writer: it is on the disk. :meth:`tell` follows."""
        self._result = result
        self._end()

    def fail(self, error: BaseException) -> None:
        """For the writer: it is not. :meth:`tell` follows."""
        self._error = error
        self._end()

    def end_as(self, other: Written[T]) -> None:
        """For a callback of ``other``, which is done: whoever waits for this waits for what the callback does, too."""
        self._result, self._error = other._result, other._error
        self._end()
        self.tell()

    def tell(self) -> None:
        """Make the calls that are still to be made; what a callback raises is logged and stops nobody."""
        while self._callbacks:
            with contextlib.suppress(IndexError):  # another thread has just taken the last one
                callback = self._callbacks.popleft()
                try:
                    callback(self)
                except Exception:
                    log.exception("a callback of the journal raised")

    def _end(self) -> None:
        self._done = True
        while self._waiting:
            with contextlib.suppress(IndexError):  # as above
                self._waiting.popleft().release()

    def _wait(self, timeout: float | None) -> None:
        if self._done:
            return
        lock = threading.Lock()
        lock.acquire()  # a signal, no critical section: the writer releases it
        self._waiting.append(lock)
        if self.done():  # meanwhile
            return
        if not lock.acquire(timeout=-1 if timeout is None else timeout):
            raise TimeoutError
