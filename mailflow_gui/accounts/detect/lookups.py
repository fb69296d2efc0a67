"""DNS: mail exchangers (RFC 5321 5.1), services (RFC 2782), addresses and their names. dnspython is called here and nowhere else.

Nothing that DNS says is proof: what it names is used only after TLS has proved it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dns.exception
import dns.name
import dns.nameserver
import dns.resolver
import dns.reversename

from mailflow_gui.accounts import fields
from mailflow_gui.errors import Transient

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailflow_gui.accounts.detect.world import World

_MOST = 10
"""Answers of one kind that are looked at."""


@dataclass(frozen=True)
class Service:
    """Where a service runs (RFC 2782)."""

    host: str
    port: int


def mail_exchangers(domain: str, world: World) -> tuple[str, ...]:
    """Who receives mail for a domain, the preferred first; nobody: nothing.

    :raises Transient: ``name-lookup-failed``: DNS can't be asked.
    """
    answers = sorted(_ask(domain, "MX", world), key=lambda each: each.preference)
    return _hosts(each.exchange for each in answers)


def services(name: str, world: World) -> tuple[Service, ...]:
    """Who offers a service such as ``_imaps._tcp.example.com``, the preferred first; a target of ``.`` says: not offered.

    :raises Transient: as :func:`mail_exchangers`.
    """
    answers = sorted(_ask(name, "SRV", world), key=lambda each: (each.priority, -each.weight))
    found = [(_host(each.target), each.port) for each in answers]
    return tuple(Service(host, port) for host, port in found if host and port)[:_MOST]


def addresses(host: str, world: World) -> tuple[str, ...]:
    """A host's IP addresses by the resolvers that are set; nothing where the system's own look-up is to be used.

    :raises Transient: as :func:`mail_exchangers`, or ``host-unknown``.
    """
    if not world.network.resolvers or fields.is_address(host):
        return ()
    found = tuple(each.address for kind in ("A", "AAAA") for each in _ask(host, kind, world))[:_MOST]
    if not found:
        raise Transient("host-unknown", host=host)
    return found


def names_of(host: str, world: World) -> tuple[str, ...]:
    """What the machine behind a host is called by whoever runs its network (PTR).

    :raises Transient: as :func:`mail_exchangers`.
    """
    found = [each.address for each in _ask(host, "A", world)][:1]
    pointers = map(dns.reversename.from_address, found)
    return _hosts(each.target for pointer in pointers for each in _ask(pointer, "PTR", world))


def _ask(name: str | dns.name.Name, kind: str, world: World) -> list[Any]:
    """The records of one kind; a name that doesn't exist, or has none: nothing."""
    host = name if isinstance(name, str) else name.to_text(omit_final_dot=True)
    try:
        absolute = dns.name.from_text(name) if isinstance(name, str) else name
        return list(_resolver(world).resolve(absolute, kind, lifetime=world.patience, search=False))
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError) as error:
        raise Transient("name-lookup-failed", host=host) from error


def _resolver(world: World) -> dns.resolver.Resolver:
    """The system's resolvers, or those that are set."""
    if not world.network.resolvers:
        return dns.resolver.Resolver()
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers = [dns.nameserver.Do53Nameserver(address, port) for address, port in world.network.resolvers]
    return resolver


def _host(name: dns.name.Name) -> str:
    text = name.to_text(omit_final_dot=True).lower()
    return text if fields.is_host_name(text) else ""


def _hosts(names: Iterable[dns.name.Name]) -> tuple[str, ...]:
    return tuple(host for host in map(_host, names) if host)[:_MOST]
