"""The computer's clock is set: nothing waits for years because of it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from mailflow_gui.accounts.secrets import SecretStore
from mailflow_gui.accounts.sessions import Sessions
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.engine.events import Events
from mailflow_gui.engine.gates import SIGN_IN_PAUSE, Gates
from mailflow_gui.engine.limits import DAY, MINUTE, Limits
from mailflow_gui.journal import account_states, deliveries
from mailflow_gui.journal.journal import Journal, Transaction
from mailflow_gui.paths import Home
from tests.journeys.world import World, mail
from tests.servers.dovecot import Dovecot
from tests.servers.recording_smtp import RecordingSmtp

YEAR = 365 * DAY


@pytest.fixture
def journal(home: Home) -> Iterator[Journal]:
    with Journal(home) as made:
        yield made


@pytest.mark.parametrize(("since", "closed"), [(-60.0, True), (-SIGN_IN_PAUSE - 60, False), (YEAR, False)])
def test_a_refused_secret_is_left_alone_for_a_quarter_of_an_hour_and_not_for_years(
    home: Home, journal: Journal, since: float, closed: bool
) -> None:
    for _refused in range(2):
        journal.write(
            lambda transaction: account_states.put(transaction, "inbox", "needs-sign-in", "sign-in-refused", {})
        ).result()
    journal.write(
        lambda transaction: transaction.database.execute("UPDATE account_states SET since = ?", (time.time() + since,))
    ).result()
    gate = Gates(journal, Sessions(AccountStore(home.accounts_file), SecretStore()), Events()).of("inbox")
    assert (gate.closed is not None) == closed


def test_mails_of_the_future_count_as_sent_just_now(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + YEAR)
    limits = Limits(journal)
    assert limits.take("flow", "send", 2, None) == 0
    assert limits.take("flow", "send", 2, None) == 0
    journal.write(lambda transaction: deliveries.count_limited(transaction, "flow", "send", 1)).result()
    monkeypatch.setattr(time, "time", lambda: now)
    for each in (limits, Limits(journal)):  # in the same run, and in the next
        assert each.take("flow", "send", 1, None) <= MINUTE
        assert each.take("flow", "send", None, 1) <= DAY


@pytest.mark.parametrize(("due", "waits"), [(3600.0, True), (DAY, True), (YEAR, False)])
def test_a_retry_that_lies_years_ahead_is_made_at_the_next_start(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp, due: float, waits: bool
) -> None:
    flow = forwarding.flow()
    dovecot.deliver(user, mail(1))
    recording_smtp.answer("RCPT", "451 4.3.0 later", times=1)
    assert forwarding.once(flow).counts == (1, 0, 0, 0, 0)

    def put_off(transaction: Transaction) -> None:
        for table in ("items", "deliveries"):
            transaction.database.execute(f"UPDATE {table} SET due = ? WHERE due IS NOT NULL", (time.time() + due,))

    with Journal(forwarding.home) as journal:
        journal.write(put_off).result()
    assert forwarding.once(flow).counts == (0, int(not waits), 0, 0, 0)
