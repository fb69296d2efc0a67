"""The editor's lane: tries rules, looks for samples and loads them, all beside the window's own thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal

from mailflow_gui.flow.model import Flow
from mailflow_gui.flow.node_type import AnyNodeType
from mailflow_gui.journal.reader import Reader
from mailflow_gui.language import _
from mailflow_gui.qt.inspector.lane import Lane
from mailflow_gui.qt.mapper import rows, samples
from mailflow_gui.qt.mapper.samples import Offer, Sample
from mailflow_gui.qt.mapper.trying import Trial, Tried

T = TypeVar("T")


class Live(QObject):
    """Answers with signals; of several questions that wait, only the newest is worked on."""

    tried = Signal(object)
    """A :class:`Tried`."""
    offered = Signal(object)
    """The received messages that may be samples, a tuple of :class:`Offer`."""
    loaded = Signal(object)
    """A :class:`Sample`."""
    failed = Signal(str)
    """A sample couldn't be had: why, as a sentence."""

    def __init__(self, reader: Reader, types: Sequence[AnyNodeType], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reader = reader
        self.trial = Trial(types)
        self._lane = Lane("mapper", self)
        self._lane.at_end(reader.close)
        self._waiting: Callable[[], Tried] | None = None
        self._busy = False

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._busy

    def try_rules(
        self, flow: Flow, node: str, rules: Sequence[Any], sample: Sample | None, extra: Sequence[str]
    ) -> None:
        """Try rules on a sample; ``extra``: fields to show beside those of every mail."""
        wanted = tuple(dict.fromkeys((*rows.field_names(), *extra)))
        self._waiting = lambda: self.trial.run(flow, node, rules, sample, wanted)
        if not self._busy:
            self._next()

    def _next(self) -> None:
        work, self._waiting = self._waiting, None
        self._busy = work is not None
        if work is not None:
            self._lane.do(work, self._answer)

    def _answer(self, result: Tried | Exception) -> None:
        if isinstance(result, Tried):
            if self._waiting is None:
                self._busy = False
                self.tried.emit(result)
                if self._busy:  # whoever heard it has asked again
                    return
            self._next()
            return
        self._next()
        self.failed.emit(str(result))

    def find_offers(self, flow: str, node: str) -> None:
        """Look for received messages."""

        def take(found: tuple[Offer, ...] | Exception) -> None:
            self.offered.emit(() if isinstance(found, Exception) else found)

        self._lane.do(lambda: samples.offers(self._reader, flow, node), take)

    def load_offer(self, offer: Offer) -> None:
        """Load a received message."""

        def take(found: Sample | Exception | None) -> None:
            if isinstance(found, Sample):
                self.loaded.emit(found)
            else:
                self.failed.emit(str(found) if found is not None else _("This message is no longer in the journal."))

        self._lane.do(lambda: samples.received(self._reader, offer), take)

    def fetch(self, wanted: Sequence[Offer | Sample], then: Callable[[tuple[Sample, ...] | Exception], None]) -> None:
        """Load several; those that are gone are left out."""
        self.do(lambda: samples.fetched(self._reader, wanted), then)

    def do(self, work: Callable[[], T], then: Callable[[T | Exception], None]) -> None:
        """Do a piece of work in the lane, which alone may read the journal; ``then`` hears of it in the window's thread."""
        self._lane.do(work, then)

    def load_file(self, path: Path) -> None:
        """Load a mail file."""

        def take(found: Sample | Exception) -> None:
            if isinstance(found, Sample):
                self.loaded.emit(found)
            elif isinstance(found, OSError):
                self.failed.emit(_("The file can't be read: {reason}.").format(reason=found.strerror or str(found)))
            else:
                self.failed.emit(str(found))

        self._lane.do(lambda: samples.from_file(path), take)

    def close(self) -> None:
        """End the lane."""
        self._waiting = None
        self._lane.close()
