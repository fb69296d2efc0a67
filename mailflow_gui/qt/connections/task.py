"""One piece of work beside the window: it runs in a thread of its own, and what it says arrives in the window's thread.

A thread of Python's and a daemon, not a QThread: a keyring that asks its user, or a look-up of a name, can't be interrupted, and must
neither keep the window open nor the process alive.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from mailflow_gui.errors import MailFlowError

T = TypeVar("T")


class _Mouth(QObject):
    """Carries words from the worker's thread to the one that made it."""

    said = Signal(object)

    def __init__(self, deliver: Callable[[object], None]) -> None:
        super().__init__()
        self._deliver = deliver
        self.said.connect(self._hear, Qt.ConnectionType.QueuedConnection)

    @Slot(object)
    def _hear(self, word: object) -> None:
        self._deliver(word)


class _Done(Generic[T]):
    def __init__(self, result: T) -> None:
        self.result = result


class _Failed:
    def __init__(self, error: BaseException) -> None:
        self.error = error


_under_way: set[object] = set()
"""Tasks whose last word hasn't arrived: an object of Qt's must not go in the worker's thread while a word of its is on its way."""


class Task(Generic[T]):
    """Work under way. Made and used in the window's thread; only :meth:`say` and :attr:`cancelled` are for the work itself."""

    def __init__(
        self,
        work: Callable[[Task[T]], T],
        *,
        on_done: Callable[[T], None],
        on_failed: Callable[[MailFlowError], None],
        on_word: Callable[[object], None] = lambda _word: None,
    ) -> None:
        """Begin ``work``.

        :param on_done: gets its result. :param on_failed: gets a :class:`MailFlowError`; any other exception is a bug and raised in the
            window's thread.
        :param on_word: gets what the work says underway.
        """
        self._on_done, self._on_failed, self._on_word = on_done, on_failed, on_word
        self._abandoned = False
        self._cancelled = threading.Event()
        self._mouth = _Mouth(self._deliver)
        _under_way.add(self)
        threading.Thread(target=self._run, args=(work, self._mouth), name="connections", daemon=True).start()

    @property
    def cancelled(self) -> bool:
        """Whether :meth:`cancel` was called; the work looks now and then."""
        return self._cancelled.is_set()

    @property
    def cancellation(self) -> threading.Event:
        """Set by :meth:`cancel`, for work that waits for it."""
        return self._cancelled

    def say(self, word: object) -> None:
        """For the work: hand ``word`` to the window."""
        self._mouth.said.emit(word)

    def cancel(self) -> None:
        """Ask the work to end; its result still arrives."""
        self._cancelled.set()

    def abandon(self) -> None:
        """Ask the work to end, and hear nothing of it any more."""
        self._abandoned = True
        self._cancelled.set()

    def _run(self, work: Callable[[Task[T]], T], mouth: _Mouth) -> None:
        try:
            last: object = _Done(work(self))
        except BaseException as error:  # noqa: BLE001  # carried to the window's thread
            last = _Failed(error)
        mouth.said.emit(last)

    def _deliver(self, word: object) -> None:
        if isinstance(word, (_Done, _Failed)):
            _under_way.discard(self)
        if self._abandoned:
            return
        if isinstance(word, _Done):
            self._on_done(word.result)
        elif isinstance(word, _Failed):
            if not isinstance(word.error, MailFlowError):
                raise word.error
            self._on_failed(word.error)
        else:
            self._on_word(word)
