"""How the system's keyring stands, for the status bar; looked at only while a saved connection needs it."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from mailflow_gui.accounts import os_keyring
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.errors import MailFlowError
from mailflow_gui.qt.connections.keyring_strip import needs_keyring
from mailflow_gui.qt.status_bar import StatusBar

_LOOK_MILLISECONDS = 5000


class KeyringShown(QObject):
    """Never asks anybody to unlock anything."""

    def __init__(self, accounts: AccountStore, status: StatusBar, parent: QObject) -> None:
        super().__init__(parent)
        self._accounts, self._status = accounts, status
        self._needed = False
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MILLISECONDS)
        self._timer.timeout.connect(self._look)
        self.take_accounts()

    def take_accounts(self) -> None:
        """The saved connections are others now."""
        try:
            self._needed = any(needs_keyring(account) for account in self._accounts.all())
        except MailFlowError:
            self._needed = False  # the list of connections says what is wrong with the file
        if self._needed:
            self._timer.start()
            QTimer.singleShot(400, self, self._look)  # the first look is only begun by asking
        else:
            self._timer.stop()
        self._look()

    def _look(self) -> None:
        self._status.say_keyring(os_keyring.state().word if self._needed else "unknown")
