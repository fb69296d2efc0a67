from __future__ import annotations

import email.policy
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox
from pytestqt.qtbot import QtBot

from mailflow_gui import app
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.cli import demo
from mailflow_gui.flow import file as flow_file
from mailflow_gui.journal import items, requests
from mailflow_gui.journal.journal import Journal
from mailflow_gui.paths import Home, resources
from mailflow_gui.qt.inspector import Inspector
from mailflow_gui.qt.inspector.detail import ATTEMPTS, PREVIEW, RAW, SENT, DetailPane
from mailflow_gui.qt.inspector.outcome import CardList
from mailflow_gui.sandbox import Sandbox
from mailflow_gui.sandbox.accounts import connected
from tests.qt.inspector import filled
from tests.qt.inspector.hands import click
from tests.servers.recording_smtp import RecordingSmtp

Open = Callable[[], Inspector]


def select(qtbot: QtBot, inspector: Inspector, item: int) -> DetailPane:
    qtbot.waitUntil(lambda: inspector.model.row_of(item) is not None)
    inspector.select_message(item)
    qtbot.waitUntil(lambda: inspector.detail.content_of == item)
    return inspector.detail


def state_of(journal: Journal, item: int) -> str:
    row = items.get(journal.read(), item)
    assert row is not None
    return row.state


def fields_of(detail: DetailPane) -> dict[str, str]:
    return {line.name: line.shown for line in detail.fields.lines}


def words_of(cards: CardList) -> str:
    return "\n".join(label.text().replace("\u200b", "") for label in cards.findChildren(QLabel))


def mail_with_files() -> bytes:
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = "A <a@example.org>", "b@example.org", "files"
    mail.set_content("two files")
    mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="../../evil.pdf")
    mail.add_attachment(b"more", maintype="application", subtype="pdf", filename="evil.pdf")
    return mail.as_bytes()


def test_what_a_real_run_did_is_shown(inspect: Open, home: Home, qtbot: QtBot) -> None:
    """The demo flow on real servers; one recipient of one mail is refused."""
    path = resources() / "examples" / demo.DEMO_FLOW
    with Sandbox(home.sandbox) as sandbox, connected(home, sandbox), RecordingSmtp() as smtp:
        accounts = AccountStore(home.accounts_file)
        accounts.replace(replace(accounts.get("sandbox-outgoing"), port=smtp.port, username=""))
        smtp.answer("RCPT", "550 5.1.1 No such <b>user</b>", times=1)
        inspector = inspect()
        with app.running(home, "test") as here:
            running = here.engine.start(flow_file.read(path), path, mode="until-idle")
            assert here.engine.wait(running, 60)
            here.engine.end(running)
    qtbot.waitUntil(lambda: inspector.model.rowCount() == 12)
    qtbot.waitUntil(lambda: inspector.bar.segments.button(1).text() == "Failed 1")
    inspector.show_state("failed")
    qtbot.waitUntil(lambda: inspector.model.rowCount() == 1)
    detail = select(qtbot, inspector, inspector.model.id_at(0))
    qtbot.waitUntil(lambda: detail.tabs.tabButton(ATTEMPTS, detail.tabs.ButtonPosition.RightSide) is not None)
    assert "550 5.1.1 No such <b>user</b>" in words_of(detail.attempts)
    assert "Check the address." in words_of(detail.attempts)
    assert fields_of(detail)["subject"]
    assert detail.retry.isVisible()
    assert detail.tabs.tabText(SENT) == "Mail"  # it was refused: nothing was sent
    inspector.show_state("")
    qtbot.waitUntil(lambda: inspector.model.rowCount() == 12)
    sent = next(item for item in range(1, 13) if item != detail.item)
    detail = select(qtbot, inspector, sent)
    qtbot.waitUntil(lambda: "team@example.org" in words_of(detail.sent))
    assert "250" in words_of(detail.sent)
    assert detail.tabs.tabText(SENT) == "Sent"


def test_fields_headers_and_raw_show_the_mail(inspect: Open, journal: Journal, qtbot: QtBot) -> None:
    item = journal.write(lambda transaction: filled.receive(transaction, 7)).result()
    detail = select(qtbot, inspect(), item)
    fields = fields_of(detail)
    assert fields["subject"] == "Hello"
    assert fields["from.name"] == "山田 花子"
    assert fields["from.address"] == "hanako@example.jp"
    assert fields["date"] == "2025-03-14 09:41:07 +09:00"
    assert fields["text"] == "Hello"
    assert fields["folder"] == "INBOX"
    assert next(iter(fields)) == "subject"
    assert ("Message-ID", "<7@example.jp>") in [(line.name, line.shown) for line in detail.headers.lines]
    detail.tabs.setCurrentIndex(RAW)
    assert detail.raw.toPlainText().startswith("From: =?utf-8?B?")
    assert detail.raw.isReadOnly()


def test_a_value_is_copied_whole(inspect: Open, journal: Journal, qtbot: QtBot) -> None:
    raw = filled.MAIL % (b"Hello", 7) + b"second line\r\n"
    item = journal.write(lambda transaction: filled.receive(transaction, 7, raw=raw)).result()
    detail = select(qtbot, inspect(), item)
    row = list(fields_of(detail)).index("text")
    detail.fields.setCurrentIndex(detail.fields.model().index(row, 0))
    detail.fields.actions()[0].trigger()
    assert QGuiApplication.clipboard().text() == "Hello\nsecond line\n"


def test_every_try_is_shown_with_the_server_s_own_words(inspect: Open, journal: Journal, qtbot: QtBot) -> None:
    made = filled.one_of_each(journal)
    detail = select(qtbot, inspect(), made["failed"])
    qtbot.waitUntil(lambda: "recipient-refused" in words_of(detail.attempts))
    words = words_of(detail.attempts)
    assert "550 5.1.1 <b>No such user</b> here" in words
    assert "Check the address. The other recipients are not affected." in words
    assert "Send Email" in words
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in detail.attempts.findChildren(QLabel))


@pytest.mark.parametrize(
    ("state", "buttons", "discard"),
    [
        ("running", [], False),
        ("sent", [], False),
        ("skipped", [], False),
        ("failed", ["retry"], True),
        ("retrying", ["retry"], True),
        ("uncertain", ["arrived", "resend"], True),
    ],
)
def test_what_can_be_done_fits_the_state(
    inspect: Open, journal: Journal, qtbot: QtBot, state: str, buttons: list[str], discard: bool
) -> None:
    made = filled.one_of_each(journal)
    detail = select(qtbot, inspect(), made[state])
    assert [name for name in ("retry", "arrived", "resend") if getattr(detail, name).isVisible()] == buttons
    assert detail.discard_action.isVisible() == discard


@pytest.mark.parametrize(
    ("state", "button", "then"),
    [
        ("failed", "retry", "queued"),
        ("retrying", "retry", "queued"),
        ("uncertain", "arrived", "queued"),
        ("uncertain", "resend", "queued"),
    ],
)
def test_a_decision_is_carried_out_at_once_where_nobody_runs_flows(
    inspect: Open, journal: Journal, qtbot: QtBot, state: str, button: str, then: str
) -> None:
    made = filled.one_of_each(journal)
    inspector = inspect()
    detail = select(qtbot, inspector, made[state])
    detail.confirm = lambda _title, _text, _button: True
    with qtbot.waitSignal(inspector.said):
        click(getattr(detail, button))
    assert state_of(journal, made[state]) == then
    assert requests.open_requests(journal.read()) == []
    deliveries = journal.read().execute("SELECT state FROM deliveries WHERE item = ?", (made[state],)).fetchall()
    assert [row["state"] for row in deliveries] == ["sent" if button == "arrived" else "queued"]


def test_a_request_is_left_for_the_runner_while_one_is_there(inspect: Open, home: Home, qtbot: QtBot) -> None:
    with app.running(home, "test") as here:
        made = filled.one_of_each(here.journal)
        inspector = inspect()
        detail = select(qtbot, inspector, made["failed"])
        with qtbot.waitSignal(inspector.said):
            click(detail.retry)
        assert not detail.retry.isEnabled(), "asked once is enough"
        (request,) = requests.open_requests(here.journal.read())
        assert (request.kind, request.subject) == ("retry", str(made["failed"]))


def test_a_message_that_failed_again_can_be_retried_again(inspect: Open, journal: Journal, qtbot: QtBot) -> None:
    made = filled.one_of_each(journal)
    inspector = inspect()
    detail = select(qtbot, inspector, made["retrying"])
    click(detail.retry)
    assert not detail.retry.isEnabled()
    qtbot.waitUntil(lambda: detail.chip.text == "Retry is due")
    journal.write(lambda transaction: items.put_state(transaction, made["retrying"], "queued", 4102444900.0)).result()
    qtbot.waitUntil(lambda: detail.chip.text != "Retry is due")
    assert detail.retry.isEnabled()


def test_discarding_asks_first(inspect: Open, journal: Journal, qtbot: QtBot) -> None:
    made = filled.one_of_each(journal)
    inspector = inspect()
    detail = select(qtbot, inspector, made["failed"])
    asked: list[str] = []

    def answer(yes: bool) -> Callable[[str, str, str], bool]:
        def said(title: str, text: str, _button: str) -> bool:
            asked.append(f"{title} {text}")
            return yes

        return said

    detail.confirm = answer(False)
    detail.discard_action.trigger()
    assert "Your order 100%" in asked[0]
    qtbot.wait(50)
    assert state_of(journal, made["failed"]) == "failed"
    detail.confirm = answer(True)
    with qtbot.waitSignal(inspector.said):
        detail.discard_action.trigger()
    assert state_of(journal, made["failed"]) == "skipped"
    qtbot.waitUntil(lambda: detail.chip.text == "Skipped")


@pytest.mark.parametrize("yes", [True, False])
def test_the_question_shows_a_subject_as_it_is_written(
    inspect: Open, journal: Journal, qtbot: QtBot, yes: bool
) -> None:
    item = journal.write(lambda transaction: filled.failed(transaction, 1, subject="<b>bold</b>")).result()
    detail = select(qtbot, inspect(), item)
    seen: list[tuple[str, Qt.TextFormat]] = []

    def answer() -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        seen.extend((label.text(), label.textFormat()) for label in box.findChildren(QLabel) if "bold" in label.text())
        wanted = QMessageBox.ButtonRole.DestructiveRole if yes else QMessageBox.ButtonRole.RejectRole
        next(button for button in box.buttons() if box.buttonRole(button) == wanted).click()

    QTimer.singleShot(100, answer)
    detail.discard_action.trigger()
    assert [form for _text, form in seen] == [Qt.TextFormat.PlainText]
    assert "“<b>bold</b>” is given up for good" in seen[0][0]
    qtbot.waitUntil(lambda: state_of(journal, item) == ("skipped" if yes else "failed"))


def test_a_message_that_moved_on_meanwhile_says_so(inspect: Open, journal: Journal, qtbot: QtBot) -> None:
    made = filled.one_of_each(journal)
    inspector = inspect()
    detail = select(qtbot, inspector, made["failed"])
    inspector._timer.stop()
    journal.write(lambda transaction: items.settle(transaction, made["failed"], "sent", flagging=False)).result()
    with qtbot.waitSignal(inspector.said) as told:
        click(detail.retry)
    assert "there is nothing to do for it" in told.args[0]


def test_an_attachment_is_saved_under_a_safe_name_and_never_over_another(
    inspect: Open, journal: Journal, qtbot: QtBot, tmp_path: Path
) -> None:
    item = journal.write(lambda transaction: filled.receive(transaction, 7, raw=mail_with_files())).result()
    inspector = inspect()
    detail = select(qtbot, inspector, item)
    assert detail.strip.isVisible()
    folder = tmp_path / "saved"
    folder.mkdir()
    offered: list[str] = []

    def choose(name: str) -> str:
        offered.append(name)
        return str(folder / name)

    detail.choose_file = choose
    said: list[str] = []
    inspector.said.connect(said.append)
    click(detail.strip.first)
    assert offered == ["evil.pdf"]
    assert (folder / "evil.pdf").read_bytes() == b"%PDF"
    click(detail.strip.first)
    assert "It was left as it is" in said[1]
    detail.choose_directory = lambda: str(folder)
    detail.strip.save_all_wanted.emit()
    assert sorted(file.name for file in folder.iterdir()) == ["evil (2).pdf", "evil (3).pdf", "evil.pdf"]
    assert (folder / "evil (3).pdf").read_bytes() == b"more"


def test_the_whole_mail_is_saved_byte_for_byte(inspect: Open, journal: Journal, qtbot: QtBot, tmp_path: Path) -> None:
    raw = mail_with_files()
    item = journal.write(lambda transaction: filled.receive(transaction, 7, raw=raw)).result()
    inspector = inspect()
    detail = select(qtbot, inspector, item)
    detail.choose_file = lambda name: str(tmp_path / name)
    with qtbot.waitSignal(inspector.said):
        detail.save_action.trigger()
    assert (tmp_path / "Hello.eml").read_bytes() == raw


def test_a_mail_whose_bytes_have_expired_says_so(inspect: Open, journal: Journal, home: Home, qtbot: QtBot) -> None:
    made = filled.one_of_each(journal)
    for segment in home.spool.iterdir():
        segment.unlink()
    detail = select(qtbot, inspect(), made["failed"])
    assert detail.banner.isVisible()
    assert "are gone" in detail.banner.text
    qtbot.waitUntil(lambda: "recipient-refused" in words_of(detail.attempts))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe" * 1000,
        b"Content-Type: text/html\r\n\r\n" + b"<table><tr><td>" * 300,
        b"Content-Type: text/html; charset=utf-8\r\n\r\n<p>" + b"x" * 1_000_000,
        b"Subject: " + b"(" * 5000 + b"\r\n\r\n" + b"\r\n" * 100_000,
    ],
)
def test_no_mail_is_too_broken_to_be_shown(inspect: Open, journal: Journal, qtbot: QtBot, raw: bytes) -> None:
    item = journal.write(lambda transaction: filled.receive(transaction, 7, raw=raw)).result()
    inspector = inspect()
    detail = select(qtbot, inspector, item)
    for tab in range(detail.tabs.count()):
        detail.tabs.setCurrentIndex(tab)
        inspector.grab()
    assert fields_of(detail)["size"]


def test_html_and_text_can_both_be_seen(inspect: Open, journal: Journal, qtbot: QtBot) -> None:
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"], mail["Subject"] = "A <a@example.org>", "both"
    mail.set_content("the plain one")
    mail.add_alternative('<p>the <b>marked</b> one<img src="http://example.org/x.png">', subtype="html")
    item = journal.write(lambda transaction: filled.receive(transaction, 7, raw=mail.as_bytes())).result()
    detail = select(qtbot, inspect(), item)
    detail.tabs.setCurrentIndex(PREVIEW)
    preview = detail.preview
    assert preview.browser.toPlainText().strip() == "the marked one"
    assert preview.browser.isVisible()
    assert preview.note.text() == "1 remote picture not loaded"
    click(preview.kinds.button(1))
    assert preview.text.isVisible()
    assert preview.text.toPlainText().strip() == "the plain one"


def test_a_dry_run_says_that_nothing_was_sent(inspect: Open, journal: Journal, qtbot: QtBot) -> None:
    item = journal.write(lambda transaction: filled.receive(transaction, 7, dry=True)).result()
    journal.write(lambda transaction: items.settle(transaction, item, "sent", flagging=False)).result()
    detail = select(qtbot, inspect(), item)
    assert detail.chip.text == "Dry run"
    qtbot.waitUntil(lambda: "A dry run sends nothing." in words_of(detail.sent))
    assert detail.tabs.tabButton(SENT, detail.tabs.ButtonPosition.RightSide) is None
