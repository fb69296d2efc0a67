"""The form of a node's settings, typed into and clicked as people do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QRadioButton, QToolButton, QWidget

from mailflow_gui import language, nodes
from mailflow_gui.flow import file
from mailflow_gui.flow.model import Flow, Node
from mailflow_gui.flow.shapes import plain
from mailflow_gui.qt.forms.boxes import Number, Paragraph
from mailflow_gui.qt.forms.editor import Row
from tests.qt.forms.conftest import EXAMPLES, Sit, click, write


def radio(inside: QWidget, text: str) -> QRadioButton:
    return next(button for button in inside.findChildren(QRadioButton) if button.text() == text)


def pick(box: QWidget, text: str) -> None:
    """Choose an entry of a list with the keys."""
    assert isinstance(box, QComboBox)
    box.setFocus()
    target = box.findText(text)
    assert target >= 0, [box.itemText(place) for place in range(box.count())]
    QTest.keyClick(box, Qt.Key.Key_Home)
    while box.currentIndex() != target:
        before = box.currentIndex()
        QTest.keyClick(box, Qt.Key.Key_Down)
        assert box.currentIndex() != before


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_showing_the_nodes_of_an_example_changes_nothing(example: Path, sit: Sit) -> None:
    flow = file.read(example)
    for node in flow.nodes:
        desk = sit(node.type, flow=flow, node_id=node.id)
        assert desk.form.body is not None
        assert desk.form.body.raw() == plain(node.settings)
        assert list(desk.form.body.raw()) == list(node.settings)
        assert desk.said == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_edit_changes_its_key_and_no_other(example: Path, sit: Sit) -> None:
    flow = file.read(example)
    for node in flow.nodes:
        desk = sit(node.type, flow=flow, node_id=node.id)
        before = plain(node.settings)
        click(desk.form.header.switch)
        assert desk.said == [{"enabled": False, **before}]
        click(desk.form.header.switch)
        assert json.dumps(desk.settings) == json.dumps(before)


@pytest.mark.parametrize("kind", nodes.NODE_TYPES, ids=lambda kind: kind.id)
def test_a_fresh_node_of_every_type_has_a_row_for_every_setting(kind: Any, sit: Sit) -> None:
    desk = sit(kind.id)
    assert desk.form.body is not None
    keys = {info.alias or key for key, info in kind.settings.model_fields.items()} - {"enabled", "note"}
    assert set(desk.form.body.rows) == keys
    assert desk.form.body.raw() == {}


def test_typing_a_text_says_so_at_each_key(sit: Sit) -> None:
    desk = sit("send-email")
    QTest.keyClicks(desk.control("subject"), "Hi!")
    assert desk.said == [{"subject": "H"}, {"subject": "Hi"}, {"subject": "Hi!"}]


def test_a_text_that_is_emptied_leaves_the_file(sit: Sit) -> None:
    desk = sit("send-email")
    write(desk.control("subject"), "Hi")
    write(desk.control("subject"), "")
    assert desk.settings == {}


def test_a_key_that_stood_in_the_file_stays_with_its_default(sit: Sit) -> None:
    desk = sit("send-email", {"subject": "Hi", "priority": "consumed-data"})
    write(desk.control("subject"), "")
    assert desk.settings == {"subject": "", "priority": "consumed-data"}


def test_a_text_of_several_lines_keeps_them(sit: Sit) -> None:
    desk = sit("send-email")
    write(desk.control("text"), "Dear all,\n\nhello")
    assert desk.settings == {"text": "Dear all,\n\nhello"}


def test_pasted_lines_of_addresses_become_a_list_with_commas(sit: Sit) -> None:
    desk = sit("send-email")
    box = desk.control("to")
    assert isinstance(box, Paragraph)
    box.setFocus()
    box.insertPlainText("a@example.com,\nb@example.com\n")
    assert desk.settings == {"to": "a@example.com, b@example.com"}


def test_a_number_is_typed_and_stepped(sit: Sit) -> None:
    desk = sit("receive-email")
    box = desk.control("maximum_emails")
    assert isinstance(box, Number)
    write(box, "12")
    QTest.keyClick(box, Qt.Key.Key_Up)
    assert desk.settings == {"maximum_emails": 13}
    write(box, "-1")
    assert desk.settings == {"maximum_emails": -1}
    QTest.keyClick(box, Qt.Key.Key_Down)
    assert desk.settings == {"maximum_emails": -1}


def test_a_number_box_takes_no_letters(sit: Sit) -> None:
    desk = sit("receive-email")
    write(desk.control("maximum_emails"), "1a2")
    assert desk.settings == {"maximum_emails": 12}


def test_an_emptied_number_is_the_default(sit: Sit) -> None:
    desk = sit("receive-email", {"maximum_emails": 9})
    write(desk.control("maximum_emails"), "")
    assert desk.settings == {}


def test_an_optional_number_can_be_set_and_emptied(sit: Sit) -> None:
    desk = sit("send-email")
    write(desk.control("maximum_per_day"), "100")
    assert desk.settings == {"maximum_per_day": 100}
    write(desk.control("maximum_per_day"), "")
    assert desk.settings == {}


def test_a_number_with_a_unit_is_written_with_both_parts(sit: Sit) -> None:
    desk = sit("receive-email")
    write(desk.control("delay"), "1.5")
    assert desk.settings == {"delay": {"value": 1.5, "unit": "seconds"}}
    button = desk.control("delay").findChild(QToolButton, "unit")
    assert button is not None
    next(action for action in button.menu().actions() if action.text() == "minutes").trigger()
    assert desk.settings == {"delay": {"value": 1.5, "unit": "minutes"}}
    assert button.text() == "minutes"


def test_a_switch_is_clicked(sit: Sit) -> None:
    desk = sit("receive-email")
    click(desk.control("unseen_only"), QPoint(8, 8))
    assert desk.settings == {"unseen_only": False}
    click(desk.control("unseen_only"), QPoint(8, 8))
    assert desk.settings == {}


def test_a_choice_is_made_from_a_list(sit: Sit) -> None:
    desk = sit("send-email")
    pick(desk.control("mode"), "Reply")
    assert desk.settings == {"mode": "reply"}


def test_two_choices_are_radio_buttons(sit: Sit) -> None:
    desk = sit("send-email")
    click(radio(desk.editor("priority"), "Input values"), QPoint(8, 8))
    assert desk.settings == {"priority": "input-values"}
    click(radio(desk.editor("priority"), "Consumed data (recommended)"), QPoint(8, 8))
    assert desk.settings == {}


def test_choices_stand_in_the_order_of_their_type(sit: Sit) -> None:
    desk = sit("receive-email")
    texts = [button.text() for button in desk.editor("after_receiving").findChildren(QRadioButton)]
    assert texts == ["Mark as seen", "Leave as it is", "Move to a folder", "Delete"]


def test_moving_shows_the_folder_and_leaving_forgets_it(sit: Sit) -> None:
    desk = sit("receive-email")
    group = desk.editor("after_receiving")
    assert not desk.control("after_receiving", "folder").isVisible()
    click(radio(group, "Move to a folder"), QPoint(8, 8))
    assert desk.control("after_receiving", "folder").isVisible()
    write(desk.control("after_receiving", "folder"), "Done")
    assert desk.settings == {"after_receiving": {"action": "move", "folder": "Done"}}
    click(radio(group, "Delete"), QPoint(8, 8))
    assert desk.settings == {"after_receiving": {"action": "delete"}}
    click(radio(group, "Move to a folder"), QPoint(8, 8))
    assert desk.settings == {"after_receiving": {"action": "move", "folder": "Done"}}
    click(radio(group, "Mark as seen"), QPoint(8, 8))
    assert desk.settings == {}


def test_an_action_that_is_a_word_in_the_file_is_shown_and_kept(sit: Sit) -> None:
    desk = sit("receive-email", {"after_receiving": "delete"})
    assert radio(desk.editor("after_receiving"), "Delete").isChecked()
    click(desk.control("idle"), QPoint(8, 8))
    assert desk.settings == {"after_receiving": "delete", "idle": False}


def test_a_folded_group_opens_and_takes_optional_values(sit: Sit) -> None:
    desk = sit("receive-email")
    assert not desk.control("search", "from").isVisible()
    click(desk.control("search"))
    assert desk.control("search", "from").isVisible()
    write(desk.control("search", "from"), "boss")
    pick(desk.control("search", "flagged"), "No")
    write(desk.control("search", "larger"), "1024")
    assert desk.settings == {"search": {"from": "boss", "larger": 1024, "flagged": False}}
    write(desk.control("search", "from"), "")
    pick(desk.control("search", "flagged"), "Doesn’t matter")
    write(desk.control("search", "larger"), "")
    assert desk.settings == {}


def test_a_group_with_values_is_open_from_the_start(sit: Sit) -> None:
    desk = sit("receive-email", {"search": {"subject": "Order"}})
    assert desk.control("search", "subject").isVisible()
    assert desk.control("search").text() == "Search (1)"  # type: ignore[attr-defined]  # it is a button


def test_unknown_keys_stay_untouched_in_their_place(sit: Sit) -> None:
    before = {"colour": "red", "folder": "A", "search": {"subject": "x", "odd": [1]}, "zoo": {"lion": None}}
    desk = sit("receive-email", before)
    write(desk.control("folder"), "B")
    write(desk.control("search", "subject"), "y")
    after = {"colour": "red", "folder": "B", "search": {"subject": "y", "odd": [1]}, "zoo": {"lion": None}}
    assert json.dumps(desk.settings) == json.dumps(after)


def test_a_new_key_goes_where_the_model_has_it(sit: Sit) -> None:
    desk = sit("receive-email", {"connection": "inbox", "maximum_emails": 9})
    write(desk.control("folder"), "A")
    click(desk.control("idle"), QPoint(8, 8))
    assert list(desk.settings) == ["connection", "folder", "maximum_emails", "idle"]


def test_a_value_of_the_wrong_kind_is_shown_and_kept_until_it_is_edited(sit: Sit) -> None:
    desk = sit("receive-email", {"maximum_emails": "many", "delay": 5, "folder": 3})
    assert desk.control("maximum_emails").lineEdit().text() == "many"  # type: ignore[attr-defined]  # it is a number box
    click(desk.control("idle"), QPoint(8, 8))
    assert desk.settings == {"maximum_emails": "many", "delay": 5, "folder": 3, "idle": False}
    write(desk.control("delay"), "7")
    assert desk.settings["delay"] == {"value": 7, "unit": "seconds"}


def test_the_name_is_typed_over_the_title(sit: Sit) -> None:
    desk = sit("send-email")
    assert desk.form.header.name.placeholderText() == "Send Email"
    write(desk.form.header.name, "Answer the shop")
    assert desk.node.name == "Answer the shop"
    write(desk.form.header.name, "")
    assert desk.node.name is None


def test_notes_have_a_tab_of_their_own(sit: Sit) -> None:
    desk = sit("send-email", {"subject": "Hi"})
    click(desk.form.tabs, desk.form.tabs.tabRect(1).center())
    assert desk.form.notes.isVisible()
    write(desk.form.notes, "Ask Ken\nfirst")
    assert desk.settings == {"note": "Ask Ken\nfirst", "subject": "Hi"}


def test_undo_from_outside_is_shown_without_an_echo(sit: Sit) -> None:
    desk = sit("send-email", {"subject": "Before"})
    write(desk.control("subject"), "After")
    desk.said.clear()
    desk.flow = Flow("Test", nodes=(Node("one", "send-email", {"subject": "Before"}),))
    desk.show()
    assert desk.control("subject").text() == "Before"  # type: ignore[attr-defined]  # it is a line
    assert desk.said == []


def test_typing_keeps_the_cursor_in_the_middle(sit: Sit) -> None:
    desk = sit("send-email", {"text": "ac"})
    box = desk.control("text")
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Home)
    QTest.keyClick(box, Qt.Key.Key_Right)
    QTest.keyClicks(box, "bb")
    assert desk.settings == {"text": "abbc"}


def shown_error(desk: Any, *keys: str) -> str:
    row = desk.editor(*keys).parentWidget()
    assert isinstance(row, Row)
    return row.error.text if row.error.isVisible() else ""


def test_a_problem_stands_at_its_field_and_goes_when_it_is_mended(sit: Sit) -> None:
    desk = sit("receive-email", {"maximum_emails": -5, "delay": {"value": 0, "unit": "seconds"}})
    assert "-5" in shown_error(desk, "maximum_emails")
    assert desk.control("maximum_emails").property("invalid")
    assert shown_error(desk, "delay")
    write(desk.control("maximum_emails"), "4")
    write(desk.control("delay"), "2")
    assert shown_error(desk, "maximum_emails") == ""
    assert shown_error(desk, "delay") == ""
    assert not desk.control("maximum_emails").property("invalid")


def test_a_warning_stands_at_its_field_without_a_red_frame(sit: Sit) -> None:
    desk = sit("send-email", {"connection": "x"})
    assert shown_error(desk, "from")
    assert not desk.control("from").property("invalid")


def test_a_problem_inside_a_group_opens_it(sit: Sit) -> None:
    desk = sit("receive-email", {"search": {"since": "someday"}})
    assert shown_error(desk, "search", "since")
    assert shown_error(desk, "search") == ""


def test_focus_goes_to_the_field_of_a_problem(sit: Sit) -> None:
    desk = sit("receive-email")
    desk.form.activateWindow()
    for path, keys in (("delay.value", ("delay",)), ("search.larger", ("search", "larger")), ("idle", ("idle",))):
        assert desk.form.focus_field(path)
        assert desk.form.focusWidget() is desk.control(*keys)
    assert not desk.form.focus_field("no_such_setting")


def test_going_to_the_form_goes_to_its_first_field(sit: Sit) -> None:
    desk = sit("receive-email")
    desk.form.activateWindow()
    desk.form.setFocus()
    assert desk.form.focusWidget() is desk.control("connection")


def test_a_node_of_an_unknown_type_is_shown_without_a_form(sit: Sit) -> None:
    desk = sit("fax", {"number": 1})
    texts = [label.text() for label in desk.form.area.findChildren(QLabel)]
    assert any("fax" in text for text in texts)
    click(desk.form.header.switch)
    assert desk.settings == {"number": 1, "enabled": False}


def test_nothing_selected_says_what_to_do(sit: Sit) -> None:
    desk = sit("send-email")
    desk.form.show_nothing()
    assert not desk.form.header.isVisible()


@pytest.mark.parametrize("kind", nodes.NODE_TYPES, ids=lambda kind: kind.id)
def test_no_text_is_cut_off_in_japanese(kind: Any, sit: Sit) -> None:
    language.use("ja")
    desk = sit(kind.id)
    assert desk.form.body is not None
    assert desk.form.body.minimumSizeHint().width() <= desk.form.area.viewport().width()
    for label in desk.form.body.findChildren(QLabel):
        if label.isVisible() and label.text():
            needed = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
            assert label.height() >= needed, label.text()
    for button in desk.form.body.findChildren(QRadioButton):
        assert not button.isVisible() or button.width() >= button.sizeHint().width(), button.text()
