"""The engine thread drives a real runner, and outlives it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from mailflow_gui import paths
from mailflow_gui.file_lock import FileLock
from mailflow_gui.qt.engine_thread import EngineThread
from mailflow_gui.sandbox import Sandbox
from mailflow_gui.sandbox.accounts import connected


@pytest.fixture
def demo(home: paths.Home, tmp_path: Path) -> Iterator[Path]:
    """The demo flow on a running sandbox."""
    path = tmp_path / "demo.mailflow"
    shutil.copy(paths.resources() / "examples" / "demo.mailflow", path)
    with Sandbox(home.sandbox) as sandbox, connected(home, sandbox):
        yield path


@pytest.fixture
def engine(home: paths.Home) -> Iterator[EngineThread]:
    thread = EngineThread()
    thread.start()
    yield thread
    thread.shutdown()
    assert not thread.isRunning()


def _is_free(home: paths.Home) -> bool:
    lock = FileLock(home.runner_lock)
    free = lock.acquire("test")
    lock.release()
    return free


def test_a_run_tells_its_events_and_counts_per_node(qtbot: QtBot, engine: EngineThread, demo: Path) -> None:
    events: list[dict[str, Any]] = []
    statuses: list[dict[str, Any]] = []
    engine.events.connect(events.extend)
    engine.status.connect(statuses.append)
    with qtbot.waitSignal(engine.replied, timeout=20_000) as reply:
        number = engine.start_flow(demo, "continuous")
    assert reply.args is not None
    assert (reply.args[0]["reply"], reply.args[0]["ok"], reply.args[0]["command"]) == (number, True, "start")

    def all_sent() -> bool:
        nodes = statuses[-1]["flows"][0].get("nodes", {}) if statuses and statuses[-1]["flows"] else {}
        return [nodes.get(name, {}).get("sent") for name in ("receive", "map", "send")] == [12, 12, 12]

    qtbot.waitUntil(all_sent, timeout=30_000)
    assert sum(event["event"] == "sent" for event in events) == 12
    assert statuses[-1]["flows"][0]["nodes"]["receive"]["next_poll"] is not None
    engine.stop_flow(demo)
    qtbot.waitUntil(lambda: statuses[-1]["flows"] == [], timeout=10_000)
    assert events[-1]["event"] == "run-ended"


def test_a_refused_start_is_answered_with_a_sentence(qtbot: QtBot, engine: EngineThread, home: paths.Home) -> None:
    with qtbot.waitSignal(engine.replied, timeout=20_000) as reply:
        engine.start_flow(home.data / "missing.mailflow")
    assert reply.args is not None
    assert reply.args[0]["error"]["code"] == "flow-file-missing"


def test_another_runner_is_named_and_the_next_start_works(
    qtbot: QtBot, engine: EngineThread, home: paths.Home, demo: Path
) -> None:
    lock = FileLock(home.runner_lock)
    assert lock.acquire("mailflow run elsewhere")
    with qtbot.waitSignal(engine.runner_ended, timeout=20_000) as ended:
        engine.start_flow(demo, "once")
    assert ended.args is not None
    assert ended.args[0] == 3
    assert "mailflow run elsewhere" in ended.args[1]
    lock.release()
    with qtbot.waitSignal(engine.replied, timeout=20_000) as reply:
        engine.start_flow(demo, "once")
    assert reply.args is not None
    assert reply.args[0]["ok"]


def test_a_runner_that_dies_is_noticed_and_replaced(qtbot: QtBot, engine: EngineThread, demo: Path) -> None:
    with qtbot.waitSignal(engine.replied, timeout=20_000):
        engine.start_flow(demo)
    pid = engine.runner_pid()
    assert pid is not None
    with qtbot.waitSignal(engine.runner_ended, timeout=10_000):
        os.kill(pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
    with qtbot.waitSignal(engine.replied, timeout=20_000) as reply:
        engine.start_flow(demo)
    assert reply.args is not None
    assert reply.args[0]["ok"]
    assert engine.runner_pid() != pid


def test_shutting_down_frees_the_home_within_three_seconds(
    qtbot: QtBot, engine: EngineThread, home: paths.Home, demo: Path
) -> None:
    with qtbot.waitSignal(engine.replied, timeout=20_000):
        engine.start_flow(demo)
    assert not _is_free(home)
    engine.shutdown()
    assert _is_free(home)


_OWNER = """
import sys
from PySide6.QtCore import QCoreApplication
from mailflow_gui.qt.engine_thread import EngineThread
application = QCoreApplication([])
thread = EngineThread()
thread.replied.connect(lambda reply: print("started" if reply["ok"] else reply, flush=True))
thread.start()
thread.start_flow(sys.argv[1])
application.exec()
"""


def test_a_killed_window_takes_its_runner_along(home: paths.Home, demo: Path) -> None:
    window = subprocess.Popen([sys.executable, "-c", _OWNER, str(demo)], stdout=subprocess.PIPE, encoding="utf-8")
    assert window.stdout is not None
    assert window.stdout.readline() == "started\n"
    assert not _is_free(home)
    window.kill()
    window.wait()
    window.stdout.close()
    end = time.monotonic() + 60
    while not _is_free(home) and time.monotonic() < end:
        time.sleep(0.05)
    assert _is_free(home)
