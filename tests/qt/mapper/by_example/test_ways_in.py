"""How one comes to the dialog and by an example: without a sample, by keys, from menus, with files, behind another mapper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu
from pytestqt.qtbot import QtBot

from mailflow_gui.flow.model import Edge, Flow, Node
from mailflow_gui.qt.mapper.sample_box import TypedMail
from tests.qt.mapper.by_example.conftest import Ask, form, hands_of, opened, sample
from tests.qt.mapper.conftest import MAILS, Sit
from tests.qt.mapper.hands import LEFT, NONE

CONTROL = Qt.KeyboardModifier.ControlModifier
SUBJECT: dict[str, Any] = {"target": "subject", "sources": [{"field": "subject"}]}
CC: dict[str, Any] = {"target": "cc", "sources": [{"constant": "old@example.org"}]}


def test_a_text_too_long_to_be_shown_whole_cannot_be_changed(ask: Ask) -> None:
    long = {"target": "text", "sources": [{"constant": "長い文。" * 6000}]}
    table, hands = ask([long])
    row = hands.dialog.wishes.rows["text"]
    assert row.note.text() == "too long to change"
    hands.write("text", "")
    hands.type("short")
    assert row.state == "kept"
    hands.write("to", "sato@example.jp")
    hands.propose()
    hands.use()
    assert table.rules[0] == long


def test_without_a_sample_the_dialog_says_so_and_offers_to_get_one(qtbot: QtBot, sit: Sit) -> None:
    table = sit(sample=None)
    QTest.mouseClick(table.page.bar.by_example, LEFT, NONE, QPoint(10, 10))
    dialog = table.page.by_example.dialog
    assert dialog is not None
    assert "no sample yet" in dialog.nothing.words.text()
    assert not dialog.foot.main.isVisible()

    def type_mail() -> None:
        typed = next(one for one in QApplication.topLevelWidgets() if isinstance(one, TypedMail))
        typed.writer.setText("hanako@example.jp")
        typed.subject.setText("Order A-102")
        typed.use.click()

    QTimer.singleShot(0, type_mail)
    QTest.mouseClick(dialog.nothing.type, LEFT, NONE, QPoint(10, 10))
    qtbot.waitUntil(lambda: bool(dialog.wishes.rows), timeout=5000)
    hands = hands_of(qtbot, table.hands, dialog)
    hands.write("subject", "Order A-102")
    hands.propose()
    assert hands.facts()["subject"][1] == "Subject"
    hands.dialog.reject()


def test_it_is_done_with_keys_alone(qtbot: QtBot, sit: Sit) -> None:
    table = sit([SUBJECT], sample=None)
    for person in (1, 2, 0):
        table.page.bar.samples.add(sample(person))
    table.hands.settle()
    table.page.board.cards[0].setFocus()
    QTest.keyClick(table.page.board.cards[0], Qt.Key.Key_E, CONTROL)
    dialog = table.page.by_example.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: bool(dialog.wishes.rows), timeout=5000)
    hands = hands_of(qtbot, table.hands, dialog)
    qtbot.waitUntil(dialog.wishes.rows["to"].box.hasFocus, timeout=5000)
    hands.type("sato@example.jp")
    hands.key(Qt.Key.Key_Tab)
    hands.type("team@example.org")
    hands.key(Qt.Key.Key_Return, CONTROL)
    hands.found()
    cards = dialog.answers.cards
    qtbot.waitUntil(cards[0].use.hasFocus, timeout=5000)
    assert dialog.answers.index == 0
    hands.key(Qt.Key.Key_Down)
    assert hands.dialog.focusWidget() is cards[1].use
    assert dialog.answers.index == 1
    hands.key(Qt.Key.Key_Space)
    assert not cards[1].use.isChecked()
    hands.key(Qt.Key.Key_Return)
    table.hands.settle()
    assert [rule["target"] for rule in table.rules] == ["subject", "to"]
    assert table.page.focusWidget() is table.page.board.cards[1]


def test_the_menu_of_a_target_begins_with_its_field(qtbot: QtBot, sit: Sit) -> None:
    table = sit([SUBJECT], sample=None)
    table.page.bar.samples.add(sample(0))
    table.hands.settle()
    table.page.menus.of_target("target:bcc", table.page.mapToGlobal(QPoint(400, 300)))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    action = next(one for one in menu.actions() if one.text() == "By example…\tCtrl+E")
    QTest.mouseClick(menu, LEFT, NONE, menu.actionGeometry(action).center())
    dialog = table.page.by_example.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: "bcc" in dialog.wishes.rows, timeout=5000)
    assert dialog.focusWidget() is dialog.wishes.rows["bcc"].box
    assert list(dialog.wishes.rows) == ["to", "cc", "bcc", "reply_to", "subject", "text"]
    dialog.reject()


def test_mail_files_are_added_to_check_with_and_ten_are_enough(
    ask: Ask, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    _table, hands = ask(people=range(1, 6))
    files = []
    for number in range(6):
        path = tmp_path / f"mail {number}.eml"
        path.write_bytes(form(1).replace(b"form-1@", f"file-{number}@".encode()))
        files.append(str(path))
    gone = str(tmp_path / "gone.eml")
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_arguments: ([*files, gone], ""))
    hands.click(hands.dialog.further.open)
    further = hands.dialog.further
    qtbot.waitUntil(lambda: further.list.count() == 11, timeout=5000)
    assert len(further.chosen()) == 10
    assert further.about.text() == "These files can't be read: gone.eml."
    further.list.setFocus()
    further.list.setCurrentRow(10)
    hands.key(Qt.Key.Key_Space)
    assert len(further.chosen()) == 10
    assert further.about.text().startswith("Ten messages are enough")
    hands.write("to", "sato@example.jp")
    hands.propose()
    assert hands.dialog.answers.cards[0].tally.text() == "10 of 10 fit"


def test_files_are_chosen_from_those_that_came(qtbot: QtBot, sit: Sit) -> None:
    table = sit(sample=MAILS / "05-quotation-with-pdf.eml")
    hands = opened(qtbot, table)
    row = hands.dialog.wishes.rows["attachments"]
    names = [name for name, _box in row.box.boxes]  # type: ignore[union-attr]
    assert names
    assert row.value() == ()  # this mapper carries none
    for _name, box in row.box.boxes:  # type: ignore[union-attr]
        hands.click(box)
    hands.propose()
    hands.use()
    assert table.rules == [{"target": "attachments", "sources": [{"field": "attachments"}]}]


def test_behind_another_mapper_its_fields_are_proposed(qtbot: QtBot, sit: Sit) -> None:
    name = {"name": "extract-pattern", "pattern": "氏名：(.+)"}
    customer = {"target": "customer", "sources": [{"field": "content"}], "transformations": [name]}
    first = {"rules": [customer], "carry_attachments": False}
    flow = Flow(
        "Desk",
        nodes=(
            Node("receive", "receive-email", {"connection": "inbox"}),
            Node("first", "data-mapper", first),
            Node("map", "data-mapper", {"rules": []}),
            Node("send", "send-email", {"connection": "outgoing"}),
        ),
        edges=(
            Edge("receive", "message", "first", "message"),
            Edge("first", "email", "map", "message"),
            Edge("map", "email", "send", "email"),
        ),
    )
    table = sit(flow=flow, sample=None)
    for person in (1, 2, 0):
        table.page.bar.samples.add(sample(person))
    table.hands.settle()
    hands = opened(qtbot, table)
    hands.write("subject", "News from 佐藤 健一")
    hands.propose()
    assert hands.facts()["subject"][1] == "customer → Prepend “News from”"
    hands.dialog.reject()
