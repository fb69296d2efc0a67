"""Where accounts are kept: one JSON file, fit for a diff, without any secret.

Every change reads the file anew under a lock between processes and replaces it in one step (written beside, synced, renamed), so that
two processes don't lose each other's edits and a crash leaves the old file or the new one. Keys that this version doesn't know are kept.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.fields import CLEAR_TEXT, faults, same_name
from mailflow_gui.errors import AccountError, StorageError
from mailflow_gui.file_lock import FileLock

VERSION = 1
VERSION_KEY = "mailflow_accounts"

_KEYS = tuple(field.name for field in fields(Account))
_REQUIRED = ("id", "name", "protocol", "host", "port")
_TYPES: dict[str, tuple[type, ...]] = {
    "port": (int,),
    "maximum_sessions": (int,),
    "signs_in": (bool,),
    "accept_clear_text": (bool,),
    "validated": (str, type(None)),
}


class AccountStore:
    """The saved accounts, in the order in which they were added. Safe to use from several threads and processes."""

    def __init__(self, path: Path, *, patience: float = 30.0) -> None:
        """:param path: the file, as a rule ``paths.home().accounts_file``; made with the first account.
        :param patience: seconds to wait for a process that is changing the file; it takes milliseconds, unless a keyring asks its user.
        """
        self.path = path
        self._patience = patience
        self._thread_lock = threading.RLock()
        self._depth = 0

    def all(self) -> tuple[Account, ...]:
        """Every account.

        :raises AccountError: the file is broken or of a newer version.
        :raises StorageError: it can't be read.
        """
        return _accounts(self._load(), self.path)

    def get(self, account_id: str) -> Account:
        """The account with this id.

        :raises AccountError: ``account-unknown``.
        """
        for account in self.all():
            if account.id == account_id:
                return account
        raise AccountError("account-unknown", name=account_id)

    def find(self, name_or_id: str) -> Account:
        """The account that a person means: by id first, then by name.

        :raises AccountError: ``account-unknown``.
        """
        accounts = self.all()
        for account in accounts:
            if account.id == name_or_id:
                return account
        for account in accounts:
            if same_name(account.name, name_or_id):
                return account
        raise AccountError("account-unknown", name=name_or_id)

    def add(self, account: Account) -> None:
        """Save a new account.

        :raises UsageError: a field is faulty, or its name is taken; see :func:`mailflow_gui.accounts.fields.faults`.
        :raises AccountError: its id is taken.
        :raises StorageError: no room or no right to write.
        """
        with self.locked():
            document = self._load()
            accounts = _accounts(document, self.path)
            if any(other.id == account.id for other in accounts):
                raise AccountError("account-id-taken", id=account.id)
            _refuse_faults(account, accounts)
            document["accounts"].append(_plain(account))
            self._save(document)

    def replace(self, account: Account) -> None:
        """Save an account over the one with the same id.

        :raises AccountError: ``account-unknown``.
        :raises UsageError: a field is faulty, or its name is taken.
        :raises StorageError: no room or no right to write.
        """
        with self.locked():
            document = self._load()
            accounts = _accounts(document, self.path)
            _refuse_faults(account, accounts)
            self._entry(document, account.id).update(_plain(account))
            self._save(document)

    def remove(self, account_id: str) -> None:
        """Forget an account; its secret is the caller's to delete.

        :raises AccountError: ``account-unknown``.
        :raises StorageError: no room or no right to write.
        """
        with self.locked():
            document = self._load()
            _accounts(document, self.path)
            document["accounts"].remove(self._entry(document, account_id))
            self._save(document)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes and threads from changing the accounts meanwhile, so that several steps are one.

        May be nested.

        :raises StorageError: another process holds the lock for too long, or there is no room or right to write here.
        """
        with self._thread_lock, contextlib.ExitStack() as stack:
            if self._depth == 0:
                path = self._real_path()
                with _storage_errors(path):
                    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                    lock = FileLock(path.with_name(path.name + ".lock"))
                    _wait_for(lock, self._patience)
                stack.callback(lock.release)
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1

    def _real_path(self) -> Path:
        """The file itself: a symbolic link (people keep settings in repositories) is followed, never replaced."""
        return self.path.resolve()

    def _entry(self, document: dict[str, Any], account_id: str) -> dict[str, Any]:
        for entry in document["accounts"]:
            if entry["id"] == account_id:
                assert isinstance(entry, dict)
                return entry
        raise AccountError("account-unknown", name=account_id)

    def _load(self) -> dict[str, Any]:
        """The file as plain data; version and outer shape are checked."""
        with _storage_errors(self.path):
            try:
                content = self.path.read_bytes()
            except FileNotFoundError:
                return {VERSION_KEY: VERSION, "accounts": []}
        try:
            document = json.loads(content.decode("utf-8-sig"))  # some editors put a byte order mark before JSON
        except (ValueError, RecursionError) as error:
            raise _broken(self.path, str(error)) from error
        if not isinstance(document, dict) or type(document.get(VERSION_KEY)) is not int:
            raise _broken(self.path, f"no {VERSION_KEY}")
        if document[VERSION_KEY] > VERSION:
            raise AccountError("accounts-file-newer", path=str(self.path))
        if not isinstance(document.get("accounts"), list):
            raise _broken(self.path, "accounts is no list")
        return document

    def _save(self, document: dict[str, Any]) -> None:
        path = self._real_path()
        text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
        with _storage_errors(path):
            descriptor, name = tempfile.mkstemp(prefix=path.name + ".", dir=path.parent)  # mkstemp makes it mode 600
            temporary = Path(name)
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
                    file.write(text)
                    file.flush()
                    os.fsync(file.fileno())
                _rename(temporary, path)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
            _sync_directory(path.parent)


def _wait_for(lock: FileLock, patience: float) -> None:
    deadline = time.monotonic() + patience
    while not lock.acquire("mailflow connections"):
        if time.monotonic() > deadline:
            raise StorageError("accounts-file-busy", path=str(lock.path), holder=str(lock.holder() or "–"))
        time.sleep(0.02)


def _plain(account: Account) -> dict[str, Any]:
    return asdict(account)


def _refuse_faults(account: Account, others: tuple[Account, ...]) -> None:
    for fault in faults(account, others):
        raise fault.error()


def _accounts(document: dict[str, Any], path: Path) -> tuple[Account, ...]:
    found: dict[str, Account] = {}
    for number, entry in enumerate(document["accounts"], start=1):
        account = _account(entry, number, path)
        if account.id in found:
            raise _broken(path, f"accounts[{number}]: id {account.id} twice")
        found[account.id] = account
    return tuple(found.values())


def _account(entry: object, number: int, path: Path) -> Account:
    if not isinstance(entry, dict):
        raise _broken(path, f"accounts[{number}] is no object")
    for key in _REQUIRED:
        if key not in entry:
            raise _broken(path, f"accounts[{number}]: {key} is missing")
    values = {key: entry[key] for key in _KEYS if key in entry}
    for key, value in values.items():
        # bool is an int in Python, but no port
        if not isinstance(value, _TYPES.get(key, (str,))) or (
            isinstance(value, bool) and bool not in _TYPES.get(key, ())
        ):
            raise _broken(path, f"accounts[{number}].{key} has a wrong type")
    account = Account(**values)
    for fault in faults(account):
        if fault.code == CLEAR_TEXT:  # not worth losing all accounts for: a session with this one is refused
            continue
        raise _broken(path, f"accounts[{number}].{fault.field}: {fault.code}")
    return account


def _broken(path: Path, reason: str) -> AccountError:
    return AccountError("accounts-file-broken", path=str(path), reason=reason)


@contextlib.contextmanager
def _storage_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError("accounts-file-inaccessible", path=str(path), reason=error.strerror or str(error)) from error


def _rename(temporary: Path, path: Path) -> None:
    """Replace ``path`` in one step; on Windows another process that is just reading it makes that fail for a moment."""
    for pause in (0.01, 0.05, 0.2, 0.5) if sys.platform == "win32" else ():
        try:
            temporary.replace(path)
        except PermissionError:
            time.sleep(pause)
        else:
            return
    temporary.replace(path)


def _sync_directory(directory: Path) -> None:
    """Make a rename last through a power cut. Windows can't open a directory, and needs none of this."""
    if sys.platform != "win32":
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
