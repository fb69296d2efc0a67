"""Expressions on the page: what they say of the sample, and why they fail on it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest

from tests.qt.mapper.conftest import Sit
from tests.qt.mapper.hands import commit

RULE: dict[str, Any] = {"target": "subject", "sources": [{"field": "subject"}]}


def test_an_expression_shows_whether_it_holds_for_the_sample(sit: Sit) -> None:
    table = sit([{**RULE, "condition": {"cel": 'subject.contains("問い合わせ")'}}])
    details = table.page.details
    assert details.holds.isVisible()
    assert table.page.outcome(0).holds is True
    box = details.body.condition.box
    box.selectAll()
    commit(box, "size(attachments) > 0")
    table.hands.settle()
    assert table.rules[0]["condition"] == {"cel": "size(attachments) > 0"}
    assert table.page.outcome(0).holds is False
    assert table.hands.value(table.page.target.tree, "target:subject") == "–"
    table.stack.undo()
    table.hands.settle()
    assert box.toPlainText() == 'subject.contains("問い合わせ")'


def test_fields_and_what_can_be_asked_of_them_are_offered(sit: Sit) -> None:
    table = sit([{**RULE, "condition": {"cel": "size > 3 && "}}])
    when = table.page.details.body.condition
    when.box.setFocus()
    when.box.moveCursor(QTextCursor.MoveOperation.End)
    QTest.keyClicks(when.box, "fro")
    assert when.completer.choices[0].name == "from"
    QTest.keyClick(when.box, Qt.Key.Key_Tab)
    QTest.keyClicks(when.box, ".en")
    QTest.keyClick(when.box, Qt.Key.Key_Return)
    QTest.keyClicks(when.box, "example.jp>")
    table.hands.settle()
    assert table.rules[0]["condition"] == {"cel": 'size > 3 && from.endsWith("example.jp>")'}
    assert table.page.outcome(0).holds is True


def test_an_expression_that_fails_on_the_sample_says_so_beneath_itself(sit: Sit) -> None:
    table = sit([{**RULE, "condition": {"cel": "subject > 3"}}])
    details = table.page.details
    assert "failed" in details.body.condition.failed.text
    assert not details.complaint.text
    assert table.page.board.cards[0].look.mark == "danger"
    box = details.body.condition.box
    box.selectAll()
    commit(box, "subject >")
    table.hands.settle()
    assert not details.body.condition.failed.text
    assert details.body._rows["condition"].error.text
