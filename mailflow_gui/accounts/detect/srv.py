"""What DNS says about a domain's mail services (RFC 6186, RFC 8314 5.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailflow_gui.accounts.detect import lookups
from mailflow_gui.accounts.detect.found import Answer, failure_of, shows_network
from mailflow_gui.accounts.detect.values import Note, Proposal
from mailflow_gui.accounts.detect.world import ASK
from mailflow_gui.errors import MailError

if TYPE_CHECKING:
    from mailflow_gui.accounts.account import Protocol, Security
    from mailflow_gui.accounts.detect.address import MailAddress
    from mailflow_gui.accounts.detect.world import World

SERVICES: tuple[tuple[str, Protocol, Security], ...] = (
    ("_imaps", "imap", "tls"),
    ("_imap", "imap", "starttls"),
    ("_pop3s", "pop3", "tls"),
    ("_pop3", "pop3", "starttls"),
    ("_submissions", "smtp", "tls"),
    ("_submission", "smtp", "starttls"),
)
"""TLS from the first byte comes first (RFC 8314 3). In clear text nothing is ever proposed."""


def ask(address: MailAddress, world: World) -> Answer:
    """Ask DNS for all services at once."""
    names = [f"{label}._tcp.{address.domain}" for label, _protocol, _security in SERVICES]
    asked = [world.crew.give(ASK, lambda name=name: lookups.services(name, world)) for name in names]  # type: ignore[misc]  # mypy infers no lambda with a default
    found: list[Proposal] = []
    answered, failure = False, ""
    for name, (_label, protocol, security), future in zip(names, SERVICES, asked, strict=True):
        try:
            offered = future.result()
        except MailError as error:
            answered, failure = answered or shows_network(error), failure_of(error) or failure
            continue
        answered = True
        for service in offered:
            elsewhere = not belongs(service.host, address.domain)
            note = Note("detect-srv-elsewhere", {"domain": address.domain, "host": service.host})
            origin = f"{name} → {service.host}" if elsewhere else name
            found.append(
                Proposal(
                    protocol, service.host, service.port, security, address.on_the_wire, "srv", origin,
                    notes=(note,) if elsewhere else (),
                )
            )  # fmt: skip
    return Answer(tuple(found), answered=answered, failure=failure)


def belongs(host: str, domain: str) -> bool:
    """Whether a host is the domain itself or below it (RFC 6186 6)."""
    return host == domain or host.endswith(f".{domain}")
