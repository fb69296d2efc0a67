"""The page with real mouse events and keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from mailflow_gui.qt.forms.labels import Complaint
from mailflow_gui.qt.mapper.acts import RULES_MIME
from mailflow_gui.qt.mapper.steps import Grip
from tests.qt.mapper.conftest import MAILS, Sit
from tests.qt.mapper.hands import LEFT, NONE, commit

CONTROL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
SUBJECT: dict[str, Any] = {
    "target": "subject",
    "sources": [{"field": "subject"}],
    "transformations": [{"name": "trim"}, {"name": "append", "text": "!"}, {"name": "uppercase"}],
}
TEXT: dict[str, Any] = {"target": "text", "sources": [{"field": "text"}]}


def test_a_dragged_source_becomes_a_rule_and_one_step_of_the_history(sit: Sit) -> None:
    table = sit()
    table.hands.map("field:subject", "target:subject")
    assert table.rules == [{"target": "subject", "sources": [{"field": "subject"}]}]
    assert table.hands.value(table.page.target.tree, "target:subject").startswith("【お問い合わせ】")
    assert table.stack.count() == 1
    table.stack.undo()
    assert table.rules == []
    assert table.page.board.cards == []
    table.stack.redo()
    assert len(table.page.board.cards) == 1


def test_a_source_dropped_on_a_card_or_on_a_filled_target_is_combined(sit: Sit) -> None:
    table = sit([TEXT, SUBJECT])
    table.hands.combine("field:from", 1)
    assert table.rules[1]["sources"] == [{"field": "subject"}, {"field": "from"}]
    assert table.page.index == 1
    table.hands.map("field:subject", "target:text")
    assert table.rules[0]["sources"] == [{"field": "text"}, {"field": "subject"}]
    assert table.said == ["Subject was added to the mapping of Text."]


def test_a_source_dropped_between_the_trees_asks_for_its_target(qtbot: QtBot, sit: Sit) -> None:
    table = sit()
    hands, board = table.hands, table.page.board
    source = table.page.source.tree
    hands.drag(source.viewport(), hands.row(source, "field:subject"), board, QPoint(120, 300))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    action = next(one for one in menu.actions() if one.text() == "Subject")
    QTest.mouseClick(menu, LEFT, NONE, menu.actionGeometry(action).center())
    assert [rule["target"] for rule in table.rules] == ["subject"]


def test_dragging_is_broken_off_with_escape(sit: Sit) -> None:
    table = sit()
    source, target = table.page.source.tree, table.page.target.tree
    start = table.hands.row(source, "field:subject")
    table.hands.press(source.viewport(), start)
    goal = source.viewport().mapFromGlobal(target.viewport().mapToGlobal(table.hands.row(target, "target:subject")))
    table.hands.move(source.viewport(), goal)
    QTest.keyClick(source, Qt.Key.Key_Escape)
    QTest.mouseRelease(source.viewport(), LEFT, NONE, goal)
    assert table.rules == []


def test_typing_shows_the_result_at_once(sit: Sit) -> None:
    table = sit([SUBJECT])
    box = table.hands.step(1).form.rows["text"].editor.control()
    commit(box, "至急")
    table.hands.settle()
    assert table.rules[0]["transformations"][1]["text"] in {"至急!", "!至急"}
    assert "至急" in table.hands.value(table.page.target.tree, "target:subject")
    assert table.page.details.result.text.text().endswith(("至急!", "!至急"))


def test_steps_are_dragged_into_another_order(sit: Sit) -> None:
    table = sit([SUBJECT])
    card = table.page.board.cards[0]
    areas = [area for _chip, area in card.chip_rectangles()]
    assert len(areas) >= 2
    table.hands.drag(card, areas[0].center(), card, areas[1].center() + QPoint(areas[1].width() // 2 + 2, 0))
    assert [step["name"] for step in table.rules[0]["transformations"]][:2] == ["append", "trim"]
    first = table.hands.step(0)
    (grip,) = first.findChildren(Grip)
    third = table.hands.step(2)
    table.hands.drag(grip, grip.rect().center(), third, third.rect().bottomLeft())
    assert [step["name"] for step in table.rules[0]["transformations"]] == ["trim", "uppercase", "append"]


def test_cards_are_dragged_into_another_order(sit: Sit) -> None:
    table = sit([SUBJECT, TEXT])
    first, second = table.page.board.cards
    table.hands.drag(
        first, QPoint(first.width() - 20, first.height() // 2), second, QPoint(first.width() - 20, second.height() - 1)
    )
    assert [rule["target"] for rule in table.rules] == ["text", "subject"]


def test_everything_is_done_with_keys(sit: Sit) -> None:
    table = sit()
    page = table.page
    source, target = page.source.tree, page.target.tree
    source.setFocus()
    source.go_to("field:subject")
    QTest.keyClick(source, Qt.Key.Key_Return)
    assert page.carrying.pending == "field:subject"
    assert target.hasFocus()
    target.go_to("target:subject")
    QTest.keyClick(target, Qt.Key.Key_Return)
    assert table.rules == [{"target": "subject", "sources": [{"field": "subject"}]}]
    table.page.acts.add_step(0, "trim")
    table.page.acts.add_step(0, "uppercase")
    card = page.board.cards[0]
    card.setFocus()
    QTest.keyClick(card, Qt.Key.Key_Right)
    QTest.keyClick(card, Qt.Key.Key_Right, CONTROL)
    assert [step["name"] for step in table.rules[0]["transformations"]] == ["uppercase", "trim"]
    QTest.keyClick(card, Qt.Key.Key_C, CONTROL)
    QTest.keyClick(card, Qt.Key.Key_V, CONTROL)
    assert [rule["target"] for rule in table.rules] == ["subject", ""]
    assert QApplication.clipboard().mimeData().hasFormat(RULES_MIME)
    page.board.cards[1].setFocus()
    QTest.keyClick(page.board.cards[1], Qt.Key.Key_Up, CONTROL)
    assert [rule["target"] for rule in table.rules] == ["", "subject"]
    page.board.cards[0].setFocus()
    QTest.keyClick(page.board.cards[0], Qt.Key.Key_Delete)
    assert [rule["target"] for rule in table.rules] == ["subject"]
    table.hands.settle()
    QTest.keyClick(page.board.cards[0], Qt.Key.Key_F6)
    assert target.hasFocus()
    QTest.keyClick(target, Qt.Key.Key_F6)
    focus = QApplication.focusWidget()
    assert focus is not None
    assert page.details.isAncestorOf(focus)


def test_a_source_that_vanished_is_kept_and_flagged(sit: Sit) -> None:
    table = sit([{"target": "subject", "sources": [{"field": "customer"}, {"property": "gone"}]}])
    tree = table.page.source.tree
    assert table.hands.value(tree, "field:customer") == "Not found"
    assert table.hands.value(tree, "property:gone") == "Not found"
    assert table.page.board.cards[0].look.mark
    assert len(table.page.ends_of(0).sources) == 2
    assert table.rules[0]["sources"] == [{"field": "customer"}, {"property": "gone"}]


@pytest.mark.parametrize("rules", [None, 7, "text", [7, None, "x", {}, {"target": 1, "sources": [3]}]])
def test_nothing_in_the_file_keeps_the_page_from_opening(rules: Any, sit: Sit) -> None:
    table = sit(rules)
    page = table.page
    for place in range(len(page.rules)):
        page.choose(place)
    assert len(page.board.cards) == (5 if isinstance(rules, list) else 0)


def test_a_missing_recipient_is_told_and_mended(sit: Sit) -> None:
    table = sit([SUBJECT, {"target": "from", "sources": [{"constant": "shop@example.org"}]}])
    page = table.page
    assert table.hands.value(page.target.tree, "target:to") == "Required, not mapped"
    assert page.problem_strip.isVisible()
    button = next(one for one in page.problem_strip.findChildren(QPushButton) if one.text() == "Use From")
    QTest.mouseClick(button, LEFT)
    assert table.rules[-1] == {"target": "to", "sources": [{"field": "from"}]}
    assert page.problem_strip.troubles == ()


def test_search_and_filter_leave_what_fits(sit: Sit) -> None:
    table = sit([SUBJECT])
    source = table.page.source
    source.search.setText("address")
    assert source.tree.place("field:subject") is None or source.tree._items["field:subject"].isHidden()
    assert not source.tree._items["field:from.address"].isHidden()
    source.search.clear()
    source.show_only("mapped")
    assert source.tree._items["field:text"].isHidden()
    assert not source.tree._items["field:subject"].isHidden()
    source.show_only("unmapped")
    assert source.tree._items["field:subject"].isHidden()


def test_samples_change_with_alt_and_arrows(sit: Sit) -> None:
    table = sit([SUBJECT])
    page = table.page
    page.live.load_file(MAILS / "10-contact-form-english.eml")
    table.hands.qtbot.waitUntil(lambda: page.bar.samples.count_of_samples == 2, timeout=5000)
    table.hands.settle()
    assert "WHOLESALE" in table.hands.value(page.target.tree, "target:subject")
    QTest.keyClick(page.source.tree, Qt.Key.Key_Up, ALT)
    table.hands.settle()
    assert "お問い合わせ" in table.hands.value(page.target.tree, "target:subject")
    QTest.keyClick(page.source.tree, Qt.Key.Key_Down, ALT)
    table.hands.settle()
    assert "WHOLESALE" in table.hands.value(page.target.tree, "target:subject")


def test_without_a_sample_rules_can_be_made_all_the_same(sit: Sit) -> None:
    table = sit(sample=None)
    table.hands.map("field:subject", "target:subject")
    assert len(table.rules) == 1
    assert table.page.details.result.about.text() == "Choose a sample to see the result."


def test_a_file_that_cannot_be_read_is_told(sit: Sit, tmp_path: Path) -> None:
    table = sit(sample=None)
    table.page.live.load_file(tmp_path / "gone.eml")
    table.hands.qtbot.waitUntil(lambda: bool(table.said), timeout=5000)
    assert "can't be read" in table.said[0]


def test_map_by_name_fills_what_is_free(sit: Sit) -> None:
    table = sit([SUBJECT])
    QTest.mouseClick(table.page.bar.by_name, LEFT)
    assert [rule["target"] for rule in table.rules] == ["subject", "reply_to", "text", "html"]
    assert table.said == ["3 mappings were added."]
    assert table.stack.count() == 1


def test_sixty_rules_can_be_scrolled_and_the_chosen_one_is_in_sight(sit: Sit) -> None:
    rules = [{"target": f"field-{number}", "sources": [{"field": "subject"}]} for number in range(60)]
    table = sit(rules, size=(1024, 600))
    board = table.page.board
    assert board._scroll.isVisible()
    table.page.choose(59)
    assert board.rect().contains(board.cards[59].geometry())
    assert all(one.mapped for one in table.page.tried.outcomes)


def test_a_long_japanese_subject_stays_on_one_line(sit: Sit) -> None:
    rule = {"target": "subject", "sources": [{"constant": "長い件名" * 2000}]}
    table = sit([rule], size=(1024, 600))
    assert table.page.details.input.height() == 20
    assert table.page.width() == 1024


def test_a_fault_stands_at_its_field(sit: Sit) -> None:
    table = sit([{**SUBJECT, "transformations": [{"name": "extract-pattern", "pattern": "("}]}])
    page = table.page
    assert page.board.cards[0].look.mark == "danger"
    step = table.hands.step(0)
    (said,) = {one.text for one in step.findChildren(Complaint) if one.text}
    assert said == step.form.rows["pattern"].error.text
    assert [one.text for one in step.findChildren(Complaint) if one.text] == [said]
    QTest.mouseClick(page.bar.problems, LEFT)
    assert page.index == 0


def test_the_panel_fits_into_a_small_window(sit: Sit) -> None:
    steps = [{"name": "replace-all", "find": "x", "with": "y"}, {"name": "format-date"}]
    rule = {**SUBJECT, "transformations": steps, "condition": {"any": [{"all": []}]}}
    table = sit([rule], size=(1024, 600))
    inside = table.page.details.area.widget()
    assert inside is not None
    assert inside.minimumSizeHint().width() <= table.page.details.area.viewport().width()
    assert table.page.width() == 1024


def test_a_source_dropped_on_a_template_is_written_into_it(sit: Sit) -> None:
    table = sit([{"target": "subject", "template": "Re: "}])
    hands, source = table.hands, table.page.source.tree
    box = table.page.details.body.template.control()
    assert isinstance(box, QPlainTextEdit)
    box.moveCursor(QTextCursor.MoveOperation.End)
    hands.drag(source.viewport(), hands.row(source, "field:subject"), box, box.rect().center())
    hands.settle()
    assert table.rules == [{"target": "subject", "template": "Re: {{ subject }}"}]
    assert hands.value(table.page.target.tree, "target:subject").startswith("Re: 【")
    assert not table.page.details.body.sources.isVisible()
