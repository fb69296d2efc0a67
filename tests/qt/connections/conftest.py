"""What tests of the connections get: stores in the test's own home, no keyring unless asked for, and a hand that types."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit
from pytestqt.qtbot import QtBot

from mailflow_gui.accounts import os_keyring
from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.detect import Network
from mailflow_gui.accounts.secrets import SecretStore
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.paths import Home
from mailflow_gui.qt.connections.dialog import ConnectionDialog
from tests.accounts import keyring_service, secret_service
from tests.accounts.detect.conftest import Internet, authority, description, internet

__all__ = ["Hand", "Internet", "authority", "description", "internet"]


@dataclass
class Hand:
    """Types and clicks as a person does, and knows where things are saved."""

    qtbot: QtBot
    store: AccountStore
    secrets: SecretStore
    home: Home

    def open(
        self, account: Account | None = None, used_by: tuple[str, ...] = (), network: Network | None = None
    ) -> ConnectionDialog:
        """The dialog, shown."""
        dialog = ConnectionDialog(self.store, self.secrets, self.home, account, used_by=used_by, network=network)
        self.qtbot.addWidget(dialog)
        with self.qtbot.waitExposed(dialog):
            dialog.show()
        return dialog

    def type(self, field: QLineEdit, words: str) -> None:
        """Replace what stands in a field."""
        field.setFocus()
        field.selectAll()
        QTest.keyClick(field, Qt.Key.Key_Delete)
        QTest.keyClicks(field, words)

    def click(self, button: QAbstractButton) -> None:
        """Click a button that can be clicked."""
        assert button.isVisible()
        assert button.isEnabled()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def fill(self, dialog: ConnectionDialog, account: Account, password: str = "") -> None:
        """Type everything about an account, but for its certificate."""
        form = dialog.form
        self.type(form.name, account.name)
        self.click(form.protocol.button(("imap", "pop3", "smtp").index(account.protocol)))
        self.click(form.security.button(("none", "starttls", "tls").index(account.security)))
        self.type(form.host, account.host)
        self.type(form.port.lineEdit(), str(account.port))
        self.type(form.username, account.username)
        if password:
            self.type(form.password, password)

    def validate(self, dialog: ConnectionDialog) -> None:
        """Press Validate and wait until it has ended."""
        self.click(dialog.validate_button)
        self.qtbot.waitUntil(lambda: dialog.validate_button.text() == "&Validate", timeout=20_000)


@pytest.fixture
def hand(qtbot: QtBot, home: Home, _no_keyring: None) -> Hand:
    """A hand, with everything saved in the test's own home."""
    return Hand(qtbot, AccountStore(home.accounts_file), SecretStore(), home)


@pytest.fixture
def _no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(os_keyring.CHOICE_VARIABLE, "keyring.backends.fail.Keyring")


@pytest.fixture(scope="session")
def _secret_service() -> Iterator[str]:
    if secret_service.MISSING:
        pytest.skip(f"not installed: {secret_service.MISSING}")
    with keyring_service.running() as service:
        yield service.address


@pytest.fixture
def keyring(_no_keyring: None, _secret_service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real keyring, in place of none."""
    monkeypatch.delenv(os_keyring.CHOICE_VARIABLE)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", _secret_service)


@pytest.fixture
def inbox(dovecot: object, user: str) -> Account:
    """An IMAP account over TLS at the test server, with its certificate."""
    from tests.servers.dovecot import Dovecot

    assert isinstance(dovecot, Dovecot)
    return Account(
        id="inbox", name="Inbox", protocol="imap", host="localhost", port=dovecot.imaps, security="tls",
        username=user, certificate=dovecot.certificate.pem,
    )  # fmt: skip
