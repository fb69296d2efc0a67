"""Copies of sent mails that are owed to a Sent folder: pending, done, failed."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Literal

from mailflow_gui.journal.journal import Transaction
from mailflow_gui.journal.spool import Place


@dataclass(frozen=True)
class Copy:
    """A copy that is owed."""

    mail: int
    item: int
    account: str
    message_id: str
    place: Place


def put(transaction: Transaction, mail: int, state: Literal["pending", "done", "failed"]) -> None:
    """Record how a mail's copy stands. Once done, or given up, it isn't owed again."""
    transaction.database.execute(
        "UPDATE mails SET copy = ? WHERE id = ? AND (copy IS NULL OR copy = 'pending')", (state, mail)
    )


def get(database: sqlite3.Connection, mail: int) -> Copy | None:
    """The copy of a mail, if it is owed."""
    row = database.execute("SELECT * FROM mails WHERE id = ? AND copy = 'pending'", (mail,)).fetchone()
    if row is None:
        return None
    place = Place(row["segment"], row["offset"], row["length"])
    return Copy(row["id"], row["item"], row["copy_to"], row["message_id"], place)


def owed(database: sqlite3.Connection, flow: str) -> dict[int, str]:
    """All copies that a flow owes: mail to account."""
    rows = database.execute(
        "SELECT mails.id, copy_to FROM mails JOIN items ON items.id = mails.item WHERE copy = 'pending' AND items.flow = ?"
        " ORDER BY mails.id",
        (flow,),
    )
    return {int(mail): str(account) for mail, account in rows}
