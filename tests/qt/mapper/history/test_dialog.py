"""Trying the edited mapping on what was received, with real mouse events and keys."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QWidget

from mailflow_gui.flow.model import Edge, Flow, Node
from mailflow_gui.journal.journal import Journal
from mailflow_gui.paths import Home
from mailflow_gui.qt.mapper.history.sides import ChangeRow, Side
from mailflow_gui.qt.theme import theme
from tests.qt.inspector import filled
from tests.qt.mapper.conftest import Sit, flow_with
from tests.qt.mapper.hands import LEFT, NONE
from tests.qt.mapper.history.conftest import Try, receive

CONTROL = Qt.KeyboardModifier.ControlModifier
SUBJECT: dict[str, Any] = {"target": "subject", "sources": [{"field": "subject"}]}
TO: dict[str, Any] = {"target": "to", "sources": [{"field": "from"}]}
AMOUNT: dict[str, Any] = {
    "target": "headers.X-Amount",
    "sources": [{"field": "text"}],
    "transformations": [{"name": "extract-label", "label": "Amount"}],
}
BEFORE = [SUBJECT, TO, AMOUNT]
AFTER = [
    {**SUBJECT, "transformations": [{"name": "replace-all", "find": "Re: ", "with": ""}]},
    TO,
    {**AMOUNT, "transformations": [*AMOUNT["transformations"], {"name": "add", "number": 0}, {"name": "append"}]},
]
"""The subject of every fifth message changes; where the amount isn't a number, it fails."""


def amounts(number: int) -> str:
    return f"Amount: {'unknown' if number % 10 == 3 else number}\n"


def texts(side: Side) -> list[tuple[str, str]]:
    return [(run.text, run.look) for run in side.runs]


def test_counts_say_what_comes_out_the_same_changed_and_failing_and_filter_the_table(
    journal: Journal, try_out: Try
) -> None:
    receive(journal, 30, text=amounts)
    trial = try_out(AFTER, BEFORE)
    assert trial.filters == ["All 30", "21 same", "6 changed", "3 failing"]
    assert trial.dialog.head.standing.text() == "30 messages tried"
    assert trial.subjects[0] == "Re: お問い合わせ 30"
    assert len(trial.subjects) == 30
    trial.click(trial.dialog.head.filters.button(2))
    assert trial.subjects == [f"Re: お問い合わせ {number}" for number in (30, 25, 20, 15, 10, 5)]
    trial.click(trial.dialog.head.filters.button(3))
    assert trial.subjects == [f"お問い合わせ {number}" for number in (23, 13, 3)]
    trial.click(trial.dialog.head.filters.button(1))
    assert len(trial.subjects) == 21
    trial.click(trial.dialog.head.filters.button(0))
    assert len(trial.subjects) == 30


def test_the_first_change_is_shown_side_by_side_with_its_marks(journal: Journal, try_out: Try) -> None:
    receive(journal, 7)
    trial = try_out(AFTER, BEFORE)
    assert trial.dialog.table.hand is not None
    assert trial.dialog.table.hand.subject == "Re: お問い合わせ 5"
    (shown,) = trial.dialog.detail.changes
    assert target_of(shown) == "subject"
    assert texts(shown.before) == [("Re: ", "removed"), ("お問い合わせ 5", "same")]
    assert texts(shown.after) == [("お問い合わせ 5", "same")]
    assert shown.before.toPlainText() == "Re: お問い合わせ 5"


def test_a_target_that_is_mapped_no_more_or_newly_says_so(journal: Journal, try_out: Try) -> None:
    receive(journal, 1)
    added = {"target": "headers.X-New", "sources": [{"constant": "new"}]}
    trial = try_out([TO, added], [TO, SUBJECT])
    new, old = trial.dialog.detail.changes
    assert (target_of(new), new.before.toPlainText(), texts(new.after)) == (
        "headers.X-New",
        "not mapped",
        [("new", "added")],
    )
    assert (target_of(old), texts(old.before), old.after.toPlainText()) == (
        "subject",
        [("お問い合わせ 1", "removed")],
        "not mapped",
    )
    assert new.show_rule.isVisibleTo(new)
    assert not old.show_rule.isVisibleTo(old)


def test_a_failing_message_says_why_and_leads_to_its_rule(journal: Journal, try_out: Try) -> None:
    receive(journal, 3, text=amounts)
    trial = try_out(AFTER, BEFORE)
    assert trial.filters[3] == "1 failing"
    assert "“unknown” is not a number" in trial.dialog.detail.error.text()
    assert trial.dialog.detail.remark.text() == "Before, it didn't fail."
    trial.click(trial.dialog.detail.error_button)
    assert not trial.dialog.isVisible()
    assert trial.table.page.index == 2
    trial.qtbot.waitUntil(trial.table.page.board.cards[2].hasFocus, timeout=5000)


def test_a_changed_target_leads_to_its_mapping(journal: Journal, try_out: Try) -> None:
    receive(journal, 5)
    trial = try_out([TO, *AFTER[:1]], [TO, SUBJECT])
    trial.click(trial.dialog.detail.changes[0].show_rule)
    assert trial.table.page.index == 1


def test_a_message_that_fails_no_more_has_changed(journal: Journal, try_out: Try) -> None:
    receive(journal, 3, text=amounts)
    trial = try_out(BEFORE, AFTER)
    assert trial.filters == ["All 3", "2 same", "1 changed", "0 failing"]
    assert trial.dialog.detail.remark.text().startswith("Before, it failed: ")


def test_a_message_becomes_the_sample(journal: Journal, try_out: Try) -> None:
    receive(journal, 40)
    trial = try_out(AFTER, BEFORE)
    page = trial.table.page
    trial.dialog.table.setFocus()
    QTest.keyClick(trial.dialog.table, Qt.Key.Key_End)
    assert trial.dialog.table.hand is not None
    assert trial.dialog.table.hand.subject == "お問い合わせ 1"
    trial.click(trial.dialog.detail.use)
    assert not trial.dialog.isVisible()
    trial.table.hands.settle()
    trial.qtbot.waitUntil(
        lambda: page.sample is not None and page.sample.message.subject == "お問い合わせ 1", timeout=5000
    )
    trial.table.hands.settle()
    assert "お問い合わせ 1" in page.bar.samples.currentText()
    assert trial.table.hands.value(page.target.tree, "target:subject") == "お問い合わせ 1"


def test_a_message_on_offer_is_chosen_where_it_stands(journal: Journal, try_out: Try) -> None:
    receive(journal, 5)
    trial = try_out(AFTER, BEFORE)
    page = trial.table.page
    count = page.bar.samples.count_of_samples
    trial.dialog.table.take(trial.dialog.table.messages.rows[3].id)
    QTest.keyClick(trial.dialog.table, Qt.Key.Key_Return)
    trial.qtbot.waitUntil(
        lambda: page.sample is not None and page.sample.message.subject == "お問い合わせ 2", timeout=5000
    )
    assert page.bar.samples.count_of_samples == count
    assert "お問い合わせ 2" in page.bar.samples.currentText()


def test_everything_is_done_with_keys(journal: Journal, sit: Sit, try_out: Try) -> None:
    receive(journal, 10, text=amounts)
    trial = try_out(AFTER, BEFORE)
    dialog = trial.dialog
    assert dialog.table.hasFocus()
    dialog.table.take(dialog.table.messages.rows[0].id)
    QTest.keyClick(dialog.table, Qt.Key.Key_F6)
    assert dialog.detail.changes[0].after.hasFocus()
    QTest.keyClick(dialog.detail.changes[0].after, Qt.Key.Key_F6)
    assert dialog.table.hasFocus()
    segments = dialog.head.filters
    segments.button(0).setFocus()
    for _step in range(3):
        QTest.keyClick(focused(), Qt.Key.Key_Right)
    assert trial.subjects == ["お問い合わせ 3"]
    QTest.keyClick(focused(), Qt.Key.Key_Return, CONTROL)
    assert not dialog.isVisible()
    page = trial.table.page
    trial.qtbot.waitUntil(
        lambda: page.sample is not None and page.sample.message.subject == "お問い合わせ 3", timeout=5000
    )
    trial.qtbot.waitUntil(page.isActiveWindow, timeout=5000)
    page.source.tree.setFocus()
    QTest.keyClick(page.source.tree, Qt.Key.Key_T, CONTROL)
    assert dialog.isVisible()
    trial.finish()
    assert trial.filters[0] == "All 10"
    QTest.keyClick(dialog.table, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_trying_is_cancelled_and_what_was_found_stays(journal: Journal, try_out: Try) -> None:
    receive(journal, 100)
    trial = try_out(AFTER, BEFORE, finish=False)
    dialog = trial.dialog
    trial.qtbot.waitUntil(lambda: bool(dialog.table.messages.rows), timeout=10_000)
    assert dialog.head.progress.isVisible()
    trial.click(dialog.head.stop)
    assert not dialog.trying.busy
    found = len(dialog.table.messages.rows)
    assert 0 < found < 100
    assert dialog.head.standing.text() == f"Cancelled: {found} of 100 tried"
    trial.qtbot.wait(150)
    assert len(dialog.table.messages.rows) == found
    trial.click(dialog.head.again)
    trial.finish()
    assert len(dialog.table.messages.rows) == 100


def test_closing_the_dialog_ends_the_work(journal: Journal, try_out: Try) -> None:
    receive(journal, 100)
    trial = try_out(AFTER, BEFORE, finish=False)
    QTest.keyClick(trial.dialog, Qt.Key.Key_Escape)
    assert not trial.dialog.isVisible()
    assert not trial.dialog.trying.busy


def test_as_many_are_tried_as_a_person_chooses(journal: Journal, try_out: Try) -> None:
    receive(journal, 130)
    trial = try_out(AFTER, BEFORE)
    assert trial.filters[0] == "All 100"
    trial.click(trial.dialog.head.counts.button(0))
    trial.finish()
    assert trial.filters[0] == "All 20"
    assert trial.subjects[-1] == "お問い合わせ 111"
    trial.click(trial.dialog.head.counts.button(2))
    trial.finish()
    assert trial.filters[0] == "All 130"


def test_messages_whose_content_has_expired_are_counted(journal: Journal, home: Home, try_out: Try) -> None:
    receive(journal, 3)
    for segment in home.spool.iterdir():
        segment.unlink()
    trial = try_out(AFTER, BEFORE)
    assert said(trial.dialog.empty)[0] == "The messages have expired"
    assert said(trial.dialog.empty)[1].startswith("The contents of the 3 messages that were received aren't kept")
    assert trial.dialog.head.standing.text() == "0 messages tried"


def test_some_expired_messages_are_said_beside_those_that_were_tried(
    journal: Journal, home: Home, try_out: Try
) -> None:
    receive(journal, 2)
    (segment,) = list(home.spool.iterdir())
    size = segment.stat().st_size
    receive(journal, 4, first=3)
    kept = segment.read_bytes()
    segment.write_bytes(kept[: size - 10])
    trial = try_out(AFTER, BEFORE)
    assert trial.filters[0] == "All 1"
    assert trial.dialog.head.left_out.text() == "5 aren't kept any more"


def test_without_history_it_says_what_to_do(home: Home, try_out: Try) -> None:
    trial = try_out(AFTER, BEFORE)
    assert trial.dialog.empty.isVisible()
    assert said(trial.dialog.empty)[0] == "No messages yet"
    assert not trial.dialog.head.filters.isVisible()
    assert trial.dialog.close_button.hasFocus()


def test_messages_of_other_flows_are_none_of_its_business(journal: Journal, try_out: Try) -> None:
    journal.write(lambda transaction: filled.receive(transaction, 1, flow="another")).result()
    trial = try_out(AFTER, BEFORE)
    assert said(trial.dialog.empty)[0] == "No messages yet"


def test_a_mapper_that_nothing_leads_to_says_so(journal: Journal, try_out: Try) -> None:
    receive(journal, 1)
    flow = replace(flow_with(AFTER), id=filled.FLOW, edges=())
    trial = try_out((), BEFORE, flow=flow)
    assert said(trial.dialog.empty)[0] == "Nothing leads to this mapper"


def test_a_mapping_that_cannot_run_leads_to_its_problem(journal: Journal, try_out: Try) -> None:
    receive(journal, 1)
    broken = {**SUBJECT, "transformations": [{"name": "extract-label"}]}
    trial = try_out([TO, broken], BEFORE)
    assert said(trial.dialog.empty)[0] == "The mapping can't run as it is"
    button = trial.dialog.empty.button
    assert button is not None
    trial.click(button)
    assert trial.table.page.index == 1


def test_an_unchanged_mapping_is_said_to_be_one(journal: Journal, try_out: Try) -> None:
    receive(journal, 3)
    trial = try_out(BEFORE, BEFORE)
    assert trial.filters == ["All 3", "3 same", "0 changed", "0 failing"]
    assert trial.dialog.head.banner.isVisible()
    assert trial.dialog.head.banner.text == "The mapping is as it was: nothing can come out differently."
    assert said(trial.dialog.detail.nothing)[0] == "Nothing changes"


def test_what_it_is_compared_with_is_said(journal: Journal, try_out: Try) -> None:
    receive(journal, 5)
    trial = try_out(AFTER, BEFORE)
    assert "as saved in “Desk.mailflow”" in trial.dialog.head.about.text()


def test_without_a_file_it_is_compared_with_what_was_opened(journal: Journal, try_out: Try) -> None:
    receive(journal, 5)
    trial = try_out(BEFORE, None)
    assert "as it was when this page was opened" in trial.dialog.head.about.text()
    assert trial.filters[1] == "5 same"
    trial.dialog.reject()
    trial.table.page.acts.put(AFTER, 0)
    trial.click(trial.table.page.bar.history)
    trial.finish()
    assert trial.filters == ["All 5", "4 same", "1 changed", "0 failing"]


def test_a_file_that_cannot_be_read_is_no_hindrance(journal: Journal, tmp_path: Path, try_out: Try) -> None:
    receive(journal, 5)
    trial = try_out(BEFORE, BEFORE)
    trial.dialog.reject()
    (tmp_path / "Desk.mailflow").write_text("no flow", encoding="utf-8")
    trial.table.page.acts.put(AFTER, 0)
    trial.click(trial.table.page.bar.history)
    trial.finish()
    assert "as it was when this page was opened" in trial.dialog.head.about.text()
    assert trial.filters[2] == "1 changed"


def test_a_mapping_that_could_not_run_before_is_said_to_be_one(journal: Journal, try_out: Try) -> None:
    receive(journal, 2)
    trial = try_out(BEFORE, [{**SUBJECT, "transformations": [{"name": "no such"}]}])
    assert trial.dialog.head.banner.text == "As it was before, the mapping couldn't run."
    assert trial.filters == ["All 2", "0 same", "2 changed", "0 failing"]
    assert trial.dialog.detail.remark.text().startswith("Before, it failed: ")


def two_mappers(first: dict[str, Any]) -> Flow:
    flow = flow_with(BEFORE)
    return replace(
        flow,
        id=filled.FLOW,
        nodes=(*flow.nodes, Node("first", "data-mapper", {"rules": [first]})),
        edges=(
            Edge("receive", "message", "first", "message"),
            Edge("first", "email", "map", "message"),
            Edge("map", "email", "send", "email"),
        ),
    )


def test_a_message_that_fails_before_the_mapper_leads_to_none_of_its_rules(journal: Journal, try_out: Try) -> None:
    receive(journal, 2)
    failing = {**SUBJECT, "transformations": [{"name": "round"}]}
    trial = try_out((), None, flow=two_mappers(failing), saved_flow=two_mappers(SUBJECT))
    assert trial.filters == ["All 2", "0 same", "0 changed", "2 failing"]
    assert "is not a number" in trial.dialog.detail.error.text()
    assert not trial.dialog.detail.error_button.isVisible()
    assert trial.dialog.detail.remark.text() == "It fails at an earlier step, so it doesn't come to this one any more."


def test_messages_that_never_come_to_the_mapper_are_counted_and_said(journal: Journal, try_out: Try) -> None:
    receive(journal, 2)
    failing = {**SUBJECT, "transformations": [{"name": "round"}]}
    trial = try_out((), None, flow=two_mappers(failing), saved_flow=two_mappers(failing))
    assert said(trial.dialog.empty)[0] == "No message comes here"
    assert said(trial.dialog.empty)[1].startswith("Of the 2 messages that were received, none comes to this mapper")


def test_a_flow_property_that_was_edited_changes_what_comes_out(journal: Journal, try_out: Try) -> None:
    receive(journal, 2)
    rules = [{"target": "subject", "sources": [{"property": "prefix"}]}]
    flow: Flow = replace(flow_with(rules), id=filled.FLOW)
    trial = try_out((), rules, flow=replace(flow, properties={"prefix": "[new] "}))
    assert trial.filters[2] == "2 changed"
    (shown,) = trial.dialog.detail.changes
    assert (shown.before.toPlainText(), shown.after.toPlainText()) == ("[shop] ", "[new] ")


def test_a_long_text_is_shown_from_the_first_difference(journal: Journal, try_out: Try) -> None:
    def long(number: int) -> str:
        return "\n".join(f"{line} 行目" for line in range(3000)) + f"\nAmount: {number}\n"

    receive(journal, 1, text=long)
    text = {"target": "text", "sources": [{"field": "text"}]}
    after = {**text, "transformations": [{"name": "replace-all", "find": "2500 行目", "with": "ここ"}]}
    trial = try_out([after], [text])
    (shown,) = trial.dialog.detail.changes
    assert ("2500 行目", "removed") in texts(shown.before)
    assert ("ここ", "added") in texts(shown.after)
    assert len(shown.before.toPlainText()) < 5000


def test_the_dialog_fits_into_a_small_window(journal: Journal, try_out: Try) -> None:
    receive(journal, 30, text=amounts)
    trial = try_out(AFTER, BEFORE, size=(1024, 640))
    assert trial.table.page.width() == 1024
    assert trial.dialog.width() <= 1024
    assert trial.dialog.height() <= 640
    head = trial.dialog.head
    for widget in (head.filters, head.again, head.standing):
        assert head.rect().contains(widget.geometry())


def test_the_menu_of_a_rule_leads_to_it(journal: Journal, home: Home, sit: Sit) -> None:
    table = sit(BEFORE, sample=None)
    board = table.page.board
    board.menu_wanted.emit(-1, board.mapToGlobal(board.rect().center()))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    action = next(one for one in menu.actions() if one.text() == "Try on history…")
    QTest.mouseClick(menu, LEFT, NONE, menu.actionGeometry(action).center())
    assert table.page.history.dialog is not None
    assert table.page.history.dialog.isVisible()
    table.page.history.dialog.reject()


def test_a_double_click_takes_a_row_as_the_sample(journal: Journal, try_out: Try) -> None:
    receive(journal, 4)
    trial = try_out(AFTER, BEFORE)
    table = trial.dialog.table
    place: QPoint = table.visualRect(table.messages.index(2, 2)).center()
    QTest.mouseClick(table.viewport(), LEFT, NONE, place)
    QTest.mouseDClick(table.viewport(), LEFT, NONE, place)
    page = trial.table.page
    trial.qtbot.waitUntil(
        lambda: page.sample is not None and page.sample.message.subject == "お問い合わせ 2", timeout=5000
    )


def test_marks_follow_the_theme(journal: Journal, try_out: Try) -> None:
    receive(journal, 5)
    side = try_out(AFTER, BEFORE).dialog.detail.changes[0].before
    for mode in ("light", "dark"):
        theme.set_mode("dark" if mode == "dark" else "light")
        cursor = side.textCursor()
        cursor.setPosition(2)
        assert cursor.charFormat().background().color() == theme.color("danger-soft")
        assert cursor.charFormat().fontStrikeOut()


def focused() -> QWidget:
    found = QApplication.focusWidget()
    assert found is not None
    return found


def target_of(row: ChangeRow) -> str:
    assert row.change is not None
    return row.change.target


def said(widget: QWidget | None) -> list[str]:
    assert widget is not None
    return [one.text() for one in widget.findChildren(QLabel)]
