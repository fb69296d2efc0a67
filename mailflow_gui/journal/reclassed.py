"""What people say that codes mean: their classes go before those of the table, from then on until they are taken back."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from mailflow_gui.errors import (
    AccountBroken,
    MailError,
    Outcome,
    Reauthenticate,
    Recoverable,
    Rejected,
    RetryAfter,
    SendUncertain,
    Transient,
)
from mailflow_gui.journal.journal import Transaction

WAIT = 15 * 60.0
"""Seconds to wait after an error that a person has put into the class *retry-after*."""

CLASSES: Mapping[Outcome, type[MailError]] = {
    "retry-backoff": Transient,
    "retry-after": RetryAfter,
    "recover-alternative": Recoverable,
    "reauthenticate": Reauthenticate,
    "disconnect-connection": AccountBroken,
    "reject-message": Rejected,
}


@dataclass(frozen=True)
class Reclassed:
    """One code, or one code of one server, and the class that a person gave it."""

    code: str
    """MailFlow's own (``mail-refused``), or a server's: ``550``, ``5.7.1``, ``550 5.7.1``, ``UNAVAILABLE``."""
    host: str
    """Empty: of any server."""
    outcome: Outcome
    at: float


@dataclass(frozen=True)
class Classes:
    """All classes that people gave, as they were when they were read."""

    given: Mapping[tuple[str, str], Outcome] = field(default_factory=dict)
    """(code, host) -> class."""

    def apply(self, error: MailError) -> MailError:
        """``error``, in the class that a person gave its code.

        Never changed: whether a mail was sent (*uncertain*), and a refused sign-in, which must not be tried again and again.
        """
        if not self.given or isinstance(error, (SendUncertain, Reauthenticate)):
            return error
        outcome = self.of(codes_of(error), str(error.arguments.get("host", "")))
        if outcome is None or outcome == error.outcome:
            return error
        if outcome == "retry-after":
            changed: MailError = RetryAfter(error.code, seconds=WAIT, account=error.account, reply=error.reply)
        else:
            changed = CLASSES[outcome](error.code, account=error.account, reply=error.reply)
        changed.arguments = dict(error.arguments)
        changed.__cause__ = error
        return changed

    def of(self, codes: tuple[str, ...], host: str) -> Outcome | None:
        """The class given to the first of ``codes`` that has one; one server's goes before that of all servers."""
        for code in codes:
            for place in (host.lower(), ""):
                if (code, place) in self.given:
                    return self.given[code, place]
        return None


def codes_of(error: MailError) -> tuple[str, ...]:
    """By what an error may have been reclassed, the most specific first."""
    reply = error.reply
    return codes(error.code, reply.code if reply else None, reply.enhanced if reply else None)


def codes(code: str, reply_code: int | None, enhanced: str | None) -> tuple[str, ...]:
    """As :func:`codes_of`, of an error in the journal."""
    both = f"{reply_code} {enhanced}" if reply_code and enhanced else ""
    return tuple(filter(None, (both, enhanced, str(reply_code or ""), code)))


def put(transaction: Transaction, code: str, host: str, outcome: Outcome) -> None:
    """From now on ``code`` (from ``host``, or from anywhere) is of this class."""
    transaction.database.execute(
        "INSERT INTO reclassed(code, host, class, at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT(code, host) DO UPDATE SET class = excluded.class, at = excluded.at",
        (code, host.lower(), outcome, time.time()),
    )


def remove(transaction: Transaction, code: str, host: str) -> None:
    """The class of ``code`` is the table's again."""
    transaction.database.execute("DELETE FROM reclassed WHERE code = ? AND host = ?", (code, host.lower()))


def every(database: sqlite3.Connection) -> list[Reclassed]:
    """All that people have reclassed, by code."""
    rows = database.execute("SELECT code, host, class, at FROM reclassed ORDER BY code, host")
    return [Reclassed(*row) for row in rows]


def classes(database: sqlite3.Connection) -> Classes:
    """All of them, ready to be applied."""
    return Classes({(one.code, one.host): one.outcome for one in every(database)})
