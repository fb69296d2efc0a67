"""The ledger of a POP3 maildrop: which mails were there when it was looked at last, by keys that outlive reused and changed UIDLs.

A key is made of UIDL (empty where there is none), size and the hash of the header block; mails alike in all three have plus signs behind
it. A mail that is gone stays in the ledger, marked: should its UIDL come back, its header tells whether it is the same mail.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from mailflow_gui.journal.journal import Transaction

_HASH_LENGTH = 32


@dataclass(frozen=True)
class Key:
    """What a key is made of."""

    uidl: str
    size: int
    header: str
    """The hash of the header block; empty in journals of before it was kept."""
    number: int = 0
    """Which one it is of mails alike."""

    @classmethod
    def read(cls, text: str) -> Key:
        """A key from its text."""
        bare = text.rstrip("+")
        head, _, header = bare.rpartition(":")
        uidl, _, size = head.rpartition(":")
        if len(header) != _HASH_LENGTH or not size.isdigit():
            uidl, size, header = head, header, ""
        return cls(uidl, int(size) if size.isdigit() else 0, header, len(text) - len(bare))

    def __str__(self) -> str:
        return f"{self.uidl}:{self.size}:{self.header}" + "+" * self.number


def present(database: sqlite3.Connection, watch_id: int) -> set[str]:
    """The keys of all known mails that were there when the maildrop was looked at last."""
    rows = database.execute("SELECT uid FROM ledger WHERE watch = ? AND epoch = 0 AND gone = 0", (watch_id,))
    return {str(uid) for (uid,) in rows}


def with_uidl(database: sqlite3.Connection, watch_id: int, uidl: str) -> list[Key]:
    """All known mails, also those long gone, that had this UIDL."""
    rows = database.execute(
        "SELECT uid FROM ledger WHERE watch = ? AND epoch = 0 AND uid >= ? AND uid < ?",
        (watch_id, f"{uidl}:", f"{uidl};"),  # the semicolon follows the colon
    )
    return [key for key in (Key.read(str(uid)) for (uid,) in rows) if key.uidl == uidl]


def put_gone(transaction: Transaction, watch_id: int, keys: Iterable[str], *, gone: bool) -> None:
    """Known mails have left the maildrop, or have come back."""
    transaction.database.executemany(
        "UPDATE ledger SET gone = ? WHERE watch = ? AND epoch = 0 AND uid = ?",
        [(int(gone), watch_id, key) for key in keys],
    )


def rename(transaction: Transaction, watch_id: int, renamed: Iterable[tuple[str, str]]) -> None:
    """Known mails have got new names from the server: old key, new key. Their items go by the new one."""
    database = transaction.database
    for old, new in renamed:
        database.execute(
            "INSERT OR IGNORE INTO ledger(watch, epoch, uid, item, message_id, header)"
            " SELECT watch, epoch, ?, item, message_id, header FROM ledger WHERE watch = ? AND epoch = 0 AND uid = ?",
            (new, watch_id, old),
        )
        database.execute(
            "UPDATE items SET uid = ? WHERE id = (SELECT item FROM ledger WHERE watch = ? AND epoch = 0 AND uid = ?)",
            (new, watch_id, old),
        )
        put_gone(transaction, watch_id, (old,), gone=True)
