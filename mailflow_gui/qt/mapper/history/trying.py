"""Drives the work from the window's thread: each portion is asked for once the last one has been shown, so the window stays in charge."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from mailflow_gui.flow.node_type import AnyNodeType
from mailflow_gui.journal.reader import Reader
from mailflow_gui.paths import Home
from mailflow_gui.qt.inspector.lane import Lane
from mailflow_gui.qt.mapper.history.work import Begun, Portion, Wanted, Work

_PAUSE = 15
"""Milliseconds between two portions: what a person does meanwhile comes first."""


class Trying(QObject):
    """One trial at a time; starting another one ends the first."""

    begun = Signal(object)
    """A :class:`Begun`."""
    found = Signal(object)
    """A :class:`Portion`; the last one is finished."""
    failed = Signal(str)
    """It can't go on: why, as a sentence."""

    def __init__(self, home: Home, types: Sequence[AnyNodeType], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._types = types
        self._reader = Reader(home)
        self._lane = Lane("mapper-history", self)
        self._lane.at_end(self._reader.close)
        self._work: Work | None = None

    @property
    def busy(self) -> bool:
        """Whether more is to come."""
        return self._work is not None

    def start(self, wanted: Wanted) -> None:
        """Begin anew."""
        self.cancel()
        work = self._work = Work(self._reader, self._types, wanted)
        self._lane.do(work.begin, lambda result: self._begun(work, result))

    def cancel(self) -> None:
        """End; what was found stays found, and nothing more is told."""
        if self._work is not None:
            self._work.cancel()
            self._work = None

    def close(self) -> None:
        """End the thread."""
        self.cancel()
        self._lane.close()

    def _begun(self, work: Work, result: Begun | Exception) -> None:
        if work is not self._work:
            return
        if isinstance(result, Exception):
            self._fail(result)
            return
        if not result.total:
            self._work = None
        self.begun.emit(result)
        if result.total:
            self._ask(work)

    def _ask(self, work: Work) -> None:
        self._lane.do(work.more, lambda result: self._take(work, result))

    def _take(self, work: Work, result: Portion | Exception) -> None:
        if work is not self._work:
            return
        if isinstance(result, Exception):
            self._fail(result)
            return
        if result.finished:
            self._work = None
        self.found.emit(result)
        if not result.finished and work is self._work:
            QTimer.singleShot(_PAUSE, self, lambda: self._ask(work))

    def _fail(self, error: Exception) -> None:
        self._work = None
        self.failed.emit(str(error))
