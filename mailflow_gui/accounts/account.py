"""What an account is. It holds no secret and can't."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Protocol = Literal["imap", "pop3", "smtp"]
Security = Literal["none", "starttls", "tls"]

DEFAULT_PORTS: dict[tuple[Protocol, Security], int] = {
    ("imap", "none"): 143,
    ("imap", "starttls"): 143,
    ("imap", "tls"): 993,
    ("pop3", "none"): 110,
    ("pop3", "starttls"): 110,
    ("pop3", "tls"): 995,
    ("smtp", "none"): 25,
    ("smtp", "starttls"): 587,
    ("smtp", "tls"): 465,
}


@dataclass(frozen=True)
class Account:
    """A saved mail server of one protocol (on screen: connection)."""

    id: str
    """Made once from the name: ASCII letters and digits joined by hyphens; survives renaming."""
    name: str
    """Unique, for people."""
    protocol: Protocol
    host: str
    """Host name or IPv4/IPv6 address."""
    port: int
    security: Security = "tls"
    username: str = ""
    """Empty: the server asks for no sign-in."""
    certificate: str = ""
    """PEM; when set, exactly this certificate is trusted, for STARTTLS and TLS alike."""
    description: str = ""
    maximum_sessions: int = 4
    """The most sessions MailFlow keeps open with this account at a time."""
    password_command: str = ""
    """Command whose first output line is the password; empty: environment variable or keyring."""
    signs_in: bool = True
    """Off: this server is used without sign-in, whatever the user name."""
    accept_clear_text: bool = False
    """A person has accepted that a line which leaves this computer isn't encrypted (security ``none``)."""
    validated: str | None = None
    """When it last validated well (ISO 8601), or None."""

    @property
    def needs_secret(self) -> bool:
        """Whether it signs in at all, and so needs a password."""
        return self.signs_in and bool(self.username)
