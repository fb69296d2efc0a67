"""Which servers are trusted, and what a certificate says."""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from mailflow_gui.errors import AccountBroken, MailError, Transient
from mailflow_gui.mail import tls
from mailflow_gui.mail.server import Security, Server
from tests.servers.certificates import Certificate, make
from tests.servers.dovecot import Dovecot
from tests.servers.recording_smtp import RecordingSmtp


@contextlib.contextmanager
def serving(certificate: Certificate, directory: Path, *, implicit: bool = True) -> Iterator[RecordingSmtp]:
    with RecordingSmtp(context=certificate.server_context(directory), implicit_tls=implicit) as server:
        yield server


def shake_hands(port: int, trusted: str, host: str = "127.0.0.1") -> str:
    """The TLS version that was agreed on."""
    sock = socket.create_connection(("127.0.0.1", port), timeout=10)
    with tls.wrap(sock, Server(host, port, "tls", trusted, "work")) as secure:
        return str(secure.version())


@pytest.fixture(scope="module")
def authority() -> Certificate:
    return make(["authority.example"], authority=True)


def test_pinned_certificate_is_trusted(tmp_path: Path) -> None:
    own = make()
    with serving(own, tmp_path) as server:
        assert shake_hands(server.port, own.pem) in ("TLSv1.2", "TLSv1.3")


def test_pinned_certificate_needs_no_matching_host(tmp_path: Path) -> None:
    own = make(["mail.example.com"])
    with serving(own, tmp_path) as server:
        assert shake_hands(server.port, own.pem)
        assert shake_hands(server.port, own.pem, "anything.example.org")


def test_pinned_leaf_of_a_private_authority_is_trusted(tmp_path: Path, authority: Certificate) -> None:
    leaf = make(["mail.example.com"], issuer=authority)
    with serving(leaf, tmp_path) as server:
        assert shake_hands(server.port, leaf.pem)


def test_authority_is_trusted_for_the_right_host_only(tmp_path: Path, authority: Certificate) -> None:
    leaf = make(["mail.example.com"], issuer=authority)
    with serving(leaf, tmp_path) as server:
        assert shake_hands(server.port, authority.pem, "mail.example.com")
        for host in ("127.0.0.1", "evil.example.com", "mail.example.com.evil.org", "example.com"):
            with pytest.raises(AccountBroken) as caught:
                shake_hands(server.port, authority.pem, host)
            assert caught.value.code == "certificate-wrong-host"


def test_one_leaf_of_an_authority_does_not_vouch_for_another(tmp_path: Path, authority: Certificate) -> None:
    pinned, other = make(["a.example.com"], issuer=authority), make(["a.example.com"], issuer=authority)
    with serving(other, tmp_path) as server, pytest.raises(AccountBroken) as caught:
        shake_hands(server.port, pinned.pem, "a.example.com")
    assert caught.value.code == "certificate-changed"


def test_certificate_with_the_same_name_and_another_key_is_not_trusted(tmp_path: Path) -> None:
    with serving(make(), tmp_path) as server, pytest.raises(AccountBroken) as caught:
        shake_hands(server.port, make().pem)
    assert caught.value.code == "certificate-changed"
    assert caught.value.account == "work"


def test_private_certificate_is_not_in_the_systems_store(tmp_path: Path) -> None:
    with serving(make(), tmp_path) as server, pytest.raises(AccountBroken) as caught:
        shake_hands(server.port, "")
    assert caught.value.code == "certificate-untrusted"


def test_systems_store_is_asked(tmp_path: Path, authority: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    store = tmp_path / "store.pem"
    store.write_text(authority.pem, encoding="ascii")
    monkeypatch.setenv("SSL_CERT_FILE", str(store))
    with serving(make(issuer=authority), tmp_path) as server:
        assert shake_hands(server.port, "")
        with pytest.raises(AccountBroken) as caught:
            shake_hands(server.port, "", "mail.example.com")
        assert caught.value.code == "certificate-wrong-host"


def test_expired_certificate_is_refused_even_when_pinned(tmp_path: Path) -> None:
    old = make(expired=True)
    with serving(old, tmp_path) as server, pytest.raises(AccountBroken) as caught:
        shake_hands(server.port, old.pem)
    assert caught.value.code == "certificate-expired"


def test_tls_older_than_1_2_is_refused(tmp_path: Path) -> None:
    for trusting in (tls.context(), tls.context(make().pem)):
        assert trusting.minimum_version == ssl.TLSVersion.TLSv1_2
        assert trusting.verify_mode == ssl.CERT_REQUIRED
        assert trusting.check_hostname


def test_server_that_speaks_no_tls(tmp_path: Path) -> None:
    with RecordingSmtp() as server, pytest.raises(MailError) as caught:
        shake_hands(server.port, "")
    assert caught.value.code == "tls-not-spoken"


def test_failed_handshake_closes_the_socket(tmp_path: Path) -> None:
    with serving(make(), tmp_path) as server:
        sock = socket.create_connection(("127.0.0.1", server.port), timeout=10)
        with pytest.raises(AccountBroken):
            tls.wrap(sock, Server("127.0.0.1", server.port, "tls", make().pem))
        assert sock.fileno() == -1


@pytest.mark.parametrize("pem", ["nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_unreadable_certificate_says_so(pem: str) -> None:
    for asking in (tls.context, tls.describe, tls.certificates_only):
        with pytest.raises(AccountBroken) as caught:
            asking(pem)
        assert caught.value.code == "certificate-unreadable"
        assert caught.value.advice


def test_private_key_pasted_with_a_certificate_is_left_behind() -> None:
    own = make()
    kept = tls.certificates_only(own.key + own.pem)
    assert "PRIVATE KEY" not in kept
    assert tls.describe(kept) == tls.describe(own.pem)


def test_description() -> None:
    own = make(["mail.example.com", "192.0.2.1"])
    seen = tls.describe(own.pem)
    assert seen.subject == seen.issuer == "CN=mail.example.com"
    assert seen.not_before < datetime.now(UTC) < seen.not_after
    assert seen.names == ("mail.example.com", "192.0.2.1")
    der = ssl.PEM_cert_to_DER_cert(own.pem)
    import hashlib

    assert seen.sha256.replace(":", "").lower() == hashlib.sha256(der).hexdigest()


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_certificate_can_be_fetched_for_a_look(tmp_path: Path, security: Security) -> None:
    own = make()
    with serving(own, tmp_path, implicit=security == "tls") as server:
        pem = tls.fetch_certificate(Server("127.0.0.1", server.port, security), "smtp")
        assert tls.describe(pem) == tls.describe(own.pem)


def test_certificate_can_not_be_fetched_where_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Transient):
        tls.fetch_certificate(Server("127.0.0.1", port, "tls"), "imap")


@pytest.mark.parametrize(
    ("name", "host", "fits"),
    [
        ("mail.example.com", "mail.example.com", True),
        ("mail.example.com", "MAIL.example.com", True),
        ("mail.example.com", "mail.example.com.", True),
        ("*.example.com", "mail.example.com", True),
        ("*.example.com", "a.mail.example.com", False),
        ("*.example.com", "example.com", False),
        ("*.com", "example.com", False),
        ("m*.example.com", "mail.example.com", False),
        ("*", "localhost", False),
        ("mail.example.com", "ail.example.com", False),
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("::1", "0:0:0:0:0:0:0:1", True),
        ("mail.example.com", "192.0.2.1", False),
    ],
)
def test_host_names(name: str, host: str, fits: bool) -> None:
    certificate = x509.load_pem_x509_certificate(make([name]).pem.encode())
    assert tls.matches(certificate, host) is fits


def test_host_name_beyond_ascii() -> None:
    assert tls.ascii_host("bücher.example") == "xn--bcher-kva.example"
    assert tls.ascii_host("127.0.0.1") == "127.0.0.1"


@pytest.mark.parametrize(
    ("protocol", "security"), [("imap", "starttls"), ("imap", "tls"), ("pop3", "starttls"), ("pop3", "tls")]
)
def test_certificate_of_a_mailbox_server_can_be_fetched(
    dovecot: Dovecot, protocol: tls.Protocol, security: Security
) -> None:
    port = {
        ("imap", "starttls"): dovecot.imap,
        ("imap", "tls"): dovecot.imaps,
        ("pop3", "starttls"): dovecot.pop3,
        ("pop3", "tls"): dovecot.pop3s,
    }[protocol, security]
    pem = tls.fetch_certificate(Server("127.0.0.1", port, security), protocol)
    assert tls.describe(pem) == tls.describe(dovecot.certificate.pem)


class _Cut(socket.socket):
    """A line that the other end cuts just when a TLS socket is made of it."""

    other: socket.socket

    def detach(self) -> int:
        self.other.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.other.close()
        return super().detach()


def test_a_line_that_is_cut_while_tls_begins_is_closed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        line = _Cut(socket.AF_INET, socket.SOCK_STREAM)
        line.connect(listening.getsockname())
        line.other, _address = listening.accept()
        descriptor = line.fileno()
        with pytest.raises(MailError):
            tls.wrap(line, Server("127.0.0.1", listening.getsockname()[1], "tls"))
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(descriptor)
