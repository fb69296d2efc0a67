"""Passwords: the only module that hands them out, and the only type that holds them.

Where an account's secret comes from, the first that applies: its *password command*, the environment variable
``MAILFLOW_PASSWORD_<ID>`` (upper case, ``-`` becomes ``_``), the system's keyring (service ``MailFlow``, user name = the account's id).
Nothing is ever asked on a terminal, and nothing is kept in memory here between two calls: a changed password counts at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import Literal, NoReturn

from mailflow_gui import logs
from mailflow_gui.accounts import os_keyring, password_command
from mailflow_gui.accounts.account import Account

SERVICE = "MailFlow"
"""Under this name secrets lie in the keyring."""

VARIABLE_PREFIX = "MAILFLOW_PASSWORD_"

Place = Literal["command", "environment", "keyring"]


class Secret:
    """A password or token. Its text comes out of :meth:`reveal` and in no other way: not in logs, reprs, f-strings or pickles."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, for the one call that needs it."""
        return self._text

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __format__(self, specification: str) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    __hash__ = None  # type: ignore[assignment]  # a hash of a password says something about it

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret can't be pickled or copied")


class SecretStore:
    """Finds, keeps and forgets the accounts' secrets."""

    def __init__(self, *, command_timeout: float = 60.0, keyring_timeout: float = 60.0) -> None:
        """:param command_timeout: seconds that a password command may take (a person may have to unlock something).
        :param keyring_timeout: seconds that the keyring may take, likewise.
        """
        self._command_timeout = command_timeout
        self._keyring_timeout = keyring_timeout

    def get(self, account: Account) -> Secret | None:
        """The account's secret, or None when there is none anywhere.

        :raises AccountError: the password command fails, or the keyring is locked, absent or doesn't answer.
        """
        if account.password_command:
            # A command that fails is an error: falling through would use a password that the user has replaced.
            return _found(password_command.run(account.password_command, without_secrets(), self._command_timeout))
        if from_environment := os.environ.get(variable(account.id)):
            return _found(from_environment)
        return self._keyring(os_keyring.get, account.id)

    def set(self, account_id: str, secret: Secret) -> None:
        """Keep a secret in the keyring.

        :raises AccountError: the keyring is locked, absent, doesn't answer or refuses.
        """
        text = secret.reveal()
        logs.keep_out(text)
        os_keyring.call(lambda: os_keyring.set_(SERVICE, account_id, text), self._keyring_timeout)

    def delete(self, account_id: str) -> None:
        """Forget the secret in the keyring; fine when there is none.

        :raises AccountError: the keyring is locked, absent, doesn't answer or refuses.
        """
        os_keyring.call(lambda: os_keyring.delete(SERVICE, account_id), self._keyring_timeout)

    def where(self, account: Account) -> Place | None:
        """Where the account's secret would come from now, or None; a password command is named without being run.

        :raises AccountError: the keyring is locked, absent or doesn't answer.
        """
        if account.password_command:
            return "command"
        if os.environ.get(variable(account.id)):
            return "environment"
        return None if self._keyring(os_keyring.get, account.id) is None else "keyring"

    def _keyring(self, read: Callable[[str, str], str | None], account_id: str) -> Secret | None:
        text = os_keyring.call(lambda: read(SERVICE, account_id), self._keyring_timeout)
        return None if text is None else _found(text)


def _found(text: str) -> Secret:
    logs.keep_out(text)
    return Secret(text)


def variable(account_id: str) -> str:
    """The environment variable that may hold an account's secret."""
    return VARIABLE_PREFIX + account_id.upper().replace("-", "_")


def without_secrets(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment for a child process, without any account's password.

    :param environ: None: this process's own.
    """
    source = os.environ if environ is None else environ
    return {name: value for name, value in source.items() if not name.upper().startswith(VARIABLE_PREFIX)}


def disable_core_dumps() -> None:
    """Keep this process's memory, secrets included, out of core files; to be called once, early, by every process."""
    if sys.platform != "win32":  # Windows writes a full dump of a program only where an administrator has asked for it
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
