"""The list of messages for a window that shows a million of them: by id, in small pieces, never by OFFSET.

Ids grow, and nothing deletes an item: the whole list is every id from the oldest to the newest. Unfinished and failed items are found
through their partial indexes; anything else is looked for from the newest back, a stretch of ids at a time.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mailflow_gui.journal.history import STATE_NAMES
from mailflow_gui.journal.items import UNFINISHED, State


@dataclass(frozen=True)
class Listed:
    """One message as a row of the list."""

    id: int
    received: float
    settled: float | None
    flow: str
    flow_name: str
    version: str
    node: str
    """The node that received it."""
    state: str
    """As JSON names it."""
    subject: str
    sender: str
    steps: tuple[tuple[str, str, str | None], ...]
    """What each node did: its id; passed, skipped or failed; the code of its error."""
    mails: tuple[tuple[str, str], ...]
    """For each recipient of each outgoing mail: the sending node and the delivery's state."""
    code: str | None
    arguments: Mapping[str, Any]
    outcome: str | None
    dry: bool
    due: float | None


@dataclass(frozen=True)
class Filter:
    """Which messages are wanted; all of them by default."""

    states: frozenset[str] = frozenset()
    """As JSON names them; empty = any."""
    text: str = ""
    """Somewhere in subject, sender or Message-ID (upper and lower case are the same for ASCII), or the id itself."""
    flow: str = ""
    """A flow's id; empty = any."""
    nodes: tuple[str, ...] = ()
    """All of these nodes worked on it, or received it."""

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return self == Filter()

    @property
    def indexed(self) -> bool:
        """Whether an index finds all that is wanted: only unfinished or failed messages."""
        return bool(self.states) and not self.states & {"sent", "skipped"}


_FIELDS = (
    "items.id, received, settled, items.flow, coalesce(flows.name, items.flow) AS flow_name, version, node, state, subject, sender, steps,"
    " code, arguments, class, dry, due"
)


def bounds(database: sqlite3.Connection) -> tuple[int, int]:
    """The oldest and the newest id; (1, 0) if there is none."""
    oldest, newest = database.execute("SELECT (SELECT min(id) FROM items), (SELECT max(id) FROM items)").fetchone()
    return (1, 0) if newest is None else (int(oldest), int(newest))


def counts(database: sqlite3.Connection, flow: str = "") -> dict[str, int]:
    """How many messages there are in each state but *sent* and *skipped*, for which no index counts."""
    found: dict[str, int] = {}
    of_flow = " AND flow = ?" if flow else ""
    values = (flow,) if flow else ()
    for query in (
        f"SELECT state, count(*) FROM items WHERE {UNFINISHED}{of_flow} GROUP BY state",
        f"SELECT state, count(*) FROM items WHERE state = 'failed'{of_flow} GROUP BY state",
    ):
        for state, count in database.execute(query, values):
            found[STATE_NAMES[state]] = found.get(STATE_NAMES[state], 0) + int(count)
    return found


def rows(database: sqlite3.Connection, ids: Sequence[int]) -> list[Listed]:
    """The messages with these ids (a few hundred at most), in no particular order."""
    if not ids:
        return []
    marks = ",".join("?" * len(ids))
    mails: dict[int, list[tuple[str, str]]] = {}
    for item, node, state in database.execute(
        f"SELECT mails.item, mails.node, deliveries.state FROM mails JOIN deliveries ON mail = mails.id WHERE mails.item IN ({marks})",
        ids,
    ):
        mails.setdefault(item, []).append((node, state))
    found = database.execute(
        f"SELECT {_FIELDS} FROM items LEFT JOIN flows ON flows.flow = items.flow WHERE items.id IN ({marks})", ids
    )
    return [_listed(row, tuple(mails.get(row["id"], ()))) for row in found]


def indexed(database: sqlite3.Connection, wanted: Filter, limit: int) -> list[int]:
    """The newest ``limit`` ids of what an index finds (:attr:`Filter.indexed`), in ascending order."""
    where, values = _where(Filter(text=wanted.text, flow=wanted.flow, nodes=wanted.nodes))
    found: list[int] = []
    unfinished = [state for state in _states(wanted) if state != "failed"]
    if unfinished:
        marks = ",".join("?" * len(unfinished))
        found += _ids(
            database,
            f"SELECT id FROM items WHERE {UNFINISHED} AND state IN ({marks}){where}",
            (*unfinished, *values),
            limit,
        )
    if "failed" in wanted.states:
        found += _ids(
            database, f"SELECT id FROM items INDEXED BY items_failed WHERE state = 'failed'{where}", values, limit
        )
    return sorted(found)[-limit:]


def stretch(database: sqlite3.Connection, wanted: Filter, first: int, last: int) -> list[int]:
    """The ids from ``first`` to ``last`` that are wanted, in ascending order."""
    where, values = _where(wanted)
    query = f"SELECT id FROM items WHERE id >= ? AND id <= ?{where} ORDER BY id"
    return [int(found) for (found,) in database.execute(query, (first, last, *values))]


def received_by(database: sqlite3.Connection, flow: str, nodes: Sequence[str], limit: int) -> list[int]:
    """The newest ``limit`` ids of what some nodes of a flow received, newest first; a mail that came in a dry run, too, counts once."""
    marks = ",".join("?" * len(nodes))
    found: dict[str, int] = {}
    query = f"SELECT id, key FROM items WHERE flow = ? AND node IN ({marks}) ORDER BY id DESC"
    for item, key in database.execute(query, (flow, *nodes)):
        if len(found) >= limit:
            break
        found.setdefault(key, int(item))
    return list(found.values())


def _ids(database: sqlite3.Connection, query: str, values: tuple[object, ...], limit: int) -> list[int]:
    return [int(found) for (found,) in database.execute(f"{query} ORDER BY id DESC LIMIT ?", (*values, limit))]


def _states(wanted: Filter) -> list[State]:
    return [state for state, name in STATE_NAMES.items() if name in wanted.states]


def _where(wanted: Filter) -> tuple[str, tuple[object, ...]]:
    parts: list[str] = []
    values: list[object] = []
    if wanted.states:
        states = _states(wanted)
        parts.append(f"state IN ({','.join('?' * len(states))})")
        values += states
    if wanted.flow:
        parts.append("flow = ?")
        values.append(wanted.flow)
    if wanted.text:
        like = f"%{literal(wanted.text)}%"
        parts.append(
            "(subject LIKE ? ESCAPE '\\' OR sender LIKE ? ESCAPE '\\' OR message_id LIKE ? ESCAPE '\\' OR id = ?)"
        )
        number = int(wanted.text) if wanted.text.isascii() and wanted.text.isdigit() and len(wanted.text) < 18 else -1
        values += [like, like, like, number]
    for node in wanted.nodes:
        parts.append("(node = ? OR steps LIKE ? ESCAPE '\\')")
        values += [node, f"%[{literal(json.dumps(node))},%"]
    return "".join(f" AND {part}" for part in parts), tuple(values)


def literal(text: str) -> str:
    """``text`` for LIKE, with nothing in it that stands for something else."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _listed(row: sqlite3.Row, mails: tuple[tuple[str, str], ...]) -> Listed:
    return Listed(
        id=row["id"],
        received=row["received"],
        settled=row["settled"],
        flow=row["flow"],
        flow_name=row["flow_name"],
        version=row["version"],
        node=row["node"],
        state=STATE_NAMES[row["state"]],
        subject=row["subject"],
        sender=row["sender"],
        steps=tuple((str(node), str(outcome), code) for node, outcome, code in json.loads(row["steps"] or "[]")),
        mails=mails,
        code=row["code"],
        arguments=json.loads(row["arguments"] or "{}"),
        outcome=row["class"],
        dry=bool(row["dry"]),
        due=row["due"],
    )
