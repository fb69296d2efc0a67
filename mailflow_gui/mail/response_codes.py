"""A refusal of an IMAP or POP3 server: its response code set apart (RFC 5530, RFC 2449), its class looked up.

The classes stand in :mod:`mailflow_gui.mail.replies`. A refusal without a response code means what the command in question makes
of it, which only the session knows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mailflow_gui.errors import MailError, Reply, Transient
from mailflow_gui.mail import sign_in_causes
from mailflow_gui.mail.replies import classify_imap, imap_error, pop3_error

if TYPE_CHECKING:
    from mailflow_gui.mail.server import Server

Verdict = tuple[type[MailError], str]
"""What an answer means: class of the error, and code of its sentence."""

BUSY: Verdict = (Transient, "server-busy")

_CODED = re.compile(r"\[([^\] ]+)(?: [^\]]*)?\] ?(.*)", re.DOTALL)
_LONGEST_TEXT = 500


def reply(text: str, operation: str) -> Reply:
    """A server's words, its response code set apart."""
    match = _CODED.match(text)
    if match is None:
        return Reply(text=text[:_LONGEST_TEXT], operation=operation)
    return Reply(text=match[2][:_LONGEST_TEXT], enhanced=match[1].upper(), operation=operation)


def imap_refusal(answer: Reply, server: Server, status: str = "NO", otherwise: Verdict = BUSY) -> MailError:
    """The error for a NO, a BAD or a BYE.

    :param otherwise: class and sentence of a NO or a BYE without response code or well-known words.
    """
    if answer.enhanced in (None, "ALERT") and sign_in_causes.too_many(answer):
        return _error((Transient, sign_in_causes.TOO_MANY), answer, server)
    if answer.enhanced is None and status != "BAD":
        verdict = classify_imap(None, answer.text, answer.operation, status)
        if verdict.row is None or verdict.row.code.startswith("BYE"):
            return _error(otherwise, answer, server)
    return imap_error(answer, server, status)


def pop3_refusal(answer: Reply, server: Server, otherwise: Verdict = BUSY) -> MailError:
    """The error for an -ERR.

    :param otherwise: class and sentence where there is no response code.
    """
    if answer.enhanced in (None, "ALERT") and sign_in_causes.too_many(answer):
        return _error((Transient, sign_in_causes.TOO_MANY), answer, server)
    return pop3_error(answer, server) if answer.enhanced else _error(otherwise, answer, server)


def _error(verdict: Verdict, answer: Reply, server: Server) -> MailError:
    kind, code = verdict
    account = server.account or None
    return kind(code, account=account, reply=answer, host=server.host, reason=answer.text, operation=answer.operation)
