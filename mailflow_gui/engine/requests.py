"""Carrying out what people asked for, by command line or window, while a runner runs or between runs."""

from __future__ import annotations

import contextlib
import functools
import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from mailflow_gui.errors import MailFlowError
from mailflow_gui.journal import account_states, deliveries, doubts, items, reclassed, requests, watches
from mailflow_gui.journal.journal import Journal, Transaction
from mailflow_gui.journal.requests import Request

log = logging.getLogger(__name__)

_ABOUT_ITEMS = ("retry", "discard", "reject", "resolve-sent", "resolve-resend")


def carry_out(transaction: Transaction, request: Request) -> None:
    """Do what a request asks in the journal, and tick it off. What it asks of an item that is gone or doesn't wait for it, is nothing."""
    if request.kind == "resume":
        watches.resume(transaction, request.subject, "skip" if request.argument == "skip" else "process")
    elif request.kind == "validated":
        account_states.put(transaction, request.subject, "ok")
        release(transaction, request.subject)
    elif request.kind in {"reclass", "reclass-undo"}:
        _reclass(transaction, request)
    else:
        _about_item(transaction, request)
    requests.done(transaction, request.id)


def release(transaction: Transaction, account: str) -> None:
    """What an account held may be tried again."""
    database = transaction.database
    held = [
        int(item)
        for (item,) in database.execute(
            # In this order: SQLite would begin with the mails, all that there ever were.
            "SELECT DISTINCT items.id FROM items INDEXED BY items_unfinished CROSS JOIN mails ON mails.item = items.id"
            f" CROSS JOIN deliveries ON mail = mails.id WHERE {items.UNFINISHED} AND mails.account = ? AND deliveries.state = 'held'",
            (account,),
        )
    ]
    for item in held:
        deliveries.release(transaction, item, account)
        recount(transaction, item)


def _reclass(transaction: Transaction, request: Request) -> None:
    """The argument is the class and, behind a space, the host that it is for."""
    outcome, _space, host = request.argument.partition(" ")
    if request.kind == "reclass-undo":
        reclassed.remove(transaction, request.subject, host)
    elif (known := next((one for one in reclassed.CLASSES if one == outcome), None)) is not None:
        reclassed.put(transaction, request.subject, host, known)
    else:
        log.warning("request %d: no class %s", request.id, outcome)


def _about_item(transaction: Transaction, request: Request) -> None:
    row = items.get(transaction.database, int(request.subject)) if request.subject.isdigit() else None
    if row is None:
        log.warning("request %d: no message %s", request.id, request.subject)
        return
    if request.kind == "retry" and row.state in {"failed", "queued", "held"} and row.incomplete is None:
        if not deliveries.mails_of(transaction.database, row.id):
            items.use_current_version(transaction, row.id)
        deliveries.reset(transaction, row.id, ("failed", "queued", "held"))
        items.put_state(transaction, row.id, "queued", 0.0)
    elif request.kind == "discard" and row.state in {"failed", "queued", "held", "uncertain"}:
        deliveries.give_up(transaction, row.id)
        items.put_error(transaction, row.id, MailFlowError("discarded"), "reject-message")
        items.settle(transaction, row.id, "skipped", flagging=not row.dry)
    elif request.kind == "reject" and row.state in {"queued", "held"}:
        if deliveries.reject(transaction, row.id):
            # It ends as if its server had refused it for good: by an error port where one is wired.
            recount(transaction, row.id)
        else:
            items.settle(transaction, row.id, "failed", flagging=False)
    elif request.kind in {"resolve-sent", "resolve-resend"} and doubts.of_item(transaction.database, row.id):
        if request.kind == "resolve-sent":
            deliveries.arrived(transaction, row.id)
        else:
            deliveries.reset(transaction, row.id, ("uncertain",))
        recount(transaction, row.id)


def recount(transaction: Transaction, item: int) -> None:
    """Set an item's state anew from its deliveries. One whose mails have all ended goes through its flow once more, and settles there."""
    state = deliveries.item_state(deliveries.summary(transaction.database, item))
    items.put_state(transaction, item, "queued" if state in {*items.SETTLED, "queued", "planned"} else state, 0.0)


@contextlib.contextmanager
def _free(_item: int) -> Iterator[bool]:
    yield True


def carry_out_all(journal: Journal, untouched: Callable[[int], AbstractContextManager[bool]] = _free) -> list[Request]:
    """Carry out every open request; returns them.

    ``untouched`` keeps the item of a request from being worked on meanwhile, and says False where it is just now, perhaps between a dot and
    its answer: such a request waits.
    """
    carried_out = []
    for request in requests.open_requests(journal.read()):
        item = int(request.subject) if request.kind in _ABOUT_ITEMS and request.subject.isdigit() else None
        with untouched(item) if item is not None else contextlib.nullcontext(True) as free:
            if free:
                journal.write(functools.partial(carry_out, request=request)).result()
                carried_out.append(request)
    return carried_out
