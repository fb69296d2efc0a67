"""Requests: what other processes ask of the runner. They only add rows; the runner looks every second, the next run at its start."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from typing import Literal

from mailflow_gui.journal.journal import Transaction

Kind = Literal[
    "retry", "discard", "reject", "resolve-sent", "resolve-resend", "resume", "validated", "reclass", "reclass-undo"
]


@dataclass(frozen=True)
class Request:
    """One request. ``subject``: an item's id; an account's for *resume* and *validated*; a code for *reclass* and *reclass-undo*."""

    id: int
    kind: Kind
    subject: str
    argument: str


def add(transaction: Transaction, kind: Kind, subject: str, argument: str = "") -> int:
    """Leave a request; returns its id."""
    cursor = transaction.database.execute(
        "INSERT INTO requests(at, kind, subject, argument) VALUES (?, ?, ?, ?)", (time.time(), kind, subject, argument)
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def open_requests(database: sqlite3.Connection) -> list[Request]:
    """The requests nobody has carried out yet, in their order."""
    rows = database.execute("SELECT id, kind, subject, argument FROM requests WHERE done IS NULL ORDER BY id")
    return [Request(*row) for row in rows]


def done(transaction: Transaction, request: int) -> None:
    """A request has been carried out."""
    transaction.database.execute("UPDATE requests SET done = ? WHERE id = ?", (time.time(), request))
