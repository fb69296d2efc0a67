"""Trust, server by server: refused without the certificate, accepted once it was fetched and trusted, refused when it changes."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from mailflow_gui.accounts.account import Account, Protocol, Security
from mailflow_gui.accounts.secrets import Secret
from mailflow_gui.accounts.sessions import server_of
from mailflow_gui.accounts.stages import Stage
from mailflow_gui.accounts.validate import validate
from mailflow_gui.mail import tls
from tests.servers import certificates
from tests.servers import dovecot as dovecot_server
from tests.servers import postfix as postfix_server
from tests.servers.certificates import Certificate
from tests.servers.dovecot import Dovecot
from tests.servers.postfix import Postfix

USER = "ann@example.com"
SECONDS = 20.0
LINES: tuple[tuple[Protocol, Security, str], ...] = (
    ("imap", "tls", "imaps"),
    ("imap", "starttls", "imap"),
    ("pop3", "tls", "pop3s"),
    ("pop3", "starttls", "pop3"),
    ("smtp", "tls", "smtps"),
    ("smtp", "starttls", "submission"),
)


@dataclass(frozen=True)
class Line:
    """One server with one way of securing its line."""

    server: Dovecot | Postfix
    account: Account

    def validate(self, certificate: str) -> tuple[Stage, ...]:
        """Try it, trusting this."""
        return validate(replace(self.account, certificate=certificate), Secret(dovecot_server.PASSWORD))

    def show(self, certificate: Certificate) -> None:
        """Show this certificate from now on."""
        self.server.show(certificate)
        end, wanted = time.monotonic() + SECONDS, tls.describe(certificate.pem)
        while tls.describe(tls.fetch_certificate(server_of(self.account), self.account.protocol)) != wanted:
            assert time.monotonic() < end, "the server doesn't show its new certificate"
            time.sleep(0.05)

    def sign_ins(self) -> int:
        """How often anybody has tried to sign in."""
        if isinstance(self.server, Dovecot):
            return self.server.logins(USER) + self.server.refused_logins(USER)
        return len(re.findall(r"\bauth=", self.server.log()))


@pytest.fixture(scope="module")
def mailbox_server() -> Iterator[Dovecot]:
    """A Dovecot of its own: its certificate changes."""
    if dovecot_server.program() is None:
        pytest.skip(dovecot_server.MISSING)
    with dovecot_server.dovecot() as server:
        yield server


@pytest.fixture(scope="module")
def outgoing_server(mailbox_server: Dovecot) -> Iterator[Postfix | None]:
    if postfix_server.program() is None:
        yield None
        return
    with postfix_server.postfix(mailbox_server) as server:
        yield server


@pytest.fixture(params=LINES, ids=lambda line: f"{line[0]}-{line[1]}")
def line(request: pytest.FixtureRequest, mailbox_server: Dovecot, outgoing_server: Postfix | None) -> Line:
    protocol, security, port = request.param
    server = outgoing_server if protocol == "smtp" else mailbox_server
    if server is None:
        pytest.skip(postfix_server.MISSING)
    account = Account(
        id="a",
        name="A",
        protocol=protocol,
        host=server.host,
        port=getattr(server, port),
        security=security,
        username=USER,
    )
    return Line(server, account)


def test_certificate_is_trusted_by_hand_and_its_change_is_noticed(line: Line) -> None:
    line.show(certificates.make())
    before = line.sign_ins()
    refused = line.validate("")[-1]
    assert (refused.stage, refused.code) == ("tls", "certificate-untrusted")
    assert line.sign_ins() == before
    assert refused.shown == tls.describe(line.server.certificate.pem)
    fetched = tls.fetch_certificate(server_of(line.account), line.account.protocol)
    assert fetched == refused.shown_pem
    good = line.validate(fetched)
    assert all(stage.ok for stage in good)
    assert good[-1].stage == "abilities"
    assert {"encryption", "cipher", "fingerprint"} <= set(good[3].arguments)
    assert str(good[4].arguments["mechanism"]) in good[4].text
    line.show(certificates.make())
    before = line.sign_ins()
    changed = line.validate(fetched)[-1]
    assert (changed.stage, changed.code) == ("tls", "certificate-changed")
    assert changed.arguments["old_fingerprint"] == tls.describe(fetched).sha256
    assert changed.arguments["new_fingerprint"] == tls.describe(line.server.certificate.pem).sha256
    assert (changed.trusted, changed.shown) == (tls.describe(fetched), tls.describe(line.server.certificate.pem))
    assert f"SHA-256 {changed.arguments['new_fingerprint']}" in changed.detail
    assert line.sign_ins() == before
    assert all(stage.ok for stage in line.validate(changed.shown_pem))


def test_leaf_of_a_private_authority_is_trusted_alone(line: Line) -> None:
    authority = certificates.make(("authority.example",), authority=True)
    leaf, other = certificates.make(issuer=authority), certificates.make(issuer=authority)
    line.show(leaf)
    assert line.validate("")[-1].code == "certificate-untrusted"
    assert all(stage.ok for stage in line.validate(leaf.pem))
    assert all(stage.ok for stage in line.validate(authority.pem))
    line.show(other)
    assert line.validate(leaf.pem)[-1].code == "certificate-changed"
    assert all(stage.ok for stage in line.validate(authority.pem))
