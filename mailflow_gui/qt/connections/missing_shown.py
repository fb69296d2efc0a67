"""What the window shows of an opened flow's missing connections: one banner, and the place where they are set up."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from mailflow_gui.accounts.account import Account
from mailflow_gui.engine.binding import bind
from mailflow_gui.engine.compiled import used_stubs
from mailflow_gui.flow.model import Flow, Stub
from mailflow_gui.flow.node_type import AnyNodeType
from mailflow_gui.language import _, ngettext
from mailflow_gui.qt.connections import missing
from mailflow_gui.qt.connections.missing import Missing
from mailflow_gui.qt.connections.missing_dialog import MissingDialog, account_name
from mailflow_gui.qt.connections.tab import ConnectionsTab
from mailflow_gui.qt.controls import Banner, Button

_NAMED = 3


class MissingBanner(QWidget):
    """*2 connections are missing*, with the names and one button."""

    wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.banner = Banner("warn")
        self.button = self.banner.add_button(Button(_("Set up…"), "plug", compact=True))
        self.button.clicked.connect(self.wanted)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.banner)
        self.hide()

    def show_missing(self, found: Sequence[Missing]) -> None:
        """Say what is missing; nothing: hide."""
        names = ", ".join(each.name for each in found[:_NAMED]) + ("…" if len(found) > _NAMED else "")
        words = ngettext(
            "{number} connection is missing on this computer: {names}.",
            "{number} connections are missing on this computer: {names}.",
            len(found),
        )
        self.banner.say("warn", words.format(number=len(found), names=names), _("The flow can't run without."))
        self.setVisible(bool(found))


class MissingShown(QObject):
    """Between the open flow, the list of connections and a person."""

    edited = Signal(object, str)
    """The open flow should become this :class:`Flow`, as one step with this name."""

    def __init__(
        self,
        connections: ConnectionsTab,
        node_types: Sequence[AnyNodeType],
        flow: Callable[[], Flow | None],
        name: Callable[[], str],
        parent: QWidget,
    ) -> None:
        """:param flow: gives the open flow as it is now; None: there is none, or it may not be changed. :param name: gives its name."""
        super().__init__(parent)
        self._connections, self._node_types, self._flow, self._window = connections, node_types, flow, parent
        self._name = name
        self.banner = MissingBanner()
        self.banner.wanted.connect(self.set_up)
        self.found: tuple[Missing, ...] = ()
        self.dialog: MissingDialog | None = None
        self._means: dict[str, str] = {}

    def check(self) -> None:
        """Look what is missing now. Cheap."""
        flow = self._flow()
        accounts = self._connections.saved()
        self.found = () if flow is None else missing.find(flow, accounts, self._node_types)
        self.banner.show_missing(self.found)
        if self.dialog is not None:
            if flow is None:
                self.dialog.reject()
                return
            self.dialog.show_missing(self.found, lambda stub: self._meaning(flow, accounts, stub))

    def set_up(self) -> None:
        """Show the list of what is missing."""
        flow = self._flow()
        if flow is None or self.dialog is not None:
            return
        self._means = {}
        self.dialog = dialog = MissingDialog(self._name(), self._window)
        dialog.chosen.connect(self._bind)
        dialog.wanted.connect(self._create)
        dialog.finished.connect(self._closed)
        self.check()
        dialog.open()

    def _bind(self, stub_id: str, account_id: str) -> None:
        flow = self._flow()
        account = next((each for each in self._connections.saved() if each.id == account_id), None)
        if flow is None or account is None:
            return
        self._means[stub_id] = account_id
        after = missing.with_binding(flow, stub_id, account, self._node_types)
        if after != flow:
            self.edited.emit(after, _("Use connection {name}").format(name=account.name))
        self.check()

    def _create(self, stub: object) -> None:
        assert isinstance(stub, Stub)
        self.create(stub)

    def create(self, stub: Stub) -> None:
        """Open the dialog for a new connection as the flow describes it; once saved, it is what the flow means."""
        if self._connections.dialog is not None:
            self._connections.dialog.raise_()
            return
        dialog = self._connections.add_from(stub, self.dialog)
        dialog.saved.connect(lambda account: self._bind(stub.id, account.id))

    def stub_of(self, nodes: Sequence[str], protocols: Sequence[str]) -> Stub | None:
        """The missing connection that the one node of ``nodes`` names where it needs one with such a protocol, or None."""
        flow = self._flow()
        if flow is None or len(nodes) != 1:
            return None
        named = [value for node in flow.nodes if node.id == nodes[0] for value in node.settings.values()]
        return next(
            (each.stub for each in self.found if each.stub.id in named and each.stub.protocol in protocols), None
        )

    def _meaning(self, flow: Flow, accounts: Sequence[Account], stub_id: str) -> str:
        meant = self._means.get(stub_id)
        if meant is None and stub_id in used_stubs(flow, self._node_types):
            bound, _problems = bind(flow, accounts, self._node_types)
            meant = bound.get(stub_id)
        return account_name(accounts, meant or "")

    def _closed(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None
