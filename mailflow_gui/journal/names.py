"""Names: which messages and outgoing mails bear a Message-ID, and which messages belong to a thread.

Names come in no order: an ordinary index would write a page of its own for every one of them, more than all else that a mail costs once the
journal is large. So they are *filed* by their hashes, many at once: each lot, sorted, is a small *run*, and with each lot an equal part of
all runs, by hash, moves on to the one large run where names stay. What isn't filed yet is found among the newest rows.

A hash is no proof: whoever is given rows here compares the names in them.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

from mailflow_gui.journal.rows import insert, portions

LOT = 8192
"""Messages and outgoing mails that are filed together."""
RUNS = 8
"""Small runs beside the large one; a name stays in one for so many lots."""

_EVERY_RUN = ", ".join(str(run) for run in range(RUNS + 1))
_SMALL_RUNS = ", ".join(str(run) for run in range(1, RUNS + 1))

Kind = Literal[0, 1, 2]
RECEIVED: Kind = 0
SENT: Kind = 1
THREAD: Kind = 2
"""What has the name. The first message of a thread, whose Message-ID is the thread's name, is filed under that alone."""


class WritingDatabase(sqlite3.Connection):
    """The writer's side of the database. It asks for names with every answer that comes, and keeps those of the newest rows in memory."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._filings = -1
        self._upto = (0, 0)
        self._newest: dict[int, list[int]] = {}

    def newest(self, hashes: Iterable[int]) -> Iterator[int]:
        """The rows with these hashes that aren't filed yet."""
        filings, *filed = _filed(self)
        if filings != self._filings:
            self._newest = {}
            self._filings, self._upto = filings, (filed[0], filed[1])
        while any(new := _since(self, *self._upto)):
            items, mails = new
            for wanted, row in _entries(items, mails):
                self._newest.setdefault(wanted, []).append(row)
            self._upto = (items[-1][0] if items else self._upto[0], mails[-1][0] if mails else self._upto[1])
        for wanted in hashes:
            yield from self._newest.get(wanted, ())


def hash_of(name: str, kind: Kind) -> int:
    """What a name is filed under: 32 bits, as SQLite keeps them shortest."""
    return zlib.crc32(name.encode("utf-8", "replace"), kind) - (1 << 31)


def received(database: sqlite3.Connection, message_ids: Iterable[str]) -> list[int]:
    """The messages that bear one of these Message-IDs, perhaps with a few others; oldest first."""
    wanted = set(message_ids)
    newest = "SELECT id FROM items WHERE id > (SELECT coalesce(max(items), 0) FROM filings) AND message_id IN"
    return _find(database, wanted, {hash_of(name, RECEIVED) for name in wanted}, newest)


def sent(database: sqlite3.Connection, message_ids: Iterable[str]) -> list[int]:
    """The outgoing mails that bear one of these Message-IDs, perhaps with a few others; oldest first."""
    wanted = set(message_ids)
    newest = "SELECT id FROM mails WHERE id > (SELECT coalesce(max(mails), 0) FROM filings) AND message_id IN"
    return _find(database, wanted, {hash_of(name, SENT) for name in wanted}, newest)


def in_threads(database: sqlite3.Connection, threads: Iterable[str]) -> list[int]:
    """The messages that belong to these threads, perhaps with others; oldest first."""
    wanted = set(threads)
    newest = "SELECT id FROM items WHERE id > (SELECT coalesce(max(items), 0) FROM filings) AND thread IN"
    hashes = {hash_of(name, kind) for name in wanted for kind in (RECEIVED, THREAD)}
    return _find(database, wanted, hashes, newest)


def _find(database: sqlite3.Connection, wanted: set[str], hashes: set[int], newest: str) -> list[int]:
    found: set[int] = set()
    for marks, some in portions(sorted(hashes)):
        query = f"SELECT row FROM names WHERE run IN ({_EVERY_RUN}) AND hash IN ({marks})"
        found.update(row for (row,) in database.execute(query, some))
    if isinstance(database, WritingDatabase):
        found.update(database.newest(hashes))
    else:
        for marks, names in portions(sorted(wanted)):
            found.update(row for (row,) in database.execute(f"{newest} ({marks})", names))
    return sorted(found)


def file(database: sqlite3.Connection) -> bool:
    """File the oldest of what isn't filed yet, if it is enough for a lot; False: it isn't."""
    filings, items, mails = _filed(database)
    last_item, last_mail = (
        int(database.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0]) for table in ("items", "mails")
    )
    if last_item - items + last_mail - mails < LOT:
        return False
    _move(database, filings % RUNS)
    new_items, new_mails = _since(database, items, mails)
    entries = sorted(set(_entries(new_items, new_mails)))
    run = 1 + filings % RUNS  # all of whose names have moved since it was last filled
    insert(database, "names(run, hash, row)", [(run, *entry) for entry in entries])
    filed = (new_items[-1][0] if new_items else items, new_mails[-1][0] if new_mails else mails)
    database.execute("INSERT INTO filings(items, mails) VALUES (?, ?)", filed)
    return True


def _move(database: sqlite3.Connection, part: int) -> None:
    """Move one of :data:`RUNS` equal parts of what the small runs hold to the large one."""
    width = (1 << 32) // RUNS
    first = part * width - (1 << 31)
    these = f"run IN ({_SMALL_RUNS}) AND hash >= ? AND hash < ?"
    bounds = (first, first + width)
    database.execute(
        f"INSERT OR IGNORE INTO names SELECT 0, hash, row FROM names WHERE {these} ORDER BY hash, row", bounds
    )
    database.execute(f"DELETE FROM names WHERE {these}", bounds)


def _entries(items: Sequence[Any], mails: Sequence[Any]) -> Iterator[tuple[int, int]]:
    """The hashes of the names of messages (id, Message-ID, thread) and mails (id, Message-ID), and whose they are."""
    for item, message_id, thread in items:
        if message_id:
            yield hash_of(message_id, RECEIVED), item
        if thread not in ("", message_id):
            yield hash_of(thread, THREAD), item
    for mail, message_id in mails:
        if message_id:
            yield hash_of(message_id, SENT), mail


def _filed(database: sqlite3.Connection) -> tuple[int, int, int]:
    """How many lots were filed, and the last message and the last mail that were."""
    row = database.execute("SELECT id, items, mails FROM filings ORDER BY id DESC LIMIT 1").fetchone()
    return (row[0], row[1], row[2]) if row else (0, 0, 0)


def _since(database: sqlite3.Connection, item: int, mail: int) -> tuple[Sequence[Any], Sequence[Any]]:
    """A lot of messages and mails behind these as :func:`_entries` takes them; in one row of JSON, for SQLite gives up Python's lock for
    every row."""
    items = f"SELECT json_group_array(json_array(id, message_id, thread)) FROM (SELECT * FROM items WHERE id > ? ORDER BY id LIMIT {LOT})"
    mails = f"SELECT json_group_array(json_array(id, message_id)) FROM (SELECT * FROM mails WHERE id > ? ORDER BY id LIMIT {LOT})"
    return (
        json.loads(database.execute(items, (item,)).fetchone()[0]),
        json.loads(database.execute(mails, (mail,)).fetchone()[0]),
    )
