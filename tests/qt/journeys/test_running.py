"""While a flow runs: saved anew, stopped at once, its connections in trouble, closed with unsaved work."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel
from pytestqt.qtbot import QtBot

from mailflow_gui import paths
from mailflow_gui.accounts import os_keyring
from mailflow_gui.accounts.account import Account
from mailflow_gui.flow import file as flow_file
from mailflow_gui.flow.model import Stub
from mailflow_gui.qt import run_control
from mailflow_gui.qt.main_window import MainWindow
from tests.qt.journeys.conftest import Answer
from tests.qt.journeys.mouse import Mouse
from tests.servers.dovecot import Dovecot
from tests.servers.recording_smtp import Action, RecordingSmtp

DEMO = paths.resources() / "examples" / "demo.mailflow"


def start(qtbot: QtBot, mouse: Mouse) -> None:
    mouse.click(mouse.window.tool_bar.run)
    qtbot.waitUntil(lambda: mouse.window.run.state == "running", timeout=20_000)


def button(inside: MainWindow, text: str) -> QAbstractButton:
    """A button of the toast."""
    return next(found for found in inside.toast.findChildren(QAbstractButton) if found.text() == text)


def state(window: MainWindow, account: str) -> str:
    """How a connection stands in the list, in one word."""
    return window.connections.states(window.accounts.all()).get(account, "")


def strict_flow(window: MainWindow, path: Path, port: int) -> None:
    """The demo, but it sends through a server of the test's."""
    window.sandbox.start()
    window.accounts.add(Account("strict", "Strict", "smtp", "127.0.0.1", port, "none", signs_in=False))
    window.connections.refresh()
    flow = flow_file.read(DEMO)
    send = flow.node("send")
    stubs = (flow.connections[0], Stub("strict", "Strict", "smtp", "127.0.0.1"))
    receive = flow.node("receive")
    nodes = (
        replace(receive, settings={**receive.settings, "maximum_emails": 50}),
        flow.node("map"),
        replace(send, settings={**send.settings, "connection": "strict"}),
    )
    flow_file.write(replace(flow, id=None, connections=stubs, nodes=nodes), path)
    assert window.files.open(path)
    window.files.accept()


def test_apply_now_restarts_the_run_with_what_was_saved(qtbot: QtBot, window: MainWindow) -> None:
    window.files.open_sandbox()
    mouse = Mouse(qtbot, window)
    versions: list[str] = []
    window.engine.status.connect(lambda status: versions.extend(str(flow["version"]) for flow in status["flows"]))
    start(qtbot, mouse)
    qtbot.waitUntil(lambda: window.run.numbers.sent >= 5, timeout=30_000)
    mouse.hands.click(mouse.hands.header("send"))
    mouse.click(window.form.header.switch)
    assert not window.canvas.to_flow().node("send").enabled
    mouse.menu("File", "Save")
    assert "goes on with the version it began with" in window.toast.text
    assert window.run.state == "running"
    first, old = window.run.since, versions[-1]
    mouse.click(button(window, "Apply now"))
    qtbot.waitUntil(lambda: window.run.state == "running" and window.run.since != first, timeout=30_000)
    qtbot.waitUntil(lambda: versions[-1] != old, timeout=20_000)
    mouse.click(window.tool_bar.run)
    qtbot.waitUntil(lambda: window.run.state == "idle", timeout=30_000)


def test_a_second_press_of_stop_ends_the_run_at_once_and_loses_nothing(
    qtbot: QtBot, window: MainWindow, answer: Answer, recording_smtp: RecordingSmtp, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("MAILFLOW_TIMEOUT_SCALE", "1")  # a server that says nothing is waited for
    recording_smtp.answer("MAIL", Action.HANG, times=1)
    strict_flow(window, tmp_path / "strict.mailflow", recording_smtp.port)
    mouse = Mouse(qtbot, window)
    start(qtbot, mouse)
    qtbot.waitUntil(lambda: any(line.startswith(b"MAIL") for line in recording_smtp.lines), timeout=20_000)
    mouse.click(window.tool_bar.run)
    assert window.run.state == "stopping"
    words = answer("Stop now")
    mouse.click(window.tool_bar.run)
    qtbot.waitUntil(lambda: window.run.state == "idle", timeout=10_000)
    assert "Nothing is lost" in words[0]
    assert not window.notice.isVisible()
    start(qtbot, mouse)
    qtbot.waitUntil(lambda: len(recording_smtp.messages) == 12, timeout=40_000)
    assert len({mail.raw for mail in recording_smtp.messages}) == 12
    mouse.click(window.tool_bar.run)
    qtbot.waitUntil(lambda: window.run.state == "idle", timeout=30_000)


def test_a_server_that_is_gone_is_shown_as_tried_again_until_it_is_back(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    with RecordingSmtp() as server:
        port = server.port
    strict_flow(window, tmp_path / "strict.mailflow", port)
    tab = window.connections
    listed = tab.rows.at(tab.rows.index_of("strict"))
    assert listed is not None
    assert listed.standing.flows == ("Sandbox demo",)
    mouse = Mouse(qtbot, window)
    start(qtbot, mouse)
    qtbot.waitUntil(lambda: state(window, "strict") == "retrying", timeout=20_000)
    assert window.docks.nodes.tabBar().accessibleTabName(window.docks.nodes.indexOf(tab)) == "Connections (1)"
    mouse.click(window.tool_bar.run)
    qtbot.waitUntil(lambda: window.run.state == "idle", timeout=30_000)
    qtbot.waitUntil(lambda: state(window, "strict") != "retrying", timeout=10_000)
    assert window.docks.nodes.tabBar().accessibleTabName(window.docks.nodes.indexOf(tab)) == "Connections"


def test_a_refused_sign_in_is_shown_at_the_connection(
    qtbot: QtBot, window: MainWindow, dovecot: Dovecot, user: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILFLOW_PASSWORD_INBOX", "wrong-c0ffee")
    window.sandbox.start()
    window.accounts.add(Account("inbox", "Inbox", "imap", "127.0.0.1", dovecot.imap, "none", username=user))
    window.connections.refresh()
    flow = flow_file.read(DEMO)
    receive = flow.node("receive")
    stubs = (Stub("inbox", "Inbox", "imap", "127.0.0.1"), flow.connections[1])
    nodes = (replace(receive, settings={**receive.settings, "connection": "inbox"}), *flow.nodes[1:])
    path = tmp_path / "refused.mailflow"
    flow_file.write(replace(flow, id=None, connections=stubs, nodes=nodes), path)
    assert window.files.open(path)
    window.files.accept()
    mouse = Mouse(qtbot, window)
    start(qtbot, mouse)
    qtbot.waitUntil(lambda: state(window, "inbox") == "needs-sign-in", timeout=30_000)
    mouse.click(window.tool_bar.run)
    qtbot.waitUntil(lambda: window.run.state == "idle", timeout=30_000)
    assert state(window, "inbox") == "needs-sign-in"


def test_a_wrong_password_is_said_in_the_dialog(
    qtbot: QtBot, window: MainWindow, dovecot: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(os_keyring.CHOICE_VARIABLE, "keyring.backends.fail.Keyring")
    window.files.new()
    mouse = Mouse(qtbot, window)
    mouse.menu("Connections", "New connection…")
    dialog = window.connections.dialog
    assert dialog is not None
    with qtbot.waitExposed(dialog):
        pass
    form = dialog.form
    mouse.click(form.security.button(("none", "starttls", "tls").index("none")))
    for field, text in (
        (form.name, "Office"),
        (form.host, "127.0.0.1"),
        (form.port.lineEdit(), str(dovecot.imap)),
        (form.username, user),
        (form.password, "wrong-c0ffee"),
    ):
        mouse.click(field)
        field.selectAll()
        QTest.keyClicks(field, text)
    mouse.click(dialog.validate_button)
    qtbot.waitUntil(lambda: dialog.panel.title == "Sign-in failed", timeout=20_000)
    advice = dialog.panel.findChild(QLabel, "what-to-do")
    assert isinstance(advice, QLabel)
    assert "Check the user name and the password" in advice.text()
    assert all("wrong-c0ffee" not in label.text() for label in dialog.findChildren(QLabel))
    dialog.reject()
    assert window.accounts.all() == ()


def test_saving_on_close_writes_the_file(
    qtbot: QtBot, window: MainWindow, answer: Answer, save_to: Callable[[Path], None], tmp_path: Path
) -> None:
    path = tmp_path / "Kept.mailflow"
    save_to(path)
    window.files.new()
    row = window.palette_tab.visible_rows()[1]
    QTest.mouseDClick(row, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(30, 10))
    words = answer("Save")
    assert window.close()
    assert len(words) == 1
    assert len(flow_file.read(path).nodes) == 3
    QApplication.processEvents()


def test_the_queue_counts_what_waits_in_the_journal(
    qtbot: QtBot, window: MainWindow, recording_smtp: RecordingSmtp, tmp_path: Path
) -> None:
    mouse = Mouse(qtbot, window)
    strict_flow(window, tmp_path / "strict.mailflow", recording_smtp.port)
    recording_smtp.answer("RCPT", "421 4.7.0 too many messages", times=10_000)
    start(qtbot, mouse)
    qtbot.waitUntil(lambda: window.status.queue == 12, timeout=30_000)
    assert window.run.numbers.sent == 0
    assert "version 1 since" in window.status.words
    live = window.canvas.drawing.cards["send"].live
    assert (live.state, live.error_line[:9]) == ("warning", "421 4.7.0")
    mouse.click(window.tool_bar.run)
    qtbot.waitUntil(lambda: window.run.state == "idle", timeout=30_000)
    assert window.status.queue == 12
    assert window.canvas.drawing.cards["send"].live.state == "warning"


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no process can be stopped here")
def test_a_runner_that_stands_still_is_shown_and_restarted(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_control, "SILENT_SECONDS", 1.0)
    mouse = Mouse(qtbot, window)
    window.files.open_sandbox()
    start(qtbot, mouse)
    qtbot.waitUntil(lambda: bool(window.run.nodes), timeout=20_000)
    first = window.engine.runner_pid()
    assert first is not None
    assert not window.status.restart.isVisible()
    os.kill(first, signal.SIGSTOP)
    try:
        qtbot.waitUntil(window.status.restart.isVisible, timeout=20_000)
        assert "Not responding" in window.status.words
        mouse.click(window.status.restart)
        qtbot.waitUntil(lambda: window.run.state == "running" and not window.run.silent, timeout=30_000)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(first, signal.SIGCONT)
    assert window.engine.runner_pid() not in {None, first}
    assert not window.status.restart.isVisible()
    mouse.click(window.tool_bar.run)
    qtbot.waitUntil(lambda: window.run.state == "idle", timeout=30_000)


def test_a_runner_that_speaks_again_is_no_longer_called_silent(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_control, "SILENT_SECONDS", 1.0)
    mouse = Mouse(qtbot, window)
    window.files.open_sandbox()
    start(qtbot, mouse)
    qtbot.waitUntil(lambda: bool(window.run.nodes), timeout=20_000)
    pid = window.engine.runner_pid()
    assert pid is not None
    if hasattr(signal, "SIGSTOP"):
        os.kill(pid, signal.SIGSTOP)
        try:
            qtbot.waitUntil(lambda: window.run.silent, timeout=20_000)
        finally:
            os.kill(pid, signal.SIGCONT)
    qtbot.waitUntil(lambda: not window.run.silent, timeout=20_000)
    assert "Running" in window.status.words
    mouse.click(window.tool_bar.run)
    qtbot.waitUntil(lambda: window.run.state == "idle", timeout=30_000)
