"""What a person decides about errors, left as requests in the journal; with no runner there, it is carried out at once."""

from __future__ import annotations

from collections.abc import Callable

from mailflow_gui.journal import requests
from mailflow_gui.journal.journal import Transaction, opened
from mailflow_gui.journal.requests import Kind
from mailflow_gui.paths import Home


def ask(home: Home, write: Callable[[Transaction], int]) -> int:
    """Leave requests with ``write``; returns what that returns, how many they are.

    :raises JournalError: the journal can't be used.
    :raises StorageError: no room or no right to write.
    """
    from mailflow_gui import app  # the whole engine: only now, not when the window starts

    with opened(home) as journal:
        count = journal.write(write).result()
        app.carry_out_requests(home, journal)
    return count


def rule(kind: Kind, code: str, outcome: str = "", host: str = "") -> Callable[[Transaction], int]:
    """Leaves the request to class a code from now on, or no longer."""
    argument = f"{outcome} {host}" if host else outcome

    def write(transaction: Transaction) -> int:
        requests.add(transaction, kind, code, argument)
        return 1

    return write
