"""What goes wrong is said, and the window goes on."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLabel, QPlainTextEdit
from pytestqt.qtbot import QtBot

from mailflow_gui import logs, paths
from mailflow_gui.file_lock import FileLock
from mailflow_gui.flow import file as flow_file
from mailflow_gui.qt.faults import Faults
from mailflow_gui.qt.main_window import MainWindow
from tests.qt.canvas.hands import Hands
from tests.qt.journeys.conftest import Answer, Open

EXAMPLES = paths.resources() / "examples"

_CRASHING = """
import sys
from PySide6.QtWidgets import QApplication
from mailflow_gui import paths
from mailflow_gui.qt.main_window import MainWindow
application = QApplication([])
window = MainWindow(paths.home())
window.show()
window.files.new()
window.canvas.add_node("data-mapper")
window.document.kept.connect(lambda kept: print("kept", flush=True))
application.exec()
"""


def test_unsaved_work_is_recovered_after_the_window_was_killed(open_window: Open, answer: Answer) -> None:
    crashing = subprocess.Popen(
        [sys.executable, "-c", _CRASHING],
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert crashing.stdout is not None
    assert crashing.stdout.readline() == "kept\n"
    crashing.kill()
    crashing.wait()
    crashing.stdout.close()
    window = open_window()
    words = answer("Recover")
    window.files.recover()
    assert "Recover unsaved changes" in words[0]
    assert [node.type for node in window.canvas.to_flow().nodes] == ["receive-email", "send-email", "data-mapper"]
    assert window.document.unsaved


def test_a_dead_runner_is_shown_and_restarted(qtbot: QtBot, window: MainWindow) -> None:
    window.files.open_sandbox()
    QTest.mouseClick(window.tool_bar.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.run.state == "running" and bool(window.run.nodes), timeout=20_000)
    pid = window.engine.runner_pid()
    assert pid is not None
    os.kill(pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
    qtbot.waitUntil(window.notice.isVisible, timeout=10_000)
    assert "engine ended unexpectedly" in window.notice.text
    assert window.run.state == "idle"
    restart = next(button for button in window.notice.findChildren(QAbstractButton) if button.text() == "Restart")
    QTest.mouseClick(restart, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.run.state == "running", timeout=20_000)
    assert not window.notice.isVisible()
    QTest.mouseClick(window.tool_bar.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.run.state == "idle", timeout=20_000)


def test_another_runner_is_named_and_the_window_stays_usable(qtbot: QtBot, window: MainWindow) -> None:
    window.files.open_sandbox()
    lock = FileLock(window.home.runner_lock)
    assert lock.acquire("mailflow run elsewhere.mailflow")
    window.running.start_or_stop()
    qtbot.waitUntil(window.notice.isVisible, timeout=20_000)
    assert "mailflow run elsewhere.mailflow" in window.notice.text
    lock.release()
    window.running.run_once()
    qtbot.waitUntil(lambda: window.run.numbers.sent == 5 and window.run.state == "idle", timeout=30_000)


def test_a_strangers_flow_does_nothing_until_it_is_accepted(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "gift.mailflow"
    shutil.copy(EXAMPLES / "demo.mailflow", path)
    window.sandbox.start()
    assert window.files.open(path)
    assert window.trust_banner.isVisible()
    window.running.start_or_stop()
    assert window.run.state == "idle"
    assert window.engine.runner_pid() is None
    before = window.canvas.to_flow()
    Hands(window.canvas).drop("data-mapper", window.canvas.viewer.viewport().rect().center())
    assert window.canvas.to_flow() == before
    QTest.mouseClick(window.trust_banner.button, Qt.MouseButton.LeftButton)
    assert not window.trust_banner.isVisible()
    window.running.run_once()
    qtbot.waitUntil(lambda: window.run.numbers.sent == 5 and window.run.state == "idle", timeout=30_000)


def test_the_banner_names_what_this_flow_does_and_not_the_one_before(window: MainWindow, tmp_path: Path) -> None:
    window.files.open_sandbox()
    path = tmp_path / "gift.mailflow"
    content = (EXAMPLES / "forward-enquiries.mailflow").read_text(encoding="utf-8")
    path.write_text(content.replace("imap.example.com", "imap.elsewhere.example"), encoding="utf-8")
    assert window.files.open(path)
    words = " ".join(label.text() for label in window.trust_banner.findChildren(QLabel))
    assert "imap.elsewhere.example" in words
    assert "Sandbox" not in words


def test_a_file_that_cannot_be_read_is_one_sentence(window: MainWindow, answer: Answer, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mailflow"
    broken.write_text("{", encoding="utf-8")
    words = answer("Close")
    assert not window.files.open(broken)
    assert "broken" in words[0]
    assert not window.document.is_open


@pytest.mark.parametrize("is_open", [False, True])
def test_a_dropped_file_is_opened(qtbot: QtBot, window: MainWindow, is_open: bool) -> None:
    if is_open:
        window.files.new()
    place = window.canvas.viewer.viewport() if is_open else window.welcome.viewport()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(EXAMPLES / "forward-enquiries.mailflow"))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    for event in (
        QDragEnterEvent(QPoint(200, 200), copy, data, left, none),
        QDragMoveEvent(QPoint(200, 200), copy, data, left, none),
        QDropEvent(QPointF(200, 200), copy, data, left, none),
    ):
        event.ignore()
        QApplication.sendEvent(place, event)
    qtbot.waitUntil(lambda: window.windowTitle() == "Forward enquiries[*] – MailFlow", timeout=5000)


@pytest.mark.parametrize(("button", "stays"), [("Cancel", True), ("Don't save", False)])
def test_closing_asks_only_about_unsaved_work(window: MainWindow, answer: Answer, button: str, stays: bool) -> None:
    window.files.new()
    window.canvas.add_node("data-mapper")
    words = answer(button)
    assert window.close() is not stays
    assert len(words) == 1
    assert window.engine.isRunning() is stays


def test_closing_a_saved_flow_asks_nothing(window: MainWindow, tmp_path: Path) -> None:
    window.files.new()
    window.document.save(tmp_path / "saved.mailflow")
    assert window.close()
    assert not window.engine.isRunning()


def test_a_problem_leads_to_its_node_and_field(qtbot: QtBot, window: MainWindow) -> None:
    window.files.new()
    window.files.use_template(EXAMPLES / "forward-enquiries.mailflow")
    qtbot.waitUntil(lambda: bool(window.problems), timeout=5000)
    problem = next(one for one in window.problems if one.node == "send" and one.field == "connection")
    window.show_problem(problem.node or "", problem.field or "")
    assert window.canvas.selected() == ["send"]
    assert window.form.body is not None
    assert window.focusWidget() is window.form.body.rows["connection"].editor.control()


def test_a_fault_is_shown_without_secrets_and_the_window_stays(qtbot: QtBot, home: paths.Home) -> None:
    faults = Faults()
    undo = faults.install()
    logs.keep_out("hunter2-hunter2")
    window = MainWindow(home, faults)
    window.show()
    try:

        def wrong() -> None:
            raise RuntimeError("no luck with hunter2-hunter2")

        with qtbot.captureExceptions(), qtbot.waitSignal(faults.happened, timeout=5000):
            QTimer.singleShot(0, lambda: faults._take(*_caught(wrong)))
        dialog = next(found for found in window.findChildren(QDialog) if found.isVisible())
        shown = dialog.findChildren(QPlainTextEdit)[0].toPlainText()
        assert "RuntimeError: no luck with ***" in shown
        assert "hunter2" not in shown
        dialog.accept()
        window.files.new()
        assert window.document.is_open
    finally:
        undo()
        window.document.close()
        window.close()


def _caught(wrong: object) -> tuple[type[BaseException], BaseException, None]:
    try:
        wrong()  # type: ignore[operator]
    except RuntimeError as error:
        return type(error), error, None
    raise AssertionError


def test_the_flow_in_the_home_is_a_copy_of_the_demo(window: MainWindow) -> None:
    window.files.open_sandbox()
    assert window.document.path is not None
    assert window.document.path.parent == window.home.data
    assert flow_file.read(window.document.path) == flow_file.read(EXAMPLES / "demo.mailflow")


def test_a_file_that_cannot_be_opened_is_refused_before_anything_is_asked(
    window: MainWindow, answer: Answer, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.mailflow"
    broken.write_text("{", encoding="utf-8")
    window.files.new()
    window.canvas.add_node("data-mapper")
    words = answer("Close")
    assert not window.files.open(broken)
    assert "broken" in words[0]
    assert window.document.unsaved
    assert len(window.canvas.to_flow().nodes) == 3


def test_a_second_start_waits_for_the_answer_to_an_open_question(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "demo.mailflow"
    shutil.copy(EXAMPLES / "demo.mailflow", path)
    question = QDialog(window)
    question.setModal(True)
    question.show()
    window.come_to_front([path], demo=False)
    qtbot.wait(500)
    was_open = window.document.is_open
    question.reject()
    qtbot.waitUntil(lambda: window.document.path == path, timeout=10_000)
    assert not was_open
