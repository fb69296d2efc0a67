"""TLS for every protocol: which certificates are trusted, and the handshake that proves it (RFC 8446, RFC 9525).

Two kinds of trust. Without a certificate of its own a server is checked against the system's store. With one, exactly
that certificate is trusted and nothing else: as the server's own (*pinned leaf*, then it needs no matching host
name), or as the issuer of the server's certificate, which must then be for the host name that we called. There is no
third kind and no fall-back to clear text.
"""

from __future__ import annotations

import contextlib
import errno
import ipaddress
import socket
import ssl
import traceback
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mailflow_gui.errors import AccountBroken
from mailflow_gui.mail import timeouts

# cryptography is imported where a certificate is looked into: it costs a tenth of a second, and most connections need none of it.
if TYPE_CHECKING:
    from datetime import datetime

    from cryptography import x509

    from mailflow_gui.mail.server import Server

Protocol = Literal["imap", "pop3", "smtp"]

X509_V_ERR_HOSTNAME_MISMATCH = 62
"""OpenSSL's number for *certificate is for another host*, used for our own check as well."""


@dataclass(frozen=True)
class Certificate:
    """What a certificate says of itself, for a person who decides whether to trust it."""

    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime
    sha256: str
    """Fingerprint: upper-case hexadecimal pairs joined by colons, as browsers show it."""
    names: tuple[str, ...] = ()
    """Host names and addresses that it is for (subjectAltName)."""


class _Showing(ssl.SSLSocket):
    """A socket whose failed verification says which certificate the server showed."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except ssl.SSLCertVerificationError as error:
            error.shown = _first_of_chain(self)  # type: ignore[attr-defined]  # read by transport_errors
            raise


def _first_of_chain(sock: ssl.SSLSocket) -> bytes:
    """The server's certificate (DER) after a handshake that failed; empty where this Python or OpenSSL can't tell."""
    # Public from Python 3.13 on; before that it is there, but only on the inner object.
    tell = getattr(sock, "get_unverified_chain", None) or getattr(
        getattr(sock, "_sslobj", None), "get_unverified_chain", None
    )
    chain = (tell() if tell is not None else None) or ()
    for first in chain:
        return first if isinstance(first, bytes) else ssl.PEM_cert_to_DER_cert(first.public_bytes())
    return b""


def context(certificate: str = "") -> ssl.SSLContext:
    """A client context that verifies chain and host name, TLS 1.2 or newer.

    :param certificate: PEM; when given, exactly it is trusted. Empty: the system's store.
    :raises AccountBroken: the PEM can't be read.
    """
    if certificate:
        return _pinned_context(_load(certificate))
    import truststore

    trusting = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.minimum_version = ssl.TLSVersion.TLSv1_2
    return trusting


def wrap(sock: socket.socket, server: Server) -> ssl.SSLSocket:
    """Do the handshake on ``sock`` and verify the server; nothing but the handshake has been sent when this returns.

    The socket's timeout counts for the whole handshake. On failure ``sock`` is closed.

    :raises MailError: not trusted, not for this host, no TLS spoken, or lost; translated as every transport error is.
    """
    from mailflow_gui.mail.transport_errors import translate

    try:
        sock.getpeername()  # fails on a line that is lost already, of which ssl would make a secure-looking socket without a handshake
        pinned = _load(server.certificate) if server.certificate else []
        if not pinned:
            # A context of its own for every session: truststore holds the context's lock while it shakes hands.
            made = context().wrap_socket(sock, server_hostname=ascii_host(server.host))
        else:
            made = _wrap_pinned(sock, pinned, ascii_host(server.host))
        if made.version() is None:  # lost since then
            made.close()
            raise ConnectionResetError(errno.ECONNRESET, "lost before the handshake")
        return made
    except (OSError, ValueError) as error:
        sock.close()
        _close_half_made(error)
        raise translate(error, server, "TLS") from error
    except AccountBroken:
        sock.close()
        raise


def _close_half_made(error: BaseException) -> None:
    """Close what ssl leaves open, and out of everybody's reach, when a line is lost while its TLS socket is being made."""
    for frame, _line in traceback.walk_tb(error.__traceback__):
        made = frame.f_locals.get("self")
        if isinstance(made, ssl.SSLSocket):
            made.close()


def describe(certificate: str) -> Certificate:
    """What the (first) certificate in a PEM says.

    :raises AccountBroken: the PEM can't be read.
    """
    from cryptography.hazmat.primitives.hashes import SHA256

    first = _load(certificate)[0]
    digest = first.fingerprint(SHA256()).hex(":").upper()
    return Certificate(
        subject=first.subject.rfc4514_string(),
        issuer=first.issuer.rfc4514_string(),
        not_before=first.not_valid_before_utc,
        not_after=first.not_valid_after_utc,
        sha256=digest,
        names=_names(first),
    )


def compared(shown: str, trusted: str = "") -> dict[str, str]:
    """Arguments of an error about the certificate that a server showed, and the one that was trusted in its place (both PEM).

    ``new_certificate`` and ``old_certificate`` are PEM, ``new_fingerprint`` and ``old_fingerprint`` SHA-256; what isn't known is absent.
    """
    found = {}
    for prefix, pem in (("new", shown), ("old", trusted)):
        if pem:
            with contextlib.suppress(AccountBroken):  # a server may show nonsense
                found[f"{prefix}_fingerprint"] = describe(pem).sha256
                found[f"{prefix}_certificate"] = certificates_only(pem)
    return found


def certificates_only(pem: str) -> str:
    """The certificates of a PEM, rewritten; a private key or text pasted with them is left behind.

    :raises AccountBroken: the PEM can't be read.
    """
    from cryptography.hazmat.primitives.serialization import Encoding

    return "".join(each.public_bytes(Encoding.PEM).decode("ascii") for each in _load(pem))


def fetch_certificate(server: Server, protocol: Protocol, timeout: float | None = None) -> str:
    """The PEM of the certificate that a server shows, unverified, for a person to look at. Nothing secret is sent.

    :param timeout: seconds for connecting, and again for each answer; None: the usual ones.
    :raises MailError: the server can't be reached or speaks no TLS.
    """
    from mailflow_gui.mail.transport_errors import translate

    looking = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    looking.minimum_version = ssl.TLSVersion.TLSv1_2
    looking.check_hostname = False
    looking.verify_mode = ssl.CERT_NONE  # only shown to a person; the session that signs in verifies
    try:
        seconds = timeouts.connect() if timeout is None else timeout
        with socket.create_connection((ascii_host(server.host), server.port), timeout=seconds) as sock:
            if server.security == "starttls":
                _ask_for_tls(sock, protocol)
            with looking.wrap_socket(sock, server_hostname=ascii_host(server.host)) as secure:
                der = secure.getpeercert(binary_form=True)
    except (OSError, ValueError) as error:
        raise translate(error, server, "TLS") from error
    return ssl.DER_cert_to_PEM_cert(der or b"")


def ascii_host(host: str) -> str:
    """A host as it goes into TLS and DNS: IP address as it is, name as A-labels (IDNA 2008).

    :raises ValueError: neither.
    """
    if host.isascii():
        return host.rstrip(".")
    import idna

    return idna.encode(host, uts46=True).decode("ascii").rstrip(".")


def matches(certificate: x509.Certificate, host: str) -> bool:
    """Whether a certificate is for ``host`` (RFC 9525 6): subjectAltName only; ``*`` is one whole leftmost label."""
    from cryptography import x509

    try:
        alternative = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return False
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host) in alternative.get_values_for_type(x509.IPAddress)
    wanted = host.rstrip(".").lower()
    _, _, parent = wanted.partition(".")
    for name in alternative.get_values_for_type(x509.DNSName):
        offered = name.rstrip(".").lower()
        if offered == wanted or ("." in parent and offered == f"*.{parent}"):
            return True
    return False


def _pinned_context(pinned: list[x509.Certificate]) -> ssl.SSLContext:
    from cryptography.hazmat.primitives.serialization import Encoding

    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.minimum_version = ssl.TLSVersion.TLSv1_2
    trusting.sslsocket_class = _Showing
    # Without this flag OpenSSL takes only self-signed certificates as trust anchors: a pinned leaf of a private CA
    # fails.
    trusting.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    trusting.load_verify_locations(cadata=b"".join(each.public_bytes(Encoding.DER) for each in pinned))
    return trusting


def _wrap_pinned(sock: socket.socket, pinned: list[x509.Certificate], host: str) -> ssl.SSLSocket:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    trusting = _pinned_context(pinned)
    # OpenSSL's host check can't be asked to let a pinned leaf pass, so it is ours, after the handshake and before any
    # byte of mail.
    trusting.check_hostname = False
    secure = trusting.wrap_socket(sock, server_hostname=host)
    try:
        shown = secure.getpeercert(binary_form=True) or b""
        if any(shown == each.public_bytes(Encoding.DER) for each in pinned):
            return secure
        if not matches(x509.load_der_x509_certificate(shown), host):
            mismatch = ssl.SSLCertVerificationError(1, f"Hostname mismatch, certificate is not valid for '{host}'.")
            mismatch.verify_code = X509_V_ERR_HOSTNAME_MISMATCH
            mismatch.verify_message = str(mismatch.args[1])
            mismatch.shown = shown  # type: ignore[attr-defined]  # read by transport_errors
            raise mismatch
    except BaseException:
        secure.close()
        raise
    return secure


def _load(pem: str) -> list[x509.Certificate]:
    from cryptography import x509

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # oddities in other people's certificates are for OpenSSL to judge
            return x509.load_pem_x509_certificates(pem.encode())
    except (ValueError, TypeError) as error:
        raise AccountBroken("certificate-unreadable") from error


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    from cryptography import x509

    try:
        alternative = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return ()
    names = alternative.get_values_for_type(x509.DNSName)
    return (*names, *(str(address) for address in alternative.get_values_for_type(x509.IPAddress)))


def _ask_for_tls(sock: socket.socket, protocol: Protocol) -> None:
    """Speak just enough of a protocol for the server to begin TLS (RFC 9051 6.2.1, RFC 2595 4, RFC 3207)."""
    _answer(sock, protocol, b"*")
    if protocol == "smtp":
        sock.sendall(b"EHLO localhost\r\n")
        _answer(sock, protocol, b"")
    command, tag = {"imap": (b"a STARTTLS", b"a"), "pop3": (b"STLS", b""), "smtp": (b"STARTTLS", b"")}[protocol]
    sock.sendall(command + b"\r\n")
    answer = _answer(sock, protocol, tag)
    if not answer.startswith((b"a OK", b"+OK", b"220")):
        raise ssl.SSLError(f"STARTTLS refused: {answer.decode('ascii', 'replace')}")


def _answer(sock: socket.socket, protocol: Protocol, tag: bytes) -> bytes:
    """The last line of the next answer, read byte by byte so that nothing of the TLS handshake is swallowed."""
    for _ in range(100):
        line = bytearray()
        while not line.endswith(b"\n"):
            byte = sock.recv(1)
            if not byte or len(line) > 1000:
                raise ConnectionResetError("closed before TLS")
            line += byte
        if (protocol == "smtp" and line[3:4] != b"-") or protocol == "pop3" or line.startswith(tag + b" "):
            return bytes(line.strip())
    raise ssl.SSLError("STARTTLS: no end of the answer")
