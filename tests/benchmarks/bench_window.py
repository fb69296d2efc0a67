"""How late the window is: ``python -m tests.benchmarks.bench_window [--mails N] [--json]``, on the display at hand or offscreen.

A runner works flat out through a real mailbox (Dovecot) into a real sink (Postfix's smtp-sink), while the window shows its flow with live
cards, and the inspector follows the newest messages. Measured is by how much the window's timer of 5 ms is late, from the first reply of
the runner to its end: every stall that a person could feel, whether the window's own work makes it or the processor is busy elsewhere.
*At work* is how much processor time the window's thread used between two of these moments: its own share in a stall.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication

from mailflow_gui import paths
from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.secrets import variable
from mailflow_gui.qt import application
from mailflow_gui.qt.main_window import MainWindow
from tests.benchmarks import figures
from tests.benchmarks.figures import Figure
from tests.benchmarks.mails import mail
from tests.benchmarks.pipeline import flow, sink
from tests.servers.dovecot import Dovecot, dovecot

_TICK_MILLISECONDS = 5


class Clock:
    """Notes how late its timer fires, and how long the window's thread was at work since, in milliseconds, while a flow runs."""

    def __init__(self, window: MainWindow) -> None:
        self.late: list[float] = []
        self.at_work: list[float] = []
        self._window = window
        self._last, self._worked = time.perf_counter(), time.thread_time()
        self._timer = QTimer(window)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start(_TICK_MILLISECONDS)

    def _tick(self) -> None:
        now, worked = time.perf_counter(), time.thread_time()
        if self._window.run.state == "running":
            self.late.append(max(0.0, (now - self._last) * 1000 - _TICK_MILLISECONDS))
            self.at_work.append((worked - self._worked) * 1000)
        self._last, self._worked = now, worked


def measure(server: Dovecot, user: str, sink_port: int, mails: int) -> list[Figure]:
    """One run, watched."""
    home = paths.home().create()
    app = QApplication([])
    application.dress(app)
    window = MainWindow(home)
    window.accounts.add(Account("inbox", "inbox", "imap", "127.0.0.1", server.imap, "none", user))
    window.accounts.add(Account("outgoing", "outgoing", "smtp", "127.0.0.1", sink_port, "none", ""))
    os.environ[variable("inbox")] = server.password
    path = home.data / "bench.mailflow"
    path.write_text(json.dumps(flow()), encoding="utf-8")
    window.resize(1440, 900)
    window.show()
    window.files.open(path)
    window.files.accept()
    window.docks_shown.show_bottom(window.inspector)
    clock = Clock(window)
    window.run.finished.connect(lambda _numbers: app.exit())
    window.run.failed.connect(lambda code, text: app.exit(1))
    window.run.runner_lost.connect(lambda words: app.exit(1))
    began, used = time.monotonic(), time.process_time()
    window.run.start(path, "until-idle", dry=False)
    code = app.exec()
    seconds, used = time.monotonic() - began, time.process_time() - used
    sent = window.run.numbers.sent
    shown = window.inspector.list.following and window.inspector.isVisible() and window.inspector.model.rowCount()
    window.close()
    if code or sent != mails or shown != mails:
        raise SystemExit(f"the run ended with {code}: {sent} of {mails} mails sent, {shown} listed")
    cuts, at_work = statistics.quantiles(clock.late, n=100), statistics.quantiles(clock.at_work, n=100)
    return [
        Figure("window beside a busy runner: mails a second", sent / seconds, "/s"),
        Figure("window beside a busy runner: its share of one processor", 100 * used / seconds, "%"),
        Figure("window beside a busy runner: late, median", cuts[49], "ms"),
        Figure("window beside a busy runner: late, 99th percentile", cuts[98], "ms", 30),
        Figure("window beside a busy runner: late, worst", max(clock.late), "ms"),
        Figure("window beside a busy runner: at work, 99th percentile", at_work[98], "ms", 30),
        Figure("window beside a busy runner: at work, longest", max(clock.at_work), "ms"),
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=5000)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if not os.environ.get("DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="bench-window-") as home, dovecot() as server, sink() as at:
        os.environ[paths.HOME_VARIABLE] = str(Path(home))
        user = server.new_user()
        server.deliver_all(user, [mail(number) for number in range(arguments.mails)])
        found = measure(server, user, at.port, arguments.mails)
    figures.tell(found, as_json=arguments.json)


if __name__ == "__main__":
    main()
