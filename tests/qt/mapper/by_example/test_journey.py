"""A Japanese contact form in the window: the answer is typed once, rules are proposed and used, run in the sandbox, and undone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from mailflow_gui.mail.parse import parse
from mailflow_gui.qt.main_window import MainWindow
from mailflow_gui.qt.mapper.page import MapperPage
from tests.qt.journeys.mouse import Mouse
from tests.qt.mapper.by_example.conftest import form, hands_of
from tests.qt.mapper.conftest import FORM
from tests.qt.mapper.hands import LEFT, NONE, PageHands
from tests.qt.mapper.test_journey import FLOW

ANSWER = """佐藤 健一 様

お問い合わせありがとうございます。

> 商品番号 A-102 の納期を教えてください。
"""


def open_page(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> tuple[Mouse, MapperPage]:
    """Open the flow's mapper."""
    window.sandbox.start()
    window.connections.refresh()
    path = tmp_path / "Contact form.mailflow"
    path.write_text(json.dumps(FLOW), encoding="utf-8")
    window.files.use_template(path)
    mouse = Mouse(qtbot, window)
    mouse.click(window.trust_banner.button)
    qtbot.waitUntil(lambda: window.canvas.viewer.isVisible() and not window.canvas._fit_pending, timeout=5000)
    QApplication.processEvents()
    mouse.hands.double_click(mouse.hands.header("map"))
    page = window.mapper.page
    assert page is not None
    return mouse, page


def test_an_answer_typed_once_becomes_the_answer_to_everybody(
    qtbot: QtBot,
    window: MainWindow,
    save_to: Callable[[Path], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mouse, page = open_page(qtbot, window, tmp_path)
    before = window.canvas.to_flow()

    # There is no sample yet: the dialog says so, and gets one.
    mouse.click(page.bar.by_example)
    dialog = page.by_example.dialog
    assert dialog is not None
    assert dialog.nothing.isVisible()
    save_to(FORM)
    QTest.mouseClick(dialog.nothing.open, LEFT, NONE, QPoint(10, 10))
    qtbot.waitUntil(lambda: bool(dialog.wishes.rows), timeout=5000)

    # Three more mails of the form to check with.
    paths = [tmp_path / f"{person}.eml" for person in (1, 2, 3)]
    for person, path in enumerate(paths, start=1):
        path.write_bytes(form(person))
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_arguments: ([str(path) for path in paths], ""))
    QTest.mouseClick(dialog.further.open, LEFT, NONE, QPoint(10, 10))
    qtbot.waitUntil(lambda: len(dialog.further.chosen()) == 3, timeout=5000)

    # The mail that is wanted.
    hands = hands_of(qtbot, PageHands(qtbot, page), dialog)
    hands.write("to", "sato@example.jp")
    hands.write("subject", "佐藤 健一 様へのお返事")
    hands.write("text", ANSWER)
    hands.propose()
    facts = hands.facts()
    assert facts["to"][1] == "メール"
    assert facts["subject"][1] == "氏名 → Append “様へのお返事”"
    assert {card.tally.text() for card in dialog.answers.cards} == {"3 of 3 fit"}
    assert window.canvas.to_flow() == before
    hands.use()
    assert [rule["target"] for rule in window.canvas.to_flow().node("map").settings["rules"]] == [
        "to",
        "subject",
        "text",
    ]
    assert window.canvas.undo_stack.count() - window.canvas.undo_stack.cleanIndex() >= 1
    mapped = window.canvas.to_flow()

    # Back, and run: the form's mail is answered.
    mouse.click(page.bar.done)
    qtbot.waitUntil(lambda: not [one for one in window.problems if one.severity == "error"], timeout=5000)
    save_to(tmp_path / "Run.mailflow")
    mouse.click(window.tool_bar.once)
    qtbot.waitUntil(lambda: window.run.state == "idle" and window.run.numbers.received == 5, timeout=40_000)
    assert window.sandbox.sandbox is not None
    found = [parse(raw) for raw in window.sandbox.sandbox.delivered()]
    (mail,) = [one for one in found if any(to.address == "sato@example.jp" for to in one.to)]
    assert mail.subject == "佐藤 健一 様へのお返事"
    assert mail.text.startswith(
        "佐藤 健一 様\n\nお問い合わせありがとうございます。\n\n> 商品番号 A-102 の納期を教えてください。"
    )

    # The received messages are now there to check with, without the sample itself.
    mouse.hands.double_click(mouse.hands.header("map"))
    qtbot.waitUntil(lambda: page.bar.samples.count_of_samples == 6, timeout=5000)
    mouse.click(page.bar.by_example)
    again = page.by_example.dialog
    assert again is not None
    qtbot.waitUntil(lambda: bool(again.wishes.rows), timeout=5000)
    assert again.further.list.count() == 5
    assert len(again.further.chosen()) == 5
    QTest.mouseClick(again.foot.cancel, LEFT, NONE, QPoint(10, 10))
    mouse.click(page.bar.back)

    # One undo takes all rules back, and what they look for.
    assert window.canvas.to_flow().node("map").settings == mapped.node("map").settings
    mouse.menu("Edit", "Undo")
    assert window.canvas.to_flow().node("map").settings == before.node("map").settings


def test_what_is_used_is_never_one_step_with_what_was_typed_before(
    qtbot: QtBot, window: MainWindow, save_to: Callable[[Path], None], tmp_path: Path
) -> None:
    _mouse, page = open_page(qtbot, window, tmp_path)
    settings = {"rules": [{"target": "cc", "sources": [{"constant": "a"}]}]}
    window.canvas.set_settings("map", settings)
    steps = window.canvas.undo_stack.count()
    for typed in ("ab", "abc"):
        window.canvas.set_settings("map", {"rules": [{"target": "cc", "sources": [{"constant": typed}]}]})
    assert window.canvas.undo_stack.count() == steps + 1
    page.acts.replace({"rules": [{"target": "cc", "sources": [{"constant": "team@example.org"}]}]}, 0)
    assert window.canvas.undo_stack.count() == steps + 2
    window.canvas.set_settings("map", {"rules": [{"target": "cc", "sources": [{"constant": "team"}]}]})
    assert window.canvas.undo_stack.count() == steps + 3
    window.canvas.undo()
    window.canvas.undo()
    rules = window.canvas.to_flow().node("map").settings["rules"]
    assert rules[0]["sources"] == [{"constant": "abc"}]
