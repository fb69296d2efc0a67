"""Reading what happened, for people: messages, their attempts, errors by code."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mailflow_gui.errors import Reply
from mailflow_gui.journal import reclassed
from mailflow_gui.journal.items import State
from mailflow_gui.journal.reclassed import Classes
from mailflow_gui.mail.replies import is_known

STATE_NAMES: Mapping[State, str] = {
    "received": "running",
    "planned": "running",
    "queued": "retrying",
    "held": "waiting",
    "uncertain": "uncertain",
    "sent": "sent",
    "skipped": "skipped",
    "failed": "failed",
}
"""The journal's states as JSON names them."""


@dataclass(frozen=True)
class Message:
    """One received message and how it fared."""

    id: int
    received: float
    flow: str
    """The flow's name."""
    state: str
    subject: str
    sender: str
    code: str | None
    arguments: Mapping[str, Any]
    outcome: str | None
    dry: bool
    due: float | None


@dataclass(frozen=True)
class Attempt:
    """One try that failed, with the raw words."""

    at: float
    recipient: str | None
    node: str | None
    account: str | None
    operation: str | None
    code: str
    arguments: Mapping[str, Any]
    outcome: str | None
    reply_code: int | None
    enhanced: str | None
    text: str | None


@dataclass(frozen=True)
class ReplyCount:
    """One code of a server and how often it came."""

    code: int | None
    """SMTP's three digits."""
    enhanced: str | None
    """Enhanced status, or a response code of IMAP or POP3."""
    count: int
    known: bool
    """Whether the table knows it."""
    reclassed: str | None
    """The class that a person gave it for all servers, or None."""


@dataclass(frozen=True)
class ErrorCount:
    """One error code and how often it was met."""

    code: str
    arguments: Mapping[str, Any]
    """Those of the last one."""
    outcome: str | None
    count: int
    first: float
    last: float
    messages: int
    replies: tuple[ReplyCount, ...] = ()
    """The servers' own codes behind it."""
    reclassed: str | None = None
    """The class that a person gave it for all servers, or None."""

    @property
    def known(self) -> bool:
        """Whether the table knows every code behind it; an unknown one wants to be classed by a person."""
        return self.reclassed is not None or all(reply.known or reply.reclassed for reply in self.replies)


def messages(
    database: sqlite3.Connection,
    *,
    limit: int,
    before: int | None = None,
    states: tuple[str, ...] = (),
    item: int | None = None,
) -> list[Message]:
    """Messages, newest first, paged by id (``before``), dry runs included; ``states`` are JSON's names; or the one ``item``."""
    journal_states = [state for state, name in STATE_NAMES.items() if not states or name in states]
    marks = ",".join("?" * len(journal_states))
    query = (
        "SELECT items.*, coalesce(flows.name, items.flow) AS flow_name FROM items LEFT JOIN flows ON flows.flow = items.flow"
        f" WHERE items.id < ? AND state IN ({marks}) AND (? IS NULL OR items.id = ?) ORDER BY items.id DESC LIMIT ?"
    )
    rows = database.execute(query, (before if before is not None else 2**62, *journal_states, item, item, limit))
    return [
        Message(
            id=row["id"],
            received=row["received"],
            flow=row["flow_name"],
            state=STATE_NAMES[row["state"]],
            subject=row["subject"],
            sender=row["sender"],
            code=row["code"],
            arguments=json.loads(row["arguments"] or "{}"),
            outcome=row["class"],
            dry=bool(row["dry"]),
            due=row["due"],
        )
        for row in rows
    ]


def attempts(database: sqlite3.Connection, item: int) -> list[Attempt]:
    """The errors that an item has met, oldest first."""
    rows = database.execute("SELECT * FROM attempts WHERE item = ? ORDER BY id", (item,))
    return [attempt_from(row) for row in rows]


def attempt_from(row: sqlite3.Row) -> Attempt:
    """A row of the table."""
    return Attempt(
        at=row["at"],
        recipient=row["recipient"],
        node=row["node"],
        account=row["account"],
        operation=row["operation"],
        code=row["code"],
        arguments=json.loads(row["arguments"] or "{}"),
        outcome=row["class"],
        reply_code=row["reply_code"],
        enhanced=row["enhanced"],
        text=row["text"],
    )


def errors(database: sqlite3.Connection) -> list[ErrorCount]:
    """Every error code that was ever met, the most recent first."""
    rows = database.execute(
        "SELECT code, class, count(*) AS count, min(at) AS first, max(at) AS last, count(DISTINCT item) AS messages, arguments"
        " FROM attempts GROUP BY code, class ORDER BY last DESC"
    )  # SQLite takes the bare column `arguments` from the row that max(at) comes from
    given = reclassed.classes(database)
    replies = _replies(database, given)
    return [
        ErrorCount(
            code=row["code"],
            arguments=json.loads(row["arguments"] or "{}"),
            outcome=row["class"],
            count=row["count"],
            first=row["first"],
            last=row["last"],
            messages=row["messages"],
            replies=tuple(replies.get((row["code"], row["class"]), ())),
            reclassed=given.of((row["code"],), ""),
        )
        for row in rows
    ]


def with_error(database: sqlite3.Connection, code: str, states: tuple[str, ...]) -> list[int]:
    """The messages in one of ``states`` (JSON's names) whose last error has this code: MailFlow's own, or a server's (``550``, ``5.7.1``,
    ``550 5.7.1``, ``UNAVAILABLE``). Oldest first."""
    journal_states = [state for state, name in STATE_NAMES.items() if name in states]
    marks = ",".join("?" * len(journal_states))
    rows = database.execute(
        "SELECT items.id, attempts.code, reply_code, enhanced, max(attempts.id) FROM items JOIN attempts ON attempts.item = items.id"
        f" WHERE items.state IN ({marks}) AND items.dry = 0 GROUP BY items.id ORDER BY items.id",
        journal_states,
    )
    return [int(item) for item, own, reply, enhanced, _last in rows if code in reclassed.codes(own, reply, enhanced)]


def _replies(database: sqlite3.Connection, given: Classes) -> dict[tuple[str, str | None], list[ReplyCount]]:
    rows = database.execute(
        "SELECT code, class, reply_code, enhanced, operation, text, count(*) AS count FROM attempts"
        " WHERE reply_code IS NOT NULL OR enhanced IS NOT NULL GROUP BY code, class, reply_code, enhanced ORDER BY count DESC"
    )
    found: dict[tuple[str, str | None], list[ReplyCount]] = {}
    for row in rows:
        reply = Reply(row["text"] or "", row["reply_code"], row["enhanced"], row["operation"] or "")
        own = [one for one in reclassed.codes("", reply.code, reply.enhanced) if one]
        found.setdefault((row["code"], row["class"]), []).append(
            ReplyCount(reply.code, reply.enhanced, row["count"], is_known(reply), given.of(tuple(own), ""))
        )
    return found
