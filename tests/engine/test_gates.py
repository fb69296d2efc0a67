"""The one place where sessions are opened: what is refused there, and in which class it counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from mailflow_gui.accounts.secrets import SecretStore
from mailflow_gui.accounts.sessions import Sessions
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.engine.events import Events
from mailflow_gui.engine.gates import Gate, Gates
from mailflow_gui.errors import AccountBroken, MailError, Reauthenticate, Rejected, Reply, Transient
from mailflow_gui.journal import reclassed
from mailflow_gui.journal.journal import Journal
from mailflow_gui.paths import Home


@pytest.fixture
def journal(home: Home) -> Iterator[Journal]:
    with Journal(home) as made:
        yield made


def gate(home: Home, journal: Journal) -> Gate:
    accounts = AccountStore(home.accounts_file)
    return Gates(journal, Sessions(accounts, SecretStore()), Events()).of("inbox")


def raising(error: MailError) -> Callable[[str], Gate]:
    def connect(_account: str) -> Gate:
        raise error

    return connect


def test_an_error_keeps_its_cause(home: Home, journal: Journal) -> None:
    error = Transient("line-dropped", account="inbox")
    error.__cause__ = OSError("connection reset")
    with pytest.raises(Transient) as caught:
        gate(home, journal).open(raising(error))  # type: ignore[type-var]  # no session is ever opened
    assert caught.value is error
    assert caught.value.detail == "connection reset"


def test_whatever_a_server_refuses_is_asked_for_less_and_less_often(home: Home, journal: Journal) -> None:
    opened = gate(home, journal)
    waits = []
    for _time in range(8):
        with pytest.raises(Rejected):
            opened.open(raising(Rejected("command-refused", account="inbox")))  # type: ignore[type-var]  # as above
        waits.append(opened.wait)
    assert waits[0] == 0  # the first time it is tried again at once
    assert all(wait > 0 for wait in waits[1:])
    assert opened.trouble is not None
    assert opened.closed is None


def test_a_class_that_a_person_gave_counts_where_sessions_are_opened(home: Home, journal: Journal) -> None:
    journal.write(lambda transaction: reclassed.put(transaction, "421", "", "disconnect-connection")).result()
    opened = gate(home, journal)
    busy = Transient("server-busy", account="inbox", reply=Reply("go away", 421), host="mx.example.com")
    with pytest.raises(AccountBroken) as caught:
        opened.open(raising(busy))  # type: ignore[type-var]  # as above
    assert (caught.value.code, caught.value.reply, caught.value.arguments) == (
        "server-busy",
        busy.reply,
        busy.arguments,
    )
    assert isinstance(opened.closed, AccountBroken)


def test_a_refused_password_is_never_tried_again_and_again_whatever_a_person_says(home: Home, journal: Journal) -> None:
    journal.write(lambda transaction: reclassed.put(transaction, "535", "", "retry-backoff")).result()
    opened = gate(home, journal)
    tries = 0

    def connect(_account: str) -> Gate:
        nonlocal tries
        tries += 1
        raise Reauthenticate("sign-in-refused", account="inbox", reply=Reply("wrong", 535))

    for _time in range(4):
        with pytest.raises(Reauthenticate):
            opened.open(connect)  # type: ignore[type-var]  # as above
    assert tries == 2
