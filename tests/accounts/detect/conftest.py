"""A little internet on this machine: names, web servers, mail servers, and one authority that signs for them all."""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mailflow_gui.accounts.detect import Network
from tests.accounts.detect.web_server import Page, WebServer
from tests.servers import certificates
from tests.servers.certificates import Certificate
from tests.servers.dns import DnsServer
from tests.servers.dovecot import MISSING, Dovecot, program
from tests.servers.dovecot import dovecot as running_dovecot

SECONDS = 20.0
"""For a whole search: far more than anything here takes, so that only what is meant to be late is."""

LOCAL = {"A": ["127.0.0.1"]}


@dataclass
class Internet:
    """Write ``zone`` and ``pages``, then ask for :meth:`network`."""

    authority: Certificate
    directory: Path
    stack: contextlib.ExitStack
    zone: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    pages: dict[str, Page] = field(default_factory=dict)
    ports: dict[int, int] = field(default_factory=dict)
    web_names: tuple[str, ...] = ()
    """Host names that the web server has a certificate for; all of ``pages`` when empty."""
    dns: DnsServer | None = None
    web: WebServer | None = None

    def certificate(self, *names: str) -> Certificate:
        """A certificate that everybody here trusts."""
        return certificates.make(names, issuer=self.authority)

    def context(self, *names: str) -> ssl.SSLContext:
        """What a server with these names shows."""
        return self.certificate(*names).server_context(self.directory / names[0])

    def network(self, *, dns_answers: bool = True, dns_refuses: bool = False, seconds: float = SECONDS) -> Network:
        """Start the servers."""
        hosts = {name.partition("/")[0] for name in self.pages}
        for host in hosts:
            self.zone.setdefault(host, {}).setdefault("A", ["127.0.0.1"])
        names = self.web_names or tuple(sorted(hosts)) or ("nobody.test",)
        self.dns = self.stack.enter_context(DnsServer(self.zone, answers=dns_answers, refuses=dns_refuses))
        self.web = self.stack.enter_context(WebServer(self.context(*names), self.pages))
        port = self.web.port
        return Network(
            resolvers=(self.dns.address,),
            own_places=(
                f"https://autoconfig.{{domain}}:{port}/mail/config-v1.1.xml?emailaddress={{address}}",
                f"https://{{domain}}:{port}/.well-known/autoconfig/mail/config-v1.1.xml",
            ),
            ispdb=f"https://ispdb.test:{port}/v1.1/{{domain}}",
            certificate=self.authority.pem,
            ports=self.ports,
            seconds=seconds,
        )


@pytest.fixture(scope="session")
def authority() -> Certificate:
    """Whom everybody here trusts."""
    return certificates.make(["Test authority"], authority=True)


@pytest.fixture
def internet(authority: Certificate, tmp_path: Path) -> Iterator[Internet]:
    """A little internet without anybody in it."""
    with contextlib.ExitStack() as stack:
        yield Internet(authority, tmp_path, stack)


@pytest.fixture(scope="session")
def trusted_dovecot(authority: Certificate) -> Iterator[Dovecot]:
    """A Dovecot whose certificate, from the authority, is for imap., mail. and pop.example.test."""
    if program() is None:
        pytest.skip(MISSING)
    names = ("imap.example.test", "mail.example.test", "pop.example.test")
    with running_dovecot(certificate=certificates.make(names, issuer=authority)) as server:
        yield server


Description = Callable[..., bytes]


@pytest.fixture
def description() -> Description:
    """Writes a provider's description of its servers."""

    def write(*servers: str, name: str = "Example Mail", head: str = "") -> bytes:
        return (
            f'<?xml version="1.0" encoding="UTF-8"?>{head}<clientConfig version="1.1"><emailProvider id="example.test">'
            f"<domain>example.test</domain><displayName>{name}</displayName>{''.join(servers)}</emailProvider></clientConfig>"
        ).encode()

    return write


def server(
    kind: str, host: str, port: int, socket: str = "SSL", username: str = "%EMAILADDRESS%",
    authentication: str = "password-cleartext",
) -> str:  # fmt: skip
    """One server in a description."""
    tag = "outgoingServer" if kind == "smtp" else "incomingServer"
    return (
        f'<{tag} type="{kind}"><hostname>{host}</hostname><port>{port}</port><socketType>{socket}</socketType>'
        f"<username>{username}</username><authentication>{authentication}</authentication></{tag}>"
    )
