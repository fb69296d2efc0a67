from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from mailflow_gui.journal import items
from mailflow_gui.journal.journal import Journal, Transaction, opened
from mailflow_gui.journal.reader import Reader
from mailflow_gui.paths import Home
from mailflow_gui.qt.inspector import Inspector, looking
from mailflow_gui.qt.inspector.model import RECEIVED, STATE, STEPS, SUBJECT
from mailflow_gui.qt.inspector.table import MessageTable
from mailflow_gui.qt.theme import theme
from tests.qt.inspector import filled
from tests.qt.inspector.hands import click

Open = Callable[[], Inspector]


def subjects(inspector: Inspector) -> list[str]:
    model = inspector.model
    return [str(model.index(row, SUBJECT).data()) for row in range(model.rowCount())]


def wait_for(qtbot: QtBot, inspector: Inspector, wanted: list[str]) -> None:
    qtbot.waitUntil(lambda: subjects(inspector) == wanted)


def many(journal: Journal, first: int, last: int) -> None:
    def fill(transaction: Transaction) -> None:
        for number in range(first, last + 1):
            item = filled.receive(transaction, number, subject=f"mail {number}")
            items.settle(transaction, item, "sent", flagging=False)

    journal.write(fill).result()


def test_without_a_journal_it_says_what_will_stand_here(inspect: Open, home: Home, qtbot: QtBot) -> None:
    inspector = inspect()
    qtbot.waitUntil(lambda: inspector.list.pages.currentIndex() == 1)
    assert not home.journal_file.exists()


def test_the_tab_key_goes_from_the_list_to_the_detail_although_that_is_made_later(home: Home, qtbot: QtBot) -> None:
    window = QWidget()
    layout = QVBoxLayout(window)
    inspector, after = Inspector(Reader(home)), QLineEdit()
    layout.addWidget(inspector)
    layout.addWidget(after)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    stops = []
    widget = window.nextInFocusChain()
    while widget is not None and widget is not window:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            part = (inspector.bar, inspector.list, inspector.detail, after)
            stops.append(next(place for place, one in enumerate(part) if one is widget or one.isAncestorOf(widget)))
        widget = widget.nextInFocusChain()
    inspector.shut_down()
    assert set(stops) == {0, 1, 2, 3}
    assert stops == sorted(stops)


def test_a_journal_that_is_made_later_is_found(inspect: Open, home: Home, qtbot: QtBot) -> None:
    inspector = inspect()
    qtbot.waitUntil(lambda: inspector.list.pages.currentIndex() == 1)
    with opened(home) as journal:
        many(journal, 1, 2)
        wait_for(qtbot, inspector, ["mail 2", "mail 1"])
        assert inspector.list.pages.currentWidget() is inspector.table


def test_messages_are_listed_newest_first_with_their_states(inspect: Open, journal: Journal, qtbot: QtBot) -> None:
    filled.one_of_each(journal)
    inspector = inspect()
    wait_for(
        qtbot,
        inspector,
        ["Re: Invoice", "お問い合わせの件", "Doubtful", "Your order 100%", "Out of office", "Password reset"],
    )
    states = [inspector.model.index(row, STATE).data() for row in range(6)]
    assert states == ["Running", "Retrying", "Maybe sent", "Failed", "Skipped", "Sent"]
    assert [inspector.model.index(row, STEPS).data() for row in range(6)] == [
        "1 of 3 steps",
        "3 of 3 steps",
        "3 of 3 steps",
        "3 of 3 steps",
        "3 of 3 steps",
        "3 of 3 steps",
    ]
    texts = [button.text() for button in (inspector.bar.segments.button(index) for index in range(5))]
    assert texts == ["All 6", "Running 1", "Retrying 1", "Maybe sent 1", "Failed 1"]


def test_what_changes_in_the_journal_changes_in_the_table(inspect: Open, journal: Journal, qtbot: QtBot) -> None:
    made = filled.one_of_each(journal)
    inspector = inspect()
    qtbot.waitUntil(lambda: inspector.model.index(0, STATE).data() == "Running")
    journal.write(lambda transaction: items.settle(transaction, made["running"], "skipped", flagging=False)).result()
    qtbot.waitUntil(lambda: inspector.model.index(0, STATE).data() == "Skipped")
    qtbot.waitUntil(lambda: inspector.bar.segments.button(1).text() == "Retrying 1")


def test_new_messages_come_in_at_the_top_while_it_is_in_sight(inspect: Open, journal: Journal, qtbot: QtBot) -> None:
    many(journal, 1, 100)
    inspector = inspect()
    qtbot.waitUntil(lambda: inspector.model.rowCount() == 100)
    inserted: list[tuple[int, int]] = []
    inspector.model.rowsInserted.connect(lambda _parent, first, last: inserted.append((first, last)))
    many(journal, 101, 130)
    qtbot.waitUntil(lambda: inspector.model.rowCount() == 130)
    assert inserted == [(0, 29)], "one change of the model for all that came in between two looks"
    assert inspector.table.at_top
    assert not inspector.list.new_chip.isVisible()


def test_scrolled_down_the_list_stands_still_and_a_chip_counts(inspect: Open, journal: Journal, qtbot: QtBot) -> None:
    many(journal, 1, 100)
    inspector = inspect()
    qtbot.waitUntil(lambda: inspector.model.rowCount() == 100)
    inspector.table.verticalScrollBar().setValue(480)
    many(journal, 101, 112)
    qtbot.waitUntil(inspector.list.new_chip.isVisible)
    assert inspector.list.new_chip.text() == "12 new"
    assert inspector.model.rowCount() == 100
    click(inspector.list.new_chip)
    qtbot.waitUntil(lambda: inspector.model.rowCount() == 112)
    assert inspector.table.verticalScrollBar().value() == 0
    assert not inspector.list.new_chip.isVisible()


def test_scrolling_back_to_the_top_takes_in_what_waits(inspect: Open, journal: Journal, qtbot: QtBot) -> None:
    many(journal, 1, 100)
    inspector = inspect()
    qtbot.waitUntil(lambda: inspector.model.rowCount() == 100)
    inspector.table.verticalScrollBar().setValue(24)
    many(journal, 101, 103)
    qtbot.waitUntil(inspector.list.new_chip.isVisible)
    inspector.table.verticalScrollBar().setValue(0)
    qtbot.waitUntil(lambda: inspector.model.rowCount() == 103)


def test_a_paused_list_stands_still_even_at_the_top(inspect: Open, journal: Journal, qtbot: QtBot) -> None:
    many(journal, 1, 3)
    inspector = inspect()
    qtbot.waitUntil(lambda: inspector.model.rowCount() == 3)
    click(inspector.bar.pause)
    many(journal, 4, 5)
    qtbot.waitUntil(inspector.list.new_chip.isVisible)
    assert (inspector.model.rowCount(), inspector.list.new_chip.text()) == (3, "2 new")
    click(inspector.bar.pause)
    qtbot.waitUntil(lambda: inspector.model.rowCount() == 5)


def test_a_segment_lists_one_state_and_lets_go_of_what_leaves_it(inspect: Open, journal: Journal, qtbot: QtBot) -> None:
    made = filled.one_of_each(journal)
    inspector = inspect()
    qtbot.waitUntil(lambda: inspector.model.rowCount() == 6)
    click(inspector.bar.segments.button(4))
    wait_for(qtbot, inspector, ["Your order 100%"])
    more = journal.write(lambda transaction: filled.failed(transaction, 50, subject="another")).result()
    wait_for(qtbot, inspector, ["another", "Your order 100%"])
    assert more > made["failed"]
    journal.write(lambda transaction: items.settle(transaction, made["failed"], "skipped", flagging=False)).result()
    wait_for(qtbot, inspector, ["another"])


@pytest.mark.parametrize(
    ("typed", "found"),
    [("password", ["Password reset"]), ("花子", ["お問い合わせの件"]), ("<b>", []), ("%", ["Your order 100%"])],
)
def test_the_search_finds_subjects_and_senders(
    inspect: Open, journal: Journal, qtbot: QtBot, typed: str, found: list[str]
) -> None:
    filled.one_of_each(journal)
    inspector = inspect()
    qtbot.waitUntil(lambda: inspector.model.rowCount() == 6)
    inspector.bar.search.setText(typed)
    inspector.bar.search.returnPressed.emit()
    wait_for(qtbot, inspector, found)
    qtbot.waitUntil(lambda: inspector.list.pages.currentIndex() == (0 if found else 2))
    inspector.bar.search.clear()
    qtbot.waitUntil(lambda: inspector.model.rowCount() == 6)


def test_a_search_says_how_far_it_has_looked_and_goes_on_when_asked(
    inspect: Open, journal: Journal, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "SEARCHED", 40)
    monkeypatch.setattr(looking, "STRETCH", 20)
    many(journal, 1, 100)
    inspector = inspect()
    qtbot.waitUntil(lambda: inspector.model.rowCount() == 100)
    inspector.bar.search.setText("mail 1")
    inspector.bar.search.returnPressed.emit()
    qtbot.waitUntil(inspector.list.search_older.isVisible)
    assert subjects(inspector)[:1] == ["mail 100"]
    assert inspector.model.rowCount() == 1
    click(inspector.list.search_older)
    qtbot.waitUntil(inspector.list.search_older.isVisible)
    click(inspector.list.search_older)
    qtbot.waitUntil(lambda: inspector.model.rowCount() == 12)
    assert not inspector.list.search_older.isVisible()
    many(journal, 101, 103)
    qtbot.waitUntil(lambda: inspector.model.rowCount() == 15)


def test_it_narrows_to_a_flow_a_node_and_a_link(inspect: Open, journal: Journal, qtbot: QtBot) -> None:
    filled.one_of_each(journal)
    journal.write(lambda transaction: filled.receive(transaction, 60, subject="elsewhere", flow="other-flow")).result()
    inspector = inspect()
    qtbot.waitUntil(lambda: inspector.model.rowCount() == 7)
    inspector.show_flow("other-flow", "<b>Other</b>")
    wait_for(qtbot, inspector, ["elsewhere"])
    assert inspector.bar.flow_chip.text() == "Flow: <b>Other</b>"
    click(inspector.bar.flow_chip)
    qtbot.waitUntil(lambda: inspector.model.rowCount() == 7)
    inspector.show_node("send", "Send Email")
    qtbot.waitUntil(lambda: inspector.model.rowCount() == 5)
    inspector.show_link("receive", "map")
    qtbot.waitUntil(lambda: inspector.model.rowCount() == 5)
    inspector.show_node("")
    qtbot.waitUntil(lambda: inspector.model.rowCount() == 7)


def test_selecting_tells_the_window_and_stays_while_the_list_moves(
    inspect: Open, journal: Journal, qtbot: QtBot
) -> None:
    made = filled.one_of_each(journal)
    inspector = inspect()
    qtbot.waitUntil(lambda: inspector.model.index(1, SUBJECT).data() == "お問い合わせの件")
    table = inspector.table
    with qtbot.waitSignal(inspector.message_selected) as told:
        place = table.visualRect(inspector.model.index(1, SUBJECT)).center()
        click(table.viewport(), place)
    assert told.args == [made["retrying"]]
    many(journal, 100, 104)
    qtbot.waitUntil(lambda: inspector.model.rowCount() == 11)
    assert [index.row() for index in table.selectionModel().selectedRows()] == [6]
    inspector.show_state("failed")
    wait_for(qtbot, inspector, ["Your order 100%"])
    assert inspector.detail.item == made["retrying"], "the message in hand stays in hand"
    assert not table.selectionModel().selectedRows()
    inspector.show_state("")
    qtbot.waitUntil(lambda: [index.row() for index in table.selectionModel().selectedRows()] == [6])


def test_a_pip_names_its_node(inspect: Open, journal: Journal, qtbot: QtBot) -> None:
    filled.one_of_each(journal)
    inspector = inspect()
    qtbot.waitUntil(lambda: inspector.model.index(1, SUBJECT).data() == "お問い合わせの件")
    cell = inspector.table.visualRect(inspector.model.index(1, STEPS))
    with qtbot.waitSignal(inspector.node_wanted) as told:
        second = QPoint(cell.left() + 8 + 17 + 5, cell.center().y())
        click(inspector.table.viewport(), second)
    assert told.args == ["map"]


def test_a_subject_is_drawn_as_it_is_written(inspect: Open, journal: Journal, qtbot: QtBot) -> None:
    tricky = "<b>bold</b> \u202egpj.exe\nsecond line"
    journal.write(lambda transaction: filled.receive(transaction, 1, subject=tricky)).result()
    inspector = inspect()
    wait_for(qtbot, inspector, ["<b>bold</b> gpj.exe second line"])
    tip = str(inspector.model.index(0, SUBJECT).data(Qt.ItemDataRole.ToolTipRole))
    assert "&lt;b&gt;bold" in tip
    assert "\u202e" not in tip
    inspector.select_message(1)
    qtbot.waitUntil(lambda: inspector.detail.title.text() == "<b>bold</b> gpj.exe second line")
    assert inspector.detail.title.textFormat() == Qt.TextFormat.PlainText


def test_another_journal_in_the_same_place_begins_the_list_anew(inspect: Open, home: Home, qtbot: QtBot) -> None:
    with opened(home) as journal:
        many(journal, 1, 9)
        inspector = inspect()
        qtbot.waitUntil(lambda: inspector.model.rowCount() == 9)
    shutil.move(home.data, home.data.with_name("old"))
    home.generation_file.unlink()
    with opened(home) as journal:
        many(journal, 1, 2)
        wait_for(qtbot, inspector, ["mail 2", "mail 1"])


def test_a_damaged_journal_is_told_and_the_inspector_lives_on(inspect: Open, home: Home, qtbot: QtBot) -> None:
    home.journal_file.write_bytes(b"no database at all, but long enough to look like one" * 40)
    inspector = inspect()
    qtbot.waitUntil(inspector.list.fault.isVisible)
    assert "damaged" in inspector.list.fault.text
    home.journal_file.unlink()
    with opened(home) as journal:
        many(journal, 1, 1)
        wait_for(qtbot, inspector, ["mail 1"])
        assert not inspector.list.fault.isVisible()


def test_nothing_is_asked_of_the_journal_while_nothing_changes(
    inspect: Open, journal: Journal, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(journal, 1, 5)
    inspector = inspect()
    qtbot.waitUntil(lambda: inspector.model.rowCount() == 5)
    wait_for(qtbot, inspector, [f"mail {number}" for number in (5, 4, 3, 2, 1)])
    qtbot.wait(600)  # the rows in sight are asked for once more
    looks: list[int] = []
    monkeypatch.setattr(inspector.list, "_keep_in_step", lambda _look: looks.append(1))
    for _turn in range(5):
        inspector.refresh()
        qtbot.waitUntil(lambda: not inspector.list._looking)
    assert looks == []


def test_columns_stand_aside_where_there_is_no_room(inspect: Open, journal: Journal, qtbot: QtBot) -> None:
    many(journal, 1, 3)
    inspector = inspect()
    assert not inspector.table.isColumnHidden(STEPS)
    inspector.resize(752, 228)
    qtbot.waitUntil(lambda: inspector.table.isColumnHidden(3))
    assert not inspector.table.isColumnHidden(RECEIVED)
    assert inspector.table.columnWidth(SUBJECT) >= 100


def test_the_bar_gives_way_where_it_stands_beside_tabs(inspect: Open, journal: Journal, qtbot: QtBot) -> None:
    filled.one_of_each(journal)
    inspector = inspect()
    bar = inspector.take_bar()
    qtbot.addWidget(bar)
    qtbot.waitUntil(lambda: inspector.model.rowCount() == 6)
    inspector.resize(1168, 264)
    assert inspector.bar.segments.button(4).text() == "Failed 1"
    inspector.resize(752, 228)
    assert inspector.bar.sizeHint().width() <= 752 - 240
    assert inspector.bar.segments.button(4).text() == "1"
    assert inspector.bar.segments.button(4).accessibleName() == "Failed 1"
    assert "Failed" in inspector.bar.segments.button(4).toolTip()
    inspector.resize(1400, 264)
    assert inspector.bar.segments.button(4).text() == "Failed 1"
    assert not inspector.bar.live.isHidden()


def test_rows_are_24_px_and_pips_14_by_6_in_the_state_s_colour(inspect: Open, journal: Journal, qtbot: QtBot) -> None:
    filled.one_of_each(journal)
    inspector = inspect()
    qtbot.waitUntil(lambda: inspector.model.index(3, STATE).data() == "Failed")
    cell = inspector.table.visualRect(inspector.model.index(3, STEPS))
    assert cell.height() == 24
    image = picture(inspector.table, cell)
    colours = [image.pixelColor(8 + 17 * number + 7, 12) for number in range(3)]
    assert colours == [theme.color("ok-dot"), theme.color("ok-dot"), theme.color("danger-dot")]
    assert image.pixelColor(8 + 15, 12) == QColor(theme.color("surface"))


def picture(table: MessageTable, cell: QRect) -> QImage:
    return table.viewport().grab(cell).toImage()
