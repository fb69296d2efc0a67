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
        found = self.found(account.id)
        validated = datetime.fromisoformat(account.validated).timestamp() if account.validated else None
        if found is not None and found.state != "ok" and (validated is None or validated < found.since):
            return found.state
        return "never-validated" if validated is None else "ok"


NOTHING = Use(flows=lambda _account: [], found=lambda _account: None)
"""A home where no flow was ever run."""


def of(database: sqlite3.Connection) -> Use:
    """What a journal knows; it is read anew with every question."""
    return Use(
        flows=lambda account: flows.using(database, account),
        found=lambda account: account_states.of(database, account),
    )
