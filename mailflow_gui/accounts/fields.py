"""What may stand in an account's fields: every fault is found at its field, before anything is saved or tried."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from mailflow_gui import sentences
from mailflow_gui.accounts.account import Account, Protocol, Security
from mailflow_gui.errors import UsageError
from mailflow_gui.sentences import Argument

Field = Literal[
    "id",
    "name",
    "protocol",
    "host",
    "port",
    "security",
    "username",
    "description",
    "maximum_sessions",
    "password_command",
]

PROTOCOLS: tuple[Protocol, ...] = get_args(Protocol)
SECURITIES: tuple[Security, ...] = get_args(Security)

CLEAR_TEXT = "account-clear-text"
"""Code of the fault that a line leaves this computer unencrypted and nobody has accepted that."""

LONGEST_NAME = 200
LONGEST_ID = 60
MOST_SESSIONS = 100

_LABEL = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class FieldFault:
    """One thing wrong with one field; ``code`` and ``arguments`` name its sentence."""

    field: Field
    code: str
    arguments: tuple[tuple[str, Argument], ...] = ()

    @property
    def text(self) -> str:
        """What is wrong, in the reader's language."""
        return sentences.text(self.code, dict(self.arguments))

    @property
    def advice(self) -> str:
        """What to do about it, in the reader's language."""
        return sentences.advice(self.code, dict(self.arguments))

    def error(self) -> UsageError:
        """The fault as an error to raise."""
        return UsageError(self.code, **dict(self.arguments))


def faults(account: Account, others: Iterable[Account] = ()) -> tuple[FieldFault, ...]:
    """All that is wrong with ``account``'s fields; ``others`` are the saved accounts, for names that must be unique."""
    found: list[FieldFault] = []
    others = [other for other in others if other.id != account.id]
    if not _ID.fullmatch(account.id):
        found.append(FieldFault("id", "account-id-invalid", (("id", account.id),)))
    found += _name_faults(account.name, others)
    if account.protocol not in PROTOCOLS:
        found.append(FieldFault("protocol", "account-protocol-unknown", (("protocol", account.protocol),)))
    if account.security not in SECURITIES:
        found.append(FieldFault("security", "account-security-unknown", (("security", account.security),)))
    found += _host_faults(account.host)
    if not 1 <= account.port <= 65535:
        found.append(FieldFault("port", "account-port-invalid", (("port", account.port),)))
    if _unprintable(account.username):
        found.append(FieldFault("username", "account-field-unprintable", (("field", "username"),)))
    if _unprintable(account.description.replace("\n", " ")):
        found.append(FieldFault("description", "account-field-unprintable", (("field", "description"),)))
    if _unprintable(account.password_command):
        found.append(FieldFault("password_command", "account-field-unprintable", (("field", "password_command"),)))
    if account.host and in_clear_unasked(account):
        found.append(FieldFault("security", CLEAR_TEXT, (("host", account.host),)))
    if not 1 <= account.maximum_sessions <= MOST_SESSIONS:
        arguments = (("number", account.maximum_sessions), ("most", MOST_SESSIONS))
        found.append(FieldFault("maximum_sessions", "account-sessions-invalid", arguments))
    return tuple(found)


def in_clear_unasked(account: Account) -> bool:
    """Whether an account's line would leave this computer unencrypted, and nobody has accepted that."""
    return account.security == "none" and not account.accept_clear_text and not is_loopback(account.host)


def same_name(one: str, other: str) -> bool:
    """Whether a person would take two names for the same one: letter case and Unicode's spellings don't count."""
    return unicodedata.normalize("NFKC", one).casefold() == unicodedata.normalize("NFKC", other).casefold()


def new_id(name: str, protocol: Protocol, taken: Collection[str]) -> str:
    """An id made from a name: lower-case ASCII letters and digits joined by hyphens.

    Nothing left, as from 受信箱: the protocol and a number (``imap-1``). An id that is taken gets a number, too (``inbox-2``).
    """
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).lower()
    base = "-".join(re.findall(r"[a-z0-9]+", plain))[:LONGEST_ID].strip("-")
    if base and base not in taken:
        return base
    number = 2 if base else 1
    base = base or protocol
    while f"{base}-{number}" in taken:
        number += 1
    return f"{base}-{number}"


def clean_host(text: str) -> str:
    """A host as a person typed or pasted it, without blanks around it and without an IPv6 address's brackets."""
    text = text.strip()
    return text[1:-1] if text.startswith("[") and text.endswith("]") else text


def is_loopback(host: str) -> bool:
    """Whether a host is surely this machine, so that clear text never leaves it."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.rstrip(".").lower() == "localhost" or host.rstrip(".").lower().endswith(".localhost")


def _name_faults(name: str, others: Iterable[Account]) -> list[FieldFault]:
    if not name.strip():
        return [FieldFault("name", "account-name-missing")]
    if _unprintable(name):
        return [FieldFault("name", "account-field-unprintable", (("field", "name"),))]
    if len(name) > LONGEST_NAME:
        return [FieldFault("name", "account-name-too-long", (("most", LONGEST_NAME),))]
    if any(same_name(name, other.name) for other in others):
        return [FieldFault("name", "account-name-taken", (("name", name),))]
    return []


def _host_faults(host: str) -> list[FieldFault]:
    if not host:
        return [FieldFault("host", "account-host-missing")]
    if is_address(host) or is_host_name(host):
        return []
    return [FieldFault("host", "account-host-invalid", (("host", ascii(host)[1:-1] if _unprintable(host) else host),))]


def is_address(host: str) -> bool:
    """Whether a host is an IPv4 or IPv6 address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_host_name(host: str) -> bool:
    """Whether a text can be a host name, perhaps one beyond ASCII; addresses are none."""
    encoded = host.removesuffix(".")
    if not host.isascii():
        from mailflow_gui.mail.tls import ascii_host  # here, for it brings a TLS library that few names need

        try:
            encoded = ascii_host(host)
        except ValueError:
            return False
    labels = encoded.split(".")
    # A last label of digits alone is a mistyped address (RFC 1123 2.1), never a name.
    return len(encoded) <= 253 and all(map(_LABEL.fullmatch, labels)) and not labels[-1].isdigit()


def _unprintable(text: str) -> bool:
    """Whether a text holds control characters; a line end in a user name would be a second command to the server."""
    return any(unicodedata.category(letter) in ("Cc", "Zl", "Zp", "Cs") for letter in text)
