"""Errors by what they are called: how often they came, when, where, and which messages they hold up.

An error's *name* is the most specific code of its server (``421 4.7.0``, ``UNAVAILABLE``), else MailFlow's own. A message is *stuck* in the
group of the error that it met last, until it is sent, skipped or discarded; a *standing* trouble is one without a message (a refused
sign-in, a lost server) that nothing has gone well after. A group is open while it has either.

The counts are kept by hour while errors are written, and an index finds the stuck messages: a look costs the same whether there were a
thousand errors or a million.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mailflow_gui.journal import requests
from mailflow_gui.journal.history import STATE_NAMES, Attempt, attempt_from
from mailflow_gui.journal.journal import Transaction
from mailflow_gui.journal.listing import literal
from mailflow_gui.journal.requests import Kind
from mailflow_gui.journal.tables import STUCK

BARS = 16
"""Bars that a period is drawn with."""
HOUR = 3600
_STATES: Mapping[Kind, tuple[str, ...]] = {
    "retry": ("queued", "held", "failed"),
    "discard": ("queued", "held", "uncertain", "failed"),
    "reject": ("queued", "held"),
    "resolve-sent": ("uncertain",),
    "resolve-resend": ("uncertain",),
}
"""The states in which a request about a message makes sense."""
_WHOLE = " AND incomplete IS NULL"
"""SQL: there is more of it than its header."""


@dataclass
class Group:
    """One error by its name, and all that is known of it."""

    name: str
    code: str = ""
    """MailFlow's own, of the last one."""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    outcome: str = ""
    """The class of the last one."""
    reply_code: int | None = None
    enhanced: str | None = None
    count: int = 0
    """In the period."""
    first: float = 0.0
    """In the period."""
    last: float = 0.0
    bars: list[int] = field(default_factory=lambda: [0] * BARS)
    places: dict[tuple[str, str, str], int] = field(default_factory=dict)
    """(flow, node, account) -> how often."""
    stuck: dict[tuple[str, str, str], int] = field(default_factory=dict)
    """(state as JSON names it, flow, account) -> messages."""
    standing: set[tuple[str, str]] = field(default_factory=set)
    """(flow, account) of troubles without a message that nothing has gone well after."""

    @property
    def messages(self) -> int:
        """How many messages are stuck in it."""
        return sum(self.stuck.values())

    @property
    def open(self) -> int:
        """Stuck messages and standing troubles."""
        return self.messages + len(self.standing)

    def open_of_flow(self, flow: str) -> int:
        """:attr:`open`, of one flow."""
        return sum(count for (_state, of, _account), count in self.stuck.items() if of == flow) + sum(
            of == flow for of, _account in self.standing
        )

    def open_of_account(self, account: str) -> int:
        """:attr:`open`, of one account."""
        return sum(count for (_state, _flow, of), count in self.stuck.items() if of == account) + sum(
            of == account for _flow, of in self.standing
        )

    def stuck_in(self, states: Iterable[str]) -> int:
        """How many messages are stuck in one of these states (JSON's names)."""
        wanted = set(states)
        return sum(count for (state, _flow, _account), count in self.stuck.items() if state in wanted)


def groups(database: sqlite3.Connection, since: float, now: float | None = None) -> list[Group]:
    """All groups met since then, and those that are open however old they are; the most recent first."""
    now = time.time() if now is None else now
    found: dict[str, Group] = {}
    start = int(since // HOUR)
    span = max(1, int(now // HOUR) + 1 - start)
    _stuck(database, found)
    heard = _heard(database)
    for row in database.execute("SELECT * FROM error_hours WHERE hour >= ? ORDER BY hour, last", (start,)):
        group = found.setdefault(row["name"], Group(row["name"]))
        bar = min(BARS - 1, max(0, (row["hour"] - start) * BARS // span))
        group.bars[bar] += row["count"]
        group.count += row["count"]
        _note(group, row, heard)
    for group in found.values():
        if not group.last:  # older than the period
            _newest(database, group, heard)
    return sorted(found.values(), key=lambda group: -group.last)


def one(database: sqlite3.Connection, name: str) -> Group | None:
    """A group with everything that was ever met under its name, or None."""
    group = Group(name)
    found: dict[str, Group] = {name: group}
    _stuck(database, found, name)
    heard = _heard(database)
    for row in database.execute("SELECT * FROM error_hours WHERE name = ? ORDER BY hour, last", (name,)):
        group.count += row["count"]
        _note(group, row, heard)
    return group if group.last else None


def open_count(database: sqlite3.Connection) -> int:
    """How many messages are stuck, and troubles stand."""
    stuck = database.execute(f"SELECT count(*) FROM items INDEXED BY items_met WHERE {STUCK}").fetchone()[0]
    heard = _heard(database)
    standing = {
        (row["name"], row["flow"], row["account"])
        for row in database.execute(
            "SELECT name, flow, account, max(loose) AS loose FROM error_hours WHERE loose IS NOT NULL AND hour >= ?"
            " GROUP BY name, flow, account",
            (int(time.time() // HOUR) - 31 * 24,),
        )
        if _stands(row, heard)
    }
    return int(stuck) + len(standing)


def stuck_ids(
    database: sqlite3.Connection,
    name: str = "",
    *,
    states: Sequence[str] = (),
    flow: str = "",
    account: str = "",
    text: str = "",
    limit: int,
) -> list[int]:
    """The newest ids of stuck messages in ascending order: of one group or (empty) all, of some states (JSON's names), flow, account."""
    where, values = _where(name, [state for state, shown in STATE_NAMES.items() if shown in states], flow, account)
    if text:
        having, wanted = _having(text)
        where += having
        values += wanted
    query = f"SELECT id FROM items INDEXED BY items_met WHERE {STUCK}{where} ORDER BY id DESC LIMIT ?"
    return sorted(int(found) for (found,) in database.execute(query, (*values, limit)))


def names_with(database: sqlite3.Connection, text: str) -> set[str]:
    """The groups in which a message is stuck that has ``text`` in its subject, sender or recipients."""
    where, values = _having(text)
    return {
        str(name)
        for (name,) in database.execute(
            f"SELECT DISTINCT met FROM items INDEXED BY items_met WHERE {STUCK}{where}", values
        )
    }


def last_attempt(database: sqlite3.Connection, group: Group) -> Attempt | None:
    """The last error of a group, with its raw words."""
    query = "SELECT * FROM attempts WHERE code = ? AND reply_code IS ? AND enhanced IS ? ORDER BY id DESC LIMIT 1"
    row = database.execute(query, (group.code, group.reply_code, group.enhanced)).fetchone()
    return attempt_from(row) if row is not None else None


def discarded_count(database: sqlite3.Connection) -> int:
    """How many messages people gave up."""
    query = "SELECT count(*) FROM items INDEXED BY items_discarded WHERE state = 'skipped' AND code = 'discarded'"
    return int(database.execute(query).fetchone()[0])


def discarded_ids(database: sqlite3.Connection, limit: int) -> list[int]:
    """The newest messages that a person gave up, ascending."""
    query = "SELECT id FROM items INDEXED BY items_discarded WHERE state = 'skipped' AND code = 'discarded' ORDER BY id DESC LIMIT ?"
    return sorted(int(found) for (found,) in database.execute(query, (limit,)))


@dataclass(frozen=True)
class Sending:
    """To whom a message was to be sent, and how often that was tried."""

    recipients: tuple[str, ...] = ()
    tries: int = 0


def sendings(database: sqlite3.Connection, ids: Sequence[int]) -> dict[int, Sending]:
    """Of messages (a few hundred at most), by id; those with nothing planned and no error are left out."""
    if not ids:
        return {}
    marks = ",".join("?" * len(ids))
    recipients: dict[int, list[str]] = {}
    for item, recipient in database.execute(
        f"SELECT mails.item, recipient FROM mails JOIN deliveries ON mail = mails.id WHERE mails.item IN ({marks})"
        " ORDER BY mails.id, deliveries.state = 'sent', recipient",
        ids,
    ):
        recipients.setdefault(item, []).append(recipient)
    tries = dict(
        database.execute(f"SELECT item, count(*) FROM attempts WHERE item IN ({marks}) GROUP BY item", ids).fetchall()
    )
    return {
        item: Sending(tuple(dict.fromkeys(recipients.get(item, ()))), int(tries.get(item, 0)))
        for item in {*recipients, *tries}
    }


def ask_for_all(transaction: Transaction, kind: Kind, name: str, *, flow: str = "", account: str = "") -> int:
    """Leave one and the same request for every message stuck in a group for which it makes sense; returns how many there are."""
    where, values = _where(name, _STATES[kind], flow, account)
    if kind == "retry":
        where += _WHOLE
    cursor = transaction.database.execute(
        "INSERT INTO requests(at, kind, subject, argument)"
        f" SELECT ?, ?, CAST(id AS TEXT), '' FROM items INDEXED BY items_met WHERE {STUCK}{where} ORDER BY id",
        (time.time(), kind, *values),
    )
    return cursor.rowcount


def ask_for(transaction: Transaction, kind: Kind, ids: Sequence[int]) -> int:
    """The same for some messages, whatever group they are stuck in."""
    marks = ",".join("?" * len(_STATES[kind]))
    query = f"SELECT 1 FROM items WHERE id = ? AND state IN ({marks}){_WHOLE if kind == 'retry' else ''}"
    fitting = [item for item in ids if transaction.database.execute(query, (item, *_STATES[kind])).fetchone()]
    for item in fitting:
        requests.add(transaction, kind, str(item))
    return len(fitting)


def _where(name: str, states: Sequence[str], flow: str, account: str) -> tuple[str, list[object]]:
    parts = ""
    values: list[object] = []
    for field_, value in (("met", name), ("flow", flow), ("met_account", account)):
        if value:
            parts += f" AND {field_} = ?"
            values.append(value)
    if states:
        parts += f" AND state IN ({','.join('?' * len(states))})"
        values += states
    return parts, values


def _having(text: str) -> tuple[str, list[str]]:
    like = f"%{literal(text)}%"
    return (
        " AND (subject LIKE ? ESCAPE '\\' OR sender LIKE ? ESCAPE '\\' OR EXISTS (SELECT 1 FROM mails"
        " JOIN deliveries ON mail = mails.id WHERE mails.item = items.id AND recipient LIKE ? ESCAPE '\\'))",
        [like] * 3,
    )


def _stuck(database: sqlite3.Connection, found: dict[str, Group], name: str = "") -> None:
    where, values = _where(name, (), "", "")
    for met, state, flow, account, count in database.execute(
        f"SELECT met, state, flow, coalesce(met_account, ''), count(*) FROM items INDEXED BY items_met WHERE {STUCK}{where}"
        " GROUP BY met, state, flow, met_account",
        values,
    ):
        found.setdefault(met, Group(met)).stuck[STATE_NAMES[state], flow, account] = int(count)


def _heard(database: sqlite3.Connection) -> dict[str, float]:
    """When each account was last seen to work."""
    heard: dict[str, float] = {}
    for query in (
        "SELECT account, max(last_success) FROM watches WHERE last_success IS NOT NULL GROUP BY account",
        "SELECT account, since FROM account_states WHERE state = 'ok'",
    ):
        for account, at in database.execute(query):
            heard[account] = max(float(at), heard.get(account, 0.0))
    return heard


def _stands(row: sqlite3.Row, heard: Mapping[str, float]) -> bool:
    return row["loose"] is not None and row["loose"] > heard.get(row["account"], 0.0)


def _note(group: Group, row: sqlite3.Row, heard: Mapping[str, float]) -> None:
    """Rows come in the order of time."""
    group.first = min(group.first or row["first"], row["first"])
    place = (row["flow"], row["node"], row["account"])
    group.places[place] = group.places.get(place, 0) + row["count"]
    if row["last"] >= group.last:
        group.last = row["last"]
        group.code, group.outcome = row["code"], row["class"]
        group.arguments = json.loads(row["arguments"])
        group.reply_code, group.enhanced = row["reply_code"], row["enhanced"]
    if _stands(row, heard):
        group.standing.add((row["flow"], row["account"]))


def _newest(database: sqlite3.Connection, group: Group, heard: Mapping[str, float]) -> None:
    row = database.execute(
        "SELECT * FROM error_hours WHERE name = ? ORDER BY hour DESC, last DESC LIMIT 1", (group.name,)
    ).fetchone()
    if row is not None:
        _note(group, row, heard)
