"""A filled journal, and an error centre that looks at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.errors import Reauthenticate, Rejected, Reply, SendUncertain
from mailflow_gui.journal import deliveries, items
from mailflow_gui.journal.journal import Journal, Transaction, opened
from mailflow_gui.journal.reader import Reader
from mailflow_gui.paths import Home
from mailflow_gui.qt.errors.centre import ErrorCentre
from mailflow_gui.qt.errors.open_count import OpenCount
from tests.qt.inspector import filled

Open = Callable[..., ErrorCentre]


@pytest.fixture
def journal(home: Home) -> Iterator[Journal]:
    with opened(home) as made:
        yield made


@pytest.fixture
def made(journal: Journal, home: Home) -> dict[str, int]:
    """A message in each state, two more that are refused, one with a code nobody knows, and a refused sign-in."""
    AccountStore(home.accounts_file).add(Account("outgoing", "Support outgoing", "smtp", "smtp.example.org", 587))
    found = filled.one_of_each(journal)

    def fill(transaction: Transaction) -> dict[str, int]:
        more = {
            "second": filled.failed(transaction, 21, subject="Second order"),
            "third": filled.failed(transaction, 22, subject="Third order"),
            "odd": filled.failed(transaction, 23, subject="Odd one"),
        }
        odd = Rejected(
            "recipient-refused",
            account="outgoing",
            recipient="team@example.org",
            host="smtp.example.org",
            reason="policy",
            reply=Reply(code=599, enhanced="5.9.77", text="policy of boss@example.org", operation="RCPT"),
        )
        deliveries.note(
            transaction, odd, flow=filled.FLOW, operation="RCPT", item=more["odd"], node="send", account="outgoing"
        )
        items.put_error(transaction, more["odd"], odd, "reject-message")
        doubt = SendUncertain("send-uncertain", account="outgoing", host="smtp.example.org")
        deliveries.note(
            transaction,
            doubt,
            flow=filled.FLOW,
            operation="DATA",
            item=found["uncertain"],
            node="send",
            account="outgoing",
        )
        refused = Reauthenticate(
            "sign-in-refused",
            account="inbox",
            host="imap.example.org",
            reason="No",
            reply=Reply("No", enhanced="AUTHENTICATIONFAILED", operation="LOGIN"),
        )
        deliveries.note(transaction, refused, flow=filled.FLOW, operation="LOGIN", node="receive", account="inbox")
        return more

    return found | journal.write(fill).result()


@pytest.fixture
def open_centre(qtbot: QtBot, home: Home) -> Iterator[Open]:
    """Opens error centres, as large as the window's page, and ends their threads."""
    opened_ones: list[ErrorCentre] = []
    counts: list[OpenCount] = []

    def open_one(width: int = 1440, height: int = 844) -> ErrorCentre:
        reader = Reader(home)
        counts.append(OpenCount(reader))
        centre = ErrorCentre(reader, AccountStore(home.accounts_file), counts[-1])
        qtbot.addWidget(centre)
        opened_ones.append(centre)
        centre.resize(width, height)
        with qtbot.waitExposed(centre):
            centre.show()
        qtbot.waitUntil(lambda: centre.look is not None, timeout=10_000)
        return centre

    yield open_one
    for centre in opened_ones:
        centre.shut_down()
    for count in counts:
        count.shut_down()
