"""What an opened flow misses on this computer, found and set up in the real window."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from mailflow_gui import nodes
from mailflow_gui.accounts.account import Account
from mailflow_gui.flow import file as flow_file
from mailflow_gui.paths import Home
from mailflow_gui.qt.connections import missing
from mailflow_gui.qt.connections.draft import NEW_ID, of_stub
from mailflow_gui.qt.main_window import MainWindow
from tests.qt.connections.conftest import Hand

RELAY = Account(id="relay", name="Relay", protocol="smtp", host="smtp.here.example", port=465)
FLOW = {
    "mailflow": 1,
    "name": "Forward enquiries",
    "connections": [
        {"id": "inbox", "name": "Inbox", "protocol": "imap", "host": "imap.far.example", "port": 1143, "security": "starttls"},
        {"id": "outgoing", "name": "Outgoing", "protocol": "smtp", "host": "smtp.far.example"},
    ],
    "nodes": [
        {"id": "receive", "type": "receive-email", "settings": {"connection": "inbox"}},
        {"id": "send", "type": "send-email", "settings": {"connection": "outgoing", "from": "bot@example.com", "to": "a@example.com"}},
    ],
    "edges": [{"from": ["receive", "message"], "to": ["send", "email"]}],
}  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A flow of somebody else's."""
    path = tmp_path / "theirs.mailflow"
    path.write_text(json.dumps(FLOW), encoding="utf-8")
    return path


@pytest.fixture
def window(qtbot: QtBot, home: Home, hand: Hand) -> Iterator[MainWindow]:
    """A real window, on a home with one connection."""
    hand.store.add(RELAY)
    window = MainWindow(home)
    window.resize(1440, 900)
    with qtbot.waitExposed(window):
        window.show()
    yield window
    window.document.close()
    window.close()
    window.deleteLater()


def test_missing_connections_are_listed_at_opening_and_set_up_in_one_place(
    hand: Hand, window: MainWindow, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILFLOW_PASSWORD_INBOX", "canary")
    window.files.open(path)
    shown = window.missing
    assert not shown.banner.isVisible()  # first of all somebody reads what the flow does
    hand.click(window.trust_banner.button)
    assert shown.banner.isVisible()
    assert shown.banner.banner.text == "2 connections are missing on this computer: Inbox, Outgoing."

    hand.click(shown.banner.button)
    dialog = shown.dialog
    assert dialog is not None
    inbox, outgoing = dialog.rows["inbox"], dialog.rows["outgoing"]
    assert not inbox.box.isEnabled()  # nothing here speaks IMAP
    outgoing.box.setFocus()
    QTest.keyClick(outgoing.box, Qt.Key.Key_Down)
    assert outgoing.words == "Uses “Relay”."
    assert window.canvas.to_flow().node("send").settings["connection"] == "relay"
    assert [stub.id for stub in window.canvas.to_flow().connections] == ["inbox", "relay"]

    hand.click(inbox.new_button)
    editing = window.connections.dialog
    assert editing is not None
    form = editing.form
    assert (form.name.text(), form.host.text(), form.port.value()) == ("Inbox", "imap.far.example", 1143)
    assert (form.protocol.index, form.security.index) == (0, 1)
    hand.qtbot.waitUntil(form.username.hasFocus)
    QTest.keyClicks(form.username, "me")
    with hand.qtbot.waitSignal(editing.saved, timeout=10_000):
        hand.click(editing.save_button)
    assert hand.store.get("inbox").host == "imap.far.example"
    assert inbox.words == "Uses “Inbox”."
    assert shown.found == ()
    hand.click(dialog.close_button)
    assert not shown.banner.isVisible()
    hand.qtbot.waitUntil(
        lambda: not any(problem.code.startswith(("binding", "connection-not")) for problem in window.problems)
    )

    window.commands["undo"].trigger()
    assert window.canvas.to_flow().node("send").settings["connection"] == "outgoing"
    hand.qtbot.waitUntil(shown.banner.isVisible)
    assert shown.banner.banner.text == "1 connection is missing on this computer: Outgoing."


def test_connection_set_up_under_another_server_makes_the_flow_mean_it(
    hand: Hand, window: MainWindow, path: Path
) -> None:
    window.files.open(path)
    hand.click(window.trust_banner.button)
    hand.click(window.missing.banner.button)
    assert window.missing.dialog is not None
    hand.click(window.missing.dialog.rows["inbox"].new_button)
    editing = window.connections.dialog
    assert editing is not None
    hand.type(editing.form.name, "Mine")
    hand.type(editing.form.host, "imap.here.example")
    with hand.qtbot.waitSignal(editing.saved, timeout=10_000):
        hand.click(editing.save_button)
    assert hand.store.get("inbox").name == "Mine"
    flow = window.canvas.to_flow()
    assert [(stub.id, stub.host) for stub in flow.connections if stub.id == "inbox"] == [("inbox", "imap.here.example")]
    assert window.missing.dialog.rows["inbox"].words == "Uses “Mine”."
    hand.click(window.missing.dialog.close_button)


def test_new_connection_of_a_node_begins_with_what_its_flow_says_of_it(
    hand: Hand, window: MainWindow, path: Path
) -> None:
    window.files.open(path)
    hand.click(window.trust_banner.button)
    window.canvas.focus_node("send")
    hand.qtbot.waitUntil(lambda: list(window.canvas.selected()) == ["send"])
    window.form.connection_wanted.emit("smtp")
    dialog = window.connections.dialog
    assert dialog is not None
    assert (dialog.form.name.text(), dialog.form.host.text()) == ("Outgoing", "smtp.far.example")
    with hand.qtbot.waitSignal(dialog.saved, timeout=10_000):
        hand.click(dialog.save_button)
    assert [each.name for each in window.missing.found] == ["Inbox"]
    assert hand.store.get("outgoing").host == "smtp.far.example"


def test_account_of_the_same_id_with_another_server_is_missing_and_can_be_taken(path: Path) -> None:
    flow, kinds = flow_file.read(path), nodes.load()
    other = Account(id="inbox", name="My inbox", protocol="imap", host="imap.other.example", port=993)
    found = missing.find(flow, [other, RELAY], kinds)
    assert [(each.name, each.users) for each in found] == [("Inbox", ("Receive Email",)), ("Outgoing", ("Send Email",))]
    after = missing.with_binding(flow, "inbox", other, kinds)
    assert [each.name for each in missing.find(after, [other, RELAY], kinds)] == ["Outgoing"]
    assert after.nodes == flow.nodes


def test_what_a_stub_leaves_open_is_as_usual(path: Path) -> None:
    inbox, outgoing = flow_file.read(path).connections
    assert (of_stub(inbox).port, of_stub(inbox).security) == (1143, "starttls")
    assert of_stub(outgoing) == Account(
        id=NEW_ID, name="Outgoing", protocol="smtp", host="smtp.far.example", port=465, security="tls"
    )
