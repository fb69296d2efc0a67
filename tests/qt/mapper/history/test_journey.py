"""A flow runs for real; then its mapping is changed and tried on what it received, and what comes out before is what was sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mailflow_gui.mail.parse import parse
from mailflow_gui.qt.main_window import MainWindow
from tests.qt.journeys.mouse import Mouse
from tests.qt.mapper.hands import LEFT, PageHands
from tests.qt.mapper.test_journey import FLOW

RULES = [
    {"target": "to", "sources": [{"constant": "team@example.org"}]},
    {"target": "subject", "sources": [{"field": "subject"}]},
    {"target": "text", "sources": [{"field": "text"}]},
    {
        "target": "headers.X-Ticket",
        "sources": [{"constant": ""}],
        "transformations": [{"name": "generate-uuid"}],
    },
]


def test_what_came_out_before_is_what_was_really_sent(
    qtbot: QtBot, window: MainWindow, save_to: Callable[[Path], None], tmp_path: Path
) -> None:
    window.sandbox.start()
    window.connections.refresh()
    flow: dict[str, Any] = json.loads(json.dumps(FLOW))
    flow["nodes"][1]["settings"] = {"rules": RULES, "carry_attachments": False}
    path = tmp_path / "Contact form.mailflow"
    path.write_text(json.dumps(flow), encoding="utf-8")
    window.files.use_template(path)
    mouse = Mouse(qtbot, window)
    mouse.click(window.trust_banner.button)
    save_to(tmp_path / "Run.mailflow")
    mouse.click(window.tool_bar.once)
    qtbot.waitUntil(lambda: window.run.state == "idle" and window.run.numbers.sent == 5, timeout=40_000)
    assert window.sandbox.sandbox is not None
    sent = [parse(raw) for raw in window.sandbox.sandbox.delivered()]
    tickets = {mail.header("X-Ticket"): mail for mail in sent}

    qtbot.waitUntil(lambda: window.canvas.viewer.isVisible() and not window.canvas._fit_pending, timeout=5000)
    QApplication.processEvents()
    mouse.hands.double_click(mouse.hands.header("map"))
    page = window.mapper.page
    assert page is not None
    hands = PageHands(qtbot, page)
    hands.settle()
    page.acts.put([rule for rule in page.rules if rule["target"] != "headers.X-Ticket"], 0)
    hands.settle()
    QTest.mouseClick(page.bar.history, LEFT)
    dialog = page.history.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: not dialog.trying.busy, timeout=20_000)
    assert "as saved in “Run.mailflow”" in dialog.head.about.text()
    assert [row.outcome for row in dialog.table.messages.rows] == ["changed"] * 5
    for row in dialog.table.messages.rows:
        (change,) = (
            row.changes
        )  # all but the ticket that is no longer made: subjects and texts are those that were sent
        assert change.target == "headers.X-Ticket"
        assert tickets[change.before.text].subject == row.subject
    dialog.reject()
