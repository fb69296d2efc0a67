"""How soon a start bears fruit: ``python -m tests.benchmarks.bench_start [--rounds N] [--json]``, on the display at hand or offscreen.

Two measurements, each the median of several processes: the time until the window, as ``mailflow`` opens it, has painted for the first time,
and the time until ``mailflow run FLOW --once`` has written its first command to a mail server. The processor's time is told beside it: it
hardly depends on what else the machine does. One uncounted start of each comes first, since Python keeps compiled modules from then on.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import figures
from tests.benchmarks.figures import Figure
from tests.benchmarks.pipeline import COMMAND, flow, installed

_WINDOW = """
import sys, time
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication

class Application(QApplication):
    def notify(self, watched, event):
        done = super().notify(watched, event)
        if event.type() == QEvent.Type.Paint and not said:
            said.append(time.time())
            print(time.time() - float(sys.argv.pop()), time.process_time(), flush=True)
            QTimer.singleShot(0, self.closeAllWindows)
        return done

said = []
from mailflow_gui.qt import application
application.QApplication = Application
from mailflow_gui import cli
sys.exit(cli.main(["open"]))
"""


@dataclass(frozen=True)
class Start:
    """One process, as far as what was waited for."""

    seconds: float
    cpu: float


def first_paint(home: Path) -> Start:
    """From starting Python to the end of the window's first paint."""
    command = [sys.executable, "-c", _WINDOW, str(time.time())]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=_environment(home))
    seconds, cpu = map(float, done.stdout.split())
    return Start(seconds, cpu)


def first_command(home: Path) -> Start:
    """From starting Python to the first command that a flow with one IMAP account writes to its server."""
    environment = _environment(home)
    with socket.create_server(("127.0.0.1", 0)) as server:
        path = _prepare(home, int(server.getsockname()[1]), environment)
        began = time.perf_counter()
        process = subprocess.Popen(
            [*COMMAND, "run", str(path), "--once"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        server.settimeout(30)
        session, _address = server.accept()
        with session:
            session.sendall(b"* OK ready\r\n")
            assert session.recv(1)
            start = Start(time.perf_counter() - began, _cpu(process.pid))
        process.kill()
        process.wait()
    return start


def _prepare(home: Path, port: int, environment: dict[str, str]) -> Path:
    for name, protocol in (("inbox", "imap"), ("outgoing", "smtp")):
        add = ["connections", "add", "--name", name, "--protocol", protocol, "--host", "127.0.0.1", "--port", str(port)]
        sign_in = ["--username", "somebody"] if protocol == "imap" else ["--no-password"]
        subprocess.run(
            [*COMMAND, *add, "--security", "none", *sign_in], env=environment, check=True, capture_output=True
        )
    path = home / "bench.mailflow"
    path.write_text(json.dumps(flow()), encoding="utf-8")
    return path


def _environment(home: Path) -> dict[str, str]:
    """As on a person's machine, with a home of its own."""
    kept = installed()
    if not kept.get("DISPLAY"):
        kept.setdefault("QT_QPA_PLATFORM", "offscreen")
    return kept | {"MAILFLOW_HOME": str(home), "MAILFLOW_PASSWORD_INBOX": "secret"}


def _cpu(pid: int) -> float:
    """Seconds of processor time that a process has used so far; nan where the system doesn't tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return float("nan")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(start: Callable[[Path], Start], rounds: int) -> tuple[Start, ...]:
    """``rounds`` starts, each in a new home, after one that doesn't count."""
    found = []
    for _round in range(rounds + 1):
        with tempfile.TemporaryDirectory() as directory:
            found.append(start(Path(directory)))
    return tuple(found[1:])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    found = []
    for name, start, target, cpu_target in (
        ("window: to the first paint", first_paint, 1.0, None),
        ("run: to the first command on the wire", first_command, None, 0.35),
    ):
        starts = measure(start, arguments.rounds)
        found += [
            Figure(name, statistics.median(one.seconds for one in starts), "s", target),
            Figure(f"{name}, processor time", statistics.median(one.cpu for one in starts), "s", cpu_target),
        ]
    figures.tell(found, as_json=arguments.json)


if __name__ == "__main__":
    main()
