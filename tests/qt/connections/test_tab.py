"""The list of connections, with real clicks and keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QMessageBox

from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.secrets import Secret, SecretStore
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.journal import account_states, flows
from mailflow_gui.journal.journal import opened
from mailflow_gui.qt.connections import ConnectionsTab, Live
from mailflow_gui.qt.connections.rows import RowPainter
from mailflow_gui.qt.theme import theme
from tests.qt.connections.conftest import Hand
from tests.servers.dovecot import PASSWORD, Dovecot

SUPPORT = Account(
    id="support", name="Support inbox", protocol="imap", host="imap.acme.example", port=993, username="me"
)
OUT = Account(
    id="out", name="Outgoing", protocol="smtp", host="smtp.acme.example", port=465,
    validated="2026-01-01T00:00:00.000+00:00",
)  # fmt: skip


@pytest.fixture
def tab(hand: Hand) -> Callable[[], ConnectionsTab]:
    """Makes the tab, shown, as wide as its dock."""

    def made() -> ConnectionsTab:
        tab = ConnectionsTab(hand.store, hand.secrets, hand.home)
        hand.qtbot.addWidget(tab)
        tab.resize(216, 400)
        with hand.qtbot.waitExposed(tab):
            tab.show()
        return tab

    return made


def lines(tab: ConnectionsTab) -> list[tuple[str, str]]:
    """Name and second line of every row."""
    return [(shown.account.name, shown.line) for shown in tab.rows.all()]


def point(tab: ConnectionsTab, account_id: str) -> QPoint:
    """The middle of a row."""
    return tab.view.visualRect(tab.rows.index_of(account_id)).center()


def use(hand: Hand, account: str, *names: str) -> None:
    """Have flows that use an account run here once."""
    with opened(hand.home) as journal:
        for name in names:
            journal.write(
                lambda transaction, name=name: flows.keep(  # type: ignore[misc]  # a default binds the loop's value
                    transaction, name, name=name, path=f"{name}.mailflow", content=name, accounts=[account]
                )
            ).result()


def box() -> QMessageBox:
    """The question that is being asked."""
    asked = [
        widget for widget in QApplication.topLevelWidgets() if isinstance(widget, QMessageBox) and widget.isVisible()
    ]
    assert len(asked) == 1
    return asked[0]


def test_empty_list_says_what_a_connection_is(hand: Hand, tab: Callable[[], ConnectionsTab]) -> None:
    shown = tab()
    words = [label.text() for label in shown.findChildren(QLabel) if label.isVisible()]
    assert words == ["No connections yet", "A connection is a mail server that flows receive from or send with."]
    hand.click(shown.new_button)
    assert shown.dialog is not None
    assert shown.dialog.windowTitle() == "New connection"
    shown.dialog.reject()


def test_rows_show_where_what_and_trouble(hand: Hand, tab: Callable[[], ConnectionsTab]) -> None:
    for account in (SUPPORT, OUT, replace(SUPPORT, id="b", name="Broken"), replace(SUPPORT, id="c", name="Spare")):
        hand.store.add(account)
    use(hand, "support", "Support desk")
    use(hand, "out", "Answers", "Invoices")
    use(hand, "b", "Old")
    with opened(hand.home) as journal:
        arguments: dict[str, str | int | float] = {"host": "imap.acme.example"}
        journal.write(
            lambda transaction: account_states.put(transaction, "b", "broken", "certificate-untrusted", arguments)
        ).result()
    shown = tab()
    assert lines(shown) == [
        ("Support inbox", "imap.acme.example"),
        ("Outgoing", "smtp.acme.example"),
        ("Broken", "The certificate of imap.acme.example is not trusted."),
        ("Spare", "Not used by a flow"),
    ]
    assert [row.standing.state for row in shown.rows.all()] == ["never-validated", "ok", "broken", "never-validated"]
    assert shown.troubled == 1
    said = shown.rows.index_of("out").data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == "Outgoing, SMTP, Validated, smtp.acme.example, Used by 2 flows"
    shown.set_states({"support": Live("retrying", "Reconnecting in 8 s"), "b": Live("ok")})
    assert lines(shown)[0] == ("Support inbox", "Reconnecting in 8 s")
    assert lines(shown)[2] == ("Broken", "imap.acme.example")
    shown.set_open_flows({"Draft": ["c"]})
    assert lines(shown)[3] == ("Spare", "imap.acme.example")


def test_dot_and_text_are_painted_in_the_colours_of_the_state(hand: Hand, tab: Callable[[], ConnectionsTab]) -> None:
    hand.store.add(OUT)
    shown = tab()
    assert isinstance(shown.view.itemDelegate(), RowPainter)
    colours = {"ok": "ok-dot", "needs-sign-in": "danger-dot", "retrying": "warn-dot", "waiting": "warn-dot"}
    for state, token in colours.items():
        shown.set_states({"out": Live(state)})  # type: ignore[arg-type]  # a state by its name
        picture = shown.view.grab().toImage()
        middle = shown.view.visualRect(shown.rows.index_of("out")).top() + 16
        assert picture.pixelColor(16, middle).name() == theme.color(token).name(), state


@pytest.mark.parametrize("how", ["double click", "enter"])
def test_connection_is_edited(hand: Hand, tab: Callable[[], ConnectionsTab], how: str) -> None:
    hand.store.add(replace(OUT, validated=None))
    shown = tab()
    where = point(shown, "out")
    QTest.mouseClick(shown.view.viewport(), Qt.MouseButton.LeftButton, pos=where)
    if how == "enter":
        QTest.keyClick(shown.view, Qt.Key.Key_Return)
    else:
        QTest.mouseDClick(shown.view.viewport(), Qt.MouseButton.LeftButton, pos=where)
    dialog = shown.dialog
    assert dialog is not None
    assert dialog.form.host.text() == "smtp.acme.example"
    hand.type(dialog.form.name, "Relay")
    with hand.qtbot.waitSignals([shown.changed, dialog.saved], timeout=10_000):
        hand.click(dialog.save_button)
    assert lines(shown)[0][0] == "Relay"
    assert shown.selected() == "out"
    assert hand.store.get("out").name == "Relay"


def test_duplicate_is_a_new_connection_without_the_password(hand: Hand, tab: Callable[[], ConnectionsTab]) -> None:
    hand.store.add(OUT)
    hand.store.add(replace(OUT, id="copy", name="Outgoing (copy)"))
    shown = tab()
    dialog = shown.duplicate("out")
    assert dialog is not None
    assert dialog.form.name.text() == "Outgoing (copy 2)"
    assert dialog.form.password.text() == ""
    with hand.qtbot.waitSignal(dialog.saved, timeout=10_000):
        hand.click(dialog.save_button)
    saved = hand.store.all()
    assert [account.id for account in saved] == ["out", "copy", "outgoing-copy-2"]
    assert (saved[-1].host, saved[-1].validated) == (OUT.host, None)


@pytest.mark.usefixtures("keyring")
def test_unused_connection_goes_at_once_with_its_password(hand: Hand, tab: Callable[[], ConnectionsTab]) -> None:
    hand.store.add(SUPPORT)
    hand.secrets.set("support", Secret("canary"))
    shown = tab()
    shown.select("support")
    shown.view.setFocus()
    with hand.qtbot.waitSignal(shown.changed, timeout=20_000):
        QTest.keyClick(shown.view, Qt.Key.Key_Delete)
    assert hand.store.all() == ()
    assert hand.secrets.get(SUPPORT) is None
    assert shown.rows.rowCount() == 0


@pytest.mark.usefixtures("keyring")
def test_connection_whose_password_stays_is_deleted_only_when_told_so(
    hand: Hand, tab: Callable[[], ConnectionsTab]
) -> None:
    hand.store.add(SUPPORT)
    hand.secrets = SecretStore(keyring_timeout=0.0)  # a keyring that is asked to answer at once never does
    shown = tab()
    shown.delete("support")
    hand.qtbot.waitUntil(lambda: any(isinstance(each, QMessageBox) for each in QApplication.topLevelWidgets()))
    assert box().text() == "The password of “Support inbox” could not be deleted."
    assert "gave no answer" in box().informativeText()
    assert hand.store.all() == (SUPPORT,)
    (delete,) = [button for button in box().buttons() if button.text() == "Delete"]
    with hand.qtbot.waitSignal(shown.changed, timeout=20_000):
        hand.click(delete)
    assert hand.store.all() == ()


def test_deleting_a_used_connection_names_its_flows_and_can_be_refused(
    hand: Hand, tab: Callable[[], ConnectionsTab]
) -> None:
    hand.store.add(SUPPORT)
    use(hand, "support", "<b>Support</b> desk", "Invoices")
    shown = tab()
    shown.delete("support")
    asked = box()
    assert asked.text() == "2 flows use “Support inbox”:"
    assert asked.informativeText().startswith("<b>Support</b> desk\nInvoices\n")
    formats = {label.textFormat() for label in asked.findChildren(QLabel) if label.text()}
    assert formats == {Qt.TextFormat.PlainText}  # a flow's name, as a stranger may have given it, is never markup
    QTest.keyClick(asked, Qt.Key.Key_Escape)
    hand.qtbot.waitUntil(lambda: not asked.isVisible())
    assert hand.store.all() == (SUPPORT,)
    shown.delete("support")
    (delete,) = [button for button in box().buttons() if button.text() == "Delete"]
    with hand.qtbot.waitSignal(shown.changed, timeout=20_000):
        hand.click(delete)
    assert hand.store.all() == ()


def test_context_menu_offers_what_can_be_done(hand: Hand, tab: Callable[[], ConnectionsTab]) -> None:
    hand.store.add(SUPPORT)
    shown = tab()
    shown.view.customContextMenuRequested.emit(point(shown, "support"))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    offered = [action.text() for action in menu.actions() if not action.isSeparator()]
    menu.close()
    assert offered == ["Edit…", "Duplicate…", "Validate", "Delete"]
    QTimer.singleShot(0, shown, lambda: None)


def test_validate_in_the_menu_tries_what_is_saved(
    hand: Hand, tab: Callable[[], ConnectionsTab], dovecot: Dovecot, inbox: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILFLOW_PASSWORD_INBOX", PASSWORD)
    hand.store.add(inbox)
    shown = tab()
    assert shown.rows.all()[0].standing.state == "never-validated"
    shown.select("inbox")
    with hand.qtbot.waitSignal(shown.changed, timeout=20_000):
        shown.validate_action.trigger()
    dialog = shown.dialog
    assert dialog is not None
    assert dialog.panel.title == "Connected"
    assert dialog.form.password.placeholderText() == "From the environment variable MAILFLOW_PASSWORD_INBOX"
    assert dovecot.logins(inbox.username) == 1
    assert shown.rows.all()[0].standing.state == "ok"
    dialog.reject()


def test_file_that_cannot_be_read_is_said(hand: Hand, tab: Callable[[], ConnectionsTab]) -> None:
    hand.store.add(SUPPORT)
    hand.store.path.write_text("{", encoding="utf-8")
    shown = tab()
    (words,) = [label.text() for label in shown.findChildren(QLabel) if label.isVisible()]
    assert "can't be understood" in words
    hand.store.path.unlink()
    hand.store.add(OUT)
    shown.refresh()
    assert lines(shown) == [("Outgoing", "Not used by a flow")]


def test_connections_that_others_save_appear_by_themselves(hand: Hand, tab: Callable[[], ConnectionsTab]) -> None:
    hand.store.add(SUPPORT)
    shown = tab()
    elsewhere = AccountStore(hand.home.accounts_file)
    with hand.qtbot.waitSignal(shown.changed, timeout=20_000):
        elsewhere.add(OUT)
    assert [name for name, _line in lines(shown)] == ["Support inbox", "Outgoing"]
    with hand.qtbot.waitSignal(shown.changed, timeout=20_000):
        elsewhere.remove(SUPPORT.id)
    assert [name for name, _line in lines(shown)] == ["Outgoing"]
