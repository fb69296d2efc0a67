"""What a refusal of an IMAP or POP3 server means, read from its response code (RFC 5530, RFC 2449, RFC 3206).

The classes are those of ``resources/error_codes.json``. Words for people decide only where a server is known to give no code.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mailflow_gui.errors import AccountBroken, MailError, Reauthenticate, Rejected, Reply, RetryAfter, Transient

if TYPE_CHECKING:
    from mailflow_gui.mail.server import Server

_CODED = re.compile(r"\[([^\] ]+)(?: [^\]]*)?\] ?(.*)", re.DOTALL)
_LONGEST_TEXT = 500

_OVERQUOTA_WAIT = 3600.0
"""Gmail says OVERQUOTA when too much was fetched, and means an hour or more."""
_LOGIN_DELAY = 300.0
"""POP3's LOGIN-DELAY where the server does not say how long."""

Verdict = tuple[type[MailError], str]
"""What an answer means: class of the error, and code of its sentence."""

_CLASSES: dict[str, Verdict] = {
    "UNAVAILABLE": (Transient, "server-busy"),
    "INUSE": (Transient, "server-busy"),
    "IN-USE": (Transient, "server-busy"),
    "SYS/TEMP": (Transient, "server-busy"),
    "SERVERBUG": (Transient, "server-busy"),
    "EXPUNGEISSUED": (Transient, "server-busy"),
    "LIMIT": (Transient, "server-busy"),
    "AUTHENTICATIONFAILED": (Reauthenticate, "sign-in-refused"),
    "EXPIRED": (Reauthenticate, "sign-in-refused"),
    "AUTH": (Reauthenticate, "sign-in-refused"),
    "AUTHORIZATIONFAILED": (AccountBroken, "account-refused"),
    "CONTACTADMIN": (AccountBroken, "account-refused"),
    "SYS/PERM": (AccountBroken, "account-refused"),
    "CORRUPTION": (AccountBroken, "account-refused"),
    "PRIVACYREQUIRED": (AccountBroken, "sign-in-needs-tls"),
    "NOPERM": (Rejected, "command-refused"),
    "CANNOT": (Rejected, "command-refused"),
    "CLIENTBUG": (Rejected, "command-refused"),
    "PARSE": (Rejected, "command-refused"),
    "TOOBIG": (Rejected, "command-refused"),
    "APPENDLIMIT": (Rejected, "command-refused"),
}


def reply(text: str, operation: str) -> Reply:
    """A server's words, its response code set apart."""
    match = _CODED.match(text)
    if match is None:
        return Reply(text=text[:_LONGEST_TEXT], operation=operation)
    return Reply(text=match[2][:_LONGEST_TEXT], enhanced=match[1].upper(), operation=operation)


def refusal(answer: Reply, server: Server, otherwise: Verdict = (Transient, "server-busy")) -> MailError:
    """The error for a NO, a BAD or an -ERR.

    :param otherwise: class and sentence where the code says nothing.
    """
    kind, code = _CLASSES.get(answer.enhanced or "") or _by_words(answer) or otherwise
    account = server.account or None
    if answer.enhanced in ("OVERQUOTA", "LOGIN-DELAY"):
        full = answer.enhanced == "OVERQUOTA"
        return RetryAfter(
            "mailbox-full" if full else "server-busy",
            seconds=_OVERQUOTA_WAIT if full else _LOGIN_DELAY,
            account=account,
            reply=answer,
            host=server.host,
            reason=answer.text,
            operation=answer.operation,
        )
    return kind(code, account=account, reply=answer, host=server.host, reason=answer.text, operation=answer.operation)


def _by_words(answer: Reply) -> Verdict | None:
    words = answer.text.lower()
    if "too many" in words and "connections" in words:
        return Transient, "server-busy"
    if "authenticated but not connected" in words:  # Exchange: no licence, or a shared mailbox by a wrong name
        return AccountBroken, "account-refused"
    return None


def redacted(text: str, secrets: tuple[str, ...]) -> str:
    """``text`` without secrets that a server repeats in its answer."""
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***")
    return text
