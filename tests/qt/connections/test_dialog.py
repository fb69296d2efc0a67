"""The connection dialog with real typing and clicking, against real servers."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget

from mailflow_gui.accounts import os_keyring
from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.secrets import Secret
from mailflow_gui.journal.journal import opened
from mailflow_gui.journal.requests import open_requests
from mailflow_gui.mail import tls
from mailflow_gui.qt.connections.dialog import ConnectionDialog
from mailflow_gui.qt.connections.draft import NEW_ID
from tests.qt.connections.conftest import Hand
from tests.servers import certificates
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.recording_smtp import RecordingSmtp
from tests.servers.scripted import Scripted, Stall

CANARY = "canary-c0ffee"


def said(dialog: ConnectionDialog, name: str) -> str:
    """What a text of the result panel says."""
    label = dialog.panel.findChild(QLabel, name)
    assert isinstance(label, QLabel)
    return label.text()


@pytest.mark.usefixtures("keyring")
def test_certificate_is_fetched_compared_trusted_and_the_connection_saved(
    hand: Hand, dovecot: Dovecot, inbox: Account
) -> None:
    dovecot.deliver(inbox.username, b"Subject: one\r\n\r\n")
    dovecot.logins(inbox.username)
    dialog = hand.open()
    hand.fill(dialog, inbox, PASSWORD)
    hand.validate(dialog)
    assert dialog.panel.title == "Certificate not trusted"
    assert dovecot.logins(inbox.username) == 0

    hand.click(dialog.panel.trust_button)
    box = dialog.form.trust.box
    hand.qtbot.waitUntil(box.isVisible, timeout=10_000)
    fingerprint = box.findChild(QLabel, "fingerprint")
    assert isinstance(fingerprint, QLabel)
    shown = fingerprint.text().replace("\n", ":")
    assert shown == tls.describe(dovecot.certificate.pem).sha256
    assert dialog.form.contents().account.certificate == ""  # shown, but not trusted yet
    hand.click(box.trust)
    assert dialog.form.contents().account.certificate == dovecot.certificate.pem
    assert not box.trust.isVisible()

    hand.validate(dialog)
    assert dialog.panel.title == "Connected"
    assert f"Reached: localhost:{dovecot.imaps}" in dialog.panel.words
    assert "Encrypted: TLS 1.3, pinned" in dialog.panel.words
    assert "Signed in: Password (PLAIN)" in dialog.panel.words
    assert "Mailbox: INBOX, 1 unseen" in dialog.panel.words
    assert "Offers: IDLE, MOVE, UIDPLUS" in dialog.panel.words
    assert dovecot.logins(inbox.username) == 1
    assert hand.store.all() == ()  # validating saves nothing

    assert dialog.save_button.text() == "&Save"
    with hand.qtbot.waitSignal(dialog.saved, timeout=20_000) as signal:
        hand.click(dialog.save_button)
    (saved,) = hand.store.all()
    assert signal.args == [saved]
    assert saved.validated is not None
    assert replace(saved, validated=None) == inbox
    assert hand.secrets.get(saved) == Secret(PASSWORD)
    assert dialog.form.password.text() == ""
    hand.secrets.delete(saved.id)


def test_another_certificate_than_the_trusted_one_is_pointed_out(hand: Hand, dovecot: Dovecot, inbox: Account) -> None:
    hand.store.add(replace(inbox, certificate=certificates.make().pem, signs_in=False))
    (account,) = hand.store.all()
    dialog = hand.open(account)
    trust = dialog.form.trust
    hand.click(trust.fetch_button)
    hand.qtbot.waitUntil(trust.box.trust.isVisible, timeout=10_000)
    words = [label.text() for label in trust.box.findChildren(QLabel) if label.isVisible()]
    assert words[0].startswith("The server shows another certificate than the one trusted so far.")
    hand.click(trust.box.decline)
    assert dialog.form.contents().account.certificate == account.certificate
    hand.click(trust.fetch_button)
    hand.qtbot.waitUntil(trust.box.trust.isVisible, timeout=10_000)
    hand.click(trust.box.trust)
    hand.click(trust.fetch_button)
    hand.qtbot.waitUntil(lambda: trust.row.note.words == "The server shows the same certificate.", timeout=10_000)
    assert dialog.form.contents().account.certificate == dovecot.certificate.pem


def test_wrong_password_is_tried_once_per_press(hand: Hand, dovecot: Dovecot, inbox: Account) -> None:
    dialog = hand.open(replace(inbox, id=NEW_ID))
    hand.type(dialog.form.password, CANARY)
    hand.validate(dialog)
    assert dialog.panel.title == "Sign-in failed"
    assert "Not validated yet" not in dialog.foot.words  # the panel says how it went
    assert "refused the sign-in" in said(dialog, "what-happened")
    assert "Check the user name and the password" in said(dialog, "what-to-do")
    assert "AUTHENTICATIONFAILED" in said(dialog, "technical-detail")
    _wait_for_refusals(dovecot, inbox.username, 1)
    assert dialog.form.password.hasFocus()  # to be typed again at once
    assert dialog.form.password.hasSelectedText()
    hand.validate(dialog)
    _wait_for_refusals(dovecot, inbox.username, 2)
    assert dovecot.logins(inbox.username) == 0
    assert dialog.save_button.text() == "&Save anyway"


def test_wrong_security_method_is_explained_and_the_detail_can_be_copied(
    hand: Hand, dovecot: Dovecot, inbox: Account
) -> None:
    dialog = hand.open()
    hand.fill(dialog, replace(inbox, port=dovecot.imap), PASSWORD)
    hand.validate(dialog)
    assert dialog.panel.title == "No secure line"
    assert "Wrong port or security method?" in said(dialog, "what-to-do")
    detail = dialog.panel.findChild(QLabel, "technical-detail")
    assert isinstance(detail, QLabel)
    assert not detail.isVisible()
    hand.click(dialog.panel.fold_button)
    assert detail.isVisible()
    hand.qtbot.waitUntil(lambda: not detail.visibleRegion().isEmpty())
    hand.qtbot.waitUntil(lambda: detail.visibleRegion().boundingRect() == detail.rect())
    hand.click(dialog.panel.copy_button)
    copied = QGuiApplication.clipboard().text()
    assert "speaks no TLS" in copied
    assert "tls: tls-not-spoken" in copied
    assert PASSWORD not in copied.split()


@pytest.mark.parametrize("by_key", [True, False])
def test_validation_is_stopped_and_everything_typed_stays(hand: Hand, by_key: bool) -> None:
    with Scripted(Stall()) as server:
        dialog = hand.open()
        account = Account(
            id="x", name="Silent", protocol="imap", host=server.host, port=server.port, security="none", username="me"
        )
        hand.fill(dialog, account, CANARY)
        hand.click(dialog.validate_button)
        hand.qtbot.waitUntil(lambda: server.calls == 1 and dialog.panel.title.startswith("Connecting"), timeout=10_000)
        assert dialog.validate_button.text() == "Stop &validating"
        if by_key:
            QTest.keyClick(dialog, Qt.Key.Key_Escape)
        else:
            hand.click(dialog.validate_button)
        assert dialog.panel.title == "Stopped"
        assert dialog.isVisible()
        assert dialog.validate_button.text() == "&Validate"
        assert dialog.form.password.secret == Secret(CANARY)
        assert dialog.form.host.text() == server.host
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        assert not dialog.isVisible()
    assert not server.heard(CANARY)
    assert hand.store.all() == ()


def test_dialog_closed_during_a_validation_hears_nothing_of_it(hand: Hand) -> None:
    with Scripted(Stall()) as server:
        dialog = hand.open()
        silent = Account(id="x", name="S", protocol="pop3", host=server.host, port=server.port, security="none")
        hand.fill(dialog, silent)
        hand.click(dialog.validate_button)
        hand.qtbot.waitUntil(lambda: server.calls == 1, timeout=10_000)
        dialog.close()
        dialog.deleteLater()
        QApplication.processEvents()
    time.sleep(0.2)
    QApplication.processEvents()


def test_server_without_sign_in_works_with_both_fields_empty(hand: Hand, recording_smtp: RecordingSmtp) -> None:
    dialog = hand.open()
    relay = Account(
        id="x", name="Relay", protocol="smtp", host=recording_smtp.host, port=recording_smtp.port, security="none"
    )
    hand.fill(dialog, relay)
    assert dialog.form.fault_at("password") == "Leave both empty only if the server asks for no sign-in."
    hand.validate(dialog)
    assert dialog.panel.title == "Connected"
    assert "Encrypted: No, stays on this computer" in dialog.panel.words
    assert "Signed in: Not asked for" in dialog.panel.words
    assert not any(line.upper().startswith(b"AUTH") for line in recording_smtp.lines)
    assert recording_smtp.messages == []
    with hand.qtbot.waitSignal(dialog.saved, timeout=10_000):
        hand.click(dialog.save_button)
    (saved,) = hand.store.all()
    assert (saved.id, saved.username, saved.needs_secret) == ("relay", "", False)


def test_outgoing_server_shows_whether_it_takes_the_sender(hand: Hand, tmp_path: Path) -> None:
    certificate = certificates.make()
    context = certificate.server_context(tmp_path)
    with RecordingSmtp(username="me@example.com", password=CANARY, context=context) as server:
        dialog = hand.open()
        account = Account(
            id="x", name="Out", protocol="smtp", host="localhost", port=server.port, security="starttls",
            username="me@example.com",
        )  # fmt: skip
        hand.fill(dialog, account, CANARY)
        QGuiApplication.clipboard().setText(certificate.key + certificate.pem)
        hand.click(dialog.form.trust.segments.button(1))
        hand.click(dialog.form.trust.paste_button)
        paste = dialog.form.trust.paste_dialog
        assert paste is not None
        hand.click(paste.trust)
        pem = dialog.form.contents().account.certificate
        assert tls.describe(pem) == tls.describe(certificate.pem)
        assert "PRIVATE KEY" not in pem
        hand.validate(dialog)
        assert dialog.panel.title == "Connected"
        assert "Sender: me@example.com accepted" in dialog.panel.words
        server.answer("MAIL", "553 5.7.1 not yours")
        hand.validate(dialog)
        assert "Sender: me@example.com refused" in dialog.panel.words
        assert server.messages == []
        assert server.logins == 2


def test_port_follows_protocol_and_security_until_it_is_typed(hand: Hand) -> None:
    dialog = hand.open()
    form = dialog.form
    assert form.port.value() == 993
    hand.click(form.security.button(1))
    assert form.port.value() == 143
    hand.click(form.protocol.button(2))
    assert form.port.value() == 587
    hand.click(form.security.button(2))
    assert form.port.value() == 465
    hand.type(form.port.lineEdit(), "2525")
    hand.click(form.protocol.button(1))
    hand.click(form.security.button(1))
    assert form.port.value() == 2525
    hand.type(form.port.lineEdit(), "110")
    hand.click(form.security.button(2))
    assert form.port.value() == 995


def test_nothing_is_saved_without_a_keyring_and_everything_typed_stays(hand: Hand) -> None:
    dialog = hand.open()
    account = Account(id="x", name="Inbox", protocol="imap", host="localhost", port=993, username="me")
    hand.fill(dialog, account, CANARY)
    hand.click(dialog.save_button)
    hand.qtbot.waitUntil(lambda: dialog.panel.title == "Not saved", timeout=10_000)
    assert "keeps no passwords" in said(dialog, "what-happened")
    assert "MAILFLOW_PASSWORD_<ID>" in said(dialog, "what-to-do")
    assert dialog.isVisible()
    assert dialog.form.isEnabled()
    assert dialog.form.name.text() == "Inbox"
    assert dialog.form.password.secret == Secret(CANARY)
    assert hand.store.all() == ()


@pytest.mark.usefixtures("keyring")
def test_saved_password_is_never_shown_and_tried_once(hand: Hand, dovecot: Dovecot, inbox: Account) -> None:
    with opened(hand.home):
        pass  # a home where flows have run
    hand.store.add(inbox)
    hand.secrets.set(inbox.id, Secret(PASSWORD))
    dialog = hand.open(inbox)
    password = dialog.form.password
    hand.qtbot.waitUntil(lambda: password.placeholderText() == "Saved in the keyring", timeout=20_000)
    assert password.text() == ""
    hand.validate(dialog)
    assert dialog.panel.title == "Connected"
    assert dovecot.logins(inbox.username) == 1
    # What was tried is what is saved, so it counts at once, and flows that wait for it go on.
    assert hand.store.get("inbox").validated is not None
    with opened(hand.home) as journal:
        assert [(each.kind, each.subject) for each in open_requests(journal.read())] == [("validated", "inbox")]
    hand.secrets.delete(inbox.id)


def test_keyring_that_cannot_be_asked_is_said_where_the_password_stands(hand: Hand) -> None:
    account = Account(id="a", name="Inbox", protocol="imap", host="localhost", port=993, username="me")
    hand.store.add(account)
    dialog = hand.open(account)
    hand.qtbot.waitUntil(lambda: "keeps no passwords" in dialog.form.fault_at("password"), timeout=10_000)
    hand.validate(dialog)
    assert dialog.panel.title == "Not tried"
    assert "keeps no passwords" in said(dialog, "what-happened")
    hand.type(dialog.form.password, CANARY)
    assert "keeps no passwords" not in dialog.form.fault_at("password")
    assert dialog.panel.title == ""


def test_a_password_that_no_keyring_would_keep_is_said_before_it_is_saved(
    hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(os_keyring.CHOICE_VARIABLE, "keyring.backends.fail.Keyring")
    hand.qtbot.waitUntil(lambda: os_keyring.look().word == "absent", timeout=20_000)
    dialog = hand.open()
    hand.type(dialog.form.username, "me")
    hand.type(dialog.form.password, CANARY)
    assert dialog.form.fault_at("password").startswith("There is no system keyring. Use a password command")


def test_password_without_a_user_name_is_a_fault(hand: Hand) -> None:
    dialog = hand.open()
    hand.type(dialog.form.host, "127.0.0.1")
    hand.type(dialog.form.password, CANARY)
    hand.click(dialog.validate_button)
    assert dialog.form.fault_at("username").startswith("There is a password, but no user name")
    assert dialog.form.username.hasFocus()


def test_missing_password_is_said_at_its_field(hand: Hand, inbox: Account) -> None:
    dialog = hand.open(replace(inbox, id=NEW_ID))
    hand.click(dialog.validate_button)
    assert dialog.form.fault_at("password").startswith("Type the password")
    assert dialog.form.password.hasFocus()
    assert dialog.panel.title == ""


def test_faults_stand_at_their_fields_and_the_first_gets_the_focus(hand: Hand) -> None:
    hand.store.add(Account(id="a", name="Taken", protocol="imap", host="h.example", port=993))
    dialog = hand.open()
    hand.click(dialog.save_button)
    assert dialog.form.fault_at("name").startswith("The connection has no name.")
    assert dialog.form.fault_at("host").startswith("The connection has no host name.")
    assert dialog.form.name.hasFocus()
    hand.type(dialog.form.name, "taken")
    assert dialog.form.fault_at("name") == ""
    hand.type(dialog.form.host, "https://imap.example.com")
    hand.click(dialog.form.trust.segments.button(1))
    hand.click(dialog.save_button)
    assert "already a connection" in dialog.form.fault_at("name")
    assert "neither a host name" in dialog.form.fault_at("host")
    assert "There is no certificate yet" in dialog.form.fault_at("certificate")
    assert len(hand.store.all()) == 1


def test_clear_text_over_a_network_must_be_accepted(hand: Hand) -> None:
    dialog = hand.open()
    account = Account(id="x", name="Old", protocol="pop3", host="pop.example.com", port=110, security="none")
    hand.fill(dialog, account)
    assert "can read mails and password" in dialog.form.fault_at("security")
    for button in (dialog.validate_button, dialog.save_button):
        hand.click(button)
        assert "accept a line without encryption" in dialog.form.fault_at("security")
    assert hand.store.all() == ()
    QTest.keyClick(dialog.form.in_clear, Qt.Key.Key_Space)
    with hand.qtbot.waitSignal(dialog.saved, timeout=10_000):
        hand.click(dialog.save_button)
    (saved,) = hand.store.all()
    assert (saved.security, saved.validated) == ("none", None)


def test_loopback_needs_no_acceptance(hand: Hand) -> None:
    dialog = hand.open()
    hand.fill(dialog, Account(id="x", name="Here", protocol="imap", host="127.0.0.1", port=143, security="none"))
    assert dialog.form.fault_at("security") == ""
    assert not dialog.form.in_clear.isVisible()


def test_only_changes_that_were_tried_keep_a_validation(hand: Hand, inbox: Account) -> None:
    account = replace(inbox, validated="2026-01-01T00:00:00.000+00:00", signs_in=False)
    hand.store.add(account)
    dialog = hand.open(account, ("Support desk", "Invoices"))
    assert dialog.windowTitle() == "Edit connection"
    assert dialog.foot.words == "Used by 2 flows"
    hand.type(dialog.form.description, "Shared")
    assert dialog.save_button.text() == "&Save"
    hand.type(dialog.form.host, "imap.example.com")
    assert dialog.save_button.text() == "&Save anyway"
    assert "Not validated yet" in dialog.foot.words
    hand.type(dialog.form.host, account.host)
    assert dialog.save_button.text() == "&Save"
    hand.type(dialog.form.name, "Renamed")
    with hand.qtbot.waitSignal(dialog.saved, timeout=10_000):
        hand.click(dialog.save_button)
    assert hand.store.get("inbox") == replace(account, name="Renamed", description="Shared")


def test_connection_called_new_is_edited_like_any_other(hand: Hand) -> None:
    dialog = hand.open()
    hand.fill(dialog, Account(id="x", name="New", protocol="imap", host="127.0.0.1", port=143, security="none"))
    with hand.qtbot.waitSignal(dialog.saved, timeout=10_000):
        hand.click(dialog.save_button)
    (saved,) = hand.store.all()
    again = hand.open()
    hand.type(again.form.name, "new")
    hand.click(again.save_button)
    assert "already a connection" in again.form.fault_at("name")
    dialog = hand.open(saved)
    assert dialog.windowTitle() == "Edit connection"
    hand.type(dialog.form.description, "Mine")
    with hand.qtbot.waitSignal(dialog.saved, timeout=10_000):
        hand.click(dialog.save_button)
    assert hand.store.all() == (replace(saved, description="Mine"),)


def test_wheel_turns_no_port_in_passing(hand: Hand) -> None:
    dialog = hand.open()
    port = dialog.form.port
    middle = QPointF(port.rect().center())
    for focused, expected in ((dialog.form.name, 993), (port, 994)):
        focused.setFocus()
        wheel = QWheelEvent(
            middle, port.mapToGlobal(middle), QPoint(0, 120), QPoint(0, 120), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(port, wheel)
        assert port.value() == expected


def test_edit_after_a_good_validation_makes_it_count_no_more(hand: Hand, dovecot: Dovecot, inbox: Account) -> None:
    dialog = hand.open(replace(inbox, id=NEW_ID))
    hand.type(dialog.form.password, PASSWORD)
    hand.validate(dialog)
    assert dialog.panel.title == "Connected"
    assert dialog.save_button.text() == "&Save"
    hand.type(dialog.form.password, PASSWORD + "x")
    assert dialog.panel.title == ""
    assert dialog.save_button.text() == "&Save anyway"
    assert dovecot.logins(inbox.username) == 1


def test_password_is_read_by_eyes_alone(hand: Hand, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    with Scripted(Stall()) as server:
        dialog = hand.open()
        account = Account(
            id="x", name="Silent", protocol="imap", host=server.host, port=server.port, security="none", username="me"
        )
        hand.fill(dialog, account, CANARY)
        hidden = dialog.form.password.grab().toImage()
        QTest.keyClick(
            dialog.form.password, Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        )
        assert dialog.form.password.shown
        assert dialog.form.password.grab().toImage() != hidden
        QTest.keyClicks(dialog.form.password, "x")
        QTest.keyClick(dialog.form.password, Qt.Key.Key_Backspace)
        hand.click(dialog.validate_button)
        hand.click(dialog.validate_button)
        for widget in (dialog, *dialog.findChildren(QWidget)):
            interface = QAccessible.queryAccessibleInterface(widget)
            words = [interface.text(kind) for kind in QAccessible.Text if kind is not QAccessible.Text.UserText]
            assert not any(CANARY in text for text in words), widget
            assert CANARY not in f"{widget.toolTip()}{widget.whatsThis()}{widget.accessibleDescription()}"
        password = dialog.form.password
        assert not password.isUndoAvailable()
        assert not password.isRedoAvailable()
        password.selectAll()
        QGuiApplication.clipboard().setText("before")
        QTest.keyClick(password, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        assert QGuiApplication.clipboard().text() == "before"
    assert CANARY not in caplog.text
    assert CANARY not in repr(dialog.form.contents())


def test_keyboard_alone_is_enough(hand: Hand, dovecot: Dovecot, inbox: Account) -> None:
    dialog = hand.open()
    form = dialog.form
    hand.qtbot.waitUntil(form.address.field.hasFocus)  # most people know their address and no more

    def press(*keys: Qt.Key) -> None:
        for key in keys:
            focused = QApplication.focusWidget()
            assert focused is not None
            QTest.keyClick(focused, key)

    def write(words: str, field: QLineEdit) -> None:
        assert field.hasFocus()
        QTest.keyClicks(field, words)

    def jump(letter: Qt.Key) -> None:
        QTest.keyClick(dialog, letter, Qt.KeyboardModifier.AltModifier)

    jump(Qt.Key.Key_N)
    write("Inbox", form.name)
    press(Qt.Key.Key_Tab, Qt.Key.Key_Tab, Qt.Key.Key_Right)
    assert form.protocol.index == 1
    press(Qt.Key.Key_Left, Qt.Key.Key_Tab)
    assert form.protocol.index == 0
    assert form.address.field.hasFocus()
    press(Qt.Key.Key_Tab)
    assert form.address.button.hasFocus()
    press(Qt.Key.Key_Tab)
    write("127.0.0.1", form.host)
    press(Qt.Key.Key_Tab)
    assert form.port.hasFocus() or form.port.lineEdit().hasFocus()
    QTest.keyClick(form.port, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(form.port, str(dovecot.imap))
    press(Qt.Key.Key_Tab, Qt.Key.Key_Left, Qt.Key.Key_Left)
    assert form.security.index == 0
    press(Qt.Key.Key_Tab)
    write(inbox.username, form.username)
    jump(Qt.Key.Key_W)
    write(PASSWORD, form.password)
    press(Qt.Key.Key_Return)
    hand.qtbot.waitUntil(lambda: dialog.panel.title == "Connected", timeout=20_000)
    assert dovecot.logins(inbox.username) == 1
    assert dialog.save_button.isDefault()


def test_every_mnemonic_leads_to_one_place(hand: Hand) -> None:
    dialog = hand.open()
    labels = [label for label in dialog.findChildren(QLabel) if label.buddy() is not None]
    texts = [label.text() for label in labels] + [button.text() for button in dialog.findChildren(QPushButton)]
    letters = [text[text.index("&") + 1].upper() for text in texts if "&" in text]
    assert len(letters) == len(set(letters)), sorted(letters)
    assert set("NIPMHORUWTDFEAVS") <= set(letters)


def test_mnemonics_are_underlined_only_while_alt_is_held(hand: Hand) -> None:
    dialog = hand.open()
    window = dialog.windowHandle()
    assert window is not None
    plain = [dialog.validate_button.grab().toImage(), dialog.form.grab().toImage()]
    QTest.keyPress(window, Qt.Key.Key_Alt, Qt.KeyboardModifier.AltModifier)
    held = [dialog.validate_button.grab().toImage(), dialog.form.grab().toImage()]
    assert all(one != other for one, other in zip(plain, held, strict=True))
    QTest.keyRelease(window, Qt.Key.Key_Alt)
    assert [dialog.validate_button.grab().toImage(), dialog.form.grab().toImage()] == plain


def test_every_control_has_a_name(hand: Hand) -> None:
    dialog = hand.open()
    kinds = (QAccessible.Role.EditableText, QAccessible.Role.PushButton, QAccessible.Role.SpinBox)
    for widget in dialog.findChildren(QWidget):
        interface = QAccessible.queryAccessibleInterface(widget)
        if widget.isVisible() and widget.focusPolicy() and interface is not None and interface.role() in kinds:
            assert interface.text(QAccessible.Text.Name), widget


def _wait_for_refusals(dovecot: Dovecot, user: str, number: int) -> None:
    end = time.monotonic() + 20
    while dovecot.refused_logins(user) < number and time.monotonic() < end:
        time.sleep(0.02)  # logged when the server has noticed that we left
    assert dovecot.refused_logins(user) == number
