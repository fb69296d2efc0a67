"""POP3 sessions against servers that lie, stall, hang up or talk nonsense."""

from __future__ import annotations

import traceback

import pytest

from mailflow_gui.errors import AccountBroken, MailError, Reauthenticate, RetryAfter, Transient
from mailflow_gui.mail.pop3 import Listed, Pop3Session
from mailflow_gui.mail.server import Security, Server
from tests.servers.scripted import Dribble, Drop, Expect, Say, Scripted, Stall, Step

PASSWORD = "canary-7Qx"
GREETING = Say("+OK ready")
CAPABLE = Expect("CAPA", "+OK", "USER", "UIDL", "TOP", ".")
SIGNED_IN = GREETING, CAPABLE, Expect("USER ann$", "+OK"), Expect("PASS", "+OK"), CAPABLE


def open_session(server: Scripted, security: Security = "none") -> Pop3Session:
    return Pop3Session.open(Server(server.host, server.port, security, account="inbox"), "ann", PASSWORD)


def failure(*steps: Step, security: Security = "none") -> tuple[MailError, Scripted]:
    with Scripted(*steps) as server, pytest.raises(MailError) as caught:
        open_session(server, security)
    return caught.value, server


def test_stls_that_is_not_offered_sends_no_byte_of_the_sign_in() -> None:
    error, server = failure(GREETING, CAPABLE, Stall(), security="starttls")
    assert isinstance(error, AccountBroken)
    assert error.code == "starttls-missing"
    assert not server.heard("USER")
    assert not server.heard(PASSWORD)


def test_stls_that_is_refused_sends_no_byte_of_the_sign_in() -> None:
    error, server = failure(
        GREETING, Expect("CAPA", "-ERR what?"), Expect("STLS", "-ERR no"), Stall(), security="starttls"
    )
    assert isinstance(error, AccountBroken)
    assert error.code == "starttls-refused"
    assert not server.heard("USER")


def test_clear_words_behind_the_stls_answer_are_noticed() -> None:
    error, server = failure(
        GREETING, Expect("CAPA", "+OK", "STLS", "."), Expect("STLS", "+OK", "+OK more"), Stall(), security="starttls"
    )
    assert error.code == "starttls-injected"
    assert not server.heard("USER")


def test_no_password_goes_out_where_the_server_forbids_it_in_clear() -> None:
    error, server = failure(GREETING, Expect("CAPA", "+OK", "STLS", "SASL", "."), Stall())
    assert error.code == "sign-in-needs-tls"
    assert not server.heard("USER")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("-ERR no", Reauthenticate),
        ("-ERR [AUTH] no", Reauthenticate),
        ("-ERR [SYS/TEMP] disk", Transient),
        ("-ERR [IN-USE] locked", Transient),
        ("-ERR [LOGIN-DELAY] wait", RetryAfter),
        ("-ERR [SYS/PERM] gone", AccountBroken),
    ],
)
def test_refused_sign_in_is_classed_by_its_code(answer: str, expected: type[MailError]) -> None:
    error, server = failure(*SIGNED_IN[:3], Expect("PASS", answer), Stall())
    assert type(error) is expected
    assert server.received.count(b"PASS") == 1


def test_a_password_repeated_by_the_server_is_in_no_error() -> None:
    error, _ = failure(*SIGNED_IN[:3], Expect("PASS", f"-ERR what is {PASSWORD}?"), Stall())
    told = "".join(traceback.format_exception(error)) + repr(error) + error.detail + repr(error.reply)
    assert PASSWORD not in told + repr(error.arguments)
    assert "***" in error.detail


@pytest.mark.parametrize("greeting", ["* OK imap ready", "220 smtp ready"])
def test_another_protocol_is_recognised(greeting: str) -> None:
    error, server = failure(Say(greeting), Stall())
    assert error.code == "other-protocol"
    assert not server.received


def test_old_servers_without_capa_and_uidl_work() -> None:
    with Scripted(
        GREETING,
        Expect("CAPA", "-ERR unknown"),
        Expect("USER", "+OK"),
        Expect("PASS", "+OK"),
        Expect("CAPA", "-ERR unknown"),
        Expect("LIST", "+OK 2", "1 120", "2 7 more", "."),
        Expect("UIDL", "-ERR unknown"),
        Expect("QUIT", "+OK"),
    ) as server:
        session = open_session(server)
        assert session.list() == [Listed(1, 120, None), Listed(2, 7, None)]
        session.close()
    assert server.problems == []


def test_lists_are_read_however_a_server_writes_them() -> None:
    sizes = ("1 100", b" 2 \t 200 more words\r\n", b"3 300\n", b".4 400\r\n", b"05  500 \r\r\n", "6 600")
    names = ("1 abc", b" 2  x y\r\n", b".3 .a\n", "4 ..", b"5 \xff\r\n", b"6 name\ttold\r\n", b".\n")
    with Scripted(*SIGNED_IN, Expect("LIST", "+OK", *sizes, "."), Expect("UIDL", "+OK", *names), Stall()) as server:
        session = open_session(server)
        listed = session.list()
        session.abandon()
    assert listed == [
        Listed(1, 100, "abc"),
        Listed(2, 200, "x"),
        Listed(3, 300, ".a"),
        Listed(4, 400, ".."),
        Listed(5, 500, "\ufffd"),
        Listed(6, 600, "name"),
    ]


@pytest.mark.parametrize("line", ["7", "7 ", "", " ", "..", "x 7", "7 x"])
def test_a_line_of_a_list_that_has_no_two_numbers_makes_no_sense(line: str) -> None:
    with Scripted(*SIGNED_IN, Expect("LIST", "+OK", "1 100", line, "."), Stall()) as server:
        session = open_session(server)
        with pytest.raises(Transient) as caught:
            session.list()
        assert caught.value.code == "answer-garbled"
        assert not session.alive


def test_a_server_that_has_lasting_names_but_does_not_tell_them_now_is_asked_again_later() -> None:
    # Under names made from their headers, mails that were taken on before would look new.
    with Scripted(*SIGNED_IN, Expect("LIST", "+OK", "1 120", "."), Expect("UIDL", "-ERR busy"), Stall()) as server:
        session = open_session(server)
        with pytest.raises(Transient) as caught:
            session.list()
        session.abandon()
    assert caught.value.code == "server-busy"


def test_a_list_that_is_refused_is_asked_for_again_later() -> None:
    with Scripted(*SIGNED_IN, Expect("LIST", "-ERR busy"), Stall()) as server:
        session = open_session(server)
        with pytest.raises(Transient):
            session.list()
        session.abandon()


ABLE = Expect("CAPA", "+OK", "USER", "UIDL", "PIPELINING", ".")
ONE, TWO = Listed(1, 12, "a"), Listed(2, 12, "b")


@pytest.mark.parametrize(
    "answers",
    [
        ("-ERR what?", "+OK 12 octets", "Subject: 1", ".", "+OK 12 octets", "Subject: 2", ".", "+OK 2 24"),
        ("+OK", "Subject: 1", ".", "+OK", "Subject: 1", ".", "+OK", "Subject: 2", ".", "+OK 2 24"),
        ("+OK", "Subject: 1", ".", "+OK", "Subject: 2", ".", "+OK 2 24", "+OK 2 24"),
    ],
)
def test_mails_of_answers_that_are_out_of_step_are_not_given(answers: tuple[str, ...]) -> None:
    asked = Expect("RETR 1"), Expect("RETR 2"), Expect("STAT", *answers)
    with Scripted(*SIGNED_IN[:-1], ABLE, *asked, Stall()) as server:
        session = open_session(server)
        with pytest.raises(Transient) as caught:
            list(session.fetch_many([ONE, TWO], 1000))
        session.abandon()
    assert caught.value.code == "answer-garbled"


@pytest.mark.parametrize("pipelining", [True, False])
def test_a_mail_that_has_vanished_is_passed_over(pipelining: bool) -> None:
    gone = "-ERR no such message"
    asked: tuple[Step, ...] = (
        Expect("RETR 1", gone),
        Expect("STAT", "+OK 1 12"),
        Expect("RETR 2", "+OK", "Subject: 2", "."),
    )
    if pipelining:
        asked = Expect("RETR 1"), Expect("RETR 2"), Expect("STAT", gone, "+OK", "Subject: 2", ".", "+OK 1 12")
    with Scripted(*SIGNED_IN[:-1], ABLE if pipelining else CAPABLE, *asked, Stall()) as server:
        session = open_session(server)
        assert list(session.fetch_many([ONE, TWO], 1000)) == [(ONE, None), (TWO, b"Subject: 2\r\n")]
        session.abandon()
    assert server.problems == []


def test_only_crlf_dot_crlf_ends_a_mail() -> None:
    mail = b"Subject: x\r\n\r\nbare\n.\nend\r\n" + b"y" * 70_000 + b"\r\n"
    with Scripted(
        *SIGNED_IN,
        Expect("RETR", "+OK", mail, b".\r\n"),
        Expect("RETR", "+OK", b"..\r\n", b".\r\n"),
        Expect("RETR", "+OK", b".\r\n"),
        Stall(),
    ) as server:
        session = open_session(server)
        assert session.fetch(1, 10**6) == mail
        assert session.fetch(2, 10**6) == b".\r\n"
        assert session.fetch(3, 10**6) == b""
        session.abandon()


def test_lines_longer_than_any_library_takes_are_read() -> None:
    mail = b"Subject: x\r\n\r\n" + b"y" * 1_000_000 + b"\r\n"
    with Scripted(*SIGNED_IN, Expect("RETR", "+OK", mail, b".\r\n"), Stall()) as server:
        session = open_session(server)
        assert session.fetch(1, 2_000_000) == mail
        session.abandon()


@pytest.mark.parametrize("reset", [False, True])
def test_a_mail_that_is_cut_off_is_no_mail(reset: bool) -> None:
    with Scripted(*SIGNED_IN, Expect("RETR", "+OK", "Subject: half"), Drop(reset)) as server:
        session = open_session(server)
        with pytest.raises(Transient) as caught:
            session.fetch(1, 1000)
        session.close()
    assert caught.value.code == "line-dropped"


def test_a_mail_without_end_is_bound_in_bytes() -> None:
    with Scripted(*SIGNED_IN, Expect("RETR", "+OK", b"x" * 500_000), Stall()) as server:
        session = open_session(server)
        with pytest.raises(Transient) as caught:
            session.fetch(1, 1000)
        session.abandon()
    assert caught.value.code == "answer-too-long"


@pytest.mark.parametrize("silence", [Stall(), Dribble()])
def test_a_server_that_is_silent_or_dribbles_loses_the_session(silence: Step, monkeypatch: pytest.MonkeyPatch) -> None:
    with Scripted(*SIGNED_IN, Expect("NOOP"), silence) as server:
        session = open_session(server)
        monkeypatch.setenv("MAILFLOW_TIMEOUT_SCALE", "0.003")
        with pytest.raises(Transient) as caught:
            session.noop()
        session.close()
    assert caught.value.code == "no-answer"
    assert not session.alive


def test_words_in_place_of_numbers_are_an_answer_that_makes_no_sense() -> None:
    with Scripted(*SIGNED_IN, Expect("LIST", "+OK", "one two", "."), Stall()) as server:
        session = open_session(server)
        with pytest.raises(Transient) as caught:
            session.list()
        session.close()
    assert caught.value.code == "answer-garbled"


@pytest.mark.parametrize("end", [Drop(), Drop(reset=True), Say("-ERR some not removed")])
def test_a_quit_that_fails_says_that_deletion_is_unsure(end: Step) -> None:
    with Scripted(*SIGNED_IN, Expect("DELE 1", "+OK"), Expect("QUIT"), end) as server:
        session = open_session(server)
        session.delete(1)
        with pytest.raises(Transient) as caught:
            session.close()
    assert caught.value.code == "deletion-unsure"


def test_a_quit_that_fails_without_deletions_is_nobodys_business() -> None:
    with Scripted(*SIGNED_IN, Expect("QUIT"), Drop()) as server:
        session = open_session(server)
        session.close()
        assert not session.alive
