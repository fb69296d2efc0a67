"""Run control: what the window knows of the run of its flow, between the person's wishes and the engine thread."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QObject, QTimer, Signal

from mailflow_gui.language import _
from mailflow_gui.qt.engine_thread import EngineThread
from mailflow_gui.qt.live import Numbers, Pace, numbers

if TYPE_CHECKING:
    from mailflow_gui.engine.work import Mode

State = Literal["idle", "starting", "running", "stopping"]
STOP_NOW_SECONDS = 5.0
SILENT_SECONDS = 10.0
"""A runner that hasn't said anything for so long, though it is asked three times a second, isn't responding."""
_LISTEN_MILLISECONDS = 1000


class RunControl(QObject):
    """The run of one flow file at a time."""

    changed = Signal()
    """Another :attr:`state`."""
    told = Signal()
    """New :attr:`numbers` and :attr:`nodes`, at most four times a second."""
    finished = Signal(Numbers)
    """A run has come to its end by itself or as asked: its last :class:`Numbers`."""
    failed = Signal(str, str)
    """A start was refused (code, sentence)."""
    runner_lost = Signal(str)
    """The runner ended without being asked to: a sentence with its last words."""

    def __init__(self, engine: EngineThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self.state: State = "idle"
        self.path: Path | None = None
        self.mode: Mode = "continuous"
        self.dry = False
        self.since: float | None = None
        self.numbers = Numbers()
        self.nodes: Mapping[str, Mapping[str, Any]] = {}
        self.version = ""
        """The version of the flow that runs, or ran last, as the journal names it."""
        self.silent = False
        """Whether the runner isn't responding."""
        self._heard = 0.0
        self._listening = QTimer(self)
        self._listening.setInterval(_LISTEN_MILLISECONDS)
        self._listening.timeout.connect(self._listen)
        self._quiet = 0
        self._pace = Pace()
        self._number: int | None = None
        self._stop_asked = 0.0
        self._ended: Mapping[str, Any] | None = None
        engine.replied.connect(self._take_reply)
        engine.status.connect(self._take_status)
        engine.events.connect(self._take_events)
        engine.runner_ended.connect(self._take_end)

    @property
    def busy(self) -> bool:
        """Whether a run goes on, or is about to."""
        return self.state != "idle"

    def start(self, path: Path, mode: Mode, *, dry: bool) -> None:
        """Begin a run of a saved flow."""
        if self.busy:
            return
        self.path, self.mode, self.dry = path, mode, dry
        self.numbers, self.nodes, self._pace, self._ended = Numbers(), {}, Pace(), None
        self._number = self._engine.start_flow(path, mode, dry)
        self._become("starting")

    def stop(self) -> None:
        """Finish what is in hand, then end."""
        if self.path is not None and self.state in {"starting", "running"}:
            self._stop_asked = time.monotonic()
            self._engine.stop_flow(self.path)
            self._become("stopping")

    @property
    def may_stop_now(self) -> bool:
        """Whether a stop was asked for just before, so that a second wish means: at once."""
        return self.state == "stopping" and time.monotonic() - self._stop_asked < STOP_NOW_SECONDS

    def stop_now(self) -> None:
        """End the runner without waiting; the journal bears it."""
        if self.state == "stopping" or self.silent:
            self._engine.kill_runner()

    def forget(self) -> None:
        """Another flow is shown: the last run's numbers are no longer its."""
        if not self.busy:
            self.path, self.since, self.numbers, self.nodes = None, None, Numbers(), {}
            self.version = ""
            self.told.emit()

    # ---- what the engine tells

    def _hear(self) -> None:
        self._heard, self._quiet = time.monotonic(), 0
        if self.silent:
            self.silent = False
            self.changed.emit()

    def _listen(self) -> None:
        # Two looks in a row: after the window itself stood still, what came meanwhile is heard before the second.
        self._quiet = self._quiet + 1 if time.monotonic() - self._heard > SILENT_SECONDS else 0
        if self._quiet >= 2 and not self.silent:
            self.silent = True
            self.changed.emit()

    def _take_reply(self, reply: dict[str, Any]) -> None:
        self._hear()
        if reply.get("reply") != self._number or reply.get("command") != "start":
            return
        self._number = None
        if reply.get("ok"):
            self.since = time.time()
            if self.state == "starting":
                self._become("running")
            return
        error = reply.get("error") or {}
        self._become("idle")
        self.failed.emit(str(error.get("code", "")), str(error.get("text", "")))

    def _take_status(self, status: dict[str, Any]) -> None:
        self._hear()
        if not self.busy or self.path is None:
            return
        mine = next((flow for flow in status["flows"] if flow.get("path") == str(self.path)), None)
        if mine is not None and "nodes" in mine:
            self.nodes = mine["nodes"]
            self.version = str(mine.get("version") or "")
            self.numbers = numbers(mine, self._pace)
            self.told.emit()
        elif mine is None and self.state in {"running", "stopping"}:
            self._finish()

    def _take_events(self, events: list[dict[str, Any]]) -> None:
        self._hear()
        for event in events:
            if event.get("event") == "run-ended":
                self._ended = event

    def _finish(self) -> None:
        if self._ended is not None:
            count = self._ended.get
            self.nodes = count("nodes", self.nodes)
            self.numbers = replace(
                self.numbers,
                received=int(count("received", 0)),
                sent=int(count("sent", 0)),
                skipped=int(count("skipped", 0)),
                failed=int(count("failed", 0)),
                uncertain=int(count("uncertain", 0)),
                queue=0,
                next_poll=None,
            )
        self._become("idle")
        self.told.emit()
        self.finished.emit(self.numbers)

    def _take_end(self, code: int, words: str) -> None:
        if not self.busy:
            return
        asked = self.state == "stopping"
        self._number = None
        self._become("idle")
        self.told.emit()
        if asked:
            self.finished.emit(self.numbers)
        elif words:
            self.runner_lost.emit(_("The engine has ended: {words}").format(words=words))
        else:
            self.runner_lost.emit(_("The engine ended unexpectedly (code {code}).").format(code=code))

    def _become(self, state: State) -> None:
        self.state = state
        self._heard, self._quiet = time.monotonic(), 0
        if state == "idle":
            self.silent = False
            self._listening.stop()
        elif not self._listening.isActive():
            self._listening.start()
        self.changed.emit()
