"""Which proposal comes first."""

from __future__ import annotations

from collections.abc import Iterable

from mailflow_gui.accounts.account import Protocol, Security
from mailflow_gui.accounts.detect.values import SOURCES, Proposal

_PROTOCOLS: tuple[Protocol, ...] = ("imap", "pop3", "smtp")

Place = tuple[Protocol, str, int, Security]
"""Which server: protocol, host, port, and how its line is secured."""


def place_of(proposal: Proposal) -> Place:
    """Which server is proposed, whoever says so."""
    return proposal.protocol, proposal.host, proposal.port, proposal.security


def in_order(found: Iterable[Iterable[Proposal]]) -> tuple[Proposal, ...]:
    """All proposals, the best of each protocol first; a server that several sources name is the most trusted one's.

    :param found: what each source proposes, the most trusted source first, and the best proposal first within one.
    """
    once: dict[Place, Proposal] = {}
    for proposal in (proposal for proposals in found for proposal in proposals):
        once.setdefault(place_of(proposal), proposal)
    return tuple(sorted(once.values(), key=_rank))


def complete(proposals: Iterable[Proposal]) -> bool:
    """Whether they serve to receive and to send."""
    protocols = {proposal.protocol for proposal in proposals}
    return "smtp" in protocols and bool(protocols & {"imap", "pop3"})


def _rank(proposal: Proposal) -> tuple[int, int, bool]:
    trust = SOURCES.index(proposal.source)
    if proposal.source == "srv" and not proposal.verified:
        trust = len(SOURCES)  # DNS can be forged; a server that proved its name counts more
    return _PROTOCOLS.index(proposal.protocol), trust, not proposal.verified
