"""What the engine does while nothing happens, and how soon it is awake.

``python -m tests.benchmarks.bench_idle [ACCOUNTS] [SECONDS] [MAILS]``: one runner watches many accounts in IDLE: its processor time a
minute, and its memory. Then mails come in one by one: the time from the server's notice, as another client hears it, to the arrival at the
far end: receiving, mapping, the commits and sending.
"""

from __future__ import annotations

import json
import os
import queue
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.store import AccountStore
from tests.benchmarks import figures
from tests.benchmarks.figures import Figure
from tests.benchmarks.mails import small
from tests.benchmarks.pipeline import COMMAND, Sink, files, flow, sink
from tests.servers.dovecot import Dovecot, dovecot

_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


def main(accounts: int = 50, seconds: float = 20.0, mails: int = 30) -> None:
    """Print one table."""
    with dovecot() as server, sink() as at, tempfile.TemporaryDirectory() as directory:
        users = [server.new_user() for _account in range(accounts)]
        for user in users:
            server.deliver(user, small(0))
        home = Path(directory)
        environment = _prepare(home, server, users, at)
        command = [*COMMAND, "run", str(home / "idle.mailflow")]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        try:
            _wait_until_waiting(server, users, process)
            before = _cpu(process.pid)
            time.sleep(seconds)
            idle = (_cpu(process.pid) - before) / seconds * 60
            rss = _rss(process.pid)
            with _Notices(server, users[0]) as notices:
                late = [_latency(server, users[0], at, notices, number) for number in range(mails)]
        finally:
            process.terminate()
            process.wait()
    figures.tell(
        [
            Figure(f"{accounts} accounts in IDLE: processor's time a minute", idle, "s"),
            Figure(f"{accounts} accounts in IDLE: resident memory", rss, "MB"),
            Figure("the server's notice of a new mail to the sink, median", statistics.median(late) * 1000, "ms", 10),
            Figure("the server's notice of a new mail to the sink, worst", max(late) * 1000, "ms"),
        ]
    )


def _prepare(home: Path, server: Dovecot, users: list[str], at: Sink) -> dict[str, str]:
    """One flow with a source for each account; returns the environment to run it in."""
    environment = {**os.environ, "MAILFLOW_HOME": str(home)}
    store = AccountStore(files(home).create().accounts_file)
    document = flow()
    receive: dict[str, Any] = document["nodes"].pop(0)
    document["edges"].pop(0)
    document["connections"].pop(0)
    for user in users:
        host = {"protocol": "imap", "host": "127.0.0.1"}
        store.add(Account(id=user, name=user, username=user, port=server.imap, security="none", **host))  # type: ignore[arg-type]  # literals
        environment[f"MAILFLOW_PASSWORD_{user.upper()}"] = server.password
        document["connections"].append({"id": user, "name": user, **host})
        settings = {**receive["settings"], "connection": user, "existing_mail": "skip", "idle": True}
        document["nodes"].append({**receive, "id": f"receive-{user}", "settings": settings})
        document["edges"].append({"from": [f"receive-{user}", "message"], "to": ["map", "message"]})
    store.add(Account(id="outgoing", name="Outgoing", protocol="smtp", host="127.0.0.1", port=at.port, security="none"))
    (home / "idle.mailflow").write_text(json.dumps(document), encoding="utf-8")
    return environment


def _wait_until_waiting(server: Dovecot, users: list[str], process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        assert process.poll() is None, "the runner has ended"
        if all(server.logins(user) for user in users):
            time.sleep(3.0)  # until the last of them waits, too
            return
        time.sleep(0.5)
    raise AssertionError("not every account was signed in to")


class _Notices:
    """Another client in IDLE on the same mailbox, which hears of a new mail when the engine does."""

    def __init__(self, server: Dovecot, user: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", server.imap))
        self._lines = self._socket.makefile("rb")
        self._login = f"a LOGIN {user} {server.password}\r\nb SELECT INBOX\r\nc IDLE\r\n"
        self.heard: queue.SimpleQueue[float] = queue.SimpleQueue()

    def __enter__(self) -> _Notices:
        self._socket.sendall(self._login.encode())
        while not self._lines.readline().startswith(b"+"):
            pass
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _listen(self) -> None:
        with self._lines:
            while line := self._lines.readline():
                if line.rstrip().endswith(b" EXISTS"):
                    self.heard.put(time.perf_counter())


def _latency(server: Dovecot, user: str, at: Sink, notices: _Notices, number: int) -> float:
    before = at.arrived
    server.deliver(user, small(number))
    noticed = notices.heard.get(timeout=30)
    while at.arrived == before:
        assert time.perf_counter() - noticed < 30, "the mail has not arrived"
        time.sleep(0.0005)
    took = time.perf_counter() - noticed
    time.sleep(0.3)
    return max(0.0, took)


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _rss(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


if __name__ == "__main__":
    main(*(kind(value) for kind, value in zip((int, float, int), sys.argv[1:4], strict=False)))
