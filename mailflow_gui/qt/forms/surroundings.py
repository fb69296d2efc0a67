"""What an editor may know beside its own value: the flow, the accounts, the node's other settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mailflow_gui import paths
from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.secrets import SecretStore
from mailflow_gui.accounts.sessions import Sessions
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.errors import MailFlowError
from mailflow_gui.flow.model import EMPTY, Flow, Stub
from mailflow_gui.mapping.templates.completion import Offered
from mailflow_gui.qt.forms.description import Field


def saved_accounts() -> AccountStore:
    """The accounts of this home."""
    return AccountStore(paths.home().accounts_file)


def account_states(_accounts: tuple[Account, ...]) -> Mapping[str, str]:
    """Nothing known of how accounts are doing."""
    return {}


@dataclass
class Surroundings:
    """Shared by the editors of one form; the form keeps it true."""

    accounts: AccountStore
    sessions: Sessions | None = None
    states: Callable[[tuple[Account, ...]], Mapping[str, str]] = account_states
    """Account id to ``ok``, ``never-validated``, ``retrying``, ``needs-sign-in`` or ``broken``."""
    flow: Flow = field(default_factory=lambda: Flow(""))
    settings: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    """The node's settings as they are now."""
    fields: tuple[Field, ...] = ()
    stubs_changed: Callable[[tuple[Stub, ...]], None] = lambda _stubs: None
    connection_wanted: Callable[[Field], None] = lambda _field: None
    mapper_wanted: Callable[[], None] = lambda: None
    offered: Callable[[], tuple[Offered, ...]] | None = None
    """The fields that templates may read, with their values; None where nobody knows more than the settings say."""

    def __post_init__(self) -> None:
        if self.sessions is None:
            self.sessions = Sessions(self.accounts, SecretStore())

    def all_accounts(self) -> tuple[Account, ...]:
        """The saved accounts; none where their file can't be read (the connections tab says why)."""
        try:
            return self.accounts.all()
        except MailFlowError:
            return ()

    def folder_account(self) -> Account | None:
        """The account whose folders a folder field of this node means: the first connection that is set and has folders."""
        for one in self.fields:
            if one.kind == "connection" and "imap" in one.protocols:
                wanted = self.settings.get(one.key)
                return next((account for account in self.all_accounts() if account.id == wanted), None)
        return None
