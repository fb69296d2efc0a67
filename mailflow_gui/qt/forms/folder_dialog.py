"""The folders that an account has on its server, asked for in a thread of their own."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QProgressBar, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.sessions import Sessions
from mailflow_gui.errors import AccountError, MailFlowError
from mailflow_gui.language import _
from mailflow_gui.qt.connections.task import Task
from mailflow_gui.qt.controls import Button
from mailflow_gui.qt.forms.labels import Label
from mailflow_gui.qt.theme import theme

if TYPE_CHECKING:
    from mailflow_gui.mail.folders import Folder
    from mailflow_gui.mail.imap import ImapSession

_NAME = Qt.ItemDataRole.UserRole


class FolderDialog(QDialog):
    """Asks the server at once, can be left at any time, and says in a sentence why there is no list."""

    chosen = Signal(str)
    """The name of the folder that a person picked."""

    def __init__(
        self, account: Account | None, sessions: Sessions | None, current: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Choose a folder"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(360, 440)
        self._account, self._sessions, self._current = account, sessions, current.strip() or "INBOX"
        self._task: Task[list[Folder]] | None = None
        self._session: ImapSession | None = None
        self.said = Label("", "body", "secondary", wrap=True)
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.tree = QTreeWidget()
        self.tree.setHeaderHidden(True)
        self.tree.setIconSize(QSize(16, 16))
        self.tree.setUniformRowHeights(True)
        self.tree.setAccessibleName(_("Folders"))
        self.tree.itemDoubleClicked.connect(lambda _item, _column: self._accept())
        self.tree.currentItemChanged.connect(lambda _item, _before: self._judge())
        self.again_button = Button(_("Try again"), icon="refresh-cw")
        self.again_button.clicked.connect(self.ask)
        self.cancel_button = Button(_("Cancel"))
        self.cancel_button.clicked.connect(self.reject)
        self.choose_button = Button(_("Choose"), kind="primary")
        self.choose_button.setDefault(True)
        self.choose_button.clicked.connect(self._accept)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.again_button)
        buttons.addStretch()
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.choose_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(self.said)
        layout.addWidget(self.progress)
        layout.addWidget(self.tree, 1)
        layout.addStretch()
        layout.addLayout(buttons)
        self.finished.connect(lambda _code: self._let_go())
        self.ask()

    def ask(self) -> None:
        """Ask the server."""
        account, sessions = self._account, self._sessions
        if account is None or sessions is None:
            self._show(_("Choose a connection that is set up on this computer first; its server knows the folders."))
            return
        if account.protocol != "imap":
            self._show(_("“{name}” speaks POP3, which has no folders but INBOX.").format(name=account.name))
            return
        self._show(_("Asking {host}…").format(host=account.host), busy=True)

        def work(task: Task[list[Folder]]) -> list[Folder]:
            with sessions.imap(account.id) as session:
                self._session = session
                if task.cancelled:
                    return []
                return session.folders()

        self._task = Task(work, on_done=self._answered, on_failed=self._failed)
        self.destroyed.connect(self._task.abandon)  # the form may be gone before the answer comes

    def _answered(self, folders: Sequence[Folder]) -> None:
        self._task = None
        self._show(_("The server has no folders.") if not folders else "", has_tree=bool(folders))
        fill(self.tree, folders, self._current)
        self.tree.setFocus()
        self._judge()

    def _failed(self, error: MailFlowError) -> None:
        self._task = None
        again = not isinstance(error, AccountError)
        self._show(f"{error}", failed=True)
        self.again_button.setVisible(again)

    def _show(self, text: str, *, busy: bool = False, has_tree: bool = False, failed: bool = False) -> None:
        self.said.setText(text)
        self.said.setProperty("role", "danger" if failed else "secondary")
        self.said.style().unpolish(self.said)
        self.said.style().polish(self.said)
        self.said.setVisible(bool(text))
        self.progress.setVisible(busy)
        self.tree.setVisible(has_tree)
        self.again_button.setVisible(failed)
        self.choose_button.setEnabled(has_tree)

    def _judge(self) -> None:
        item = self.tree.currentItem()
        self.choose_button.setEnabled(item is not None and bool(item.data(0, _NAME)))

    def _accept(self) -> None:
        item = self.tree.currentItem()
        if item is not None and item.data(0, _NAME):
            self.chosen.emit(item.data(0, _NAME))
            self.accept()

    def _let_go(self) -> None:
        """Hear no more; a line that is open is cut, so that no server waits for us."""
        if self._task is not None:
            self._task.abandon()
            self._task = None
            if self._session is not None:
                with contextlib.suppress(MailFlowError, OSError):
                    self._session.abort()


def fill(tree: QTreeWidget, folders: Sequence[Folder], current: str) -> None:
    """Make a tree of folders; parents that the server doesn't list stand there, too, but can't be chosen."""
    tree.clear()
    items: dict[tuple[str, ...], QTreeWidgetItem] = {}

    def item(parts: tuple[str, ...]) -> QTreeWidgetItem:
        if parts not in items:
            parent = item(parts[:-1]) if len(parts) > 1 else tree.invisibleRootItem()
            items[parts] = made = QTreeWidgetItem(parent, [parts[-1]])
            made.setIcon(0, theme.icon("folder", "text-3", 16))
        return items[parts]

    for folder in folders:
        parts = tuple(folder.name.split(folder.delimiter)) if folder.delimiter else (folder.name,)
        made = item(tuple(part for part in parts if part) or (folder.name,))
        if folder.selectable:
            made.setData(0, _NAME, folder.name)
            if folder.name == current or (folder.name.upper() == "INBOX" == current.upper()):
                tree.setCurrentItem(made)
    for made in items.values():
        if not made.data(0, _NAME):
            made.setFlags(made.flags() & ~Qt.ItemFlag.ItemIsSelectable)
        if made.text(0).upper() == "INBOX":
            made.setIcon(0, theme.icon("inbox", "text-2", 16))
    tree.expandAll()
