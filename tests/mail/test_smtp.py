"""The SMTP session against a real server that keeps what it accepts and misbehaves on order."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections.abc import Iterator, Sequence

import pytest

from mailflow_gui.errors import (
    AccountBroken,
    MailError,
    Reauthenticate,
    Rejected,
    RetryAfter,
    SendUncertain,
    Transient,
)
from mailflow_gui.mail.server import Server
from mailflow_gui.mail.smtp import SmtpSession
from mailflow_gui.mail.smtp_envelope import Begun, Receipt
from tests.servers.recording_smtp import EXTENSIONS, Action, RecordingSmtp

MAIL = b"Subject: hello\r\n\r\nfirst\r\n.second\r\n..third\r\n"
IN_STEP = tuple(word for word in EXTENSIONS if word != "PIPELINING")


@pytest.fixture(params=["pipelined", "in step"])
def server(request: pytest.FixtureRequest) -> Iterator[RecordingSmtp]:
    with RecordingSmtp(extensions=EXTENSIONS if request.param == "pipelined" else IN_STEP) as recording:
        yield recording


_OPENED: list[SmtpSession] = []


@pytest.fixture(autouse=True)
def _no_session_stays_open() -> Iterator[None]:
    yield
    while _OPENED:
        _OPENED.pop().abandon()


def opened(recording: RecordingSmtp) -> SmtpSession:
    session = SmtpSession.open(Server("127.0.0.1", recording.port, "none", account="outgoing"))
    _OPENED.append(session)
    return session


def usable(session: SmtpSession) -> bool:
    """The property, asked anew: the type checker would remember its first answer."""
    return session.usable


def begun(session: SmtpSession, *recipients: str, content: Sequence[bytes] = (MAIL,)) -> Begun:
    size = sum(map(len, content))
    return session.begin("me@example.com", recipients or ("you@example.com",), content, size=size)


def sent(session: SmtpSession, *recipients: str) -> Receipt:
    begun(session, *recipients)
    return session.finish()


def test_mail_arrives_byte_for_byte(server: RecordingSmtp) -> None:
    session = opened(server)
    receipt = sent(session, "you@example.com", "her@example.com")
    session.close()
    assert receipt == Receipt(250, "kept")
    (mail,) = server.messages
    assert mail.raw == MAIL
    assert (mail.sender, mail.recipients) == ("me@example.com", ("you@example.com", "her@example.com"))
    assert mail.parameters == f"SIZE={len(MAIL)}"
    assert server.lines[-1] == b"QUIT"


def test_nothing_is_accepted_before_the_dot(server: RecordingSmtp) -> None:
    session = opened(server)
    assert begun(session).accepted == ("you@example.com",)
    session.abandon()
    assert server.messages == []
    assert not usable(session)


def test_one_session_carries_many_mails(server: RecordingSmtp) -> None:
    session = opened(server)
    for number in range(5):
        sent(session, f"you{number}@example.com")
    session.noop()
    session.close()
    assert [mail.recipients for mail in server.messages] == [(f"you{number}@example.com",) for number in range(5)]
    assert server.sessions == 1


def test_commands_are_said_ahead_only_where_pipelining_is_offered() -> None:
    ahead = []
    for extensions in (EXTENSIONS, IN_STEP):
        with RecordingSmtp(extensions=extensions) as recording:
            session = opened(recording)
            sent(session, *(f"you{number}@example.com" for number in range(10)))
            session.close()
            ahead.append(recording.ahead)
    assert ahead[0] >= 10
    assert ahead[1] == 0


def test_three_hundred_recipients_get_one_mail(server: RecordingSmtp) -> None:
    session = opened(server)
    recipients = [f"you{number}@example.com" for number in range(300)]
    sent(session, *recipients)
    session.close()
    assert server.messages[0].recipients == tuple(recipients)


def test_refused_recipients_fail_alone(server: RecordingSmtp) -> None:
    server.answer("RCPT", "550 5.1.1 nobody here", about="bad@")
    server.answer("RCPT", "450 4.2.0 greylisted", about="later@")
    session = opened(server)
    result = begun(session, "bad@example.com", "good@example.com", "later@example.com")
    session.finish()
    assert result.accepted == ("good@example.com",)
    assert type(result.refused["bad@example.com"]) is Rejected
    assert type(result.refused["later@example.com"]) is Transient
    assert "bad@example.com" in result.refused["bad@example.com"].text
    assert server.messages[0].recipients == ("good@example.com",)


def test_session_goes_on_when_every_recipient_is_refused(server: RecordingSmtp) -> None:
    server.answer("RCPT", "550 5.1.1 nobody here", times=2)
    session = opened(server)
    result = begun(session, "a@example.com", "b@example.com")
    assert result.accepted == ()
    assert set(result.refused) == {"a@example.com", "b@example.com"}
    with pytest.raises(RuntimeError):
        session.finish()
    sent(session)
    assert [mail.recipients for mail in server.messages] == [("you@example.com",)]


def test_data_granted_without_recipients_never_becomes_a_mail() -> None:
    with RecordingSmtp() as server:
        server.answer("RCPT", "550 5.1.1 nobody here")
        server.answer("DATA", "354 come on")
        session = opened(server)
        assert begun(session).accepted == ()
        assert not usable(session)
        assert server.messages == []


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        ("550 5.7.60 not your address", Rejected),
        ("451 4.3.0 later", Transient),
        ("530 5.7.0 sign in first", AccountBroken),
        ("530 5.7.57 client not authenticated", Reauthenticate),
    ],
)
def test_session_goes_on_when_the_sender_is_refused(server: RecordingSmtp, reply: str, kind: type[MailError]) -> None:
    server.answer("MAIL", reply, times=1)
    session = opened(server)
    with pytest.raises(MailError) as caught:
        begun(session)
    assert type(caught.value) is kind
    assert caught.value.account == "outgoing"
    assert caught.value.reply is not None
    assert caught.value.reply.code == int(reply[:3])
    sent(session)
    assert len(server.messages) == 1


def test_parameters_are_left_out_for_a_server_that_does_not_take_them(server: RecordingSmtp) -> None:
    server.answer("MAIL", "555 5.5.4 parameters not understood", about="SIZE")
    session = opened(server)
    sent(session)
    assert server.messages[0].parameters == ""


@pytest.mark.parametrize("action", [Action.DROP, Action.RESET, "421 4.3.2 closing", b"what is this?\r\n"])
@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
def test_anything_before_the_dot_may_be_tried_again(
    server: RecordingSmtp, verb: str, action: str | bytes | Action
) -> None:
    server.answer(verb, action)
    session = opened(server)
    with pytest.raises(Transient):
        begun(session)
    assert not usable(session)
    assert server.messages == []


@pytest.mark.parametrize("action", [Action.DROP, Action.RESET])
def test_line_lost_in_the_middle_of_the_content_may_be_tried_again(server: RecordingSmtp, action: Action) -> None:
    server.answer("BODY", action)
    session = opened(server)
    with pytest.raises(Transient):
        begun(session, content=[b"x" * 78 + b"\r\n"] * 400_000)
    assert server.messages == []


def test_refusal_in_the_middle_of_the_content_is_heard(server: RecordingSmtp) -> None:
    server.answer("BODY", "552 5.3.4 too large, stop")
    session = opened(server)

    def content() -> Iterator[bytes]:
        for _ in range(2_000_000):
            yield b"x" * 998 + b"\r\n"

    with pytest.raises(Rejected):
        session.begin("me@example.com", ["you@example.com"], content(), size=1000)
    assert not usable(session)
    assert server.messages == []


def test_server_that_hung_up_before_the_dot_leaves_no_doubt(server: RecordingSmtp) -> None:
    session = opened(server)
    begun(session)
    server.close()
    with pytest.raises(Transient):
        session.finish()
    assert server.messages == []


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Action.DROP, SendUncertain),
        (Action.RESET, SendUncertain),
        (b"hm\r\n", SendUncertain),
        (b"354 again?\r\n", SendUncertain),
        (b"250-" + b"x" * 200_000, SendUncertain),
        (b"250-ok\r\n550 no\r\n", SendUncertain),
        ("451 4.3.0 later", Transient),
        ("421 4.3.2 closing", Transient),
        ("550 5.4.5 daily quota exceeded", RetryAfter),
        ("554 5.7.1 spam", Rejected),
        ("554 no", Rejected),
        ("599 never heard of", Rejected),
    ],
)
def test_answer_to_the_dot_decides(server: RecordingSmtp, answer: str | bytes | Action, kind: type[MailError]) -> None:
    server.answer("DOT", answer)
    session = opened(server)
    begun(session)
    with pytest.raises(MailError) as caught:
        session.finish()
    assert type(caught.value) is kind


def test_silence_after_the_dot_is_uncertain(server: RecordingSmtp, monkeypatch: pytest.MonkeyPatch) -> None:
    server.answer("KEPT", Action.HANG)
    session = opened(server)
    begun(session)
    monkeypatch.setenv("MAILFLOW_TIMEOUT_SCALE", "0.0005")
    with pytest.raises(SendUncertain):
        session.finish()
    assert len(server.messages) == 1
    assert not usable(session)


@pytest.mark.parametrize("reply", ["251 2.1.5 forwarded", "250-2.0.0 kept\r\n250 2.0.0 really", "250", "298 odd"])
def test_any_good_answer_to_the_dot_is_a_receipt(server: RecordingSmtp, reply: str) -> None:
    server.answer("KEPT", reply)
    session = opened(server)
    begun(session)
    assert session.finish().code == int(reply[:3])
    assert usable(session)


@pytest.mark.parametrize("answer", [Action.DROP, Action.RESET, "500 what?", b"\xff\r\n"])
def test_trouble_at_the_farewell_changes_nothing(server: RecordingSmtp, answer: str | bytes | Action) -> None:
    server.answer("QUIT", answer)
    session = opened(server)
    sent(session)
    session.close()
    assert len(server.messages) == 1


def test_refused_content_leaves_the_session_usable(server: RecordingSmtp) -> None:
    server.answer("DOT", "554 5.7.1 spam", times=1)
    session = opened(server)
    begun(session)
    with pytest.raises(Rejected):
        session.finish()
    sent(session)
    assert len(server.messages) == 1


def test_hang_up_of_an_idle_session_is_noticed(server: RecordingSmtp) -> None:
    session = opened(server)
    assert usable(session)
    server.close()
    assert not usable(session)
    with pytest.raises(Transient):
        begun(session)


def test_mail_above_the_size_limit_is_refused_before_the_wire() -> None:
    with RecordingSmtp(extensions=("SIZE 1000",)) as server:
        session = opened(server)
        assert session.maximum_size == 1000
        with pytest.raises(Rejected, match="1000") as caught:
            session.begin("me@example.com", ["you@example.com"], [b"x"], size=1001)
        assert caught.value.code == "mail-too-large"
        assert not any(line.startswith(b"MAIL") for line in server.lines)
        assert usable(session)


@pytest.mark.parametrize(
    "address",
    ["a@b\r\nRCPT TO:<evil@x>", "a@b>\r\n", "a b@c", "<a@b>", "a@b\0", "a@b c", "a", "", "a@b> SIZE=1"],
)
def test_address_can_never_become_a_command(server: RecordingSmtp, address: str) -> None:
    session = opened(server)
    before = len(server.lines)
    result = session.begin("me@example.com", [address], [MAIL], size=1)
    assert result.accepted == ()
    assert type(result.refused[address]) is Rejected
    if address:
        with pytest.raises(Rejected):
            session.begin(address, ["you@example.com"], [MAIL], size=1)
    assert len(server.lines) == before


def test_addresses_beyond_ascii(server: RecordingSmtp) -> None:
    session = opened(server)
    sent(session, "you@bücher.example")
    sent(session, "用户@例え.jp")
    assert server.messages[0].recipients == ("you@xn--bcher-kva.example",)
    assert "SMTPUTF8" not in server.messages[0].parameters
    assert server.messages[1].recipients == ("用户@xn--r8jz45g.jp",)
    assert server.messages[1].parameters.endswith("BODY=8BITMIME SMTPUTF8")


def test_address_that_needs_smtputf8_is_refused_where_it_is_not_offered() -> None:
    with RecordingSmtp(extensions=()) as server:
        session = opened(server)
        result = begun(session, "用户@example.jp", "you@example.com")
        session.finish()
        assert result.accepted == ("you@example.com",)
        assert result.refused["用户@example.jp"].code == "smtputf8-missing"


def test_eight_bit_content_is_declared(server: RecordingSmtp) -> None:
    session = opened(server)
    session.begin("me@example.com", ["you@example.com"], ["é\r\n".encode()], size=4, eight_bit=True)
    session.finish()
    assert "BODY=8BITMIME" in server.messages[0].parameters
    assert server.messages[0].raw == "é\r\n".encode()


def test_null_sender(server: RecordingSmtp) -> None:
    session = opened(server)
    session.begin("", ["you@example.com"], [MAIL], size=len(MAIL))
    session.finish()
    assert server.messages[0].sender == ""


def test_sender_can_be_tried_without_mailing(server: RecordingSmtp) -> None:
    server.answer("MAIL", "553 5.7.1 not yours", about="other@")
    session = opened(server)
    assert session.try_sender("me@example.com") is None
    reply = session.try_sender("other@example.com")
    assert reply is not None
    assert (reply.code, reply.enhanced, reply.text) == (553, "5.7.1", "not yours")
    sent(session)
    assert len(server.messages) == 1


def test_helo_for_a_server_without_ehlo(server: RecordingSmtp) -> None:
    server.answer("EHLO", "502 5.5.1 unknown")
    session = opened(server)
    assert dict(session.extensions) == {}
    sent(session)
    assert len(server.messages) == 1


def test_content_that_can_not_be_read_is_never_sent_in_part(server: RecordingSmtp) -> None:
    def content() -> Iterator[bytes]:
        yield MAIL
        raise OSError("the disk has gone")

    session = opened(server)
    with pytest.raises(OSError, match="the disk has gone"):
        session.begin("me@example.com", ["you@example.com"], content(), size=100)
    assert not usable(session)
    server.settle()
    assert server.messages == []


@pytest.mark.parametrize(
    ("banner", "kind"),
    [
        ("554 5.7.1 blocked", AccountBroken),
        ("421 4.3.2 too many", Transient),
        ("* OK IMAP4rev1", AccountBroken),
        ("+OK POP3", AccountBroken),
        (Action.DROP, Transient),
    ],
)
def test_bad_greetings(banner: str | Action, kind: type[MailError]) -> None:
    with RecordingSmtp() as server:
        server.answer("CONNECT", banner)
        with pytest.raises(MailError) as caught:
            opened(server)
        assert type(caught.value) is kind


def test_greeting_of_many_lines() -> None:
    with RecordingSmtp() as server:
        server.answer("CONNECT", "220-welcome\r\n220-to this\r\n220 server")
        session = opened(server)
        sent(session)
        assert len(server.messages) == 1


def test_session_over_ipv6() -> None:
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    try:
        server = RecordingSmtp(host="::1")
    except OSError:
        pytest.skip("no IPv6 loopback here")
    with server:
        session = SmtpSession.open(Server("::1", server.port, "none"))
        _OPENED.append(session)
        sent(session)
        assert server.lines[0] == b"EHLO [IPv6:::1]"


def test_waiting_session_is_cut_from_another_thread(server: RecordingSmtp) -> None:
    server.answer("KEPT", Action.HANG)
    session = opened(server)
    begun(session)
    timer = threading.Timer(0.05, session.abort)
    timer.start()
    with pytest.raises(SendUncertain):
        session.finish()
    timer.join()


def test_server_that_dribbles_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        stop = threading.Event()

        def dribble() -> None:
            sock, _ = listener.accept()
            with sock, contextlib.suppress(OSError):
                sock.sendall(b"220-")
                while not stop.wait(0.01):
                    sock.sendall(b"x")

        thread = threading.Thread(target=dribble)
        thread.start()
        monkeypatch.setenv("MAILFLOW_TIMEOUT_SCALE", "0.005")
        try:
            with pytest.raises(Transient) as caught:
                SmtpSession.open(Server("127.0.0.1", listener.getsockname()[1], "none"))
        finally:
            stop.set()
            thread.join()
        assert caught.value.code in ("no-answer", "answer-too-long")


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Transient) as caught:
        SmtpSession.open(Server("127.0.0.1", port, "none"))
    assert caught.value.code == "refused"


def test_answers_that_come_byte_by_byte_are_understood() -> None:
    script = b"220 hi\r\n250-hi\r\n250 SIZE 0\r\n250 2.1.0 ok\r\n250 2.1.5 ok\r\n354 go\r\n250-2.0.0 taken\r\n250 2.0.0 as 42\r\n"
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            sock, _ = listener.accept()
            with sock, sock.makefile("rb") as lines, contextlib.suppress(OSError):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for answer in re.findall(rb"(?:\d{3}-.*\r\n)*\d{3} .*\r\n", script):
                    if answer.startswith(b"250-2.0.0"):
                        while lines.readline() != b".\r\n":
                            pass
                    for byte in answer:
                        sock.sendall(bytes([byte]))
                    if not answer.startswith((b"250-2.0.0", b"354")):
                        lines.readline()

        thread = threading.Thread(target=serve)
        thread.start()
        session = SmtpSession.open(Server("127.0.0.1", listener.getsockname()[1], "none"))
        assert session.maximum_size is None
        receipt = sent(session)
        session.abandon()
        thread.join()
    assert receipt == Receipt(250, "taken\nas 42")


def test_wherever_the_line_is_cut_the_outcome_is_true(server: RecordingSmtp) -> None:
    """Cut at every byte that we send: *sent* and *try again* are certain, and everything else says that it is not."""
    outcomes = set()
    length = 0
    while "sent" not in outcomes or length < 10:
        length += 1
        server.cut_after = length
        server.messages.clear()
        outcome = "sent"
        try:
            sent(opened(server))
        except SendUncertain:
            outcome = "uncertain"
        except Transient:
            outcome = "again"
        while _OPENED:
            _OPENED.pop().abandon()
        server.settle()
        kept = len(server.messages)
        assert kept == {"sent": 1, "again": 0}.get(outcome, kept), (length, outcome)
        outcomes.add(outcome)
    assert "again" in outcomes
