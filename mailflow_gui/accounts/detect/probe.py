"""The names that mail servers usually have, tried one and all; only what proves its name by a certificate is proposed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mailflow_gui.accounts.account import DEFAULT_PORTS
from mailflow_gui.accounts.detect.found import Answer
from mailflow_gui.accounts.detect.trying import try_server
from mailflow_gui.accounts.detect.values import Proposal
from mailflow_gui.accounts.detect.world import PROBE

if TYPE_CHECKING:
    from collections.abc import Callable

    from mailflow_gui.accounts.account import Protocol, Security
    from mailflow_gui.accounts.detect.address import MailAddress
    from mailflow_gui.accounts.detect.found import Tried
    from mailflow_gui.accounts.detect.world import World

PREFIXES: tuple[tuple[Protocol, tuple[str, ...]], ...] = (
    ("imap", ("imap.", "mail.", "")),
    ("smtp", ("smtp.", "mail.", "")),
    ("pop3", ("pop.", "pop3.", "mail.")),
)
"""What stands before the domain in a server's name, the likeliest first; empty: the domain itself."""

WAYS: tuple[Security, ...] = ("tls", "starttls")


def ask(address: MailAddress, world: World, found_one: Callable[[Proposal], None]) -> Answer:
    """Try all usual names on all usual ports.

    :param found_one: told of each server in the moment it is found, for there may be no time to wait for the others;
        called in other threads.
    """
    proposals = [
        Proposal(protocol, host, DEFAULT_PORTS[protocol, security], security, address.on_the_wire, "probe", origin=host)
        for security in WAYS
        for protocol, prefixes in PREFIXES
        for host in (f"{prefix}{address.domain}" for prefix in prefixes)
    ]

    def try_one(proposal: Proposal) -> tuple[Proposal, Tried]:
        tried = try_server(proposal, world)
        proposal = tried.on(proposal)
        if tried.verified:
            found_one(proposal)
        return proposal, tried

    asked = [world.crew.give(PROBE, partial(try_one, each)) for each in proposals]
    ended = [future.result() for future in asked]
    return Answer(
        tuple(proposal for proposal, tried in ended if tried.verified),
        answered=any(tried.answered for _proposal, tried in ended),
        failure=next((tried.failure for _proposal, tried in ended if tried.failure), ""),
    )


def likelihood(proposal: Proposal) -> tuple[int, int]:
    """Where a server found by its name stands among others of its protocol: TLS first, then by name."""
    prefixes = dict(PREFIXES)[proposal.protocol]
    matching = [index for index, prefix in enumerate(prefixes) if prefix and proposal.host.startswith(prefix)]
    return WAYS.index(proposal.security), matching[0] if matching else len(prefixes)
