"""A mail address as somebody typed it, taken apart: what stands before the @, and the domain as DNS knows it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailflow_gui.accounts import fields
from mailflow_gui.errors import UsageError
from mailflow_gui.mail.tls import ascii_host

LONGEST_LOCAL = 64
LONGEST_ADDRESS = 254
"""Octets (RFC 5321 4.5.3.1, RFC 3696 erratum 1690)."""

# What mailboxes are really called: a dot-atom (RFC 5322 3.2.3), with UTF-8 (RFC 6531). docomo and au once gave out addresses with
# dots at the end or in a row, and they still work.
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]+")


@dataclass(frozen=True)
class MailAddress:
    """A mail address in its parts."""

    local: str
    domain: str
    """A-labels (RFC 5890) in lower case, without a final dot."""
    written: str
    """As it was given, the domain in lower case."""

    @property
    def on_the_wire(self) -> str:
        """With the domain as A-labels."""
        return f"{self.local}@{self.domain}"


def parse(text: str) -> MailAddress:
    """Take an address apart.

    :raises UsageError: ``detect-address-malformed``: this can't be anybody's address.
    """
    text = text.strip()
    local, at, domain = text.rpartition("@")
    domain = domain.lower().rstrip(".")
    malformed = UsageError("detect-address-malformed", address=ascii(text)[1:-1] if not text.isprintable() else text)
    if not at or not _LOCAL.fullmatch(local) or len(local.encode()) > LONGEST_LOCAL:
        raise malformed
    try:
        known = ascii_host(domain)
    except ValueError as error:
        raise malformed from error
    if "." not in known or not fields.is_host_name(known) or len(f"{local}@{known}".encode()) > LONGEST_ADDRESS:
        raise malformed
    return MailAddress(local, known, f"{local}@{domain}")
