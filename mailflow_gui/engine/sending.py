"""Sending: per account a queue of frozen mails and a few threads, each with one SMTP session.

The order that keeps the promise: say all but the final dot; commit *uncertain*; say the dot; commit *sent*. The journal runs what it is
given in order, so when a mail's *uncertain* is durable, the *sent* of the session's mail before it is durable too: at most one mail per
session is ever in doubt.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future

from mailflow_gui.engine import retry, settling
from mailflow_gui.engine.classing import Classing
from mailflow_gui.engine.delivering import Job
from mailflow_gui.engine.events import Events
from mailflow_gui.engine.gates import Gate, is_about_account
from mailflow_gui.engine.limits import Limits
from mailflow_gui.engine.work import RunningFlow, Work
from mailflow_gui.errors import (
    AccountBroken,
    MailError,
    MailFlowError,
    Reauthenticate,
    Recoverable,
    Rejected,
    SendUncertain,
    Transient,
)
from mailflow_gui.journal import copies, deliveries, doubts, items
from mailflow_gui.journal.doubts import Doubt
from mailflow_gui.journal.journal import Journal, Transaction
from mailflow_gui.journal.spool import Place
from mailflow_gui.mail.compose_answer import without_thread
from mailflow_gui.mail.smtp import SmtpSession

log = logging.getLogger(__name__)

LINGER = 5.0
"""Seconds for which a thread without work keeps its session."""


class Sending:
    """The sending side of one account."""

    def __init__(
        self,
        gate: Gate,
        classes: Classing,
        connect: Callable[[str], SmtpSession],
        journal: Journal,
        events: Events,
        *,
        limits: Limits,
        sessions: int,
        concluded: Callable[[Work, settling.Concluded], None],
        put_down: Callable[[Work], None],
        copy: Callable[[RunningFlow, int, str], None],
        can_look: Callable[[Doubt], bool],
        crashed: Callable[[BaseException], None],
    ) -> None:
        self._gate = gate
        self._classes = classes
        self._connect = connect
        self._journal = journal
        self._events = events
        self._limit = max(1, sessions)
        self._concluded = concluded
        self._put_down = put_down
        self._copy = copy
        self._can_look = can_look
        self._limits = limits
        self._crashed = crashed
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._threads: set[threading.Thread] = set()
        self._idle = 0
        self._stopping = threading.Event()

    def put(self, job: Job) -> None:
        """Take on a mail; starts another session where all are busy and the account allows one more."""
        self._queue.put(job)
        with self._lock:
            if self._stopping.is_set() or self._idle >= self._queue.qsize() or len(self._threads) >= self._limit:
                return
            thread = threading.Thread(target=self._work, name=f"sending {self._gate.account}", daemon=True)
            self._threads.add(thread)
        thread.start()

    def stop(self) -> None:
        """Finish the mails in hand and close the sessions; what is queued stays in the journal."""
        self._stopping.set()
        with self._lock:
            threads = list(self._threads)
        for _thread in threads:
            self._queue.put(None)
        for thread in threads:
            thread.join()

    def _work(self) -> None:
        session: SmtpSession | None = None
        try:
            while (job := self._next()) is not None:
                if job.work.running.stopping.is_set():
                    self._put_down(job.work)
                else:
                    session = self._bring(job, session)
        except Exception as error:
            self._crashed(error)
            raise
        finally:
            if session is not None:
                session.close()
            with self._lock:
                self._threads.discard(threading.current_thread())
                orphaned = not self._queue.empty() and not self._stopping.is_set() and not self._threads
            if orphaned and (job := self._take()) is not None:
                self.put(job)  # it was queued between our last look and our end

    def _next(self) -> Job | None:
        """The next mail, or None when there was none for a while, or at the end."""
        if self._stopping.is_set():
            return None
        with self._lock:
            self._idle += 1
        try:
            return self._queue.get(timeout=LINGER)
        except queue.Empty:
            return None
        finally:
            with self._lock:
                self._idle -= 1

    def _take(self) -> Job | None:
        try:
            return self._queue.get_nowait()
        except queue.Empty:
            return None

    def _bring(self, job: Job, session: SmtpSession | None) -> SmtpSession | None:
        """Try one mail; returns the session for the next one, or None."""
        try:
            session = self._ready(session)
            self._send(job, session)
        except MailFlowError as error:
            self._put_off(job, error)
        return session if session is not None and session.usable else None

    def _ready(self, session: SmtpSession | None) -> SmtpSession:
        if session is not None and session.usable:
            return session
        if self._gate.wait > 0 and self._gate.trouble is not None:
            raise self._gate.trouble
        try:
            return self._gate.open(self._connect)
        except Transient:
            if self._gate.wait > 0:
                raise
            return self._gate.open(self._connect)

    def _send(self, job: Job, session: SmtpSession) -> None:
        if job.frozen.limited and (
            wait := self._limits.take(
                job.work.running.key, job.frozen.node, job.frozen.maximum_per_minute, job.frozen.maximum_per_day
            )
        ):
            self._write(job, lambda transaction: self._note_limit(transaction, job, wait))
            return
        content = (self._journal.content(job.content),) if isinstance(job.content, Place) else job.content
        size = sum(map(len, content))
        begun = session.begin(
            job.frozen.sender,
            job.recipients,
            content,
            size=size,
            eight_bit=job.frozen.eight_bit,
            smtputf8=job.frozen.smtputf8,
        )
        refusals = {recipient: self._classes.apply(error) for recipient, error in begun.refused.items()}
        for error in refusals.values():
            self._tell_gate(error)
        if not begun.accepted:
            self._write(job, lambda transaction: self._note_refused(transaction, job, refusals))
            return
        doubtful = self._journal.write(
            lambda transaction: self._note_uncertain(transaction, job, begun.accepted, refusals)
        )
        try:
            doubtful.result()
        except BaseException:
            session.abandon()  # without the note in the journal there must be no dot
            raise
        try:
            receipt = session.finish()
        except SendUncertain as error:
            self._events.publish(
                "uncertain", flow=job.work.running.name, item=job.work.row.id, message_id=job.frozen.message_id
            )
            doubt = error
            job.work.running.nodes.failed(job.frozen.node, error, state="warning")
            self._write(job, lambda transaction: self._note_doubt(transaction, job, begun.accepted, doubt))
        except MailError as error:
            told = self._classes.apply(error)
            refused = dict.fromkeys(begun.accepted, told)
            self._write(job, lambda transaction: self._note_refused(transaction, job, refused))
            self._tell_gate(told)
        else:
            self._gate.worked()
            job.work.running.nodes.passed(job.frozen.node, sent=1)
            text = f"{receipt.code} {receipt.text}"
            self._write(job, lambda transaction: self._note_sent(transaction, job, begun.accepted, text))
            self._events.publish(
                "sent",
                flow=job.work.running.name,
                node=job.frozen.node,
                item=job.work.row.id,
                message_id=job.frozen.message_id,
                recipients=len(begun.accepted),
            )

    def _put_off(self, job: Job, error: MailFlowError) -> None:
        """The mail didn't leave, for sure: another time, or never."""
        error = self._classes.apply(error) if isinstance(error, MailError) else error
        if self._gate.closed is not None or (is_about_account(error) and not isinstance(error, Transient)):
            self._tell_gate(error)
            job.work.running.nodes.failed(job.frozen.node, error, state="held")
            self._events.publish("held", flow=job.work.running.name, item=job.work.row.id, code=error.code)
            self._write(job, lambda transaction: self._note_held(transaction, job, error))
        else:
            self._tell_gate(error)
            refused = dict.fromkeys(job.recipients, error)
            self._write(job, lambda transaction: self._note_refused(transaction, job, refused))

    def _tell_gate(self, error: MailFlowError) -> None:
        # RetryAfter freezes the account; a plain Transient is this mail's own affair.
        if is_about_account(error) and type(error) is not Transient and self._gate.closed is None:
            self._gate.failed(error)

    def _write(self, job: Job, function: Callable[[Transaction], settling.Concluded]) -> None:
        future = self._journal.write(function)
        future.add_done_callback(lambda done: self._written(done, job))

    def _written(self, future: Future[settling.Concluded], job: Job) -> None:
        """In the journal's thread, once a mail's end is durable."""
        error = future.exception()
        if error is not None:
            self._crashed(error)
            return
        if job.frozen.copy_to:
            self._copy(job.work.running, job.mail, job.frozen.copy_to)
        job.work.pending -= 1
        if job.work.pending == 0:  # while others are between dot and answer, they look like mails in doubt
            self._concluded(job.work, future.result())

    def _note_uncertain(
        self, transaction: Transaction, job: Job, accepted: Iterable[str], refused: Mapping[str, MailError]
    ) -> None:
        if refused:
            self._put_refused(transaction, job, refused)
        if job.frozen.limited:
            deliveries.count_limited(transaction, job.work.running.key, job.frozen.node, job.mail)
        deliveries.put(transaction, job.mail, accepted, "uncertain")

    def _note_limit(self, transaction: Transaction, job: Job, wait: float) -> settling.Concluded:
        deliveries.put(transaction, job.mail, job.recipients, "queued", due=time.time() + wait, counted=False)
        return settling.conclude_mail(transaction, job.work)

    def _note_sent(
        self, transaction: Transaction, job: Job, accepted: Iterable[str], receipt: str
    ) -> settling.Concluded:
        deliveries.put(transaction, job.mail, accepted, "sent", receipt=receipt)
        if job.frozen.copy_to:
            copies.put(transaction, job.mail, "pending")
        return settling.conclude_mail(transaction, job.work)

    def _note_doubt(
        self, transaction: Transaction, job: Job, accepted: Iterable[str], error: MailFlowError
    ) -> settling.Concluded:
        for recipient in accepted:
            self._note(transaction, job, error, recipient)
        if job.frozen.when_uncertain == "resend" and not any(
            self._can_look(doubt) for doubt in doubts.of_item(transaction.database, job.work.row.id)
        ):
            deliveries.put(transaction, job.mail, accepted, "queued", due=time.time() + retry.BASE)
        items.put_error(transaction, job.work.row.id, error, deliveries.outcome_of(error))
        return settling.conclude_mail(transaction, job.work)

    def _note_held(self, transaction: Transaction, job: Job, error: MailFlowError) -> settling.Concluded:
        self._note(transaction, job, error, None)
        deliveries.put(transaction, job.mail, job.recipients, "held")
        items.put_error(transaction, job.work.row.id, error, deliveries.outcome_of(error))
        return settling.conclude_mail(transaction, job.work)

    def _note_refused(
        self, transaction: Transaction, job: Job, refused: Mapping[str, MailFlowError]
    ) -> settling.Concluded:
        self._put_refused(transaction, job, refused)
        return settling.conclude_mail(transaction, job.work)

    def _put_refused(self, transaction: Transaction, job: Job, refused: Mapping[str, MailFlowError]) -> None:
        """Each refused recipient fails alone, or is tried again later."""
        known = {row.recipient: row for row in deliveries.deliveries_of(transaction.database, job.mail)}
        now = time.time()
        for recipient, error in refused.items():
            self._note(transaction, job, error, recipient)
            retried = isinstance(error, MailError) and isinstance(error, Transient)
            job.work.running.nodes.failed(job.frozen.node, error, state="warning" if retried else "failing")
            row = known[recipient]
            if isinstance(error, MailError) and isinstance(error, Transient):
                began = row.first_attempt or now
                if now - began < retry.GIVE_UP_AFTER:
                    due = now + max(retry.sending_delay(error, row.attempts + 1), self._gate.wait)
                    deliveries.put(transaction, job.mail, (recipient,), "queued", due=due)
                    items.put_error(transaction, job.work.row.id, error, error.outcome)
                    continue
                error = Rejected("gave-up", account=job.frozen.account, reply=error.reply, reason=error.text)  # noqa: PLW2901 - the final error takes its place
                self._note(transaction, job, error, recipient)
            if isinstance(error, Recoverable) and self._recover(transaction, job, recipient, error):
                continue
            if isinstance(error, (Reauthenticate, AccountBroken)):  # only where a person says that it means so
                deliveries.put(transaction, job.mail, (recipient,), "held")
                items.put_error(transaction, job.work.row.id, error, error.outcome)
                continue
            deliveries.put(transaction, job.mail, (recipient,), "failed")
            items.put_error(transaction, job.work.row.id, error, "reject-message")

    def _recover(self, transaction: Transaction, job: Job, recipient: str, error: Recoverable) -> bool:
        """What an answer answers is gone: once, it goes as a new mail. False: it is no answer, or has gone so already."""
        content = (self._journal.content(job.content),) if isinstance(job.content, Place) else job.content
        changed = without_thread(content)
        if changed is None or not deliveries.recover(transaction, job.mail, recipient, changed, error.code):
            return False
        told = MailFlowError("recovered-as-new")
        items.put_error(transaction, job.work.row.id, told, error.outcome)
        self._note(transaction, job, told, recipient)
        self._events.publish(
            "recovered", flow=job.work.running.name, node=job.frozen.node, item=job.work.row.id, mail=job.mail
        )
        return True

    def _note(self, transaction: Transaction, job: Job, error: MailFlowError, recipient: str | None) -> None:
        deliveries.note(
            transaction,
            error,
            flow=job.work.running.key,
            operation="send",
            item=job.work.row.id,
            mail=job.mail,
            recipient=recipient,
            node=job.frozen.node,
            account=job.frozen.account,
        )
