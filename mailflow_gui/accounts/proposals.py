"""What to try in place of an account's port and security method, where that may be why it can't be reached. Never a line in clear."""

from __future__ import annotations

from mailflow_gui.accounts.account import DEFAULT_PORTS, Account, Security
from mailflow_gui.accounts.stages import Proposal

ENCRYPTED: tuple[Security, ...] = ("starttls", "tls")

SERVER_TO_SERVER = 25
"""SMTP servers take mail from each other on this port, as a rule without sign-in (RFC 6409 3.1)."""

_UNANSWERED = ("refused", "no-answer", "unreachable", "line-dropped", "no-greeting", "other-protocol", "answer-garbled")
_WAITING = ("no-greeting", "answer-garbled", "line-dropped")
_NO_STARTTLS = ("starttls-missing", "starttls-refused", "starttls-preauth", "starttls-injected")


def propose(account: Account, code: str) -> Proposal | None:
    """What fits a failure with ``code`` better than the account's own port and security method, or None."""
    found = _found(account, code)
    return None if found == Proposal(account.port, account.security) else found


def fitting(account: Account) -> Security | None:
    """The encrypted security method that the account's port is usual with, or None where the account's own is usual with it."""
    usual = [way for way in ENCRYPTED if DEFAULT_PORTS[account.protocol, way] == account.port]
    # STARTTLS on a port that is usually clear is fine, and so is a clear line there where somebody wants one.
    own = DEFAULT_PORTS[account.protocol, account.security] == account.port
    return usual[-1] if usual and not own else None


def _found(account: Account, code: str) -> Proposal | None:
    usual = _usual(account)
    if code in _NO_STARTTLS:
        return Proposal(usual["tls"], "tls")
    if code in ("tls-not-spoken", "sign-in-needs-tls"):  # the port speaks in clear first
        return Proposal(account.port, "starttls")
    if code == "sign-in-not-offered" and account.port == SERVER_TO_SERVER:
        return Proposal(usual["starttls"], "starttls")
    return _instead_of_silence(account, code) if code in _UNANSWERED else None


def _instead_of_silence(account: Account, code: str) -> Proposal | None:
    usual, better = _usual(account), fitting(account)
    if better is not None:
        return Proposal(account.port, better)
    if code == "other-protocol":
        return None
    if code in _WAITING and account.security != "tls":  # it waits for us to begin TLS
        return Proposal(account.port, "tls")
    if account.port in usual.values():
        other: Security = "tls" if account.security == "starttls" else "starttls"
        return Proposal(usual[other], other)
    way: Security = "starttls" if account.security == "none" else account.security
    return Proposal(usual[way], way)


def _usual(account: Account) -> dict[Security, int]:
    return {way: DEFAULT_PORTS[account.protocol, way] for way in ENCRYPTED}
