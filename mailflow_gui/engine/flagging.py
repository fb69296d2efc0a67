"""What is done on the server after receiving: to which mails, and what the journal keeps of it."""

from __future__ import annotations

from collections.abc import Sequence

from mailflow_gui.errors import MailError
from mailflow_gui.flow.item import AfterReceiving
from mailflow_gui.journal import deliveries, items
from mailflow_gui.journal.items import ItemRow
from mailflow_gui.journal.journal import Journal, Transaction


def fit(rows: Sequence[ItemRow], action: AfterReceiving) -> list[ItemRow]:
    """Those that the action is for. What failed or was discarded wasn't sent: it isn't deleted, its copy on the server may be the last."""
    return [row for row in rows if action.action != "delete" or not _unsent(row)]


def note_done(journal: Journal, rows: Sequence[ItemRow]) -> None:
    """The server has done it."""
    ids = [row.id for row in rows]
    journal.write(lambda transaction: items.flagged(transaction, ids)).result()


def note_refused(journal: Journal, rows: Sequence[ItemRow], error: MailError) -> None:
    """The server won't do it: the error is kept with each mail, and nothing is left to do."""

    def note(transaction: Transaction) -> None:
        for row in rows:
            deliveries.note(
                transaction,
                error,
                flow=row.flow,
                operation="after receiving",
                item=row.id,
                node=row.node,
                account=row.account,
            )
        items.flagged(transaction, [row.id for row in rows])

    journal.write(note).result()


def _unsent(row: ItemRow) -> bool:
    return row.state == "failed" or row.code == "discarded" or row.incomplete is not None
