"""Sending: per account a queue of frozen mails and a few threads, each with one SMTP session.

The order that keeps the promise: say all but the final dot; commit *uncertain*; say the dot; commit *sent*. Where the session's next mail
was announced in the same write as the dot, its *uncertain* and that *sent* are one commit. The journal runs what it is given in order, so
when a mail's *uncertain* is durable, the *sent* of the session's mail before it is durable too: at most one mail per session is ever in
doubt.
"""

from __future__ import annotations

import contextlib
import logging
import math
import queue
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mailflow_gui.engine import settling
from mailflow_gui.engine.classing import Classing
from mailflow_gui.engine.delivering import Job
from mailflow_gui.engine.events import Events
from mailflow_gui.engine.gates import Gate, is_about_account
from mailflow_gui.engine.limits import Limits
from mailflow_gui.engine.noting import Noting
from mailflow_gui.engine.work import RunningFlow, Work
from mailflow_gui.errors import MailError, MailFlowError, SendUncertain, Transient
from mailflow_gui.journal.doubts import Doubt
from mailflow_gui.journal.journal import Journal, Transaction
from mailflow_gui.journal.spool import Place
from mailflow_gui.journal.written import Written
from mailflow_gui.mail.smtp import Envelope, SmtpSession

log = logging.getLogger(__name__)

LINGER = 5.0
"""Seconds for which a thread without work keeps its session."""
NEAR_SESSIONS = 4
"""For a server near by: so many share a commit of the journal."""
ENVELOPES_A_SECOND = 1500
"""So many sessions are opened, within what the account allows, that they could say as many envelopes together."""
SOON_SENT = 64_000
"""Bytes of a mail that are with the server in no time; the note on the mail before doesn't wait for a larger one."""

_DEAF = {"no-answer", "answer-garbled"}
"""What becomes of envelopes that are said ahead to a server that doesn't hear them, though it says that it would."""


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
        self._noting = Noting(gate, journal, events, can_look)
        self._limits = limits
        self._crashed = crashed
        self._queue: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._threads: set[threading.Thread] = set()
        self._idle = 0
        self._wanted = NEAR_SESSIONS
        self._answer_times: deque[float] = deque(maxlen=16)
        """The shortest of the last ones tells how far the server is, however busy this machine is."""
        self._speaks_ahead = True
        """Whether the server hears an envelope that is said together with a dot, for all that we know."""
        self._stopping = threading.Event()

    def put(self, jobs: Sequence[Job]) -> None:
        """Take on mails; starts further sessions where all are busy and the account allows more."""
        for job in jobs:
            self._queue.put(job)
        self._grow()

    def _grow(self) -> None:
        """Start as many threads as there is use for."""
        while self._idle < self._queue.qsize() and len(self._threads) < min(self._limit, self._wanted):
            with self._lock:
                if self._stopping.is_set() or len(self._threads) >= self._limit:
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
        line = _Line()
        try:
            while (job := line.ahead or self._next()) is not None:
                if not job.work.running.stopping.is_set():
                    self._bring(line, job)
                    continue
                self._note_sent(line)
                if line.ahead is not None:
                    line.drop()  # without a dot nothing is sent
                self._put_down(job.work)
        except Exception as error:
            self._crashed(error)
            raise
        finally:
            self._note_sent(line)
            if line.session is not None:
                line.session.close()
            with self._lock:
                self._threads.discard(threading.current_thread())
            self._grow()  # what was queued between our last look and our end

    def _next(self) -> Job | None:
        """The next mail, or None when there was none for a while, or at the end."""
        if self._stopping.is_set():
            return None
        with contextlib.suppress(queue.Empty):
            return self._queue.get_nowait()
        with self._lock:
            self._idle += 1
        try:
            return self._queue.get(timeout=LINGER)
        except queue.Empty:
            return None
        finally:
            with self._lock:
                self._idle -= 1

    def _bring(self, line: _Line, job: Job) -> None:
        """Try one mail; the session stays for the next one if it can."""
        announced = line.ahead is not None and line.session is not None and line.session.usable
        line.ahead = None
        try:
            line.session = self._ready(line.session)
            self._send(line, job)
        except MailFlowError as error:
            self._note_sent(line)
            lost = line.session is None or not line.session.usable
            if announced and lost and isinstance(error, Transient):
                # The server has had enough of this session, as it may after any mail.
                self._speaks_ahead = self._speaks_ahead and error.code not in _DEAF
                line.session = None
                self._bring(line, job)
                return
            self._put_off(job, error)
        if line.session is not None and not line.session.usable:
            line.session = None

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

    def _send(self, line: _Line, job: Job) -> None:
        session = line.session
        assert session is not None
        if job.frozen.limited and (
            wait := self._limits.take(
                job.work.running.key, job.frozen.node, job.frozen.maximum_per_minute, job.frozen.maximum_per_day
            )
        ):
            self._write(job, lambda transaction: self._noting.limit(transaction, job, wait))
            return
        content = self._content(job)
        envelope = _envelope(job, content)
        begun = session.begin(
            envelope.sender,
            envelope.recipients,
            content,
            size=envelope.size,
            eight_bit=envelope.eight_bit,
            smtputf8=envelope.smtputf8,
        )
        self._measured(session)
        refusals = {recipient: self._classes.apply(error) for recipient, error in begun.refused.items()}
        for error in refusals.values():
            self._tell_gate(error)
        if not begun.accepted:
            self._note_sent(line)
            self._write(job, lambda transaction: self._noting.refused(transaction, job, refusals))
            return
        try:
            self._note_uncertain(line, job, begun.accepted, refusals).result()
        except BaseException:
            session.abandon()  # without the note in the journal there must be no dot
            raise
        self._finish(line, job, begun.accepted)

    def _finish(self, line: _Line, job: Job, accepted: tuple[str, ...]) -> None:
        """Say the dot, and with it the envelope of the mail that this session brings next."""
        session = line.session
        assert session is not None
        following = self._following(session)
        line.ahead = following[0] if following is not None else None
        try:
            receipt = session.finish(following[1] if following is not None else None)
        except SendUncertain as error:
            self._events.publish(
                "uncertain", flow=job.work.running.name, item=job.work.row.id, message_id=job.frozen.message_id
            )
            doubt = error
            job.work.running.nodes.failed(job.frozen.node, error, state="warning")
            self._write(job, lambda transaction: self._noting.doubt(transaction, job, accepted, doubt))
        except MailError as error:
            told = self._classes.apply(error)
            refused = dict.fromkeys(accepted, told)
            self._write(job, lambda transaction: self._noting.refused(transaction, job, refused))
            self._tell_gate(told)
        else:
            self._gate.worked()
            job.work.running.nodes.passed(job.frozen.node, sent=1)
            line.sent = _Sent(job, accepted, f"{receipt.code} {receipt.text}")
            # The note goes with that of the next mail only if that costs no time: until it is written, a kill leaves a doubt.
            if not session.answered or (following is not None and following[1].size > SOON_SENT):
                self._note_sent(line)
            if self._events.heard:
                self._events.publish(
                    "sent",
                    flow=job.work.running.name,
                    node=job.frozen.node,
                    item=job.work.row.id,
                    message_id=job.frozen.message_id,
                    recipients=len(accepted),
                )

    def _following(self, session: SmtpSession) -> tuple[Job, Envelope] | None:
        """A mail that waits while all are busy, and its envelope."""
        if not (session.pipelines and self._speaks_ahead) or self._stopping.is_set():
            return None
        try:
            job = self._queue.get_nowait()
        except queue.Empty:
            return None
        if job is None or job.frozen.limited or job.work.running.stopping.is_set() or isinstance(job.content, Place):
            self._queue.put(job)
            return None
        return job, _envelope(job, job.content)

    def _content(self, job: Job) -> tuple[bytes, ...]:
        return (self._journal.content(job.content),) if isinstance(job.content, Place) else job.content

    def _measured(self, session: SmtpSession) -> None:
        """The longer a server takes for an envelope, the more sessions are worth their cost."""
        if session.answer_time is not None:
            self._answer_times.append(session.answer_time)
            session.answer_time = None
            self._wanted = max(NEAR_SESSIONS, math.ceil(min(self._answer_times) * ENVELOPES_A_SECOND))
            self._grow()

    def _put_off(self, job: Job, error: MailFlowError) -> None:
        """The mail didn't leave, for sure: another time, or never."""
        error = self._classes.apply(error) if isinstance(error, MailError) else error
        if self._gate.closed is not None or (is_about_account(error) and not isinstance(error, Transient)):
            self._tell_gate(error)
            job.work.running.nodes.failed(job.frozen.node, error, state="held")
            self._events.publish("held", flow=job.work.running.name, item=job.work.row.id, code=error.code)
            self._write(job, lambda transaction: self._noting.held(transaction, job, error))
        else:
            self._tell_gate(error)
            refused = dict.fromkeys(job.recipients, error)
            self._write(job, lambda transaction: self._noting.refused(transaction, job, refused))

    def _tell_gate(self, error: MailFlowError) -> None:
        # RetryAfter freezes the account; a plain Transient is this mail's own affair.
        if is_about_account(error) and type(error) is not Transient and self._gate.closed is None:
            self._gate.failed(error)

    def _note_uncertain(
        self, line: _Line, job: Job, accepted: tuple[str, ...], refused: Mapping[str, MailFlowError]
    ) -> Written[settling.Concluded | None]:
        """In one function with the note on the session's mail before it, if that is still to be written."""
        before, line.sent = line.sent, None

        def note(transaction: Transaction) -> settling.Concluded | None:
            concluded = self._noting.sent(transaction, before.job, before.accepted, before.receipt) if before else None
            self._noting.uncertain(transaction, job, accepted, refused)
            return concluded

        written = self._journal.write(note)
        if before is not None:
            written.add_done_callback(lambda done: self._written(done, before.job))
        return written

    def _note_sent(self, line: _Line) -> None:
        """Write down what this session has sent, if that is still to be done."""
        sent, line.sent = line.sent, None
        if sent is not None:
            self._write(
                sent.job,
                lambda transaction: self._noting.sent(transaction, sent.job, sent.accepted, sent.receipt),
            )

    def _write(self, job: Job, function: Callable[[Transaction], settling.Concluded]) -> None:
        self._journal.write(function).add_done_callback(lambda done: self._written(done, job))

    def _written(self, written: Written[settling.Concluded] | Written[settling.Concluded | None], job: Job) -> None:
        """In the journal's thread, once a mail's end is durable."""
        error = written.exception()
        if error is not None:
            self._crashed(error)
            return
        if job.frozen.copy_to:
            self._copy(job.work.running, job.mail, job.frozen.copy_to)
        job.work.pending -= 1
        concluded = written.result()
        if (
            job.work.pending == 0 and concluded is not None
        ):  # while others are between dot and answer, they look like mails in doubt
            self._concluded(job.work, concluded)


@dataclass(frozen=True)
class _Sent:
    """A mail that a server has taken over; the journal doesn't know yet."""

    job: Job
    accepted: tuple[str, ...]
    receipt: str


@dataclass
class _Line:
    """What one thread has in hand."""

    session: SmtpSession | None = None
    ahead: Job | None = None
    """The mail whose envelope was said together with the last dot: the next one that this session brings."""
    sent: _Sent | None = None

    def drop(self) -> None:
        """Leave the mail ahead and its session."""
        self.ahead = None
        if self.session is not None:
            self.session.abandon()
            self.session = None


def _envelope(job: Job, content: tuple[bytes, ...]) -> Envelope:
    frozen = job.frozen
    size = sum(map(len, content))
    return Envelope(frozen.sender, job.recipients, size, frozen.eight_bit, frozen.smtputf8)
