"""From a server's codes to what can be done about them."""

from __future__ import annotations

import re

import pytest

from mailflow_gui import sentences
from mailflow_gui.errors import (
    AccountBroken,
    MailError,
    Outcome,
    Reauthenticate,
    Recoverable,
    Rejected,
    Reply,
    RetryAfter,
    Transient,
)
from mailflow_gui.mail import replies
from mailflow_gui.mail.server import Server

SERVER = Server("mail.example.com", 587, "starttls", account="outgoing")


@pytest.mark.parametrize(
    ("code", "enhanced", "operation", "outcome", "row"),
    [
        # the most specific code decides
        (535, "5.7.139", "AUTH", "disconnect-connection", "535 5.7.139"),
        (535, "5.7.8", "AUTH", "reauthenticate", "535 5.7.8"),
        (535, "5.7.3", "AUTH", "reauthenticate", "535 5.7.8"),  # Exchange's way to say: wrong password
        (535, None, "AUTH", "reauthenticate", "535 5.7.8"),
        (534, "5.7.14", "AUTH", "reauthenticate", "X.7.14"),
        (534, "5.7.9", "AUTH", "reauthenticate", "534 5.7.9"),
        (432, "4.7.12", "AUTH", "reauthenticate", "X.7.12"),
        (454, "4.7.0", "AUTH", "retry-backoff", "X.7.0"),
        (454, None, "AUTH", "retry-backoff", "454"),
        (550, "5.4.5", "data", "retry-after", "X.4.5"),
        (421, "4.7.28", "data", "retry-after", "X.7.28"),
        (550, "5.7.708", "MAIL", "disconnect-connection", "5.7.708 / 5.7.750 (Exchange)"),
        (550, "5.7.60", "data", "reject-message", "5.7.60 (Exchange)"),
        (530, "5.7.57", "MAIL", "reauthenticate", "5.7.57 (Exchange)"),
        (530, "5.7.0", "MAIL", "disconnect-connection", "530"),
        (432, "4.3.2", "data", "retry-backoff", "432 4.3.2 …STOREDRV.ClientSubmit; sender thread limit exceeded"),
        # 4yz is never final, 5yz is
        (450, "4.1.1", "RCPT", "retry-backoff", "X.1.1"),
        (450, "4.1.8", "RCPT", "retry-backoff", "X.1.8"),
        (451, "4.7.1", "data", "retry-backoff", "X.7.1"),
        (452, None, "RCPT", "retry-backoff", "452"),
        (550, "5.1.1", "RCPT", "reject-message", "X.1.1"),
        (550, "5.4.1", "RCPT", "reject-message", "X.4.1"),
        (550, "5.1.8", "RCPT", "reject-message", "X.1.8"),
        (550, None, "RCPT", "reject-message", "550 on RCPT TO"),
        (550, None, "MAIL", "reject-message", "550 on MAIL FROM"),
        (552, None, "RCPT", "retry-backoff", "552"),
        (552, "5.2.2", "RCPT", "reject-message", "X.2.2"),
        (552, None, "data", "reject-message", "552"),
        (554, None, "data", "reject-message", "554 after DATA"),
        (554, None, "connect", "disconnect-connection", "554 at greeting"),
        (521, None, "connect", "disconnect-connection", "521"),
        (521, "5.7.1", "RCPT", "reject-message", "521"),
        # an undefined status says nothing
        (550, "5.0.0", "RCPT", "reject-message", "4.0.0 / 5.0.0"),
    ],
)
def test_smtp_codes(code: int, enhanced: str | None, operation: str, outcome: Outcome, row: str) -> None:
    text = "STOREDRV.ClientSubmit; sender thread limit exceeded" if "thread limit" in row else "whatever"
    verdict = replies.classify_smtp(code, enhanced, text, operation)
    assert verdict.outcome == outcome
    assert verdict.row is not None
    assert verdict.row.code == row


@pytest.mark.parametrize(
    ("code", "enhanced", "outcome"),
    [(499, None, "retry-backoff"), (599, None, "reject-message"), (471, "4.99.9", "retry-backoff")],
)
def test_unknown_codes_go_by_their_family_and_are_flagged(code: int, enhanced: str | None, outcome: Outcome) -> None:
    verdict = replies.classify_smtp(code, enhanced, "", "data")
    assert verdict.outcome == outcome
    assert not verdict.known


def test_words_alone_never_decide() -> None:
    for text in ("535 authentication failed", "quota exceeded, blocked, spam, try later", "Too many connections"):
        assert replies.classify_smtp(250 + 300, "5.1.1", text, "RCPT").outcome == "reject-message"
        assert replies.classify_smtp(450, "4.2.0", text, "RCPT").outcome == "retry-backoff"


def test_four_is_never_final_and_five_never_greylisting_anywhere_in_the_table() -> None:
    statuses = {key for key in replies._rows(replies.ENHANCED) if key.startswith("X.")}
    assert len(statuses) > 60
    for status in statuses:
        for operation in ("MAIL", "RCPT", "data"):
            early = replies.classify_smtp(450, "4" + status[1:], "", operation)
            late = replies.classify_smtp(550, "5" + status[1:], "", operation)
            assert early.outcome in ("retry-backoff", "retry-after"), status
            assert late.outcome != "retry-backoff", status


@pytest.mark.parametrize(
    ("code", "text", "operation", "status", "outcome"),
    [
        ("AUTHENTICATIONFAILED", "", "LOGIN", "NO", "reauthenticate"),
        (None, "no", "LOGIN", "NO", "reauthenticate"),
        ("UNAVAILABLE", "", "LOGIN", "NO", "retry-backoff"),
        ("LIMIT", "", "LOGIN", "NO", "retry-backoff"),
        ("LIMIT", "", "UID FETCH", "NO", "recover-alternative"),
        ("ALERT", "Too many simultaneous connections. (Failure)", "LOGIN", "NO", "retry-backoff"),
        ("ALERT", "Application-specific password required", "LOGIN", "NO", "reauthenticate"),
        (None, "User is authenticated but not connected.", "SELECT", "BAD", "disconnect-connection"),
        ("PRIVACYREQUIRED", "", "LOGIN", "NO", "disconnect-connection"),
        ("NONEXISTENT", "", "SELECT", "NO", "recover-alternative"),
        ("X-NEW", "", "UID FETCH", "NO", "retry-backoff"),
        (None, "", "UID FETCH", "BAD", "reject-message"),
        (None, "", "", "BYE", "retry-backoff"),
    ],
)
def test_imap_codes(code: str | None, text: str, operation: str, status: str, outcome: Outcome) -> None:
    assert replies.classify_imap(code, text, operation, status).outcome == outcome


@pytest.mark.parametrize(
    ("code", "operation", "outcome"),
    [
        ("IN-USE", "PASS", "retry-backoff"),
        ("LOGIN-DELAY", "PASS", "retry-after"),
        ("SYS/TEMP", "PASS", "retry-backoff"),
        ("SYS/PERM", "PASS", "disconnect-connection"),
        ("AUTH", "PASS", "reauthenticate"),
        (None, "PASS", "reauthenticate"),
        (None, "RETR", "recover-alternative"),
        (None, "UIDL", "retry-backoff"),
    ],
)
def test_pop3_codes(code: str | None, operation: str, outcome: Outcome) -> None:
    assert replies.classify_pop3(code, "", operation).outcome == outcome


@pytest.mark.parametrize(
    ("reply", "kind", "code"),
    [
        (Reply("nobody", 550, "5.1.1", "RCPT"), Rejected, "recipient-refused"),
        (Reply("not yours", 550, "5.7.60", "MAIL"), Rejected, "sender-refused"),
        (Reply("too large", 552, "5.3.4", "MAIL"), Rejected, "mail-refused"),
        (Reply("spam", 554, "5.7.1", "data"), Rejected, "mail-refused"),
        (Reply("later", 451, None, "data"), Transient, "server-busy"),
        (Reply("later", 454, "4.7.0", "AUTH"), Transient, "sign-in-unavailable"),
        (Reply("quota", 550, "5.4.5", "data"), RetryAfter, "server-says-wait"),
        (Reply("bad", 535, "5.7.8", "AUTH"), Reauthenticate, "sign-in-refused"),
        (Reply("blocked", 554, None, "connect"), AccountBroken, "account-refused"),
        (Reply("sign in", 530, "5.7.0", "MAIL"), AccountBroken, "sign-in-needed"),
        (Reply("encrypt", 538, "5.7.11", "AUTH"), AccountBroken, "sign-in-needs-tls"),
    ],
)
def test_smtp_errors_say_what_happened(reply: Reply, kind: type[MailError], code: str) -> None:
    error = replies.smtp_error(reply, SERVER, "you@example.com")
    assert type(error) is kind
    assert error.code == code
    assert error.reply == reply
    assert error.account == "outgoing"
    assert code in sentences.SENTENCES
    assert error.advice
    assert not re.search(r"[{}?]", error.text)
    assert reply.text in error.detail


def test_other_protocols_errors() -> None:
    refused = replies.imap_error(Reply("no", None, "AUTHENTICATIONFAILED", "LOGIN"), SERVER)
    assert type(refused) is Reauthenticate
    gone = replies.pop3_error(Reply("no such message", None, None, "RETR"), SERVER)
    assert type(gone) is Recoverable
    assert not re.search(r"[{}?]", f"{refused} {gone}")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("try again in 300 seconds", 300.0),
        ("Retry after 2 hours", 7200.0),
        ("wait 5 minutes", 300.0),
        ("in 999999 hours", 86400.0),
        ("later", 3600.0),
    ],
)
def test_waiting_time_that_the_server_names(text: str, seconds: float) -> None:
    error = replies.smtp_error(Reply(text, 450, "4.7.28", "RCPT"), SERVER)
    assert isinstance(error, RetryAfter)
    assert error.seconds == seconds


def test_every_row_of_the_table_has_a_code_and_known_classes() -> None:
    table = replies.known_codes()
    assert len(table) == 271
    outcomes = {outcome for row in table for outcome in row.classes.values()}
    assert outcomes <= {
        "retry-backoff",
        "retry-after",
        "recover-alternative",
        "reauthenticate",
        "disconnect-connection",
        "reject-message",
        "uncertain",
    }
    for family in (replies.SMTP, replies.ENHANCED, replies.IMAP, replies.POP3):
        reached = {row.code for row in replies._rows(family).values()}
        missing = {row.code for row in table if row.family.startswith(family)} - reached
        assert all("'" in code or " " in code for code in missing), missing
