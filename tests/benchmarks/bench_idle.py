"""What the engine does while nothing happens, and how soon it is awake.

``python -m tests.benchmarks.bench_idle [ACCOUNTS] [SECONDS] [MAILS]``: one runner watches many accounts in IDLE: its processor time a
minute, and its memory. Then mails come in one by one: the time from the server's notice, as it passes on its way to the engine, to the
arrival at the far end: receiving, mapping, the commits and sending.
"""

from __future__ import annotations

import json
import math
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
from tests.benchmarks.pipeline import COMMAND, Sink, files, flow, installed, sink
from tests.servers.dovecot import Dovecot, dovecot

_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


def main(accounts: int = 50, seconds: float = 20.0, mails: int = 100) -> None:
    """Print one table."""
    with (
        dovecot() as server,
        sink() as at,
        tempfile.TemporaryDirectory() as directory,
        _Notices(server.imap) as notices,
    ):
        users = [server.new_user() for _account in range(accounts)]
        for user in users:
            server.deliver(user, small(0))
        home = Path(directory)
        environment = _prepare(home, server, users, at, notices.port)
        command = [*COMMAND, "run", str(home / "idle.mailflow")]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        try:
            _wait_until_waiting(server, users, process)
            before = _cpu(process.pid)
            time.sleep(seconds)
            idle = (_cpu(process.pid) - before) / seconds * 60
            rss = _rss(process.pid)
            late = sorted(_latency(server, users[0], at, notices, number) for number in range(mails))
        finally:
            process.terminate()
            process.wait()
    figures.tell(
        [
            Figure(f"{accounts} accounts in IDLE: processor's time a minute", idle, "s"),
            Figure(f"{accounts} accounts in IDLE: resident memory", rss, "MB"),
            Figure("the server's notice of a new mail to the sink, median", statistics.median(late) * 1000, "ms", 10),
            Figure(
                "the server's notice of a new mail to the sink, p99", late[math.ceil(len(late) * 0.99) - 1] * 1000, "ms"
            ),
        ]
    )


def _prepare(home: Path, server: Dovecot, users: list[str], at: Sink, first: int) -> dict[str, str]:
    """One flow with a source for each account, the first at the port ``first``; returns the environment to run it in."""
    environment = {**installed(), "MAILFLOW_HOME": str(home)}
    store = AccountStore(files(home).create().accounts_file)
    document = flow()
    receive: dict[str, Any] = document["nodes"].pop(0)
    document["edges"].pop(0)
    document["connections"].pop(0)
    for user in users:
        host = {"protocol": "imap", "host": "127.0.0.1"}
        port = first if user == users[0] else server.imap
        store.add(Account(id=user, name=user, username=user, port=port, security="none", **host))  # type: ignore[arg-type]  # literals
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
    """A line between the engine and the server that hears when the server tells of a new mail. Each client of Dovecot is told at another
    time, up to half a second apart: only what this one is told counts."""

    def __init__(self, port: int) -> None:
        self._server = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self.heard: queue.SimpleQueue[float] = queue.SimpleQueue()

    def __enter__(self) -> _Notices:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _address = self._listening.accept()
            except OSError:  # closed: the end
                return
            far = socket.create_connection(("127.0.0.1", self._server))
            for sock in (near, far):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._pass_on, args=(near, far, False), daemon=True).start()
            threading.Thread(target=self._pass_on, args=(far, near, True), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, listens: bool) -> None:
        with source, target:
            while data := source.recv(65536):
                if listens and b" EXISTS\r\n" in data:
                    self.heard.put(time.perf_counter())
                target.sendall(data)

    def forget(self) -> None:
        """Begin anew with the next notice."""
        while not self.heard.empty():
            self.heard.get()


def _latency(server: Dovecot, user: str, at: Sink, notices: _Notices, number: int) -> float:
    before = at.arrived
    notices.forget()
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
