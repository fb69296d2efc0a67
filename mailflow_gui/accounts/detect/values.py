"""What looking for a mail address's servers finds: proposals, the steps that were taken, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from mailflow_gui import sentences
from mailflow_gui.accounts.account import Protocol, Security
from mailflow_gui.sentences import Argument

Source = Literal["table", "autoconfig", "srv", "probe"]
SOURCES: tuple[Source, ...] = ("table", "autoconfig", "srv", "probe")
"""Who can know the servers of an address, the most trusted first: our own table of providers, a provider's own description in
Thunderbird's format, DNS service records (RFC 6186), and trying usual host names."""

State = Literal["asking", "found", "nothing", "failed"]


@dataclass(frozen=True)
class Note:
    """A sentence that a person should read; ``code`` and ``arguments`` name it."""

    code: str
    arguments: Mapping[str, Argument] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def text(self) -> str:
        """What is so, in the reader's language."""
        return sentences.text(self.code, self.arguments)

    @property
    def advice(self) -> str:
        """What to do about it, in the reader's language; may be empty."""
        return sentences.advice(self.code, self.arguments)

    def as_json(self) -> dict[str, Any]:
        """The note in the command line's stable shape; its text holds the advice, too."""
        return {"code": self.code, "text": f"{self.text} {self.advice}".strip()}


@dataclass(frozen=True)
class Proposal:
    """One server that an account with the address may use."""

    protocol: Protocol
    host: str
    """Host name (A-labels where it is beyond ASCII) or IP address."""
    port: int
    security: Security
    username: str
    """What the server most likely wants as user name; empty where nobody says."""
    source: Source
    origin: str
    """What said so: the provider's name, the URL, the DNS name that was asked, or the host that was tried."""
    verified: bool = False
    """Whether a TLS handshake with a valid certificate for exactly this host was seen. No password was sent for that."""
    notes: tuple[Note, ...] = ()
    """What must be known before it works: an app password, a switch in the provider's settings …"""

    def as_json(self) -> dict[str, Any]:
        """The proposal in the command line's stable shape."""
        return {
            "protocol": self.protocol,
            "host": self.host,
            "port": self.port,
            "security": self.security,
            "username": self.username,
            "source": self.source,
            "origin": self.origin,
            "verified": self.verified,
            "notes": [note.as_json() for note in self.notes],
        }


@dataclass(frozen=True)
class Step:
    """How one source stands: ``asking`` first, then one of the others; ``code`` and ``arguments`` say more."""

    source: Source
    state: State
    code: str
    arguments: Mapping[str, Argument] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def text(self) -> str:
        """How it stands, in the reader's language."""
        return sentences.text(self.code, self.arguments)


@dataclass(frozen=True)
class Detected:
    """Everything that was found out about an address."""

    address: str
    """As it was given, without blanks around it, its domain in lower case."""
    domain: str
    """Its domain as DNS knows it: A-labels (punycode) where it is beyond ASCII."""
    provider: str | None
    """Who runs its mail, for people, if the table or the provider's own description knows."""
    proposals: tuple[Proposal, ...]
    """Best first, IMAP before POP3 before SMTP."""
    steps: tuple[Step, ...]
    """The last step of each source, in the order of :data:`SOURCES`."""
    outcome: Note
    """How it ended, for people: ``detect-found``, ``detect-nothing``, ``detect-offline`` or ``detect-cancelled``."""
    offline: bool = False
    """No source that needs the network could be asked; what the table knows is there all the same."""
    cancelled: bool = False

    def of(self, protocol: Protocol) -> tuple[Proposal, ...]:
        """The proposals for one protocol, best first."""
        return tuple(each for each in self.proposals if each.protocol == protocol)

    def best(self, protocol: Protocol) -> Proposal | None:
        """The best proposal for a protocol, or None."""
        return next(iter(self.of(protocol)), None)

    def as_json(self) -> dict[str, Any]:
        """Everything in the command line's stable shape."""
        return {
            "address": self.address,
            "provider": self.provider,
            "offline": self.offline,
            "proposals": [each.as_json() for each in self.proposals],
        }
