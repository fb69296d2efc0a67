"""What the journal knows of accounts: the flows that use them, and whether a run has found one broken."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from mailflow_gui.accounts.account import Account
from mailflow_gui.cli import output
from mailflow_gui.errors import JournalError
from mailflow_gui.journal import account_states, flows, requests
from mailflow_gui.journal.account_states import AccountState
from mailflow_gui.journal.journal import opened as opened_journal
from mailflow_gui.paths import Home

State = Literal["ok", "never-validated", "needs-sign-in", "broken"]


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


@contextlib.contextmanager
def opened(home: Home, *, must_work: bool = False) -> Iterator[Use]:
    """What the journal of ``home`` knows. A home without a journal gets none.

    :param must_work: False: a journal that can't be used is complained about and taken for an empty one.
    :raises JournalError: the journal can't be used.
    """
    with contextlib.ExitStack() as stack:
        use = NOTHING
        if home.journal_file.exists():
            try:
                database = stack.enter_context(opened_journal(home)).read()
                use = _use(database)
            except JournalError as error:
                if must_work:
                    raise
                output.complain(str(error))
        yield use


def tell_runner(home: Home, account: str) -> None:
    """Leave a note for the runner that an account validated well, so that its flows go on.

    :raises JournalError: the journal can't be used.
    """
    if home.journal_file.exists():
        with opened_journal(home) as journal:
            journal.write(lambda transaction: requests.add(transaction, "validated", account)).result()


def _use(database: sqlite3.Connection) -> Use:
    return Use(
        flows=lambda account: flows.using(database, account),
        found=lambda account: account_states.of(database, account),
    )
