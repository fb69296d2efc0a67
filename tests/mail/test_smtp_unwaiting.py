"""The half of an SMTP session that waits for nothing: replies in pieces, full lines, TLS."""

from __future__ import annotations

import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mailflow_gui.errors import MailError, SendUncertain, Transient
from mailflow_gui.mail.server import Security, Server
from mailflow_gui.mail.smtp import SmtpSession
from mailflow_gui.mail.smtp_dialogue import _ENHANCED, _REPLY_LINE
from mailflow_gui.mail.smtp_envelope import Envelope, Receipt
from tests.servers import certificates
from tests.servers.certificates import Certificate

CONTENT = b"Subject: hello\r\n\r\nfirst\r\n"
ENVELOPE = Envelope("me@example.com", ("you@example.com",), len(CONTENT))
GRANTED = b"250 sender\r\n250 recipient\r\n354 go ahead\r\n"


class Peer:
    """The other end of one session, moved by hand."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.port: int = self._listener.getsockname()[1]
        self._sock: socket.socket | None = None
        self._thread = threading.Thread(target=self._greet, daemon=True)
        self._thread.start()

    def _greet(self) -> None:
        sock, _ = self._listener.accept()
        sock.settimeout(20)
        self._sock = self._context.wrap_socket(sock, server_side=True) if self._context else sock
        self.say(b"220 hello\r\n")
        self.hear(b"\r\n")
        self.say(b"250-peer\r\n250-SIZE 9999999\r\n250 PIPELINING\r\n")

    @property
    def sock(self) -> socket.socket:
        self._thread.join(20)
        assert self._sock is not None
        return self._sock

    def say(self, data: bytes) -> None:
        assert self._sock is not None
        self._sock.sendall(data)

    def hear(self, end: bytes) -> bytes:
        assert self._sock is not None
        heard = bytearray()
        while not heard.endswith(end):
            data = self._sock.recv(65536)
            assert data, f"the line ended after {bytes(heard[-50:])!r}"
            heard += data
        return bytes(heard)

    def close(self) -> None:
        self._thread.join(20)
        for sock in (self._sock, self._listener):
            if sock is not None:
                sock.close()


@pytest.fixture(scope="module")
def certificate() -> Certificate:
    return certificates.make()


@pytest.fixture(params=["none", "tls"])
def ends(
    request: pytest.FixtureRequest, certificate: Certificate, tmp_path: Path
) -> Iterator[tuple[SmtpSession, Peer]]:
    security: Security = request.param
    context = certificate.server_context(tmp_path) if security == "tls" else None
    peer = Peer(context)
    session = SmtpSession.open(Server("127.0.0.1", peer.port, security, certificate.pem))
    session.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    _ = peer.sock
    session.wait_for_nothing()
    yield session, peer
    session.abandon()
    peer.close()


def until(session: SmtpSession, true: Callable[[], bool]) -> None:
    """Gather whenever something arrives, until it is ``true``."""
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        select.select([session.socket], [], [], 0.05)
        session.gather()


def granted(session: SmtpSession) -> bool | None:
    """Whether the envelope is granted, as far as it is known now."""
    return session.has_granted


def begun(session: SmtpSession, peer: Peer, content: bytes = CONTENT) -> None:
    """A mail whose content is said."""
    envelope = Envelope("me@example.com", ("you@example.com",), len(content))
    assert session.announce(envelope)
    peer.hear(b"DATA\r\n")
    peer.say(GRANTED)
    until(session, lambda: granted(session) is not None)
    assert granted(session)
    session.begin(envelope.sender, envelope.recipients, (content,), size=envelope.size)


def test_replies_in_pieces_are_complete_only_with_their_last_byte(ends: tuple[SmtpSession, Peer]) -> None:
    session, peer = ends
    assert session.announce(ENVELOPE)
    assert peer.hear(b"DATA\r\n").startswith(b"MAIL FROM:<me@example.com>")
    for byte in GRANTED[:-1]:
        peer.say(bytes([byte]))
        select.select([session.socket], [], [], 20)
        session.gather()
        assert granted(session) is None
    peer.say(GRANTED[-1:])
    until(session, lambda: granted(session) is not None)
    assert granted(session)
    session.begin(ENVELOPE.sender, ENVELOPE.recipients, (CONTENT,), size=ENVELOPE.size)
    assert session.flush()
    session.say_dot(ENVELOPE)
    assert peer.hear(b"DATA\r\n").startswith(CONTENT + b".\r\nMAIL FROM")
    peer.say(b"250-kept\r\n250 for you\r\n250 send")
    until(session, lambda: session.spoken_to)
    assert session.hear().text == "kept\nfor you"
    assert granted(session) is None
    peer.say(b"er\r\n250 recipient\r\n354 go ahead\r\n")
    until(session, lambda: granted(session) is not None)
    assert granted(session)


@pytest.mark.parametrize(
    "replies",
    [
        b"250 sender\r\n550 nobody\r\n503 no\r\n",
        b"250 sender\r\n250-recipient\r\n250 fine\r\n354 go\r\n",
        b"421 bye\r\n",
        b"421-bye\r\n421 now\r\n",
        b"2" * 5000,
    ],
)
def test_what_is_unusual_is_left_to_who_waits(ends: tuple[SmtpSession, Peer], replies: bytes) -> None:
    session, peer = ends
    assert session.announce(ENVELOPE)
    peer.hear(b"DATA\r\n")
    peer.say(replies)
    until(session, lambda: granted(session) is not None)
    assert granted(session) is False


def test_goodbye_is_whole_only_with_its_last_line(ends: tuple[SmtpSession, Peer]) -> None:
    session, peer = ends
    begun(session, peer)
    assert session.flush()
    session.say_dot()
    peer.hear(b"\r\n.\r\n")
    peer.say(b"421-4.3.2 closing\r\n")
    select.select([session.socket], [], [], 20)
    session.gather()
    assert not session.spoken_to
    peer.say(b"421 4.3.2 now\r\n")
    until(session, lambda: session.spoken_to)
    with pytest.raises(Transient) as told:
        session.hear()
    assert not isinstance(told.value, SendUncertain)


@pytest.mark.parametrize("said", [b"", b"25", b"250-kept\r\n", b"what?\r\n"])
def test_an_end_without_a_receipt_is_a_doubt(ends: tuple[SmtpSession, Peer], said: bytes) -> None:
    session, peer = ends
    begun(session, peer)
    session.flush()
    session.say_dot()
    peer.hear(b"\r\n.\r\n")
    peer.say(said)
    peer.close()
    until(session, lambda: session.spoken_to)
    with pytest.raises(SendUncertain):
        session.hear()
    assert not session.usable


def test_a_receipt_in_front_of_the_end_counts(ends: tuple[SmtpSession, Peer]) -> None:
    session, peer = ends
    begun(session, peer)
    session.flush()
    session.say_dot(ENVELOPE)
    peer.hear(b"DATA\r\n")
    peer.say(b"250 kept\r\n250 sender\r\n")
    peer.close()
    until(session, lambda: session.spoken_to)
    assert session.hear().text == "kept"
    until(session, lambda: granted(session) is not None)
    assert granted(session) is False
    session.wait()
    with pytest.raises(Transient):
        session.begin(ENVELOPE.sender, ENVELOPE.recipients, (CONTENT,), size=ENVELOPE.size)


def test_a_large_mail_goes_as_the_line_takes_it(ends: tuple[SmtpSession, Peer]) -> None:
    session, peer = ends
    content = b"".join(b"%06d a line of a large mail\r\n" % number for number in range(20_000))
    begun(session, peer, content)
    assert session.unsent
    assert not session.flush()
    heard: list[bytes] = []
    reader = threading.Thread(target=lambda: heard.append(peer.hear(b"\r\n.\r\n")), daemon=True)
    reader.start()
    while not session.flush():
        select.select([], [session.socket], [], 20)
    session.say_dot()
    while not session.flush():
        select.select([], [session.socket], [], 20)
    reader.join(20)
    assert heard == [content + b".\r\n"]


def test_a_dot_that_the_line_does_not_take_is_said_later(ends: tuple[SmtpSession, Peer]) -> None:
    session, peer = ends
    begun(session, peer, b"x\r\n" * 200_000)
    session.say_dot(ENVELOPE)
    assert session.unsent
    session.wait()  # for whoever takes it over and may wait; this takes no time, though the other end doesn't read yet
    heard: list[bytes] = []
    reader = threading.Thread(target=lambda: heard.append(peer.hear(b"DATA\r\n")), daemon=True)
    reader.start()

    def answer() -> None:
        reader.join(20)
        peer.say(b"250 kept\r\n")

    reply = threading.Thread(target=answer, daemon=True)
    reply.start()
    assert session.hear().text == "kept"
    assert heard[0].count(b".\r\nMAIL FROM") == 1
    reply.join(20)


def test_what_is_said_in_the_middle_of_a_mail_ends_it(ends: tuple[SmtpSession, Peer]) -> None:
    session, peer = ends
    begun(session, peer, b"x\r\n" * 200_000)
    peer.say(b"552 5.3.4 too much\r\n")
    until(session, lambda: session.spoken_to)
    error = session.interruption()
    assert error.reply is not None
    assert error.reply.code == 552
    assert not session.usable


def test_a_dot_is_not_said_to_a_server_that_has_spoken_or_gone(ends: tuple[SmtpSession, Peer]) -> None:
    session, peer = ends
    begun(session, peer)
    session.flush()
    peer.hear(CONTENT)
    peer.say(b"451 4.3.0 no")
    select.select([session.socket], [], [], 20)
    session.gather()
    with pytest.raises(MailError) as told:
        session.say_dot()
    assert not isinstance(told.value, SendUncertain)
    assert not session.usable


def test_a_granted_mail_begins_without_being_named_again(ends: tuple[SmtpSession, Peer]) -> None:
    session, peer = ends
    assert session.announce(ENVELOPE)
    peer.hear(b"DATA\r\n")
    with pytest.raises(RuntimeError):
        session.begin_granted((CONTENT,))
    assert session.announce(ENVELOPE)
    peer.hear(b"DATA\r\n")
    peer.say(GRANTED)
    until(session, lambda: granted(session) is not None)
    assert session.begin_granted((CONTENT,)) == ENVELOPE.recipients
    assert session.flush()
    session.say_dot(looked=True)
    assert peer.hear(b"\r\n.\r\n").endswith(CONTENT + b".\r\n")
    peer.say(b"250 2.0.0 kept\r\n")
    until(session, lambda: session.spoken_to)
    assert session.hear().text == "kept"


def test_what_was_gathered_before_the_dot_is_heard_without_looking_again(ends: tuple[SmtpSession, Peer]) -> None:
    session, peer = ends
    begun(session, peer)
    session.flush()
    peer.hear(CONTENT)
    peer.say(b"451 4.3.0 no\r\n")
    until(session, lambda: session.spoken_to)
    with pytest.raises(MailError) as told:
        session.say_dot(looked=True)
    assert not isinstance(told.value, SendUncertain)


@pytest.mark.parametrize(
    "line",
    [
        b"250 2.0.0 Ok: queued as 4Xyz",
        b"250 2.0.0  two spaces",
        b"250 2.0.0",
        b"250 2.0.0 ",
        b"250 2.0.0 \tOk",
        b"250 4.0.0 odd",
        b"250 Ok",
        b"250 2.0.0.1 Ok",
        b"250 2.0.0 \xc3\xa9",
        b"250 2.0.0 ends with spaces  ",
        b"251 2.1.5 " + b"forwarded, " * 371 + b"ok.",
    ],
)
def test_a_usual_reply_is_read_as_any_other(ends: tuple[SmtpSession, Peer], line: bytes) -> None:
    session, peer = ends
    begun(session, peer)
    session.flush()
    session.say_dot()
    peer.hear(b"\r\n.\r\n")
    peer.say(line + b"\r\n")
    until(session, lambda: session.spoken_to)
    heard = session.hear()
    rest = _REPLY_LINE.fullmatch(line)
    assert rest is not None
    assert heard == Receipt(250 if line.startswith(b"250") else 251, _ordinary(rest[3].decode()))


def _ordinary(text: str) -> str:
    """As every reply is read that isn't a usual one."""
    enhanced = _ENHANCED.match(text)
    return text[enhanced.end() :] if enhanced and enhanced[1] == "2" else text
