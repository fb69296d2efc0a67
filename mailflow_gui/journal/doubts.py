"""Doubts: mails that were given to a server whose answer was lost. Their Message-ID, or a person, tells whether they were sent.

A mail may have been given to its recipients in several goes (some were told to wait), and each go can be in doubt for itself.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mailflow_gui.journal import items, names, restored
from mailflow_gui.journal.journal import Transaction
from mailflow_gui.journal.rows import portions


@dataclass(frozen=True)
class Doubt:
    """One mail that may have been sent, to the recipients to whom it was given in one go."""

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
    given_before: bool = False
    """Other recipients were, or may have been, sent the same mail in another go: then a copy of it somewhere says nothing about these."""


_QUERY = (
    "SELECT mails.*, deliveries.recipient, deliveries.at, items.code AS item_code, EXISTS(SELECT 1 FROM deliveries AS other"
    "   WHERE other.mail = mails.id AND (other.state = 'sent' OR (other.state = 'uncertain' AND other.at != deliveries.at)))"
    " AS given_before FROM mails JOIN deliveries ON mail = mails.id"
    " JOIN items ON items.id = mails.item WHERE deliveries.state = 'uncertain'"
)

_THESE = "mail = ? AND at = ? AND state = 'uncertain'"
"""SQL: the deliveries of one go; they are noted in one, with one time."""


def of_flow(database: sqlite3.Connection, flow: str) -> list[Doubt]:
    """All open doubts of a flow, oldest first."""
    query = f"{_QUERY} AND items.flow = ? AND {items.UNFINISHED} ORDER BY mails.id, deliveries.recipient"
    return _doubts(database.execute(query, (flow,)).fetchall())


def of_item(database: sqlite3.Connection, item: int) -> list[Doubt]:
    """The open doubts of one item."""
    query = f"{_QUERY} AND items.id = ? AND {items.UNFINISHED} ORDER BY mails.id, deliveries.recipient"
    return _doubts(database.execute(query, (item,)).fetchall())


def received_here(database: sqlite3.Connection, message_id: str) -> bool:
    """Whether a mail with this Message-ID was received by a flow of this home: then it has arrived."""
    for marks, some in portions(names.received(database, (message_id,))):
        query = f"SELECT 1 FROM items WHERE id IN ({marks}) AND message_id = ? LIMIT 1"
        if database.execute(query, (*some, message_id)).fetchone() is not None:
            return True
    return False


def arrived(transaction: Transaction, doubt: Doubt, receipt: str) -> bool:
    """The mail was found: it has been sent, to everybody to whom it was given. False: somebody has settled the doubt before."""
    cursor = transaction.database.execute(
        f"UPDATE deliveries SET state = 'sent', due = NULL, receipt = ?, at = ? WHERE {_THESE}",
        (receipt, time.time(), doubt.mail, doubt.since),
    )
    return cursor.rowcount > 0


def resend(transaction: Transaction, doubt: Doubt) -> bool:
    """The mail hasn't arrived for sure, or its node says that it is to be sent again: another try, at once. False: as for
    :func:`arrived`."""
    cursor = transaction.database.execute(
        f"UPDATE deliveries SET state = 'queued', due = 0 WHERE {_THESE}", (doubt.mail, doubt.since)
    )
    return cursor.rowcount > 0


def _doubts(rows: Sequence[sqlite3.Row]) -> list[Doubt]:
    goes: dict[tuple[int, float], list[sqlite3.Row]] = {}
    for row in rows:
        goes.setdefault((row["id"], row["at"]), []).append(row)
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
            # What an older backup says was on its way has perhaps arrived long ago.
            when_uncertain="hold" if some[0]["item_code"] == restored.CODE else some[0]["when_uncertain"],
            since=at,
            given_before=bool(some[0]["given_before"]),
        )
        for (mail, at), some in goes.items()
    ]
