"""The error centre: what it lists, and what a person does with it by mouse and keys."""

from __future__ import annotations

import re
import time
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QTableView, QWidget
from pytestqt.qtbot import QtBot

from mailflow_gui.journal import items, reclassed, requests
from mailflow_gui.journal.history import STATE_NAMES
from mailflow_gui.journal.journal import Journal
from mailflow_gui.journal.reader import Reader
from mailflow_gui.paths import Home
from mailflow_gui.qt.errors import words
from mailflow_gui.qt.errors.centre import ErrorCentre
from mailflow_gui.qt.errors.looking import DISCARDED, SOLVED
from mailflow_gui.qt.errors.open_count import OpenCount
from tests.qt.errors.conftest import Open
from tests.qt.inspector import filled

LONG = 10_000


def test_errors_stand_in_groups_with_numbers_and_what_happens_next(
    qtbot: QtBot, made: dict[str, int], open_centre: Open
) -> None:
    centre = open_centre()
    names = [group.name for group in centre.groups.groups.groups]
    assert set(names) == {"550 5.1.1", "421 4.7.0", "599 5.9.77", "send-uncertain", "AUTHENTICATIONFAILED"}
    model = centre.groups.groups
    row = names.index("550 5.1.1")
    shown = [model.index(row, column).data() for column in range(7)]
    assert shown[0] == "Reject"
    assert shown[1].startswith("550 5.1.1: ")
    assert (shown[3], shown[4]) == ("4", "3")
    entries = {entry.title: entry.count for entry in centre.side.entries if not entry.head}
    assert entries == {
        "All open": 7,
        "Retry": 1,
        "Sign in again": 1,
        "Reject": 4,
        "Maybe sent": 1,
        "Support desk": 7,
        "inbox": 1,
        "Support outgoing": 6,
    }
    assert centre.top.badge.text == "7"


def test_a_click_on_a_group_lists_its_messages_and_one_of_them_tells_why(
    qtbot: QtBot, made: dict[str, int], open_centre: Open
) -> None:
    centre = open_centre()
    choose(qtbot, centre, "550 5.1.1")
    qtbot.waitUntil(lambda: centre.messages.messages.rowCount() == 3, timeout=LONG)
    click_row(centre.messages, 0, 2)
    qtbot.waitUntil(lambda: centre.detail.title.text() == "Third order", timeout=LONG)
    qtbot.waitUntil(lambda: centre.detail.why.reason is not None and bool(centre.detail.why.reason.mail), timeout=LONG)
    reason = centre.detail.why.reason
    assert reason is not None
    assert "team@example.org" in reason.title
    assert reason.advice
    assert [(place.name, place.value) for place in reason.places] == [
        ("Flow", "Support desk"),
        ("Node", "send"),
        ("Connection", "Support outgoing · smtp.example.org"),
    ]
    assert reason.raw == "> RCPT\n< 550 5.1.1 <b>No such user</b> here\n  recipient-refused"
    assert dict(reason.mail) == {"To": "team@example.org", "Subject": "out"}
    assert centre.detail.chip.text == "Dead letter"


def test_retry_all_asks_for_each_message_of_the_group_and_they_leave_it(
    qtbot: QtBot, made: dict[str, int], open_centre: Open, journal: Journal
) -> None:
    centre = open_centre()
    said: list[str] = []
    centre.said.connect(said.append)
    choose(qtbot, centre, "550 5.1.1")
    qtbot.waitUntil(lambda: centre.bar.retry.text() == "Retry all 3", timeout=LONG)
    QTest.mouseClick(centre.bar.retry, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: said == ["3 messages are tried again, now or by the next run."], timeout=LONG)
    assert [state(journal, made[name]) for name in ("failed", "second", "third", "odd")] == [
        *["retrying"] * 3,
        "failed",
    ]


def test_marked_messages_alone_are_discarded_after_a_question_that_names_their_number(
    qtbot: QtBot, made: dict[str, int], open_centre: Open, journal: Journal
) -> None:
    centre = open_centre()
    choose(qtbot, centre, "550 5.1.1")
    qtbot.waitUntil(lambda: centre.messages.messages.rowCount() == 3, timeout=LONG)
    click_row(centre.messages, 1, 0)
    centre.messages.setFocus()
    centre.messages.selectRow(2)
    QTest.keyClick(centre.messages, Qt.Key.Key_Space)
    assert centre.bar.numbers.text() == "3 messages, 2 selected"
    asked = press(centre, "Cancel")
    QTest.mouseClick(centre.bar.discard, Qt.MouseButton.LeftButton)
    assert asked[0].startswith("Discard 2 messages?")
    assert state(journal, made["failed"]) == "failed"
    press(centre, "Discard 2")
    QTest.mouseClick(centre.bar.discard, Qt.MouseButton.LeftButton)
    both = (made["failed"], made["second"])
    qtbot.waitUntil(lambda: [state(journal, item) for item in both] == ["skipped"] * 2, timeout=LONG)
    assert state(journal, made["third"]) == "failed"
    qtbot.waitUntil(lambda: centre.messages.messages.rowCount() == 1, timeout=LONG)
    entry = next(entry for entry in centre.side.entries if entry.closed == DISCARDED)
    assert entry.count == 2


def test_ctrl_a_marks_all_and_the_head_unmarks_them(qtbot: QtBot, made: dict[str, int], open_centre: Open) -> None:
    centre = open_centre()
    choose(qtbot, centre, "550 5.1.1")
    qtbot.waitUntil(lambda: centre.messages.messages.rowCount() == 3, timeout=LONG)
    QTest.keyClick(centre.messages, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(centre.messages.messages.marked) == 3
    head = centre.messages.horizontalHeader()
    QTest.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(20, 12))
    assert not centre.messages.messages.marked


def test_a_code_is_classed_for_always_and_the_way_back_is_offered(
    qtbot: QtBot, made: dict[str, int], open_centre: Open, journal: Journal
) -> None:
    centre = open_centre()
    offers: list[tuple[str, object]] = []
    centre.undoable.connect(lambda text, undo: offers.append((text, undo)))
    choose(qtbot, centre, "599 5.9.77")
    qtbot.waitUntil(lambda: "doesn’t know this code" in centre.hint.text(), timeout=LONG)
    pick(qtbot, centre, "Retry: try again with growing pauses")
    qtbot.waitUntil(lambda: len(offers) == 1, timeout=LONG)
    assert offers[0][0] == "599 5.9.77 is now classed: Retry."
    assert given(journal) == [("599 5.9.77", "", "retry-backoff")]
    qtbot.waitUntil(lambda: centre.hint.text().startswith("You classed this code: Retry."), timeout=LONG)
    undo = offers[0][1]
    assert callable(undo)
    undo()
    qtbot.waitUntil(lambda: given(journal) == [], timeout=LONG)
    qtbot.waitUntil(lambda: "doesn’t know this code" in centre.hint.text(), timeout=LONG)


def test_a_given_class_is_taken_back_where_it_is_shown(
    qtbot: QtBot, made: dict[str, int], open_centre: Open, journal: Journal
) -> None:
    journal.write(lambda transaction: reclassed.put(transaction, "550 5.1.1", "", "retry-after")).result()
    centre = open_centre()
    choose(qtbot, centre, "550 5.1.1")
    qtbot.waitUntil(centre.undo_button.isVisible, timeout=LONG)
    assert "Retry later" in centre.hint.text()
    QTest.mouseClick(centre.undo_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: given(journal) == [], timeout=LONG)
    qtbot.waitUntil(centre.undo_button.isHidden, timeout=LONG)


def test_a_class_for_once_rejects_what_waits_and_leaves_the_code_alone(
    qtbot: QtBot, made: dict[str, int], open_centre: Open, journal: Journal
) -> None:
    centre = open_centre()
    said: list[str] = []
    centre.said.connect(said.append)
    choose(qtbot, centre, "421 4.7.0")
    qtbot.waitUntil(lambda: centre.messages.messages.rowCount() == 1, timeout=LONG)
    pick(qtbot, centre, "Reject: keep as a dead letter")
    qtbot.waitUntil(lambda: said == ["1 message is kept as a dead letter."], timeout=LONG)
    assert given(journal) == []
    assert requests.open_requests(journal.read()) == []
    with_failed = journal.read().execute(
        "SELECT count(*) FROM deliveries WHERE state = 'failed' AND item = ?", (made["retrying"],)
    )
    assert with_failed.fetchone()[0] == 1


def test_the_list_narrows_to_a_class_and_the_search_finds_words_of_messages(
    qtbot: QtBot, made: dict[str, int], open_centre: Open
) -> None:
    centre = open_centre()
    narrow(centre, "Retry")
    qtbot.waitUntil(lambda: names(centre) == ["421 4.7.0"], timeout=LONG)
    narrow(centre, "All open")
    qtbot.waitUntil(lambda: len(names(centre)) == 5, timeout=LONG)
    QTest.keyClicks(centre.top.search, "second")
    QTest.keyClick(centre.top.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: names(centre) == ["550 5.1.1"], timeout=LONG)
    qtbot.waitUntil(lambda: centre.messages.messages.all_ids() == [made["second"]], timeout=LONG)
    centre.top.search.setText("nothing like that")
    qtbot.waitUntil(lambda: centre.pages.currentWidget() is centre.no_match, timeout=LONG)


def test_dead_letters_stand_alone_and_can_be_left_by_the_list(
    qtbot: QtBot, made: dict[str, int], open_centre: Open
) -> None:
    centre = open_centre()
    assert centre.top.segments.button(1).text() == "Dead letters 4"
    QTest.mouseClick(centre.top.segments.button(1), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: centre.messages.messages.rowCount() == 4, timeout=LONG)
    assert centre.groups.isHidden()
    assert centre.bar.retry.text() == "Retry all 4"
    narrow(centre, "Reject")
    qtbot.waitUntil(lambda: set(names(centre)) == {"550 5.1.1", "599 5.9.77"}, timeout=LONG)
    assert centre.groups.isVisible()


def test_what_is_told_of_a_message_goes_with_it(qtbot: QtBot, made: dict[str, int], open_centre: Open) -> None:
    centre = open_centre()
    choose(qtbot, centre, "421 4.7.0")
    qtbot.waitUntil(lambda: centre.messages.messages.rowCount() == 1, timeout=LONG)
    click_row(centre.messages, 0, 2)
    qtbot.waitUntil(lambda: centre.detail.item == made["retrying"], timeout=LONG)
    QTest.mouseClick(centre.top.segments.button(1), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: centre.messages.messages.rowCount() == 4, timeout=LONG)
    qtbot.waitUntil(centre.detail.isHidden, timeout=LONG)
    assert not centre.messages.selectionModel().hasSelection()
    click_row(centre.messages, 1, 2)
    qtbot.waitUntil(lambda: centre.detail.isVisible() and centre.detail.item == made["third"], timeout=LONG)


def test_what_is_solved_moves_to_the_closed_groups_by_itself(
    qtbot: QtBot, made: dict[str, int], open_centre: Open, journal: Journal
) -> None:
    centre = open_centre()
    journal.write(lambda transaction: items.settle(transaction, made["odd"], "sent", flagging=False)).result()
    qtbot.waitUntil(lambda: "599 5.9.77" not in names(centre), timeout=LONG)
    row = next(place for place, entry in enumerate(centre.side.entries) if entry.closed == SOLVED)
    click_place(centre.side.viewport(), centre.side.visualRect(centre.side.model().index(row, 0)))
    qtbot.waitUntil(lambda: names(centre) == ["599 5.9.77"], timeout=LONG)


def test_without_errors_there_is_nothing_to_do(qtbot: QtBot, journal: Journal, open_centre: Open) -> None:
    centre = open_centre()
    qtbot.waitUntil(lambda: centre.pages.currentWidget() is centre.nothing, timeout=LONG)
    assert centre.top.badge.isHidden()
    assert centre.detail.isHidden()


def test_the_number_of_open_errors_is_told_while_nobody_looks(
    qtbot: QtBot, made: dict[str, int], open_centre: Open, journal: Journal
) -> None:
    centre = open_centre()
    centre.hide()
    told: list[int] = []
    centre.count.changed.connect(told.append)
    journal.write(lambda transaction: filled.failed(transaction, 40)).result()
    qtbot.waitUntil(lambda: told == [8], timeout=LONG)


def test_the_number_of_open_errors_is_told_before_there_is_a_centre(
    qtbot: QtBot, home: Home, made: dict[str, int], journal: Journal
) -> None:
    count = OpenCount(Reader(home))
    told: list[int] = []
    count.changed.connect(told.append)
    qtbot.waitUntil(lambda: told == [7], timeout=LONG)
    journal.write(lambda transaction: filled.failed(transaction, 40)).result()
    qtbot.waitUntil(lambda: told == [7, 8], timeout=LONG)
    count.shut_down()


def test_the_technical_detail_is_copied_without_addresses(
    qtbot: QtBot, made: dict[str, int], open_centre: Open
) -> None:
    centre = open_centre()
    choose(qtbot, centre, "599 5.9.77")
    qtbot.waitUntil(
        lambda: centre.detail.why.copy is not None and centre.detail.title.text() == "599 5.9.77", timeout=LONG
    )
    copy = centre.detail.why.copy
    assert copy is not None
    QTest.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "> RCPT\n< 599 5.9.77 policy of ***@example.org\n  recipient-refused"


def test_a_doubtful_mail_is_sent_again_only_after_its_risk_was_told(
    qtbot: QtBot, made: dict[str, int], open_centre: Open, journal: Journal
) -> None:
    centre = open_centre()
    choose(qtbot, centre, "send-uncertain")
    qtbot.waitUntil(lambda: centre.messages.messages.rowCount() == 1, timeout=LONG)
    click_row(centre.messages, 0, 2)
    # laid out, too: a button that was never shown is as large as a window
    qtbot.waitUntil(lambda: centre.detail.resend.isVisible() and centre.detail.resend.height() < 60, timeout=LONG)
    asked = press(centre, "Cancel")
    QTest.mouseClick(centre.detail.resend, Qt.MouseButton.LeftButton)
    assert "twice" in asked[0]
    assert state(journal, made["uncertain"]) == "uncertain"
    press(centre, "It arrived")
    QTest.mouseClick(centre.detail.arrived, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: state(journal, made["uncertain"]) != "uncertain", timeout=LONG)


def test_a_mail_is_saved_as_it_came(qtbot: QtBot, made: dict[str, int], open_centre: Open, tmp_path: Path) -> None:
    centre = open_centre()
    path = tmp_path / "mail.eml"
    suggested: list[str] = []

    def pick_path(name: str) -> str:
        suggested.append(name)
        return str(path)

    centre.acting.questions.choose_file = pick_path
    choose(qtbot, centre, "550 5.1.1")
    qtbot.waitUntil(lambda: centre.messages.messages.rowCount() == 3, timeout=LONG)
    click_row(centre.messages, 1, 2)
    qtbot.waitUntil(lambda: centre.detail.save.isVisible() and centre.detail.save.height() < 60, timeout=LONG)
    QTest.mouseClick(centre.detail.save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(path.is_file, timeout=LONG)
    assert suggested == ["Second order.eml"]
    assert path.read_bytes().startswith(b"From: ")


def test_in_a_small_window_the_detail_comes_when_it_is_asked_for(
    qtbot: QtBot, made: dict[str, int], open_centre: Open
) -> None:
    centre = open_centre(640, 480)
    choose(qtbot, centre, "550 5.1.1")
    assert centre.detail.isHidden()
    qtbot.waitUntil(lambda: centre.messages.messages.rowCount() == 3, timeout=LONG)
    centre.messages.setFocus()
    centre.messages.selectRow(0)
    QTest.keyClick(centre.messages, Qt.Key.Key_Return)
    assert centre.detail.isVisible()
    QTest.mouseClick(centre.detail.close_button, Qt.MouseButton.LeftButton)
    assert centre.detail.isHidden()
    assert centre.pages.isVisible()


def test_escape_leads_back(qtbot: QtBot, made: dict[str, int], open_centre: Open) -> None:
    centre = open_centre()
    with qtbot.waitSignal(centre.back_wanted, timeout=LONG):
        QTest.keyClick(centre.groups, Qt.Key.Key_Escape)


def test_heads_sort_and_the_group_in_hand_stays_in_hand(qtbot: QtBot, made: dict[str, int], open_centre: Open) -> None:
    centre = open_centre()
    choose(qtbot, centre, "421 4.7.0")
    head = centre.groups.horizontalHeader()
    place = QPoint(head.sectionViewportPosition(3) + 20, 12)
    QTest.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    counts = [group.count for group in centre.groups.groups.groups]
    assert counts == sorted(counts, reverse=True)
    current = centre.groups.currentIndex().row()
    assert centre.groups.groups.groups[current].name == "421 4.7.0"


def test_masking_leaves_domains_and_codes() -> None:
    text = "550 5.1.1 <li.wei@mail.example.com>: no user, see help@example.jp; retry at 10:15"
    assert words.masked(text) == "550 5.1.1 <***@mail.example.com>: no user, see ***@example.jp; retry at 10:15"


def test_times_are_as_short_as_they_can_be() -> None:
    now = time.time()
    assert re.fullmatch(r"\d\d:\d\d", words.short_time(now, now))
    assert re.fullmatch(r"\d\d-\d\d|\d{4}-\d\d-\d\d", words.short_time(now - 5 * 86400, now))
    assert words.short_time(0) == "–"
    assert [words.until(seconds) for seconds in (12, 120, 7200)] == ["in 12 s", "in 2 min", "in 2 h"]


# A person's hands.


def names(centre: ErrorCentre) -> list[str]:
    return [group.name for group in centre.groups.groups.groups]


def choose(qtbot: QtBot, centre: ErrorCentre, name: str) -> None:
    qtbot.waitUntil(lambda: name in names(centre), timeout=LONG)
    click_row(centre.groups, names(centre).index(name), 1)
    qtbot.waitUntil(lambda: centre.bar.name.text() == name, timeout=LONG)


def click_row(table: QTableView, row: int, column: int) -> None:
    click_place(table.viewport(), table.visualRect(table.model().index(row, column)))


def click_place(widget: QWidget, place: QRect) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place.center())


def narrow(centre: ErrorCentre, title: str) -> None:
    row = next(place for place, entry in enumerate(centre.side.entries) if entry.title == title)
    click_place(centre.side.viewport(), centre.side.visualRect(centre.side.model().index(row, 0)))


def pick(qtbot: QtBot, centre: ErrorCentre, words_: str) -> None:
    """Open the menu and click one of its lines."""
    QTest.mouseClick(centre.bar.reclass, Qt.MouseButton.LeftButton)
    menu: QMenu = centre.bar.menu
    qtbot.waitUntil(menu.isVisible, timeout=LONG)
    action: QAction = next(action for action in menu.actions() if action.text() == words_)
    click_place(menu, menu.actionGeometry(action))


def press(centre: ErrorCentre, button: str) -> list[str]:
    """Answer the next questions with the named button; the list has their words afterwards."""
    words_: list[str] = []

    def answer(title: str, text: str, offered: str) -> bool:
        words_.append(f"{title} {text}")
        return offered == button

    centre.acting.questions.confirm = answer
    return words_


def state(journal: Journal, item: int) -> str:
    row = items.get(journal.read(), item)
    assert row is not None
    return STATE_NAMES[row.state]


def given(journal: Journal) -> list[tuple[str, str, str]]:
    return [(one.code, one.host, one.outcome) for one in reclassed.every(journal.read())]
