"""Securing the line and signing in: what is sent, when, and how often."""

from __future__ import annotations

import base64
import contextlib
import hmac
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mailflow_gui.errors import AccountBroken, MailError, Reauthenticate, Transient
from mailflow_gui.mail.server import Security, Server
from mailflow_gui.mail.smtp import SmtpSession
from tests.servers.certificates import Certificate, make
from tests.servers.recording_smtp import Action, RecordingSmtp

USER, PASSWORD = "ünser", "pässword canary"

Start = Callable[..., RecordingSmtp]


@pytest.fixture(scope="module")
def certificate() -> Certificate:
    return make()


@pytest.fixture
def start(certificate: Certificate, tmp_path: Path) -> Iterator[Start]:
    with contextlib.ExitStack() as stack:

        def started(security: Security, **more: object) -> RecordingSmtp:
            context = None if security == "none" else certificate.server_context(tmp_path)
            server = RecordingSmtp(
                username=USER,
                password=PASSWORD,
                context=context,
                implicit_tls=security == "tls",
                **more,  # type: ignore[arg-type]  # whatever the test asks for
            )
            return stack.enter_context(server)

        yield started


@contextlib.contextmanager
def signed_in(
    server: RecordingSmtp, security: Security, certificate: Certificate, password: str | None = PASSWORD
) -> Iterator[SmtpSession]:
    address = Server("127.0.0.1", server.port, security, certificate.pem if security != "none" else "", "outgoing")
    session = SmtpSession.open(address, USER, password)
    try:
        yield session
    finally:
        session.close()


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
@pytest.mark.parametrize("mechanisms", ["PLAIN", "LOGIN", "CRAM-MD5", "GSSAPI LOGIN PLAIN CRAM-MD5"])
def test_signed_in_mail_arrives(start: Start, certificate: Certificate, security: Security, mechanisms: str) -> None:
    server = start(security, mechanisms=mechanisms)
    with signed_in(server, security, certificate) as session:
        session.begin("me@example.com", ["you@example.com"], [b"hello\r\n"], size=7)
        session.finish()
    (mail,) = server.messages
    assert (mail.raw, mail.username, mail.secure) == (b"hello\r\n", USER, security != "none")
    assert server.logins == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_nothing_but_the_request_for_tls_goes_in_clear(
    start: Start, certificate: Certificate, security: Security
) -> None:
    server = start(security)
    with signed_in(server, security, certificate) as session:
        session.noop()
    assert bytes(server.clear_bytes) == (b"EHLO [127.0.0.1]\r\nSTARTTLS\r\n" if security == "starttls" else b"")


@pytest.mark.parametrize("mechanisms", ["PLAIN", "LOGIN", "CRAM-MD5", "PLAIN LOGIN CRAM-MD5"])
@pytest.mark.parametrize("security", ["none", "tls"])
def test_wrong_password_is_tried_once(
    start: Start, certificate: Certificate, security: Security, mechanisms: str
) -> None:
    server = start(security, mechanisms=mechanisms)
    with pytest.raises(Reauthenticate) as caught, signed_in(server, security, certificate, "wrong"):
        pass
    assert server.logins == 1
    assert caught.value.reply is not None
    assert (caught.value.reply.code, caught.value.reply.enhanced) == (535, "5.7.8")
    assert caught.value.account == "outgoing"


def test_error_of_a_sign_in_does_not_tell_the_password(start: Start, certificate: Certificate) -> None:
    server = start("none")
    secret = "canary-2718"
    with pytest.raises(Reauthenticate) as caught, signed_in(server, "none", certificate, secret):
        pass
    shown = f"{caught.value!r} {caught.value} {caught.value.detail} {caught.value.arguments} {caught.value.reply}"
    coded = base64.b64encode(f"\0{USER}\0{secret}".encode()).decode()
    assert secret not in shown
    assert coded not in shown


def test_offer_of_tls_that_somebody_took_away_stops_everything(start: Start, certificate: Certificate) -> None:
    server = start("starttls")
    server.answer("EHLO", "250-recording.example\r\n250 AUTH PLAIN LOGIN")
    with pytest.raises(AccountBroken) as caught, signed_in(server, "starttls", certificate):
        pass
    assert caught.value.code == "starttls-missing"
    assert bytes(server.clear_bytes) == b"EHLO [127.0.0.1]\r\n"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("454 4.7.0 not now", Transient),
        ("502 5.5.1 no", AccountBroken),
        (b"220 go ahead\r\n250 injected\r\n", AccountBroken),
        (Action.DROP, Transient),
    ],
)
def test_starttls_that_fails_sends_no_secret(
    start: Start, certificate: Certificate, answer: str | bytes | Action, kind: type[MailError]
) -> None:
    server = start("starttls")
    server.answer("STARTTLS", answer)
    with pytest.raises(MailError) as caught, signed_in(server, "starttls", certificate):
        pass
    assert type(caught.value) is kind
    assert bytes(server.clear_bytes).startswith(b"EHLO [127.0.0.1]\r\nSTARTTLS\r\n")
    assert b"AUTH" not in server.clear_bytes
    assert server.logins == 0


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_server_that_is_not_trusted_hears_no_secret(start: Start, certificate: Certificate, security: Security) -> None:
    server = start(security)
    with pytest.raises(AccountBroken) as caught, signed_in(server, security, make()):
        pass
    assert caught.value.code == "certificate-changed"
    server.settle()
    assert not any(b"AUTH" in line for line in server.lines)
    assert server.logins == 0


def test_offers_made_in_clear_are_forgotten_after_tls(start: Start, certificate: Certificate) -> None:
    server = start("starttls")
    server.answer("EHLO", "250-recording.example\r\n250-STARTTLS\r\n250 X-EVIL", times=1)
    with signed_in(server, "starttls", certificate) as session:
        assert "X-EVIL" not in session.extensions
        assert "PIPELINING" in session.extensions


def test_sign_in_that_needs_tls_says_so(start: Start, certificate: Certificate) -> None:
    server = start("starttls")
    with pytest.raises(AccountBroken) as caught, signed_in(server, "none", certificate):
        pass
    assert caught.value.code == "sign-in-needs-tls"
    assert server.logins == 0


def test_server_without_a_mechanism_that_we_speak(start: Start, certificate: Certificate) -> None:
    server = start("none", mechanisms="GSSAPI NTLM")
    with pytest.raises(AccountBroken) as caught, signed_in(server, "none", certificate):
        pass
    assert caught.value.code == "sign-in-impossible"


def test_mechanism_that_the_server_does_not_know_after_all(start: Start, certificate: Certificate) -> None:
    server = start("tls", mechanisms="PLAIN LOGIN")
    server.answer("AUTH", "504 5.5.4 no PLAIN here", about="PLAIN")
    with signed_in(server, "tls", certificate) as session:
        session.noop()
    assert server.logins == 1


def test_trouble_of_the_server_is_not_a_wrong_password(start: Start, certificate: Certificate) -> None:
    server = start("none")
    server.answer("AUTH", "454 4.7.0 temporary authentication failure")
    with pytest.raises(Transient) as caught, signed_in(server, "none", certificate):
        pass
    assert caught.value.code == "sign-in-unavailable"


def test_without_a_password_nobody_signs_in(start: Start, certificate: Certificate) -> None:
    server = start("none")
    with signed_in(server, "none", certificate, None) as session, pytest.raises(AccountBroken) as caught:
        session.begin("me@example.com", ["you@example.com"], [b"hello\r\n"], size=7)
    assert caught.value.code == "sign-in-needed"
    assert not any(line.startswith(b"AUTH") for line in server.lines)


def test_long_secret_goes_on_a_line_of_its_own(tmp_path: Path) -> None:
    secret = "x" * 2000
    with RecordingSmtp(username="me", password=secret) as server:
        SmtpSession.open(Server("127.0.0.1", server.port, "none"), "me", secret).close()
        assert server.logins == 1
        assert b"AUTH PLAIN" in server.lines


def test_endless_questions_are_cancelled(start: Start, certificate: Certificate) -> None:
    server = start("none", mechanisms="LOGIN")
    server.answer("AUTH", "334 VXNlcm5hbWU6")
    server.answer(base64.b64encode(USER.encode()).decode().upper(), "334 UGFzc3dvcmQ6")
    server.answer(base64.b64encode(PASSWORD.encode()).decode().upper(), "334 bW9yZQ==")
    server.answer("*", "501 5.5.2 cancelled")
    with pytest.raises(AccountBroken), signed_in(server, "none", certificate):
        pass
    server.settle()
    assert server.lines[-1] == b"*"


def test_user_name_with_a_nul_is_never_sent(start: Start) -> None:
    server = start("none")
    with pytest.raises(AccountBroken) as caught:
        SmtpSession.open(Server("127.0.0.1", server.port, "none"), "me\0root", "x")
    assert caught.value.code == "unsafe-characters"
    assert server.logins == 0


def test_cram_md5_matches_the_example_of_its_specification() -> None:
    from mailflow_gui.mail import sasl

    challenge = b"<1896.697170952@postoffice.reston.mci.net>"  # RFC 2195 2
    assert sasl.answer("CRAM-MD5", "tim", "tanstaaftanstaaf", challenge, 0) == b"tim b913a602c7eda7a495b4e6e7334d3890"
    assert hmac.compare_digest(sasl.initial("PLAIN", "tim", "tanstaaf") or b"", b"\0tim\0tanstaaf")


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_large_mail_arrives_whole(start: Start, certificate: Certificate, security: Security) -> None:
    server = start(security)
    chunks = [bytes(range(256)).replace(b"\r", b"").replace(b"\n", b"") + b"\r\n.\r\n" for _ in range(15_000)]
    with signed_in(server, security, certificate) as session:
        for _ in range(2):
            session.begin("me@example.com", ["you@example.com"], chunks, size=sum(map(len, chunks)), eight_bit=True)
            session.finish()
    assert [mail.raw == b"".join(chunks) for mail in server.messages] == [True, True]
