"""A server refuses mails: the errors are seen, classed, and solved, from the status bar to the last mail."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from mailflow_gui import paths
from mailflow_gui.accounts.account import Account
from mailflow_gui.flow import file as flow_file
from mailflow_gui.flow.model import Stub
from mailflow_gui.journal import reclassed
from mailflow_gui.journal.reader import Reader
from mailflow_gui.qt.main_window import MainWindow
from tests.qt.errors.test_centre import choose, click_row, pick
from tests.qt.journeys.conftest import open_window, window
from tests.servers.recording_smtp import RecordingSmtp

__all__ = ["open_window", "window"]


def test_refused_mails_are_grouped_classed_and_sent(
    qtbot: QtBot,
    window: MainWindow,
    recording_smtp: RecordingSmtp,
    tmp_path: Path,
) -> None:
    window.sandbox.start()
    window.accounts.add(Account("strict", "Strict", "smtp", "127.0.0.1", recording_smtp.port, "none", signs_in=False))
    recording_smtp.answer("RCPT", "550 5.1.1 nobody of that name", times=5)
    flow = flow_file.read(paths.resources() / "examples" / "demo.mailflow")
    send = flow.node("send")
    flow = replace(
        flow,
        id=None,
        connections=(flow.connections[0], Stub("strict", "Strict", "smtp", "127.0.0.1")),
        nodes=(*flow.nodes[:2], replace(send, settings={**send.settings, "connection": "strict"})),
    )
    path = tmp_path / "strict.mailflow"
    flow_file.write(flow, path)
    assert window.files.open(path)
    window.files.accept()
    QTest.mouseClick(window.tool_bar.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(recording_smtp.messages) == 7 and window.run.numbers.failed == 5, timeout=40_000)

    qtbot.waitUntil(
        lambda: window.status.errors.isVisible() and window.status.errors.text() == "Errors 5", timeout=10_000
    )
    QTest.mouseClick(window.status.errors, Qt.MouseButton.LeftButton)
    errors = window.errors_shown.centre
    assert errors.isVisible()
    assert not window.tool_bar.isVisible()
    choose(qtbot, errors, "550 5.1.1")
    qtbot.waitUntil(lambda: errors.bar.retry.text() == "Retry all 5", timeout=10_000)
    click_row(errors.messages, 0, 2)
    qtbot.waitUntil(
        lambda: errors.detail.why.reason is not None and bool(errors.detail.why.reason.mail), timeout=10_000
    )

    pick(qtbot, errors, "Retry: try again with growing pauses")
    qtbot.waitUntil(lambda: "550 5.1.1 is now classed: Retry." in window.toast.text, timeout=10_000)
    reader = Reader(window.home)

    def given() -> list[str]:
        assert reader.database is not None
        return [one.outcome for one in reclassed.every(reader.database)]

    qtbot.waitUntil(lambda: given() == ["retry-backoff"], timeout=10_000)
    reader.close()
    QTest.mouseClick(errors.bar.retry, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(recording_smtp.messages) == 12, timeout=40_000)
    qtbot.waitUntil(lambda: errors.pages.currentWidget() is errors.nothing, timeout=10_000)
    qtbot.waitUntil(lambda: not window.status.errors.isVisible(), timeout=10_000)

    QTest.keyClick(errors, Qt.Key.Key_Escape)
    assert not errors.isVisible()
    assert window.tool_bar.isVisible()
    assert window.canvas.isVisible()
    QTest.mouseClick(window.tool_bar.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.run.state == "idle", timeout=30_000)


def test_the_links_of_an_error_lead_to_the_canvas_and_the_connection(
    qtbot: QtBot,
    window: MainWindow,
    tmp_path: Path,
) -> None:
    path = tmp_path / "demo.mailflow"
    flow_file.write(flow_file.read(paths.resources() / "examples" / "demo.mailflow"), path)
    assert window.files.open(path)
    window.commands["errors"].trigger()
    assert window.errors_shown.is_open
    assert window.docks.left.isHidden()
    assert window.document.opened is not None
    window.errors_shown.centre.followed.emit(("node", window.document.opened.id or str(path.resolve()), "send"))
    assert window.errors_shown.centre.isHidden()
    assert list(window.canvas.selected()) == ["send"]
    assert not window.docks.left.isHidden()
    window.commands["errors"].trigger()
    window.errors_shown.centre.followed.emit(("message", "1"))
    assert window.errors_shown.centre.isHidden()
    assert window.docks.messages.currentWidget() is window.inspector


def test_the_error_centre_opens_from_the_welcome_page_and_leads_back_there(
    qtbot: QtBot,
    window: MainWindow,
) -> None:
    window.commands["errors"].trigger()
    qtbot.waitUntil(
        lambda: window.errors_shown.centre.pages.currentWidget() is window.errors_shown.centre.nothing, timeout=10_000
    )
    QTest.mouseClick(window.errors_shown.centre.top.back, Qt.MouseButton.LeftButton)
    assert window.welcome.isVisible()
    window.commands["errors"].trigger()
    window.files.new()
    assert window.canvas.isVisible()
    assert not window.commands["errors"].isChecked()
