"""From a mail address to saved connections, as people do it: an address, a password, and Enter."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.secrets import Secret
from mailflow_gui.qt.connections.dialog import ConnectionDialog
from tests.accounts.detect.conftest import Description, server
from tests.accounts.detect.web_server import Page
from tests.qt.connections.conftest import Hand, Internet
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.recording_smtp import RecordingSmtp

ADDRESS = "anna@example.test"
AUTOCONFIG = "autoconfig.example.test/mail/config-v1.1.xml"


def said(dialog: ConnectionDialog) -> list[str]:
    """What stands below the address."""
    return [note.words for note in dialog.form.address.notes if note.words]


def press(key: Qt.Key) -> None:
    """A key, wherever the focus is."""
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, key)


def write(words: str) -> None:
    """Text, wherever the focus is."""
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClicks(focused, words)


@pytest.mark.usefixtures("keyring")
def test_address_password_and_enter_make_both_halves_of_a_mailbox(
    hand: Hand,
    internet: Internet,
    description: Description,
    dovecot: Dovecot,
    user: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Here the system's own list of authorities knows the mail servers.
    monkeypatch.setenv("SSL_CERT_FILE", str(dovecot.certificate.write(tmp_path / "system")[0]))
    context = dovecot.certificate.server_context(tmp_path / "smtp")
    with RecordingSmtp(username=user, password=PASSWORD, context=context, implicit_tls=True) as smtp:
        internet.pages[AUTOCONFIG] = Page(
            description(
                server("imap", "localhost", dovecot.imaps, username=user),
                server("pop3", "localhost", dovecot.pop3s, username=user),
                server("smtp", "localhost", smtp.port, username=user),
            )
        )
        dialog = hand.open(network=internet.network())
        form = dialog.form
        hand.qtbot.waitUntil(form.address.field.hasFocus)
        write(ADDRESS)
        press(Qt.Key.Key_Return)
        assert form.address.busy
        assert dialog.panel.title == ""  # Enter asked about the address, it validated nothing
        hand.qtbot.waitUntil(form.password.hasFocus, timeout=20_000)
        assert said(dialog)[0].startswith("Found Example Mail: autoconfig.example.test describes the servers.")
        assert (form.name.text(), form.host.text(), form.port.value()) == (ADDRESS, "localhost", dovecot.imaps)
        assert (form.protocol.index, form.security.index, form.username.text()) == (0, 2, user)
        assert form.twin.box.text() == "Also add localhost for sending"
        hand.click(form.twin.box)
        form.password.setFocus()
        write(PASSWORD)
        press(Qt.Key.Key_Return)
        hand.qtbot.waitUntil(lambda: dialog.panel.title == "Connected", timeout=20_000)
        assert any(words.startswith(f"Sending: localhost:{smtp.port}") for words in dialog.panel.words)
        assert (dovecot.logins(user), smtp.logins) == (1, 1)
        assert dialog.save_button.text() == "&Save both"
        assert hand.store.all() == ()
        with hand.qtbot.waitSignal(dialog.saved, timeout=20_000):
            press(Qt.Key.Key_Return)
        receiving, sending = hand.store.all()
        assert (receiving.name, receiving.protocol) == (ADDRESS, "imap")
        assert (sending.name, sending.protocol, sending.port) == (f"{ADDRESS} (sending)", "smtp", smtp.port)
        assert receiving.validated == sending.validated is not None
        for account in (receiving, sending):
            assert hand.secrets.get(account) == Secret(PASSWORD)
            hand.secrets.delete(account.id)


def test_protocol_that_is_chosen_later_takes_what_was_found_for_it(
    hand: Hand, internet: Internet, description: Description
) -> None:
    internet.pages[AUTOCONFIG] = Page(
        description(
            server("imap", "imap.example.test", 993),
            server("pop3", "pop.example.test", 110, "STARTTLS"),
            server("smtp", "smtp.example.test", 587, "STARTTLS"),
        )
    )
    dialog = hand.open(network=internet.network())
    form = dialog.form
    hand.type(form.address.field, ADDRESS)
    hand.click(form.address.button)
    hand.qtbot.waitUntil(lambda: form.host.text() == "imap.example.test", timeout=20_000)
    assert form.twin.box.text() == "Also add smtp.example.test for sending"
    hand.click(form.twin.box)
    twin = form.contents().twin
    assert twin is not None
    assert (twin.host, twin.username, twin.name) == ("smtp.example.test", ADDRESS, f"{ADDRESS} (sending)")
    assert "POP3 is offered, too (pop.example.test): choose it above." in said(dialog)
    hand.click(form.protocol.button(1))
    assert (form.host.text(), form.port.value(), form.security.index) == ("pop.example.test", 110, 1)
    assert form.contents().twin is not None  # sending stays wanted, whichever way is received
    hand.click(form.protocol.button(2))
    assert (form.host.text(), form.port.value()) == ("smtp.example.test", 587)
    assert form.twin.box.text() == "Also add imap.example.test for receiving"
    hand.type(form.host, "elsewhere.example.test")
    assert not form.twin.isVisible()
    assert form.contents().twin is None
    assert said(dialog) == []


def test_twin_that_fails_says_whose_failure_it_is(
    hand: Hand, internet: Internet, description: Description, dovecot: Dovecot, user: str
) -> None:
    with RecordingSmtp(username=user, password="another") as smtp:
        internet.pages[AUTOCONFIG] = Page(
            description(
                server("imap", "127.0.0.1", dovecot.imaps, username=user),
                server("smtp", "127.0.0.1", smtp.port, "STARTTLS", username=user),
            )
        )
        dialog = hand.open(network=internet.network())
        form = dialog.form
        hand.type(form.address.field, ADDRESS)
        hand.click(form.address.button)
        hand.qtbot.waitUntil(lambda: form.host.text() == "127.0.0.1", timeout=20_000)
        form.trust.accept(dovecot.certificate.pem)
        hand.click(form.twin.box)
        hand.type(form.password, PASSWORD)
        hand.validate(dialog)
        assert dialog.panel.title == "SMTP: No secure line"
        assert dialog.save_button.text() == "&Save anyway"
        assert not dialog.panel.proposal_button.isVisible()


def test_nobody_knows_the_address(hand: Hand, internet: Internet) -> None:
    dialog = hand.open(network=internet.network())
    form = dialog.form
    hand.type(form.address.field, "me@nobody.test")
    hand.click(form.address.button)
    hand.qtbot.waitUntil(lambda: bool(said(dialog)), timeout=20_000)
    assert said(dialog)[0].startswith("No settings for nobody.test could be found.")
    assert (form.host.text(), form.name.text()) == ("", "")
    QTest.keyClicks(form.address.field, "x")
    assert said(dialog) == []


def test_offline_the_table_still_helps_and_it_is_said(hand: Hand, internet: Internet) -> None:
    dialog = hand.open(network=internet.network(dns_refuses=True))
    form = dialog.form
    hand.type(form.address.field, "me@nobody.test")
    hand.click(form.address.button)
    hand.qtbot.waitUntil(lambda: bool(said(dialog)), timeout=20_000)
    assert "seems to be offline" in said(dialog)[0]
    hand.type(form.address.field, "me@gmail.com")
    hand.click(form.address.button)
    hand.qtbot.waitUntil(lambda: form.host.text() == "imap.gmail.com", timeout=20_000)
    assert "in MailFlow's own list" in said(dialog)[0]
    assert any("seems to be offline" in words for words in said(dialog))


def test_looking_can_be_stopped(hand: Hand, internet: Internet) -> None:
    dialog = hand.open(network=internet.network(dns_answers=False, seconds=60.0))
    form = dialog.form
    hand.type(form.address.field, "me@silent.test")
    hand.click(form.address.button)
    assert form.address.button.text() == "Stop &detecting"
    hand.click(form.address.button)
    hand.qtbot.waitUntil(lambda: bool(said(dialog)), timeout=20_000)
    assert said(dialog)[0].startswith("Cancelled.")
    assert form.address.button.text() == "&Detect settings"


def test_what_is_no_address_is_said_at_the_field(hand: Hand, internet: Internet) -> None:
    dialog = hand.open(network=internet.network())
    hand.type(dialog.form.address.field, "anna at example")
    QTest.keyClick(dialog.form.address.field, Qt.Key.Key_Return)
    hand.qtbot.waitUntil(lambda: "is no mail address" in dialog.form.fault_at("address"), timeout=10_000)
    assert dialog.panel.title == ""


def test_saved_connection_keeps_its_user_when_settings_are_detected_anew(
    hand: Hand, internet: Internet, description: Description
) -> None:
    internet.pages[AUTOCONFIG] = Page(description(server("imap", "imap.example.test", 993)))
    account = Account(id="a", name="Inbox", protocol="imap", host="old.example.test", port=143, username="anna-77")
    hand.store.add(account)
    dialog = hand.open(account, network=internet.network())
    form = dialog.form
    hand.type(form.address.field, ADDRESS)
    hand.click(form.address.button)
    hand.qtbot.waitUntil(lambda: form.host.text() == "imap.example.test", timeout=20_000)
    assert (form.name.text(), form.username.text(), form.port.value()) == ("Inbox", "anna-77", 993)
    assert not form.twin.isVisible()
