"""The runner: the engine as a process of its own, commanded over a pipe (``run --control``).

One JSON object per line in each direction. Commands on standard input::

    {"id": 1, "command": "start", "flow": "/path/to.mailflow", "mode": "continuous", "dry_run": false, "bind": {"stub": "account"}}
    {"id": 2, "command": "stop", "flow": "/path/to.mailflow"}
    {"id": 3, "command": "status"}        {"id": 4, "command": "shutdown"}

On standard output, answers ``{"reply": 1, "ok": true, ...}`` or ``{"reply": 1, "ok": false, "error": {"code", "text"}}``, and events in
batches ``{"events": [...], "dropped": 0}`` at most ten times a second. A full pipe drops events, never answers: events are hints, the
journal is the truth. The end of standard input stops the runner.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any

from mailflow_gui.engine.engine import Engine
from mailflow_gui.engine.events import Event, Events
from mailflow_gui.engine.work import RunningFlow
from mailflow_gui.errors import MailFlowError, UsageError
from mailflow_gui.flow import file as flow_file

BATCH_SECONDS = 0.1
BATCH_LIMIT = 1000
"""Events in one batch; what comes on top is dropped and counted."""

_MODES = ("continuous", "once", "until-idle")


class Runner:
    """Reads commands, answers, and passes events on."""

    def __init__(self, engine: Engine, events: Events, output: IO[str]) -> None:
        self._engine = engine
        self._output = output
        self._writing = threading.Lock()
        self._flows: dict[str, RunningFlow] = {}
        self._lock = threading.Lock()
        self._batch: list[Event] = []
        self._dropped = 0
        self._over = threading.Event()
        self._failure: MailFlowError | None = None
        events.subscribe(self._collect)
        self._batching = threading.Thread(target=self._pass_on, name="events", daemon=True)
        self._batching.start()

    def serve(self, commands: IO[str]) -> None:
        """Obey until the end of input or a shutdown.

        :raises MailFlowError: the engine can't go on.
        """
        try:
            for line in commands:
                if line.strip() and not self._obey(line):
                    break
                if self._failure is not None:
                    break
            if self._failure is not None:
                raise self._failure
        finally:
            self._over.set()
            with self._lock:
                flows = list(self._flows.values())
            for running in flows:
                self._engine.stop(running)
            self._batching.join()

    def _obey(self, line: str) -> bool:
        """One command; False after a shutdown."""
        number: object = None
        try:
            command = _parsed(line)
            number = command.get("id")
            answer = self._commands()[command["command"]](command)
        except MailFlowError as error:
            self._write({"reply": number, "ok": False, "error": {"code": error.code, "text": str(error)}})
            return True
        self._write({"reply": number, "ok": True, **answer})
        return bool(command["command"] != "shutdown")

    def _commands(self) -> Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]]:
        return {"start": self._start, "stop": self._stop, "status": self._status, "shutdown": lambda _command: {}}

    def _start(self, command: Mapping[str, Any]) -> dict[str, Any]:
        path = Path(str(command["flow"]))
        flow = flow_file.read(path)
        running = self._engine.start(
            flow,
            path,
            mode=command.get("mode", "continuous"),
            dry=bool(command.get("dry_run", False)),
            bindings=command.get("bind") or {},
        )
        with self._lock:
            self._flows[str(path)] = running
        threading.Thread(target=self._await_end, args=(str(path), running), daemon=True, name="awaiting").start()
        return {"run": running.run, "flow": running.name}

    def _await_end(self, path: str, running: RunningFlow) -> None:
        try:
            self._engine.wait(running)
            self._engine.end(running)
        except MailFlowError as error:
            self._failure = error
            self._write({"failed": {"code": error.code, "text": str(error)}})
        finally:
            with self._lock:
                if self._flows.get(path) is running:
                    del self._flows[path]

    def _stop(self, command: Mapping[str, Any]) -> dict[str, Any]:
        with self._lock:
            running = self._flows.get(str(Path(str(command["flow"]))))
        if running is not None:
            self._engine.stop(running)
        return {"stopping": running is not None}

    def _status(self, _command: Mapping[str, Any]) -> dict[str, Any]:
        self._pass_batch()  # what a status counts, or no longer lists, has been told before
        with self._lock:
            flows = dict(self._flows)
        return {
            "flows": [
                {
                    "path": path,
                    "flow": running.name,
                    "run": running.run,
                    "mode": running.mode,
                    "dry_run": running.dry,
                    "version": running.version,
                    "summary": self._engine.summary(running).as_json(),
                    "queue": running.in_memory,
                    "nodes": self._engine.nodes(running),
                    "accounts": self._engine.accounts(running),
                    "troubles": [{"code": error.code, "text": str(error)} for error in self._engine.troubles(running)],
                }
                for path, running in flows.items()
            ]
        }

    # ---- events

    def _collect(self, event: Event) -> None:
        with self._lock:
            if len(self._batch) < BATCH_LIMIT:
                self._batch.append(event)
            else:
                self._dropped += 1

    def _pass_on(self) -> None:
        while not self._over.wait(BATCH_SECONDS):
            self._pass_batch()
        self._pass_batch()

    def _pass_batch(self) -> None:
        with self._lock:
            batch, self._batch = self._batch, []
            dropped, self._dropped = self._dropped, 0
        if batch or dropped:
            self._write({"events": [event.as_json() for event in batch], "dropped": dropped})

    def _write(self, value: Mapping[str, Any]) -> None:
        line = json.dumps(value, ensure_ascii=False) + "\n"
        with self._writing:
            try:
                self._output.write(line)
                self._output.flush()
            except (OSError, ValueError):
                self._over.set()  # nobody listens any more; the end of input will stop us


def _parsed(line: str) -> dict[str, Any]:
    try:
        command = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UsageError("control-line-bad", reason=str(error)) from error
    if not isinstance(command, dict) or command.get("command") not in ("start", "stop", "status", "shutdown"):
        raise UsageError("control-line-bad", reason="no known command")
    if command["command"] in {"start", "stop"} and not isinstance(command.get("flow"), str):
        raise UsageError("control-line-bad", reason="no flow")
    if command.get("mode", "continuous") not in _MODES or not isinstance(command.get("bind") or {}, dict):
        raise UsageError("control-line-bad", reason="unknown mode or bind")
    return command
