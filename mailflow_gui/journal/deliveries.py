"""Deliveries: one outgoing mail x one recipient, each with its own state; and the attempts, every error of them kept."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from operator import attrgetter
from typing import Literal

from mailflow_gui.errors import MailError, MailFlowError
from mailflow_gui.journal import items, names
from mailflow_gui.journal.journal import Transaction
from mailflow_gui.journal.rows import insert, portions
from mailflow_gui.journal.spool import Place
from mailflow_gui.logs import blank
from mailflow_gui.mail.swift import swift

DeliveryState = Literal["planned", "queued", "held", "uncertain", "sent", "failed"]


@dataclass(frozen=True)
class Answer:
    """What a planned mail answers, and how many answers its node may give."""

    thread: str
    sender: str
    per_thread: int | None
    per_sender_per_day: int | None


@swift
@dataclass(frozen=True)
class Frozen:
    """What is settled about an outgoing mail before its first attempt, and never changes."""

    node: str
    way: str
    """The edges by which the item came here: a node that one item reaches twice sends twice."""
    account: str
    sender: str
    message_id: str
    eight_bit: bool
    smtputf8: bool
    when_uncertain: Literal["hold", "resend"]
    maximum_per_minute: int | None = None
    maximum_per_day: int | None = None
    copy_to: str | None = None
    """The IMAP account whose Sent folder is to get a copy."""

    @property
    def limited(self) -> bool:
        """Whether its node sends only so many mails in a time."""
        return self.maximum_per_minute is not None or self.maximum_per_day is not None


@swift
@dataclass(frozen=True)
class Planned:
    """A composed mail, before it is in the journal."""

    frozen: Frozen
    recipients: tuple[str, ...]
    content: tuple[bytes, ...]
    answer: Answer | None = None


@dataclass(frozen=True)
class MailRow:
    """An outgoing mail as the journal has it."""

    id: int
    item: int
    frozen: Frozen
    place: Place


@dataclass(frozen=True)
class DeliveryRow:
    """How far one recipient of a mail has come."""

    mail: int
    recipient: str
    state: DeliveryState
    attempts: int
    first_attempt: float | None
    receipt: str | None


def plan(transaction: Transaction, flow: str, item: int, planned: Sequence[Planned]) -> list[int | None]:
    """Freeze mails and plan their deliveries; returns the mails' ids, None for an answer beyond its node's limits.

    One that is there already (a step done again) stays as it is.
    """
    items.put_state(transaction, item, "planned")
    return [_plan_one(transaction, flow, item, mail) for mail in planned]


def _plan_one(transaction: Transaction, flow: str, item: int, mail: Planned) -> int | None:
    database = transaction.database
    frozen = mail.frozen
    known = database.execute(
        "SELECT id FROM mails WHERE item = ? AND node = ? AND way = ?", (item, frozen.node, frozen.way)
    ).fetchone()
    if known:
        return int(known[0])
    now = time.time()
    if mail.answer is not None and not _may_answer(database, flow, frozen.node, mail.answer, now):
        return None
    place = transaction.keep(mail.content)
    values = {"item": item, **asdict(frozen), **asdict(place)}
    cursor = database.execute(
        f"INSERT INTO mails({', '.join(values)}) VALUES ({', '.join('?' * len(values))})", tuple(values.values())
    )
    assert cursor.lastrowid is not None
    database.executemany(
        "INSERT INTO deliveries(mail, recipient, item, state, at) VALUES (?, ?, ?, 'planned', ?)",
        [(cursor.lastrowid, recipient, item, now) for recipient in mail.recipients],
    )
    if mail.answer is not None:
        answer = mail.answer
        database.execute(
            "INSERT INTO replies(flow, node, thread, sender, at, mail) VALUES (?, ?, ?, ?, ?, ?)",
            (flow, frozen.node, answer.thread, answer.sender, now, cursor.lastrowid),
        )
    return cursor.lastrowid


def plan_new(transaction: Transaction, planned: Sequence[tuple[int, Sequence[Planned]]]) -> list[list[int]]:
    """:func:`plan` for many items that never had a mail, and for mails that answer nobody; the state of the items is the caller's.

    Returns the mails' ids, item by item.
    """
    database, now = transaction.database, time.time()
    following = int(database.execute("SELECT coalesce(max(id), 0) FROM mails").fetchone()[0]) + 1
    ids: list[list[int]] = []
    mails, rows = [], []
    for item, its_mails in planned:
        ids.append(list(range(following, following + len(its_mails))))
        for mail in its_mails:
            place = transaction.keep(mail.content)
            mails.append((following, item, *_frozen_values(mail.frozen), place.segment, place.offset, place.length))
            rows += [(following, recipient, item, "planned", now) for recipient in mail.recipients]
            following += 1
    insert(database, f"mails(id, item, {', '.join(_FROZEN)}, segment, offset, length)", mails)
    insert(database, "deliveries(mail, recipient, item, state, at)", rows)
    return ids


_FROZEN = tuple(field.name for field in fields(Frozen))
_frozen_values = attrgetter(*_FROZEN)


def _may_answer(database: sqlite3.Connection, flow: str, node: str, answer: Answer, now: float) -> bool:
    in_thread = database.execute(
        "SELECT count(*) FROM replies WHERE flow = ? AND node = ? AND thread = ?", (flow, node, answer.thread)
    ).fetchone()[0]
    to_sender = database.execute(
        "SELECT count(*) FROM replies WHERE flow = ? AND node = ? AND sender = ? AND at > ?",
        (flow, node, answer.sender, now - 24 * 60 * 60),
    ).fetchone()[0]
    return not (
        (answer.per_thread is not None and in_thread >= answer.per_thread)
        or (answer.per_sender_per_day is not None and to_sender >= answer.per_sender_per_day)
    )


def senders_of(database: sqlite3.Connection, message_ids: Sequence[str], flow: str) -> set[str]:
    """The nodes of a flow that sent mails with these Message-IDs."""
    found: set[str] = set()
    for marks, some in portions(names.sent(database, message_ids)):
        rows = database.execute(
            "SELECT mails.message_id, mails.node FROM mails JOIN items ON items.id = mails.item"
            f" WHERE mails.id IN ({marks}) AND items.flow = ?",
            (*some, flow),
        )
        found.update(str(node) for message_id, node in rows if message_id in message_ids)
    return found


def count_limited(transaction: Transaction, flow: str, node: str, mail: int) -> None:
    """A mail of a node with a limit is about to go."""
    transaction.database.execute(
        "INSERT INTO limited(flow, node, at, mail) VALUES (?, ?, ?, ?)", (flow, node, time.time(), mail)
    )


def limited_since(database: sqlite3.Connection, flow: str, node: str, since: float) -> list[float]:
    """When mails of a node with a limit were sent, oldest first."""
    rows = database.execute(
        "SELECT at FROM limited WHERE flow = ? AND node = ? AND at > ? ORDER BY at", (flow, node, since)
    )
    return [float(at) for (at,) in rows]


def plan_again(transaction: Transaction, item: int) -> None:
    """What waits for its next try is tried now."""
    transaction.database.execute(
        "UPDATE deliveries SET state = 'planned', due = NULL WHERE state = 'queued' AND mail IN (SELECT id FROM mails WHERE item = ?)",
        (item,),
    )


def reset(transaction: Transaction, item: int, states: Sequence[DeliveryState]) -> None:
    """Deliveries of an item that are in one of ``states`` may be tried at once, as if for the first time."""
    marks = ",".join("?" * len(states))
    transaction.database.execute(
        "UPDATE deliveries SET state = 'queued', due = 0, attempts = 0, first_attempt = NULL"
        f" WHERE state IN ({marks}) AND mail IN (SELECT id FROM mails WHERE item = ?)",
        (*states, item),
    )


def release(transaction: Transaction, item: int, account: str) -> None:
    """Deliveries of an item that waited for an account may be tried at once."""
    transaction.database.execute(
        "UPDATE deliveries SET state = 'queued', due = 0 WHERE state = 'held'"
        " AND mail IN (SELECT id FROM mails WHERE item = ? AND account = ?)",
        (item, account),
    )


def arrived(transaction: Transaction, item: int) -> None:
    """A person says that what was maybe sent has arrived."""
    transaction.database.execute(
        "UPDATE deliveries SET state = 'sent', receipt = 'resolved by a person', at = ?"
        " WHERE state = 'uncertain' AND mail IN (SELECT id FROM mails WHERE item = ?)",
        (time.time(), item),
    )


def give_up(transaction: Transaction, item: int) -> None:
    """Nothing of an item is to be sent any more."""
    transaction.database.execute(
        "UPDATE deliveries SET state = 'failed', due = NULL, at = ?"
        " WHERE state != 'sent' AND mail IN (SELECT id FROM mails WHERE item = ?)",
        (time.time(), item),
    )


def recover(transaction: Transaction, mail: int, recipient: str, content: Sequence[bytes], code: str) -> bool:
    """Try the one alternative of a mail that was refused: other bytes, at once. False: it has been tried already."""
    place = transaction.keep(content)
    cursor = transaction.database.execute(
        "UPDATE mails SET recovered = ?, segment = ?, offset = ?, length = ? WHERE id = ? AND recovered IS NULL",
        (code, place.segment, place.offset, place.length, mail),
    )
    if cursor.rowcount:
        put(transaction, mail, (recipient,), "queued", due=0.0, counted=False)
    return cursor.rowcount > 0


def reject(transaction: Transaction, item: int) -> bool:
    """What waits for its next try fails for good; False: nothing did."""
    cursor = transaction.database.execute(
        "UPDATE deliveries SET state = 'failed', due = NULL, at = ?"
        " WHERE state IN ('planned', 'queued', 'held') AND mail IN (SELECT id FROM mails WHERE item = ?)",
        (time.time(), item),
    )
    return cursor.rowcount > 0


def put(
    transaction: Transaction,
    mail: int,
    recipients: Iterable[str],
    state: DeliveryState,
    *,
    due: float | None = None,
    receipt: str | None = None,
    counted: bool = True,
) -> None:
    """Move deliveries to a state. Entering *queued* counts an attempt that failed, unless it isn't ``counted``."""
    now = time.time()
    transaction.database.executemany(
        "UPDATE deliveries SET state = ?, due = ?, at = ?, receipt = coalesce(?, receipt),"
        " first_attempt = coalesce(first_attempt, ?), attempts = attempts + ? WHERE mail = ? AND recipient = ?",
        [
            (state, due, now, receipt, now, int(state == "queued" and counted), mail, recipient)
            for recipient in recipients
        ],
    )


def note(
    transaction: Transaction,
    error: MailFlowError,
    *,
    flow: str,
    operation: str,
    item: int | None = None,
    mail: int | None = None,
    recipient: str | None = None,
    node: str | None = None,
    account: str | None = None,
) -> None:
    """Keep an error with its raw words, but for secrets in them."""
    reply = error.reply if isinstance(error, MailError) else None
    transaction.database.execute(
        "INSERT INTO attempts(at, flow, item, mail, recipient, node, account, operation, code, arguments, class, reply_code, enhanced,"
        " text)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(time.time(), flow, item, mail, recipient, node, account, (reply.operation if reply else "") or operation),
            *(error.code, json.dumps(error.arguments, ensure_ascii=False), outcome_of(error)),
            *((reply.code, reply.enhanced, blank(reply.text)) if reply else (None, None, blank(error.detail) or None)),
        ),
    )


def is_noted(database: sqlite3.Connection, item: int, node: str, code: str) -> bool:
    """Whether an error of a step, not of a mail, has been kept already."""
    query = "SELECT 1 FROM attempts WHERE item = ? AND node = ? AND code = ? AND mail IS NULL"
    return database.execute(query, (item, node, code)).fetchone() is not None


def last_error(database: sqlite3.Connection, item: int, mail: int) -> tuple[str, dict[str, object], str] | None:
    """What a mail of an item met last: code, arguments, class."""
    row = database.execute(
        "SELECT code, arguments, class FROM attempts WHERE item = ? AND mail = ? ORDER BY id DESC LIMIT 1", (item, mail)
    ).fetchone()
    return (str(row[0]), json.loads(row[1]), str(row[2])) if row else None


def outcome_of(error: MailFlowError) -> str:
    """The class of an error: a mail error's own; anything else that fails an item rejects it."""
    return error.outcome if isinstance(error, MailError) else "reject-message"


def mails_of(database: sqlite3.Connection, item: int) -> list[MailRow]:
    """The outgoing mails of an item."""
    rows = database.execute("SELECT * FROM mails WHERE item = ? ORDER BY id", (item,))
    return [_mail(row) for row in rows]


def deliveries_of(database: sqlite3.Connection, mail: int) -> list[DeliveryRow]:
    """The recipients of a mail and how far each has come."""
    rows = database.execute("SELECT * FROM deliveries WHERE mail = ? ORDER BY recipient", (mail,))
    return [_delivery(row) for row in rows]


def summary(database: sqlite3.Connection, item: int, *, without: frozenset[int] = frozenset()) -> dict[str, int]:
    """How many deliveries of an item are in each state, those of the mails ``without`` left out."""
    rows = database.execute(
        "SELECT mail, deliveries.state FROM mails JOIN deliveries ON mail = mails.id WHERE mails.item = ?", (item,)
    )
    counts: dict[str, int] = {}
    for mail, state in rows:
        if mail not in without:
            counts[state] = counts.get(state, 0) + 1
    return counts


def item_state(counts: Mapping[str, int]) -> items.State:
    """The state of an item whose deliveries stand as ``counts`` says: unfinished first, then its worst end."""
    order: tuple[items.State, ...] = ("planned", "queued", "held", "uncertain", "failed", "sent")
    return next((state for state in order if counts.get(state)), "skipped")


def next_due(database: sqlite3.Connection, item: int) -> float | None:
    """When the earliest waiting delivery of an item is due."""
    row = database.execute(
        "SELECT min(due) FROM mails JOIN deliveries ON mail = mails.id WHERE mails.item = ? AND deliveries.state IN ('queued', 'held')",
        (item,),
    ).fetchone()
    return row[0] if row else None


def _delivery(row: sqlite3.Row) -> DeliveryRow:
    return DeliveryRow(
        row["mail"], row["recipient"], row["state"], row["attempts"], row["first_attempt"], row["receipt"]
    )


def _mail(row: sqlite3.Row) -> MailRow:
    frozen = {field.name: row[field.name] for field in fields(Frozen)}
    frozen |= {"eight_bit": bool(row["eight_bit"]), "smtputf8": bool(row["smtputf8"])}
    return MailRow(row["id"], row["item"], Frozen(**frozen), Place(row["segment"], row["offset"], row["length"]))
