"""The Thread tab: a conversation with its reasons, and the way from one mail of it to another."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from mailflow_gui.journal import deliveries, items
from mailflow_gui.journal.journal import Journal, Transaction
from mailflow_gui.qt.inspector import Inspector
from mailflow_gui.qt.inspector.detail import SENT, THREAD, DetailPane
from tests.qt.inspector import filled

Open = Callable[[], Inspector]


def converse(transaction: Transaction) -> tuple[int, int]:
    """A question, our answer to it (sent as a new mail), and the answer to that."""
    version = filled.begin(transaction)
    question = filled.receive(transaction, 1, subject="Where is my order?", version=version)
    mail = filled.plan(transaction, question)
    deliveries.put(transaction, mail, ["team@example.org"], "sent", receipt="250 OK")
    transaction.database.execute("UPDATE mails SET recovered = 'mail-refused' WHERE id = ?", (mail,))
    items.settle(transaction, question, "sent", flagging=False)
    parents = (f"<{question}.out@example.org>",)
    answer = filled.receive(transaction, 2, subject="Re: Where is my order?", version=version, parents=parents)
    return question, answer


def open_thread(qtbot: QtBot, inspector: Inspector, item: int) -> DetailPane:
    qtbot.waitUntil(lambda: inspector.model.row_of(item) is not None)
    inspector.select_message(item)
    detail = inspector.detail
    qtbot.waitUntil(lambda: any(row.here and row.link.mail.item == item for row in detail.conversation.rows))
    detail.tabs.setCurrentIndex(THREAD)
    return detail


def test_a_conversation_stands_one_behind_the_other_with_its_reasons(
    inspect: Open, journal: Journal, qtbot: QtBot
) -> None:
    question, answer = journal.write(converse).result()
    detail = open_thread(qtbot, inspect(), answer)
    rows = detail.conversation.rows
    assert [(row.link.mail.kind, row.depth, row.here, row.state) for row in rows] == [
        ("received", 0, False, "sent"),
        ("sent", 1, False, "sent"),
        ("received", 2, True, "running"),
    ]
    assert [row.words for row in rows] == [
        "First mail here",
        "Sent by Send Email, made from it",
        "Answers ours (In-Reply-To, References)",
    ]
    assert rows[0].link.mail.item == question


def test_a_click_leads_to_the_message_and_enter_leads_back(inspect: Open, journal: Journal, qtbot: QtBot) -> None:
    question, answer = journal.write(converse).result()
    inspector = inspect()
    detail = open_thread(qtbot, inspector, answer)
    listed = detail.conversation
    place = listed.visualRect(listed.model().index(0, 0)).center()
    QTest.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    qtbot.waitUntil(lambda: detail.item == question)
    qtbot.waitUntil(lambda: bool(listed.rows) and listed.rows[0].here)
    listed.setFocus()
    listed.setCurrentIndex(listed.model().index(2, 0))
    QTest.keyClick(listed, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: detail.item == answer)


def test_an_answer_that_was_sent_as_a_new_mail_says_so(inspect: Open, journal: Journal, qtbot: QtBot) -> None:
    question, _answer = journal.write(converse).result()
    detail = open_thread(qtbot, inspect(), question)
    detail.tabs.setCurrentIndex(SENT)
    words = " ".join(label.text() for label in detail.sent.findChildren(QLabel))
    assert "the original was deleted" in words


def test_a_mail_of_its_own_has_no_number_at_the_tab(inspect: Open, journal: Journal, qtbot: QtBot) -> None:
    made = filled.one_of_each(journal)
    detail = open_thread(qtbot, inspect(), made["skipped"])
    assert len(detail.conversation.rows) == 1
    assert detail.tabs.tabButton(THREAD, detail.tabs.ButtonPosition.RightSide) is None


def test_what_was_maybe_sent_is_sent_again_only_after_its_risk_was_told(
    inspect: Open, journal: Journal, qtbot: QtBot
) -> None:
    made = filled.one_of_each(journal)
    detail = open_thread(qtbot, inspect(), made["uncertain"])
    asked: list[tuple[str, str]] = []

    def answer(yes: bool) -> Callable[[str, str, str], bool]:
        def said(_title: str, text: str, button: str) -> bool:
            asked.append((text, button))
            return yes

        return said

    def state() -> str:
        row = items.get(journal.read(), made["uncertain"])
        assert row is not None
        return row.state

    detail.confirm = answer(False)
    QTest.mouseClick(detail.resend, Qt.MouseButton.LeftButton)
    assert "twice" in asked[0][0]
    assert asked[0][1] == "Send again"
    assert state() == "uncertain"
    detail.confirm = answer(True)
    QTest.mouseClick(detail.arrived, Qt.MouseButton.LeftButton)
    assert asked[1][1] == "It arrived"
    qtbot.waitUntil(lambda: state() != "uncertain", timeout=10_000)
