"""The looking thread: once a second it carries out what people asked for, brings back what is due, and looks after the rest."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence

from mailflow_gui.engine import requests, silence
from mailflow_gui.engine.events import Events
from mailflow_gui.engine.gates import Gates
from mailflow_gui.engine.receiving import Receiving
from mailflow_gui.engine.resuming import Resuming
from mailflow_gui.engine.work import RunningFlow
from mailflow_gui.journal import items
from mailflow_gui.journal.journal import Journal

LOOK = 1.0
"""Seconds between looks."""


class Looking(threading.Thread):
    """Looks until it is closed."""

    def __init__(
        self,
        journal: Journal,
        gates: Gates,
        events: Events,
        resuming: Resuming,
        *,
        flows: Callable[[], Sequence[RunningFlow]],
        receiving: Callable[[], Sequence[Receiving]],
        also: Sequence[Callable[[], None]],
        crashed: Callable[[BaseException], None],
    ) -> None:
        """``also``: what else is to be looked at each time."""
        super().__init__(name="looking", daemon=True)
        self._journal = journal
        self._gates = gates
        self._events = events
        self._resuming = resuming
        self._flows = flows
        self._receiving = receiving
        self._also = tuple(also)
        self._crashed = crashed
        self._closing = threading.Event()

    def close(self) -> None:
        """End after the look in hand."""
        self._closing.set()
        self.join()

    def run(self) -> None:
        try:
            while not self._closing.wait(LOOK):
                if (
                    self._journal.failure is not None
                ):  # in a note that nobody awaits, such as when a folder was looked at
                    self._crashed(self._journal.failure)
                    return
                self._look()
        except Exception as error:
            self._crashed(error)
            raise

    def _look(self) -> None:
        self._carry_out()
        for look in self._also:
            look()
        watchings = [each for thread in self._receiving() for each in thread.watchings]
        silence.look(watchings, self._journal, self._events)
        for running in self._flows():
            if running.mode != "once" and running.resumed.is_set() and not running.stopping.is_set():
                self._resuming.feed_due(running)

    def _carry_out(self) -> None:
        for request in requests.carry_out_all(self._journal, self._untouched):
            if request.kind == "validated":
                self._gates.of(request.subject).reopen()
                for thread in self._receiving():
                    thread.wake()
            elif request.kind == "resume":
                for thread in self._receiving():
                    if thread.gate.account == request.subject:
                        thread.look_again()
            elif request.kind in {"reclass", "reclass-undo"}:
                self._gates.classes.read_again()

    @contextlib.contextmanager
    def _untouched(self, item: int) -> Iterator[bool]:
        """Keep an item from being taken up meanwhile; False if it is on its way just now."""
        row = items.get(self._journal.read(), item)
        key = (row.flow, row.dry) if row is not None else None
        running = next((one for one in self._flows() if (one.key, one.dry) == key), None)
        if running is None:
            yield True
        elif not running.enter(item):
            yield False
        else:
            try:
                yield True
            finally:
                running.leave(item, None)
