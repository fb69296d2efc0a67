"""Deleting a connection with its password: at once where nobody needs it, else after a question that names who does."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.secrets import SecretStore
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.errors import MailFlowError
from mailflow_gui.language import _, ngettext
from mailflow_gui.qt.connections import saving
from mailflow_gui.qt.connections.task import Task
from mailflow_gui.qt.controls import Button, set_more_text


class Deleting(QObject):
    """One at a time."""

    ended = Signal(str)
    """It was deleted, or it wasn't: one line that says so."""

    def __init__(self, accounts: AccountStore, secrets: SecretStore, parent: QWidget) -> None:
        super().__init__(parent)
        self._accounts, self._secrets, self._parent = accounts, secrets, parent
        self._task: Task[None] | None = None

    def begin(self, account: Account, flows: Sequence[str]) -> None:
        """Forget an account and its password. :param flows: names of those that use it."""
        if self._task is not None:
            return
        if not flows:
            self._delete(account)
            return
        question = ngettext("{number} flow uses “{name}”:", "{number} flows use “{name}”:", len(flows))
        self._ask(
            question.format(number=len(flows), name=account.name),
            "\n".join((*flows, "", _("Without it they can't run. Its password is deleted, too."))),
            lambda: self._delete(account),
        )

    def _delete(self, account: Account, *, forced: bool = False) -> None:
        self._task = Task(
            lambda _task: saving.delete(self._accounts, self._secrets, account, forced=forced),
            on_done=lambda _nothing: self._deleted(account),
            on_failed=lambda error: self._not_deleted(account, error),
        )

    def _deleted(self, account: Account) -> None:
        self._task = None
        self.ended.emit(_("Deleted the connection “{name}” and its password.").format(name=account.name))

    def _not_deleted(self, account: Account, error: MailFlowError) -> None:
        self._task = None
        if not error.code.startswith("keyring-"):
            self.ended.emit(str(error))
            return
        self._ask(
            _("The password of “{name}” could not be deleted.").format(name=account.name),
            error.text + "\n" + _("Delete the connection all the same? Its password may stay in the keyring."),
            lambda: self._delete(account, forced=True),
        )

    def _ask(self, question: str, more: str, do: Callable[[], object]) -> None:
        box = QMessageBox(self._parent.window())
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowTitle(_("Delete connection"))
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(question)
        set_more_text(box, more)
        yes = Button(_("Delete"), "trash-2", "danger", parent=box)
        no = Button(_("Keep"), parent=box)
        box.addButton(yes, QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(no, QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(no)
        box.setEscapeButton(no)
        yes.clicked.connect(do)
        box.open()
