"""Batches: what happens to many mails at once, in a few statements.

A mail is *whole* here: all its recipients take the same step together, as those of most mails do.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

from mailflow_gui.journal.journal import Transaction
from mailflow_gui.journal.rows import portions

_MOST_RECEIPTS = 16
"""In one statement, which looks for each among all of them."""


def note(transaction: Transaction, receipts: Sequence[tuple[int, str]], mails: Sequence[int]) -> None:
    """:func:`sent` for some whole mails and :func:`uncertain` for others, in one statement where they are few, as those of one go are."""
    if not (0 < len(receipts) <= _MOST_RECEIPTS and 0 < len(mails) <= _MOST_RECEIPTS):
        sent(transaction, receipts)
        uncertain(transaction, mails)
        return
    now = time.time()
    taken = [mail for mail, _receipt in receipts]
    transaction.database.execute(
        _noting(len(receipts), len(mails)), (*taken, now, *chain.from_iterable(receipts), now, *taken, *mails)
    )


@lru_cache(maxsize=_MOST_RECEIPTS**2)
def _noting(sent: int, uncertain: int) -> str:
    marks = ",".join("?" * sent)
    return (
        f"UPDATE deliveries SET state = CASE WHEN mail IN ({marks}) THEN 'sent' ELSE 'uncertain' END, due = NULL, at = ?,"
        f" receipt = CASE mail {'WHEN ? THEN ? ' * sent}ELSE receipt END, first_attempt = coalesce(first_attempt, ?)"
        f" WHERE mail IN ({marks}{',?' * uncertain})"
    )


def uncertain(transaction: Transaction, mails: Sequence[int]) -> None:
    """The final dots of these whole mails are about to be said."""
    now = time.time()  # the recipients of one go have one time, by which doubts tell it from another
    for marks, some in portions(mails):
        transaction.database.execute(
            "UPDATE deliveries SET state = 'uncertain', due = NULL, at = ?, first_attempt = coalesce(first_attempt, ?)"
            f" WHERE mail IN ({marks})",
            (now, now, *some),
        )


def sent(transaction: Transaction, receipts: Sequence[tuple[int, str]]) -> None:
    """A server has taken these whole mails over; each comes with the server's words."""
    now = time.time()
    for marks, some in portions(receipts, _MOST_RECEIPTS):
        transaction.database.execute(
            f"UPDATE deliveries SET state = 'sent', due = NULL, at = ?, receipt = CASE mail {'WHEN ? THEN ? ' * len(some)}END,"
            f" first_attempt = coalesce(first_attempt, ?) WHERE mail IN ({marks})",
            (now, *chain.from_iterable(some), now, *(mail for mail, _receipt in some)),
        )
