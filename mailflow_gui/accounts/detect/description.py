"""A provider's description of its own mail servers, in Thunderbird's format (https://wiki.mozilla.org/Thunderbird:Autoconfiguration).

It comes from strangers. A document type, and with it every entity of its own making, is refused; so is what is nested too deep.
"""

from __future__ import annotations

import re
import xml.parsers.expat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mailflow_gui.accounts import fields
from mailflow_gui.accounts.detect.values import Note, Proposal

if TYPE_CHECKING:
    from mailflow_gui.accounts.account import Protocol, Security
    from mailflow_gui.accounts.detect.address import MailAddress

_PLACEHOLDER = re.compile("%EMAIL(?:ADDRESS|LOCALPART|DOMAIN)%")
_DEEPEST = 20
_MOST_SERVERS = 20
_LONGEST_NAME = 100
_PROTOCOLS: dict[tuple[str, str], Protocol] = {
    ("incomingServer", "imap"): "imap",
    ("incomingServer", "pop3"): "pop3",
    ("outgoingServer", "smtp"): "smtp",
}
_SECURITIES: dict[str, Security] = {"SSL": "tls", "STARTTLS": "starttls"}
"""``plain`` is left out: a line in clear text is never proposed."""

_PASSWORDS = frozenset({"password-cleartext", "plain", "password-encrypted", "secure"})
"""Ways to sign in with a password (the short ones are older names). The others want tokens, tickets or nothing at all."""


@dataclass(frozen=True)
class Description:
    """What a document says."""

    provider: str | None
    proposals: tuple[Proposal, ...]


@dataclass
class _Element:
    tag: str
    attributes: dict[str, str]
    children: list[_Element] = field(default_factory=list)
    text: str = ""

    def all(self, tag: str) -> list[_Element]:
        return [child for child in self.children if child.tag == tag]

    def words(self, tag: str) -> str:
        return next((child.text.strip() for child in self.all(tag)), "")


def read(document: bytes, address: MailAddress, origin: str) -> Description | None:
    """What a document says for an address; None: it is no such description. Never raises.

    Servers that make no sense, and those without encryption, are left out.
    """
    root = _parse(document)
    if root is None or root.tag != "clientConfig":
        return None
    provider: str | None = None
    proposals: list[Proposal] = []
    for described in root.all("emailProvider"):
        provider = provider or _printable(described.words("displayName"))
        for server in described.children[: 10 * _MOST_SERVERS]:
            proposal = _proposal(server, address, origin, provider or origin)
            if proposal is not None and len(proposals) < _MOST_SERVERS:
                proposals.append(proposal)
    return Description(provider, tuple(proposals))


def _proposal(server: _Element, address: MailAddress, origin: str, provider: str) -> Proposal | None:
    protocol = _PROTOCOLS.get((server.tag, server.attributes.get("type", "").lower()))
    security = _SECURITIES.get(server.words("socketType").upper())
    host = _filled(server.words("hostname"), address).lower()
    port = server.words("port")
    if protocol is None or security is None or not (fields.is_host_name(host) or fields.is_address(host)):
        return None
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 1 <= int(port) <= 65535):
        return None
    username = _filled(server.words("username"), address)
    ways = {way.text.strip().lower() for way in server.all("authentication")}
    notes = (Note("detect-oauth-only", {"provider": provider}),) if ways and ways.isdisjoint(_PASSWORDS) else ()
    return Proposal(
        protocol,
        host,
        int(port),
        security,
        username if username.isprintable() else "",
        "autoconfig",
        origin,
        notes=notes,
    )


def _filled(text: str, address: MailAddress) -> str:
    """The placeholders replaced, in one pass: no local part is ever taken for a placeholder."""
    parts = {
        "%EMAILADDRESS%": address.on_the_wire,
        "%EMAILLOCALPART%": address.local,
        "%EMAILDOMAIN%": address.domain,
    }
    return _PLACEHOLDER.sub(lambda found: parts[found[0]], text)


def _printable(text: str) -> str | None:
    return text[:_LONGEST_NAME] if text and text.isprintable() else None


def _parse(document: bytes) -> _Element | None:
    """The document's root, or None when it is broken or has a document type."""
    top = _Element("", {})
    open_elements = [top]

    def start(tag: str, attributes: dict[str, str]) -> None:
        if len(open_elements) > _DEEPEST:
            raise ValueError(tag)
        element = _Element(tag, attributes)
        open_elements[-1].children.append(element)
        open_elements.append(element)

    def end(_tag: str) -> None:
        open_elements.pop()

    def text(words: str) -> None:
        open_elements[-1].text += words

    def refuse(*_: object) -> None:
        raise ValueError("document type")

    parser = xml.parsers.expat.ParserCreate()
    parser.buffer_text = True  # or every line is a call of its own
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    try:
        parser.Parse(document, True)
    except (xml.parsers.expat.ExpatError, ValueError, LookupError):  # LookupError: an encoding that nobody knows
        return None
    return top.children[0] if top.children else None
