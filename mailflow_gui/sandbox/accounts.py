"""The sandbox's servers among the saved connections."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import replace

from mailflow_gui.accounts.account import Account, Protocol
from mailflow_gui.accounts.secrets import variable
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.errors import AccountError
from mailflow_gui.file_lock import FileLock
from mailflow_gui.paths import Home
from mailflow_gui.sandbox.sandbox import LOCK_NAME, Sandbox

_ACCOUNTS: tuple[tuple[str, str, Protocol], ...] = (
    ("sandbox-inbox", "Sandbox inbox", "imap"),
    ("sandbox-outgoing", "Sandbox outgoing", "smtp"),
)


def asleep(home: Home) -> frozenset[str]:
    """Ids of the sandbox's own accounts while its servers don't run: nothing can be said of those then."""
    try:
        running = FileLock(home.sandbox / LOCK_NAME).holder() is not None
    except OSError:
        running = False  # nobody who can't read it runs it here
    return frozenset() if running else frozenset(account_id for account_id, _name, _protocol in _ACCOUNTS)


@contextlib.contextmanager
def connected(home: Home, sandbox: Sandbox) -> Iterator[None]:
    """The sandbox's servers as saved connections, with the ports of this start; the password is in this process alone."""
    home.create()
    accounts = AccountStore(home.accounts_file)
    variables = []
    for account_id, name, protocol in _ACCOUNTS:
        account = Account(
            id=account_id,
            name=name,
            protocol=protocol,
            host="127.0.0.1",
            port=sandbox.imap_port if protocol == "imap" else sandbox.smtp_port,
            security="none",
            username=sandbox.username,
            description="MailFlow's own servers, for trying things out (mailflow demo)",
        )
        try:
            known = accounts.get(account_id)
        except AccountError as error:
            if error.code != "account-unknown":
                raise
            accounts.add(account)
        else:
            accounts.replace(replace(account, name=known.name, description=known.description))
        variables.append(variable(account_id))
    os.environ.update(dict.fromkeys(variables, sandbox.password))
    try:
        yield
    finally:
        for name in variables:
            os.environ.pop(name, None)
