"""Conversations for people: the mails around one message, received and sent, and why each belongs there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from mailflow_gui.journal import names

MOST = 200
"""Mails of a conversation that are shown."""

Kind = Literal["received", "sent"]
Reason = Literal["start", "made-from", "answers-ours", "answers", "same-thread"]
"""Why a mail stands behind its parent. *start*: it has none here; *made-from*: a flow made it of that message; *answers-ours*: it answers
that mail of ours; *answers*: it names that received mail; *same-thread*: only the server, or its References, say so."""


@dataclass(frozen=True)
class ThreadMail:
    """One mail of a conversation."""

    kind: Kind
    id: int
    """The message's id, or the outgoing mail's."""
    item: int
    """The message itself, or the one that it was made of."""
    flow: str
    flow_name: str
    node: str
    """The node that received or sent it."""
    message_id: str
    subject: str
    """Of a sent mail: of the message that it was made of."""
    sender: str
    at: float
    """When it was received, or when the last server took or refused it; seconds since 1970."""
    state: str
    """The journal's state of the message; of a sent mail its worst delivery's."""
    recovered: str | None
    """The code of what made us send an answer as a new mail, or None."""


@dataclass(frozen=True)
class Link:
    """Where a mail stands in its conversation."""

    mail: ThreadMail
    parent: ThreadMail | None
    reason: Reason


@dataclass(frozen=True)
class Thread:
    """A conversation, oldest mail first, each behind its parent."""

    mails: tuple[ThreadMail, ...]
    links: tuple[Link, ...]
    """One for each mail, in the same order."""
    more: bool
    """There are more mails than are shown."""


def thread_of(database: sqlite3.Connection, item: int) -> Thread:
    """The conversation that a message belongs to; empty if there is no such message."""
    items, mails, more = _gather(database, item)
    received = {row["id"]: _received(row) for row in items.values()}
    sent = {row["id"]: _sent(row, items[row["item"]]) for row in mails.values() if row["item"] in items}
    by_message_id = {mail.message_id: mail for mail in (*sent.values(), *received.values()) if mail.message_id}
    ordered = sorted((*received.values(), *sent.values()), key=lambda mail: (mail.at, mail.kind == "sent", mail.id))
    first = next((mail for mail in ordered if mail.kind == "received"), None)
    links = []
    for mail in ordered:
        if mail.kind == "sent":
            links.append(Link(mail, received[mail.item], "made-from"))
        else:
            links.append(_link(mail, items[mail.id], sent, by_message_id, first))
    return Thread(tuple(ordered), tuple(links), more)


def _link(
    mail: ThreadMail,
    row: sqlite3.Row,
    sent: dict[int, ThreadMail],
    by_message_id: dict[str, ThreadMail],
    first: ThreadMail | None,
) -> Link:
    if row["answers"] in sent:
        return Link(mail, sent[row["answers"]], "answers-ours")
    for parent in row["parents"].split():
        found = by_message_id.get(parent)
        if found is not None and found != mail:
            return Link(mail, found, "answers-ours" if found.kind == "sent" else "answers")
    if first is None or first == mail:
        return Link(mail, None, "start")
    return Link(mail, first, "same-thread")


def _gather(database: sqlite3.Connection, item: int) -> tuple[dict[int, sqlite3.Row], dict[int, sqlite3.Row], bool]:
    """All messages and outgoing mails that hang together, at most :data:`MOST` messages."""
    items: dict[int, sqlite3.Row] = {}
    mails: dict[int, sqlite3.Row] = {}
    ahead = {item}
    more = False
    while ahead and not more:
        new = _rows(database, f"{_ITEMS} WHERE items.id IN", sorted(ahead))
        new_mails = _rows(database, f"{_MAILS} WHERE mails.item IN", sorted(ahead))
        items |= {row["id"]: row for row in new}
        mails |= {row["id"]: row for row in new_mails}
        threads = {row["thread"] for row in new if row["thread"]}
        parents = {one for row in new for one in row["parents"].split()}
        # Twice as many as are shown: half of them may be there already.
        found = _named(database, names.in_threads(database, threads)[: 2 * MOST + 1], "thread", threads)
        found |= _named(database, names.received(database, parents)[: 2 * MOST + 1], "message_id", parents)
        for query, values in (
            ("SELECT id FROM items WHERE dry = 0 AND answers IN", {row["id"] for row in new_mails}),
            ("SELECT item AS id FROM mails WHERE id IN", {row["answers"] for row in new if row["answers"]}),
        ):
            found |= {int(row["id"]) for row in _rows(database, query, sorted(values))}
        ahead = found - items.keys()
        if len(items) + len(ahead) > MOST:
            more = True
            kept = sorted(ahead)[: max(0, MOST - len(items))]
            items |= {row["id"]: row for row in _rows(database, f"{_ITEMS} WHERE items.id IN", kept)}
            mails |= {row["id"]: row for row in _rows(database, f"{_MAILS} WHERE mails.item IN", kept)}
    return items, mails, more


_ITEMS = "SELECT items.*, coalesce(flows.name, items.flow) AS flow_name FROM items LEFT JOIN flows ON flows.flow = items.flow"
_MAILS = (
    "SELECT mails.*, (SELECT max(at) FROM deliveries WHERE mail = mails.id) AS at,"
    " (SELECT group_concat(DISTINCT state) FROM deliveries WHERE mail = mails.id) AS states FROM mails"
)


def _named(database: sqlite3.Connection, ids: Sequence[int], column: str, wanted: set[str]) -> set[int]:
    """Those of some messages whose name is one of ``wanted``."""
    rows = _rows(database, f"SELECT id, {column} AS name FROM items WHERE dry = 0 AND id IN", ids)
    return {int(row["id"]) for row in rows if row["name"] in wanted}


def _rows(database: sqlite3.Connection, query: str, values: Sequence[object]) -> Iterable[sqlite3.Row]:
    found: list[sqlite3.Row] = []
    for start in range(0, len(values), 500):
        some = values[start : start + 500]
        found += database.execute(f"{query} ({','.join('?' * len(some))})", tuple(some)).fetchall()
    return found


def _received(row: sqlite3.Row) -> ThreadMail:
    return ThreadMail(
        kind="received",
        id=row["id"],
        item=row["id"],
        flow=row["flow"],
        flow_name=row["flow_name"],
        node=row["node"],
        message_id=row["message_id"],
        subject=row["subject"],
        sender=row["sender"],
        at=row["received"],
        state=row["state"],
        recovered=None,
    )


def _sent(row: sqlite3.Row, item: sqlite3.Row) -> ThreadMail:
    states = (row["states"] or "").split(",")
    worst = next(
        (state for state in ("uncertain", "failed", "held", "queued", "planned", "sent") if state in states), "planned"
    )
    return ThreadMail(
        kind="sent",
        id=row["id"],
        item=row["item"],
        flow=item["flow"],
        flow_name=item["flow_name"],
        node=row["node"],
        message_id=row["message_id"],
        subject=item["subject"],
        sender=row["sender"],
        at=row["at"] or item["received"],
        state=worst,
        recovered=row["recovered"],
    )
