"""The strip above the list that says when the system's keyring can't be read, and unlocks it."""

from __future__ import annotations

import os
from collections.abc import Iterable

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from mailflow_gui.accounts import os_keyring
from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.secrets import SecretStore, variable
from mailflow_gui.errors import MailFlowError
from mailflow_gui.language import _
from mailflow_gui.qt.connections.task import Task
from mailflow_gui.qt.controls import Banner, Button
from mailflow_gui.qt.theme.alive import alive

_LOOK_MILLISECONDS = 2500


class KeyringStrip(QWidget):
    """Looks only while it can be seen, and never asks anybody by itself."""

    said = Signal(str)

    def __init__(self, secrets: SecretStore) -> None:
        super().__init__()
        self._secrets = secrets
        self._needed = False
        self._unlocking: Task[None] | None = None
        self._banner = Banner("warn")
        self.button = Button(_("Unlock…"), "key-round", compact=True)
        self.button.clicked.connect(self._unlock)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 0, 12, 8)
        layout.setSpacing(4)
        layout.addWidget(self._banner)
        layout.addWidget(self.button)
        self._banner.hide()
        self.button.hide()
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MILLISECONDS)
        self._timer.timeout.connect(self.look)
        self.setVisible(False)

    @property
    def words(self) -> str:
        """What it says; empty: nothing."""
        return "" if self._banner.isHidden() else self._banner.text

    def show_accounts(self, accounts: Iterable[Account]) -> None:
        """Whether any of these needs the keyring at all."""
        self._needed = any(needs_keyring(account) for account in accounts)
        self.look()

    def look(self) -> None:
        """Say how the keyring stood a moment ago."""
        word = os_keyring.state().word if self._needed else "available"
        if word == "locked":
            self._banner.say("warn", _("The system's keyring is locked."), _("Flows that need it wait."))
        elif word == "absent":
            self._banner.say(
                "warn",
                _("There is no system keyring."),
                _("Use a password command, under Advanced, or sign in to a desktop that has one."),
            )
        troubled = word in ("locked", "absent")
        self._banner.setVisible(troubled)
        self.button.setVisible(word == "locked")
        self.button.setEnabled(self._unlocking is None)
        self.setVisible(troubled)

    def start(self) -> None:
        """Look every few seconds from now on."""
        self.look()
        self._timer.start()

    def stop(self) -> None:
        """Look no more."""
        self._timer.stop()

    def _unlock(self) -> None:
        if self._unlocking is None:
            self._unlocking = Task(
                lambda _task: self._secrets.unlock(), on_done=lambda _nothing: self._unlocked(""), on_failed=self._kept
            )
            self.look()

    def _kept(self, error: MailFlowError) -> None:
        self._unlocked(error.text)

    def _unlocked(self, trouble: str) -> None:
        if not alive(self):  # the window is gone
            return
        self._unlocking = None
        if trouble:
            self.said.emit(trouble)
        self.look()


def needs_keyring(account: Account) -> bool:
    """Whether an account's password can only lie in the keyring."""
    return account.needs_secret and not account.password_command and not os.environ.get(variable(account.id))
