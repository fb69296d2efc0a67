"""What tests of forms share: a form in the dock's size, the flows that come along, and hands that type and click."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from mailflow_gui import nodes, paths
from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.flow.check import check
from mailflow_gui.flow.model import Flow, Node, Stub
from mailflow_gui.qt.forms import SettingsForm
from mailflow_gui.qt.forms.editor import Editor

EXAMPLES = sorted((paths.resources() / "examples").glob("*.mailflow"))


@dataclass
class Desk:
    """A form, and the flow behind it: what the form says is done to the flow, and the form is shown the flow again."""

    form: SettingsForm
    flow: Flow
    node_id: str
    said: list[dict[str, Any]] = field(default_factory=list)
    stubs: list[tuple[Stub, ...]] = field(default_factory=list)

    @property
    def node(self) -> Node:
        return self.flow.node(self.node_id)

    @property
    def settings(self) -> dict[str, Any]:
        return dict(self.node.settings)

    def show(self) -> None:
        kind = next((kind for kind in nodes.NODE_TYPES if kind.id == self.node.type), None)
        self.form.show_node(self.node, kind, self.flow, check(self.flow, nodes.NODE_TYPES))
        QApplication.processEvents()  # what is new in a layout shows itself a little later

    def put(self, node_id: str, settings: object) -> None:
        assert isinstance(settings, dict)
        self.said.append(settings)
        changed = tuple(replace(one, settings=settings) if one.id == node_id else one for one in self.flow.nodes)
        self.flow = replace(self.flow, nodes=changed)
        self.show()

    def put_stubs(self, stubs: object) -> None:
        assert isinstance(stubs, tuple)
        self.stubs.append(stubs)
        self.flow = replace(self.flow, connections=stubs)
        self.show()

    def put_name(self, node_id: str, name: str) -> None:
        changed = tuple(replace(one, name=name or None) if one.id == node_id else one for one in self.flow.nodes)
        self.flow = replace(self.flow, nodes=changed)
        self.show()

    def editor(self, *keys: str) -> Editor:
        """The editor of a setting."""
        assert self.form.body is not None
        editor: Editor = self.form.body
        for key in keys:
            editor = editor.rows[key].editor  # type: ignore[attr-defined]  # only groups have rows
        return editor

    def control(self, *keys: str) -> QWidget:
        return self.editor(*keys).control()


Sit = Callable[..., Desk]


@pytest.fixture
def accounts(home: paths.Home) -> AccountStore:
    store = AccountStore(home.accounts_file)
    store.add(Account("inbox", "受信箱", "imap", "imap.example.com", 993, validated="2026-01-01T00:00:00+00:00"))
    store.add(Account("support", "Support", "imap", "imap.example.org", 1993, "tls"))
    store.add(Account("outgoing", "Outgoing", "smtp", "smtp.example.com", 465))
    return store


@pytest.fixture
def sit(qtbot: QtBot, accounts: AccountStore) -> Sit:
    """Open a form, as wide as its dock, on one node."""

    def opened(
        type_id: str, settings: dict[str, Any] | None = None, flow: Flow | None = None, node_id: str = "one"
    ) -> Desk:
        form = SettingsForm(accounts)
        form.resize(272, 796)
        qtbot.addWidget(form)
        flow = flow or Flow("Test", properties={"prefix": "[x] "}, nodes=(Node(node_id, type_id, settings or {}),))
        desk = Desk(form, flow, node_id)
        form.settings_changed.connect(desk.put)
        form.stubs_changed.connect(desk.put_stubs)
        form.name_changed.connect(desk.put_name)
        with qtbot.waitExposed(form):
            form.show()
        desk.show()
        return desk

    return opened


def click(widget: QWidget, at: QPoint | None = None) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at or QPoint())
    QApplication.processEvents()


def write(widget: QWidget, text: str) -> None:
    """Replace what stands in a box by ``text``, key by key."""
    widget.setFocus()
    QTest.keyClick(widget, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(widget, Qt.Key.Key_Delete)
    for sign in text:
        if sign == "\n":
            QTest.keyClick(widget, Qt.Key.Key_Return)
        else:
            QTest.keyClicks(widget, sign)
