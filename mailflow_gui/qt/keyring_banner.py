"""The banner over a flow whose accounts wait for the keyring: why, and the button that has the system ask for its password."""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtWidgets import QWidget

from mailflow_gui.accounts import os_keyring
from mailflow_gui.accounts.secrets import SecretStore
from mailflow_gui.errors import MailFlowError
from mailflow_gui.language import _
from mailflow_gui.qt.connections.task import Task
from mailflow_gui.qt.controls import Banner, Button

_RUNNER_NOTICES = 15.0
"""Seconds after which a runner has noticed for sure that the keyring is open."""


class KeyringBanner(Banner):
    """Shown by itself while a runner tells of accounts that wait, and gone when none does. Never asks on its own."""

    def __init__(self, secrets: SecretStore, parent: QWidget | None = None) -> None:
        super().__init__("warn", parent=parent)
        self._secrets = secrets
        self._unlocking: Task[None] | None = None
        self._failed = ""
        self._opened = -_RUNNER_NOTICES
        self.button = self.add_button(Button(_("Unlock"), "lock", compact=True))
        self.button.clicked.connect(self._unlock)
        self.hide()

    def take_status(self, status: dict[str, Any]) -> None:
        """What a runner says of its flows and their accounts."""
        waiting = any(
            told.get("state") == "waiting"
            for flow in status.get("flows", ())
            for told in flow.get("accounts", {}).values()
        )
        if not waiting:
            self._failed = ""
        else:
            self._say()
        self.setVisible(waiting and time.monotonic() - self._opened > _RUNNER_NOTICES)

    def take_end(self, *_how: object) -> None:
        """The runner is gone, and nobody waits."""
        self.take_status({})

    def _say(self) -> None:
        locked = os_keyring.state().word != "absent"
        self.button.setText(_("Unlock") if locked else _("Try again"))
        self.button.setEnabled(self._unlocking is None)
        text = _("The system's keyring is locked.") if locked else _("The system's keyring can't be used now.")
        what = _("Nobody signs in without a password: messages wait, and go on by themselves once the keyring is open.")
        self.say("warn", text, f"{self._failed}\n{what}".strip())

    def _unlock(self) -> None:
        self._failed = ""
        self._unlocking = Task(
            lambda _task: self._secrets.unlock(), on_done=lambda _nothing: self._ended(""), on_failed=self._not_unlocked
        )
        self._say()

    def _not_unlocked(self, error: MailFlowError) -> None:
        self._ended(error.text)

    def _ended(self, failed: str) -> None:
        self._unlocking = None
        self._failed = failed
        self._say()
        if not failed:
            self._opened = time.monotonic()
            self.hide()
