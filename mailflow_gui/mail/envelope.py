"""Addresses that mail is really sent to: what people type into To, and what may stand in an SMTP envelope (RFC 5321
4.1.2).

*Reading* a header that somebody else wrote is lenient and lives in :mod:`mailflow_gui.mail.addresses`. Here nothing
is repaired: an address that is not exactly one mailbox is refused before any server hears of it, so no text from a
mail can become a second recipient or a second command.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

from mailflow_gui.errors import Rejected
from mailflow_gui.mail import addresses
from mailflow_gui.mail.values import Address

# atext of RFC 5322 3.2.3 and, for SMTPUTF8, everything beyond ASCII but controls, spaces and what turns text around
# (RFC 6532 3.1)
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-\u00a1-\u1fff\u2070-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff]+"
_DOT_ATOM = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_QUOTED = re.compile(r'"(?:[A-Za-z0-9!#$%&\'*+/=?^_`{|}~\-.,:;@\[\]()]|\\["\\])+"')
_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")  # underscores occur in local networks


def parse_addresses(text: str) -> tuple[Address, ...]:
    """The mailboxes that a person typed: several by comma, ``"Doe, Jane" <j@x>``, groups (RFC 5322 3.4). Blank: none.

    :raises Rejected: something in it is no address, or one that no server would take; code ``address-invalid``.
    """
    if any(ord(character) < 0x20 and character not in "\t\r\n" for character in text):
        raise Rejected("address-invalid", address=_shown(text))
    defects: set[str] = set()
    found = addresses.parse(",".join(text.splitlines()), defects)  # one to a line is usual in pasted lists
    for address in found:
        if not address.address:
            raise Rejected("address-invalid", address=_shown(address.name))
        envelope_address(address.address)
    if defects or (not found and text.strip(" \t\r\n,;")):
        raise Rejected("address-invalid", address=_shown(text))
    return found


@lru_cache(maxsize=4096)
def envelope_address(address: str) -> str:
    """``local@domain`` as it goes into MAIL and RCPT: the domain as A-labels, the local part as it was.

    :raises Rejected: it is not exactly one mailbox; code ``address-invalid``.
    """
    local, at, domain = address.rpartition("@")
    if not at or not (_DOT_ATOM.fullmatch(local) or _QUOTED.fullmatch(local)) or len(local.encode()) > 64:
        raise Rejected("address-invalid", address=_shown(address))
    encoded = _literal(domain) if domain.startswith("[") else _domain(domain)
    if encoded is None or len(local.encode()) + len(encoded) > 253:
        raise Rejected("address-invalid", address=_shown(address))
    return f"{local}@{encoded}"


def needs_smtputf8(address: str) -> bool:
    """Whether an envelope address can only be said with SMTPUTF8 (RFC 6531): its local part is not ASCII."""
    return not address.rpartition("@")[0].isascii()


def _domain(domain: str) -> str | None:
    if not domain.isascii():
        import idna

        try:
            domain = idna.encode(domain, uts46=True).decode("ascii")
        except UnicodeError:
            return None
    labels = domain.split(".")
    if len(domain) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        return None
    return domain


def _literal(domain: str) -> str | None:
    """An address literal, ``[192.0.2.1]`` or ``[IPv6:2001:db8::1]`` (RFC 5321 4.1.3)."""
    if not domain.endswith("]"):
        return None
    inside = domain[1:-1]
    try:
        if inside[:5].lower() == "ipv6:":
            return f"[IPv6:{ipaddress.IPv6Address(inside[5:])}]"
        return f"[{ipaddress.IPv4Address(inside)}]"
    except ValueError:
        return None


def _shown(text: str) -> str:
    """Enough of a bad address to find it, without what could disturb a line of text."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text[:200])
