"""What the dialog does about failures: another certificate, another port, a line in clear, what few people set."""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from mailflow_gui.accounts.account import Account
from mailflow_gui.mail import tls
from mailflow_gui.qt.connections.dialog import ConnectionDialog
from mailflow_gui.qt.connections.draft import NEW_ID
from tests.qt.connections.conftest import Hand
from tests.servers import certificates
from tests.servers.dovecot import PASSWORD, Dovecot


def label(dialog: ConnectionDialog, name: str) -> str:
    """What a text of the comparison says, its lines as one."""
    found = dialog.panel.findChild(QLabel, name)
    assert isinstance(found, QLabel)
    return found.text().replace("\n", ":")


@pytest.fixture
def changed(hand: Hand, inbox: Account, monkeypatch: pytest.MonkeyPatch) -> Account:
    """A saved connection whose server shows another certificate than the one it trusts."""
    monkeypatch.setenv("MAILFLOW_PASSWORD_INBOX", PASSWORD)
    account = replace(inbox, certificate=certificates.make().pem)
    hand.store.add(account)
    return account


def test_changed_certificate_is_shown_beside_the_old_one_and_trusted_by_a_person_alone(
    hand: Hand, dovecot: Dovecot, changed: Account
) -> None:
    dialog = hand.open(changed)
    hand.validate(dialog)
    assert dialog.panel.title == "Another certificate"
    comparison = dialog.panel.comparison
    assert comparison.isVisible()
    assert label(dialog, "old-sha256") == tls.describe(changed.certificate).sha256
    assert label(dialog, "new-sha256") == tls.describe(dovecot.certificate.pem).sha256
    assert dovecot.logins(changed.username) == 0

    hand.click(comparison.refuse)
    assert dialog.panel.title == ""
    assert dialog.form.contents().account == changed

    hand.validate(dialog)
    hand.click(comparison.trust)
    hand.qtbot.waitUntil(lambda: dialog.panel.title == "Connected", timeout=20_000)
    assert dialog.form.contents().account.certificate == dovecot.certificate.pem
    assert hand.store.get("inbox") == changed  # trusted in the dialog, saved by Save
    with hand.qtbot.waitSignal(dialog.saved, timeout=10_000):
        hand.click(dialog.save_button)
    saved = hand.store.get("inbox")
    assert saved.certificate == dovecot.certificate.pem
    assert saved.validated is not None


def test_certificate_of_an_unknown_authority_is_shown_without_asking_the_server_again(
    hand: Hand, dovecot: Dovecot, inbox: Account
) -> None:
    dialog = hand.open(replace(inbox, id=NEW_ID, certificate=""))
    hand.type(dialog.form.password, PASSWORD)
    hand.validate(dialog)
    assert dialog.panel.title == "Certificate not trusted"
    assert dialog.panel.stage is not None
    assert dialog.panel.stage.shown is not None
    hand.click(dialog.panel.trust_button)
    box = dialog.form.trust.box
    assert box.isVisible()
    hand.click(box.trust)
    assert dialog.form.contents().account.certificate == dovecot.certificate.pem


def test_proposed_security_method_is_taken_and_tried_with_one_click(
    hand: Hand, dovecot: Dovecot, inbox: Account
) -> None:
    dialog = hand.open(replace(inbox, id=NEW_ID, port=dovecot.imap))  # SSL/TLS where STARTTLS is spoken
    hand.type(dialog.form.password, PASSWORD)
    hand.validate(dialog)
    assert dialog.panel.proposal_button.text() == f"Use port {dovecot.imap} with STARTTLS"
    hand.click(dialog.panel.proposal_button)
    hand.qtbot.waitUntil(lambda: dialog.panel.title == "Connected", timeout=20_000)
    account = dialog.form.contents().account
    assert (account.port, account.security) == (dovecot.imap, "starttls")
    assert dovecot.logins(inbox.username) == 1


def test_password_command_and_sessions_are_set_under_advanced(
    hand: Hand, dovecot: Dovecot, inbox: Account, tmp_path: Path
) -> None:
    script = tmp_path / "password.py"
    script.write_text(f"print({PASSWORD!r})", encoding="utf-8")
    command = shlex.join([sys.executable, str(script)])
    dialog = hand.open(replace(inbox, id=NEW_ID, name="By command"))
    advanced = dialog.form.advanced
    assert not advanced.command.isVisible()
    QTest.keyClick(dialog, Qt.Key.Key_A, Qt.KeyboardModifier.AltModifier)
    hand.qtbot.waitUntil(advanced.command.isVisible)
    hand.type(advanced.command, command)
    hand.type(advanced.sessions.lineEdit(), "2")
    assert "password command under Advanced" in dialog.form.fault_at("password")
    hand.validate(dialog)
    assert dialog.panel.title == "Connected"
    assert dovecot.logins(inbox.username) == 1
    with hand.qtbot.waitSignal(dialog.saved, timeout=10_000):
        hand.click(dialog.save_button)
    (saved,) = hand.store.all()
    assert (saved.password_command, saved.maximum_sessions) == (command, 2)
    again = hand.open(saved)
    assert again.form.advanced.command.isVisible()  # what is unusual isn't hidden
    assert again.form.advanced.command.text() == command


def test_password_beside_a_new_command_is_a_fault_at_the_command(hand: Hand, inbox: Account) -> None:
    dialog = hand.open(replace(inbox, id=NEW_ID))
    hand.type(dialog.form.password, "canary")
    hand.click(dialog.form.advanced.fold)
    hand.type(dialog.form.advanced.command, "pass show inbox")
    hand.click(dialog.save_button)
    assert "There is a password, too." in dialog.form.fault_at("password_command")
    assert dialog.form.advanced.command.hasFocus()
    assert hand.store.all() == ()


def test_clear_text_that_was_accepted_is_saved_so_and_never_for_this_computer(hand: Hand) -> None:
    old = Account(id=NEW_ID, name="Old", protocol="pop3", host="pop.example.com", port=110, security="none")
    dialog = hand.open(old)
    hand.click(dialog.save_button)
    assert dialog.form.in_clear.hasFocus()
    QTest.keyClick(dialog.form.in_clear, Qt.Key.Key_Space)
    assert dialog.form.contents().account.accept_clear_text
    hand.type(dialog.form.host, "127.0.0.1")
    assert not dialog.form.contents().account.accept_clear_text  # nobody needs to accept what never leaves here
    hand.type(dialog.form.host, "pop.example.com")
    with hand.qtbot.waitSignal(dialog.saved, timeout=10_000):
        hand.click(dialog.save_button)
    (saved,) = hand.store.all()
    assert (saved.accept_clear_text, saved.security) == (True, "none")
    again = hand.open(saved)
    assert again.form.in_clear.isChecked()
    hand.click(again.form.security.button(2))
    assert not again.form.contents().account.accept_clear_text


def test_editing_names_the_flows_it_touches(hand: Hand, inbox: Account) -> None:
    hand.store.add(inbox)
    dialog = hand.open(inbox, ("Support desk", "Invoices"))
    assert dialog.foot.words == "Used by 2 flows · Not validated yet"
    hand.type(dialog.form.host, "imap.example.com")
    assert dialog.foot.words == "Saving changes the flows Support desk, Invoices · Not validated yet"
    hand.type(dialog.form.host, inbox.host)
    assert dialog.foot.words == "Used by 2 flows · Not validated yet"
