"""Doubts: mails that were given to a server whose answer was lost. Their Message-ID, or a person, tells whether they were sent."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mailflow_gui.journal import items
from mailflow_gui.journal.journal import Transaction


@dataclass(frozen=True)
class Doubt:
    """One mail that may have been sent, to the recipients that are in doubt."""

    mail: int
    item: int
    node: str
    account: str
    """The SMTP account that it was given to."""
    message_id: str
    """Frozen before the first attempt."""
    sender: str
    recipients: tuple[str, ...]
    copy_to: str | None
    """The IMAP account whose Sent folder is to get a copy."""
    when_uncertain: Literal["hold", "resend"]
    since: float
    """When it was given to the server (seconds since 1970)."""


_QUERY = (
    "SELECT mails.*, deliveries.recipient, deliveries.at FROM mails JOIN deliveries ON mail = mails.id"
    " JOIN items ON items.id = mails.item WHERE deliveries.state = 'uncertain'"
)


def of_flow(database: sqlite3.Connection, flow: str) -> list[Doubt]:
    """All open doubts of a flow, oldest first."""
    query = f"{_QUERY} AND items.flow = ? AND items.{items.UNFINISHED} ORDER BY mails.id, deliveries.recipient"
    return _doubts(database.execute(query, (flow,)).fetchall())


def of_item(database: sqlite3.Connection, item: int) -> list[Doubt]:
    """The open doubts of one item."""
    query = f"{_QUERY} AND items.id = ? AND items.{items.UNFINISHED} ORDER BY mails.id, deliveries.recipient"
    return _doubts(database.execute(query, (item,)).fetchall())


def received_here(database: sqlite3.Connection, message_id: str) -> bool:
    """Whether a mail with this Message-ID was received by a flow of this home: then it has arrived."""
    row = database.execute("SELECT 1 FROM items WHERE message_id = ? LIMIT 1", (message_id,)).fetchone()
    return row is not None


def arrived(transaction: Transaction, mail: int, receipt: str) -> None:
    """The mail was found: it has been sent, to everybody to whom it was given."""
    transaction.database.execute(
        "UPDATE deliveries SET state = 'sent', due = NULL, receipt = ?, at = ? WHERE mail = ? AND state = 'uncertain'",
        (receipt, time.time(), mail),
    )


def resend(transaction: Transaction, mail: int) -> None:
    """The mail hasn't arrived for sure, or its node says that it is to be sent again: another try, at once."""
    transaction.database.execute(
        "UPDATE deliveries SET state = 'queued', due = 0 WHERE mail = ? AND state = 'uncertain'", (mail,)
    )


def _doubts(rows: Sequence[sqlite3.Row]) -> list[Doubt]:
    by_mail: dict[int, list[sqlite3.Row]] = {}
    for row in rows:
        by_mail.setdefault(row["id"], []).append(row)
    return [
        Doubt(
            mail=mail,
            item=some[0]["item"],
            node=some[0]["node"],
            account=some[0]["account"],
            message_id=some[0]["message_id"],
            sender=some[0]["sender"],
            recipients=tuple(row["recipient"] for row in some),
            copy_to=some[0]["copy_to"],
            when_uncertain=some[0]["when_uncertain"],
            since=min(row["at"] for row in some),
        )
        for mail, some in by_mail.items()
    ]
