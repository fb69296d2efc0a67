"""Saving and deleting accounts together with their secrets. Both may wait for a keyring: never in the window's thread."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime

from mailflow_gui.accounts import fields
from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.secrets import Secret, SecretStore, holds_nothing
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.errors import AccountError, MailFlowError
from mailflow_gui.journal import requests
from mailflow_gui.journal.journal import opened
from mailflow_gui.paths import Home

log = logging.getLogger(__name__)


def save(
    accounts: AccountStore,
    secrets: SecretStore,
    account: Account,
    secret: Secret | None,
    *,
    new: bool,
    twin: Account | None = None,
    wanted_id: str = "",
) -> tuple[Account, ...]:
    """Save an account, with ``twin`` another one, and the password that was typed for them; the passwords first, so that without a keyring
    nothing is saved.

    :param new: it gets an id of its own, made from its name. :param wanted_id: this one, unless somebody has it.
    :param twin: always new.
    :returns: the accounts as they were saved, ``account`` first.
    :raises AccountError: the keyring can't be used, or somebody deleted the account meanwhile.
    :raises UsageError: a field is faulty, or the name is taken by now.
    :raises StorageError: no room or no right to write.
    """
    with accounts.locked(), contextlib.ExitStack() as undo:
        saved = accounts.all()
        taken = {other.id for other in saved}
        if new:
            account = replace(account, id=_new_id(account, wanted_id, taken))
        else:
            accounts.get(account.id)
        found = [account]
        if twin is not None:
            found.append(replace(twin, id=_new_id(twin, "", taken | {account.id})))
        for number, each in enumerate(found):
            for fault in fields.faults(each, (*saved, *found[:number])):
                raise fault.error()
        if secret is not None:
            for each in found:
                undo.enter_context(secrets.changed(each.id, secret))
        for number, each in enumerate(found):
            if new or number:
                accounts.add(each)
                undo.push(_forget_if_it_fails(accounts, each.id))
            else:
                accounts.replace(each)
    return tuple(found)


def _new_id(account: Account, wanted: str, taken: Collection[str]) -> str:
    plausible = wanted and wanted not in taken and not fields.faults(replace(account, id=wanted))
    return wanted if plausible else fields.new_id(account.name, account.protocol, taken)


def _forget_if_it_fails(accounts: AccountStore, account_id: str) -> Callable[[object, object, object], None]:
    """Of two new accounts neither stays when the second can't be saved."""

    def forget(kind: object, _error: object, _traceback: object) -> None:
        if kind is not None:
            with contextlib.suppress(MailFlowError):  # the first fault is the one to tell
                accounts.remove(account_id)

    return forget


def delete(accounts: AccountStore, secrets: SecretStore, account: Account, *, forced: bool = False) -> None:
    """Forget an account and its password.

    :param forced: also when the password can't be deleted, because the keyring is locked.
    :raises AccountError: ``keyring-…``: it may still hold the password, and the account was kept; or the account is gone.
    :raises StorageError: no room or no right to write.
    """
    with accounts.locked():
        accounts.get(account.id)
        try:
            with secrets.changed(account.id, None):  # put back if the file can't be written
                accounts.remove(account.id)
                return
        except AccountError as error:
            # Where there is no keyring nothing can be in it; and an account that never used one has nothing there.
            if not holds_nothing(error) and account.needs_secret and not account.password_command and not forced:
                raise
        accounts.remove(account.id)


def tell_runner(home: Home, account: str) -> None:
    """Leave a note for the runner that a saved account validated well, so that its flows go on.

    A journal that can't be used is no fault of the account's, which works all the same: that is logged alone.
    """
    if not home.journal_file.exists():
        return
    try:
        with opened(home) as journal:
            journal.write(lambda transaction: requests.add(transaction, "validated", account)).result()
    except MailFlowError as error:
        log.warning("the runner could not be told that %s validated well: %s", account, error.code)


def note_validated(accounts: AccountStore, home: Home, account: Account) -> None:
    """Note that a saved account, just as it is saved, has validated well. That this can't be noted is logged alone."""
    try:
        with accounts.locked():
            saved = accounts.get(account.id)
            same = replace(account, name=saved.name, description=saved.description, validated=saved.validated)
            if saved != same:
                return  # other fields were tried than those that are saved
            accounts.replace(replace(saved, validated=datetime.now(UTC).isoformat(timespec="milliseconds")))
    except MailFlowError as error:
        log.warning("a good validation of %s could not be noted: %s", account.id, error.code)
        return
    tell_runner(home, account.id)
