"""Reading what happened, for people: messages, their attempts, errors by code."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mailflow_gui.journal.items import State

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
    return [
        Attempt(
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
        for row in rows
    ]


def errors(database: sqlite3.Connection) -> list[ErrorCount]:
    """Every error code that was ever met, the most recent first."""
    rows = database.execute(
        "SELECT code, class, count(*) AS count, min(at) AS first, max(at) AS last, count(DISTINCT item) AS messages, arguments"
        " FROM attempts GROUP BY code, class ORDER BY last DESC"
    )  # SQLite takes the bare column `arguments` from the row that max(at) comes from
    return [
        ErrorCount(
            code=row["code"],
            arguments=json.loads(row["arguments"] or "{}"),
            outcome=row["class"],
            count=row["count"],
            first=row["first"],
            last=row["last"],
            messages=row["messages"],
        )
        for row in rows
    ]
