"""The system's keyring: Secret Service, KWallet, macOS' Keychain, Windows' Credential Manager. No other back end, ever.

The library would also take what it finds installed or configured: files in clear text, a back end that asks on the terminal, one that
loses everything. So its choice isn't asked; ours is a list. Calls go through :func:`call`, which never waits for ever: an unlock prompt
blocks the thread that called.
"""

from __future__ import annotations

import importlib
import os
import sys
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NoReturn, TypeVar

from mailflow_gui.errors import AccountError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_T = TypeVar("_T")

CHOICE_VARIABLE = "PYTHON_KEYRING_BACKEND"
"""The library's own variable. It may pick one of our list; anything else there means: no keyring."""

_POSIX = (
    "keyring.backends.SecretService.Keyring",
    "keyring.backends.kwallet.DBusKeyring",
    "keyring.backends.libsecret.Keyring",
)
ALLOWED: tuple[str, ...] = {
    "win32": ("keyring.backends.Windows.WinVaultKeyring",),
    "darwin": ("keyring.backends.macOS.Keyring",),
}.get(sys.platform, _POSIX)

PART_LENGTH: int | None = 600 if sys.platform == "win32" else None
"""Characters in one entry, None: no limit. Windows holds 1,280 UTF-16 units, and a character may need two."""

_one_at_a_time = threading.Lock()


def call(action: Callable[[], _T], timeout: float) -> _T:
    """Do ``action`` in a thread of its own and translate what goes wrong.

    One call at a time: while the user is being asked to unlock the keyring, a second call waits instead of asking twice.

    :param timeout: seconds to wait for the answer.
    :raises AccountError: ``keyring-absent``, ``keyring-locked``, ``keyring-timeout`` or ``keyring-failed``.
    """
    outcome: list[_T] = []
    failure: list[BaseException] = []

    def work() -> None:
        try:
            outcome.append(action())
        except BaseException as error:  # noqa: BLE001  # carried to the caller's thread, which translates it
            failure.append(error)
        finally:
            _one_at_a_time.release()

    if not _one_at_a_time.acquire(timeout=timeout):
        raise AccountError("keyring-timeout", seconds=round(timeout))
    # A daemon: a prompt that nobody answers must not keep the process from ending.
    worker = threading.Thread(target=work, name="keyring", daemon=True)
    worker.start()
    worker.join(timeout)
    if failure:
        _raise_translated(failure[0])
    if not outcome:
        raise AccountError("keyring-timeout", seconds=round(timeout))
    return outcome[0]


def get(service: str, user: str) -> str | None:
    """The text kept for ``user``, or None."""
    keyring = _keyring()
    text = keyring.get_password(service, user)
    if text is None or PART_LENGTH is None:
        return text
    last, number = text, 2
    while len(last) == PART_LENGTH:  # a full part: there may be another
        last = keyring.get_password(service, _part(user, number)) or ""
        text, number = text + last, number + 1
    return text


def set_(service: str, user: str, text: str) -> None:
    """Keep ``text`` for ``user``, in several entries where one can't hold it."""
    keyring = _keyring()
    if PART_LENGTH is None:
        keyring.set_password(service, user, text)
        return
    parts = [text[start : start + PART_LENGTH] for start in range(0, len(text), PART_LENGTH)] or [""]
    for number, part in reversed(list(enumerate(parts, start=1))):
        keyring.set_password(service, _part(user, number), part)
    _delete_parts(keyring, service, user, len(parts) + 1)


def delete(service: str, user: str) -> None:
    """Forget what is kept for ``user``, if anything."""
    _delete_parts(_keyring(), service, user, 1)


def _delete_parts(keyring: KeyringBackend, service: str, user: str, first: int) -> None:
    number = first
    while keyring.get_password(service, _part(user, number)) is not None:
        keyring.delete_password(service, _part(user, number))
        number += 1
        if PART_LENGTH is None:
            return


def _part(user: str, number: int) -> str:
    return user if number == 1 else f"{user}/{number}"


def _keyring() -> KeyringBackend:
    """The best of our list that works here.

    :raises AccountError: ``keyring-absent``.
    """
    reasons: list[str] = []
    best = max(_working(reasons), key=lambda found: found[0], default=None)
    if best is None:
        raise AccountError("keyring-absent") from RuntimeError("; ".join(reasons))
    return best[1]()


def _working(reasons: list[str]) -> Iterator[tuple[float, type[KeyringBackend]]]:
    """Back ends with their priority; why others don't work is added to ``reasons``."""
    chosen = os.environ.get(CHOICE_VARIABLE)
    for name in ALLOWED:
        if chosen and chosen != name:
            reasons.append(f"{name}: {CHOICE_VARIABLE} is {chosen}")
            continue
        module, _, class_name = name.rpartition(".")
        try:
            backend: type[KeyringBackend] = getattr(importlib.import_module(module), class_name)
            # keyring's contract: reading the priority raises where the back end can't work.
            yield float(backend.priority), backend
        except Exception as error:  # noqa: BLE001  # back ends raise what their libraries raise; the reason is shown
            reasons.append(f"{name}: {error}")


def _raise_translated(error: BaseException) -> NoReturn:
    from keyring.errors import InitError, KeyringLocked, NoKeyringError

    if isinstance(error, AccountError) or not isinstance(error, Exception):
        raise error
    if isinstance(error, NoKeyringError):
        raise AccountError("keyring-absent") from error
    locked = isinstance(error, (KeyringLocked, InitError))  # InitError: the prompt that opens the keyring was dismissed
    if locked or type(error).__name__ in ("LockedException", "PromptDismissedException"):
        raise AccountError("keyring-locked") from error
    raise AccountError("keyring-failed", reason=type(error).__name__) from error
