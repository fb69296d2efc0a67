"""What the journal knows of accounts: the flows that use them, and whether a run has found one broken."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from mailflow_gui.cli import output
from mailflow_gui.errors import JournalError
from mailflow_gui.journal import account_use, requests
from mailflow_gui.journal.account_use import NOTHING, Use
from mailflow_gui.journal.journal import opened as opened_journal
from mailflow_gui.paths import Home

__all__ = ["NOTHING", "Use", "opened", "tell_runner"]


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
                use = account_use.of(database)
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
