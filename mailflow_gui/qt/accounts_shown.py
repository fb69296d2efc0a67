"""Accounts while a flow is open: what the runner says of them, for the list of connections and the form's picker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast, get_args

from PySide6.QtCore import QObject, Signal

from mailflow_gui.flow.model import Flow
from mailflow_gui.qt.connections import ConnectionsTab
from mailflow_gui.qt.connections.standing import WORST_FIRST, Live, State


class AccountsShown(QObject):
    """Hands on to the list of connections what changes, and only that."""

    changed = Signal()
    """Other words in the list of connections."""

    def __init__(self, connections: ConnectionsTab, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._connections = connections
        self._live: Mapping[str, Live] = {}
        self._open: Mapping[str, frozenset[str]] = {}

    def take_status(self, status: dict[str, Any]) -> None:
        """What the runner says a few times a second; no flows: nothing runs any more."""
        found: dict[str, Live] = {}
        for flow in status.get("flows", ()):
            for account, told in flow.get("accounts", {}).items():
                live = _live(told)
                if live is not None and (account not in found or _rank(live) < _rank(found[account])):
                    found[account] = live
        self._show(found)

    def take_end(self, *_how: object) -> None:
        """The runner is gone: what the journal says counts again."""
        self._show({})

    def show_flow(self, flow: Flow | None) -> None:
        """The flow that is open now."""
        opened = {flow.name: frozenset(stub.id for stub in flow.connections)} if flow is not None else {}
        if opened != self._open:
            self._open = opened
            self._connections.set_open_flows(opened)

    def _show(self, live: Mapping[str, Live]) -> None:
        if live != self._live:
            self._live = live
            self._connections.refresh()  # what a runner has found out stands in the journal, too
            self._connections.set_states(live)
            self.changed.emit()


def _live(told: Mapping[str, Any]) -> Live | None:
    state = told.get("state")
    return Live(cast(State, state), str(told.get("error", ""))) if state in get_args(State) else None


def _rank(live: Live) -> int:
    """Two flows may tell of one account: the worse word is shown."""
    return WORST_FIRST.index(live.state)
