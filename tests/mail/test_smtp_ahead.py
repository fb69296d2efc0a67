"""The envelope of the next mail, said in the same write as the final dot (RFC 2920)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mailflow_gui.errors import Rejected, SendUncertain, Transient
from mailflow_gui.mail.server import Server
from mailflow_gui.mail.smtp import SmtpSession
from mailflow_gui.mail.smtp_envelope import Begun, Envelope
from tests.servers.recording_smtp import EXTENSIONS, Action, RecordingSmtp
from tests.servers.scripted import Expect, Say, Scripted

MAIL = b"Subject: hello\r\n\r\nfirst\r\n"


@pytest.fixture
def server() -> Iterator[RecordingSmtp]:
    with RecordingSmtp() as recording:
        yield recording


@pytest.fixture
def session(server: RecordingSmtp) -> Iterator[SmtpSession]:
    opened = SmtpSession.open(Server("127.0.0.1", server.port, "none"))
    yield opened
    opened.abandon()


def envelope(name: str) -> Envelope:
    return Envelope("me@example.com", (f"{name}@example.com",), len(MAIL))


def begun(session: SmtpSession, name: str) -> Begun:
    said = envelope(name)
    return session.begin(said.sender, said.recipients, (MAIL,), size=said.size)


def arrived(server: RecordingSmtp) -> list[str]:
    return [mail.recipients[0].partition("@")[0] for mail in server.messages]


def test_many_mails_follow_each_other_each_once(server: RecordingSmtp, session: SmtpSession) -> None:
    names = [f"n{number}" for number in range(20)]
    for name, following in zip(names, [*names[1:], None], strict=True):
        assert begun(session, name).accepted == (f"{name}@example.com",)
        session.finish(envelope(following) if following else None)
    session.close()
    assert arrived(server) == names
    assert server.lines[-1] == b"QUIT"
    assert len([line for line in server.lines if line.startswith(b"MAIL")]) == 20


def test_it_is_said_before_the_answer_to_the_dot() -> None:
    envelope_ok = ("250 sender", "250 recipient", "354 go ahead")
    script = (
        Say("220 hello"),
        Expect("^EHLO", "250-scripted", "250 PIPELINING"),
        *(Expect("^MAIL FROM"), Expect("^RCPT TO"), Expect("^DATA", *envelope_ok)),
        *(Expect("^Subject"), Expect("^$"), Expect("^first"), Expect(r"^\.$")),
        *(Expect("^MAIL FROM"), Expect("^RCPT TO"), Expect("^DATA", "250 kept", *envelope_ok)),
    )
    with Scripted(*script) as server:
        session = SmtpSession.open(Server("127.0.0.1", server.port, "none"))
        begun(session, "one")
        assert session.finish(envelope("two")).text == "kept"
        assert begun(session, "two").accepted == ("two@example.com",)
        session.abandon()
    assert not server.problems


def test_nothing_is_said_ahead_without_pipelining() -> None:
    with RecordingSmtp(extensions=tuple(word for word in EXTENSIONS if word != "PIPELINING")) as server:
        session = SmtpSession.open(Server("127.0.0.1", server.port, "none"))
        begun(session, "one")
        session.finish(envelope("two"))
        assert not session.answered
        begun(session, "two")
        session.finish()
        session.close()
        assert arrived(server) == ["one", "two"]
        assert server.ahead == 0


def test_refused_envelope_concerns_only_its_own_mail(server: RecordingSmtp, session: SmtpSession) -> None:
    server.answer("RCPT", "550 5.1.1 nobody here", about="bad@")
    begun(session, "one")
    assert session.finish(envelope("bad")).code == 250
    result = begun(session, "bad")
    assert result.accepted == ()
    assert type(result.refused["bad@example.com"]) is Rejected
    begun(session, "three")
    session.finish()
    assert arrived(server) == ["one", "three"]


def test_refused_mail_leaves_the_envelope_behind_it(server: RecordingSmtp, session: SmtpSession) -> None:
    server.answer("DOT", "554 5.6.0 not this one", times=1)
    begun(session, "one")
    with pytest.raises(Rejected):
        session.finish(envelope("two"))
    assert begun(session, "two").accepted
    session.finish()
    assert arrived(server) == ["two"]


def test_lost_answer_to_the_dot_is_uncertain_for_that_mail_alone(server: RecordingSmtp, session: SmtpSession) -> None:
    server.answer("DOT", Action.DROP)
    begun(session, "one")
    with pytest.raises(SendUncertain):
        session.finish(envelope("two"))
    assert not session.usable


def test_line_lost_behind_the_receipt_may_be_tried_again(server: RecordingSmtp, session: SmtpSession) -> None:
    begun(session, "one")
    server.answer("MAIL", Action.DROP)
    assert session.finish(envelope("two")).code == 250
    with pytest.raises(Transient):
        begun(session, "two")
    assert not session.usable
    assert arrived(server) == ["one"]


def test_closing_after_an_envelope_sends_nothing(server: RecordingSmtp, session: SmtpSession) -> None:
    begun(session, "one")
    session.finish(envelope("two"))
    assert session.usable
    session.close()
    assert arrived(server) == ["one"]
    assert b"QUIT" not in server.lines  # behind DATA it would have been content


def test_another_mail_than_the_one_announced_is_a_bug_and_sends_nothing(
    server: RecordingSmtp, session: SmtpSession
) -> None:
    begun(session, "one")
    session.finish(envelope("two"))
    with pytest.raises(RuntimeError):
        begun(session, "three")
    assert not session.usable
    assert arrived(server) == ["one"]


def test_mail_above_the_size_limit_is_not_announced() -> None:
    with RecordingSmtp(extensions=("PIPELINING", "SIZE 100")) as server:
        session = SmtpSession.open(Server("127.0.0.1", server.port, "none"))
        begun(session, "one")
        large = Envelope("me@example.com", ("two@example.com",), 101)
        session.finish(large)
        with pytest.raises(Rejected) as told:
            session.begin(large.sender, large.recipients, (b"x" * 101,), size=101)
        assert told.value.code == "mail-too-large"
        begun(session, "three")
        session.finish()
        session.close()
        assert arrived(server) == ["one", "three"]
