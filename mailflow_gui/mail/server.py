"""Where a session goes: the address of one mail server and how its line is secured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Security = Literal["none", "starttls", "tls"]


@dataclass(frozen=True)
class Server:
    """One mail server. It knows no user and no secret."""

    host: str
    """Host name or IPv4/IPv6 address."""
    port: int
    security: Security
    certificate: str = ""
    """PEM; when set, exactly this certificate is trusted, for STARTTLS and TLS alike."""
    account: str = ""
    """The account's id, for errors; empty where there is none (a validation before saving)."""
