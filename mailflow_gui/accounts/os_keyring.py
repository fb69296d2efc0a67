"""The system's keyring: reading, writing, unlocking, and how it stands.

Calls go through :func:`call`, which never waits for ever: an unlock prompt blocks the thread that called. :func:`look` and :func:`state`
never ask anybody, and :func:`state` doesn't even wait: a window may call it.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

from mailflow_gui.accounts import keyring_choice, long_secrets
from mailflow_gui.accounts.keyring_choice import CHOICE_VARIABLE
from mailflow_gui.errors import KeyringError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

__all__ = ["CHOICE_VARIABLE", "KeyringState", "call", "delete", "get", "look", "set_", "state", "unlock"]

_T = TypeVar("_T")

ENTRY_LIMIT: int | None = 1280 if sys.platform == "win32" else None
"""UTF-16 code units that one entry holds (CRED_MAX_CREDENTIAL_BLOB_SIZE is 2,560 bytes); None: no limit."""

LOOK_SECONDS = 5.0
"""How long a look waits for an answer; also after how long what was seen is old."""

_one_at_a_time = threading.Lock()
_BETWEEN_LOOKS = 0.5


@dataclass(frozen=True)
class KeyringState:
    """How the keyring stands."""

    word: Literal["unknown", "available", "locked", "absent"]
    """*absent*: there is none that may be used, or it doesn't answer; *unknown*: nobody has looked yet."""
    name: str = ""
    """What people call the back end, such as ``Secret Service``; empty where there is none."""


def call(action: Callable[[], _T], timeout: float) -> _T:
    """Do ``action`` in a thread of its own and translate what goes wrong.

    One call at a time: while the user is being asked to unlock the keyring, a second call waits instead of asking twice. Once the keyring
    is open nobody is asked, so a prompt that was left hanging holds nobody up.

    :param timeout: seconds to wait for the answer.
    :raises KeyringError: ``keyring-absent``, ``keyring-locked``, ``keyring-timeout`` or ``keyring-failed``.
    :raises AccountError: ``keyring-refused`` or ``keyring-incomplete``.
    """
    outcome: list[_T] = []
    failure: list[BaseException] = []
    first = _wait_for_turn(timeout)

    def work() -> None:
        try:
            outcome.append(action())
        except BaseException as error:  # noqa: BLE001  # carried to the caller's thread, which translates it
            failure.append(error)
        finally:
            if first:
                _one_at_a_time.release()

    # A daemon: a prompt that nobody answers must not keep the process from ending.
    worker = threading.Thread(target=work, name="keyring", daemon=True)
    worker.start()
    worker.join(timeout)
    if failure:
        keyring_choice.raise_translated(failure[0])
    if not outcome:
        raise KeyringError("keyring-timeout", seconds=round(timeout))
    return outcome[0]


def _wait_for_turn(timeout: float) -> bool:
    """True: no other call is under way now. False: one hangs, but this one won't ask anybody."""
    end = time.monotonic() + timeout
    while not _one_at_a_time.acquire(timeout=max(0.0, min(_BETWEEN_LOOKS, end - time.monotonic()))):
        if look(min(LOOK_SECONDS, timeout)).word == "available":
            return False
        if time.monotonic() >= end:
            raise KeyringError("keyring-timeout", seconds=round(timeout))
    return True


def get(service: str, user: str, *, ask: bool = True) -> str | None:
    """The text kept for ``user``, or None.

    :param ask: False: raise ``keyring-locked`` rather than ask somebody to unlock it.
    """
    return long_secrets.get(_opened(ask=ask), service, user)


def set_(service: str, user: str, text: str, *, limit: int | None = ENTRY_LIMIT) -> None:
    """Keep ``text`` for ``user``, in several entries where one can't hold it.

    :param limit: UTF-16 code units that one entry holds.
    """
    long_secrets.set_(_opened(), service, user, text, limit)


def delete(service: str, user: str, *, limit: int | None = ENTRY_LIMIT) -> None:
    """Forget what is kept for ``user``, if anything."""
    long_secrets.delete(_opened(), service, user, limit)


def is_switched_off() -> bool:
    """Whether somebody has decided, by the library's variable, that no keyring of ours is used here."""
    return keyring_choice.refused() != ""


def unlock(service: str) -> None:
    """Have the system ask its user to unlock the keyring, if it is locked. To be called by :func:`call`."""
    _opened().get_password(service, "/")  # other back ends ask when they are read; no account has this id


def _opened(*, ask: bool = True) -> KeyringBackend:
    return keyring_choice.opened(keyring_choice.backend(), ask=ask)


class _Looking:
    """One look at a time, however many want to know: a keyring that hangs keeps one thread, not one each second."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._begun = self._ended = 0.0
        self._last = KeyringState("unknown")

    def begin(self) -> threading.Thread:
        """Look now, unless somebody is looking."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._begun = time.monotonic()
                self._thread = threading.Thread(target=self._look, name="looking at the keyring", daemon=True)
                self._thread.start()
            return self._thread

    def last(self) -> KeyringState:
        """What was seen last; a look that doesn't end has seen nothing that can be used."""
        with self._lock:
            hanging = self._thread is not None and self._thread.is_alive()
            if hanging and time.monotonic() - self._begun > LOOK_SECONDS:
                return KeyringState("absent")
            return self._last

    def is_old(self) -> bool:
        """Whether it is time to look again."""
        with self._lock:
            return time.monotonic() - self._ended > LOOK_SECONDS or self._last.word == "unknown"

    def _look(self) -> None:
        seen = _seen()
        with self._lock:
            self._last, self._ended = seen, time.monotonic()


_looking = _Looking()


def look(timeout: float = LOOK_SECONDS) -> KeyringState:
    """How the keyring stands now, without asking anybody.

    :param timeout: seconds to wait; a keyring that says nothing meanwhile counts as absent.
    """
    thread = _looking.begin()
    thread.join(timeout)
    return KeyringState("absent") if thread.is_alive() else _looking.last()


def state() -> KeyringState:
    """How the keyring stood a few seconds ago, at once: *unknown* the first time. Looks again by itself, in a thread."""
    if _looking.is_old():
        _looking.begin()
    return _looking.last()


def _seen() -> KeyringState:
    try:
        keyring = keyring_choice.backend()
        name = keyring_choice.name_of(keyring)
        return KeyringState("locked" if keyring_choice.is_locked(keyring) else "available", name)
    except Exception:  # noqa: BLE001  # back ends raise what their libraries raise; all of it means: not usable
        return KeyringState("absent")
