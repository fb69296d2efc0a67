"""The engine against the plain pipeline, in alternating runs on real servers: ``python -m tests.benchmarks.bench_engine [MAILS] [ROUNDS]``.

Both receive the same mailbox from Dovecot, map headers and text, and send through Postfix's smtp-sink. The engine is the product's ordinary
one, as the command line starts it: journal, ledger, flags and start-up included; the plain pipeline keeps nothing. Ratios of medians count;
the figures themselves are of this machine alone.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks import figures
from tests.benchmarks.figures import Figure
from tests.benchmarks.mails import mail
from tests.servers.dovecot import Dovecot, dovecot

COMMAND = [sys.executable, "-c", "import sys; from mailflow_gui.cli import main; sys.exit(main())"]


@dataclass(frozen=True)
class Run:
    """One run's figures."""

    mails: int
    seconds: float
    cpu: float
    rss_mb: float


@contextmanager
def sink() -> Iterator[int]:
    """Postfix's smtp-sink on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    as_user = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = subprocess.Popen(["smtp-sink", *as_user, f"inet:127.0.0.1:{port}", "512"])
    try:
        for _try in range(100):
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait()


def plain(server: Dovecot, user: str, port: int) -> Run:
    """One run of the plain pipeline."""
    arguments = [user, server.password, str(server.imap), str(port)]
    command = [sys.executable, "-m", "tests.benchmarks.plain_pipeline", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Run(**json.loads(done.stdout))


def engine(server: Dovecot, user: str, port: int, home: Path) -> Run:
    """One run of the engine in a new home."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    environment = {**os.environ, "MAILFLOW_HOME": str(home), "MAILFLOW_PASSWORD_INBOX": server.password}
    for name, protocol, at, sign_in in (
        ("inbox", "imap", server.imap, ["--username", user]),
        ("outgoing", "smtp", port, ["--no-password"]),
    ):
        add = ["connections", "add", "--name", name, "--protocol", protocol, "--host", "127.0.0.1", "--port", str(at)]
        subprocess.run(
            [*COMMAND, *add, "--security", "none", *sign_in], env=environment, check=True, capture_output=True
        )
    path = home / "bench.mailflow"
    path.write_text(json.dumps(flow()), encoding="utf-8")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    run = [*COMMAND, "run", str(path), "--once", "--json"]
    process = subprocess.Popen(run, env=environment, stdout=subprocess.PIPE, text=True)
    out, _err = process.communicate()
    seconds = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    summary = json.loads(out.splitlines()[-1])
    assert process.returncode == 0, summary
    assert summary["sent"] == summary["received"], summary
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(summary["sent"], seconds, cpu, after.ru_maxrss / 1024)


def flow() -> dict[str, Any]:
    """From one IMAP account, headers and text mapped, to an SMTP server."""
    rules = [
        {"target": "to", "sources": [{"constant": "sales@example.com"}]},
        {
            "target": "subject",
            "sources": [{"field": "subject"}],
            "transformations": [{"name": "prepend", "text": "[web] "}],
        },
        {"target": "text", "sources": [{"field": "text"}]},
    ]
    receive = {
        "connection": "inbox",
        "maximum_emails": -1,
        "unseen_only": False,
        "after_receiving": {"action": "leave"},
    }
    return {
        "mailflow": 1,
        "name": "bench",
        "connections": [
            {"id": "inbox", "name": "Inbox", "protocol": "imap", "host": "127.0.0.1"},
            {"id": "outgoing", "name": "Outgoing", "protocol": "smtp", "host": "127.0.0.1"},
        ],
        "nodes": [
            {"id": "receive", "type": "receive-email", "settings": receive},
            {"id": "map", "type": "data-mapper", "settings": {"rules": rules}},
            {"id": "send", "type": "send-email", "settings": {"connection": "outgoing", "from": "bot@example.com"}},
        ],
        "edges": [
            {"from": ["receive", "message"], "to": ["map", "message"]},
            {"from": ["map", "email"], "to": ["send", "email"]},
        ],
    }


def main(count: int = 2000, rounds: int = 3) -> None:
    """Print one table."""
    with dovecot() as server, sink() as port, tempfile.TemporaryDirectory() as directory:
        user = server.new_user()
        server.deliver_all(user, [mail(number) for number in range(count)])
        runs: dict[str, list[Run]] = {"plain pipeline": [], "engine": []}
        for _round in range(rounds):
            runs["plain pipeline"].append(plain(server, user, port))
            runs["engine"].append(engine(server, user, port, Path(directory) / "home"))
        print(f"{count} mails, {rounds} alternating rounds, medians")
        print(f"{'':16} {'mails/s':>9} {'CPU s/1000':>11} {'RSS MB':>8}")
        rates = {}
        for name, all_of in runs.items():
            assert {run.mails for run in all_of} == {count}, "not every mail was sent"
            rates[name] = statistics.median(run.mails / run.seconds for run in all_of)
            cpu = statistics.median(run.cpu / run.mails * 1000 for run in all_of)
            print(f"{name:16} {rates[name]:9.0f} {cpu:11.2f} {max(run.rss_mb for run in all_of):8.0f}")
        print()
        figures.tell(
            [
                Figure("engine: headers and text mapped, mails a second", rates["engine"], "/s"),
                Figure(
                    "engine: as many times the plain pipeline's rate",
                    rates["engine"] / rates["plain pipeline"],
                    "×",
                    6,
                    at_least=True,
                ),
                Figure("engine: resident memory", max(run.rss_mb for run in runs["engine"]), "MB", 80),
            ]
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
