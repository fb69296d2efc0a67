"""What is done on the server after receiving: to which mails, and what the journal keeps of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence

from mailflow_gui.errors import MailError, Transient
from mailflow_gui.flow.item import AfterReceiving
from mailflow_gui.journal import deliveries, items
from mailflow_gui.journal.items import ItemRow
from mailflow_gui.journal.journal import Journal, Transaction

log = logging.getLogger(__name__)


def work_off(
    journal: Journal,
    action: AfterReceiving,
    unflagged: Callable[[], Sequence[ItemRow]],
    act: Callable[[AfterReceiving, Sequence[ItemRow]], None],
) -> Iterator[int]:
    """Have done on the server what is still to be done, a batch at a time; how many mails each batch had.

    :param unflagged: the next batch, empty at the end.
    :param act: does it on the server.
    :raises Transient: the server is gone, or busy: the rest stays to be done.
    """
    while rows := unflagged():
        try:
            act(action, _fit(rows, action))
        except Transient:
            raise
        except MailError as error:
            # The mails are safe and settled; what can't be done on the server is kept as an error and not tried for ever.
            log.warning("after receiving: %s", error)
            note_refused(journal, rows, error)
            continue
        _note_done(journal, rows)
        yield len(rows)


def _fit(rows: Sequence[ItemRow], action: AfterReceiving) -> list[ItemRow]:
    """Those that the action is for. What failed or was discarded wasn't sent: it isn't deleted, its copy on the server may be the last."""
    return [row for row in rows if action.action != "delete" or not _unsent(row)]


def _note_done(journal: Journal, rows: Sequence[ItemRow]) -> None:
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
