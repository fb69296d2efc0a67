"""Bringing items to their end: what a transaction has to record when a mail of an item, or all of them, have ended."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mailflow_gui.engine.delivery import StepTaken
from mailflow_gui.engine.work import Work
from mailflow_gui.errors import MailFlowError
from mailflow_gui.flow.item import AfterReceiving
from mailflow_gui.journal import deliveries, items
from mailflow_gui.journal.items import State
from mailflow_gui.journal.journal import Transaction


@dataclass(frozen=True)
class Concluded:
    """Where an item stands after a transaction."""

    state: State
    due: float | None = None
    onward: bool = False
    """All its mails have ended, and the flow goes on behind them: the item is to be taken further."""


def conclude(transaction: Transaction, work: Work, *, handled: frozenset[int] = frozenset()) -> Concluded:
    """Settle the item if all its deliveries have ended, else record what it waits for.

    ``handled``: ids of failed mails whose error port took over.
    """
    row = work.row
    counts = deliveries.summary(transaction.database, row.id, without=handled)
    state = deliveries.item_state(counts)
    if work.branch_failed and state in items.SETTLED:
        state = "failed"
    if state in items.SETTLED:
        items.settle(transaction, row.id, state, flagging=flagging(work, state))
        return Concluded(state)
    due = deliveries.next_due(transaction.database, row.id) if state == "queued" else None
    items.put_state(transaction, row.id, state, due)
    return Concluded(state, due)


def conclude_mail(transaction: Transaction, work: Work) -> Concluded:
    """A mail of the item has ended. Where the flow goes on behind a sink, the item must be taken further before it can settle."""
    flow = work.running.version_flow(work.row.version) or work.running.flow
    if not flow.continues:
        return conclude(transaction, work)
    state = deliveries.item_state(deliveries.summary(transaction.database, work.row.id))
    if state not in items.SETTLED:
        due = deliveries.next_due(transaction.database, work.row.id) if state == "queued" else None
        items.put_state(transaction, work.row.id, state, due)
        return Concluded(state, due)
    items.put_state(transaction, work.row.id, "planned")
    return Concluded("planned", onward=True)


def flagging(work: Work, state: State) -> bool:
    """Whether something is left to do on the server. A failed mail is never deleted there: its server copy is the user's."""
    if work.row.dry:
        return False
    action = after_receiving(work)
    return action.action != "leave" and not (state == "failed" and action.action == "delete")


def after_receiving(work: Work) -> AfterReceiving:
    """What the item's source says is to be done once it has settled; nothing if the source is gone from the flow."""
    flow = work.running.version_flow(work.row.version) or work.running.flow
    watch = flow.watches.get(work.row.node)
    return watch.after_receiving if watch is not None else AfterReceiving("leave")


def steps_json(steps: Iterable[StepTaken]) -> str:
    """The steps of an item as the journal keeps them: node and outcome, and the error's code."""
    return _steps_json(tuple([(step.node, step.outcome, step.error.code if step.error else None) for step in steps]))


@lru_cache(maxsize=1024)
def _steps_json(steps: tuple[tuple[str, str, str | None], ...]) -> str:
    """Most items of a flow go the same way."""
    return json.dumps(steps)


def note_failures(
    transaction: Transaction, work: Work, failures: Sequence[tuple[str, MailFlowError]], operation: str
) -> None:
    """Keep the errors of steps (node, error) with the item, each once however often a step is done."""
    row = work.row
    for node, error in failures:
        if deliveries.is_noted(transaction.database, row.id, node, error.code):
            continue
        deliveries.note(transaction, error, flow=row.flow, operation=operation, item=row.id, node=node)
        items.put_error(transaction, row.id, error, deliveries.outcome_of(error))
