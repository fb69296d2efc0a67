"""IMAP sessions against a real Dovecot."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING

import pytest

from mailflow_gui.errors import AccountBroken, MailError, Reauthenticate, Transient
from mailflow_gui.mail.imap import ImapSession
from mailflow_gui.mail.server import Security, Server
from tests.servers.certificates import make
from tests.servers.dovecot import Dovecot

if TYPE_CHECKING:
    from collections.abc import Iterator

LINES: list[Security] = ["none", "starttls", "tls"]


def server(dovecot: Dovecot, security: Security = "none", certificate: str | None = None) -> Server:
    port = dovecot.imaps if security == "tls" else dovecot.imap
    trusted = dovecot.certificate.pem if certificate is None else certificate
    return Server(dovecot.host, port, security, trusted, account="inbox")


@pytest.fixture
def session(dovecot: Dovecot, user: str) -> Iterator[ImapSession]:
    with ImapSession.open(server(dovecot), user, dovecot.password) as opened:
        yield opened


def mail(subject: str = "hello", body: str = "text", message_id: str = "<a@example.com>") -> bytes:
    header = f"Subject: {subject}\r\nFrom: a@example.com\r\nMessage-ID: {message_id}\r\n"
    return (header + "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + body + "\r\n").encode()


@pytest.mark.parametrize("security", LINES)
def test_sign_in_works_on_every_kind_of_line(dovecot: Dovecot, user: str, security: Security) -> None:
    with ImapSession.open(server(dovecot, security), user, dovecot.password) as session:
        assert {"IDLE", "MOVE", "UIDPLUS"} <= session.capabilities
        assert session.select().exists == 0
    assert dovecot.logins(user) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_untrusted_certificate_ends_before_the_sign_in(dovecot: Dovecot, user: str, security: Security) -> None:
    with pytest.raises(AccountBroken) as caught:
        ImapSession.open(server(dovecot, security, certificate=""), user, dovecot.password)
    assert caught.value.code == "certificate-untrusted"
    assert caught.value.account == "inbox"
    assert dovecot.logins(user) == 0


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_another_certificate_than_the_trusted_one_is_refused(dovecot: Dovecot, user: str, security: Security) -> None:
    with pytest.raises(AccountBroken) as caught:
        ImapSession.open(server(dovecot, security, certificate=make().pem), user, dovecot.password)
    assert caught.value.code == "certificate-changed"
    assert dovecot.logins(user) == 0


def test_tls_on_the_clear_port_names_the_likely_cause(dovecot: Dovecot, user: str) -> None:
    with pytest.raises(AccountBroken) as caught:
        ImapSession.open(Server(dovecot.host, dovecot.imap, "tls", dovecot.certificate.pem), user, "pw")
    assert caught.value.code == "tls-not-spoken"
    assert "security method" in str(caught.value)


def test_clear_text_on_the_tls_port_names_the_likely_cause(
    dovecot: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILFLOW_TIMEOUT_SCALE", "0.01")
    with pytest.raises(Transient) as caught:
        ImapSession.open(Server(dovecot.host, dovecot.imaps, "none"), user, "pw")
    assert caught.value.code == "no-greeting"


def test_wrong_password_asks_for_another_and_is_tried_once(dovecot: Dovecot, user: str) -> None:
    with pytest.raises(Reauthenticate) as caught:
        ImapSession.open(server(dovecot), user, "canary-7Qx")
    assert caught.value.code == "sign-in-refused"
    assert caught.value.reply is not None
    assert caught.value.reply.enhanced == "AUTHENTICATIONFAILED"
    assert dovecot.logins(user) == 0


def test_nobody_listening_is_transient(user: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(Transient) as caught:
        ImapSession.open(Server("127.0.0.1", port, "none"), user, "pw")
    assert caught.value.code == "refused"


def test_user_names_and_passwords_that_would_end_the_line_are_refused(dovecot: Dovecot, user: str) -> None:
    for name, password in ((user + "\r\nA1 LOGOUT", "pw"), (user, "pw\n"), (user, "p\0w")):
        with pytest.raises(AccountBroken) as caught:
            ImapSession.open(server(dovecot), name, password)
        assert caught.value.code == "unsafe-characters"
        assert "pw" not in str(caught.value)


def test_mails_come_whole_in_uid_order_and_stay_unseen(dovecot: Dovecot, user: str, session: ImapSession) -> None:
    sent = {dovecot.deliver(user, mail(f"mail {number}")): mail(f"mail {number}") for number in range(5)}
    session.select()
    fetched = list(session.fetch(reversed(list(sent)), maximum_size=10_000))
    assert [each.uid for each in fetched] == sorted(sent)
    assert {each.uid: each.raw for each in fetched} == sent
    assert all(each.header.endswith(b"\r\n\r\n") and each.size == len(sent[each.uid]) for each in fetched)
    assert dovecot.flags(user) == {uid: set() for uid in sent}


def test_windows_give_each_of_many_mails_once(dovecot: Dovecot, user: str, session: ImapSession) -> None:
    raw = mail(body="x" * 30_000)
    uids = [dovecot.deliver(user, raw) for _ in range(3)]
    session.select()
    for _ in range(8):
        session._dialogue.machine.uid("COPY", "1:*", "INBOX")
    uids = session.search({})
    assert len(uids) == 3 * 2**8
    fetched = [each.uid for each in session.fetch(uids, maximum_size=10**6)]
    assert fetched == uids


def test_larger_mails_come_as_header_only(dovecot: Dovecot, user: str, session: ImapSession) -> None:
    small, large, last = (dovecot.deliver(user, mail(body="x" * size)) for size in (10, 5000, 10))
    session.select()
    fetched = {each.uid: each for each in session.fetch([small, large, last], maximum_size=1000)}
    assert list(fetched) == [small, large, last]
    assert fetched[large].raw is None
    assert fetched[large].size == len(mail(body="x" * 5000))
    assert fetched[large].header.startswith(b"Subject: hello\r\n")
    assert fetched[large].header.endswith(b"\r\n\r\n")
    assert fetched[last].raw == mail(body="x" * 10)


def test_vanished_mails_are_absent(dovecot: Dovecot, user: str, session: ImapSession) -> None:
    first, second = dovecot.deliver(user, mail("1")), dovecot.deliver(user, mail("2"))
    session.select()
    dovecot.set_flags(user, first, "\\Deleted")
    dovecot.expunge(user)
    session.noop()
    assert [each.uid for each in session.fetch([first, second, 999], maximum_size=10_000)] == [second]
    assert list(session.sizes([first, second, 999])) == [second]


def test_a_mail_expunged_between_size_and_fetch_leaves_the_others(
    dovecot: Dovecot, user: str, session: ImapSession
) -> None:
    uids = [dovecot.deliver(user, mail(str(number), body="x" * 2_000_000)) for number in range(4)]
    session.select()
    fetching = session.fetch(uids, maximum_size=10**7)
    assert next(fetching).uid == uids[0]
    dovecot.set_flags(user, uids[2], "\\Deleted")
    dovecot.expunge(user)
    assert [each.uid for each in fetching] == [uids[1], uids[3]]


def test_search_keys_reach_the_server(dovecot: Dovecot, user: str, session: ImapSession) -> None:
    plain = dovecot.deliver(user, mail('Order (42) "new" \\ x'))
    japanese = dovecot.deliver(user, mail("=?utf-8?b?6KuL5rGC5pu4?=", body="x" * 4000), flags=("\\Flagged",))
    seen = dovecot.deliver(user, mail("seen", body="請求書"), flags=("\\Seen", "\\Answered"))
    session.select()
    assert session.search({}) == [plain, japanese, seen]
    assert session.search({}, unseen_only=True) == [plain, japanese]
    assert session.search({"subject": '(42) "new" \\'}) == [plain]
    assert session.search({"subject": "請求書", "from": "a@example.com"}) == [japanese]
    assert session.search({"body": "請求書"}) == [seen]
    assert session.search({"larger": 3000}) == [japanese]
    assert session.search({"smaller": 3000}) == [plain, seen]
    assert session.search({"flagged": True}) == [japanese]
    assert session.search({"flagged": False, "answered": False}) == [plain]
    assert session.search({"since": "2 days"}) == [plain, japanese, seen]
    assert session.search({"since": "2999-01-01"}) == []
    assert session.search({"from": "nobody"}) == []


def test_search_from_a_uid_on_never_finds_earlier_ones(dovecot: Dovecot, user: str, session: ImapSession) -> None:
    uids = [dovecot.deliver(user, mail(str(number))) for number in range(3)]
    selected = session.select()
    assert selected.uid_next == uids[-1] + 1
    assert session.search({}, first_uid=uids[1]) == uids[1:]
    assert session.search({}, first_uid=selected.uid_next) == []


def test_mails_that_somebody_deleted_are_not_found(dovecot: Dovecot, user: str, session: ImapSession) -> None:
    deleted, left = dovecot.deliver(user, mail(), flags=("\\Deleted",)), dovecot.deliver(user, mail())
    session.select()
    assert session.search({}) == [left]
    assert deleted in dovecot.messages(user)


@pytest.mark.parametrize("poison", ["x\r\nA9 DELETE INBOX", "x\ny", "x\0", "\ud800"])
def test_texts_that_would_become_a_second_command_never_leave(session: ImapSession, poison: str) -> None:
    session.select()
    for attempt in (
        lambda: session.search({"subject": poison}),
        lambda: session.select(poison),
        lambda: session.move([1], poison),
        lambda: session.append(poison, b"x"),
        lambda: session.append("INBOX", b"x", (poison,)),
        lambda: session.find_message_id("INBOX", poison),
    ):
        with pytest.raises(AccountBroken) as caught:
            attempt()
        assert caught.value.code == "unsafe-characters"
    session.noop()


def test_marking_seen_touches_only_the_given_mails(dovecot: Dovecot, user: str, session: ImapSession) -> None:
    first, second = dovecot.deliver(user, mail()), dovecot.deliver(user, mail())
    session.select()
    session.mark_seen([first])
    assert dovecot.flags(user) == {first: {"\\Seen"}, second: set()}


def test_moving_makes_the_folder_and_keeps_the_bytes(dovecot: Dovecot, user: str, session: ImapSession) -> None:
    first, second = dovecot.deliver(user, mail("1")), dovecot.deliver(user, mail("2"))
    session.select()
    session.move([first], "処理済み & done")
    assert list(dovecot.messages(user)) == [second]
    assert list(dovecot.messages(user, "&UeZ0Bm4IMH8- &- done").values()) == [mail("1")]
    assert "処理済み & done" in [folder.name for folder in session.folders()]
    session.move([second], "処理済み & done")
    assert dovecot.messages(user) == {}


def test_moving_without_move_copies_and_then_deletes(dovecot: Dovecot, user: str, session: ImapSession) -> None:
    first, second = dovecot.deliver(user, mail("1")), dovecot.deliver(user, mail("2"))
    session._client.offered -= {"MOVE"}
    session.select()
    session.move([first], "Done")
    assert list(dovecot.messages(user)) == [second]
    assert list(dovecot.messages(user, "Done").values()) == [mail("1")]


def test_deleting_leaves_what_others_have_marked(dovecot: Dovecot, user: str, session: ImapSession) -> None:
    ours, theirs = dovecot.deliver(user, mail("1")), dovecot.deliver(user, mail("2"), flags=("\\Deleted",))
    session.select()
    session.delete([ours])
    assert list(dovecot.messages(user)) == [theirs]


def test_deleting_without_uidplus_only_marks(dovecot: Dovecot, user: str, session: ImapSession) -> None:
    ours, theirs = dovecot.deliver(user, mail("1")), dovecot.deliver(user, mail("2"), flags=("\\Deleted",))
    session._client.offered -= {"UIDPLUS"}
    session.select()
    session.delete([ours])
    assert dovecot.flags(user) == {ours: {"\\Deleted"}, theirs: {"\\Deleted"}}
    assert session.search({}) == []


def test_missing_folder_is_said_by_name(session: ImapSession) -> None:
    with pytest.raises(AccountBroken) as caught:
        session.select("Rechnungen")
    assert caught.value.code == "folder-missing"
    assert "Rechnungen" in str(caught.value)
    assert session.select("").exists == 0


def test_appending_makes_the_folder_and_message_ids_are_found_exactly(
    dovecot: Dovecot, user: str, session: ImapSession
) -> None:
    inbox = dovecot.deliver(user, mail())
    session.select()
    session.append("Sent", mail(message_id="<1@example.com>"), ("\\Seen",))
    session.append("Sent", mail(message_id="<11@example.com>"), ("\\Seen",))
    assert list(dovecot.flags(user, "Sent").values()) == [{"\\Seen"}, {"\\Seen"}]
    assert session.find_message_id("Sent", "<1@example.com>") == [1]
    assert session.find_message_id("Sent", "<x@example.com>") == []
    assert session.search({}) == [inbox]
    session.mark_seen([inbox])
    assert dovecot.flags(user) == {inbox: {"\\Seen"}}
    assert session.message_ids([inbox, 99]) == {inbox: "<a@example.com>"}


def test_new_mail_ends_idle(dovecot: Dovecot, user: str, session: ImapSession) -> None:
    session.select()
    delivery = threading.Timer(0.2, dovecot.deliver, (user, mail()))
    delivery.start()
    try:
        assert session.idle(30.0) is True
    finally:
        delivery.join()
    session.noop()
    assert len(session.search({})) == 1


def test_idle_ends_when_its_time_is_up_and_the_session_goes_on(session: ImapSession) -> None:
    session.select()
    assert session.idle(0.05) is False
    session.noop()


def test_idle_is_renewed_until_its_time_is_up(session: ImapSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailflow_gui.mail.timeouts.idle_renewal", lambda: 0.02)
    session.select()
    assert session.idle(0.3) is False
    session.noop()


def test_a_socket_wakes_idle(session: ImapSession) -> None:
    session.select()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        waking = threading.Timer(0.1, theirs.send, (b"x",))
        waking.start()
        assert session.idle(60.0, ours) is False
        waking.join()
    session.noop()


def test_a_function_wakes_idle(session: ImapSession) -> None:
    session.select()
    assert session.idle(60.0, lambda: True) is False
    session.noop()


def test_abort_from_another_thread_ends_idle_with_an_error(session: ImapSession) -> None:
    session.select()
    cutting = threading.Timer(0.1, session.abort)
    cutting.start()
    with pytest.raises(Transient) as caught:
        session.idle(60.0)
    cutting.join()
    assert caught.value.code == "line-dropped"
    assert not session.alive


def test_closing_twice_and_after_a_loss_never_raises(dovecot: Dovecot, user: str) -> None:
    session = ImapSession.open(server(dovecot, "tls"), user, dovecot.password)
    session.abort()
    with pytest.raises(MailError):
        session.noop()
    session.close()
    session.close()
