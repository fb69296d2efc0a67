"""Threads: which mails belong together, and which of ours a received mail answers.

A thread goes by the server's own name for it where the server has one (X-GM-THRID, THREADID of RFC 8474), else by the Message-ID of its
first mail, as far as the mails and the journal tell (the References of RFC 5256, without looking at subjects).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mailflow_gui.journal import names
from mailflow_gui.journal.rows import portions

MOST_PARENTS = 20
"""Of a long References field, the first mail and the last ones are looked at."""


def parents_of(in_reply_to: Sequence[str], references: Sequence[str]) -> tuple[str, ...]:
    """The Message-IDs of the mails before one, the nearest first, each once."""
    if not in_reply_to and not references:
        return ()
    found = list(dict.fromkeys((*in_reply_to[:MOST_PARENTS], *reversed(references))))
    return tuple(found if len(found) <= MOST_PARENTS else [*found[: MOST_PARENTS - 1], found[-1]])


@dataclass(frozen=True)
class Before:
    """What the journal knows of the mails before some that arrive."""

    sent: dict[str, tuple[int, str]]
    """Mails of ours by Message-ID: id, and the thread of the message that it was made of."""
    received: dict[str, str]
    """The threads of received mails, by Message-ID; empty for one without a name of its own."""

    def place(self, *, message_id: str, parents: Sequence[str], server: str = "") -> tuple[str, int | None]:
        """The thread of a mail that arrives, and the mail of ours that it answers (its id in the journal), if any.

        ``server``: the server's own name of the thread.
        """
        thread, answers = self._place(message_id, parents, server)
        self.received.setdefault(message_id, thread)  # for those that arrive with it
        return thread, answers

    def _place(self, message_id: str, parents: Sequence[str], server: str) -> tuple[str, int | None]:
        if not parents:
            return server or message_id, None
        answers = next((self.sent[parent][0] for parent in parents if parent in self.sent), None)
        if server:
            return server, answers
        known = (self.sent[parent][1] if parent in self.sent else self.received.get(parent) for parent in parents)
        return next((thread for thread in known if thread), parents[-1]), answers


def before(database: sqlite3.Connection, parents: Iterable[str]) -> Before:
    """What is known of ``parents``: of several with one Message-ID, the oldest counts."""
    wanted = set(parents)
    sent: dict[str, tuple[int, str]] = {}
    received: dict[str, str] = {}
    if not wanted:
        return Before(sent, received)
    query = "SELECT mails.message_id, mails.id, items.thread FROM mails JOIN items ON items.id = mails.item WHERE mails.id IN"
    for marks, some in portions(names.sent(database, wanted)):
        for message_id, mail, thread in database.execute(f"{query} ({marks}) ORDER BY mails.id", some):
            if message_id in wanted:
                sent.setdefault(message_id, (mail, thread))
    for marks, some in portions(names.received(database, wanted)):
        query = f"SELECT message_id, thread FROM items WHERE id IN ({marks}) ORDER BY id"
        for message_id, thread in database.execute(query, some):
            if message_id in wanted:
                received.setdefault(message_id, thread)
    return Before(sent, received)
