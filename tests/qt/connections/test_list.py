"""The list of connections with many of them: testing all, ordering, searching, and a keyring that can't be read."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from mailflow_gui.accounts import os_keyring
from mailflow_gui.accounts.account import Account
from mailflow_gui.journal import account_states, watches
from mailflow_gui.journal.journal import opened
from mailflow_gui.journal.requests import open_requests
from mailflow_gui.journal.watches import WatchKey
from mailflow_gui.qt.connections import ConnectionsTab, Live
from mailflow_gui.qt.connections.standing import ago
from mailflow_gui.qt.theme.alive import alive
from tests.accounts import keyring_service, secret_service
from tests.qt.connections.conftest import Hand
from tests.servers import certificates
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.scripted import Scripted, Stall

Make = Callable[[], ConnectionsTab]


@pytest.fixture
def make(hand: Hand, qtbot: QtBot) -> Make:
    """Makes the tab, shown, as wide as its dock."""

    def made() -> ConnectionsTab:
        tab = ConnectionsTab(hand.store, hand.secrets, hand.home)
        qtbot.addWidget(tab)
        tab.resize(216, 500)
        with qtbot.waitExposed(tab):
            tab.show()
        return tab

    return made


def account(number: int, name: str, **more: object) -> Account:
    """One of many."""
    fields = {"id": f"a{number}", "name": name, "protocol": "imap", "host": f"imap{number}.example.com", "port": 993}
    return Account(**{**fields, **more})  # type: ignore[arg-type]  # a test's own fields


def names(tab: ConnectionsTab) -> list[str]:
    """What the list shows."""
    return [shown.account.name for shown in tab.rows.all()]


def states(tab: ConnectionsTab) -> dict[str, str]:
    """How each stands."""
    return {shown.account.id: shown.standing.state for shown in tab.rows.all()}


def test_all_are_tested_at_once_and_each_says_how_it_did(
    hand: Hand, make: Make, dovecot: Dovecot, inbox: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(hand.home):
        pass  # a home where flows have run
    with Scripted() as closed:
        port = closed.port
    accounts = (
        inbox,
        replace(inbox, id="wrong", name="Wrong password"),
        replace(inbox, id="other", name="Other certificate", certificate=certificates.make().pem),
        account(9, "Gone", host="127.0.0.1", port=port, security="none"),
        replace(inbox, id="empty", name="No password"),
    )
    for each in accounts:
        hand.store.add(each)
    for name in ("INBOX", "OTHER"):
        monkeypatch.setenv(f"MAILFLOW_PASSWORD_{name}", PASSWORD)
    monkeypatch.setenv("MAILFLOW_PASSWORD_WRONG", "canary")
    tab = make()
    said: list[str] = []
    tab.said.connect(said.append)
    with hand.qtbot.waitSignal(tab.testing.finished, timeout=60_000):
        hand.click(tab.head.test)
        assert tab.testing.running
    assert states(tab) == {
        "inbox": "ok",
        "wrong": "needs-sign-in",
        "other": "certificate-changed",
        "a9": "failing",
        "empty": "waiting",  # the keyring that may hold its password can't be read
    }
    assert said == ["1 connection works, 4 don't."]
    assert dovecot.logins(inbox.username) == 1
    assert hand.store.get("inbox").validated is not None
    with opened(hand.home) as journal:
        assert [each.subject for each in open_requests(journal.read())] == ["inbox"]
    assert tab.troubled == 4
    hand.store.replace(replace(accounts[3], port=993))
    tab.refresh()
    assert states(tab)["a9"] == "never-validated"  # another server than the one that was tested


def test_testing_is_stopped_with_the_same_button(hand: Hand, make: Make) -> None:
    with Scripted(*[Stall()]) as server:
        for number in range(8):
            hand.store.add(account(number, f"Silent {number}", host=server.host, port=server.port, security="none"))
        tab = make()
        hand.click(tab.head.test)
        hand.qtbot.waitUntil(lambda: "testing" in states(tab).values(), timeout=20_000)
        assert tab.head.test.accessibleName() == "Stop testing"
        with hand.qtbot.waitSignal(tab.testing.finished, timeout=20_000):
            hand.click(tab.head.test)
        assert set(states(tab).values()) <= {"never-validated", "failing"}
        assert tab.head.test.accessibleName() == "Test all connections"


def test_window_may_close_while_a_test_goes_on(hand: Hand) -> None:
    with Scripted(Stall()) as server:
        hand.store.add(account(1, "Silent", host=server.host, port=server.port, security="none"))
        tab = ConnectionsTab(hand.store, hand.secrets, hand.home)
        tab.show()
        ended: list[str] = []
        tab.said.connect(ended.append)
        hand.click(tab.head.test)
        hand.qtbot.waitUntil(lambda: server.calls > 0, timeout=20_000)
        tab.close()
        tab.deleteLater()
        hand.qtbot.waitUntil(lambda: not alive(tab), timeout=10_000)
    # The server is gone, so the test ends; nobody is there to hear it, and nothing is raised.
    hand.qtbot.waitUntil(
        lambda: not [each for each in threading.enumerate() if each.name == "connections"], timeout=20_000
    )
    hand.qtbot.wait(50)
    assert ended == []


def test_last_success_is_the_latest_of_validation_and_look(hand: Hand, make: Make) -> None:
    old = (datetime.now(UTC) - timedelta(days=3)).isoformat()
    hand.store.add(account(1, "Looked at", validated=old))
    hand.store.add(account(2, "Validated", validated=old))
    with opened(hand.home) as journal:
        key = WatchKey("flow", "receive", "a1", "INBOX", False)
        journal.write(lambda change: watches.checked(change, watches.watch(change, key).id)).result()
    tab = make()
    tab.set_open_flows({"Desk": ["a1", "a2"]})
    assert [shown.when for shown in tab.rows.all()] == ["just now", "3 days"]
    assert "Last worked: " in tab.rows.all()[0].about


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(5, "just now"), (61, "1 min"), (3 * 3600, "3 h"), (47 * 3600, "47 h"), (49 * 3600, "2 days")],
)
def test_time_since_is_short(seconds: int, words: str) -> None:
    assert ago(1000.0, 1000.0 + seconds) == words


def test_list_is_ordered_as_a_person_likes_and_stays_so(hand: Hand, make: Make) -> None:
    for number, name in enumerate(("Zürich", "受信箱", "alpha")):
        hand.store.add(account(number, name, validated="2026-01-01T00:00:00+00:00"))
    with opened(hand.home) as journal:
        journal.write(lambda change: account_states.put(change, "a1", "broken", "certificate-untrusted", {"host": "x"}))
    tab = make()
    assert names(tab) == ["Zürich", "受信箱", "alpha"]
    tab.head.more.click()
    actions = {action.text(): action for action in tab.head.menu.actions()}
    actions["By name"].trigger()
    assert names(tab) == ["alpha", "Zürich", "受信箱"]
    actions["Troubled first"].trigger()
    assert names(tab)[0] == "受信箱"
    tab.head.menu.close()
    assert names(make())[0] == "受信箱"


def test_two_hundred_are_searched_in_every_spelling(hand: Hand, make: Make) -> None:
    for number in range(199):
        hand.store.add(account(number, f"Customer {number}", username="ﾒｰﾙ@example.com" if number == 7 else "me"))
    hand.store.add(account(300, "サポート受信箱", protocol="pop3"))
    tab = make()
    assert len(names(tab)) == 200
    assert tab.head.search.isVisible()
    for words, found in (
        ("サポート", ["サポート受信箱"]),
        ("ｻﾎﾟｰﾄ POP3", ["サポート受信箱"]),
        ("メール", ["Customer 7"]),
        ("IMAP198.", ["Customer 198"]),
    ):
        tab.head.search.setFocus()
        tab.head.search.selectAll()
        tab.head.search.setText(words)  # as an input method puts it there
        assert names(tab) == found
    QTest.keyClick(tab.head.search, Qt.Key.Key_Escape)
    assert len(names(tab)) == 200
    tab.head.search.setText("nobody has this")
    assert names(tab) == []
    assert tab.head.search.isVisible()
    assert tab.troubled == 0


def test_changed_certificate_found_by_a_run_is_shown_as_such(hand: Hand, make: Make) -> None:
    hand.store.add(account(1, "Pinned"))
    with opened(hand.home) as journal:
        journal.write(
            lambda change: account_states.put(
                change, "a1", "broken", "certificate-changed", {"host": "imap1.example.com"}
            )
        ).result()
    tab = make()
    assert states(tab) == {"a1": "certificate-changed"}
    assert tab.rows.all()[0].line.startswith("The server imap1.example.com shows another certificate")
    tab.set_states({"a1": Live("broken", "…")})
    assert states(tab) == {"a1": "certificate-changed"}
    tab.set_states({"a1": Live("ok")})
    assert states(tab) == {"a1": "ok"}


def test_trouble_is_said_in_full_where_it_can_be_ended(hand: Hand, make: Make) -> None:
    hand.store.add(account(1, "Refused", username="me"))
    with opened(hand.home) as journal:
        arguments: dict[str, str | int | float] = {"host": "imap1.example.com", "reason": "no"}
        journal.write(
            lambda change: account_states.put(change, "a1", "needs-sign-in", "sign-in-refused", arguments)
        ).result()
    tab = make()
    tab.select("a1")
    tab.view.setFocus()
    QTest.keyClick(tab.view, Qt.Key.Key_Return)
    dialog = tab.dialog
    assert dialog is not None
    assert dialog.trouble == tab.rows.all()[0].line == "The server imap1.example.com refused the sign-in: no"
    hand.qtbot.waitUntil(dialog.form.password.hasFocus)
    dialog.reject()


def test_keyring_that_is_missing_is_said_where_it_is_needed(hand: Hand, make: Make) -> None:
    hand.store.add(account(1, "Open relay"))
    tab = make()
    os_keyring.look()
    tab.strip.look()
    assert tab.strip.words == ""  # nobody needs it
    hand.store.add(account(2, "Inbox", username="me"))
    tab.refresh()
    hand.qtbot.waitUntil(lambda: tab.strip.words == "There is no system keyring.", timeout=20_000)
    assert tab.strip.isVisible()
    assert not tab.strip.button.isVisible()


def test_locked_keyring_is_said_and_can_be_unlocked_from_there(
    hand: Hand, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    if secret_service.MISSING:
        pytest.skip(f"not installed: {secret_service.MISSING}")
    hand.store.add(account(2, "Inbox", username="me"))
    with keyring_service.running() as service:
        monkeypatch.delenv(os_keyring.CHOICE_VARIABLE)
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", service.address)
        service.lock()
        tab = make()
        hand.qtbot.waitUntil(lambda: os_keyring.look().word == "locked", timeout=20_000)
        tab.strip.look()
        assert tab.strip.words == "The system's keyring is locked."
        assert tab.strip.button.isVisible()
