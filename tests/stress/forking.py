"""Starts command lines quickly: a process that has loaded MailFlow once and forks one child for each.

The child is what ``python -m mailflow_gui`` would be after its imports: it runs :func:`mailflow_gui.cli.main` with the environment and the
arguments it is given. Only POSIX has fork; Dovecot runs nowhere else either.

:class:`Forker` is used by one thread; a second thread has a forker of its own.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parent.parent.parent
HUNG = 90.0
"""Seconds after which a command line counts as hung, unless its caller allows more."""


@dataclass(frozen=True)
class Ended:
    """How a command line ended."""

    code: int
    """Its exit code; the negative signal if one ended it."""
    out: str
    err: str
    seconds: float
    hung: bool = False

    @property
    def killed(self) -> bool:
        return self.code == -signal.SIGKILL

    @property
    def json(self) -> Any:
        """The last line of standard output."""
        return json.loads(self.out.splitlines()[-1])

    @property
    def counts(self) -> tuple[int, ...]:
        """Received, sent, skipped, failed, uncertain."""
        return tuple(self.json[name] for name in ("received", "sent", "skipped", "failed", "uncertain"))


class Forker:
    """The client's side. A context manager."""

    def __init__(self) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="mf-fork-")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.stress.forking"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,  # select() must see every line that wasn't read yet
        )
        self._started = 0.0
        self.pid: int | None = None
        """The child that is running."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()
        self._directory.cleanup()

    def run(
        self,
        arguments: Sequence[str | Path],
        environment: Mapping[str, str],
        *,
        seconds: float = HUNG,
        change: Mapping[str, Any] | None = None,
    ) -> Ended:
        """Run one command line to its end; one that takes longer than ``seconds`` is killed and counts as hung."""
        self.start(arguments, environment, change=change)
        return self.wait(seconds)

    def start(
        self,
        arguments: Sequence[str | Path],
        environment: Mapping[str, str],
        *,
        change: Mapping[str, Any] | None = None,
    ) -> int:
        """Start a command line and return its process id. ``change``: what :mod:`tests.stress.changes` is to do to it first."""
        assert self.pid is None, "one at a time"
        order = {
            "arguments": [str(each) for each in arguments],
            "environment": dict(environment),
            "out": str(self._path("out")),
            "err": str(self._path("err")),
            "change": dict(change or {}),
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._started = time.monotonic()
        self.pid = int(self._line(30.0)["pid"])
        return self.pid

    def signal(self, number: int) -> None:
        """Send the running child a signal, if it still runs."""
        if self.pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL the running child, if any, and wait for its end."""
        if self.pid is not None:
            self.signal(signal.SIGKILL)
            self.wait(30.0)

    def ended(self) -> bool:
        """Whether the child has ended; :meth:`wait` then returns at once."""
        assert self._process.stdout is not None
        return bool(select.select([self._process.stdout], [], [], 0)[0])

    def wait(self, seconds: float = HUNG) -> Ended:
        """Wait for the child's end."""
        hung = False
        try:
            status = self._line(seconds)["status"]
        except TimeoutError:
            hung = True
            self.signal(signal.SIGCONT)
            self.signal(signal.SIGKILL)
            status = self._line(30.0)["status"]
        self.pid = None
        taken = time.monotonic() - self._started
        return Ended(int(status), self._text("out"), self._text("err"), taken, hung)

    def _path(self, name: str) -> Path:
        return Path(self._directory.name) / name

    def _text(self, name: str) -> str:
        return self._path(name).read_text(encoding="utf-8", errors="replace")

    def _line(self, seconds: float) -> Any:
        # The server writes one short line at a time: what is readable is a whole line.
        stdout = self._process.stdout
        assert stdout is not None
        if not select.select([stdout], [], [], seconds)[0]:
            raise TimeoutError
        line = stdout.readline()
        if not line:
            raise RuntimeError("the forking process has ended")
        return json.loads(line)


def main() -> None:
    """Serve: one order a line on standard input, two lines for each on standard output."""
    _load()
    answers = os.dup(1)
    for name in [name for name in os.environ if name.startswith("MAILFLOW_")]:
        del os.environ[name]
    os.environ["LANGUAGE"] = "en"
    for line in sys.stdin.buffer:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _child(order)
        os.write(answers, json.dumps({"pid": pid}).encode() + b"\n")
        _, status = os.waitpid(pid, 0)
        os.write(answers, json.dumps({"status": os.waitstatus_to_exitcode(status)}).encode() + b"\n")


def _load() -> None:
    """Import all that a run needs, so that no child has to."""
    import importlib

    from mailflow_gui import cli

    for name in ("run", "messages", "connections", "errors"):
        importlib.import_module(f"mailflow_gui.cli.{name}")
    for name in ("imap", "pop3", "smtp", "parse", "compose"):
        importlib.import_module(f"mailflow_gui.mail.{name}")
    from mailflow_gui import nodes

    nodes.load()
    cli.parser("run")
    import sqlite3  # noqa: F401 - loaded for the children

    import tests.stress.changes  # noqa: F401


def _child(order: Mapping[str, Any]) -> None:
    code = 70
    try:
        os.environ.update(order["environment"])
        for number, name in ((1, "out"), (2, "err")):
            descriptor = os.open(order[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(descriptor, number)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        from mailflow_gui import cli
        from tests.stress import changes

        changes.make(order["change"])
        try:
            code = cli.main(order["arguments"])
        except SystemExit as stopped:
            code = int(stopped.code or 0)
    except BaseException:
        import traceback

        traceback.print_exc()
        raise
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
