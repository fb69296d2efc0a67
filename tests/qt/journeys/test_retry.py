"""A message that failed is tried again from the inspector."""

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
from mailflow_gui.qt.main_window import MainWindow
from tests.servers.recording_smtp import RecordingSmtp


def test_a_failed_message_is_retried_and_sent(
    qtbot: QtBot, window: MainWindow, recording_smtp: RecordingSmtp, tmp_path: Path
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
    assert window.run.nodes["send"]["errors"] == 5

    inspector = window.inspector
    inspector.show_state("failed")
    qtbot.waitUntil(lambda: inspector.model.rowCount() == 5, timeout=10_000)
    place = inspector.table.visualRect(inspector.model.index(0, 2)).center()
    QTest.mouseClick(inspector.table.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    retry = inspector.detail.retry
    qtbot.waitUntil(retry.isVisible, timeout=10_000)
    QTest.mouseClick(retry, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(recording_smtp.messages) == 8, timeout=30_000)
    qtbot.waitUntil(lambda: window.run.numbers.failed == 4, timeout=10_000)
    qtbot.waitUntil(lambda: inspector.model.rowCount() == 4, timeout=10_000)
    QTest.mouseClick(window.tool_bar.run, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.run.state == "idle", timeout=30_000)
