"""The engine thread: owns the runner, the child process in which flows run, and tells the window what it says.

The runner starts with the first flow and ends a while after the last one, so that the home is free for others meanwhile. Nothing here
blocks the window: starting, writing and reading happen in this thread, what comes back is batched into a few signals a second. When the
window dies, however it dies, the runner reads the end of its input and stops by itself.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import logging
import os
import queue
import subprocess
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from PySide6.QtCore import QThread, Signal

import mailflow_gui
from mailflow_gui import logs
from mailflow_gui.accounts.secrets import VARIABLE_PREFIX, without_secrets
from mailflow_gui.language import _

if TYPE_CHECKING:
    from mailflow_gui.engine.work import Mode

log = logging.getLogger(__name__)

BATCH_SECONDS = 0.25
"""Between two signals with events: at most four a second."""
STATUS_SECONDS = 0.3
"""Between two questions for the status, while flows run."""
LINGER_SECONDS = 10.0
"""How long the runner stays without any flow."""
SHUTDOWN_SECONDS = 2.5
"""How long the runner may take to finish what is in hand; the journal bears it being killed."""
_EVENTS_KEPT = 2000
_START = "import sys; from mailflow_gui import cli; sys.exit(cli.main())"


@dataclass
class _Line:
    """What a reading thread got from the runner; ``text`` None: the end."""

    runner: _RunnerProcess
    text: str | None


@dataclass
class _RunnerProcess:
    """One runner and the pipes to it."""

    process: subprocess.Popen[str]
    secrets: dict[str, str] = field(repr=False)
    """The passwords in its environment: others need another runner."""
    last_words: deque[str] = field(default_factory=lambda: deque(maxlen=20))
    failure: str = ""
    waiting_for: dict[int, str] = field(default_factory=dict)
    """Requests without an answer yet: number -> command."""
    flows: list[dict[str, Any]] = field(default_factory=list)
    idle_since: float = field(default_factory=time.monotonic)
    listening: threading.Thread | None = None


class EngineThread(QThread):
    """Starts and stops flows in a runner. Every method returns at once; answers come as signals."""

    events = Signal(list)
    """Events since the last signal, oldest first; hints, the journal is the truth."""
    replied = Signal(dict)
    """An answer: ``{"reply", "command", "flow", "ok", …}``; a refusal has ``error`` with ``code`` and ``text``."""
    status = Signal(dict)
    """``{"flows": [{"path", "flow", "run", "mode", "dry_run", "version", "summary", "queue", "nodes", "troubles"}]}``."""
    runner_ended = Signal(int, str)
    """The runner ended without being asked to: exit code and its last words; the next start makes a new one."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._inbox: queue.SimpleQueue[dict[str, Any] | _Line | None] = queue.SimpleQueue()
        self._numbers = itertools.count(1)
        self._runner: _RunnerProcess | None = None
        self._events: deque[dict[str, Any]] = deque(maxlen=_EVENTS_KEPT)
        self._asked: dict[int, dict[str, Any]] = {}

    # ---- for the window

    def start_flow(
        self, path: Path | str, mode: Mode = "continuous", dry: bool = False, bind: dict[str, str] | None = None
    ) -> int:
        """Ask for a run of the flow in a file; returns the number that :attr:`replied` will carry."""
        return self._ask(
            {"command": "start", "flow": str(path), "mode": mode, "dry_run": dry} | ({"bind": bind} if bind else {})
        )

    def stop_flow(self, path: Path | str) -> int:
        """Ask for the end of a run; what is in hand is finished."""
        return self._ask({"command": "stop", "flow": str(path)})

    def shutdown(self) -> None:
        """Stop every flow and end the runner and this thread, within three seconds."""
        self._inbox.put(None)
        if self.isRunning() and not self.wait(int(SHUTDOWN_SECONDS * 1000) + 2000):
            log.error("the engine thread doesn't end")

    def kill_runner(self) -> None:
        """End the runner at once; :attr:`runner_ended` follows. Nothing is lost: the journal is always whole."""
        runner = self._runner
        if runner is not None:
            runner.process.kill()

    def runner_pid(self) -> int | None:
        """The runner's process id while there is one."""
        runner = self._runner
        return runner.process.pid if runner is not None else None

    def _ask(self, command: dict[str, Any]) -> int:
        number = next(self._numbers)
        self._inbox.put({"id": number, **command})
        return number

    # ---- in the thread

    def run(self) -> None:
        """Serve until :meth:`shutdown`."""
        try:
            self._serve()
        except Exception:
            log.exception("the engine thread ended by a fault")
            self.runner_ended.emit(-1, _("MailFlow's engine ended because of a fault of its own."))
        finally:
            if self._runner is not None:
                self._end(self._runner)

    def _serve(self) -> None:
        last_batch = last_status = 0.0
        while True:
            try:
                received = self._inbox.get(timeout=BATCH_SECONDS / 2 if self._runner is not None else None)
            except queue.Empty:
                pass
            else:
                if received is None:
                    return
                if isinstance(received, _Line):
                    self._hear(received)
                else:
                    self._obey(received)
            now = time.monotonic()
            if self._events and now - last_batch >= BATCH_SECONDS:
                last_batch = now
                self._pass_events()
            if self._runner is not None and now - last_status >= STATUS_SECONDS:
                last_status = now
                self._look_after(self._runner, now)

    def _look_after(self, runner: _RunnerProcess, now: float) -> None:
        """Ask a busy runner for its status, send an idle one home."""
        if runner.flows:
            runner.idle_since = now
        if "status" not in runner.waiting_for.values() and (runner.flows or runner.waiting_for):
            self._write(runner, {"id": next(self._numbers), "command": "status"})
        elif not runner.flows and not runner.waiting_for and now - runner.idle_since > LINGER_SECONDS:
            self._end(runner)
            self._runner = None

    def _obey(self, command: dict[str, Any]) -> None:
        runner = self._runner
        if command["command"] == "start":
            if runner is not None and runner.secrets != _passwords():
                self._end(runner)
                runner = None
            if runner is None:
                runner = self._runner = self._begin(command)
        if runner is None:
            self._answer(command, {"ok": True, "stopping": False})
            return
        self._asked[command["id"]] = command
        self._write(runner, command)

    def _begin(self, command: dict[str, Any]) -> _RunnerProcess | None:
        passwords = _passwords()
        try:
            process = subprocess.Popen(
                runner_command(),
                env=without_secrets() | passwords | _surroundings(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            text = _("The engine can't be started: {reason}.").format(reason=error.strerror or error)
            self._answer(command, {"ok": False, "error": {"code": "runner-not-started", "text": text}})
            return None
        runner = _RunnerProcess(process, passwords)
        assert process.stdout is not None
        assert process.stderr is not None
        words = threading.Thread(target=_keep_words, args=(process.stderr, runner.last_words), daemon=True)
        words.start()
        runner.listening = threading.Thread(
            target=self._listen, args=(runner, process.stdout, words), name="runner's output", daemon=True
        )
        runner.listening.start()
        return runner

    def _listen(self, runner: _RunnerProcess, output: IO[str], words: threading.Thread) -> None:
        """In a thread of its own: reading blocks."""
        with contextlib.suppress(OSError, ValueError):  # closed under us at the end
            for line in output:
                self._inbox.put(_Line(runner, line))
        words.join(1.0)
        self._inbox.put(_Line(runner, None))

    def _write(self, runner: _RunnerProcess, command: dict[str, Any]) -> None:
        runner.waiting_for[command["id"]] = command["command"]
        assert runner.process.stdin is not None
        with contextlib.suppress(OSError, ValueError):  # it has died: the end of its output tells so
            runner.process.stdin.write(json.dumps(command, ensure_ascii=False) + "\n")
            runner.process.stdin.flush()

    def _hear(self, line: _Line) -> None:
        runner = line.runner
        if runner is not self._runner:
            return  # sent home already
        if line.text is None:
            self._lost(runner)
            return
        try:
            said = json.loads(line.text)
        except ValueError:
            log.warning("the runner said something that isn't JSON")
            return
        if "events" in said:
            self._events.extend(said["events"])
        elif "failed" in said:
            runner.failure = str(said["failed"].get("text", ""))
            self._write(runner, {"id": next(self._numbers), "command": "shutdown"})
        elif "reply" in said:
            self._take_reply(runner, said)

    def _take_reply(self, runner: _RunnerProcess, said: dict[str, Any]) -> None:
        number = said.get("reply")
        command = runner.waiting_for.pop(number, "") if isinstance(number, int) else ""
        runner.idle_since = time.monotonic()
        if command == "status":
            flows = said.get("flows", [])
            if flows or runner.flows:
                runner.flows = flows
                self._pass_events()  # what a status counts has been told before
                self.status.emit({"flows": flows})
            return
        asked = self._asked.pop(number, {}) if isinstance(number, int) else {}
        if command == "start" and said.get("ok"):
            runner.flows = runner.flows or [{"path": asked.get("flow", "")}]
        self._answer(asked, said)

    def _answer(self, command: dict[str, Any], answer: dict[str, Any]) -> None:
        self.replied.emit(
            {
                "reply": command.get("id"),
                **answer,
                "command": command.get("command"),
                "path": command.get("flow"),
                "mode": command.get("mode"),
            }
        )

    def _pass_events(self) -> None:
        if self._events:
            batch = list(self._events)
            self._events.clear()
            self.events.emit(batch)

    def _lost(self, runner: _RunnerProcess) -> None:
        """The runner is gone, and nobody had asked for that."""
        code = _reaped(runner.process)
        self._runner = None
        self._asked.clear()
        text = runner.failure or _sentence(runner.last_words)
        log.error("the runner ended with code %s: %s", code, text)
        self._pass_events()
        self.runner_ended.emit(code, logs.redact(text))

    def _end(self, runner: _RunnerProcess) -> None:
        """Close the runner's input, wait for it to finish, and kill it if it doesn't."""
        process = runner.process
        assert process.stdin is not None
        with contextlib.suppress(OSError):
            process.stdin.close()
        try:
            process.wait(SHUTDOWN_SECONDS)
        except subprocess.TimeoutExpired:
            log.warning("the runner doesn't end in time and is killed; the next run goes on where it stopped")
            process.kill()
            process.wait()
        if runner.listening is not None:
            runner.listening.join(1.0)
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
        if self._runner is runner:
            self._runner = None


def runner_command() -> list[str]:
    """How to start a runner: this very interpreter, without setting the environment up again, and without its current directory."""
    return [sys.executable, "-P", "-c", _START, "run", "--control"]


def _surroundings() -> dict[str, str]:
    """The runner finds the same package, and speaks UTF-8 on its pipes whatever the system's is."""
    package = str(Path(mailflow_gui.__file__).resolve().parent.parent)
    known = os.environ.get("PYTHONPATH")
    return {
        "PYTHONPATH": os.pathsep.join([package, known]) if known else package,
        "PYTHONUTF8": "1",
    }


def _passwords() -> dict[str, str]:
    """The passwords that people, or the sandbox, have put into the environment: the runner signs in with them."""
    return {name: text for name, text in os.environ.items() if name.upper().startswith(VARIABLE_PREFIX)}


def _keep_words(output: IO[str], words: deque[str]) -> None:
    with contextlib.suppress(OSError, ValueError):
        for line in output:
            words.append(line.rstrip("\n"))


def _reaped(process: subprocess.Popen[str]) -> int:
    try:
        code = process.wait(1.0)
    except subprocess.TimeoutExpired:  # it closed its output and lives on
        process.kill()
        code = process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()
    return code


def _sentence(words: deque[str]) -> str:
    """What a dead runner said last; of a traceback, its last line."""
    said = [line for line in words if line.strip()]
    return said[-1] if said else ""
