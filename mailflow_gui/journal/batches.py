"""Batches: what happens to many mails at once, in a few statements.

A mail is *whole* here: all its recipients take the same step together, as those of most mails do.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from mailflow_gui.journal.journal import Transaction
from mailflow_gui.journal.rows import portions


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
    transaction.database.executemany(
        "UPDATE deliveries SET state = 'sent', due = NULL, at = ?, receipt = ?, first_attempt = coalesce(first_attempt, ?) WHERE mail = ?",
        [(now, receipt, now, mail) for mail, receipt in receipts],
    )
