"""What a stress part changes in a runner that it has forked, before the command line begins. The product knows nothing of it.

``{"boundaries": {"trace": FILE, "at": N}}`` numbers the boundaries of the journal: each is written to ``trace`` as it is reached, and at
number ``at`` (from 1) the process kills itself with SIGKILL, as a power cut would. ``{"backoff": FACTOR}`` scales the pauses between
tries, which ``MAILFLOW_TIMEOUT_SCALE`` leaves alone. ``{"errors": FILE}`` keeps every error that the engine takes note of: class, code and
sentence, a line of JSON each. ``{"probe": DIRECTORY}`` gives the engine a probe for mails in doubt that sees all that the receiving server
has accepted: its ``.eml`` files there. What is on its way to them gets a moment to arrive.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mailflow_gui import app
from mailflow_gui.engine import gates, receiving, receiving_imap, retry
from mailflow_gui.engine.engine import Engine
from mailflow_gui.engine.probes import Answer, Probe
from mailflow_gui.errors import MailError, MailFlowError
from mailflow_gui.journal import deliveries, journal, mark, spool
from mailflow_gui.journal.doubts import Doubt

SETTLING = 0.3
"""Seconds that a mail may take from the line into the directory."""


def make(change: Mapping[str, Any]) -> None:
    """Make the changes that ``change`` names, in this process."""
    if "boundaries" in change:
        _Boundaries(change["boundaries"]["trace"], change["boundaries"].get("at")).install()
    if "backoff" in change:
        _scale_pauses(float(change["backoff"]))
    if "errors" in change:
        _keep_errors(change["errors"])
    if "probe" in change:
        setattr(app, "Engine", functools.partial(Engine, probes=[_probe_of(Path(change["probe"]))]))  # noqa: B010 - a plain assignment would have to have the very type


def _probe_of(directory: Path) -> Probe:
    """A probe for a server that keeps all its mails in a directory."""

    def probe(doubt: Doubt) -> Answer:
        wanted = f"message-id: {doubt.message_id}".lower().encode()
        time.sleep(SETTLING)  # a server that has lost its client may still be writing
        found = any(wanted in path.read_bytes().lower() for path in directory.glob("*.eml"))
        return "arrived" if found else "absent"

    return probe


def _keep_errors(path: str) -> None:
    """Write down each error once, where the engine hears of it."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    seen: set[int] = set()
    kept: list[BaseException] = []

    def keep(error: object) -> None:
        if isinstance(error, MailFlowError) and id(error) not in seen:
            seen.add(id(error))
            kept.append(error)  # or another error could come to have its id
            outcome = error.outcome if isinstance(error, MailError) else "-"
            line = json.dumps({"class": outcome, "code": error.code, "text": error.text, "advice": error.advice})
            os.write(file, line.encode() + b"\n")

    for owner, name in (
        (gates.Gate, "failed"),
        (deliveries, "note"),
        (receiving.Receiving, "_set_aside"),
        (receiving.Receiving, "_failed"),
    ):
        _listen(owner, name, keep)


def _listen(owner: Any, name: str, heard: Callable[[object], None]) -> None:
    real = getattr(owner, name)

    def listened(*arguments: Any, **named: Any) -> Any:
        for each in arguments:
            heard(each)
        return real(*arguments, **named)

    setattr(owner, name, listened)


def _scale_pauses(factor: float) -> None:
    for module, names in (
        (retry, ("BASE", "RECEIVING_CAP", "SENDING_CAP", "GREYLISTED_FIRST", "GIVE_UP_AFTER")),
        (receiving, ("FOLDER_PAUSE", "CLOSED_PAUSE")),
        (receiving_imap, ("KEEP",)),
        (gates, ("SIGN_IN_PAUSE",)),
    ):
        for name in names:
            setattr(module, name, getattr(module, name) * factor)


class _Boundaries:
    """Counts what the journal makes durable, step by step, in every thread."""

    def __init__(self, trace: str, at: int | None) -> None:
        self._trace = os.open(trace, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        self._at = at
        self._count = 0
        self._lock = threading.Lock()

    def reached(self, name: str) -> None:
        """A boundary: nothing of what ``name`` says is done yet, or all of it."""
        with self._lock:
            self._count += 1
            os.write(self._trace, f"{name}\n".encode())
            if self._count == self._at:
                os.kill(os.getpid(), signal.SIGKILL)
                threading.Event().wait()  # not one step further, however late the signal comes

    def before(self, owner: Any, name: str, label: str) -> None:
        """Make a boundary before each call of a function."""
        real = getattr(owner, name)

        def bounded(*arguments: Any, **named: Any) -> Any:
            self.reached(label)
            return real(*arguments, **named)

        setattr(owner, name, bounded)

    def after(self, owner: Any, name: str, label: str) -> None:
        """Make a boundary after each call of a function."""
        real = getattr(owner, name)

        def bounded(*arguments: Any, **named: Any) -> Any:
            result = real(*arguments, **named)
            self.reached(label)
            return result

        setattr(owner, name, bounded)

    def install(self) -> None:
        """Put the boundaries in: before a group's spool is on the disk, before and after its commit, after those who wait were told;
        and around the generation mark."""
        self.before(spool.Spool, "sync", "before the fsync of the spool")
        self.before(mark, "write", "before the generation mark")
        self.after(mark, "write", "after the generation mark")
        self.after(journal.Journal, "_write_group", "after who waits was told")
        connect = journal._connect

        def connecting(path: Path, *, readonly: bool = False) -> Any:
            database = connect(path, readonly=readonly)
            return database if readonly else _Watched(database, self.reached)

        setattr(journal, "_connect", connecting)  # noqa: B010 - a plain assignment would have to have the very type


class _Watched:
    """A database whose COMMITs are boundaries."""

    def __init__(self, database: sqlite3.Connection, reached: Callable[[str], None]) -> None:
        self._database = database
        self._reached = reached

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        if statement != "COMMIT":
            return self._database.execute(statement, *values)
        self._reached("before COMMIT")
        done = self._database.execute(statement)
        self._reached("after COMMIT")
        return done
