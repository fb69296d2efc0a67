"""Whether an account may be used, as far as running flows have found out."""

from __future__ import annotations

import json
import sqlite3
import time
from dataclasses import dataclass
from typing import Literal

from mailflow_gui.journal.journal import Transaction


@dataclass(frozen=True)
class AccountState:
    """Whether an account may be used."""

    account: str
    state: Literal["ok", "needs-sign-in", "broken", "waiting"]
    code: str | None
    arguments: dict[str, str | int | float]
    failures: int
    """How often in a row the sign-in was refused."""
    since: float


def of(database: sqlite3.Connection, account: str) -> AccountState | None:
    """What is known of an account, or None."""
    row = database.execute("SELECT * FROM account_states WHERE account = ?", (account,)).fetchone()
    if row is None:
        return None
    return AccountState(
        row["account"], row["state"], row["code"], json.loads(row["arguments"] or "{}"), row["failures"], row["since"]
    )


def put(
    transaction: Transaction,
    account: str,
    state: str,
    code: str | None = None,
    arguments: dict[str, str | int | float] | None = None,
) -> None:
    """Record that an account works, needs a sign-in or is broken; refused sign-ins are counted until one succeeds."""
    transaction.database.execute(
        "INSERT INTO account_states(account, state, code, arguments, failures, since) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT(account) DO UPDATE SET state = excluded.state, code = excluded.code, arguments = excluded.arguments,"
        " failures = CASE excluded.state WHEN 'needs-sign-in' THEN failures + 1 ELSE 0 END, since = excluded.since",
        (account, state, code, json.dumps(arguments or {}), int(state == "needs-sign-in"), time.time()),
    )
