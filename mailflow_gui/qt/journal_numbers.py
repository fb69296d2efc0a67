"""What the journal knows of the flow that runs and the runner's status doesn't tell: how many messages wait, and which version it is."""

from __future__ import annotations

import time
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from mailflow_gui.errors import MailFlowError
from mailflow_gui.journal import flows, listing
from mailflow_gui.journal.reader import Reader
from mailflow_gui.qt.inspector.lane import Lane

_SECONDS = 1.0
"""Between two looks."""
_WAITING = ("running", "retrying", "waiting")


@dataclass(frozen=True)
class JournalNumbers:
    """One look."""

    waiting: int = 0
    """Messages that aren't at their end: on their way, due to be tried again, or held."""
    version: int = 0
    """The flow's first version is 1; 0: not known."""


class JournalWatch(QObject):
    """Looks in a thread of its own. Close it before its owner goes."""

    seen = Signal(JournalNumbers)

    def __init__(self, reader: Reader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reader = reader
        self._lane = Lane("journal-numbers", self)
        self._lane.at_end(reader.close)
        self._looked = 0.0
        self._looking = False
        self._known = ("", "", 0)
        """A version, its flow, its number."""

    def look(self, version: str, *, at_once: bool = False) -> None:
        """Look soon what there is of the flow that a version belongs to, unless that was done a moment ago; :attr:`seen` follows."""
        now = time.monotonic()
        if version and not self._looking and (at_once or now - self._looked >= _SECONDS):
            self._looked, self._looking = now, True
            self._lane.do(lambda: self._read(version), self._take)

    def close(self) -> None:
        """End the thread."""
        self._lane.close()

    def _read(self, version: str) -> JournalNumbers | None:
        with self._reader.reading() as database:
            if database is None:
                return None
            if self._known[0] != version or not self._known[1]:
                self._known = (version, *flows.numbered(database, version))
            _version, flow, number = self._known
            counts = listing.counts(database, flow) if flow else {}
            return JournalNumbers(sum(counts.get(state, 0) for state in _WAITING), number)

    def _take(self, result: JournalNumbers | Exception | None) -> None:
        self._looking = False
        if isinstance(result, JournalNumbers):
            self.seen.emit(result)
        elif isinstance(result, Exception) and not isinstance(result, MailFlowError):
            raise result  # a damaged journal is told by the list of messages
