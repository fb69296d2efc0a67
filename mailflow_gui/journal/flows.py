"""Flows, their versions and their runs."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Iterable

from mailflow_gui.journal.journal import Transaction


def version_of(content: str) -> str:
    """The hash that names a version of a flow: SHA-256 of its file's text, in hex, shortened to 32 digits."""
    return hashlib.sha256(content.encode("utf-8")).hexdigest()[:32]


def key_of(database: sqlite3.Connection, flow_id: str | None, path: str) -> str:
    """By what the journal knows a flow: its id, or its file's resolved path where it has none, or had none when it first ran."""
    if flow_id is None:
        return path
    row = database.execute("SELECT flow FROM flow_ids WHERE id = ?", (flow_id,)).fetchone()
    return str(row[0]) if row else flow_id


def adopt(transaction: Transaction, path: str, flow_id: str) -> None:
    """Before a file gets its first id: what the journal knows by the path belongs to the id from now on, so its ledger stays."""
    if transaction.database.execute("SELECT 1 FROM flows WHERE flow = ?", (path,)).fetchone():
        transaction.database.execute("INSERT OR IGNORE INTO flow_ids(id, flow) VALUES (?, ?)", (flow_id, path))


def keep(transaction: Transaction, flow: str, *, name: str, path: str, content: str, accounts: Iterable[str]) -> str:
    """Keep a flow's present version and the accounts it uses; returns the version's hash."""
    version = version_of(content)
    database = transaction.database
    database.execute(
        "INSERT INTO flows(flow, name, path, seen) VALUES (?, ?, ?, ?)"
        " ON CONFLICT(flow) DO UPDATE SET name = excluded.name, path = excluded.path, seen = excluded.seen",
        (flow, name, path, time.time()),
    )
    database.execute("DELETE FROM flow_accounts WHERE flow = ?", (flow,))
    database.executemany(
        "INSERT OR IGNORE INTO flow_accounts(flow, account) VALUES (?, ?)", [(flow, account) for account in accounts]
    )
    database.execute(
        "INSERT OR IGNORE INTO versions(hash, flow, content, at) VALUES (?, ?, ?, ?)",
        (version, flow, content, time.time()),
    )
    return version


def content(database: sqlite3.Connection, version: str) -> str | None:
    """The text of a version, or None."""
    row = database.execute("SELECT content FROM versions WHERE hash = ?", (version,)).fetchone()
    return str(row[0]) if row else None


def numbered(database: sqlite3.Connection, version: str) -> tuple[str, int]:
    """The flow that a version belongs to, and which of its versions it is, counted from 1 in the order in which they first ran here.

    An empty flow and 0 if the version isn't known.
    """
    query = "SELECT flow, (SELECT count(*) FROM versions AS older WHERE older.flow = versions.flow AND older.at <= versions.at)"
    row = database.execute(f"{query} FROM versions WHERE hash = ?", (version,)).fetchone()
    return ("", 0) if row is None else (str(row[0]), int(row[1]))


def using(database: sqlite3.Connection, account: str) -> list[str]:
    """The names of the flows that use an account, as far as they were ever run here."""
    rows = database.execute(
        "SELECT name FROM flows JOIN flow_accounts USING (flow) WHERE account = ? ORDER BY name", (account,)
    )
    return [str(name) for (name,) in rows]


def begin_run(transaction: Transaction, flow: str, version: str, mode: str, *, dry: bool) -> int:
    """Record that a run begins; returns its id."""
    cursor = transaction.database.execute(
        "INSERT INTO runs(flow, version, mode, dry, started) VALUES (?, ?, ?, ?, ?)",
        (flow, version, mode, int(dry), time.time()),
    )
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def end_run(transaction: Transaction, run: int, outcome: str) -> None:
    """Record how a run ended: done, stopped, or the code of what ended it."""
    transaction.database.execute("UPDATE runs SET ended = ?, outcome = ? WHERE id = ?", (time.time(), outcome, run))


def known(database: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """Every flow that ever ran here: its id, its name, and the path of its file, by name."""
    rows = database.execute("SELECT flow, name, path FROM flows ORDER BY name, flow")
    return [(str(row[0]), str(row[1]), str(row[2])) for row in rows]


def newest(database: sqlite3.Connection, flow: str) -> str:
    """The hash of a flow's last version, or an empty text."""
    row = database.execute("SELECT hash FROM versions WHERE flow = ? ORDER BY at DESC LIMIT 1", (flow,)).fetchone()
    return "" if row is None else str(row[0])
