"""How fast the window is: ``python -m tests.benchmarks.bench_window [--mails N] [--json]``, on the display at hand or offscreen.

Two measurements: the time from the process's start to the first paint, and how late the window's event loop is while a runner works
flat out through N mails of a sandbox (in a process of its own, as a mail server is). A window that feels instant stays below 50 ms.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

_TICK_MILLISECONDS = 5

_FIRST_PAINT = """
import sys, time
began = float(sys.argv[1])
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication
from mailflow_gui import paths
from mailflow_gui.qt import application
app = QApplication([])
application.dress(app)
from mailflow_gui.qt.main_window import MainWindow
class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            print(time.time() - began, flush=True)
            app.removeEventFilter(self)
            QTimer.singleShot(0, app.quit)
        return False
window = MainWindow(paths.home().create())
watch = Watch()
app.installEventFilter(watch)
window.show()
app.exec()
window.close()
"""

_SERVER = """
import sys
from pathlib import Path
from mailflow_gui.sandbox import Sandbox
with Sandbox(Path(sys.argv[1])) as sandbox:
    print(sandbox.imap_port, sandbox.smtp_port, sandbox.password, flush=True)
    sys.stdin.read()
"""


def first_paint(rounds: int = 5) -> list[float]:
    """Seconds from starting Python to the first paint, sorted."""
    found = []
    for _round in range(rounds):
        command = [sys.executable, "-c", _FIRST_PAINT, str(time.time())]
        found.append(float(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
    return sorted(found)


def fill(directory: Path, count: int) -> None:
    """Put ``count`` mails into the INBOX of a sandbox that doesn't run yet."""
    from mailflow_gui.sandbox.store import Store, put, sample_mails

    store = Store(directory)
    directory.mkdir(parents=True)
    store.prepare()
    samples = sample_mails()
    for number in range(count - len(samples)):
        put(store.inbox, samples[number % len(samples)].replace(b"Message-ID: <", b"Message-ID: <%d." % number))


def latency(mails: int) -> dict[str, Any]:
    """How late the window's timer fires, in milliseconds, while a runner works through ``mails`` mails."""
    from PySide6.QtCore import Qt, QTimer
    from PySide6.QtWidgets import QApplication

    from mailflow_gui import paths
    from mailflow_gui.accounts.account import Account
    from mailflow_gui.accounts.secrets import variable
    from mailflow_gui.qt import application
    from mailflow_gui.qt.main_window import MainWindow

    home = paths.home().create()
    directory = home.data / "server"
    fill(directory, mails)
    server = subprocess.Popen(
        [sys.executable, "-c", _SERVER, str(directory)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    imap_port, smtp_port, password = server.stdout.readline().split()
    app = QApplication([])
    application.dress(app)
    window = MainWindow(home)
    for name, protocol, port in (("sandbox-inbox", "imap", imap_port), ("sandbox-outgoing", "smtp", smtp_port)):
        window.accounts.add(Account(name, name, protocol, "127.0.0.1", int(port), "none", "sandbox"))  # type: ignore[arg-type]  # the two protocols
        os.environ[variable(name)] = password
    flow = home.data / "bench.mailflow"
    content = json.loads((paths.resources() / "examples" / "demo.mailflow").read_text(encoding="utf-8"))
    content["nodes"][0]["settings"]["maximum_emails"] = -1
    flow.write_text(json.dumps(content), encoding="utf-8")
    window.resize(1440, 900)
    window.show()
    window.files.open(flow)
    window.files.accept()
    late: list[float] = []
    last = time.perf_counter()

    def tick() -> None:
        nonlocal last
        now = time.perf_counter()
        if window.run.state == "running":
            late.append(max(0.0, (now - last) * 1000 - _TICK_MILLISECONDS))
        last = now

    timer = QTimer(window)
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(tick)
    timer.start(_TICK_MILLISECONDS)
    began = time.monotonic()
    window.run.finished.connect(lambda _numbers: app.exit())
    window.run.failed.connect(lambda code, text: app.exit(1))
    window.run.runner_lost.connect(lambda words: app.exit(1))
    window.run.start(flow, "until-idle", dry=False)
    code = app.exec()
    seconds = time.monotonic() - began
    numbers = window.run.numbers
    window.close()
    assert server.stdin is not None
    server.stdin.close()
    server.wait()
    if code:
        raise SystemExit("the run ended by a fault")
    cuts = statistics.quantiles(late, n=100)
    return {
        "mails": numbers.sent,
        "mails_per_second": round(numbers.sent / seconds, 1),
        "p50_ms": round(cuts[49], 1),
        "p99_ms": round(cuts[98], 1),
        "worst_ms": round(max(late), 1),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=200, help="how many; the sandbox serves some 30 a second")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if not os.environ.get("DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    home = tempfile.mkdtemp(prefix="bench-window-")
    os.environ["MAILFLOW_HOME"] = home
    try:
        paints = first_paint()
        found: dict[str, Any] = {
            "first_paint_seconds": {"first": round(paints[-1], 2), "median": round(statistics.median(paints), 2)},
            "latency": latency(arguments.mails),
        }
    finally:
        shutil.rmtree(home, ignore_errors=True)
    print(json.dumps(found, indent=None if arguments.json else 2))


if __name__ == "__main__":
    main()
