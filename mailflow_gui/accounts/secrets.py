"""Passwords: the only module that hands them out, and the only type that holds them.

Where an account's secret comes from, the first that applies: its *password command*, the environment variable
``MAILFLOW_PASSWORD_<ID>`` (upper case, ``-`` becomes ``_``), the system's keyring (service ``MailFlow``, user name = the account's id).
Nothing is ever asked on a terminal, and nothing is kept in memory here between two calls: a changed password counts at once.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Iterator, Mapping
from typing import Literal, NoReturn

from mailflow_gui import logs
from mailflow_gui.accounts import os_keyring, password_command
from mailflow_gui.accounts.account import Account
from mailflow_gui.errors import AccountError, KeyringError

log = logging.getLogger(__name__)

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

    def __init__(
        self,
        *,
        command_timeout: float = 60.0,
        keyring_timeout: float = 60.0,
        asks_again: bool = True,
        entry_limit: int | None = os_keyring.ENTRY_LIMIT,
    ) -> None:
        """:param command_timeout: seconds that a password command may take (a person may have to unlock something).
        :param keyring_timeout: seconds that the keyring may take, likewise.
        :param asks_again: False: whoever left the keyring locked when asked once isn't asked again, until it was open in between. For a
            runner, which comes back by itself for as long as it runs.
        :param entry_limit: UTF-16 code units that one entry of the keyring holds; None: any number.
        """
        self._command_timeout = command_timeout
        self._keyring_timeout = keyring_timeout
        self._asks_again = asks_again
        self._entry_limit = entry_limit
        self._declined = False

    def get(self, account: Account) -> Secret | None:
        """The account's secret, never an empty one, or None when there is none anywhere.

        :raises KeyringError: the keyring is locked, absent or doesn't answer.
        :raises AccountError: the password command fails, or what the keyring holds is incomplete.
        """
        if account.password_command:
            # A command that fails is an error: falling through would use a password that the user has replaced.
            return _found(password_command.run(account.password_command, without_secrets(), self._command_timeout))
        if from_environment := os.environ.get(variable(account.id)):
            return _found(from_environment)
        return self.kept(account.id)

    def kept(self, account_id: str) -> Secret | None:
        """What the keyring holds, or None.

        :raises KeyringError: the keyring is locked, absent or doesn't answer. :raises AccountError: it holds half of it.
        """
        ask = self._asks_again or not self._declined
        try:
            text = os_keyring.call(lambda: os_keyring.get(SERVICE, account_id, ask=ask), self._keyring_timeout)
        except KeyringError as error:
            self._declined = self._declined or error.code in ("keyring-locked", "keyring-timeout")
            raise
        self._declined = False
        return _found(text) if text else None

    def set(self, account_id: str, secret: Secret) -> None:
        """Keep a secret in the keyring.

        :raises AccountError: the keyring is locked, absent, doesn't answer or refuses.
        """
        text = secret.reveal()
        logs.keep_out(text)
        limit = self._entry_limit
        os_keyring.call(lambda: os_keyring.set_(SERVICE, account_id, text, limit=limit), self._keyring_timeout)

    def delete(self, account_id: str) -> None:
        """Forget the secret in the keyring; fine when there is none.

        :raises AccountError: the keyring is locked, absent, doesn't answer or refuses.
        """
        limit = self._entry_limit
        os_keyring.call(lambda: os_keyring.delete(SERVICE, account_id, limit=limit), self._keyring_timeout)

    @contextlib.contextmanager
    def changed(self, account_id: str, secret: Secret | None) -> Iterator[None]:
        """Keep a secret, or with None forget it, for as long as it takes to save the account: if the block fails, what was in the keyring
        before is put back.

        :raises AccountError: the keyring is locked, absent, doesn't answer or refuses; the block isn't entered then.
        """
        try:
            before = self.kept(account_id)
        except KeyringError:
            raise
        except AccountError:  # half a secret is nothing to put back
            before = None
        if secret is not None:
            self.set(account_id, secret)
        else:
            self.delete(account_id)
        try:
            yield
        except BaseException:
            try:
                if before is not None:
                    self.set(account_id, before)
                elif secret is not None:
                    self.delete(account_id)
            except AccountError as error:  # the first fault is the one to tell
                log.warning("the keyring could not be put back as it was for %s: %s", account_id, error.code)
            raise

    def unlock(self) -> None:
        """Have the system ask its user to unlock the keyring, if it is locked.

        :raises KeyringError: it stays locked, or there is none. :raises AccountError: ``keyring-refused``.
        """
        os_keyring.call(lambda: os_keyring.unlock(SERVICE), self._keyring_timeout)

    def where(self, account: Account) -> Place | None:
        """Where the account's secret would come from now, or None; a password command is named without being run.

        :raises AccountError: the keyring is locked, absent or doesn't answer.
        """
        if account.password_command:
            return "command"
        if os.environ.get(variable(account.id)):
            return "environment"
        return None if self.kept(account.id) is None else "keyring"


def holds_nothing(error: AccountError) -> bool:
    """Whether a keyring that failed so can't hold anything of ours."""
    return error.code in ("keyring-absent", "keyring-refused")


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
