"""How accounts are used here: the flows that name them, and in one word whether they work."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mailflow_gui.accounts.account import Account
from mailflow_gui.journal import account_states, flows
from mailflow_gui.journal.account_states import AccountState

State = Literal["ok", "never-validated", "needs-sign-in", "broken", "waiting"]


@dataclass(frozen=True)
class Use:
    """How accounts are used here."""

    flows: Callable[[str], list[str]]
    """Names of the flows that use the account with this id, as far as they were ever run here."""
    found: Callable[[str], AccountState | None]
    """What runs have found out about the account with this id."""

    def state(self, account: Account) -> State:
        """One word: what a run has found out, unless a good validation came later."""
        trouble = self._trouble(account)
        if trouble is not None:
            return trouble.state
        return "never-validated" if account.validated is None else "ok"

    def code(self, account: Account) -> str | None:
        """The code of the error because of which the account isn't used, such as ``certificate-changed``, or None."""
        trouble = self._trouble(account)
        return None if trouble is None else trouble.code

    def _trouble(self, account: Account) -> AccountState | None:
        found = self.found(account.id)
        validated = datetime.fromisoformat(account.validated).timestamp() if account.validated else None
        if found is None or found.state == "ok" or (validated is not None and validated >= found.since):
            return None
        return found


NOTHING = Use(flows=lambda _account: [], found=lambda _account: None)
"""A home where no flow was ever run."""


def of(database: sqlite3.Connection) -> Use:
    """What a journal knows; it is read anew with every question."""
    return Use(
        flows=lambda account: flows.using(database, account),
        found=lambda account: account_states.of(database, account),
    )
