"""Saving and deleting accounts together with their secrets. Both may wait for a keyring: never in the window's thread."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime

from mailflow_gui.accounts import fields
from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.secrets import Secret, SecretStore
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.errors import AccountError, MailFlowError
from mailflow_gui.journal import requests
from mailflow_gui.journal.journal import opened
from mailflow_gui.paths import Home

log = logging.getLogger(__name__)


def save(
    accounts: AccountStore, secrets: SecretStore, account: Account, secret: Secret | None, *, new: bool
) -> Account:
    """Save an account and, if one was typed, its password; the password first, so that without a keyring nothing is saved.

    :param new: it gets an id of its own, made from its name.
    :returns: the account as it was saved.
    :raises AccountError: the keyring can't be used, or somebody deleted the account meanwhile.
    :raises UsageError: a field is faulty, or the name is taken by now.
    :raises StorageError: no room or no right to write.
    """
    with accounts.locked():
        saved = accounts.all()
        if new:
            taken = {other.id for other in saved}
            account = replace(account, id=fields.new_id(account.name, account.protocol, taken))
        else:
            accounts.get(account.id)
        for fault in fields.faults(account, saved):
            raise fault.error()
        if secret is not None:
            secrets.set(account.id, secret)
        if new:
            accounts.add(account)
        else:
            accounts.replace(account)
    return account


def delete(accounts: AccountStore, secrets: SecretStore, account: Account, *, forced: bool = False) -> None:
    """Forget an account and its password.

    :param forced: also when the password can't be deleted, because the keyring is locked.
    :raises AccountError: ``keyring-…``: it may still hold the password, and the account was kept; or the account is gone.
    :raises StorageError: no room or no right to write.
    """
    with accounts.locked():
        try:
            secrets.delete(account.id)
        except AccountError as error:
            # Where there is no keyring nothing can be in it; and an account that never used one has nothing there.
            if error.code != "keyring-absent" and account.needs_secret and not account.password_command and not forced:
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
