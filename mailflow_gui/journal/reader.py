"""Looking at a journal that another process writes: read-only, no lock, no writer thread.

The journal may not be there yet, and may be replaced while somebody looks: neither is an error, the next look simply finds what is there.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from mailflow_gui.errors import JournalError
from mailflow_gui.journal import tables
from mailflow_gui.journal.spool import Place, path_of
from mailflow_gui.paths import Home


class Reader:
    """The journal of one home, for looking only. Any thread may use it; each has a database connection of its own."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self._local = threading.local()

    @property
    def exists(self) -> bool:
        """Whether there is a journal to look at."""
        return self.database is not None

    @property
    def database(self) -> sqlite3.Connection | None:
        """This thread's view of the journal as it is now; None while there is none.

        :raises JournalError: there is one, but it is damaged or of a newer version.
        """
        identity = _identity(self.home.journal_file)
        if identity is None or identity != getattr(self._local, "identity", None):
            self.close()
            self._local.database = None if identity is None else _connect(self.home.journal_file)
            # Without tables yet (its writer is just making them) it is asked for again the next time.
            self._local.identity = identity if self._local.database is not None else None
        database: sqlite3.Connection | None = self._local.database
        return database

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection | None]:
        """The journal as it is now, for some queries; None while there is none.

        :raises JournalError: it is damaged, of a newer version, or went away meanwhile.
        """
        database = self.database
        try:
            yield database
        except sqlite3.Error as error:
            self.close()
            raise JournalError("journal-damaged", path=str(self.home.journal_file), reason=str(error)) from error

    def stamp(self) -> tuple[object, ...]:
        """Something that differs after any change to the journal, seen from this thread. Costs microseconds.

        :raises JournalError: as for :attr:`database`.
        """
        with self.reading() as database:
            if database is None:
                return ()
            return (self._local.identity, database.execute("PRAGMA data_version").fetchone()[0])

    def content(self, place: Place, limit: int | None = None) -> bytes:
        """Bytes kept in the spool, the first ``limit`` of them if one is given.

        :raises JournalError: they have expired or are damaged.
        """
        wanted = place.length if limit is None else min(limit, place.length)
        try:
            with path_of(self.home.spool, place.segment).open("rb") as file:
                file.seek(place.offset)
                content = _read(file, wanted)
        except OSError as error:
            raise JournalError("journal-content-gone") from error
        if len(content) != wanted:
            raise JournalError("journal-content-gone")
        return content

    def close(self) -> None:
        """Close this thread's connection; the next look opens another."""
        database: sqlite3.Connection | None = getattr(self._local, "database", None)
        if database is not None:
            database.close()
        self._local.database = None
        self._local.identity = None


def _identity(path: Path) -> tuple[int, int] | None:
    """What tells a file from another that takes its place; None if there is none that can be read."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino)


def _connect(path: Path) -> sqlite3.Connection | None:
    database = None
    try:
        # Never "immutable": the log beside the file (WAL) holds what was written last.
        database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=5, isolation_level=None)
        database.row_factory = sqlite3.Row
        database.execute("PRAGMA query_only = ON")
        found = tables.version(database)
    except sqlite3.Error as error:
        if database is not None:
            database.close()
        if getattr(error, "sqlite_errorname", "").startswith(("SQLITE_CANTOPEN", "SQLITE_BUSY")):
            return None
        raise JournalError("journal-damaged", path=str(path), reason=str(error)) from error
    if 0 < found < tables.SCHEMA_VERSION:
        _bring_up_to_date(path)
        found = tables.version(database)
    if found == tables.SCHEMA_VERSION:
        return database
    database.close()
    if found == 0:
        return None
    raise JournalError("journal-newer", path=str(path))


def _bring_up_to_date(path: Path) -> None:
    """The one thing that is ever written here: the tables of an older version, so that looking needs no run first.

    :raises JournalError: that can't be done.
    """
    try:
        with contextlib.closing(sqlite3.connect(path, timeout=5, isolation_level=None)) as database:
            tables.upgrade_alone(database)
    except sqlite3.Error as error:
        raise JournalError("journal-failed", reason=str(error)) from error


def _read(file: BinaryIO, length: int) -> bytes:
    parts = []
    while length > 0 and (part := file.read(min(length, 4 * 1024 * 1024))):
        parts.append(part)
        length -= len(part)
    return b"".join(parts)
