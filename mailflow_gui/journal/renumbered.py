"""The ledger of a folder whose mails were given new UIDs."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from mailflow_gui.journal.journal import Transaction


@dataclass(frozen=True)
class Known:
    """A mail that a watch has taken on, or passed over, under its old UID."""

    uid: int
    item: int | None
    message_id: str
    """Empty if it has none, or nobody noted it."""
    header: str
    """The hash of its header block; empty if nobody noted it."""


def known(database: sqlite3.Connection, watch_id: int, epoch: int) -> list[Known]:
    """All that the ledger holds of a folder's earlier UIDVALIDITY (``epoch``)."""
    rows = database.execute(
        "SELECT ledger.uid, ledger.item, coalesce(items.message_id, ledger.message_id, ''), coalesce(items.header, ledger.header, '')"
        " FROM ledger LEFT JOIN items ON items.id = ledger.item WHERE ledger.watch = ? AND ledger.epoch = ? ORDER BY ledger.uid",
        (watch_id, epoch),
    )
    return [Known(int(uid), item, message_id, header) for uid, item, message_id, header in rows]


def last_success(database: sqlite3.Connection, watch_id: int) -> float | None:
    """When a watch was last polled with success (seconds since 1970), or None."""
    row = database.execute("SELECT last_success FROM watches WHERE id = ?", (watch_id,)).fetchone()
    return float(row[0]) if row and row[0] is not None else None


def adopt(
    transaction: Transaction,
    watch_id: int,
    old: int,
    new: int,
    found: Sequence[tuple[int, Known]],
    *,
    baseline: int = 0,
) -> None:
    """Mails that were found again go by their new UIDs from now on, and the watch by the folder's new UIDVALIDITY.

    What was still to be flagged and is no longer there needs no flag. ``baseline``: UIDs up to this one are passed over.
    """
    database = transaction.database
    database.executemany(
        "INSERT OR IGNORE INTO ledger(watch, epoch, uid, item, message_id, header) VALUES (?, ?, ?, ?, ?, ?)",
        [(watch_id, new, uid, each.item, each.message_id, each.header) for uid, each in found],
    )
    database.executemany(
        "UPDATE items SET uid_validity = ?, uid = ? WHERE id = ?",
        [(new, uid, each.item) for uid, each in found if each.item is not None],
    )
    database.execute(
        "UPDATE items SET flagging = 0 WHERE watch = ? AND flagging = 1 AND uid_validity = ?", (watch_id, old)
    )
    database.execute(
        "UPDATE watches SET uid_validity = ?, baseline = ?, low_water = ?, existing = NULL WHERE id = ?",
        (new, baseline, baseline, watch_id),
    )
