"""A restored backup of the journal: mails may have been received and sent since it was made, and it doesn't know.

So nothing goes on by itself: every watch asks what existing mail means, what was on its way counts as maybe sent, and what was just
received is held.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable

from mailflow_gui.journal.watches import RESTORED

log = logging.getLogger(__name__)

CODE = "journal-older"


def hold(database: sqlite3.Connection, accounts: Iterable[str], epoch: int) -> None:
    """Let nothing in the journal go on by itself, and count on from ``epoch``. Outside of any transaction."""
    log.error("the journal is an older backup: everything in it waits for a person")
    unfinished = "state IN ('received', 'planned', 'queued', 'held')"
    database.execute("BEGIN IMMEDIATE")
    try:
        database.executemany(
            "INSERT OR IGNORE INTO meta(key, value) VALUES ('lost:' || ?, ?)", [(name, CODE) for name in accounts]
        )
        database.execute("UPDATE watches SET existing = ? WHERE started", (RESTORED,))
        database.execute(
            "UPDATE deliveries SET state = 'uncertain', due = NULL WHERE state IN ('planned', 'queued', 'held')"
            f" AND mail IN (SELECT mails.id FROM mails JOIN items ON items.id = mails.item WHERE items.{unfinished})"
        )
        database.execute(
            f"UPDATE items SET state = CASE WHEN EXISTS (SELECT 1 FROM mails WHERE item = items.id) THEN 'uncertain' ELSE 'held' END,"
            f" due = NULL, code = ?, arguments = '{{}}', class = 'uncertain' WHERE {unfinished} AND dry = 0",
            (CODE,),
        )
        database.execute(
            "INSERT INTO meta(key, value) VALUES ('epoch', ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value",
            (str(epoch),),
        )
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")
