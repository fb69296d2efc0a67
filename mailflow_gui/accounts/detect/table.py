"""Our own table of providers, ``resources/providers.json``: public knowledge, written down by hand and looked up without a network.

``providers`` is a list of objects:

``name``
    the provider's name, for people.
``domains``
    mail domains; one that begins with a dot stands for everything below it.
``receivers``
    who receives mail for domains of the provider's customers (MX): names that begin with a dot stand for everything below them, and a
    ``*`` for some of the letters of one label.
``machines``
    likewise, what the provider's network calls its mail servers (PTR): asked where a domain receives its own mail. Only names that no
    other machine of the provider has, for its customers' own machines stand in the same network.
``notes``
    what must be known beforehand, see :data:`NOTES`; for each server.
``servers``
    objects of ``protocol``, ``host``, ``security`` (``tls`` when left out), ``port`` (the usual one when left out), ``username``
    (``address`` when left out, ``local``: what stands before the @, ``other``: something that can't be told from the address) and
    ``notes`` of their own. In ``host``, ``{domain}`` is the address's domain and ``{receiver}`` the receiver or machine that matched.
"""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from mailflow_gui import paths
from mailflow_gui.accounts.account import DEFAULT_PORTS
from mailflow_gui.accounts.detect import lookups
from mailflow_gui.accounts.detect.found import Answer, failure_of
from mailflow_gui.accounts.detect.srv import belongs
from mailflow_gui.accounts.detect.values import Note, Proposal
from mailflow_gui.errors import MailError

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from mailflow_gui.accounts.account import Protocol, Security
    from mailflow_gui.accounts.detect.address import MailAddress
    from mailflow_gui.accounts.detect.world import World

NOTES = {
    "app-password": "detect-app-password",
    "own-password": "detect-own-password",
    "switch-on": "detect-switch-on",
    "oauth-only": "detect-oauth-only",
    "other-username": "detect-other-username",
    "bridge": "detect-bridge",
}
"""Notes as the table calls them, and their sentences."""

Username = Literal["address", "local", "other"]


@dataclass(frozen=True)
class Offer:
    """One server of a provider."""

    protocol: Protocol
    host: str
    port: int
    security: Security
    username: Username
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Provider:
    """One provider."""

    name: str
    domains: tuple[str, ...]
    receivers: tuple[str, ...]
    machines: tuple[str, ...]
    offers: tuple[Offer, ...]


@functools.cache
def providers() -> tuple[Provider, ...]:
    """The whole table."""
    content = json.loads((paths.resources() / "providers.json").read_text(encoding="utf-8"))
    return tuple(_provider(each) for each in content["providers"])


def by_domain(address: MailAddress) -> Answer:
    """What the table knows of a domain itself; nothing: an empty answer."""
    for provider in providers():
        if any(_matches(address.domain, pattern) for pattern in provider.domains):
            return _answer(provider, address, address.domain, answered=False)
    return Answer()


def by_receiver(address: MailAddress, world: World, exchangers: Future[tuple[str, ...]]) -> Answer:
    """What the table knows of those who receive a domain's mail.

    :param exchangers: their names, as DNS has them.
    """
    try:
        receivers = exchangers.result()
        found = _known(receivers, address, lambda provider: provider.receivers)
        own = [host for host in receivers or (address.domain,) if belongs(host, address.domain)]
        if not found.proposals and own:
            found = _known(lookups.names_of(own[0], world), address, lambda provider: provider.machines)
    except MailError as error:
        return Answer(failure=failure_of(error))
    return found


def _known(receivers: tuple[str, ...], address: MailAddress, patterns: Callable[[Provider], tuple[str, ...]]) -> Answer:
    for receiver in receivers:
        for provider in providers():
            if any(_matches(receiver, pattern) for pattern in patterns(provider)):
                return _answer(provider, address, receiver, answered=True)
    return Answer(answered=True)


def _matches(name: str, pattern: str) -> bool:
    if pattern.startswith("."):
        return name.endswith(pattern)
    return re.fullmatch(re.escape(pattern).replace(r"\*", r"[^.]+"), name) is not None


def _answer(provider: Provider, address: MailAddress, receiver: str, *, answered: bool) -> Answer:
    usernames = {"address": address.on_the_wire, "local": address.local, "other": ""}
    proposals = tuple(
        Proposal(
            offer.protocol,
            offer.host.format(domain=address.domain, receiver=receiver),
            offer.port,
            offer.security,
            usernames[offer.username],
            "table",
            provider.name,
            notes=tuple(Note(NOTES[note], {"provider": provider.name}) for note in offer.notes),
        )
        for offer in provider.offers
    )
    return Answer(proposals, provider.name, answered=answered)


def _provider(entry: dict[str, Any]) -> Provider:
    shared = tuple(entry.get("notes", ()))
    return Provider(
        name=entry["name"],
        domains=tuple(entry.get("domains", ())),
        receivers=tuple(entry.get("receivers", ())),
        machines=tuple(entry.get("machines", ())),
        offers=tuple(_offer(server, shared) for server in entry["servers"]),
    )


def _offer(server: dict[str, Any], shared: tuple[str, ...]) -> Offer:
    protocol: Protocol = server["protocol"]
    security: Security = server.get("security", "tls")
    return Offer(
        protocol=protocol,
        host=server["host"],
        port=server.get("port", DEFAULT_PORTS[protocol, security]),
        security=security,
        username=server.get("username", "address"),
        notes=shared + tuple(server.get("notes", ())),
    )
