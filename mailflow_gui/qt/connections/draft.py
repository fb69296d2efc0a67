"""What stands in the connection dialog: an account that isn't saved yet, and what can be said about it without a network."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mailflow_gui.accounts import fields
from mailflow_gui.accounts.account import DEFAULT_PORTS, Account, Protocol, Security
from mailflow_gui.accounts.secrets import Secret
from mailflow_gui.flow.model import Stub
from mailflow_gui.language import _

if TYPE_CHECKING:
    from mailflow_gui.accounts.detect import Proposal
    from mailflow_gui.mail.tls import Certificate

EXPIRES_SOON = 30
"""Days before a certificate's end from which on it is pointed out."""

_SHORTEST = 4
"""A shorter password stands in half of all texts by chance."""

NEW_ID = "new" + "0" * fields.LONGEST_ID
"""Stands for the id of an account that has none yet: longer than any that is ever made, so it is nobody's."""

_TRIED = (
    "protocol",
    "host",
    "port",
    "security",
    "username",
    "certificate",
    "password_command",
    "signs_in",
    "accept_clear_text",
)


@dataclass(frozen=True)
class Draft:
    """The dialog's contents."""

    account: Account
    secret: Secret | None = None
    """A password that was typed; None: whatever is stored stays."""
    secret_stored: bool = False
    """Whether the account already has a password somewhere, or a command for it."""
    pinned: bool = False
    """*This certificate* is chosen."""
    twin: Account | None = None
    """A second connection to the same mailbox, which is made with the same password."""

    @property
    def tried(self) -> tuple[object, ...]:
        """All that a validation depends on; as long as it stays the same, a good validation counts."""
        tried = [getattr(account, name) for account in self.accounts for name in _TRIED]
        return (*tried, self.secret)

    @property
    def accounts(self) -> tuple[Account, ...]:
        """The connection and its twin, if there is one."""
        return (self.account,) if self.twin is None else (self.account, self.twin)

    def without_secret(self, text: str) -> str:
        """``text`` without the password, should a server ever have said it back to us."""
        secret = "" if self.secret is None else self.secret.reveal()
        return text.replace(secret, str(self.secret)) if len(secret) >= _SHORTEST else text

    @property
    def in_clear(self) -> bool:
        """Whether mails and password would leave this computer without encryption."""
        return self.account.security == "none" and not fields.is_loopback(self.account.host)


def blank(protocol: Protocol = "imap") -> Account:
    """A new account, before anything was typed."""
    return Account(id=NEW_ID, name="", protocol=protocol, host="", port=DEFAULT_PORTS[protocol, "tls"])


def copied(account: Account, names: Iterable[str]) -> Account:
    """A new account like ``account``, with a name of its own; its password isn't copied."""
    taken = list(names)
    name, number = _("{name} (copy)").format(name=account.name), 2
    while any(fields.same_name(name, other) for other in taken):
        name, number = _("{name} (copy {number})").format(name=account.name, number=number), number + 1
    return replace(account, id=NEW_ID, name=name, validated=None)


def of_stub(stub: Stub) -> Account:
    """A new account for what a flow file says of a connection; what it leaves open is as usual."""
    protocol: Protocol = next((each for each in fields.PROTOCOLS if each == stub.protocol), "imap")
    security: Security = next((each for each in fields.SECURITIES if each == stub.security), "tls")
    if stub.security is None and stub.port is not None:
        ways: tuple[Security, ...] = ("tls", "starttls", "none")
        security = next((way for way in ways if DEFAULT_PORTS[protocol, way] == stub.port), security)
    port = stub.port if stub.port and 1 <= stub.port <= 65535 else DEFAULT_PORTS[protocol, security]
    return Account(id=NEW_ID, name=stub.name, protocol=protocol, host=stub.host, port=port, security=security)


def twin_of(account: Account, proposal: Proposal, main: Proposal | None) -> Account:
    """The other half of a mailbox, with the user of ``account`` unless the provider wants another one there.

    :param main: what was proposed for ``account`` itself.
    """
    own_user = proposal.username and main is not None and proposal.username != main.username
    words = _("{name} (sending)") if proposal.protocol == "smtp" else _("{name} (receiving)")
    same_host = proposal.host == account.host
    return replace(
        account,
        name=words.format(name=account.name) if account.name else "",
        protocol=proposal.protocol,
        host=proposal.host,
        port=proposal.port,
        security=proposal.security,
        username=proposal.username if own_user else account.username,
        certificate=account.certificate if same_host else "",
        description="",
        accept_clear_text=False,
        validated=None,
    )


def free_name(wanted: str, names: Iterable[str]) -> str:
    """``wanted``, or with the first number behind it that makes it nobody's."""
    taken, name, number = list(names), wanted, 2
    while any(fields.same_name(name, other) for other in taken):
        name, number = f"{wanted} {number}", number + 1
    return name


def usual_port(protocol: Protocol, security: Security) -> int:
    """The port that belongs to a protocol and a security method."""
    return DEFAULT_PORTS[protocol, security]


def security_hint(protocol: Protocol, security: Security, port: int) -> str:
    """One line about how port and security method go together; empty when there is nothing to say."""
    fitting: dict[Security, str] = {"starttls": "STARTTLS", "tls": "SSL/TLS"}
    if security != "none" and DEFAULT_PORTS[protocol, security] == port:
        return _("Recommended for port {port}").format(port=port)
    for way, name in fitting.items():
        if way != security and DEFAULT_PORTS[protocol, way] == port and not (security == "none" and way == "starttls"):
            return _("Port {port} is usual with {security}").format(port=port, security=name)
    return _("Not encrypted") if security == "none" else ""


def faults(draft: Draft, saved: Iterable[Account] = ()) -> dict[str, str]:
    """What is wrong, as one sentence by field: before saving with ``saved``, before validating without."""
    found: dict[str, str] = {}
    account = draft.account
    for fault in fields.faults(account, saved):
        words = f"{fault.text} {fault.advice}".strip()
        if fault.code == fields.CLEAR_TEXT:  # its usual advice is for the command line, too
            words = _("Choose STARTTLS or SSL/TLS, or tick that you accept a line without encryption.")
        found.setdefault(fault.field, words)
    if draft.secret is not None and account.password_command:
        found["password_command"] = _("There is a password, too. Empty this field, or the password's.")
    if draft.secret is not None and not account.username:
        found["username"] = _("There is a password, but no user name to sign in with. Type the user name.")
    if draft.secret is not None and any(mark in draft.secret.reveal() for mark in "\r\n\0"):
        found["password"] = _("The password contains a line break. Type it again by hand.")
    if draft.pinned and account.security != "none" and not account.certificate:
        found["certificate"] = _("There is no certificate yet. Fetch it from the server, or paste it.")
    return found


def days_left(certificate: Certificate, now: datetime | None = None) -> int:
    """Whole days until a certificate ends; negative: it has ended."""
    return (certificate.not_after - (now or datetime.now(UTC))).days


def day(moment: datetime) -> str:
    """A date that reads the same in every country."""
    return moment.astimezone().date().isoformat()


def validity(certificate: Certificate) -> str:
    """From when until when a certificate counts."""
    return f"{day(certificate.not_before)} – {day(certificate.not_after)}"


def fingerprint_lines(sha256: str) -> tuple[str, str]:
    """A fingerprint on two lines of sixteen pairs, to be compared by eye."""
    pairs = sha256.split(":")
    return ":".join(pairs[:16]), ":".join(pairs[16:])


def common_name(distinguished: str) -> str:
    """The part of a distinguished name (RFC 4514) that people know: its common name, else organisation, else all of it."""
    parts = dict(part.partition("=")[::2] for part in reversed(_split(distinguished)))
    return parts.get("CN") or parts.get("O") or distinguished


def _split(distinguished: str) -> list[str]:
    """The parts of a distinguished name; a comma behind a backslash belongs to its part (RFC 4514 2.4)."""
    parts, escaped = [""], False
    for letter in distinguished:
        if escaped:
            parts[-1], escaped = parts[-1] + letter, False
        elif letter == "\\":
            escaped = True
        elif letter in ",+":
            parts.append("")
        else:
            parts[-1] += letter
    return parts
