"""Where looking for settings asks, and how long: everything about the network that can be set."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from mailflow_gui.mail import timeouts

if TYPE_CHECKING:
    from collections.abc import Mapping

ISPDB = "https://autoconfig.thunderbird.net/v1.1/{domain}"
"""Thunderbird's public collection of providers' settings. It is told the domain only, never an address."""

OWN_PLACES = (
    "https://autoconfig.{domain}/mail/config-v1.1.xml?emailaddress={address}",
    "https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml",
)
"""Where a provider describes its own servers in Thunderbird's format; the first may make its answer for one address."""


def _seconds() -> float:
    return 10.0 * timeouts.scale()


@dataclass(frozen=True)
class Network:
    """What is asked, and where. The default asks the world; tests name servers of their own."""

    resolvers: tuple[tuple[str, int], ...] = ()
    """DNS servers as (address, port); empty: the system's own."""
    own_places: tuple[str, ...] = OWN_PLACES
    """URLs with ``{domain}`` and perhaps ``{address}``, at the address's own provider."""
    ispdb: str = ISPDB
    """URL with ``{domain}``, at a third party; empty: it isn't asked."""
    certificate: str = ""
    """PEM; when set, exactly this certificate is trusted, by HTTPS and by mail servers. Empty: the system's store."""
    ports: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    """Usual mail port to the port that is tried in its place."""
    seconds: float = field(default_factory=_seconds)
    """For everything together."""
