"""IMAP sessions against servers that lie, stall, hang up or talk nonsense."""

from __future__ import annotations

import logging
import traceback
from typing import TYPE_CHECKING

import pytest

from mailflow_gui.errors import AccountBroken, MailError, Reauthenticate, Rejected, RetryAfter, Transient
from mailflow_gui.mail import imap_fetch
from mailflow_gui.mail.imap import ImapSession
from mailflow_gui.mail.server import Security, Server
from tests.servers.certificates import make
from tests.servers.scripted import Dribble, Drop, Expect, Say, Scripted, Stall, StartTls, Step

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD = "canary-7Qx"
GREETING = Say("* OK ready")
SIGNED_IN = (
    GREETING,
    Expect("CAPABILITY", "* CAPABILITY IMAP4rev1 UIDPLUS IDLE", "{tag} OK done"),
    Expect("LOGIN", "{tag} OK [CAPABILITY IMAP4rev1 UIDPLUS IDLE] welcome"),
)
SELECTED = Expect(
    "SELECT", "* 3 EXISTS", "* 0 RECENT", "* OK [UIDVALIDITY 7] x", "* OK [UIDNEXT 10] x", "{tag} OK [READ-WRITE] x"
)


def open_session(server: Scripted, security: Security = "none", certificate: str = "") -> ImapSession:
    return ImapSession.open(Server(server.host, server.port, security, certificate, "inbox"), "ann", PASSWORD)


def failure(*steps: Step, security: Security = "none") -> tuple[MailError, Scripted]:
    """What opening a session raises on this script, and the server with what it heard."""
    with Scripted(*steps) as server, pytest.raises(MailError) as caught:
        open_session(server, security)
    return caught.value, server


def hang_up(session: ImapSession) -> None:
    """Leave without LOGOUT, which these servers would not answer."""
    session.abort()
    session.close()


def leaked(server: Scripted) -> bool:
    return server.heard(PASSWORD) or server.heard("LOGIN") or server.heard("AUTHENTICATE") or server.heard("ann")


def test_starttls_that_is_not_offered_sends_no_byte_of_the_sign_in() -> None:
    error, server = failure(
        GREETING, Expect("CAPABILITY", "* CAPABILITY IMAP4rev1", "{tag} OK"), Stall(), security="starttls"
    )
    assert isinstance(error, AccountBroken)
    assert error.code == "starttls-missing"
    assert not leaked(server)


def test_starttls_that_is_refused_sends_no_byte_of_the_sign_in() -> None:
    error, server = failure(
        GREETING,
        Expect("CAPABILITY", "* CAPABILITY IMAP4rev1 STARTTLS", "{tag} OK"),
        Expect("STARTTLS", "{tag} NO not today"),
        Stall(),
        security="starttls",
    )
    assert isinstance(error, AccountBroken)
    assert error.code == "starttls-refused"
    assert not leaked(server)


def test_preauth_where_starttls_is_required_is_refused() -> None:
    error, server = failure(
        Say("* PREAUTH hello ann"),
        Expect("CAPABILITY", "* CAPABILITY IMAP4rev1 STARTTLS", "{tag} OK"),
        Stall(),
        security="starttls",
    )
    assert isinstance(error, AccountBroken)
    assert error.code == "starttls-preauth"
    assert not leaked(server)


def test_clear_words_behind_the_starttls_answer_are_noticed() -> None:
    error, server = failure(
        GREETING,
        Expect("CAPABILITY", "* CAPABILITY IMAP4rev1 STARTTLS", "{tag} OK"),
        Expect("STARTTLS", "{tag} OK begin", "* CAPABILITY IMAP4rev1 AUTH=PLAIN"),
        Stall(),
        security="starttls",
    )
    assert isinstance(error, AccountBroken)
    assert error.code == "starttls-injected"
    assert not leaked(server)


def test_capabilities_from_before_starttls_are_forgotten(tmp_path: Path) -> None:
    certificate = make()
    with Scripted(
        Say("* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN SASL-IR] ready"),
        Expect("CAPABILITY", "* CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN SASL-IR", "{tag} OK"),
        Expect("STARTTLS", "{tag} OK begin"),
        StartTls(certificate.server_context(tmp_path)),
        Expect("CAPABILITY", "* CAPABILITY IMAP4rev1", "{tag} OK"),
        Expect("^[^ ]+ LOGIN ", "{tag} OK"),
        Expect("CAPABILITY", "* CAPABILITY IMAP4rev1 MOVE", "{tag} OK"),
        Stall(),
    ) as server:
        session = open_session(server, "starttls", certificate.pem)
        assert session.capabilities == {"IMAP4REV1", "MOVE"}
        hang_up(session)
    assert server.problems == []


def test_preauth_needs_no_user_name() -> None:
    with (
        Scripted(
            Say("* PREAUTH hello"),
            Expect("CAPABILITY", "* CAPABILITY IMAP4rev1", "{tag} OK"),
            Expect("NOOP", "{tag} OK"),
            Expect("LOGOUT", "* BYE", "{tag} OK"),
        ) as server,
        ImapSession.open(Server(server.host, server.port, "none")) as session,
    ):
        session.noop()
    assert server.problems == []


def test_without_a_user_name_a_server_that_wants_one_is_named() -> None:
    script = GREETING, Expect("CAPABILITY", "* CAPABILITY IMAP4rev1", "{tag} OK"), Stall()
    with Scripted(*script) as server, pytest.raises(AccountBroken) as caught:
        ImapSession.open(Server(server.host, server.port, "none"))
    assert caught.value.code == "sign-in-needed"


def test_no_password_goes_out_where_the_server_forbids_it_in_clear() -> None:
    error, server = failure(
        GREETING, Expect("CAPABILITY", "* CAPABILITY IMAP4rev1 LOGINDISABLED STARTTLS", "{tag} OK"), Stall()
    )
    assert error.code == "sign-in-needs-tls"
    assert not leaked(server)


def test_goodbye_in_place_of_a_greeting_is_transient_and_kept() -> None:
    error, _ = failure(Say("* BYE [UNAVAILABLE] come back later"))
    assert isinstance(error, Transient)
    assert error.reply is not None
    assert (error.reply.enhanced, error.reply.text) == ("UNAVAILABLE", "come back later")


@pytest.mark.parametrize("greeting", ["+OK pop3 ready", "220 smtp ready", "HTTP/1.1 400 Bad Request"])
def test_another_protocol_is_recognised(greeting: str) -> None:
    error, server = failure(Say(greeting), Stall())
    assert isinstance(error, AccountBroken)
    assert error.code == "other-protocol"
    assert not leaked(server)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("NO [AUTHENTICATIONFAILED] no", Reauthenticate),
        ("NO no", Reauthenticate),
        ("NO [UNAVAILABLE] directory down", Transient),
        ("NO [ALERT] Maximum number of connections from user+IP exceeded", Transient),
        ("NO Too many simultaneous connections", Transient),
        ("NO [AUTHORIZATIONFAILED] not yours", AccountBroken),
        ("NO [CONTACTADMIN] blocked", AccountBroken),
    ],
)
def test_refused_sign_in_is_classed_by_its_code(answer: str, expected: type[MailError]) -> None:
    error, server = failure(*SIGNED_IN[:2], Expect("LOGIN", "{tag} " + answer), Stall())
    assert type(error) is expected
    assert server.received.count(b"LOGIN") == 1


@pytest.mark.parametrize("plain", [True, False])
def test_a_password_repeated_by_the_server_is_in_no_error_and_no_log(
    plain: bool, caplog: pytest.LogCaptureFixture
) -> None:
    offered = "IMAP4rev1 AUTH=PLAIN SASL-IR" if plain else "IMAP4rev1"
    token = "AGFubgBjYW5hcnktN1F4"
    with caplog.at_level(logging.DEBUG):
        error, _ = failure(
            GREETING,
            Expect("CAPABILITY", f"* CAPABILITY {offered}", "{tag} OK"),
            Expect("LOGIN|AUTHENTICATE", f"{{tag}} NO what is {PASSWORD} or {token}?"),
            Stall(),
        )
    told = "".join(traceback.format_exception(error)) + repr(error) + str(error) + error.detail + repr(error.reply)
    told += repr(error.arguments) + caplog.text
    assert PASSWORD not in told
    assert token not in told
    assert "***" in error.detail


def test_sign_in_goes_through_sasl_without_an_initial_response_too(monkeypatch: pytest.MonkeyPatch) -> None:
    with Scripted(
        GREETING,
        Expect("CAPABILITY", "* CAPABILITY IMAP4rev1 AUTH=PLAIN LOGINDISABLED", "{tag} OK"),
        Expect("AUTHENTICATE PLAIN$", "+ "),
        Expect("^AGFubgBjYW5hcnktN1F4$"),
        Stall(),
    ) as server:
        monkeypatch.setenv("MAILFLOW_TIMEOUT_SCALE", "0.005")
        with pytest.raises(Transient):
            open_session(server)
    assert server.problems == []


def test_passwords_beyond_ascii_are_sent_as_utf_8() -> None:
    with Scripted(
        *SIGNED_IN[:2], Expect('LOGIN "ann" "pä\\\\\\\\\\\\"ß"', "{tag} OK [CAPABILITY IMAP4rev1] x"), Stall()
    ) as server:
        session = ImapSession.open(Server(server.host, server.port, "none"), "ann", 'pä\\"ß')
        hang_up(session)
    assert server.problems == []


def test_a_silent_server_is_given_up_at_the_greeting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILFLOW_TIMEOUT_SCALE", "0.005")
    error, _ = failure(Stall())
    assert isinstance(error, Transient)
    assert error.code == "no-greeting"


def test_a_server_that_falls_silent_loses_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    with Scripted(*SIGNED_IN, Expect("NOOP"), Stall()) as server:
        session = open_session(server)
        monkeypatch.setenv("MAILFLOW_TIMEOUT_SCALE", "0.003")
        with pytest.raises(Transient) as caught:
            session.noop()
        assert caught.value.code == "no-answer"
        assert not session.alive
        with pytest.raises(Transient):
            session.noop()
        session.close()


def test_a_server_that_dribbles_is_bound_by_the_whole_commands_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    with Scripted(*SIGNED_IN, Expect("NOOP"), Dribble()) as server:
        session = open_session(server)
        monkeypatch.setenv("MAILFLOW_TIMEOUT_SCALE", "0.005")
        with pytest.raises(Transient) as caught:
            session.noop()
        session.close()
    assert caught.value.code == "no-answer"


@pytest.mark.parametrize("reset", [False, True])
def test_a_literal_that_is_cut_off_is_no_mail(reset: bool) -> None:
    with Scripted(
        *SIGNED_IN,
        SELECTED,
        Expect("RFC822.SIZE", "* 1 FETCH (UID 5 RFC822.SIZE 100)", "{tag} OK"),
        Expect("BODY.PEEK", "* 1 FETCH (UID 5 FLAGS () BODY[] {100}", b"Subject: half"),
        Drop(reset),
    ) as server:
        session = open_session(server)
        session.select()
        with pytest.raises(Transient) as caught:
            list(session.fetch([5], maximum_size=1000))
        assert caught.value.code == "line-dropped"
        assert not session.alive
        session.close()


def test_a_literal_of_absurd_size_is_not_read() -> None:
    with Scripted(
        *SIGNED_IN,
        SELECTED,
        Expect("RFC822.SIZE", "* 1 FETCH (UID 5 RFC822.SIZE 100)", "{tag} OK"),
        Expect("BODY.PEEK", "* 1 FETCH (UID 5 BODY[] {999999999999}"),
        Stall(),
    ) as server:
        session = open_session(server)
        session.select()
        with pytest.raises(Transient) as caught:
            list(session.fetch([5], maximum_size=1000))
        session.close()
    assert caught.value.code == "answer-too-long"


def test_five_thousand_parentheses_are_an_answer_that_makes_no_sense() -> None:
    with Scripted(*SIGNED_IN, SELECTED, Expect("FETCH", "* 1 FETCH " + "(" * 5000, "{tag} OK"), Stall()) as server:
        session = open_session(server)
        session.select()
        with pytest.raises(Transient) as caught:
            session.sizes([5])
        session.close()
    assert caught.value.code == "answer-garbled"


def test_an_answer_about_another_uid_or_none_is_not_taken_for_ours() -> None:
    with Scripted(
        *SIGNED_IN,
        SELECTED,
        Expect("RFC822.SIZE", "* 1 FETCH (UID 5 RFC822.SIZE 3)", "* 2 FETCH (UID 6 RFC822.SIZE 3)", "{tag} OK"),
        Expect(
            "BODY.PEEK",
            "* 6 FETCH (FLAGS (\\Seen) BODY[] {3}",
            b"bad)\r\n",
            "* 9 FETCH (UID 9 BODY[] {3}",
            b"bad)\r\n",
            "* 1 FETCH (BODY[] {3}",
            b"ok1 UID 5 FLAGS (\\Flagged key 7))\r\n",
            "* 5 FETCH (FLAGS (\\Seen))",
            "{tag} OK",
        ),
        Expect("SEARCH UID 6$", "* SEARCH", "{tag} OK"),
        Stall(),
    ) as server:
        session = open_session(server)
        session.select()
        fetched = list(session.fetch([5, 6], maximum_size=1000))
        hang_up(session)
    assert [(each.uid, each.raw, each.flags) for each in fetched] == [(5, b"ok1", ("\\Flagged", "key", "7"))]


def test_one_mail_that_the_server_refuses_does_not_hold_up_the_others() -> None:
    def body(uid: int) -> Expect:
        return Expect(
            f"FETCH {uid} .*BODY", f"* 1 FETCH (UID {uid} FLAGS () BODY[] {{2}}", b"m%d)\r\n" % uid, "{tag} OK"
        )

    with Scripted(
        *SIGNED_IN,
        SELECTED,
        Expect("RFC822.SIZE", *[f"* 1 FETCH (UID {uid} RFC822.SIZE 3)" for uid in (5, 6, 7)], "{tag} OK"),
        Expect("FETCH 5,6,7 .*BODY", "{tag} NO can't convert one of them"),
        body(5),
        Expect("FETCH 6 .*BODY", "{tag} NO can't convert"),
        body(7),
        Expect("FETCH 6 .*HEADER", "{tag} NO can't convert"),
        Stall(),
    ) as server:
        session = open_session(server)
        session.select()
        fetched = {each.uid: each for each in session.fetch([5, 6, 7], maximum_size=1000)}
        hang_up(session)
    assert server.problems == []
    assert [(uid, each.raw) for uid, each in fetched.items()] == [(5, b"m5"), (6, None), (7, b"m7")]
    assert fetched[6].refused is not None
    assert fetched[6].refused.text == "can't convert"


def test_a_server_that_gives_no_mail_at_all_has_a_bad_hour_and_no_bad_mails() -> None:
    with Scripted(
        *SIGNED_IN,
        SELECTED,
        Expect("RFC822.SIZE", *[f"* 1 FETCH (UID {uid} RFC822.SIZE 3)" for uid in (5, 6)], "{tag} OK"),
        *[Expect("BODY", "{tag} NO disk trouble")] * 3,
        Stall(),
    ) as server:
        session = open_session(server)
        session.select()
        with pytest.raises(Transient):
            list(session.fetch([5, 6], maximum_size=1000))
        assert session.alive
        hang_up(session)


def test_goodbye_in_the_middle_is_transient_and_kept() -> None:
    with Scripted(*SIGNED_IN, Expect("NOOP", "* BYE shutting down"), Drop()) as server:
        session = open_session(server)
        with pytest.raises(Transient) as caught:
            session.noop()
        session.close()
    assert caught.value.code == "server-said-goodbye"
    assert caught.value.reply is not None
    assert caught.value.reply.text == "shutting down"


def test_bad_and_no_leave_the_session_alive() -> None:
    with Scripted(
        *SIGNED_IN,
        Expect("NOOP", "{tag} BAD what?"),
        Expect("NOOP", "{tag} NO [OVERQUOTA] Account exceeded command or bandwidth limits"),
        Expect("NOOP", "{tag} OK"),
        Stall(),
    ) as server:
        session = open_session(server)
        with pytest.raises(Rejected):
            session.noop()
        with pytest.raises(RetryAfter) as caught:
            session.noop()
        assert caught.value.seconds >= 3600
        session.noop()
        hang_up(session)


def test_search_answers_in_several_lines_count_together() -> None:
    with Scripted(
        *SIGNED_IN,
        SELECTED,
        Expect("SEARCH", "* SEARCH 9 5", "* SEARCH", "* SEARCH 7 (MODSEQ 99)", "{tag} OK"),
        Stall(),
    ) as server:
        session = open_session(server)
        session.select()
        assert session.search({}) == [5, 7, 9]
        hang_up(session)


def test_very_long_search_answers_are_read() -> None:
    uids = range(1_000_000, 1_300_000)
    with Scripted(
        *SIGNED_IN, SELECTED, Expect("SEARCH", "* SEARCH " + " ".join(map(str, uids)), "{tag} OK"), Stall()
    ) as server:
        session = open_session(server)
        session.select()
        assert session.search({}) == list(uids)
        hang_up(session)


def test_words_in_place_of_numbers_are_an_answer_that_makes_no_sense() -> None:
    with Scripted(*SIGNED_IN, SELECTED, Expect("SEARCH", "* SEARCH five", "{tag} OK"), Stall()) as server:
        session = open_session(server)
        session.select()
        with pytest.raises(Transient) as caught:
            session.search({})
        session.close()
    assert caught.value.code == "answer-garbled"


def test_a_folder_that_can_only_be_read_says_so() -> None:
    with Scripted(
        *SIGNED_IN, Expect("SELECT", "* 3 EXISTS", "* OK [UIDVALIDITY 7] x", "{tag} OK [READ-ONLY] x"), Stall()
    ) as server:
        session = open_session(server)
        with pytest.raises(AccountBroken) as caught:
            session.select("Archive")
        hang_up(session)
    assert caught.value.code == "folder-read-only"
    assert "Archive" in str(caught.value)


def test_uidnext_that_is_not_announced_is_found_out() -> None:
    with Scripted(
        *SIGNED_IN,
        Expect("SELECT", "* 3 EXISTS", "* OK [UIDVALIDITY 7] x", "{tag} OK [READ-WRITE] x"),
        Expect("SEARCH ALL", "* SEARCH 3 41 7", "{tag} OK"),
        Stall(),
    ) as server:
        session = open_session(server)
        assert session.select().uid_next == 42
        hang_up(session)


def test_news_in_the_same_packet_as_the_go_ahead_ends_idle() -> None:
    with Scripted(
        *SIGNED_IN, SELECTED, Expect("IDLE", "+ idling", "* 4 EXISTS"), Expect("DONE", "idle OK"), Stall()
    ) as server:
        session = open_session(server)
        session.select()
        assert session.idle(30.0) is True
        hang_up(session)
    assert server.problems == []


def test_still_here_is_no_news() -> None:
    with Scripted(
        *SIGNED_IN, SELECTED, Expect("IDLE", "+ idling", "* OK Still here"), Expect("DONE", "idle OK"), Stall()
    ) as server:
        session = open_session(server)
        session.select()
        assert session.idle(0.2) is False
        hang_up(session)
    assert server.problems == []


@pytest.mark.parametrize("reset", [False, True])
def test_a_line_lost_during_idle_is_noticed(reset: bool) -> None:
    with Scripted(*SIGNED_IN, SELECTED, Expect("IDLE", "+ idling"), Drop(reset)) as server:
        session = open_session(server)
        session.select()
        with pytest.raises(Transient) as caught:
            session.idle(30.0)
        session.close()
    assert caught.value.code == "line-dropped"


def test_idle_that_is_refused_leaves_the_session_alive() -> None:
    with Scripted(
        *SIGNED_IN, SELECTED, Expect("IDLE", "idle NO not now"), Expect("NOOP", "{tag} OK"), Stall()
    ) as server:
        session = open_session(server)
        session.select()
        with pytest.raises(Transient):
            session.idle(30.0)
        session.noop()
        hang_up(session)


def test_a_server_without_utf_8_leaves_such_texts_to_us() -> None:
    def header(uid: int, subject: str) -> Expect:
        raw = f"From: Ann <a@example.com>\r\nSubject: {subject}\r\n\r\n".encode()
        return Expect(
            f"FETCH {uid} .*HEADER",
            f"* 1 FETCH (UID {uid} FLAGS () BODY[HEADER]<0> {{{len(raw)}}}",
            raw + b")\r\n",
            "{tag} OK",
        )

    with Scripted(
        *SIGNED_IN,
        SELECTED,
        Expect(r'SEARCH CHARSET UTF-8 UNDELETED FROM "ann" SUBJECT .*\{9\}$', "{tag} NO [BADCHARSET (US-ASCII)] no"),
        Expect(r'SEARCH UNDELETED FROM "ann"$', "* SEARCH 5 6", "{tag} OK"),
        Expect("RFC822.SIZE", *[f"* 1 FETCH (UID {uid} RFC822.SIZE 99)" for uid in (5, 6)], "{tag} OK"),
        header(5, "=?utf-8?b?6KuL5rGC5pu4IDQy?="),
        header(6, "other"),
        Stall(),
    ) as server:
        session = open_session(server)
        session.select()
        assert session.search({"subject": "請求書", "from": "ann"}) == [5]
        hang_up(session)
    assert server.problems == []


def test_a_mail_that_an_answer_leaves_out_though_it_is_there_is_not_passed_over() -> None:
    with Scripted(
        *SIGNED_IN,
        SELECTED,
        Expect("RFC822.SIZE", "* 1 FETCH (UID 5 RFC822.SIZE 2)", "* 3 FETCH (UID 7 RFC822.SIZE 2)", "{tag} OK"),
        Expect("SEARCH UID 6,8$", "* SEARCH 6", "{tag} OK"),
        Expect("FETCH 5,6 .*BODY", "* 1 FETCH (UID 5 FLAGS () BODY[] {2}", b"m5)\r\n", "{tag} OK"),
        Expect("SEARCH UID 6$", "* SEARCH 6", "{tag} OK"),
        Expect("FETCH 6 .*BODY", "* 2 FETCH (UID 6 FLAGS () BODY[] {2}", b"m6)\r\n", "{tag} OK"),
        Expect("FETCH 7 .*BODY", "* 3 FETCH (UID 7 FLAGS () BODY[] NIL)", "{tag} OK"),
        Expect("SEARCH UID 7$", "* SEARCH 7", "{tag} OK"),
        Expect("FETCH 7 .*BODY", "* 3 FETCH (UID 7 FLAGS () BODY[] NIL)", "{tag} OK"),
        Expect("FETCH 7 .*HEADER", "* 3 FETCH (UID 7 FLAGS () BODY[HEADER]<0> {2}", b"h7)\r\n", "{tag} OK"),
        Stall(),
    ) as server:
        session = open_session(server)
        session.select()
        # The size of 6 is unknown, so it may fill a window of its own: a limit that small puts it beside 5.
        fetched = list(session.fetch([5, 6, 7, 8], maximum_size=imap_fetch._WINDOW_BYTES - 2))
        hang_up(session)
    assert server.problems == []
    assert [(each.uid, each.raw, each.refused is None) for each in fetched] == [
        (5, b"m5", True),
        (6, b"m6", True),
        (7, None, False),
    ]
    assert fetched[2].header == b"h7"


def test_the_servers_own_names_of_threads_come_with_whole_mails_and_with_headers_alone() -> None:
    offered = "* CAPABILITY IMAP4rev1 OBJECTID"
    with Scripted(
        GREETING,
        Expect("CAPABILITY", offered, "{tag} OK done"),
        Expect("LOGIN", offered, "{tag} OK welcome"),
        SELECTED,
        Expect(
            "RFC822.SIZE THREADID",
            "* 1 FETCH (UID 5 RFC822.SIZE 2 THREADID (T1))",
            "* 2 FETCH (UID 6 RFC822.SIZE 2 THREADID NIL)",
            "* 3 FETCH (UID 7 RFC822.SIZE 999 THREADID (T3))",
            "{tag} OK",
        ),
        Expect(
            "BODY.PEEK",
            b"* 1 FETCH (UID 5 FLAGS (\\Seen \\Recent) BODY[] {2}\r\nxy)\r\n",
            b"* 2 FETCH (UID 6 FLAGS () BODY[] {2}\r\nzz)\r\n",
            "{tag} OK",
        ),
        Expect("HEADER", b"* 3 FETCH (UID 7 FLAGS () BODY[HEADER]<0> {4}\r\nA: b)\r\n", "{tag} OK"),
        Stall(),
    ) as server:
        session = open_session(server)
        session.select()
        fetched = list(session.fetch([5, 6, 7], maximum_size=100))
        hang_up(session)
    assert fetched == [
        imap_fetch.Fetched(5, ("\\Seen",), 2, b"xy", thread="T1"),
        imap_fetch.Fetched(6, (), 2, b"zz"),
        imap_fetch.Fetched(7, (), 999, None, b"A: b", thread="T3"),
    ]
