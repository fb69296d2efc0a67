"""Descriptions in Thunderbird's format: at the domain itself, and in Thunderbird's public collection.

The collection belongs to a third party. It is told a domain, never an address; where it doesn't know the domain, it is asked for the
domain of the server that receives the mail.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from mailflow_gui.accounts.detect import description, web
from mailflow_gui.accounts.detect.found import Answer, failure_of, shows_network
from mailflow_gui.accounts.detect.world import ASK
from mailflow_gui.errors import MailError

if TYPE_CHECKING:
    from concurrent.futures import Future

    from mailflow_gui.accounts.detect.address import MailAddress
    from mailflow_gui.accounts.detect.description import Description
    from mailflow_gui.accounts.detect.world import World

_SHARED = frozenset({"ac", "ad", "co", "com", "edu", "go", "gov", "gr", "lg", "ne", "net", "or", "org"})
"""Second-level labels that many countries give to everybody: ``co.jp``, ``com.br``."""


def ask(address: MailAddress, world: World, exchangers: Future[tuple[str, ...]]) -> Answer:
    """Ask everywhere at once; the domain's own word counts more than the collection's.

    :param exchangers: who receives the domain's mail.
    """
    places = [
        place.format(domain=address.domain, address=quote(address.on_the_wire, safe=""))
        for place in world.network.own_places
    ]
    if world.network.ispdb:
        places.append(world.network.ispdb.format(domain=address.domain))
    answer = _first(places, address, world)
    if answer.proposals or not world.network.ispdb:
        return answer
    try:
        receivers = exchangers.result()
    except MailError:
        return answer
    domains = dict.fromkeys(domain for host in receivers[:1] for domain in domains_of(host))
    domains.pop(address.domain, None)
    second = _first([world.network.ispdb.format(domain=domain) for domain in domains], address, world)
    return second if second.proposals else answer


def domains_of(host: str) -> list[str]:
    """The domains that a mail exchanger may belong to, the narrowest first, without those that everybody shares."""
    labels = host.split(".")
    found = [".".join(labels[start:]) for start in (1, len(labels) - 3, len(labels) - 2) if start > 0]
    return [
        domain
        for domain in dict.fromkeys(found)
        if "." in domain and not (domain.count(".") == 1 and domain.partition(".")[0] in _SHARED)
    ]


def _first(places: list[str], address: MailAddress, world: World) -> Answer:
    """The first place, in their order, that describes any server."""
    asked = [world.crew.give(ASK, partial(_at, place, address, world)) for place in places]
    answered, failure = False, ""
    for future in asked:
        try:
            described = future.result()
        except MailError as error:
            answered, failure = answered or shows_network(error), failure_of(error) or failure
            continue
        answered = True
        if described is not None and described.proposals:
            return Answer(described.proposals, described.provider, answered=True)
    return Answer(answered=answered, failure=failure)


def _at(place: str, address: MailAddress, world: World) -> Description | None:
    document = web.fetch(place, address, world)
    origin = urlsplit(place)._replace(query="").geturl()  # an address has no business in a journal or a screenshot
    return description.read(document, address, origin) if document else None
