"""What a failed look-up, socket or TLS handshake means, the same for every protocol.

Whoever calls the operating system or the TLS library translates here, once, with ``raise ... from``.
"""

from __future__ import annotations

import errno
import socket
import ssl
from typing import TYPE_CHECKING

from mailflow_gui.errors import AccountBroken, Transient
from mailflow_gui.mail import tls

if TYPE_CHECKING:
    from mailflow_gui.errors import MailError
    from mailflow_gui.mail.server import Server

_NO_SUCH_NAME = {
    number
    for name in ("EAI_NONAME", "EAI_NODATA", "EAI_ADDRFAMILY")
    if (number := getattr(socket, name, None)) is not None
} | {11001, 11004}
"""Windows: WSAHOST_NOT_FOUND, WSANO_DATA."""

_UNREACHABLE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL, 10051, 10065, 10050, 10049}
_TIMED_OUT = {errno.ETIMEDOUT, 10060}
_REFUSED = {errno.ECONNREFUSED, 10061}

_NOT_YET_VALID, _EXPIRED, _WRONG_NAME, _WRONG_ADDRESS = 9, 10, 62, 64
"""OpenSSL's X509_V_ERR numbers."""
_KEY_TOO_SMALL, _AUTHORITY_KEY_TOO_SMALL, _DIGEST_TOO_WEAK = 66, 67, 68

_CERTIFICATE_CODES = {
    _NOT_YET_VALID: "certificate-not-yet-valid",
    _EXPIRED: "certificate-expired",
    _WRONG_NAME: "certificate-wrong-host",
    _WRONG_ADDRESS: "certificate-wrong-host",
    _KEY_TOO_SMALL: "certificate-weak",
    _AUTHORITY_KEY_TOO_SMALL: "certificate-weak",
    _DIGEST_TOO_WEAK: "certificate-weak",
    # CERT_E_EXPIRED and CERT_E_CN_NO_MATCH of Windows; errSecCertificateExpired, errSecCertificateNotValidYet and
    # errSecHostNameMismatch of macOS.
    0x800B0101: "certificate-expired",
    0x800B010F: "certificate-wrong-host",
    -67818: "certificate-expired",
    -67819: "certificate-not-yet-valid",
    -67602: "certificate-wrong-host",
}

_NO_TLS_THERE = ("WRONG_VERSION_NUMBER", "UNKNOWN_PROTOCOL", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH")
_TOO_OLD = (
    "UNSUPPORTED_PROTOCOL",
    "PROTOCOL_VERSION",
    "NO_PROTOCOLS_AVAILABLE",
    "HANDSHAKE_FAILURE",
    "NO_SHARED_CIPHER",
)


def translate(error: OSError | ValueError, server: Server, operation: str) -> MailError:
    """The :class:`MailError` for an error of the operating system or the TLS library.

    :param error: ``OSError`` with its many children (``ssl.SSLError``, ``socket.gaierror``, ``TimeoutError``), or the
        ``ValueError`` (``UnicodeError``) of a host name that can't be one.
    :param operation: what was being done: ``connect``, ``TLS``, or the command on its way.
    """
    if isinstance(error, ssl.SSLError):
        return _tls(error, server, operation)
    if isinstance(error, ValueError) or (isinstance(error, socket.gaierror) and error.errno in _NO_SUCH_NAME):
        return AccountBroken("host-unknown", account=server.account or None, host=server.host)
    return _transient(_passing(error), server, operation)


def _passing(error: OSError) -> str:
    """The code for what may be over in a moment."""
    number = getattr(error, "winerror", None) or error.errno
    if isinstance(error, socket.gaierror):
        return "name-lookup-failed"
    if isinstance(error, TimeoutError) or number in _TIMED_OUT:
        return "no-answer"
    if isinstance(error, ConnectionRefusedError) or number in _REFUSED:
        return "refused"
    return "unreachable" if number in _UNREACHABLE else "line-dropped"


def _tls(error: ssl.SSLError, server: Server, operation: str) -> MailError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _certificate(error, server)
    if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return _transient("line-dropped", server, operation)
    own: str | None = getattr(error, "reason", None)  # one that was made in Python has none
    reason = (own or str(error)).upper().replace(" ", "_")
    if "TIMED_OUT" in reason:
        return _transient("no-answer", server, operation)
    code = "tls-failed"
    if any(mark in reason for mark in _NO_TLS_THERE):
        code = "tls-not-spoken"
    elif any(mark in reason for mark in _TOO_OLD):
        code = "tls-too-old"
    return AccountBroken(code, account=server.account or None, host=server.host, port=server.port, reason=str(error))


def _certificate(error: ssl.SSLCertVerificationError, server: Server) -> MailError:
    number, words = getattr(error, "verify_code", 0), str(error).lower()
    code = _CERTIFICATE_CODES.get(number) or _CERTIFICATE_CODES.get(number + (1 << 32)) or ""
    if not code and "not yet valid" in words:  # a system store that fills in no number
        code = "certificate-not-yet-valid"
    elif not code and "expired" in words:
        code = "certificate-expired"
    elif not code and ("hostname mismatch" in words or "not match" in words):
        code = "certificate-wrong-host"
    shown = getattr(error, "shown", b"")
    certificates = tls.compared(ssl.DER_cert_to_PEM_cert(shown) if shown else "", server.certificate)
    better = code or ("certificate-changed" if server.certificate else "certificate-untrusted")
    translated = AccountBroken(better, account=server.account or None, host=server.host, port=server.port)
    translated.arguments |= certificates
    return translated


def _transient(code: str, server: Server, operation: str) -> Transient:
    return Transient(
        code, account=server.account or None, host=server.host, port=server.port, operation=operation or "connect"
    )
