"""Which keyring is used: Secret Service, KWallet, macOS' Keychain, Windows' Credential Manager. No other back end, ever.

The library would also take what it finds installed or configured: files in clear text, a back end that asks on the terminal, one that
loses everything. So its choice isn't asked; ours is a list, also where its variable names a chain of back ends.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING, NoReturn

from mailflow_gui.errors import AccountError, KeyringError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

CHOICE_VARIABLE = "PYTHON_KEYRING_BACKEND"
"""The library's own variable. It may pick one of our list; a chain means: the best of our list; anything else is refused."""

_CHAIN = "keyring.backends.chainer."
_FREEDESKTOP = "keyring.backends.SecretService.Keyring"
NAMES = {
    _FREEDESKTOP: "Secret Service",
    "keyring.backends.libsecret.Keyring": "libsecret",
    "keyring.backends.kwallet.DBusKeyring": "KWallet",
    "keyring.backends.macOS.Keyring": "Keychain",
    "keyring.backends.Windows.WinVaultKeyring": "Windows Credential Manager",
}
"""What people call the back ends that may be used."""

_POSIX = (_FREEDESKTOP, "keyring.backends.kwallet.DBusKeyring", "keyring.backends.libsecret.Keyring")
ALLOWED: tuple[str, ...] = {
    "win32": ("keyring.backends.Windows.WinVaultKeyring",),
    "darwin": ("keyring.backends.macOS.Keyring",),
}.get(sys.platform, _POSIX)


def backend() -> KeyringBackend:
    """The best of our list that works here. It may take long: a thread of its own is the place to call it.

    :raises KeyringError: ``keyring-absent``. :raises AccountError: ``keyring-refused``.
    """
    if name := refused():
        raise AccountError("keyring-refused", name=name, variable=CHOICE_VARIABLE)
    chosen = _chosen()
    reasons: list[str] = []
    best = max(_working((chosen,) if chosen else ALLOWED, reasons), key=lambda found: found[0], default=None)
    if best is None:
        raise KeyringError("keyring-absent") from RuntimeError("; ".join(reasons))
    return best[1]()


def refused() -> str:
    """The back end that the library's variable names, where it may not be used; else empty."""
    chosen = _chosen()
    return chosen if chosen and chosen not in ALLOWED else ""


def _chosen() -> str:
    chosen = os.environ.get(CHOICE_VARIABLE, "")
    return "" if chosen.startswith(_CHAIN) else chosen


def name_of(keyring: KeyringBackend) -> str:
    """What people call it."""
    return NAMES[f"{type(keyring).__module__}.{type(keyring).__name__}"]


def is_locked(keyring: KeyringBackend) -> bool:
    """Whether reading from it would ask somebody, found out without asking. Back ends that can't say count as open."""
    if name_of(keyring) != NAMES[_FREEDESKTOP]:
        return False
    import secretstorage

    with closing(secretstorage.dbus_init()) as bus:
        try:
            return secretstorage.Collection(bus).is_locked()
        except secretstorage.ItemNotFoundException:
            return True  # there is none yet: making it asks for its new password


def opened(keyring: KeyringBackend, *, ask: bool = True) -> KeyringBackend:
    """The keyring, unlocked; the library does the same, but keeps its line to the bus when nobody unlocks it.

    :param ask: have the system ask its user if that is needed.
    :raises KeyringError: ``keyring-locked``.
    """
    if name_of(keyring) == NAMES[_FREEDESKTOP]:
        import secretstorage

        with closing(secretstorage.dbus_init()) as bus:
            try:
                collection = secretstorage.Collection(bus)
            except secretstorage.ItemNotFoundException:
                if not ask:
                    raise KeyringError("keyring-locked") from None
                secretstorage.create_collection(bus, "Default", "default")  # the system asks for the new password
            else:
                if collection.is_locked() and (not ask or collection.unlock() or collection.is_locked()):
                    raise KeyringError("keyring-locked")
    return keyring


def raise_translated(error: BaseException) -> NoReturn:
    """Raise what a back end has raised, in our own words.

    :raises KeyringError: ``keyring-absent``, ``keyring-locked`` or ``keyring-failed``.
    """
    from keyring.errors import InitError, KeyringLocked, NoKeyringError

    if isinstance(error, AccountError) or not isinstance(error, Exception):
        raise error
    kind = type(error).__name__
    gone = "SecretServiceNotAvailableException" in (kind, type(error.__cause__).__name__)  # it went in the middle
    if isinstance(error, NoKeyringError) or gone:
        raise KeyringError("keyring-absent") from error
    locked = isinstance(error, (KeyringLocked, InitError))  # InitError: the prompt that makes a keyring was dismissed
    if locked or kind in ("LockedException", "PromptDismissedException"):
        raise KeyringError("keyring-locked") from error
    raise KeyringError("keyring-failed", reason=kind) from error


def _working(names: tuple[str, ...], reasons: list[str]) -> Iterator[tuple[float, type[KeyringBackend]]]:
    """Back ends with their priority; why others don't work is added to ``reasons``."""
    for name in names:
        module, _, class_name = name.rpartition(".")
        try:
            found: type[KeyringBackend] = getattr(importlib.import_module(module), class_name)
            # keyring's contract: reading the priority raises where the back end can't work.
            yield float(found.priority), found
        except Exception as error:  # noqa: BLE001  # back ends raise what their libraries raise; the reason is shown
            reasons.append(f"{name}: {error}")
