"""Retention: how long the bytes of mails are kept. What happened, and which mails were taken on, is kept for ever.

Bytes go by whole spool segments, the oldest first, once everything in them has been settled for long enough, or when the spool has grown
too large. Nothing goes that somebody may still want done: dead letters that can be tried again, mails on their way, copies that are owed.
A segment that no row refers to (a crash came before its commit) goes at once.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import time
from pathlib import Path

from mailflow_gui.journal.journal import Journal
from mailflow_gui.journal.spool import path_of

log = logging.getLogger(__name__)

DAYS = 30
SIZE = 1 << 30
"""Bytes of the whole spool above which settled mails go before their time."""

_OPEN = "(items.state NOT IN ('sent', 'skipped') OR items.flagging = 1)"
_WANTED = (
    "SELECT segment FROM items WHERE {condition} UNION"
    " SELECT mails.segment FROM mails JOIN items ON items.id = mails.item WHERE {condition} OR mails.copy = 'pending'"
)


def clean(journal: Journal, *, days: float = DAYS, size: int = SIZE, now: float | None = None) -> list[int]:
    """Remove the segments whose time has come; returns their numbers."""
    segments = journal.finished_segments()
    if not segments:
        return []
    # Behind a group that is just being written: a segment may be full before the rows that refer to it are there.
    journal.write(lambda _transaction: None).result()
    cutoff = (time.time() if now is None else now) - days * 24 * 60 * 60
    database = journal.read()
    kept = _wanted(database, f"{_OPEN} OR items.settled > {cutoff!r}")
    going = [segment for segment in segments if segment not in kept]
    left = {segment: length for segment, length in segments.items() if segment in kept}
    if sum(left.values()) > size:
        needed = _wanted(database, _OPEN)
        for segment in sorted(left.keys() - needed):
            if sum(left.values()) <= size:
                break
            going.append(segment)
            del left[segment]
    return [segment for segment in going if _remove(journal.spool_directory, segment)]


def _wanted(database: sqlite3.Connection, condition: str) -> set[int]:
    return {int(segment) for (segment,) in database.execute(_WANTED.format(condition=condition))}


def _remove(directory: Path, segment: int) -> bool:
    with contextlib.suppress(FileNotFoundError):
        try:
            path_of(directory, segment).unlink()
        except PermissionError as error:  # Windows: somebody is reading it
            log.info("spool segment %d stays for now: %s", segment, error)
            return False
    return True
