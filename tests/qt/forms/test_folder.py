"""Picking a folder from a real server."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem
from pytestqt.qtbot import QtBot

from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.secrets import variable
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.flow.model import Flow, Node, Stub
from mailflow_gui.mail.folders import Folder, on_the_wire
from mailflow_gui.qt.forms.folder import FolderEditor
from mailflow_gui.qt.forms.folder_dialog import FolderDialog, fill
from tests.qt.forms.conftest import Desk, Sit, click
from tests.servers.dovecot import Dovecot


def names(tree: QTreeWidget) -> list[str]:
    """The tree as indented lines."""
    lines: list[str] = []

    def walk(item: QTreeWidgetItem, depth: int) -> None:
        for place in range(item.childCount()):
            lines.append("  " * depth + item.child(place).text(0))
            walk(item.child(place), depth + 1)

    walk(tree.invisibleRootItem(), 0)
    return lines


def dialog_of(desk: Desk) -> FolderDialog:
    editor = desk.editor("folder")
    assert isinstance(editor, FolderEditor)
    click(editor.button)
    assert editor.dialog is not None
    return editor.dialog


def test_folders_stand_below_their_parents_and_foreign_names_are_readable(qtbot: QtBot) -> None:
    tree = QTreeWidget()
    qtbot.addWidget(tree)
    folders = [
        Folder("INBOX", (), "/"),
        Folder("仕事/請求", (), "/"),
        Folder("Old", ("\\Noselect",), "/"),
        Folder("Old/2025", (), "/"),
    ]
    fill(tree, folders, "仕事/請求")
    assert names(tree) == ["INBOX", "仕事", "  請求", "Old", "  2025"]
    assert tree.currentItem().text(0) == "請求"
    assert not tree.topLevelItem(1).flags() & Qt.ItemFlag.ItemIsSelectable  # type: ignore[union-attr]  # it is there


def test_a_folder_of_a_real_server_is_picked(
    sit: Sit, accounts: AccountStore, dovecot: Dovecot, user: str, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_account(accounts, dovecot, user, monkeypatch)
    dovecot.deliver(user, b"Subject: x\r\n\r\nx\r\n", on_the_wire("仕事").decode("ascii"))
    desk = sit("receive-email", flow=flow("real"))
    dialog = dialog_of(desk)
    tree = dialog.findChild(QTreeWidget)
    assert tree is not None
    qtbot.waitUntil(tree.isVisible, timeout=20000)
    assert {"INBOX", "仕事"} <= set(names(tree))
    item = tree.topLevelItem(names(tree).index("仕事"))
    assert item is not None
    QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=tree.visualItemRect(item).center() + QPoint(4, 0))
    click(dialog.choose_button)
    assert desk.settings == {"connection": "real", "folder": "仕事"}


def test_a_server_that_does_not_answer_is_told_in_a_sentence_and_asked_again(
    sit: Sit, accounts: AccountStore, qtbot: QtBot
) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))  # nobody listens yet: refused
        accounts.add(Account("real", "Real", "imap", "127.0.0.1", server.getsockname()[1], "none"))
        dialog = dialog_of(sit("receive-email", flow=flow("real")))
        qtbot.waitUntil(lambda: not dialog.progress.isVisible(), timeout=20000)
        assert "127.0.0.1" in dialog.said.text()
        assert not dialog.choose_button.isEnabled()
        server.listen()  # now it takes calls and says nothing, so that the question lasts
        click(dialog.again_button)
        assert dialog.progress.isVisible()
        with qtbot.waitSignal(dialog.finished, timeout=5000):
            dialog.reject()


def test_asking_a_silent_server_can_be_given_up(sit: Sit, accounts: AccountStore, silent: int, qtbot: QtBot) -> None:
    accounts.add(Account("real", "Real", "imap", "127.0.0.1", silent, "none"))
    desk = sit("receive-email", flow=flow("real"))
    dialog = dialog_of(desk)
    assert dialog.progress.isVisible()
    with qtbot.waitSignal(dialog.finished, timeout=5000):
        click(dialog.cancel_button)
    assert desk.said == []


def test_without_a_connection_it_says_what_to_choose_first(sit: Sit) -> None:
    dialog = dialog_of(sit("receive-email"))
    assert "connection" in dialog.said.text()
    assert not dialog.progress.isVisible()


def test_pop3_has_no_folders(sit: Sit, accounts: AccountStore) -> None:
    accounts.add(Account("real", "Old box", "pop3", "127.0.0.1", 110, "none"))
    dialog = dialog_of(sit("receive-email", flow=flow("real", "pop3")))
    assert "Old box" in dialog.said.text()


def flow(account: str, protocol: str = "imap") -> Flow:
    stub = Stub(account, "Real", protocol, "127.0.0.1")
    return Flow("Test", connections=(stub,), nodes=(Node("one", "receive-email", {"connection": account}),))


def add_account(accounts: AccountStore, dovecot: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable("real"), dovecot.password)
    accounts.add(Account("real", "Real", "imap", "127.0.0.1", dovecot.imap, "none", username=user))


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]
