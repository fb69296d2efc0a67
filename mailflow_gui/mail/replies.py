"""What a server's refusal means: from its codes to the exception that says what the caller can do.

The table is ``resources/error_codes.json``. The most specific code decides: reply code with enhanced status, enhanced
status, reply code, and for unknown ones the family. The human text never decides alone; a few rows (marked
*observed*) need it beside a code.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailflow_gui import paths
from mailflow_gui.errors import (
    AccountBroken,
    MailError,
    Outcome,
    Reauthenticate,
    Recoverable,
    Rejected,
    Reply,
    RetryAfter,
    Transient,
)

if TYPE_CHECKING:
    from mailflow_gui.mail.server import Server

SMTP, ENHANCED, IMAP, POP3 = "SMTP reply", "SMTP enhanced", "IMAP response code", "POP3 response code"
_HOUR = 3600.0

_SESSION_CODES = frozenset({421, 432, 454, 521, 523, 530, 534, 535, 538})
"""Reply codes that say more than a general enhanced status (``x.y.0``) beside them."""
_ABOUT_THE_ACCOUNT = frozenset({"connect", "EHLO", "HELO", "STARTTLS", "AUTH", "NOOP", "RSET"})
"""Operations without a mail: what is refused there is refused to the account."""
_SIGN_IN = frozenset({"LOGIN", "AUTHENTICATE", "USER", "PASS", "APOP", "AUTH"})


@dataclass(frozen=True)
class KnownCode:
    """A row of the table."""

    family: str
    code: str
    meaning: str
    advice: str
    source: str
    classes: Mapping[str, Outcome]
    """By the first digit of the status, or under ``""`` for all."""


@dataclass(frozen=True)
class Verdict:
    """What a reply means; ``row`` is None for a code that the table doesn't know: classed by its family."""

    outcome: Outcome
    row: KnownCode | None = None

    @property
    def known(self) -> bool:
        return self.row is not None


@functools.cache
def known_codes() -> tuple[KnownCode, ...]:
    """The whole table, in its own order."""
    rows = json.loads((paths.resources() / "error_codes.json").read_text(encoding="utf-8"))
    return tuple(
        KnownCode(
            family=row["family"],
            code=row["code"],
            meaning=row["meaning"],
            advice=row["advice"],
            source=row["source"],
            classes={
                digit: outcome
                for digit, outcome in (
                    row["class"].items() if isinstance(row["class"], dict) else (("", row["class"]),)
                )
                if outcome != "none"
            },
        )
        for row in rows
    )


def classify_smtp(code: int | None, enhanced: str | None, text: str, operation: str) -> Verdict:
    """What an SMTP reply to ``operation`` (``RCPT``, ``data`` for the reply after the dot, ``connect`` for the
    greeting) means."""
    row = _smtp_row(code, enhanced, text, operation)
    temporary = code is not None and 400 <= code < 500
    # An undefined answer where a command should have been answered says nothing about the mail: try again.
    family: Outcome = "reject-message" if code is not None and 500 <= code < 600 else "retry-backoff"
    outcome = family
    if row is not None:
        outcome = _class(row, code) or family
    return Verdict(_in_place(outcome, row, code, operation) if not temporary else _temporary(outcome, code), row)


def classify_imap(code: str | None, text: str, operation: str, status: str = "NO") -> Verdict:
    """What a tagged NO or BAD, or a BYE, means; ``code`` is its response code (RFC 5530) such as ``UNAVAILABLE``."""
    signing_in = operation.upper() in _SIGN_IN
    code = (code or "").upper()
    observed = _observed_imap(text, signing_in) if code in ("", "ALERT") else None
    row = observed or _rows(IMAP).get(code) or _rows(IMAP).get(status)
    if row is None or row.code == "ALERT":
        return Verdict("reauthenticate" if signing_in else "retry-backoff", row)
    outcome = row.classes[""]
    if signing_in and outcome in ("recover-alternative", "reject-message"):
        # LIMIT means too many sessions here; whatever else is refused at the door concerns the account.
        outcome = "retry-backoff" if row.code == "LIMIT" else "disconnect-connection"
    return Verdict(outcome, row)


def classify_pop3(code: str | None, text: str, operation: str) -> Verdict:
    """What an ``-ERR`` means; ``code`` is its response code (RFC 2449 8, RFC 3206) such as ``IN-USE``."""
    row = _rows(POP3).get((code or "").upper())
    if row is not None:
        return Verdict(row.classes[""], row)
    if operation.upper() in _SIGN_IN:
        return Verdict("reauthenticate", None if code else _rows(POP3).get("PASS"))
    if operation.upper() in ("RETR", "DELE", "TOP"):
        return Verdict("recover-alternative", None if code else _rows(POP3).get("RETR"))
    return Verdict("retry-backoff")


def smtp_error(reply: Reply, server: Server, recipient: str | None = None) -> MailError:
    """The exception for a refusal by an SMTP server; ``recipient`` when only that one was refused."""
    verdict = classify_smtp(reply.code, reply.enhanced, reply.text, reply.operation)
    if verdict.outcome == "disconnect-connection" and (
        reply.code in (523, 538) or reply.enhanced in ("5.7.10", "5.7.11")
    ):
        return _error(verdict, "sign-in-needs-tls", reply, server)
    if verdict.outcome == "disconnect-connection" and reply.code == 530:
        return _error(verdict, "sign-in-needed", reply, server)
    code = {
        "retry-backoff": "server-busy",
        "retry-after": "server-says-wait",
        "reauthenticate": "sign-in-refused",
        "disconnect-connection": "account-refused",
    }.get(verdict.outcome, {"MAIL": "sender-refused", "RCPT": "recipient-refused"}.get(reply.operation, "mail-refused"))
    if verdict.outcome == "retry-backoff" and reply.operation == "AUTH":
        code = "sign-in-unavailable"
    if code == "sender-refused" and (reply.code == 552 or (reply.enhanced or "").startswith(("5.2.3", "5.3."))):
        code = "mail-refused"  # its size, said at MAIL
    if code in ("sender-refused", "recipient-refused", "account-refused") and _RELAYING.search(reply.text):
        code = "relay-denied"
    return _error(verdict, code, reply, server, recipient=recipient or "")


def imap_error(reply: Reply, server: Server, status: str = "NO") -> MailError:
    """The exception for a refusal by an IMAP server; ``reply.enhanced`` is the response code, ``status`` NO, BAD or
    BYE."""
    return _plain_error(classify_imap(reply.enhanced, reply.text, reply.operation, status), reply, server)


def pop3_error(reply: Reply, server: Server) -> MailError:
    """The exception for a refusal by a POP3 server; ``reply.enhanced`` is the response code."""
    return _plain_error(classify_pop3(reply.enhanced, reply.text, reply.operation), reply, server)


def is_known(reply: Reply) -> bool:
    """Whether the table knows the codes of a kept reply, or there is no code that it could know; an unknown one wants to be classed."""
    if reply.code is not None:
        return classify_smtp(reply.code, reply.enhanced, reply.text, reply.operation).known
    code = (reply.enhanced or "").upper()
    return not code or code in _rows(IMAP) or code in _rows(POP3)


def verdict_of(reply: Reply, protocol: str) -> Verdict:
    """The verdict again, from a kept reply: for lists of errors, and for what is *unknown: please class*."""
    if protocol == "smtp":
        return classify_smtp(reply.code, reply.enhanced, reply.text, reply.operation)
    if protocol == "imap":
        return classify_imap(reply.enhanced, reply.text, reply.operation)
    return classify_pop3(reply.enhanced, reply.text, reply.operation)


def _plain_error(verdict: Verdict, reply: Reply, server: Server) -> MailError:
    signing_in = reply.operation.upper() in _SIGN_IN
    code = {
        "retry-backoff": "sign-in-unavailable" if signing_in else "server-busy",
        "retry-after": "server-says-wait",
        "reauthenticate": "sign-in-refused",
        "disconnect-connection": "account-refused",
    }.get(verdict.outcome, "command-refused")
    return _error(verdict, code, reply, server)


def _error(verdict: Verdict, code: str, reply: Reply, server: Server, **more: str) -> MailError:
    account = server.account or None
    reason = " ".join(
        part for part in (str(reply.code or ""), reply.enhanced or "", " ".join(reply.text.split())) if part
    )
    arguments = {"host": server.host, "operation": reply.operation, "reason": reason, **more}
    if verdict.outcome == "retry-after":
        seconds = _seconds(reply)
        return RetryAfter(
            code, seconds=seconds, account=account, reply=reply, minutes=max(1, round(seconds / 60)), **arguments
        )
    kind: type[MailError] = {
        "retry-backoff": Transient,
        "recover-alternative": Recoverable,
        "reauthenticate": Reauthenticate,
        "disconnect-connection": AccountBroken,
        "reject-message": Rejected,
    }[verdict.outcome]
    return kind(code, account=account, reply=reply, **arguments)


_RELAYING = re.compile(r"\brelay", re.IGNORECASE)
"""Postfix: *Relay access denied*, Exim: *relay not permitted*, Exchange: *Unable to relay*, sendmail: *Relaying denied*."""
_WAIT = re.compile(r"(?:in|after|for|wait)\s+(\d{1,6})\s*(s|m|h)", re.IGNORECASE)


def _seconds(reply: Reply) -> float:
    """How long to wait: what the server says, at most a day; else what the table knows of such limits."""
    if match := _WAIT.search(reply.text):
        return min(24 * _HOUR, int(match[1]) * {"s": 1.0, "m": 60.0, "h": _HOUR}[match[2].lower()])
    if reply.enhanced == "5.4.5":  # a daily quota
        return 24 * _HOUR
    return 900.0 if reply.enhanced in ("4.4.5", "LOGIN-DELAY") else _HOUR


def _class(row: KnownCode, code: int | None) -> Outcome | None:
    return row.classes.get(str(code)[0], row.classes.get(""))


def _temporary(outcome: Outcome, code: int | None) -> Outcome:
    """A 4yz reply is a promise that a later try may do (RFC 5321 4.2.1), whatever stands beside it."""
    if outcome == "retry-after" or code == 432:
        return outcome
    return "retry-backoff"


def _in_place(outcome: Outcome, row: KnownCode | None, code: int | None, operation: str) -> Outcome:
    """The outcome of a 5yz reply where it was given: the same code says less about one recipient than about a
    sign-in."""
    if operation in _ABOUT_THE_ACCOUNT:
        return outcome if outcome in ("reauthenticate", "retry-after", "retry-backoff") else "disconnect-connection"
    if outcome == "recover-alternative":
        if code == 552 and operation == "RCPT":  # RFC 5321 4.5.3.1.10: too many recipients for one transaction
            return "retry-backoff"
        # The session has used what TLS and secret it has: a server that wants more wants another set-up.
        return "disconnect-connection" if code in (523, 530, 538) else "reject-message"
    if outcome == "retry-backoff" and code is not None and 500 <= code < 600:
        return "reject-message"
    if (
        outcome == "disconnect-connection"
        and operation == "RCPT"
        and (row is None or row.code.startswith(("X.", "521")))
    ):
        return "reject-message"  # said of this recipient, or of a sender address that was checked only now
    return outcome


def _smtp_row(code: int | None, enhanced: str | None, text: str, operation: str) -> KnownCode | None:
    replies, statuses = _rows(SMTP), _rows(ENHANCED)
    if code is None:
        return None
    if enhanced:
        if "sender thread limit" in text and (row := replies.get(f"{code} {enhanced} THREADS")):
            return row
        if row := replies.get(f"{code} {enhanced} on {operation}") or replies.get(f"{code} {enhanced}"):
            return row
        if row := statuses.get(enhanced):
            return row
        row = None if enhanced.endswith(".0.0") else statuses.get("X" + enhanced[1:])
        # Most servers put a vague 5.7.1 or 5.7.0 beside every refusal: a reply code about the session itself says more.
        if row is not None and not (code in _SESSION_CODES and _class(row, code) == "reject-message"):
            return row
    return replies.get(f"{code} on {operation}") or replies.get(str(code))


def _observed_imap(text: str, signing_in: bool) -> KnownCode | None:
    """Refusals without a response code that are known by tagged status and words (field reports)."""
    words = text.lower()
    for row in known_codes():
        quoted = re.search(r"'(?:\[ALERT\] )?([^']+)'", row.code)
        if row.family == IMAP and quoted and quoted[1].lower() in words and signing_in != row.code.startswith("BAD"):
            return None if "from outlook" in row.code and "office365" not in words else row
    return None


@functools.cache
def _rows(family: str) -> Mapping[str, KnownCode]:
    """The rows of one family, by every code that they are for."""
    rows: dict[str, KnownCode] = {}
    for row in known_codes():
        if row.family.startswith(family):
            rows.update((key, row) for key in _keys(family, row.code))
    if family == SMTP:  # many servers give no enhanced status with the codes that are listed with one
        for alone, listed in (("523", "5.7.10"), ("534", "5.7.9"), ("535", "5.7.8"), ("538", "5.7.11")):
            rows[alone] = rows[f"{alone} {listed}"]
    return rows


_OPERATIONS = {
    "at greeting": "connect",
    "on EHLO": "EHLO",
    "on AUTH": "AUTH",
    "on MAIL FROM": "MAIL",
    "on RCPT TO": "RCPT",
}
_SMTP_CODE = re.compile(r"([2-5]\d\d)((?: [245]\.\d+\.\d+(?:/[245]\.\d+\.\d+)*)?)")


def _keys(family: str, written: str) -> Iterator[str]:
    if family == ENHANCED:
        yield from _enhanced_keys(written)
    elif family == SMTP:
        place = next((" on " + name for words, name in _OPERATIONS.items() if words in written), "")
        place = " on data" if "after DATA" in written else place
        place = " THREADS" if "sender thread limit" in written else place
        for match in _SMTP_CODE.finditer(written):
            for status in match[2].strip().split("/"):
                yield f"{match[1]} {status}".strip() + place
    elif family == POP3:
        yield from re.findall(r"\[([A-Z0-9/-]+)\]", written) or re.findall(r"(?:after|on) (PASS|RETR)", written)
    elif "'" not in written:
        yield from re.findall(r"[A-Z][A-Z-]{2,}", written)


def _enhanced_keys(written: str) -> Iterator[str]:
    for part in re.sub(r"\(.*?\)", "", written).split("/"):
        first, _, last = part.strip().partition("–")
        yield first
        if last:
            stem, _, low = first.rpartition(".")
            yield from (f"{stem}.{number}" for number in range(int(low) + 1, int(last.rpartition(".")[2]) + 1))
