"""Receive, map, send: the runs that the benchmarks of the engine compare, with what arrived counted at the far end.

The engine is the product's ordinary one, as the command line starts it: journal, ledger, flags and start-up included. Real servers at both
ends: Dovecot, and Postfix's smtp-sink, which counts.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from mailflow_gui.paths import Home
from tests.servers.dovecot import Dovecot

COMMAND = [sys.executable, "-c", "import sys; from mailflow_gui.cli import main; sys.exit(main())"]

Mapped = Literal["text", "headers", "nothing"]
"""What a flow maps: headers and text, headers only, or nothing: the mail goes on as it came, with a new header."""

_LOOK = 0.01
"""Seconds between looks at the counter of the sink."""


@dataclass(frozen=True)
class Run:
    """One run's figures."""

    mails: int
    seconds: float
    """Start-up included."""
    steady: float
    """From the first mail's arrival to the last one's."""
    first: float
    """From the start to the first mail's arrival."""
    cpu: float
    """Of the process, user and system together."""
    rss_mb: float
    """At its highest."""
    course: Sequence[tuple[float, int]] = ()
    """When (seconds) how many mails had arrived, whenever that was looked at."""

    def seconds_each(self, first: int, last: int) -> float:
        """What a mail took on average, from the arrival of one to that of another, counted from 1."""
        begin, end = (next(seen for seen in self.course if seen[1] >= number) for number in (first, last))
        return (end[0] - begin[0]) / (end[1] - begin[1])

    @property
    def rate(self) -> float:
        """Mails a second, start-up included."""
        return self.mails / self.seconds

    @property
    def steady_rate(self) -> float:
        """Mails a second between the first and the last arrival."""
        return (self.mails - 1) / self.steady if self.steady else 0.0

    @property
    def cpu_per_1000(self) -> float:
        """Seconds of processor for 1,000 mails, start-up included."""
        return self.cpu / self.mails * 1000


class Sink:
    """Postfix's smtp-sink, which counts what it is sent."""

    def __init__(self, port: int, counter: Path) -> None:
        self.port = port
        self._counter = counter

    @property
    def arrived(self) -> int:
        """Mails that it has taken so far."""
        size = self._counter.stat().st_size
        with self._counter.open("rb") as file:
            file.seek(max(0, size - 200))
            found = re.findall(rb"mesg=(\d+)\r", file.read())
        return int(found[-1]) if found else 0

    @property
    def written(self) -> int:
        """Grows with each mail; cheap to ask for."""
        return self._counter.stat().st_size


@contextmanager
def sink() -> Iterator[Sink]:
    """A counting smtp-sink on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    as_user = ["-u", "nobody"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory() as directory:
        counter = Path(directory) / "counter"
        with counter.open("wb") as file:
            process = subprocess.Popen(["smtp-sink", "-c", *as_user, f"inet:127.0.0.1:{port}", "512"], stdout=file)
        try:
            for _try in range(100):
                with socket.socket() as tried:
                    if tried.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            yield Sink(port, counter)
        finally:
            process.terminate()
            process.wait()


class _Arrivals(threading.Thread):
    """Notes when the first and the last mail of a run have arrived."""

    def __init__(self, at: Sink) -> None:
        super().__init__(daemon=True)
        self._sink = at
        self._before, self._mails_before = at.written, at.arrived
        self._ended = threading.Event()
        self.course: list[tuple[float, int]] = []
        self.last = time.perf_counter()
        self.pid: int | None = None
        self.rss_mb = 0.0
        """The process's highest, as last looked at; 0 where the system doesn't tell."""

    def run(self) -> None:
        known = self._before
        while not self._ended.wait(_LOOK):
            self._look_at_memory()
            written = self._sink.written
            if written == known:
                continue
            now = time.perf_counter()
            if arrived := self._sink.arrived - self._mails_before:
                self.course.append((now, arrived))
            known, self.last = written, now

    def _look_at_memory(self) -> None:
        # What wait4() tells of a process's memory begins with that of its parent.
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8") if self.pid else ""
            if found := re.search(r"VmHWM:\s+(\d+) kB", status):
                self.rss_mb = int(found[1]) / 1024

    def end(self) -> int:
        """How many mails have arrived."""
        self._ended.set()
        self.join()
        return self._sink.arrived - self._mails_before


def measured(command: Sequence[str], at: Sink, environment: Mapping[str, str] | None = None) -> tuple[Run, str]:
    """Run a program to its end; its figures, and what it wrote."""
    arrivals = _Arrivals(at)
    arrivals.start()
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    arrivals.pid = process.pid
    assert process.stdout is not None
    with process.stdout:
        out = process.stdout.read()
    _pid, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    mails = arrivals.end()
    assert process.returncode == 0, out
    assert mails, "nothing has arrived"
    first = arrivals.course[0][0] if arrivals.course else started
    cpu = used.ru_utime + used.ru_stime
    rss_mb = arrivals.rss_mb or used.ru_maxrss / 1024
    return Run(mails, seconds, arrivals.last - first, first - started, cpu, rss_mb, arrivals.course), out


def plain(server: Dovecot, user: str, at: Sink, *, imap: int | None = None, smtp: int | None = None) -> Run:
    """One run of the plain pipeline; it tells its own time, without Python's start."""
    command = [sys.executable, "-m", "tests.benchmarks.plain_pipeline"]
    run, out = measured([*command, user, server.password, str(imap or server.imap), str(smtp or at.port)], at)
    told = json.loads(out)
    assert told["mails"] == run.mails, "not every mail of the plain pipeline arrived"
    return Run(run.mails, told["seconds"], run.steady, run.first, told["cpu"], run.rss_mb)


@dataclass(frozen=True)
class Setup:
    """What a run of the engine works with."""

    server: Dovecot
    user: str
    sink: Sink
    home: Path
    protocol: Literal["imap", "pop3"] = "imap"
    mapped: Mapped = "text"
    receiving: int | None = None
    """Another port than the server's own."""
    sending: int | None = None
    sessions: int | None = None
    """The most sessions that the sending account allows; None: as a new account has it."""


def engine(setup: Setup, *, keep_home: bool = False) -> Run:
    """One run of the engine in a new home."""
    path, environment = prepare(setup, keep_home=keep_home)
    run, out = measured([*COMMAND, "run", str(path), "--once", "--json"], setup.sink, environment)
    summary = json.loads(out.splitlines()[-1])
    assert summary["sent"] == summary["received"] == run.mails, (summary, run.mails)
    return run


def prepare(setup: Setup, *, keep_home: bool = False) -> tuple[Path, dict[str, str]]:
    """A home with two accounts and a flow: the flow's path, and the environment to run it in."""
    home, server = setup.home, setup.server
    environment = {**installed(), "MAILFLOW_HOME": str(home), "MAILFLOW_PASSWORD_INBOX": server.password}
    path = home / "bench.mailflow"
    if keep_home and path.exists():
        return path, environment
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    receiving = setup.receiving or (server.imap if setup.protocol == "imap" else server.pop3)
    most = ["--maximum-sessions", str(setup.sessions)] if setup.sessions else []
    for name, protocol, at, more in (
        ("inbox", setup.protocol, receiving, ["--username", setup.user]),
        ("outgoing", "smtp", setup.sending or setup.sink.port, ["--no-password", *most]),
    ):
        add = ["connections", "add", "--name", name, "--protocol", protocol, "--host", "127.0.0.1", "--port", str(at)]
        subprocess.run([*COMMAND, *add, "--security", "none", *more], env=environment, check=True, capture_output=True)
    path.write_text(json.dumps(flow(setup.protocol, setup.mapped)), encoding="utf-8")
    return path, environment


def installed() -> dict[str, str]:
    """The environment of a command as on a person's machine: compiled modules are kept."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def files(home: Path) -> Home:
    """Where a home keeps its things, if ``MAILFLOW_HOME`` names it."""
    return Home(config=home / "config", data=home / "data", logs=home / "logs")


def flow(protocol: Literal["imap", "pop3"] = "imap", mapped: Mapped = "text") -> dict[str, Any]:
    """From one account to an SMTP server; flags stay as they are, so that the next run finds the same mailbox."""
    receive: dict[str, Any] = {"connection": "inbox", "maximum_emails": -1, "after_receiving": {"action": "leave"}}
    if protocol == "imap":
        receive["unseen_only"] = False
    subject = {
        "target": "subject",
        "sources": [{"field": "subject"}],
        "transformations": [{"name": "prepend", "text": "[web] "}],
    }
    rules = [{"target": "to", "sources": [{"constant": "sales@example.com"}]}, subject]
    if mapped == "text":
        rules.append({"target": "text", "sources": [{"field": "text"}]})
    nodes = [
        {"id": "receive", "type": "receive-email", "settings": receive},
        {"id": "map", "type": "data-mapper", "settings": {"rules": rules}},
        {"id": "send", "type": "send-email", "settings": {"connection": "outgoing", "from": "bot@example.com"}},
    ]
    edges = [
        {"from": ["receive", "message"], "to": ["map", "message"]},
        {"from": ["map", "email"], "to": ["send", "email"]},
    ]
    if mapped == "nothing":
        nodes[2]["settings"] |= {"to": "sales@example.com"}  # type: ignore[operator]  # every value here is a dict
        nodes.pop(1)
        edges = [{"from": ["receive", "message"], "to": ["send", "email"]}]
    return {
        "mailflow": 1,
        "name": "bench",
        "connections": [
            {"id": "inbox", "name": "Inbox", "protocol": protocol, "host": "127.0.0.1"},
            {"id": "outgoing", "name": "Outgoing", "protocol": "smtp", "host": "127.0.0.1"},
        ],
        "nodes": nodes,
        "edges": edges,
    }


def alternating(rounds: int, runs: Mapping[str, Callable[[], Run]], count: int) -> dict[str, list[Run]]:
    """Every run in each round, one after the other, and a table of what they did."""
    done: dict[str, list[Run]] = {name: [] for name in runs}
    for _round in range(rounds):
        for name, run in runs.items():
            done[name].append(run())
    print(f"{count} mails, {rounds} alternating rounds, medians")
    print(f"{'':34} {'steady/s':>9} {'with start/s':>13} {'CPU s/1000':>11} {'RSS MB':>8}")
    for name, all_of in done.items():
        assert {run.mails for run in all_of} == {count}, f"{name}: not every mail arrived once"
        print(
            f"{name:34} {median(run.steady_rate for run in all_of):9.0f} {median(run.rate for run in all_of):13.0f}"
            f" {median(run.cpu_per_1000 for run in all_of):11.2f} {max(run.rss_mb for run in all_of):8.0f}"
        )
    print()
    return done


def ratio(ours: Sequence[Run], theirs: Sequence[Run]) -> float:
    """How many times their steady rate ours is: the median of the rounds, each by itself."""
    return median(one.steady_rate / other.steady_rate for one, other in zip(ours, theirs, strict=True))


def median(values: Any) -> float:
    """The median of some numbers."""
    return float(statistics.median(values))


@contextmanager
def delayed(port: int, round_trip: float) -> Iterator[int]:
    """A proxy in a process of its own that makes a server far away: a port whose round trip takes so many seconds longer."""
    command = [sys.executable, "-m", "tests.benchmarks.delay_proxy", str(port), str(round_trip / 2)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()
        with contextlib.suppress(OSError):
            process.stdout.close()
