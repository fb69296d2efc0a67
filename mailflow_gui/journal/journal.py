"""The journal's writing side, one thread at a time, and its readers.

:meth:`Journal.write` takes a function of a :class:`Transaction`; the writer thread runs whatever has queued up in one transaction, so the
more there is to write, the larger the groups. A future is done only when its group is on the disk. Functions are run in the order
they were given: when one is durable, so is every earlier one. :meth:`Journal.write_here` is for a thread that has nothing to do until then.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import queue
import sqlite3
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from mailflow_gui.errors import JournalError, MailFlowError, StorageError
from mailflow_gui.journal import mark, names, restored, tables
from mailflow_gui.journal.spool import Place, Spool, parts
from mailflow_gui.journal.written import Written
from mailflow_gui.mail import large
from mailflow_gui.paths import Home

log = logging.getLogger(__name__)

T = TypeVar("T")

GROUP_LIMIT = 256
"""Functions committed together at most."""

_STATEMENTS = 256
"""Kept compiled: those for many rows come in several sizes, and compiling one takes longer than running it."""

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NO_RIGHT = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.EISDIR}


class Transaction:
    """What a function of :meth:`Journal.write` may use: the database, and the spool through :meth:`keep`."""

    def __init__(self, database: sqlite3.Connection, spool: Spool) -> None:
        self.database = database
        self._spool = spool

    def keep(self, chunks: Iterable[bytes]) -> Place:
        """Add bytes to the spool; durable together with this transaction."""
        return self._spool.append(chunks)


class Journal:
    """The journal of one home. Close it, or use it as a context manager."""

    def __init__(self, home: Home) -> None:
        """Open the journal, making it if this home never had one.

        :raises JournalError: damaged, of a newer version, or not the one that this home's mark names.
        :raises StorageError: no room or no right to write.
        """
        self._path = home.journal_file
        self._mark = home.generation_file
        self._spool_directory = home.spool
        try:
            home.create()
            self._database = _open(home)
            self._spool = Spool(home.spool, after=_last_segment(self._database))
        except OSError as error:
            raise storage_error(error, home.data) from error
        except sqlite3.Error as error:
            self._database.close()
            raise JournalError("journal-damaged", path=str(self._path), reason=str(error)) from error
        self._queue: queue.SimpleQueue[tuple[Callable[[Transaction], Any], Written[Any]] | None] = queue.SimpleQueue()
        self._order = threading.Lock()
        """Held while a function takes its place in the order."""
        self._given = 0
        """Functions that were given and haven't ended."""
        self._writing = threading.Lock()
        """Held by the one thread that writes: never by two while something is given."""
        self._readers = threading.local()
        self._open_readers: list[sqlite3.Connection] = []
        self._marking = threading.Lock()
        self._failed: MailFlowError | None = None
        self._thread = threading.Thread(target=self._write_groups, name="journal", daemon=True)
        self._thread.start()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def write(self, function: Callable[[Transaction], T]) -> Written[T]:
        """Run ``function`` in the writer's next group; the future is done when the group is durable.

        The future raises :class:`StorageError` when there was no room, and what the function raised otherwise; the whole group is then
        undone, and the journal takes nothing more.
        """
        future: Written[T] = Written()
        with self._order:
            self._given += 1
            self._queue.put((function, future))
        return future

    def write_here(self, function: Callable[[Transaction], T]) -> Written[T]:
        """As :meth:`write`, but if nothing else is to be written, at once and in this thread: no other has to wake up for it."""
        with self._order:
            alone = self._given == 0
            if alone:
                self._given = 1
                self._writing.acquire()  # it is free: whoever writes has been given something
        if not alone:
            return self.write(function)
        future: Written[T] = Written()
        try:
            self._write_group([(function, future)])
        finally:
            self._writing.release()
            self._ended(1)
        future.tell()
        return future

    def _ended(self, functions: int) -> None:
        with self._order:
            self._given -= functions

    @property
    def failure(self) -> MailFlowError | None:
        """Why the journal takes nothing more; None: it does."""
        return self._failed

    def read(self) -> sqlite3.Connection:
        """This thread's reading side: sees what was committed before each statement."""
        database: sqlite3.Connection | None = getattr(self._readers, "database", None)
        if database is None:
            database = _connect(self._path, readonly=True)
            self._readers.database = database
            self._open_readers.append(database)
        return database

    def content(self, place: Place) -> bytes:
        """Bytes kept in the spool.

        :raises JournalError: they have expired or are damaged.
        """
        try:
            return self._spool.read(place)
        except OSError as error:
            raise JournalError("journal-content-gone") from error

    def streamed(self, place: Place) -> bytes:
        """As :meth:`content`; of what is large, memory holds only a part at a time, unless there is no room for a copy beside the spool.

        :raises JournalError: as :meth:`content`.
        """
        if place.length <= large.LARGE:
            return self.content(place)
        blocks = (self.content(part) for part in parts(place, large.PIECE))
        try:
            return large.keep(blocks, self._spool_directory)
        except OSError:
            return self.content(place)

    def lay_aside(self, blocks: Iterable[bytes]) -> bytes:
        """Keep blocks beside the spool for as long as somebody refers to them: see :func:`mailflow_gui.mail.large.keep`.

        :raises StorageError: no room or no right; nothing is left of them.
        """
        try:
            return large.keep(blocks, self._spool_directory)
        except OSError as error:
            raise storage_error(error, self._spool_directory) from error

    @property
    def spool_directory(self) -> Path:
        """Where the spool's segments lie."""
        return self._spool_directory

    def finished_segments(self) -> dict[int, int]:
        """The spool's segments that are written no more, oldest first, and their sizes in bytes."""
        return self._spool.finished()

    def advance(self) -> None:
        """Count on, in the journal and then in the mark outside of it: a backup from before will be known as such.

        :raises StorageError: no room or no right.
        """

        def count(transaction: Transaction) -> int:
            epoch = _epoch(transaction.database) + 1
            transaction.database.execute(
                "INSERT INTO meta(key, value) VALUES ('epoch', ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value",
                (str(epoch),),
            )
            return epoch

        epoch = self.write(count).result()
        try:
            with self._marking:
                known = mark.read(self._mark)
                if known is not None and known.epoch < epoch:
                    mark.write(self._mark, mark.Mark(known.generation, known.accounts, epoch))
        except OSError as error:
            raise storage_error(error, self._mark.parent) from error

    def know_account(self, account: str) -> None:
        """Note outside the journal that an account is received from with this journal.

        :raises StorageError: no room or no right.
        """
        try:
            with self._marking:
                known = mark.read(self._mark)
                if known is not None and account not in known.accounts:
                    mark.write(self._mark, mark.Mark(known.generation, known.accounts | {account}, known.epoch))
        except OSError as error:
            raise storage_error(error, self._mark.parent) from error

    def close(self) -> None:
        """Write what is queued, then close."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()
        for database in self._open_readers:
            database.close()
        with self._writing:
            self._spool.close()
            self._database.close()
        self._spool.close_reading()

    def _write_groups(self) -> None:
        stop = False
        while not stop:
            group = [self._queue.get()]
            with contextlib.suppress(queue.Empty):
                while len(group) < GROUP_LIMIT:
                    group.append(self._queue.get_nowait())
            if None in group:
                stop = True
            work = [entry for entry in group if entry is not None]
            if work:
                with self._writing:
                    self._write_group(work)
                self._ended(len(work))
                for _function, future in work:  # only now: whoever waits goes on meanwhile
                    future.tell()

    def _write_group(self, work: list[tuple[Callable[[Transaction], Any], Written[Any]]]) -> None:
        transaction = Transaction(self._database, self._spool)
        results: list[Any] = []
        try:
            if self._failed is not None:
                raise self._failed
            self._database.execute("BEGIN IMMEDIATE")
            for function, _future in work:
                results.append(function(transaction))
            self._spool.sync()
            self._database.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - whatever it was, every waiting thread must hear of it
            self._undo(error, [future for _function, future in work])
            return
        for (_function, future), result in zip(work, results, strict=True):
            future.complete(result)

    def _undo(self, error: Exception, futures: list[Written[Any]]) -> None:
        if self._database.in_transaction:
            with contextlib.suppress(sqlite3.Error):
                self._database.execute("ROLLBACK")
        self._spool.give_up()
        told: BaseException = error
        if isinstance(error, (OSError, sqlite3.Error)):
            told = storage_error(error, self._path.parent)
        if self._failed is None:
            log.error("the journal failed and takes nothing more", exc_info=error)
            self._failed = (
                told if isinstance(told, MailFlowError) else JournalError("journal-failed", reason=repr(error))
            )
        for future in futures:
            future.fail(told)


def storage_error(error: OSError | sqlite3.Error, directory: Path) -> MailFlowError:
    """What a failed write means: no room or no right (:class:`StorageError`), else a journal that can't be used."""
    reason = str(error)
    if isinstance(error, OSError):
        if error.errno in _NO_ROOM | _NO_RIGHT:
            reason = error.strerror or reason
            code = "no-right-to-write" if error.errno in _NO_RIGHT else "no-room"
            return StorageError(code, directory=str(directory), reason=reason)
    elif getattr(error, "sqlite_errorname", "").startswith(("SQLITE_FULL", "SQLITE_IOERR")):
        return StorageError("no-room", directory=str(directory), reason=reason)
    elif getattr(error, "sqlite_errorname", "").startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return StorageError("no-right-to-write", directory=str(directory), reason=reason)
    return JournalError("journal-failed", reason=reason)


def _connect(path: Path, *, readonly: bool = False) -> sqlite3.Connection:
    kind = sqlite3.Connection if readonly else names.WritingDatabase
    database = sqlite3.connect(
        path, timeout=30, isolation_level=None, check_same_thread=False, factory=kind, cached_statements=_STATEMENTS
    )
    try:
        database.row_factory = sqlite3.Row
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA wal_autocheckpoint = 4000")
        if readonly:
            database.execute("PRAGMA query_only = ON")
    except BaseException:  # a damaged file shows here first
        database.close()
        raise
    return database


def _open(home: Home) -> sqlite3.Connection:
    known = mark.read(home.generation_file)
    database = None
    try:
        database = _connect(home.journal_file)
        home.journal_file.chmod(0o600)
        found = tables.version(database)
        if found > tables.SCHEMA_VERSION:
            raise JournalError("journal-newer", path=str(home.journal_file))
        if found == 0:
            _begin(database, home, known)
        else:
            if found < tables.SCHEMA_VERSION:
                tables.upgrade_alone(database)
            # Read again: another process may have begun the journal since, and written the mark.
            _compare(database, home, mark.read(home.generation_file))
    except sqlite3.Error as error:
        if database is not None:
            database.close()
        told = storage_error(error, home.data)
        if isinstance(told, StorageError):
            raise told from error
        raise JournalError("journal-damaged", path=str(home.journal_file), reason=str(error)) from error
    except BaseException:
        if database is not None:
            database.close()
        raise
    return database


def _begin(database: sqlite3.Connection, home: Home, known: mark.Mark | None) -> None:
    """Fill an empty database. Accounts that the lost journal knew wait for a decision (:func:`watches.resume`)."""
    generation = uuid.uuid4().hex
    database.execute("BEGIN IMMEDIATE")
    if tables.version(database):  # another process was quicker
        database.execute("ROLLBACK")
        _compare(database, home, mark.read(home.generation_file))
        return
    tables.create(database)
    database.execute("INSERT INTO meta(key, value) VALUES ('generation', ?)", (generation,))
    accounts = known.accounts if known else frozenset()
    database.executemany(
        "INSERT INTO meta(key, value) VALUES ('lost:' || ?, 'journal-lost')", [(name,) for name in accounts]
    )
    # First the mark: an end between the two leaves an empty journal and the accounts' names, and is begun again.
    mark.write(home.generation_file, mark.Mark(generation, accounts))
    database.execute("COMMIT")


def _compare(database: sqlite3.Connection, home: Home, known: mark.Mark | None) -> None:
    row = database.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()
    if row is None:
        raise JournalError("journal-damaged", path=str(home.journal_file), reason="no generation")
    if known is None:
        accounts = frozenset(str(name) for (name,) in database.execute("SELECT DISTINCT account FROM watches"))
        mark.write(home.generation_file, mark.Mark(str(row[0]), accounts))
    elif known.generation != row[0]:
        raise JournalError("journal-other", path=str(home.journal_file), mark=str(home.generation_file))
    elif known.epoch > _epoch(database):
        restored.hold(database, known.accounts, known.epoch)


def _epoch(database: sqlite3.Connection) -> int:
    """How often the journal has counted on (:meth:`Journal.advance`)."""
    row = database.execute("SELECT value FROM meta WHERE key = 'epoch'").fetchone()
    return int(row[0]) if row else 0


def _last_segment(database: sqlite3.Connection) -> int:
    """The newest spool segment that a row refers to, whether it is still there or not; they are numbered in the rows' order."""
    newest = "SELECT segment FROM {table} ORDER BY id DESC LIMIT 1"
    rows = [database.execute(newest.format(table=table)).fetchone() for table in ("items", "mails")]
    return max((int(row[0]) for row in rows if row is not None), default=0)


@contextlib.contextmanager
def opened(home: Home) -> Iterator[Journal]:
    """The journal of a home for a short while."""
    journal = Journal(home)
    try:
        yield journal
    finally:
        journal.close()
