"""Conditions in either form: chosen from the builder, or written as an expression, and what the switch between them keeps."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from mailflow_gui.qt.forms.rules.when import WhenEditor
from tests.qt.forms.conftest import Desk, Sit, click, write
from tests.qt.forms.test_rules import RULE, opened, rules
from tests.qt.mapper.hands import commit

SUBJECT = {"field": "subject", "operator": "contains", "value": "見積"}


def sit_with(sit: Sit, condition: Any = None) -> tuple[Desk, WhenEditor]:
    desk = sit("data-mapper", {"rules": [RULE if condition is None else {**RULE, "condition": condition}]})
    return desk, opened(desk).condition


def condition(desk: Desk) -> Any:
    return rules(desk)[0].get("condition")


def test_the_builder_becomes_an_expression_and_comes_back(sit: Sit) -> None:
    both = {
        "all": [
            SUBJECT,
            {"any": [{"field": "to", "operator": "empty"}, {"field": "size", "operator": ">", "value": "9"}]},
        ]
    }
    desk, when = sit_with(sit, both)
    click(when.switch.button(1))
    assert condition(desk) == {"cel": 'subject.contains("見積") && (isBlank(to) || size > 9)'}
    assert when.box.isVisible()
    assert not when.rows
    assert not when.add_button.isVisible()
    click(when.switch.button(0))
    assert condition(desk) == both
    assert len(when.rows) == 2
    assert not when.box.isVisible()
    assert len(desk.said) == 2


def test_an_expression_is_written_where_there_was_no_condition(sit: Sit) -> None:
    desk, when = sit_with(sit)
    click(when.switch.button(1))
    assert desk.said == []
    write(when.box, "size > 3")
    assert condition(desk) == {"cel": "size > 3"}
    write(when.box, "")
    assert condition(desk) is None
    assert when.is_expression
    QTest.keyClick(when.box, Qt.Key.Key_Tab)
    assert not when.box.isVisible()
    assert when.control().isVisible()


def test_the_builder_is_not_offered_for_what_it_cannot_show(sit: Sit) -> None:
    text = 'size(attachments) > 1 && subject.contains("見積")'
    desk, when = sit_with(sit, {"cel": text})
    assert when.is_expression
    assert not when.switch.button(0).isEnabled()
    assert "more than the builder" in when.why.text()
    click(when.switch.button(0))
    assert condition(desk) == {"cel": text}
    when.box.selectAll()
    commit(when.box, 'subject.contains("見積")')
    assert when.switch.button(0).isEnabled()
    assert not when.why.isVisible()
    click(when.switch.button(0))
    assert condition(desk) == {"all": [SUBJECT]}


def test_what_an_expression_cannot_say_stays_in_the_builder(sit: Sit) -> None:
    dated = {"all": [{"field": "date", "operator": ">", "value": "2026-01-01"}]}
    desk, when = sit_with(sit, dated)
    click(when.switch.button(1))
    assert condition(desk) == dated
    assert not when.is_expression
    assert when.switch.index == 0
    assert "Date is greater than 2026-01-01" in when.note.text()
    assert when.rows


def test_a_fault_is_told_and_underlined_where_it_stands(sit: Sit) -> None:
    desk, when = sit_with(sit, {"cel": "size > 3 && subject.shout()"})
    (mark,) = when.box.extraSelections()
    assert mark.cursor.selectedText() == "shout"
    body = opened_body(desk)
    assert "shout" in body._rows["condition"].error.text
    assert desk.form.focus_field("rules.0.condition.cel")
    assert when.box.hasFocus()
    when.box.selectAll()
    commit(when.box, "size > 3")
    assert when.box.extraSelections() == []
    assert not body._rows["condition"].error.text


def opened_body(desk: Desk) -> Any:
    card = desk.editor("rules").cards[0]  # type: ignore[attr-defined]  # the list of rules has cards
    return card.body


def test_the_switch_works_with_the_keys(sit: Sit) -> None:
    desk, when = sit_with(sit, {"all": [SUBJECT]})
    when.switch.button(0).setFocus()
    QTest.keyClick(when.switch.button(0), Qt.Key.Key_Right)
    assert condition(desk) == {"cel": 'subject.contains("見積")'}
    QApplication.processEvents()
    assert when.box.hasFocus()


def test_an_empty_expression_is_begun_with_the_keys(sit: Sit) -> None:
    desk, when = sit_with(sit)
    when.switch.button(0).setFocus()
    QTest.keyClick(when.switch.button(0), Qt.Key.Key_Right)
    QApplication.processEvents()
    QTest.keyClicks(when.box, "size > 3")
    assert condition(desk) == {"cel": "size > 3"}


def test_an_empty_expression_from_a_file_is_shown_as_one(sit: Sit) -> None:
    _desk, when = sit_with(sit, {"cel": ""})
    assert when.is_expression
    assert when.box.isVisible()
