"""The delivering thread: takes items through the flow, freezes the mails that come out and hands them to the senders."""

from __future__ import annotations

import hashlib
import logging
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailflow_gui.engine import loop_guard, settling
from mailflow_gui.engine.budget import LOT
from mailflow_gui.engine.delivery import Advance, End, Mail, advance
from mailflow_gui.engine.work import Work
from mailflow_gui.errors import MailFlowError
from mailflow_gui.flow.item import Outgoing
from mailflow_gui.journal import deliveries, items
from mailflow_gui.journal.deliveries import DeliveryRow, Frozen, MailRow, Planned
from mailflow_gui.journal.journal import Journal, Transaction
from mailflow_gui.journal.spool import Place
from mailflow_gui.journal.written import Written
from mailflow_gui.mail.compose import compose, message_id
from mailflow_gui.mail.message import MailMessage
from mailflow_gui.mail.smtp_envelope import Envelope
from mailflow_gui.mail.swift import swift
from mailflow_gui.mail.views import view

log = logging.getLogger(__name__)

_Errors = list[tuple[str, MailFlowError]]
"""What steps met: node and error."""

LOT_BYTES = 4 << 20
"""Items of so many bytes of mail are written down together at most."""


@swift
@dataclass(frozen=True)
class Job:
    """One frozen mail that a sender is to bring to some of its recipients."""

    work: Work
    mail: int
    frozen: Frozen
    recipients: tuple[str, ...]
    content: tuple[bytes, ...] | Place
    """The frozen bytes, or where they lie in the spool."""
    alone: bool = False
    """The item has no other mail and goes nowhere behind this one: when it is sent, the item is."""

    @view
    def plain(self) -> bool:
        """Whether it can go as soon as a session is free: its bytes are here, and its node's rate has no limit."""
        return not self.frozen.limited and not isinstance(self.content, Place)

    @view
    def envelope(self) -> Envelope:
        """What is said of the mail before its content."""
        content, frozen = self.content, self.frozen
        size = content.length if isinstance(content, Place) else sum(map(len, content))
        return Envelope(frozen.sender, self.recipients, size, frozen.eight_bit, frozen.smtputf8)


_NONE: frozenset[int] = frozenset()


@swift
@dataclass(frozen=True)
class _Stepped:
    """An item that was taken through the flow, as far as it gets now."""

    work: Work
    planned: Sequence[Planned]
    steps: str
    errors: Sequence[tuple[str, MailFlowError]]
    """What its steps met: node and error."""
    failed: bool
    """A branch ended in an error with nobody taking over."""
    handled: frozenset[int]
    resumed: Sequence[tuple[MailRow, list[DeliveryRow]]]
    plain: bool
    """The usual: an item that the journal has no mails of gets some, and nothing else is to be noted."""


class Delivering(threading.Thread):
    """Works through its queue until it is stopped."""

    def __init__(
        self,
        journal: Journal,
        *,
        send: Callable[[Sequence[Job]], None],
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
        self._queue: queue.SimpleQueue[Sequence[Work] | None] = queue.SimpleQueue()

    def put(self, works: Sequence[Work]) -> None:
        """Take items on (again)."""
        self._queue.put(works)

    def stop(self) -> None:
        """End after the item in hand; what is queued stays in the journal for the next run."""
        self._queue.put(None)

    def run(self) -> None:
        try:
            while (works := self._queue.get()) is not None:
                lot: list[_Stepped] = []
                size = 0
                for work in works:
                    if work.running.stopping.is_set():
                        self._put_down(work)
                        continue
                    lot.append(self._step(work))
                    size += work.size
                    if len(lot) == LOT or size >= LOT_BYTES:
                        self._write(lot)
                        lot, size = [], 0
                if lot:
                    self._write(lot)
        except Exception as error:
            self._crashed(error)
            raise

    def _step(self, work: Work) -> _Stepped:
        flow = work.running.version_flow(work.row.version) or work.running.flow
        known = self._known(work) if work.known else {}

        def freeze(mail: Mail) -> Planned | None:
            return plan(work, mail, item.clock) if (mail.node, mail.way) not in known else None

        item = work.item()
        result = advance(flow, work.row.node, item, self._ends(known), freeze)
        failures, taken_over = _errors(result)
        met = failures + taken_over
        planned = [mail for mail in result.frozen.values() if mail is not None]
        new = not work.known
        resumed = list(known.values()) if work.resuming else []
        work.branch_failed = bool(failures)
        work.known, work.resuming = True, False
        _count(work, result, failures)
        return _Stepped(
            work,
            planned,
            settling.steps_json(result.steps),
            met,
            failed=bool(failures),
            handled=frozenset([known[key][0].id for key in result.handled]) if known else _NONE,
            resumed=resumed,
            plain=new
            and bool(planned)
            and not met
            and not work.row.dry
            and (planned[0].answer is None if len(planned) == 1 else not any(mail.answer for mail in planned)),
        )

    def _write(self, lot: Sequence[_Stepped]) -> None:
        written = self._journal.write(lambda transaction: _record_all(transaction, lot))
        written.add_done_callback(lambda done: self._recorded(done, lot))

    def _recorded(self, written: Written[list[_Recorded]], lot: Sequence[_Stepped]) -> None:
        """In the journal's thread, once the mails are frozen."""
        error = written.exception()
        if error is not None:
            self._crashed(error)
            return
        jobs: list[Job] = []
        for stepped, (ids, concluded) in zip(lot, written.result(), strict=True):
            work = stepped.work
            if concluded.state != "planned":
                self._concluded(work, concluded)
                continue
            its_jobs = _jobs(stepped, ids)
            work.pending = len(its_jobs)
            if its_jobs and its_jobs[0].alone:
                work.let_go()
            jobs += its_jobs
        if jobs:
            self._send(jobs)

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


def plan(work: Work, mail: Mail, clock: datetime) -> Planned:
    """Freeze a mail: its bytes and its Message-ID follow from the item alone, whose time is ``clock``.

    :raises MailFlowError: it can't be written.
    """
    outgoing = mail.outgoing
    digest = hashlib.sha256(f"{work.row.key}\n{mail.node}\n{mail.way}".encode()).hexdigest()[:40]
    identity = message_id(digest, outgoing.sender)
    mark = loop_guard.onward(work.message, work.row.flow)
    composed = compose(outgoing.draft, message_id=identity, date=clock, loop_mark=mark)
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
    recipients = dict.fromkeys([address.address for address in outgoing.recipients])
    return Planned(frozen, tuple(recipients), composed.content, _answer(outgoing, work.message, work.row.thread))


def _answer(outgoing: Outgoing, message: MailMessage, thread: str) -> deliveries.Answer | None:
    if outgoing.replies_per_thread is None and outgoing.replies_per_sender_per_day is None:
        return None
    thread = thread or next(iter((*message.references, *message.in_reply_to)), message.message_id)
    sender = next((address.address.lower() for address in message.from_), "")
    return deliveries.Answer(thread, sender, outgoing.replies_per_thread, outgoing.replies_per_sender_per_day)


_Recorded = tuple[Sequence[int | None], settling.Concluded]
"""The mails' ids, None for one that isn't to be sent, and where the item stands."""


def _record_all(transaction: Transaction, lot: Sequence[_Stepped]) -> list[_Recorded]:
    """What came of a lot of items: the usual ones together, the others one by one."""
    plain = [stepped for stepped in lot if stepped.plain]
    ids = deliveries.plan_new(transaction, [(stepped.work.row.id, stepped.planned) for stepped in plain])
    by_steps: dict[str, list[int]] = {}
    for stepped in plain:
        by_steps.setdefault(stepped.steps, []).append(stepped.work.row.id)
    for steps, its_items in by_steps.items():
        items.planned(transaction, its_items, steps)
    given = iter(ids)
    return [
        (next(given), settling.Concluded("planned")) if stepped.plain else _record(transaction, stepped)
        for stepped in lot
    ]


def _record(transaction: Transaction, stepped: _Stepped) -> _Recorded:
    work, planned = stepped.work, stepped.planned
    row = work.row
    transaction.database.execute("UPDATE items SET steps = ? WHERE id = ?", (stepped.steps, row.id))
    settling.note_failures(transaction, work, stepped.errors, "step")
    if row.dry:
        # Shown as what would have happened: nothing is frozen, nothing leaves.
        state: items.State = "failed" if stepped.failed else "sent" if planned else "skipped"
        items.settle(transaction, row.id, state, flagging=False)
        return [None] * len(planned), settling.Concluded(state)
    if stepped.resumed:
        deliveries.plan_again(transaction, row.id)
    ids = deliveries.plan(transaction, row.flow, row.id, planned)
    if None in ids:
        items.put_error(transaction, row.id, MailFlowError("answer-limit"), "reject-message")
    return ids, settling.conclude(transaction, work, handled=stepped.handled)


def _jobs(stepped: _Stepped, ids: Sequence[int | None]) -> list[Job]:
    """What is to be sent of an item now: new mails, and what is left of earlier ones."""
    work = stepped.work
    flow = work.running.version_flow(work.row.version) or work.running.flow
    alone = stepped.plain and len(ids) == 1 and not flow.continues
    jobs = [
        Job(work, row_id, mail.frozen, mail.recipients, mail.content, alone)
        for mail, row_id in zip(stepped.planned, ids, strict=True)
        if row_id is not None
    ]
    return jobs + [job for row, rows in stepped.resumed if (job := _resumed_job(work, row, rows)) is not None]


def _errors(result: Advance) -> tuple[_Errors, _Errors]:
    """The errors with which steps failed, and those that an error port took over, with their nodes."""
    failed: _Errors = []
    taken_over: _Errors = []
    for step in result.steps:
        if step.error is not None and step.outcome != "skipped":
            (failed if step.outcome == "failed" else taken_over).append((step.node, step.error))
    return failed, taken_over


def _count(work: Work, result: Advance, failures: Sequence[tuple[str, MailFlowError]]) -> None:
    """Tell the nodes' counters; a sink has sent only what a server has accepted, or what a dry run would have sent."""
    failed, nodes, counted = dict(failures), work.running.nodes, work.counted
    new = [step for step in result.steps if step.node not in counted] if counted else result.steps
    for step in new:
        counted.add(step.node)
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
