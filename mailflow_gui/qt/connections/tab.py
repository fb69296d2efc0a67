"""The tab *Connections* of the left dock: the saved mail servers, how they stand, and what can be done with one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QHideEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import QListView, QMenu, QStackedWidget, QVBoxLayout, QWidget

from mailflow_gui.accounts.account import Account, Protocol
from mailflow_gui.accounts.secrets import SecretStore
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.errors import JournalError, MailFlowError
from mailflow_gui.flow.model import Stub
from mailflow_gui.journal.reader import Reader
from mailflow_gui.language import _, ngettext
from mailflow_gui.paths import Home
from mailflow_gui.qt.connections import draft, order, standing
from mailflow_gui.qt.connections.deleting import Deleting
from mailflow_gui.qt.connections.head import Head
from mailflow_gui.qt.connections.keyring_strip import KeyringStrip
from mailflow_gui.qt.connections.pieces import flat
from mailflow_gui.qt.connections.rows import RowPainter, Rows, Shown
from mailflow_gui.qt.connections.standing import TROUBLED, Live, Standing
from mailflow_gui.qt.connections.testing import Testing
from mailflow_gui.qt.controls import EmptyState, Label

if TYPE_CHECKING:
    from mailflow_gui.accounts.detect import Network
    from mailflow_gui.qt.connections.dialog import ConnectionDialog

_LOOK_MILLISECONDS = 2000
"""How often others may have changed the saved connections."""
_TICK_MILLISECONDS = 30_000
"""How often *5 min ago* grows older."""


class ConnectionsTab(QWidget):
    """A list; double-click or Enter edits, the context menu and the menu above the list have the rest."""

    changed = Signal()
    """Connections were added, changed, deleted, noted to work, or tested."""
    said = Signal(str)
    """One line about what was just done."""

    def __init__(self, accounts: AccountStore, secrets: SecretStore, home: Home, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._accounts, self._secrets, self._home = accounts, secrets, home
        self._reader = Reader(home)
        self._live: Mapping[str, Live] = {}
        self._open_flows: Mapping[str, Collection[str]] = {}
        self._read: dict[str, Standing] = {}
        self._saved_accounts: tuple[Account, ...] = ()
        self._all: tuple[Shown, ...] = ()
        self._deleting = Deleting(accounts, secrets, self)
        self.network: Network | None = None
        """Where settings of an address are looked for; None: the world."""
        self.dialog: ConnectionDialog | None = None
        self.head = Head(self._menu_actions)
        self.new_button = self.head.new
        self.strip = KeyringStrip(secrets)
        self.testing = Testing(accounts, home, self)
        self.rows = Rows(self)
        self.view = QListView()
        self.view.setModel(self.rows)
        self.view.setItemDelegate(RowPainter(self.view))
        self.view.setUniformItemSizes(True)
        self.view.setMouseTracking(True)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.setAccessibleName(_("Connections"))
        self._make_actions()
        self._empty = EmptyState(
            "plug",
            _("No connections yet"),
            _("A connection is a mail server that flows receive from or send with."),
            _("Set up the first one…"),
        )
        self._words = Label("", "small", "text-3", wrap=True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        self._words.setContentsMargins(16, 16, 16, 16)
        self._pages = QStackedWidget()
        for page in (self.view, self._empty, self._words):
            self._pages.addWidget(page)
        layout = flat(QVBoxLayout(self), 0)
        layout.addWidget(self.head)
        layout.addWidget(self.strip)
        layout.addWidget(self._pages, 1)
        self._ticking = QTimer(self)
        self._ticking.setInterval(_TICK_MILLISECONDS)
        self._ticking.timeout.connect(self.view.viewport().update)
        self._stamp: tuple[int, int] | None = None
        self._watching = QTimer(self)
        self._watching.setInterval(_LOOK_MILLISECONDS)
        self._watching.timeout.connect(self.look_again)
        self._wire()
        self.refresh()

    def _wire(self) -> None:
        self.new_button.clicked.connect(self._add_pressed)
        assert self._empty.button is not None
        self._empty.button.clicked.connect(self._add_pressed)
        self.head.test.clicked.connect(self.test_all)
        self.head.changed.connect(self._show)
        self.strip.said.connect(self.said)
        self._deleting.ended.connect(self._deleted)
        self.testing.changed.connect(self._show_testing)
        self.testing.finished.connect(self._tested)
        self.view.customContextMenuRequested.connect(self._show_menu)
        self.view.doubleClicked.connect(self._edit_at)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.strip.start()
        self._ticking.start()
        self.look_again()
        self._watching.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.strip.stop()
        self._ticking.stop()
        self._watching.stop()

    @property
    def troubled(self) -> int:
        """How many connections need a person, for the tab's own mark."""
        return sum(1 for shown in self._all if shown.standing.state in TROUBLED)

    def states(self, accounts: Collection[Account]) -> dict[str, str]:
        """How accounts stand, by id, in one word each; those that aren't in the list are left out."""
        known = {shown.account.id: shown.standing.state for shown in self._all}
        return {account.id: known[account.id] for account in accounts if account.id in known}

    def refresh(self) -> None:
        """Read accounts and journal anew. Cheap; neither waits for a server or a keyring."""
        self._stamp = self._stamp_now()
        try:
            accounts = self._accounts.all()
        except MailFlowError as error:
            self._saved_accounts, self._all = (), ()
            self.rows.show_rows(())
            self.head.show_number(0)
            self._words.setText(str(error))
            self._words.set_token("danger")
            self._pages.setCurrentWidget(self._words)
            return
        for account in accounts:
            if account not in self._saved_accounts:
                self.testing.forget(account.id)
        self._saved_accounts = accounts
        try:
            self._read = standing.read(self._reader, accounts)
        except JournalError:
            self._read = {}  # the journal's own trouble is shown where the journal is
        self.strip.show_accounts(accounts)
        self._show()

    def look_again(self) -> None:
        """Read anew if somebody else, such as the command line, has changed the saved connections."""
        if self._stamp_now() != self._stamp:
            self.refresh()
            self.changed.emit()

    def _stamp_now(self) -> tuple[int, int] | None:
        try:
            found = self._home.accounts_file.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size

    def set_states(self, live: Mapping[str, Live]) -> None:
        """What a running engine says of accounts, by id; those left out are as the journal says."""
        self._live = dict(live)
        self._show()

    def set_open_flows(self, flows: Mapping[str, Collection[str]]) -> None:
        """Ids of the accounts that each open flow uses, by the flow's name; flows that were run are known without."""
        self._open_flows = dict(flows)
        self._show()

    def test_all(self) -> None:
        """Validate every connection, or stop that."""
        if self.testing.running:
            self.testing.cancel()
            return
        self.refresh()
        from mailflow_gui.sandbox.accounts import asleep  # asked for seldom

        resting = asleep(self._home)
        self.testing.start(account for account in self._saved_accounts if account.id not in resting)

    def add(self, protocol: Protocol = "imap", name: str = "", host: str = "") -> ConnectionDialog:
        """Open the dialog for a new connection."""
        return self._open(replace(draft.blank(protocol), name=name, host=host))

    def add_from(self, stub: Stub, parent: QWidget | None = None) -> ConnectionDialog:
        """Open the dialog for a new connection as a flow file describes it.

        :param parent: what it stands before; None: the window.
        """
        return self._open(draft.of_stub(stub), wanted_id=stub.id, parent=parent)

    def saved(self) -> tuple[Account, ...]:
        """The saved connections; none where their file can't be read (the list says why)."""
        try:
            return self._accounts.all()
        except MailFlowError:
            return ()

    def edit(self, account_id: str, *, validate: bool = False) -> ConnectionDialog | None:
        """Open the dialog for a saved connection, and with ``validate`` try it at once; None: there is no such connection."""
        try:
            account = self._accounts.get(account_id)
        except MailFlowError as error:
            self.said.emit(str(error))
            self.refresh()
            return None
        dialog = self._open(account)
        if validate:
            dialog.start_validating()
        return dialog

    def duplicate(self, account_id: str) -> ConnectionDialog | None:
        """Open the dialog for a new connection like a saved one; its password isn't copied."""
        shown = self._shown(account_id)
        if shown is None:
            return None
        return self._open(draft.copied(shown.account, [each.name for each in self._saved_accounts]))

    def delete(self, account_id: str) -> None:
        """Forget a connection and its password; asks when flows use it."""
        self.refresh()
        shown = self._shown(account_id)
        if shown is not None:
            self._deleting.begin(shown.account, shown.standing.flows)

    def selected(self) -> str | None:
        """The id of the connection that is selected."""
        shown = self.rows.at(self.view.currentIndex())
        return shown.account.id if shown else None

    def select(self, account_id: str) -> None:
        """Select a connection."""
        self.view.setCurrentIndex(self.rows.index_of(account_id))

    def _make_actions(self) -> None:
        def action(
            words: str, do: Callable[[], object], *keys: QKeySequence | QKeySequence.StandardKey | Qt.Key
        ) -> QAction:
            made = QAction(words, self.view)
            made.setShortcuts([QKeySequence(key) for key in keys])
            made.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            made.triggered.connect(do)
            self.view.addAction(made)
            return made

        on = self._on_selected
        self.edit_action = action(_("Edit…"), lambda: on(self.edit), Qt.Key.Key_Return, Qt.Key.Key_Enter)
        self.duplicate_action = action(_("Duplicate…"), lambda: on(self.duplicate), QKeySequence("Ctrl+D"))
        self.validate_action = action(_("Validate"), lambda: on(lambda found: self.edit(found, validate=True)))
        self.delete_action = action(_("Delete"), lambda: on(self.delete), QKeySequence.StandardKey.Delete)

    def _add_pressed(self) -> None:
        self.add()

    def _menu_actions(self) -> list[QAction]:
        if self.selected() is None:
            return []
        return [self.edit_action, self.duplicate_action, self.validate_action, self.delete_action]

    def _on_selected(self, do: Callable[[str], object]) -> None:
        selected = self.selected()
        if selected is not None:
            do(selected)

    def _show_menu(self, place: QPoint) -> None:
        index = self.view.indexAt(place)
        if not index.isValid():
            return
        self.view.setCurrentIndex(index)
        menu = QMenu(self.view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([self.edit_action, self.duplicate_action, self.validate_action])
        menu.addSeparator()
        menu.addAction(self.delete_action)
        menu.popup(self.view.viewport().mapToGlobal(place))

    def _edit_at(self, index: QModelIndex) -> None:
        shown = self.rows.at(index)
        if shown is not None:
            self.edit(shown.account.id)

    def _open(self, account: Account, wanted_id: str = "", parent: QWidget | None = None) -> ConnectionDialog:
        if self.dialog is not None:
            self.dialog.raise_()
            return self.dialog
        from mailflow_gui.qt.connections.dialog import ConnectionDialog  # large, and no part of the window's start

        shown = self._shown(account.id)
        flows = shown.standing.flows if shown else ()
        dialog = ConnectionDialog(
            self._accounts,
            self._secrets,
            self._home,
            account,
            used_by=flows,
            wanted_id=wanted_id,
            network=self.network,
            parent=parent or self.window(),
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.saved.connect(self._saved)
        dialog.changed.connect(self._changed)
        dialog.finished.connect(self._closed)
        self.dialog = dialog
        if shown is not None and shown.standing.state in TROUBLED:
            state = shown.standing.state
            dialog.say_trouble(shown.standing.trouble or shown.standing.word, sign_in=state == "needs-sign-in")
        dialog.open()
        return dialog

    def _closed(self) -> None:
        self.dialog = None
        if self.isVisible():
            self.view.setFocus()

    def _saved(self, account: object) -> None:
        assert isinstance(account, Account)
        self.refresh()
        self.select(account.id)
        self.said.emit(_("Saved the connection “{name}”.").format(name=account.name))

    def _changed(self) -> None:
        self.refresh()
        self.changed.emit()

    def _deleted(self, words: str) -> None:
        self._changed()
        self.said.emit(words)

    def _shown(self, account_id: str) -> Shown | None:
        return next((shown for shown in self._all if shown.account.id == account_id), None)

    def _show_testing(self) -> None:
        testing = self.testing
        self.head.show_testing(done=testing.done, total=testing.total, running=testing.running)
        self._show()

    def _tested(self) -> None:
        testing = self.testing
        bad = len(testing.found)
        good = len(testing.validated)
        self._changed()
        words = ngettext("{number} connection works", "{number} connections work", good).format(number=good)
        if bad:
            words += ngettext(", {number} doesn't", ", {number} don't", bad).format(number=bad)
        left = testing.total - good - bad
        if left:
            words += ngettext(", {number} wasn't tested", ", {number} weren't tested", left).format(number=left)
        self.head.show_testing(done=testing.done, total=testing.total, running=False)
        self.said.emit(_("{words}.").format(words=words))

    def _show(self) -> None:
        selected = self.selected()
        self._all = tuple(
            Shown(
                account,
                standing.merged(
                    account,
                    self._read.get(account.id),
                    self._live.get(account.id),
                    self._open_flows,
                    self.testing.found.get(account.id),
                ),
            )
            for account in self._saved_accounts
        )
        found = order.found(self._all, self.head.search.text())
        self.rows.show_rows(order.ordered(found, self.head.order))
        if selected is not None:
            self.select(selected)
        self.head.show_number(len(self._all))
        if not self._all:
            self._pages.setCurrentWidget(self._empty)
        elif not found:
            self._words.setText(_("No connection matches the search."))
            self._words.set_token("text-3")
            self._pages.setCurrentWidget(self._words)
        else:
            self._pages.setCurrentWidget(self.view)
