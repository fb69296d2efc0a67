"""The delivering thread: takes items through the flow, freezes the mails that come out and hands them to the senders."""

from __future__ import annotations

import hashlib
import logging
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace

from mailflow_gui.engine import loop_guard, settling
from mailflow_gui.engine.delivery import Advance, End, Mail, advance
from mailflow_gui.engine.work import Work
from mailflow_gui.errors import MailFlowError
from mailflow_gui.flow.item import Outgoing
from mailflow_gui.journal import deliveries, items
from mailflow_gui.journal.deliveries import DeliveryRow, Frozen, MailRow, Planned
from mailflow_gui.journal.journal import Journal, Transaction
from mailflow_gui.journal.spool import Place
from mailflow_gui.mail.compose import compose, message_id
from mailflow_gui.mail.message import MailMessage

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """One frozen mail that a sender is to bring to some of its recipients."""

    work: Work
    mail: int
    frozen: Frozen
    recipients: tuple[str, ...]
    content: tuple[bytes, ...] | Place
    """The frozen bytes, or where they lie in the spool."""


class Delivering(threading.Thread):
    """Works through its queue until it is stopped."""

    def __init__(
        self,
        journal: Journal,
        *,
        send: Callable[[Job], None],
        concluded: Callable[[Work, settling.Concluded], None],
        put_down: Callable[[Work], None],
        crashed: Callable[[BaseException], None],
    ) -> None:
        super().__init__(name="delivering", daemon=True)
        self._journal = journal
        self._send = send
        self._concluded = concluded
        self._put_down = put_down
        self._crashed = crashed
        self._queue: queue.SimpleQueue[Work | None] = queue.SimpleQueue()

    def put(self, work: Work) -> None:
        """Take an item on (again)."""
        self._queue.put(work)

    def stop(self) -> None:
        """End after the item in hand; what is queued stays in the journal for the next run."""
        self._queue.put(None)

    def run(self) -> None:
        try:
            while (work := self._queue.get()) is not None:
                if not work.running.stopping.is_set():
                    self._deliver(work)
                else:
                    self._put_down(work)
        except Exception as error:
            self._crashed(error)
            raise

    def _deliver(self, work: Work) -> None:
        flow = work.running.version_flow(work.row.version) or work.running.flow
        known = self._known(work) if work.known else {}

        def freeze(mail: Mail) -> Planned | None:
            return plan(work, mail) if (mail.node, mail.way) not in known else None

        result = advance(flow, work.row.node, work.item(), self._ends(known), freeze)
        failures = [(step.node, step.error) for step in result.errors if step.error is not None]
        planned = [mail for mail in result.frozen.values() if mail is not None]
        work.branch_failed = bool(failures)
        _count(work, result, failures)
        steps = settling.steps_json(result.steps)
        met = [*failures, *((step.node, step.error) for step in result.taken_over if step.error is not None)]
        handled = frozenset(known[key][0].id for key in result.handled)
        resumed = list(known.values()) if work.resuming else []
        work.known, work.resuming = True, False
        future = self._journal.write(
            lambda transaction: _record(
                transaction,
                work,
                planned,
                met,
                failed=bool(failures),
                steps=steps,
                handled=handled,
                resume=bool(resumed),
            )
        )
        future.add_done_callback(lambda done: self._recorded(done, work, planned, resumed))

    def _recorded(
        self,
        future: Future[tuple[list[int | None], settling.Concluded]],
        work: Work,
        planned: Sequence[Planned],
        resumed: Sequence[tuple[MailRow, list[DeliveryRow]]],
    ) -> None:
        """In the journal's thread, once the mails are frozen."""
        if future.exception() is not None:
            self._crashed(future.exception() or RuntimeError())
            return
        ids, concluded = future.result()
        jobs = [
            Job(work, row_id, mail.frozen, mail.recipients, mail.content)
            for mail, row_id in zip(planned, ids, strict=True)
            if row_id is not None
        ]
        jobs += [job for row, rows in resumed if (job := _resumed_job(work, row, rows)) is not None]
        if concluded.state != "planned":
            self._concluded(work, concluded)
            return
        work.pending = len(jobs)
        for job in jobs:
            self._send(job)

    def _known(self, work: Work) -> dict[tuple[str, str], tuple[MailRow, list[DeliveryRow]]]:
        database = self._journal.read()
        return {
            (mail.frozen.node, mail.frozen.way): (mail, deliveries.deliveries_of(database, mail.id))
            for mail in deliveries.mails_of(database, work.row.id)
        }

    def _ends(self, known: Mapping[tuple[str, str], tuple[MailRow, list[DeliveryRow]]]) -> dict[tuple[str, str], End]:
        ends = {}
        for key, (mail, rows) in known.items():
            states = {row.state for row in rows}
            if states <= {"sent", "failed"}:
                failure = None
                if "sent" not in states:
                    failure = deliveries.last_error(self._journal.read(), mail.item, mail.id)
                ends[key] = End("failed" if "sent" not in states else "sent", failure)
        return ends


def plan(work: Work, mail: Mail) -> Planned:
    """Freeze a mail: its bytes and its Message-ID follow from the item alone.

    :raises MailFlowError: it can't be written.
    """
    outgoing = mail.outgoing
    digest = hashlib.sha256(f"{work.row.key}\n{mail.node}\n{mail.way}".encode()).hexdigest()[:40]
    identity = message_id(digest, outgoing.sender)
    draft = replace(outgoing.draft, loop_mark=loop_guard.onward(work.message, work.row.flow))
    composed = compose(draft, message_id=identity, date=work.item().clock)
    frozen = Frozen(
        node=mail.node,
        way=mail.way,
        account=outgoing.account,
        sender=outgoing.sender,
        message_id=identity,
        eight_bit=composed.eight_bit,
        smtputf8=composed.smtputf8,
        when_uncertain=outgoing.when_uncertain,
        maximum_per_minute=outgoing.maximum_per_minute,
        maximum_per_day=outgoing.maximum_per_day,
        copy_to=outgoing.save_to_sent,
    )
    recipients = tuple(dict.fromkeys(address.address for address in outgoing.recipients))
    return Planned(frozen, recipients, composed.content, _answer(outgoing, work.message, work.row.thread))


def _answer(outgoing: Outgoing, message: MailMessage, thread: str) -> deliveries.Answer | None:
    if outgoing.replies_per_thread is None and outgoing.replies_per_sender_per_day is None:
        return None
    thread = thread or next(iter((*message.references, *message.in_reply_to)), message.message_id)
    sender = next((address.address.lower() for address in message.from_), "")
    return deliveries.Answer(thread, sender, outgoing.replies_per_thread, outgoing.replies_per_sender_per_day)


def _record(
    transaction: Transaction,
    work: Work,
    planned: Sequence[Planned],
    errors: Sequence[tuple[str, MailFlowError]],
    *,
    failed: bool,
    steps: str,
    handled: frozenset[int],
    resume: bool,
) -> tuple[list[int | None], settling.Concluded]:
    row = work.row
    transaction.database.execute("UPDATE items SET steps = ? WHERE id = ?", (steps, row.id))
    settling.note_failures(transaction, work, errors, "step")
    if row.dry:
        # Shown as what would have happened: nothing is frozen, nothing leaves.
        state: items.State = "failed" if failed else "sent" if planned else "skipped"
        items.settle(transaction, row.id, state, flagging=False)
        return [None] * len(planned), settling.Concluded(state)
    if resume:
        deliveries.plan_again(transaction, row.id)
    ids = deliveries.plan(transaction, row.flow, row.id, planned)
    if None in ids:
        items.put_error(transaction, row.id, MailFlowError("answer-limit"), "reject-message")
    return ids, settling.conclude(transaction, work, handled=handled)


def _count(work: Work, result: Advance, failures: Sequence[tuple[str, MailFlowError]]) -> None:
    """Tell the nodes' counters; a sink has sent only what a server has accepted, or what a dry run would have sent."""
    failed, nodes = dict(failures), work.running.nodes
    new = [step for step in result.steps if step.node not in work.counted]
    for step in new:
        work.counted.add(step.node)
        if step.node in failed:
            nodes.failed(step.node, failed[step.node], received=1)
        else:
            given = step.outgoing is None and step.outcome == "passed"
            would = step.outgoing is not None and work.row.dry
            nodes.passed(step.node, received=1, sent=len(step.items) if given else int(would))


def _resumed_job(work: Work, row: MailRow, rows: Sequence[DeliveryRow]) -> Job | None:
    """What is left to send of a mail that an earlier run, or an earlier try, has frozen."""
    recipients = tuple(delivery.recipient for delivery in rows if delivery.state in {"planned", "queued"})
    return Job(work, row.id, row.frozen, recipients, row.place) if recipients else None
