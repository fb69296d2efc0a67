"""What failed look-ups, sockets and handshakes mean."""

from __future__ import annotations

import errno
import socket
import ssl
from typing import TYPE_CHECKING

import pytest

from mailflow_gui import sentences
from mailflow_gui.errors import AccountBroken, MailError, Transient
from mailflow_gui.mail.server import Server
from mailflow_gui.mail.transport_errors import translate
from mailflow_gui.mail.wire import Wire
from tests.servers.certificates import Certificate, make
from tests.servers.scripted import Say, Scripted, Stall, StartTls

if TYPE_CHECKING:
    from pathlib import Path

SERVER = Server("mail.example.com", 993, "tls", account="inbox")


def verify_error(number: int, message: str = "certificate verify failed") -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, message)
    error.verify_code = number
    return error


def tls_error(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, f"[SSL: {reason}] {reason.lower()} (_ssl.c:1006)")
    error.reason = reason
    return error


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        (socket.gaierror(socket.EAI_NONAME, "unknown"), AccountBroken, "host-unknown"),
        (socket.gaierror(11001, "getaddrinfo failed"), AccountBroken, "host-unknown"),
        (UnicodeError("label empty or too long"), AccountBroken, "host-unknown"),
        (socket.gaierror(socket.EAI_AGAIN, "later"), Transient, "name-lookup-failed"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), Transient, "refused"),
        (TimeoutError(), Transient, "no-answer"),
        (OSError(errno.ETIMEDOUT, "timed out"), Transient, "no-answer"),
        (OSError(errno.ENETUNREACH, "no route"), Transient, "unreachable"),
        (OSError(errno.EHOSTUNREACH, "no route"), Transient, "unreachable"),
        (ConnectionResetError(errno.ECONNRESET, "reset"), Transient, "line-dropped"),
        (BrokenPipeError(errno.EPIPE, "pipe"), Transient, "line-dropped"),
        (ssl.SSLEOFError(8, "EOF"), Transient, "line-dropped"),
        (verify_error(18), AccountBroken, "certificate-untrusted"),
        (verify_error(20), AccountBroken, "certificate-untrusted"),
        (verify_error(10), AccountBroken, "certificate-expired"),
        (verify_error(9), AccountBroken, "certificate-not-yet-valid"),
        (verify_error(66), AccountBroken, "certificate-weak"),
        (verify_error(62), AccountBroken, "certificate-wrong-host"),
        (verify_error(0x800B0101 - (1 << 32)), AccountBroken, "certificate-expired"),
        (verify_error(-67602), AccountBroken, "certificate-wrong-host"),
        (verify_error(0, "certificate has expired"), AccountBroken, "certificate-expired"),
        (tls_error("WRONG_VERSION_NUMBER"), AccountBroken, "tls-not-spoken"),
        (tls_error("RECORD_LAYER_FAILURE"), AccountBroken, "tls-not-spoken"),
        (tls_error("UNSUPPORTED_PROTOCOL"), AccountBroken, "tls-too-old"),
        (tls_error("TLSV1_ALERT_PROTOCOL_VERSION"), AccountBroken, "tls-too-old"),
        (tls_error("SOMETHING_NEW"), AccountBroken, "tls-failed"),
    ],
)
def test_every_error_has_its_class_and_a_whole_sentence(
    error: OSError | ValueError, kind: type[MailError], code: str
) -> None:
    translated = translate(error, SERVER, "connect")
    assert type(translated) is kind
    assert translated.code == code
    assert translated.account == "inbox"
    assert code in sentences.SENTENCES
    assert translated.text.endswith((".", ")"))
    assert "?" not in translated.text
    assert translated.advice


def opening(certificate: Certificate, directory: Path, trusted: str, host: str = "127.0.0.1") -> str:
    """Open a wire to a server that shows ``certificate``; the code of what it raises, or an empty text."""
    with Scripted(StartTls(certificate.server_context(directory)), Say("hello"), Stall()) as server:
        try:
            wire = Wire.open(Server(host, server.port, "tls", trusted))
        except MailError as error:
            return error.code
        assert wire.readline() == b"hello\r\n"
        wire.close()
    return ""


def test_a_self_signed_certificate_is_trusted_once_it_is_given(tmp_path: Path) -> None:
    certificate = make()
    assert opening(certificate, tmp_path, certificate.pem) == ""
    assert opening(certificate, tmp_path, make().pem) == "certificate-changed"
    assert opening(certificate, tmp_path, "") == "certificate-untrusted"


def test_a_certificate_of_a_trusted_authority_must_be_for_the_host(tmp_path: Path) -> None:
    authority = make(("authority.example",), authority=True)
    right = make(issuer=authority)
    wrong = make(("other.example",), issuer=authority)
    assert opening(right, tmp_path, authority.pem) == ""
    assert opening(wrong, tmp_path, authority.pem) == "certificate-wrong-host"


def test_an_expired_certificate_of_a_trusted_authority_is_refused(tmp_path: Path) -> None:
    authority = make(("authority.example",), authority=True)
    assert opening(make(issuer=authority, expired=True), tmp_path, authority.pem) == "certificate-expired"


def test_a_host_name_that_cannot_be_one_is_unknown() -> None:
    for host in ("mail..example.com", "x" * 70 + ".example.com"):
        with pytest.raises(AccountBroken) as caught:
            Wire.open(Server(host, 143, "none"))
        assert caught.value.code == "host-unknown"
