"""A journal with received messages, and the mapper's page of the flow that has received them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from mailflow_gui.flow import file as flow_file
from mailflow_gui.flow.model import Flow
from mailflow_gui.journal.journal import Journal, Transaction, opened
from mailflow_gui.paths import Home
from mailflow_gui.qt.mapper.history import Saved
from mailflow_gui.qt.mapper.history.dialog import HistoryDialog
from tests.qt.inspector import filled
from tests.qt.mapper.conftest import Sit, Table, flow_with
from tests.qt.mapper.hands import LEFT, NONE

SENDER = "山田 花子 <hanako@example.jp>"


def mail(number: int, subject: str, text: str) -> bytes:
    """A received mail."""
    made = EmailMessage()
    made["From"] = SENDER
    made["To"] = "shop@example.org"
    made["Subject"] = subject
    made["Date"] = "Fri, 14 Mar 2025 09:41:07 +0900"
    made["Message-ID"] = f"<{number}@example.jp>"
    made.set_content(text)
    return made.as_bytes()


def receive(
    journal: Journal, count: int, *, first: int = 1, text: Callable[[int], str] = "Amount: {}\n".format
) -> None:
    """Receive so many messages; the subject of every fifth begins with Re."""

    def fill(transaction: Transaction) -> None:
        version = filled.begin(transaction)
        for number in range(first, first + count):
            subject = f"{'Re: ' if number % 5 == 0 else ''}お問い合わせ {number}"
            raw = mail(number, subject, text(number))
            filled.receive(transaction, number, subject=subject, sender=SENDER, raw=raw, version=version)

    journal.write(fill).result()


@pytest.fixture
def journal(home: Home) -> Iterator[Journal]:
    with opened(home) as made:
        yield made


@dataclass
class Trial:
    """The page with its dialog open."""

    table: Table
    dialog: HistoryDialog
    qtbot: QtBot

    def finish(self) -> None:
        """Until the last message was tried."""
        self.qtbot.waitUntil(lambda: not self.dialog.trying.busy, timeout=20_000)
        QApplication.processEvents()

    @property
    def filters(self) -> list[str]:
        return [self.dialog.head.filters.button(place).text() for place in range(4)]

    def click(self, widget: QWidget) -> None:
        QTest.mouseClick(widget, LEFT, NONE, widget.rect().center())

    @property
    def subjects(self) -> list[str]:
        shown = [self.dialog.table.messages.at(row) for row in range(self.dialog.table.messages.rowCount())]
        return [row.subject for row in shown if row is not None]


Try = Callable[..., Trial]


@pytest.fixture
def try_out(qtbot: QtBot, sit: Sit, tmp_path: Path) -> Try:
    """Open the page on some rules, with others saved before, and click on the button."""

    def opened_on(
        rules: Sequence[Any],
        saved: Sequence[Any] | None,
        *,
        flow: Flow | None = None,
        saved_flow: Flow | None = None,
        finish: bool = True,
        size: tuple[int, int] = (1440, 820),
    ) -> Trial:
        now = flow or replace(flow_with(list(rules)), id=filled.FLOW)
        table = sit(flow=now, sample=None, size=size)
        path = None
        if saved is not None or saved_flow is not None:
            path = tmp_path / "Desk.mailflow"
            flow_file.write(saved_flow or replace(flow_with(list(saved or ())), id=filled.FLOW), path)
        table.page.history.saved = lambda: Saved(filled.FLOW, path)
        button = table.page.bar.history
        QTest.mouseClick(button, LEFT, NONE, button.rect().center())
        dialog = table.page.history.dialog
        assert dialog is not None
        trial = Trial(table, dialog, qtbot)
        if finish:
            trial.finish()
        return trial

    return opened_on
