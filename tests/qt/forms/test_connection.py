"""Choosing a connection in the form."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.engine.binding import bind
from mailflow_gui.flow.model import Flow, Node, Stub
from mailflow_gui.nodes import NODE_TYPES
from mailflow_gui.qt.forms.stubs import candidates, with_account
from tests.qt.forms.conftest import Desk, Sit
from tests.qt.forms.test_form import pick


def box(desk: Desk, key: str = "connection") -> QComboBox:
    found = desk.control(key)
    assert isinstance(found, QComboBox)
    return found


def listed(desk: Desk, key: str = "connection") -> list[str]:
    return [text for place in range(box(desk, key).count()) if (text := box(desk, key).itemText(place))]


def test_only_connections_of_fitting_protocols_are_listed(sit: Sit) -> None:
    assert listed(sit("receive-email")) == ["受信箱", "Support", "New connection…"]
    assert listed(sit("send-email")) == ["Outgoing", "New connection…"]
    assert listed(sit("send-email"), "save_to_sent") == ["None", "受信箱", "Support", "New connection…"]


def test_choosing_an_account_names_it_in_the_flow_first(sit: Sit, accounts: AccountStore) -> None:
    desk = sit("receive-email")
    pick(box(desk), "Support")
    assert desk.settings == {"connection": "support"}
    assert desk.flow.connections == (Stub("support", "Support", "imap", "imap.example.org", 1993, "tls"),)
    bound, problems = bind(desk.flow, accounts.all(), NODE_TYPES)
    assert (bound, problems) == ({"support": "support"}, [])


def test_looking_through_the_list_leaves_no_connection_behind(sit: Sit) -> None:
    desk = sit("receive-email")
    pick(box(desk), "Support")  # by way of the first one
    assert [tuple(stub.id for stub in stubs) for stubs in desk.stubs] == [("inbox",), ("support",)]


def test_choosing_what_the_flow_names_already_changes_only_the_setting(sit: Sit) -> None:
    stub = Stub("inbox", "Mail of the shop", "imap", "IMAP.example.com", extra={"colour": "red"})
    flow = Flow("Test", connections=(stub,), nodes=(Node("one", "receive-email"),))
    desk = sit("receive-email", flow=flow)
    pick(box(desk), "受信箱")
    assert desk.settings == {"connection": "inbox"}
    assert desk.flow.connections == (stub,)


def test_what_the_flow_names_and_nobody_set_up_can_be_seen_and_kept(sit: Sit) -> None:
    stub = Stub("far", "Far away", "imap", "imap.far.example")
    flow = Flow("Test", connections=(stub,), nodes=(Node("one", "receive-email", {"connection": "far"}),))
    desk = sit("receive-email", flow=flow)
    assert box(desk).currentText() == "Far away"
    assert "Not set up" in box(desk).toolTip().replace("\xa0", " ")
    assert desk.said == []


def test_an_account_with_another_server_than_the_flow_names_can_take_its_place(accounts: AccountStore) -> None:
    stub = Stub("inbox", "Inbox", "imap", "old.example.com", extra={"colour": "red"})
    found = candidates(accounts.all(), (stub,), ("imap",), {})
    assert [(one.id, one.state) for one in found] == [
        ("support", "never-validated"),
        ("inbox", "missing"),
        ("inbox", "differs"),
    ]
    changed = with_account((stub,), accounts.get("inbox"))
    assert changed == (Stub("inbox", "Inbox", "imap", "imap.example.com", None, "tls", extra={"colour": "red"}),)


def test_an_id_that_the_flow_does_not_name_is_shown_as_it_is(sit: Sit) -> None:
    desk = sit("receive-email", {"connection": "ghost"})
    assert box(desk).currentText() == "ghost"


def test_an_optional_connection_can_be_none_again(sit: Sit) -> None:
    desk = sit("send-email", {"save_to_sent": "inbox", "subject": "Hi"})
    pick(box(desk, "save_to_sent"), "None")
    assert desk.settings == {"save_to_sent": None, "subject": "Hi"}


def test_a_new_connection_is_asked_for_and_chosen_when_it_is_there(
    sit: Sit, accounts: AccountStore, qtbot: QtBot
) -> None:
    desk = sit("receive-email", {"folder": "A"})
    with qtbot.waitSignal(desk.form.connection_wanted) as wanted:
        box(desk).setFocus()
        QTest.keyClick(box(desk), Qt.Key.Key_End)
    assert wanted.args == ["imap,pop3"]
    assert desk.settings == {"folder": "A"}
    accounts.add(Account("new", "New", "pop3", "pop.example.com", 995))
    desk.form.choose_connection("new")
    assert desk.settings == {"connection": "new", "folder": "A"}
    assert box(desk).currentText() == "New"


def test_states_come_from_whoever_knows_them(accounts: AccountStore) -> None:
    accounts.replace(replace(accounts.get("support"), description="x"))
    found = candidates(accounts.all(), (), ("imap",), {"support": "needs-sign-in"})
    assert [(one.id, one.state) for one in found] == [("inbox", "ok"), ("support", "needs-sign-in")]


def test_a_renamed_connection_shows_its_new_name(sit: Sit, accounts: AccountStore) -> None:
    desk = sit("receive-email")
    pick(box(desk), "Support")
    accounts.replace(replace(accounts.get("support"), name="Help desk"))
    desk.form.refresh()
    assert box(desk).currentText() == "Help desk"
