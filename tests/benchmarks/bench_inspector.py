"""How fast the inspector is on a journal of a million messages: ``python -m tests.benchmarks.bench_inspector [COUNT]``.

Scrolls the table frame by frame while another process adds 2,000 messages a second, searches, and opens bombs and a mail of 20 MB.
A frame is one change of the scroll bar with everything that Qt does about it, painting included; *stall* is the longest time for which
the window's thread did not come round. Prints a table; the design wants frames of 16 ms at most.
"""

from __future__ import annotations

import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from mailflow_gui import paths
from mailflow_gui.journal import names
from mailflow_gui.journal.journal import Journal
from mailflow_gui.journal.reader import Reader
from mailflow_gui.paths import Home
from mailflow_gui.qt.inspector import Inspector
from mailflow_gui.qt.inspector.detail import PREVIEW
from mailflow_gui.qt.theme import theme
from tests.benchmarks import figures
from tests.benchmarks.figures import Figure
from tests.qt.inspector import filled

PER_SECOND = 2_000
FRAME_LIMIT = 16.0
"""Milliseconds."""

FOUND: list[Figure] = []
"""What the table at the end tells."""

_STATES = ("sent",) * 96 + ("skipped",) * 2 + ("failed", "failed")
_INSERT = (
    "INSERT INTO items(watch, flow, node, account, folder, uid_validity, uid, key, version, run, dry, received, flags, message_id,"
    " subject, sender, size, segment, offset, length, state, steps, settled)"
    " VALUES (1, ?, 'receive', 'inbox', 'INBOX', 1, ?, ?, ?, 1, 0, ?, '', ?, ?, ?, 1200, 1, 0, 0, ?, ?, ?)"
)


def rows(first: int, count: int, version: str) -> list[tuple[object, ...]]:
    """Rows of the table ``items``."""
    now = time.time()
    return [
        (
            *(filled.FLOW, number, f"{number:040d}", version, now, f"<{number}@example.jp>"),
            *(
                f"お問い合わせの件 {number}",
                "山田 花子 <hanako@example.jp>",
                _STATES[number % 100],
                filled.PASSED,
                now + 1.5,
            ),
        )
        for number in range(first, first + count)
    ]


def build(home: Home, count: int) -> str:
    """A journal with so many messages; returns the flow's version."""
    with Journal(home) as journal:
        version = journal.write(filled.begin).result()
    database = sqlite3.connect(home.journal_file, isolation_level=None)
    database.execute("PRAGMA synchronous = OFF")
    for first in range(1, count + 1, 50_000):
        database.execute("BEGIN")
        database.executemany(_INSERT, rows(first, min(50_000, count + 1 - first), version))
        while names.file(database):
            pass
        database.execute("COMMIT")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return version


def write_on(file: str, first: int, version: str) -> None:
    """What the other process does: a group of messages twenty times a second until it is ended."""
    database = sqlite3.connect(file, timeout=30, isolation_level=None)
    step = PER_SECOND // 20
    begun, number = time.monotonic(), first
    while True:
        database.execute("BEGIN IMMEDIATE")
        database.executemany(_INSERT, rows(number, step, version))
        database.execute("COMMIT")
        number += step
        time.sleep(max(0.0, begun + (number - first) / PER_SECOND - time.monotonic()))


class Clock:
    """Notes how long the window's thread was away."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer(interval=1)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        now = time.perf_counter()
        self.longest = max(self.longest, now - self._last)
        self._last = now

    def read(self) -> float:
        """The longest time away since the last reading."""
        longest, self.longest = self.longest, 0.0
        self._last = time.perf_counter()
        return longest


def turn(seconds: float) -> None:
    """Let the event loop run."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)


def until(ready: Callable[[], bool], seconds: float = 60) -> float:
    """Let the event loop run until ``ready``; returns how long that took."""
    begun = time.perf_counter()
    while not ready():
        if time.perf_counter() - begun > seconds:
            raise TimeoutError
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
    return time.perf_counter() - begun


def frames(inspector: Inspector, step: int, count: int) -> list[float]:
    """Scroll ``count`` times by ``step`` pixels, and time each with its painting."""
    bar = inspector.table.verticalScrollBar()
    found = []
    for _frame in range(count):
        begun = time.perf_counter()
        bar.setValue((bar.value() + step) % max(1, bar.maximum()))
        inspector.table.viewport().repaint()
        QApplication.processEvents()
        found.append(time.perf_counter() - begun)
        time.sleep(0.002)
    return found


def say(what: str, *values: float) -> None:
    """One line of the table, in milliseconds."""
    print(f"{what:<58}" + "".join(f"{1000 * value:>10.1f}" for value in values))


def say_frames(what: str, times: list[float]) -> None:
    """Median, 99th percentile, longest."""
    ordered = sorted(times)
    FOUND.append(Figure(f"inspector: scroll {what}, median", 1000 * statistics.median(ordered), "ms", FRAME_LIMIT))
    say(what, statistics.median(ordered), ordered[int(len(ordered) * 0.99)], ordered[-1])


def bench(home: Home, count: int) -> None:
    """Measure, and print."""
    begun = time.perf_counter()
    version = build(home, count)
    print(
        f"built {count:,} messages in {time.perf_counter() - begun:.0f} s, {home.journal_file.stat().st_size / 1e6:.0f} MB"
    )
    application = QApplication([])
    theme.apply(application)
    inspector = Inspector(Reader(home))
    inspector.resize(1168, 264)
    inspector.show()
    print(f"{'milliseconds':<58}{'':>10}")
    say("from nothing to the first rows", until(lambda: inspector.model.row(count) is not None))
    clock = Clock()
    print(f"{'scrolling':<58}{'median':>10}{'p99':>10}{'longest':>10}")
    say_frames("by 72 px, nobody writes", frames(inspector, 72, 400))
    command = [
        sys.executable,
        "-m",
        "tests.benchmarks.bench_inspector",
        "--write",
        str(home.journal_file),
        str(count + 1),
        version,
    ]
    with subprocess.Popen(command) as writer:
        try:
            inspector.table.scrollToTop()
            until(lambda: inspector.model.rowCount() > count)  # the other process has begun
            begun_rows = inspector.model.rowCount()
            clock.read()
            turn(3)
            stall = clock.read()
            say(f"stall while following ({inspector.model.rowCount() - begun_rows:,} came in)", stall)
            FOUND.append(Figure("inspector: longest stall while following", 1000 * stall, "ms"))
            say_frames(f"by 72 px, {PER_SECOND:,} a second come in", frames(inspector, 72, 400))
            say_frames(f"by 40,000 px, {PER_SECOND:,} a second come in", frames(inspector, 40_000, 400))
            clock.read()
            for typed in ("nothing of that kind", f"件 {count // 2}"):
                inspector.bar.search.setText(typed)
                inspector.bar.search.returnPressed.emit()
                spent = until(inspector.list.search_older.isVisible)
                say(f"search through 200,000 (time, stall): {typed[:12]}", spent, clock.read())
            inspector.bar.search.clear()
            inspector.bar.search.returnPressed.emit()
            until(lambda: inspector.model.rowCount() > count)
            clock.read()
            inspector.show_state("failed")
            spent = until(lambda: 0 < inspector.model.rowCount() < count // 2)
            turn(1)
            say("all that failed (time, stall)", spent, clock.read())
            inspector.show_state("")
        finally:
            writer.terminate()
    until(lambda: inspector.model.rowCount() > count)
    bench_mails(home, inspector, clock)
    inspector.shut_down()
    print()
    figures.tell(FOUND)


def bench_mails(home: Home, inspector: Inspector, clock: Clock) -> None:
    """Open mails that take long, with the preview in view."""
    html = b"Subject: bomb\r\nContent-Type: text/html\r\n\r\n"
    mails = {
        "200 nested tables": html + b"<table><tr><td>" * 200 + b"hello world " * 500,
        "a word of 1 MB": html + b"<p>" + b"x" * 1_000_000,
        "a mail of 20 MB": b"Subject: large\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\n\r\nhello\r\n--b\r\n"
        b"Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + (b"QUJD" * 19 + b"\r\n") * (20_000_000 // 78)
        + b"--b--\r\n",
    }
    inspector.detail.tabs.setCurrentIndex(PREVIEW)
    with Journal(home) as journal:
        for number, (name, raw) in enumerate(mails.items()):
            open_mail(inspector, clock, name, keep(journal, 900_000_000 + number, raw))


def keep(journal: Journal, uid: int, raw: bytes) -> int:
    """Put a mail into the journal; returns its item."""
    return journal.write(lambda transaction: filled.receive(transaction, uid, raw=raw)).result()


def open_mail(inspector: Inspector, clock: Clock, name: str, item: int) -> None:
    """Measure how long a mail takes to be shown."""
    until(lambda: inspector.model.row_of(item) is not None)
    turn(0.5)
    clock.read()
    inspector.select_message(item)
    spent = until(lambda: inspector.detail.content_of == item)
    turn(0.3)
    say(f"open {name} (time, stall)", spent, clock.read())


def main(arguments: list[str]) -> None:
    """Run as the program says."""
    if arguments[:1] == ["--write"]:
        write_on(arguments[1], int(arguments[2]), arguments[3])
        return
    with tempfile.TemporaryDirectory() as directory:
        os.environ[paths.HOME_VARIABLE] = str(Path(directory) / "home")
        bench(paths.home().create(), int(arguments[0]) if arguments else 1_000_000)


if __name__ == "__main__":
    main(sys.argv[1:])
