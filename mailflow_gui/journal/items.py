"""Items: what was received, how far it has come, how it ended."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from mailflow_gui.errors import MailFlowError
from mailflow_gui.journal import names, tables, threads
from mailflow_gui.journal.journal import Transaction
from mailflow_gui.journal.rows import insert, portions
from mailflow_gui.journal.spool import Place
from mailflow_gui.mail.large import pieces
from mailflow_gui.mail.swift import swift

State = Literal["received", "planned", "queued", "held", "uncertain", "sent", "skipped", "failed"]

UNFINISHED = tables.UNFINISHED

LONGEST_WAIT = 25 * 60 * 60.0
"""Seconds until a retry at most: a daily limit, or a server that says to wait for a day."""

SETTLED = ("sent", "skipped", "failed")
"""The states in which an item has reached its end."""


@swift
@dataclass(frozen=True)
class Received:
    """A fetched mail, before it is in the journal."""

    watch: int
    flow: str
    node: str
    account: str
    folder: str
    uid_validity: int | None
    uid: int | str
    key: str
    """Hash of flow, node and source: the same mail has the same key on every machine."""
    version: str
    run: int
    dry: bool
    once: bool
    """Whether the ledger keeps this mail from being taken on again."""
    flags: tuple[str, ...]
    message_id: str
    subject: str
    sender: str
    size: int
    raw: bytes
    header: str = ""
    """The hash of its header block: it is known by that when a server's name for it can't be trusted."""
    parents: tuple[str, ...] = ()
    """The Message-IDs of the mails before it, the nearest first."""
    thread: str = ""
    """The server's own name of its thread."""
    incomplete: MailFlowError | None = None
    """Why only the header was kept."""


@swift
@dataclass(frozen=True)
class ItemRow:
    """An item as the journal has it."""

    id: int
    watch: int
    flow: str
    node: str
    account: str
    folder: str
    uid_validity: int | None
    uid: int | str
    key: str
    version: str
    dry: bool
    received: float
    flags: tuple[str, ...]
    subject: str
    sender: str
    size: int
    place: Place
    state: State
    due: float | None
    code: str | None
    arguments: dict[str, Any]
    outcome: str | None
    """The class of the error that it has met last."""
    thread: str
    """The name of its thread; empty for a mail without any name of its own."""
    incomplete: tuple[str, dict[str, Any]] | None
    """Code and arguments of why only its header was kept; None: it is whole."""


def receive(transaction: Transaction, mail: Received) -> int | None:
    """Take a mail on: raw bytes, row and ledger in one. Returns the item's id, or None if the ledger has this mail already."""
    (row,) = receive_all(transaction, (mail,))
    return row.id if row is not None else None


def receive_all(transaction: Transaction, mails: Sequence[Received]) -> list[ItemRow | None]:
    """Take mails of one watch on, in their order: raw bytes, rows and ledger in one. None for each that the ledger has already."""
    database = transaction.database
    taken = _in_ledger(database, [mail for mail in mails if mail.once])
    now = time.time()
    following = int(database.execute("SELECT coalesce(max(id), 0) FROM items").fetchone()[0]) + 1
    rows: list[ItemRow | None] = []
    values: list[tuple[Any, ...]] = []
    ledger: list[tuple[int, int, int | str, int]] = []
    before = threads.before(database, [parent for mail in mails for parent in mail.parents])
    for mail in mails:
        if mail.once:
            if mail.uid in taken:
                rows.append(None)
                continue
            taken.add(mail.uid)
            ledger.append((mail.watch, mail.uid_validity or 0, mail.uid, following))
        place = transaction.keep((mail.raw,) if type(mail.raw) is bytes else pieces(mail.raw))
        thread, answers = before.place(message_id=mail.message_id, parents=mail.parents, server=mail.thread)
        incomplete = json.dumps([mail.incomplete.code, mail.incomplete.arguments]) if mail.incomplete else None
        values.append((*_values(mail, following, now, place), thread, " ".join(mail.parents), answers, incomplete))
        rows.append(_new(mail, following, now, place, thread=thread, incomplete=incomplete))
        following += 1
    insert(database, _COLUMNS, values)
    insert(database, "ledger(watch, epoch, uid, item)", ledger)
    names.file(database)
    return rows


def _in_ledger(database: sqlite3.Connection, mails: Sequence[Received]) -> set[int | str]:
    """Which of the mails of one watch and epoch the ledger has."""
    if not mails:
        return set()
    first = mails[0]
    found: set[int | str] = set()
    for marks, uids in portions([mail.uid for mail in mails]):
        query = f"SELECT uid FROM ledger WHERE watch = ? AND epoch = ? AND uid IN ({marks})"
        found.update(uid for (uid,) in database.execute(query, (first.watch, first.uid_validity or 0, *uids)))
    return found


_COLUMNS = (
    "items(id, watch, flow, node, account, folder, uid_validity, uid, key, version, run, dry, received, flags, message_id,"
    " subject, sender, size, segment, offset, length, header, state, thread, parents, answers, incomplete)"
)


def _values(mail: Received, item: int, now: float, place: Place) -> tuple[Any, ...]:
    """The values of :data:`_COLUMNS`, but for its last four."""
    return (
        *(item, mail.watch, mail.flow, mail.node, mail.account, mail.folder, mail.uid_validity, mail.uid, mail.key),
        *(mail.version, mail.run, int(mail.dry), now, " ".join(mail.flags), mail.message_id, mail.subject, mail.sender),
        *(mail.size, place.segment, place.offset, place.length, mail.header, "received"),
    )


def _new(mail: Received, item: int, now: float, place: Place, *, thread: str, incomplete: str | None) -> ItemRow:
    """The row as :func:`get` would read it."""
    reason = json.loads(incomplete) if incomplete else None
    return _quickly(
        id=item,
        watch=mail.watch,
        flow=mail.flow,
        node=mail.node,
        account=mail.account,
        folder=mail.folder,
        uid_validity=mail.uid_validity,
        uid=mail.uid,
        key=mail.key,
        version=mail.version,
        dry=mail.dry,
        received=now,
        flags=tuple(" ".join(mail.flags).split()),
        subject=mail.subject,
        sender=mail.sender,
        size=mail.size,
        place=place,
        state="received",
        due=None,
        code=None,
        arguments={},
        outcome=None,
        thread=thread,
        incomplete=(reason[0], reason[1]) if reason else None,
    )


def _quickly(**values: Any) -> ItemRow:
    """A row of all these fields. A frozen dataclass makes a call for each of them, which for every mail is more than the mail's INSERT."""
    row = object.__new__(ItemRow)
    row.__dict__.update(values)
    return row


def settle(transaction: Transaction, item: int, state: State, *, flagging: bool, steps: str = "") -> None:
    """The item has reached its end. ``flagging``: its server flag is still to move."""
    transaction.database.execute(
        "UPDATE items SET state = ?, settled = ?, due = NULL, flagging = ?, steps = CASE ? WHEN '' THEN steps ELSE ? END WHERE id = ?",
        (state, time.time(), int(flagging), steps, steps, item),
    )


def settle_all(transaction: Transaction, ids: Sequence[int], state: State, *, flagging: bool) -> None:
    """:func:`settle` for many items."""
    now = time.time()
    for marks, some in portions(ids):
        transaction.database.execute(
            f"UPDATE items SET state = ?, settled = ?, due = NULL, flagging = ? WHERE id IN ({marks})",
            (state, now, int(flagging), *some),
        )


def put_state(transaction: Transaction, item: int, state: State, due: float | None = None) -> None:
    """The item goes on later, or waits."""
    transaction.database.execute("UPDATE items SET state = ?, due = ? WHERE id = ?", (state, due, item))


def use_current_version(transaction: Transaction, item: int) -> None:
    """The item goes on with whatever version of its flow runs: nothing of it has left, and a person wants it tried anew."""
    transaction.database.execute("UPDATE items SET version = '' WHERE id = ?", (item,))


def put_error(transaction: Transaction, item: int, error: MailFlowError, outcome: str) -> None:
    """The error that the item has met last, as code and arguments."""
    transaction.database.execute(
        "UPDATE items SET code = ?, arguments = ?, class = ? WHERE id = ?",
        (error.code, json.dumps(error.arguments, ensure_ascii=False), outcome, item),
    )


def flagged(transaction: Transaction, ids: Sequence[int]) -> None:
    """The server has done what was to be done after receiving these items."""
    for marks, some in portions(ids):
        transaction.database.execute(f"UPDATE items SET flagging = 0 WHERE id IN ({marks})", some)


def planned(transaction: Transaction, ids: Sequence[int], steps: str) -> None:
    """Mails of these items are planned, by the same steps."""
    for marks, some in portions(ids):
        transaction.database.execute(
            f"UPDATE items SET state = 'planned', due = NULL, steps = ? WHERE id IN ({marks})", (steps, *some)
        )


def get(database: sqlite3.Connection, item: int) -> ItemRow | None:
    """One item, or None."""
    row = database.execute("SELECT * FROM items WHERE id = ?", (item,)).fetchone()
    return _item(row) if row else None


def workable(
    database: sqlite3.Connection, flow: str, *, dry: bool, now: float, after: int, limit: int
) -> list[ItemRow]:
    """Unfinished items of a flow that can be worked on now, oldest first: interrupted ones, and retries that are due."""
    rows = database.execute(
        f"SELECT * FROM items WHERE flow = ? AND dry = ? AND id > ? AND {UNFINISHED}"
        " AND (state IN ('received', 'planned') OR (state = 'queued' AND coalesce(due, 0) <= ?)) ORDER BY id LIMIT ?",
        (flow, int(dry), after, now, limit),
    )
    return [_item(row) for row in rows]


def due(database: sqlite3.Connection, flow: str, *, dry: bool, now: float, limit: int) -> list[ItemRow]:
    """Items of a flow whose retry is due, the longest waiting first."""
    rows = database.execute(
        f"SELECT * FROM items WHERE flow = ? AND dry = ? AND {UNFINISHED} AND state = 'queued' AND coalesce(due, 0) <= ?"
        " ORDER BY due LIMIT ?",
        (flow, int(dry), now, limit),
    )
    return [_item(row) for row in rows]


def next_due(database: sqlite3.Connection, flow: str) -> float | None:
    """When the next retry of a flow is due (seconds since 1970), or None."""
    row = database.execute(
        f"SELECT min(due) FROM items WHERE flow = ? AND {UNFINISHED} AND state = 'queued'", (flow,)
    ).fetchone()
    return row[0] if row else None


def open_uncertain(database: sqlite3.Connection, flow: str) -> int:
    """How many items of a flow may or may not have been sent."""
    return int(
        database.execute(
            f"SELECT count(*) FROM items WHERE flow = ? AND {UNFINISHED} AND EXISTS"
            " (SELECT 1 FROM mails JOIN deliveries ON mail = mails.id WHERE mails.item = items.id AND deliveries.state = 'uncertain')",
            (flow,),
        ).fetchone()[0]
    )


def bring_forward(transaction: Transaction, flow: str, now: float) -> None:
    """Retries that lie further ahead than any wait can be: the clock was set back since. They are due now."""
    transaction.database.execute(
        f"UPDATE items SET due = ? WHERE flow = ? AND {UNFINISHED} AND state = 'queued' AND due > ?",
        (now, flow, now + LONGEST_WAIT),
    )


def hold_doubtful(transaction: Transaction, flow: str) -> None:
    """Items of an interrupted run that have nothing left to do but a delivery in doubt wait for a person."""
    transaction.database.execute(
        f"UPDATE items SET state = 'uncertain' WHERE flow = ? AND {UNFINISHED} AND state = 'planned'"
        " AND EXISTS (SELECT 1 FROM mails JOIN deliveries ON mail = mails.id WHERE mails.item = items.id"
        "   AND deliveries.state = 'uncertain')"
        " AND NOT EXISTS (SELECT 1 FROM mails JOIN deliveries ON mail = mails.id WHERE mails.item = items.id"
        "   AND deliveries.state IN ('planned', 'queued', 'held'))",
        (flow,),
    )


def unfinished(database: sqlite3.Connection, flow: str, watch: int, uid_validity: int | None) -> set[int | str]:
    """UIDs of a watch's mails that are still on their way: queued, held, in doubt or being worked on."""
    rows = database.execute(
        f"SELECT uid FROM items WHERE flow = ? AND {UNFINISHED} AND watch = ? AND uid_validity IS ?",
        (flow, watch, uid_validity),
    )
    return {uid for (uid,) in rows}


def unflagged(database: sqlite3.Connection, watch: int, uid_validity: int | None, limit: int) -> list[ItemRow]:
    """Settled items whose server flag is still to move, oldest first; only those whose UIDs are of the folder's present UIDVALIDITY."""
    rows = database.execute(
        "SELECT * FROM items WHERE watch = ? AND flagging = 1 AND uid_validity IS ? ORDER BY id LIMIT ?",
        (watch, uid_validity, limit),
    )
    return [_item(row) for row in rows]


def _item(row: Mapping[str, Any]) -> ItemRow:
    incomplete = json.loads(row["incomplete"]) if row["incomplete"] else None
    return ItemRow(
        id=row["id"],
        watch=row["watch"],
        flow=row["flow"],
        node=row["node"],
        account=row["account"],
        folder=row["folder"],
        uid_validity=row["uid_validity"],
        uid=row["uid"],
        key=row["key"],
        version=row["version"],
        dry=bool(row["dry"]),
        received=row["received"],
        flags=tuple(row["flags"].split()),
        subject=row["subject"],
        sender=row["sender"],
        size=row["size"],
        place=Place(row["segment"], row["offset"], row["length"]),
        state=row["state"],
        due=row["due"],
        code=row["code"],
        arguments=json.loads(row["arguments"] or "{}"),
        outcome=row["class"],
        thread=row["thread"],
        incomplete=(incomplete[0], incomplete[1]) if incomplete else None,
    )
