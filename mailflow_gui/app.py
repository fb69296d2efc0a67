"""The composition root: puts a home's accounts, secrets, journal and node types together into an engine. No Qt here."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from mailflow_gui import logs, nodes
from mailflow_gui.accounts.secrets import SecretStore, disable_core_dumps
from mailflow_gui.accounts.sessions import Sessions
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.engine.engine import Engine
from mailflow_gui.engine.events import Events
from mailflow_gui.engine.requests import carry_out_all
from mailflow_gui.errors import JournalError
from mailflow_gui.file_lock import FileLock
from mailflow_gui.journal.journal import Journal, storage_error
from mailflow_gui.paths import Home


@dataclass(frozen=True)
class Running:
    """A home whose flows this process runs."""

    engine: Engine
    journal: Journal
    accounts: AccountStore
    events: Events


def prepare(home: Home) -> None:
    """Make the home's directories, begin to log, and keep secrets out of core dumps.

    :raises StorageError: no room or no right to write.
    """
    disable_core_dumps()
    try:
        home.create()
        logs.set_up(home.logs)
    except OSError as error:
        raise storage_error(error, home.data) from error


@contextlib.contextmanager
def running(home: Home, note: str) -> Iterator[Running]:
    """Hold the home's runner lock and have its engine. ``note`` tells others who holds it.

    :raises JournalError: another runner holds the lock, or the journal can't be used.
    :raises StorageError: no room or no right to write.
    """
    with _lock(home, note):
        journal = Journal(home)
        try:
            accounts = AccountStore(home.accounts_file)
            events = Events()
            engine = Engine(journal, accounts, Sessions(accounts, SecretStore(asks_again=False)), nodes.load(), events)
            try:
                yield Running(engine, journal, accounts, events)
            finally:
                engine.close()
        finally:
            journal.close()


@contextlib.contextmanager
def _lock(home: Home, note: str) -> Iterator[None]:
    try:
        home.create()
        lock = FileLock(home.runner_lock)
        if not lock.acquire(note):
            holder = lock.holder()
            raise JournalError("runner-active", holder=str(holder) if holder else "?")
    except OSError as error:
        raise storage_error(error, home.data) from error
    try:
        yield
    finally:
        lock.release()


def carry_out_requests(home: Home, journal: Journal) -> bool:
    """Carry out what people asked for, if no runner is there to do it; False if one is."""
    lock = FileLock(home.runner_lock)
    if not lock.acquire("mailflow messages"):
        return False
    try:
        carry_out_all(journal)
    finally:
        lock.release()
    return True
