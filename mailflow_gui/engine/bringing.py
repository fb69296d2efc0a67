"""Bringing one mail over one session, and what follows from each way in which that can end.

The order that keeps the promise: say all but the final dot; commit *uncertain*; say the dot; commit *sent*. Where the session's next mail
was announced in the same write as the dot, its *uncertain* and that *sent* are one commit. The journal runs what it is given in order, so
when a mail's *uncertain* is durable, the *sent* of the session's mail before it is durable too: at most one mail per session is ever in
doubt.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mailflow_gui.engine import settling
from mailflow_gui.engine.classing import Classing
from mailflow_gui.engine.delivering import Job
from mailflow_gui.engine.events import Events
from mailflow_gui.engine.gates import Gate, is_about_account
from mailflow_gui.engine.limits import Limits
from mailflow_gui.engine.noting import Noting, Sent
from mailflow_gui.engine.work import RunningFlow, Work
from mailflow_gui.errors import MailError, MailFlowError, SendUncertain, Transient
from mailflow_gui.journal.journal import Journal, Transaction
from mailflow_gui.journal.spool import Place
from mailflow_gui.journal.written import Written
from mailflow_gui.mail.large import pieces
from mailflow_gui.mail.smtp import SmtpSession
from mailflow_gui.mail.smtp_envelope import Begun, Envelope

SOON_SENT = 64_000
"""Bytes of a mail that are with the server in no time; the note on the mail before doesn't wait for a larger one."""

LIGHT = 1 << 20
"""Bytes of a mail that a thread with many sessions brings at most."""

_DEAF = {"no-answer", "answer-garbled"}
"""What becomes of envelopes that are said ahead to a server that doesn't hear them, though it says that it would."""

_COUNTING = threading.Lock()
"""Held while an item's mails are counted down: they may end in several threads, and with several accounts."""

Refusals = Mapping[str, MailFlowError]


@dataclass
class Line:
    """What one session has in hand."""

    session: SmtpSession | None = None
    ahead: Job | None = None
    """The mail whose envelope was said together with the last dot: the next one that this session brings."""
    sent: Sent | None = None
    """A mail that the server has taken over; the journal doesn't know yet."""

    def drop(self) -> None:
        """Leave the mail ahead and its session: without a dot nothing is sent."""
        self.ahead = None
        if self.session is not None:
            self.session.abandon()
            self.session = None


class Bringing:
    """How the mails of one account are brought, by whatever thread."""

    def __init__(
        self,
        gate: Gate,
        classes: Classing,
        connect: Callable[[str], SmtpSession],
        journal: Journal,
        events: Events,
        *,
        noting: Noting,
        limits: Limits,
        concluded: Callable[[Sequence[Work]], None],
        put_down: Callable[[Work], None],
        copy: Callable[[RunningFlow, int, str], None],
        measured: Callable[[float], None],
        crashed: Callable[[BaseException], None],
    ) -> None:
        self.jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        """Mails that wait for a session; None: the end."""
        self.stopping = threading.Event()
        self.put_down = put_down
        self._gate = gate
        self._classes = classes
        self._connect = connect
        self._journal = journal
        self._events = events
        self._noting = noting
        self._limits = limits
        self._concluded = concluded
        self._copy = copy
        self._has_measured = measured
        self._crashed = crashed
        self._speaks_ahead = True
        """Whether the server hears an envelope that is said together with a dot, for all that we know."""

    def bring(self, line: Line, job: Job) -> None:
        """Try one mail and wait for all that it takes; the session stays for the next one if it can."""
        announced = line.ahead is not None and line.session is not None and line.session.usable
        line.ahead = None
        try:
            line.session = self._ready(line.session)
            self._send(line, job)
        except MailFlowError as error:
            self.note_sent(line)
            lost = line.session is None or not line.session.usable
            if announced and lost and isinstance(error, Transient):
                # The server has had enough of this session, as it may after any mail.
                self._speaks_ahead = self._speaks_ahead and error.code not in _DEAF
                line.session = None
                self.bring(line, job)
                return
            self.put_off(job, error)
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

    def _send(self, line: Line, job: Job) -> None:
        session = line.session
        assert session is not None
        if job.frozen.limited and (
            wait := self._limits.take(
                job.work.running.key, job.frozen.node, job.frozen.maximum_per_minute, job.frozen.maximum_per_day
            )
        ):
            self._write(job, lambda transaction: self._noting.limit(transaction, job, wait))
            return
        content = pieces(self._journal.streamed(job.content)) if isinstance(job.content, Place) else job.content
        begun = _begin(session, job.envelope, content)
        if session.answer_time is not None:
            self._has_measured(session.answer_time)
            session.answer_time = None
        refusals = self._refusals(begun)
        if not begun.accepted:
            self.note_sent(line)
            self._write(job, lambda transaction: self._noting.refused(transaction, job, refusals))
            return
        before, line.sent = line.sent, None
        try:
            go_on = self.note([before] if before else [], [(job, begun.accepted, refusals)])
        except BaseException:
            session.abandon()  # without the note in the journal there must be no dot
            raise
        try:
            self._finish(line, job, begun.accepted)
        finally:
            go_on()

    def _refusals(self, begun: Begun) -> Refusals:
        refusals = {recipient: self._classes.apply(error) for recipient, error in begun.refused.items()}
        for error in refusals.values():
            self._tell_gate(error)
        return refusals

    def _finish(self, line: Line, job: Job, accepted: tuple[str, ...]) -> None:
        """Say the dot, and with it the envelope of the mail that this session brings next."""
        session = line.session
        assert session is not None
        following = self.following(session)
        line.ahead = following[0] if following is not None else None

        def said() -> str:
            session.say_dot(following[1] if following is not None else None)
            return self.heard(session)

        if self.ended(line, job, accepted, said) and (
            # The note goes with that of the next mail only if that costs no time: until it is written, a kill leaves a doubt.
            not session.answered or (following is not None and following[1].size > SOON_SENT)
        ):
            self.note_sent(line)

    @staticmethod
    def heard(session: SmtpSession) -> str:
        """The server's answer to the dot, in its own words. Raises as :meth:`SmtpSession.hear` does."""
        receipt = session.hear()
        return f"{receipt.code} {receipt.text}"

    def ended(self, line: Line, job: Job, accepted: tuple[str, ...], hear: Callable[[], str]) -> bool:
        """The dot's end: ``hear`` returns the server's words or raises. True: it took the mail over, and ``line.sent`` is to be noted."""
        running, item = job.work.running, job.work.row.id
        try:
            receipt = hear()
        except SendUncertain as error:
            doubt = error
            self._events.publish("uncertain", flow=running.name, item=item, message_id=job.frozen.message_id)
            running.nodes.failed(job.frozen.node, doubt, state="warning")
            self._write(job, lambda transaction: self._noting.doubt(transaction, job, accepted, doubt))
            return False
        except MailError as error:
            told = self._classes.apply(error)
            refused = dict.fromkeys(accepted, told)
            self._write(job, lambda transaction: self._noting.refused(transaction, job, refused))
            self._tell_gate(told)
            return False
        self._gate.worked()
        running.nodes.passed(job.frozen.node, sent=1)
        line.sent = Sent(job, accepted, receipt)
        if self._events.heard:
            self._events.publish(
                "sent",
                flow=running.name,
                node=job.frozen.node,
                item=item,
                message_id=job.frozen.message_id,
                recipients=len(accepted),
            )
        return True

    def following(self, session: SmtpSession) -> tuple[Job, Envelope] | None:
        """A mail that waits while all are busy and can be announced, and its envelope."""
        if not (session.pipelines and self._speaks_ahead) or self.stopping.is_set():
            return None
        try:
            job = self.jobs.get_nowait()
        except queue.Empty:
            return None
        if job is None or not job.plain or job.work.running.stopping.is_set():
            self.jobs.put(job)
            return None
        return job, job.envelope

    def may_cruise(self, session: SmtpSession | None) -> bool:
        """Whether the mails of a session can be brought without waiting."""
        return session is not None and session.pipelines and self._speaks_ahead and session.usable

    def put_off(self, job: Job, error: MailFlowError) -> None:
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

    # ---- notes

    def note_sent(self, line: Line) -> None:
        """Write down what this session has sent, if that is still to be done."""
        sent, line.sent = line.sent, None
        if sent is not None:
            self.note_all_sent([sent])

    def note_all_sent(self, sents: Sequence[Sent]) -> None:
        """Write down what was sent, without waiting."""
        written = self._journal.write(self._both(sents, []))
        written.add_done_callback(lambda done: self._written(done, [sent.job for sent in sents]))

    def note(
        self, sents: Sequence[Sent], uncertain: Sequence[tuple[Job, tuple[str, ...], Refusals]]
    ) -> Callable[[], None]:
        """Write down, in one: what was sent, and whose dots are about to be said; wait until that is durable.

        Returns what follows for the items of what was sent: to be called once there is time for it. Raises what kept the journal from
        writing.
        """
        written = self._journal.write_here(self._both(sents, uncertain))
        written.result()
        return lambda: self._written(written, [sent.job for sent in sents])

    def _both(
        self, sents: Sequence[Sent], uncertain: Sequence[tuple[Job, tuple[str, ...], Refusals]]
    ) -> Callable[[Transaction], None]:
        def write(transaction: Transaction) -> None:
            concluded = self._noting.note_all(transaction, sents, uncertain)
            for sent, stands in zip(sents, concluded, strict=True):
                sent.job.work.concluded = stands

        return write

    def _write(self, job: Job, function: Callable[[Transaction], settling.Concluded]) -> None:
        def write(transaction: Transaction) -> None:
            job.work.concluded = function(transaction)

        self._journal.write(write).add_done_callback(lambda done: self._written(done, (job,)))

    def _written(self, written: Written[Any], jobs: Sequence[Job]) -> None:
        """Once the ends of some mails are durable: in the journal's thread, or in the one that noted them if that was slower."""
        error = written.exception()
        if error is not None:
            self._crashed(error)
            return
        ended = []
        for job in jobs:
            work = job.work
            if job.frozen.copy_to:
                self._copy(work.running, job.mail, job.frozen.copy_to)
            with _COUNTING:
                work.pending -= 1
                last = work.pending == 0
            # While others are between dot and answer, they look like mails in doubt.
            if last and work.concluded is not None:
                ended.append(work)
        if ended:
            self._concluded(ended)


def bytes_of(job: Job) -> tuple[bytes, ...]:
    """The content of a plain job."""
    assert isinstance(job.content, tuple)
    return job.content


def is_light(job: Job) -> bool:
    """Whether it is plain and so small that it doesn't matter if all of it lies in memory until the line has taken it."""
    return job.plain and job.envelope.size <= LIGHT


def _begin(session: SmtpSession, envelope: Envelope, content: tuple[bytes, ...]) -> Begun:
    """Say envelope and content, all but the dot. Raises as :meth:`SmtpSession.begin` does."""
    return session.begin(
        envelope.sender,
        envelope.recipients,
        content,
        size=envelope.size,
        eight_bit=envelope.eight_bit,
        smtputf8=envelope.smtputf8,
    )
