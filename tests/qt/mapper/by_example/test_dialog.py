"""The dialog with real mouse events and keys: type, propose, judge, use; one undo takes all of it back."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from mailflow_gui.qt.forms.labels import Label
from mailflow_gui.qt.mapper.samples import of_bytes
from mailflow_gui.qt.theme import theme
from tests.qt.mapper.by_example.conftest import ANSWER, Ask, newsletter, opened
from tests.qt.mapper.hands import LEFT, NONE

CONTROL = Qt.KeyboardModifier.ControlModifier
SUBJECT: dict[str, Any] = {"target": "subject", "sources": [{"field": "subject"}]}
CC: dict[str, Any] = {"target": "cc", "sources": [{"constant": "old@example.org"}]}


def test_what_is_typed_becomes_rules_and_one_undo_takes_them_back(ask: Ask) -> None:
    table, hands = ask([CC, SUBJECT])
    dialog = hands.dialog
    before = table.flow
    assert dialog.wishes.rows["subject"].value() == "【お問い合わせ】納期"
    assert dialog.wishes.rows["subject"].note.text() == "as it is now"
    assert not dialog.foot.main.isEnabled()
    hands.write("to", "sato@example.jp")
    hands.write("subject", "佐藤 健一 様")
    hands.write("text", ANSWER)
    assert dialog.wishes.rows["subject"].note.text() == "to be found"
    assert dialog.foot.said.text() == "3 fields differ from now."

    hands.propose()
    assert table.flow is before
    facts = hands.facts()
    assert facts["to"] == ("Likely", "メール")
    assert facts["subject"] == ("Certain", "氏名 → Append “様”")
    assert facts["text"] == ("Certain", "氏名 様  ありがとうございます。  > お問い合わせ内容")
    assert dialog.answers.rest.text() == "Kept as it is: Cc."
    to = dialog.answers.cards[0]
    assert to.tally.text() == "5 of 5 fit"
    assert dialog.closer.seen is not None
    assert [one.line for one in dialog.closer.seen.entries][:3] == [
        "sato@example.jp",
        "hanako.yamada@example.jp",
        "suzuki@example.co.jp",
    ]
    assert {one.icon for one in dialog.closer.seen.entries} == {"circle-check"}

    hands.use()
    assert table.page.by_example.dialog is None
    assert table.rules == [
        CC,
        {
            "target": "subject",
            "sources": [{"field": "extracted.氏名"}],
            "transformations": [{"name": "append", "text": " 様"}],
        },
        {"target": "to", "sources": [{"field": "extracted.メール"}]},
        {
            "target": "text",
            "template": "{{ extracted.氏名 }} 様\n\nありがとうございます。\n\n> {{ extracted.お問い合わせ内容 }}\n",
        },
    ]
    assert table.flow.node("map").settings["extractions"] == [{"kind": "labels"}]
    assert table.hands.value(table.page.target.tree, "target:to") == "sato@example.jp"
    assert table.said == ["3 mappings were made by example."]
    assert table.page.index == 2
    assert table.stack.count() == 1
    table.stack.undo()
    assert table.flow == before


def test_a_rule_of_ones_own_choice_is_used_in_place_of_the_proposed_one(qtbot: QtBot, ask: Ask) -> None:
    table, hands = ask()
    hands.write("to", "sato@example.jp")
    hands.propose()
    dialog = hands.dialog
    place = next(at for at, row in enumerate(dialog.closer.ways) if "Extract by pattern" in row.line.accessibleName())
    dialog.closer.ensureWidgetVisible(dialog.closer.ways[place])
    hands.click(dialog.closer.ways[place].button)
    qtbot.waitUntil(lambda: dialog.answers.cards[0].chosen == place, timeout=5000)
    assert dialog.answers.cards[0].badge.text == "Your choice"
    assert hands.dialog.focusWidget() is dialog.closer.ways[place].button
    hands.key(Qt.Key.Key_Up)
    qtbot.waitUntil(lambda: dialog.answers.cards[0].chosen == place - 1, timeout=5000)
    hands.key(Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: dialog.answers.cards[0].chosen == place, timeout=5000)
    hands.use()
    (rule,) = table.rules
    assert rule["transformations"][0]["name"] == "extract-pattern"
    assert table.hands.value(table.page.target.tree, "target:to") == "sato@example.jp"
    assert "extractions" not in table.flow.node("map").settings


def test_what_a_long_text_becomes_is_seen_whole_for_each_message(ask: Ask) -> None:
    _table, hands = ask()
    hands.write("text", ANSWER)
    hands.propose()
    seen = hands.dialog.closer.seen
    assert seen is not None
    assert seen.preview.toPlainText() == ANSWER
    assert seen.preview.isVisible()
    seen.setFocus()
    hands.key(Qt.Key.Key_Down)
    assert (
        seen.preview.toPlainText()
        == "山田 花子 様\n\nありがとうございます。\n\n> 商品番号 A-11 の価格を教えてください。\n"
    )
    assert "山田 花子" in seen.accessibleName()
    QTest.mouseClick(seen, LEFT, NONE, QPoint(60, 24 * 3 + 8))
    assert "田中 美咲" in seen.preview.toPlainText()


def test_what_is_not_ticked_is_not_used_and_what_was_emptied_goes(ask: Ask) -> None:
    table, hands = ask([SUBJECT, CC, {**CC, "sources": [{"constant": "second@example.org"}]}])
    hands.write("cc", "")
    hands.write("to", "sato@example.jp")
    hands.write("subject", "佐藤 健一 様")
    assert hands.dialog.wishes.rows["cc"].note.text() == "its mapping goes"
    hands.propose()
    assert hands.dialog.answers.rest.text() == "No longer mapped: Cc."
    hands.click(hands.dialog.answers.cards[1].use)
    assert hands.dialog.foot.main.text() == "Use this rule"
    hands.use()
    assert table.rules == [SUBJECT, {"target": "to", "sources": [{"field": "extracted.メール"}]}]


def test_fields_can_be_emptied_without_any_search(ask: Ask) -> None:
    table, hands = ask([SUBJECT, CC])
    hands.write("cc", "")
    hands.click(hands.dialog.foot.main)
    assert hands.dialog.answers.cards == []
    assert hands.dialog.answers.rest.text() == "No longer mapped: Cc.\nKept as it is: Subject."
    assert hands.dialog.foot.main.text() == "Use this"
    hands.key(Qt.Key.Key_Return)
    assert table.rules == [SUBJECT]
    assert table.said == ["The emptied fields are no longer mapped."]
    table.stack.undo()
    assert table.rules == [SUBJECT, CC]


def test_a_message_of_another_kind_is_flagged_and_can_be_taken_away(qtbot: QtBot, ask: Ask) -> None:
    _table, hands = ask(people=range(1, 4))
    further = hands.dialog.further
    hands.dialog.further.add([of_bytes(newsletter(), "Newsletter")])
    hands.write("text", ANSWER)
    hands.propose()
    card = hands.dialog.answers.cards[0]
    assert card.tally.text() == "3 of 4 fit · 1 odd"
    assert hands.dialog.closer.seen is not None
    assert hands.dialog.closer.seen.entries[-1].icon == "triangle-alert"
    assert card.badge.text == "Guess"
    assert hands.dialog.foot.said.text() == "1 of them is a guess."
    hands.click(hands.dialog.foot.back)
    assert hands.dialog.focusWidget() is hands.dialog.wishes.rows["text"].box
    further.list.setFocus()
    further.list.setCurrentRow(further.list.count() - 1)
    hands.key(Qt.Key.Key_Space)
    assert len(further.chosen()) == 3
    hands.propose()
    assert hands.dialog.answers.cards[0].tally.text() == "3 of 3 fit"
    assert hands.dialog.answers.cards[0].badge.text == "Certain"


def test_without_further_messages_all_is_a_guess_and_that_is_said(ask: Ask) -> None:
    _table, hands = ask(people=())
    assert hands.dialog.further.about.text().startswith("None yet. Without them every proposal is a guess")
    hands.write("to", "sato@example.jp")
    hands.propose()
    card = hands.dialog.answers.cards[0]
    assert (card.badge.text, card.tally.text()) == ("Guess", "not checked")
    assert any("no further messages" in words for words in said(hands.dialog.closer))


def test_a_text_for_all_messages_is_told_from_one_that_varies(ask: Ask) -> None:
    _table, hands = ask()
    hands.write("cc", "team@example.org")
    hands.propose()
    card = hands.dialog.answers.cards[0]
    assert card.line.accessibleName() == "Always team@example.org"
    assert card.tally.text() == "always the same"
    assert "Every message goes there, whatever it says." in said(hands.dialog.closer)


def test_a_wrong_address_is_told_at_its_field_and_nothing_begins(ask: Ask) -> None:
    _table, hands = ask()
    hands.write("to", "佐藤")
    hands.click(hands.dialog.foot.main)
    row = hands.dialog.wishes.rows["to"]
    assert "is not a mail address" in row.complaint.text
    assert hands.dialog.focusWidget() is row.box
    assert not hands.dialog.searching
    hands.write("to", "sato@example.jp")
    assert row.complaint.text == ""
    hands.propose()
    assert hands.facts()["to"][0] == "Likely"


def test_a_search_that_is_stopped_leaves_what_was_typed_and_its_answers_come_too_late(qtbot: QtBot, ask: Ask) -> None:
    _table, hands = ask([SUBJECT])
    hands.write("to", "sato@example.jp")
    dialog = hands.dialog
    hands.click(dialog.foot.main)
    assert dialog.foot.cancel.text() == "Stop"
    assert not dialog.wishes.isEnabled()
    assert dialog.foot.progress.isVisible()
    hands.click(dialog.foot.cancel)  # "Stop", before any answer could be heard
    assert dialog.foot.cancel.text() == "Cancel"
    assert dialog.wishes.rows["to"].value() == "sato@example.jp"
    qtbot.wait(200)
    assert dialog.answers.cards == []
    assert dialog.foot.main.text() == "Propose"
    hands.propose()
    assert hands.facts()["to"] == ("Likely", "メール")


def test_escape_stops_the_search_first_then_leaves_all_as_it_was(qtbot: QtBot, ask: Ask) -> None:
    table, hands = ask([SUBJECT])
    before = table.flow
    hands.write("to", "sato@example.jp")
    hands.click(hands.dialog.foot.main)
    QTest.keyClick(hands.dialog, Qt.Key.Key_Escape)
    assert hands.dialog.isVisible()
    QTest.keyClick(hands.dialog, Qt.Key.Key_Escape)
    assert table.page.by_example.dialog is None
    assert table.flow is before
    assert table.stack.count() == 0
    again = opened(qtbot, table)  # what was typed for this sample is still there
    assert again.dialog.wishes.rows["to"].value() == "sato@example.jp"
    assert again.dialog.wishes.rows["to"].note.text() == "to be found"
    again.propose()
    again.use()
    once_more = opened(qtbot, table)  # used: now it is what the mapping gives
    assert once_more.dialog.wishes.rows["to"].note.text() == "as it is now"


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("size", [(1440, 820), (1024, 620)])
def test_it_fits_over_the_page_light_and_dark(ask: Ask, size: tuple[int, int], mode: str) -> None:
    theme.set_mode(mode)
    _table, hands = ask([SUBJECT], size=size)
    for target, text in (("to", "sato@example.jp"), ("subject", "佐藤 健一 様"), ("text", ANSWER)):
        hands.write(target, text)
    assert hands.dialog.width() <= size[0]
    assert hands.dialog.height() <= size[1]
    shown_whole(hands.dialog.wishes.area.viewport(), hands.dialog.wishes.area.widget())
    hands.propose()
    shown_whole(hands.dialog.answers.area.viewport(), hands.dialog.answers.area.widget())
    shown_whole(hands.dialog.closer.viewport(), hands.dialog.closer.widget())
    assert hands.dialog.foot.main.geometry().right() < hands.dialog.foot.width()


def shown_whole(viewport: QWidget, inside: QWidget | None) -> None:
    """Nothing is cut at the right: there is no bar to scroll sideways with."""
    assert inside is not None
    assert inside.width() <= viewport.width()
    assert inside.minimumSizeHint().width() <= viewport.width()


def said(widget: QWidget) -> list[str]:
    """All texts in a widget."""
    return [label.text() for label in widget.findChildren(Label)]
