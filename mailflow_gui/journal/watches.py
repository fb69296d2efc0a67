"""Watches and their ledger: which mails of which folder a receive node has taken on."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:  # the journal itself needs this module
    from mailflow_gui.journal.journal import Transaction

_ASKED = "ask"
"""In ``existing``: a person has been asked what existing mail means, and hasn't answered yet."""

RESTORED = "restored"
"""In ``existing``: the journal is a restored backup, and nobody has said yet what existing mail means."""

Uid = int | str
"""IMAP: the UID; POP3: the key made of UIDL (or header hash) and size."""


@dataclass(frozen=True)
class WatchKey:
    """What tells one watch from another."""

    flow: str
    node: str
    account: str
    folder: str
    dry: bool


@dataclass(frozen=True)
class WatchRow:
    """Where receiving stands for one watch."""

    id: int
    key: WatchKey
    uid_validity: int | None
    baseline: int
    """UIDs up to this one were there before the watch began and are passed over (``existing_mail: skip``)."""
    low_water: int
    """Every UID up to this one is in the ledger or was passed over for good."""
    started: bool
    """The first poll has been made: existing mail has been dealt with."""
    existing: str | None
    """What a person decided for the next start (``connections resume``): process or skip."""
    restored: bool
    """The journal is an older backup: mails may have been received since, and a person must say what existing mail means."""
    lost: bool
    """A journal that knew this account is gone: a watch that is new to this one can't begin before somebody has decided."""


def watch(transaction: Transaction, key: WatchKey) -> WatchRow:
    """The row of a watch, made at its first use."""
    values = (key.flow, key.node, key.account, key.folder, int(key.dry))
    transaction.database.execute(
        "INSERT OR IGNORE INTO watches(flow, node, account, folder, dry) VALUES (?, ?, ?, ?, ?)", values
    )
    row = transaction.database.execute(
        "SELECT *, EXISTS(SELECT 1 FROM meta WHERE key = 'lost:' || account) AS lost FROM watches"
        " WHERE flow = ? AND node = ? AND account = ? AND folder = ? AND dry = ?",
        values,
    ).fetchone()
    return WatchRow(
        id=row["id"],
        key=key,
        uid_validity=row["uid_validity"],
        baseline=row["baseline"],
        low_water=row["low_water"],
        started=bool(row["started"]),
        existing=None if row["existing"] in (_ASKED, RESTORED) else row["existing"],
        restored=row["existing"] == RESTORED,
        lost=bool(row["lost"]),
    )


def begin(
    transaction: Transaction, watch_id: int, uid_validity: int | None, baseline: int, skipped: Iterable[str] = ()
) -> None:
    """Record a watch's start in a folder: its UIDVALIDITY and what of the existing mail is passed over.

    ``baseline``: IMAP, the highest UID passed over; ``skipped``: POP3, the keys passed over.
    """
    # What was still to be flagged under the numbers of before can't be found any more.
    transaction.database.execute(
        "UPDATE items SET flagging = 0 WHERE watch = ? AND flagging = 1 AND uid_validity IS NOT ?",
        (watch_id, uid_validity),
    )
    transaction.database.execute(
        "UPDATE watches SET uid_validity = ?, baseline = ?, low_water = ?, started = 1, existing = NULL WHERE id = ?",
        (uid_validity, baseline, baseline, watch_id),
    )
    transaction.database.executemany(
        "INSERT OR IGNORE INTO ledger(watch, epoch, uid) VALUES (?, ?, ?)",
        [(watch_id, uid_validity or 0, uid) for uid in skipped],
    )


def resume(transaction: Transaction, account: str, existing: Literal["process", "skip"]) -> int:
    """A person's answer to a changed UIDVALIDITY or a lost journal: how the account's waiting watches start anew.

    Returns how many watches it concerns. Others go on as they are; those of flows that haven't run since the journal was lost ask
    when they do.
    """
    return transaction.database.execute(
        "UPDATE watches SET started = 0, existing = ? WHERE account = ? AND existing IN (?, ?)",
        (existing, account, _ASKED, RESTORED),
    ).rowcount


def ask(transaction: Transaction, watch_id: int) -> None:
    """A watch can't go on before a person has said what existing mail means."""
    transaction.database.execute("UPDATE watches SET existing = ? WHERE id = ?", (_ASKED, watch_id))


def taken(database: sqlite3.Connection, watch_id: int, epoch: int, uids: Sequence[Uid]) -> set[Uid]:
    """Which of ``uids`` the ledger holds already."""
    found: set[Uid] = set()
    for start in range(0, len(uids), 500):
        some = uids[start : start + 500]
        marks = ",".join("?" * len(some))
        query = f"SELECT uid FROM ledger WHERE watch = ? AND epoch = ? AND uid IN ({marks})"
        found.update(uid for (uid,) in database.execute(query, (watch_id, epoch, *some)))
    return found


def pass_over(
    transaction: Transaction, watch_id: int, epoch: int, uid: Uid, *, message_id: str = "", header: str = ""
) -> None:
    """This mail isn't for this watch, and won't be. ``header``: the hash of its header block."""
    transaction.database.execute(
        "INSERT OR IGNORE INTO ledger(watch, epoch, uid, message_id, header) VALUES (?, ?, ?, ?, ?)",
        (watch_id, epoch, uid, message_id, header),
    )


def raise_low_water(transaction: Transaction, watch_id: int, uid: int) -> None:
    """Every UID up to ``uid`` has been dealt with."""
    transaction.database.execute("UPDATE watches SET low_water = max(low_water, ?) WHERE id = ?", (uid, watch_id))


def checked(transaction: Transaction, watch_id: int) -> None:
    """A poll succeeded now."""
    transaction.database.execute("UPDATE watches SET last_success = ? WHERE id = ?", (time.time(), watch_id))


def with_low_water(row: WatchRow, uid: int) -> WatchRow:
    """The row after :func:`raise_low_water`."""
    return replace(row, low_water=max(row.low_water, uid))


def waiting(database: sqlite3.Connection, account: str) -> int:
    """How many watches of an account wait for :func:`resume`."""
    query = "SELECT count(*) FROM watches WHERE account = ? AND existing IN (?, ?)"
    return int(database.execute(query, (account, _ASKED, RESTORED)).fetchone()[0])


def last_successes(database: sqlite3.Connection) -> dict[str, float]:
    """When each account was last looked at with success, by id, in seconds since 1970; none that never was."""
    rows = database.execute(
        "SELECT account, max(last_success) FROM watches WHERE last_success IS NOT NULL GROUP BY account"
    )
    return {str(account): float(at) for account, at in rows}
