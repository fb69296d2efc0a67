"""One window per home."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

import pytest
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from mailflow_gui import paths
from mailflow_gui.qt.single_window import SingleWindow, hand_over, server_name

_SECOND = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from mailflow_gui import paths
from mailflow_gui.qt.single_window import hand_over
application = QCoreApplication([])
sys.exit(0 if hand_over(paths.home(), [Path(sys.argv[1])]) else 7)
"""


@pytest.fixture
def second(home: paths.Home) -> list[str]:
    return [sys.executable, "-c", _SECOND, "/mail/受信.mailflow"]


def test_a_second_start_hands_its_file_over(qtbot: QtBot, home: paths.Home, second: list[str]) -> None:
    window = SingleWindow(home)
    with qtbot.waitSignal(window.asked, timeout=20_000) as asked:
        process = subprocess.Popen(second)
    assert asked.args == [[Path("/mail/受信.mailflow")], False]
    qtbot.waitUntil(lambda: process.poll() is not None, timeout=20_000)
    assert process.returncode == 0
    window.close()


@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="sockets lie in a directory of the user's own there")
def test_without_a_runtime_directory_the_socket_lies_where_no_other_user_can_write(
    qtbot: QtBot, home: paths.Home, second: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    with tempfile.TemporaryDirectory(prefix="m") as short:
        monkeypatch.setenv(paths.HOME_VARIABLE, short)
        home = paths.home().create()
        window = SingleWindow(home)
        socket = Path(server_name(home))
        assert socket.parent == home.data.resolve()
        assert socket.is_socket()
        assert home.data.stat().st_mode & 0o077 == 0
        with qtbot.waitSignal(window.asked, timeout=20_000) as asked:
            process = subprocess.Popen(second)
        assert asked.args == [[Path("/mail/受信.mailflow")], False]
        qtbot.waitUntil(lambda: process.poll() is not None, timeout=20_000)
        assert process.returncode == 0
        window.close()


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() != 0, reason="only root can listen as another user")
def test_nothing_is_handed_to_another_user(qtbot: QtBot, home: paths.Home) -> None:
    window = SingleWindow(home)
    asked: list[object] = []
    window.asked.connect(lambda *given: asked.append(given))
    os.chown(_path(home), 65534, 65534)
    assert not hand_over(home, [Path("/mail/a.mailflow")])
    window.close()
    assert not asked


def _path(home: paths.Home) -> str:
    client = QLocalSocket()
    client.setServerName(server_name(home))
    client.connectToServer()
    assert client.waitForConnected(2000)
    path = client.fullServerName()
    client.abort()
    return path


def test_without_a_window_nothing_is_handed_over(qtbot: QtBot, home: paths.Home) -> None:
    assert not hand_over(home, [])


def test_nonsense_is_dropped_and_the_next_one_is_heard(qtbot: QtBot, home: paths.Home, second: list[str]) -> None:
    window = SingleWindow(home)
    rude = QLocalSocket()
    rude.connectToServer(server_name(home))
    assert rude.waitForConnected(2000)
    rude.write(b'{"open": 5}\n')
    rude.flush()
    qtbot.waitUntil(lambda: rude.state() == QLocalSocket.LocalSocketState.UnconnectedState, timeout=10_000)
    with qtbot.waitSignal(window.asked, timeout=20_000):
        process = subprocess.Popen(second)
    qtbot.waitUntil(lambda: process.poll() is not None, timeout=20_000)
    window.close()


def test_a_question_about_the_file_outlives_the_second_start(qtbot: QtBot, home: paths.Home, second: list[str]) -> None:
    window = SingleWindow(home)
    question = QEventLoop()  # as a message box has one of its own
    asked: list[object] = []
    below: set[str] = set()

    def ask(files: list[Path], _demo: bool) -> None:
        QTimer.singleShot(500, question.quit)
        question.exec()
        asked.append(files)
        below.update(frame.name for frame in traceback.extract_stack())

    window.asked.connect(ask)
    for _round in range(3):
        process = subprocess.Popen(second)
        while process.poll() is None:
            qtbot.wait(20)
        assert process.returncode == 0
    qtbot.waitUntil(lambda: len(asked) == 3, timeout=20_000)
    assert "_read" not in below, "the socket is deleted during the question, and its signal returns into freed memory"
    window.close()
