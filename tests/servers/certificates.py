"""Certificates for test servers, made anew: self-signed, from a private authority, expired, for another host."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Certificate:
    """A certificate with its private key, both as PEM text."""

    pem: str
    key: str

    def write(self, directory: Path) -> tuple[Path, Path]:
        """Write ``cert.pem`` and ``key.pem`` into ``directory`` and return their paths."""
        directory.mkdir(parents=True, exist_ok=True)
        certificate, key = directory / "cert.pem", directory / "key.pem"
        certificate.write_text(self.pem, encoding="ascii")
        key.write_text(self.key, encoding="ascii")
        key.chmod(0o600)
        return certificate, key

    def server_context(self, directory: Path) -> ssl.SSLContext:
        """A context with which a test server presents this certificate; its files are written into ``directory``."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.write(directory))
        return context


def make(
    names: Sequence[str] = LOCAL_NAMES,
    *,
    issuer: Certificate | None = None,
    authority: bool = False,
    expired: bool = False,
    ends: int = 59,
    lasts: int = 60,
) -> Certificate:
    """A certificate for host ``names``: self-signed, or signed by ``issuer``; an ``expired`` one ended yesterday.

    :param ends: days from now.
    :param lasts: days before that it begins.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority" if authority else names[0])])
    signing_key: ec.EllipticCurvePrivateKey = key
    issuer_name = subject
    if issuer is not None:
        loaded = serialization.load_pem_private_key(issuer.key.encode(), None)
        assert isinstance(loaded, ec.EllipticCurvePrivateKey)
        signing_key = loaded
        issuer_name = x509.load_pem_x509_certificate(issuer.pem.encode()).subject
    end = datetime.now(UTC) + timedelta(days=-1 if expired else ends)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer_name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=lasts))
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName([_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .sign(signing_key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Certificate(certificate.public_bytes(serialization.Encoding.PEM).decode(), private.decode())


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
