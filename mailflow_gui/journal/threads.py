"""Threads: which mails belong together, and which of ours a received mail answers.

A thread goes by the server's own name for it where the server has one (X-GM-THRID, THREADID of RFC 8474), else by the Message-ID of its
first mail, as far as the mails and the journal tell (the References of RFC 5256, without looking at subjects).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

MOST_PARENTS = 20
"""Of a long References field, the first mail and the last ones are looked at."""


def parents_of(in_reply_to: Sequence[str], references: Sequence[str]) -> tuple[str, ...]:
    """The Message-IDs of the mails before one, the nearest first, each once."""
    found = list(dict.fromkeys((*in_reply_to[:MOST_PARENTS], *reversed(references))))
    return tuple(found if len(found) <= MOST_PARENTS else [*found[: MOST_PARENTS - 1], found[-1]])


def place(
    database: sqlite3.Connection, *, message_id: str, parents: Sequence[str], server: str = ""
) -> tuple[str, int | None]:
    """The thread of a mail that arrives, and the mail of ours that it answers (its id in the journal), if any.

    ``server``: the server's own name of the thread.
    """
    if not parents:
        return server or message_id, None
    marks = ",".join("?" * len(parents))
    sent = {
        row["message_id"]: (int(row["id"]), row["thread"])
        for row in database.execute(
            "SELECT mails.message_id, mails.id, items.thread FROM mails JOIN items ON items.id = mails.item"
            f" WHERE mails.message_id IN ({marks}) ORDER BY mails.id DESC",
            tuple(parents),
        )
    }
    answers = next((sent[parent][0] for parent in parents if parent in sent), None)
    if server:
        return server, answers
    received = dict(
        database.execute(
            f"SELECT message_id, thread FROM items WHERE message_id IN ({marks}) ORDER BY id DESC", tuple(parents)
        ).fetchall()
    )
    known = (sent[parent][1] if parent in sent else received.get(parent) for parent in parents)
    return next((thread for thread in known if thread), parents[-1]), answers
