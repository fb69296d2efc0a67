"""A Japanese contact form is mapped with the mouse alone, tried out, run in the sandbox, and the delivered mail is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from mailflow_gui.mail.parse import parse
from mailflow_gui.qt.main_window import MainWindow
from tests.qt.journeys.mouse import Mouse
from tests.qt.mapper.conftest import FORM
from tests.qt.mapper.hands import PageHands

FLOW = {
    "mailflow": 1,
    "name": "Contact form",
    "connections": [
        {"id": "sandbox-inbox", "name": "In", "protocol": "imap", "host": "127.0.0.1", "security": "none"},
        {"id": "sandbox-outgoing", "name": "Out", "protocol": "smtp", "host": "127.0.0.1", "security": "none"},
    ],
    "nodes": [
        {"id": "receive", "type": "receive-email", "position": [0, 0], "settings": {"connection": "sandbox-inbox"}},
        {"id": "map", "type": "data-mapper", "position": [272, 0], "settings": {"rules": []}},
        {
            "id": "send",
            "type": "send-email",
            "position": [544, 0],
            "settings": {"connection": "sandbox-outgoing", "from": "shop@example.org", "to": "team@example.org"},
        },
    ],
    "edges": [
        {"from": ["receive", "message"], "to": ["map", "message"]},
        {"from": ["map", "email"], "to": ["send", "email"]},
    ],
}


def test_a_contact_form_is_mapped_with_the_mouse_run_and_read(
    qtbot: QtBot, window: MainWindow, save_to: Callable[[Path], None], tmp_path: Path
) -> None:
    window.sandbox.start()
    window.connections.refresh()
    path = tmp_path / "Contact form.mailflow"
    path.write_text(json.dumps(FLOW), encoding="utf-8")
    window.files.use_template(path)
    mouse = Mouse(qtbot, window)
    mouse.click(window.trust_banner.button)
    before = window.canvas.to_flow()

    qtbot.waitUntil(lambda: window.canvas.viewer.isVisible() and not window.canvas._fit_pending, timeout=5000)
    QApplication.processEvents()
    mouse.hands.double_click(mouse.hands.header("map"))
    page = window.mapper.page
    assert page is not None
    assert page.isVisible()
    hands = PageHands(qtbot, page)

    # The sample: a mail file.
    save_to(FORM)
    mouse.pick(page.bar.samples, "Open a mail file…")
    qtbot.waitUntil(lambda: page.sample is not None, timeout=5000)
    hands.settle()
    assert "お問い合わせ" in hands.value(page.source.tree, "field:subject")

    def extract(target: str, label: str) -> None:
        hands.map("field:text", target)
        card = page.board.cards[page.index]
        if card.look.is_copy:  # nothing to add to yet: a double-click on its line does it
            (line, _in_sight), *_rest = page.board.lines(page.index)
            QTest.mouseDClick(
                page.board,
                Qt.MouseButton.LeftButton,
                Qt.KeyboardModifier.NoModifier,
                line.pointAtPercent(0.4).toPoint(),
            )
        mouse._through(("Text", "Extract “label: value”"))
        hands.write(hands.step(0).form.rows["label"].editor.control(), label)

    extract("target:to", "メール")
    assert hands.value(page.target.tree, "target:to") == "sato@example.jp"
    extract("target:subject", "氏名")
    extract("target:text", "お問い合わせ内容")
    assert hands.value(page.target.tree, "target:subject") == "佐藤 健一"
    assert hands.step(0).result.text.startswith("商品番号")

    # One more step, by the plus of the chosen card; what it does is seen at once.
    hands.card(1)
    card = page.board.cards[1]
    QTest.mouseClick(card, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, card.plus_rectangle().center())
    mouse._through(("Text", "Append"))
    hands.write(hands.step(1).form.rows["text"].editor.control(), " 様")
    assert hands.value(page.target.tree, "target:subject") == "佐藤 健一 様"
    assert [(run.text, run.look) for run in hands.step(1).result.runs][-1] == ("様", "added")

    # Back, and run.
    mapped = window.canvas.to_flow()
    mouse.click(page.bar.done)
    assert not page.isVisible()
    qtbot.waitUntil(lambda: not [one for one in window.problems if one.severity == "error"], timeout=5000)
    save_to(tmp_path / "Run.mailflow")
    mouse.click(window.tool_bar.once)
    qtbot.waitUntil(lambda: window.run.state == "idle" and window.run.numbers.sent == 5, timeout=40_000)
    assert window.sandbox.sandbox is not None
    found = [parse(raw) for raw in window.sandbox.sandbox.delivered()]
    (mail,) = [one for one in found if one.to[0].address == "sato@example.jp"]
    assert mail.subject == "佐藤 健一 様"
    assert mail.text.startswith("商品番号 A-102 の納期を教えてください。")
    assert "氏名" not in mail.text

    # What was received is now offered as a sample.
    mouse.hands.double_click(mouse.hands.header("map"))
    qtbot.waitUntil(lambda: page.bar.samples.count_of_samples == 6, timeout=5000)
    assert page.sample is not None
    assert page.sample.account == ""
    mouse.click(page.bar.later)
    qtbot.waitUntil(lambda: page.sample is not None and page.sample.account == "sandbox-inbox", timeout=5000)
    mouse.click(page.bar.back)

    # All of it is undone on the canvas.
    while window.canvas.undo_stack.canUndo():
        mouse.menu("Edit", "Undo")
    assert window.canvas.to_flow().node("map").settings == before.node("map").settings
    while window.canvas.undo_stack.canRedo():
        mouse.menu("Edit", "Redo")
    assert window.canvas.to_flow().node("map").settings == mapped.node("map").settings
