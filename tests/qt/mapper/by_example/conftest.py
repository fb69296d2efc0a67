"""Mails of a Japanese contact form, and hands for the dialog."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from email.message import EmailMessage
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from mailflow_gui.qt.mapper.by_example.dialog import ExampleDialog
from mailflow_gui.qt.mapper.samples import Sample, of_bytes
from tests.qt.mapper.conftest import Sit, Table
from tests.qt.mapper.hands import LEFT, NONE, PageHands, commit

PEOPLE = (
    ("佐藤 健一", "sato@example.jp", "納期"),
    ("山田 花子", "hanako.yamada@example.jp", "価格"),
    ("鈴木 一郎", "suzuki@example.co.jp", "在庫"),
    ("田中 美咲", "misaki@example.jp", "仕様"),
    ("高橋 翔", "takahashi@example.jp", "色"),
    ("伊藤 蓮", "ito@example.jp", "重さ"),
)
ANSWER = "佐藤 健一 様\n\nありがとうございます。\n\n> 商品番号 A-10 の納期を教えてください。\n"


def form(person: int) -> bytes:
    """What one of them has sent by the form."""
    name, address, what = PEOPLE[person]
    mail = EmailMessage()
    mail["From"] = "お問い合わせフォーム <form@example.jp>"
    mail["To"] = "shop@example.org"
    mail["Subject"] = f"【お問い合わせ】{what}"
    mail["Date"] = "Mon, 09 Nov 2026 18:40:05 +0900"
    mail["Message-ID"] = f"<form-{person}@example.jp>"
    mail.set_content(
        f"ウェブサイトからお問い合わせがありました。\n\n氏名：{name}\nメール：{address}\n電話番号：03-0000-00{person}0\n"
        f"お問い合わせ内容：商品番号 A-1{person} の{what}を教えてください。\n"
    )
    return mail.as_bytes()


def newsletter() -> bytes:
    """A mail of another kind."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "news@example.com", "shop@example.org", "Newsletter"
    mail.set_content("Nothing of the kind.\n")
    return mail.as_bytes()


def sample(person: int) -> Sample:
    """The same as a sample."""
    return of_bytes(form(person), f"{PEOPLE[person][2]} · {PEOPLE[person][0]}")


class ExampleHands:
    """What a person does in the dialog."""

    def __init__(self, qtbot: QtBot, page: PageHands, dialog: ExampleDialog) -> None:
        self.qtbot, self.page, self.dialog = qtbot, page, dialog

    def click(self, widget: QWidget) -> None:
        assert widget.isVisible()
        assert widget.isEnabled()
        QTest.mouseClick(widget, LEFT, NONE, QPoint(min(10, widget.width() // 2), widget.height() // 2))

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = NONE) -> None:
        focus = self.dialog.focusWidget()
        assert focus is not None
        QTest.keyClick(focus, key, modifier)

    def type(self, text: str) -> None:
        focus = self.dialog.focusWidget()
        assert focus is not None
        QTest.keyClicks(focus, text)

    def write(self, target: str, text: str) -> None:
        """Click into a field, choose all of it, and let an input method write."""
        row = self.dialog.wishes.rows[target]
        self.dialog.wishes.area.ensureWidgetVisible(row)
        box = row.box
        inner = box.viewport() if isinstance(box, QPlainTextEdit) else box
        QTest.mouseClick(inner, LEFT, NONE, QPoint(20, inner.height() // 2))
        QTest.keyClick(box, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClick(box, Qt.Key.Key_Delete)
        if text:
            commit(box, text)

    def propose(self) -> None:
        """Press the button, and wait for the answers."""
        self.click(self.dialog.foot.main)
        self.found()

    def found(self) -> None:
        self.qtbot.waitUntil(lambda: bool(self.dialog.answers.cards) and not self.dialog.searching, timeout=15_000)

    def use(self) -> None:
        """Use what is chosen."""
        self.click(self.dialog.foot.main)
        self.page.settle()

    def facts(self) -> dict[str, tuple[str, str]]:
        """For each target the badge and the rule in words."""
        return {
            card.answer.target: (card.badge.text, card.line.accessibleName().strip())
            for card in self.dialog.answers.cards
        }


Ask = Callable[..., tuple[Table, ExampleHands]]


@pytest.fixture
def ask(qtbot: QtBot, sit: Sit) -> Iterator[Ask]:
    """Open the page with a contact form as the sample, further ones beside it, and the dialog by its button."""
    tables: list[Table] = []

    def asked(
        rules: list[Any] | None = None, *, people: Sequence[int] = range(1, 6), **given: Any
    ) -> tuple[Table, ExampleHands]:
        table = sit(rules, sample=None, **given)
        tables.append(table)
        for person in people:
            table.page.bar.samples.add(sample(person))
        table.page.bar.samples.add(sample(0))
        table.hands.settle()
        return table, opened(qtbot, table)

    yield asked
    for table in tables:
        if (dialog := table.page.by_example.dialog) is not None:
            dialog.stop_wanted.emit()
            dialog.reject()


def opened(qtbot: QtBot, table: Table) -> ExampleHands:
    """Press the page's button, and wait for the fields."""
    QTest.mouseClick(table.page.bar.by_example, LEFT, NONE, QPoint(10, 10))
    dialog = table.page.by_example.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.isVisible() and bool(dialog.wishes.rows), timeout=5000)
    return hands_of(qtbot, table.hands, dialog)


def hands_of(qtbot: QtBot, page: PageHands, dialog: ExampleDialog) -> ExampleHands:
    """Hands for a dialog that has the keys."""
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow, timeout=5000)
    QApplication.processEvents()
    return ExampleHands(qtbot, page, dialog)
