"""Sending: per account a queue of frozen mails, and sessions that bring them.

A thread of its own opens each session and brings its first mail; from then on one thread brings the mails of all sessions together
(:mod:`mailflow_gui.engine.cruising`) for as long as nothing takes time. What does, and servers without PIPELINING, has a thread each.
"""

from __future__ import annotations

import contextlib
import math
import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence

from mailflow_gui.engine.bringing import Bringing, Line, is_light
from mailflow_gui.engine.classing import Classing
from mailflow_gui.engine.cruising import LINGER, Cruising
from mailflow_gui.engine.delivering import Job
from mailflow_gui.engine.events import Events
from mailflow_gui.engine.gates import Gate
from mailflow_gui.engine.limits import Limits
from mailflow_gui.engine.noting import Noting
from mailflow_gui.engine.work import RunningFlow, Work
from mailflow_gui.journal.doubts import Doubt
from mailflow_gui.journal.journal import Journal
from mailflow_gui.mail.smtp import SmtpSession

NEAR_SESSIONS = 16
"""For a server near by: so many share a commit of the journal, within what the account allows."""
ENVELOPES_A_SECOND = 1500
"""So many sessions are opened, within what the account allows, that they could say as many envelopes together."""


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
        concluded: Callable[[Sequence[Work]], None],
        put_down: Callable[[Work], None],
        copy: Callable[[RunningFlow, int, str], None],
        can_look: Callable[[Doubt], bool],
        crashed: Callable[[BaseException], None],
    ) -> None:
        self._account = gate.account
        self._limit = max(1, sessions)
        self._crashed = crashed
        self._bringing = Bringing(
            gate,
            classes,
            connect,
            journal,
            events,
            noting=Noting(gate, journal, events, can_look),
            limits=limits,
            concluded=concluded,
            put_down=put_down,
            copy=copy,
            measured=self._measured,
            crashed=crashed,
        )
        self._jobs = self._bringing.jobs
        self._lock = threading.Lock()
        self._threads: set[threading.Thread] = set()
        self._cruising: Cruising | None = None
        self._lines = 0
        """Sessions that are open, or about to be."""
        self._idle = 0
        """Threads that wait for a mail."""
        self._wanted = NEAR_SESSIONS
        self._answer_times: deque[float] = deque(maxlen=16)
        """The shortest of the last ones tells how far the server is, however busy this machine is."""

    def put(self, jobs: Sequence[Job]) -> None:
        """Take on mails; starts further sessions where all are busy and the account allows more."""
        for job in jobs:
            self._jobs.put(job)
        cruising = self._cruising
        if cruising is not None and cruising.free:
            cruising.wake()
        self._grow()

    def _grow(self) -> None:
        """Open as many sessions as there is use for."""
        while self._unused() < self._jobs.qsize() and self._lines < min(self._limit, self._wanted):
            with self._lock:
                if self._bringing.stopping.is_set() or self._lines >= self._limit:
                    return
                self._lines += 1
            self._start(self._work, Line(), None)

    def _unused(self) -> int:
        cruising = self._cruising
        return self._idle + (cruising.free if cruising is not None else 0)

    def _take_back(self, line: Line, job: Job | None) -> None:
        self._start(self._work if job is not None else self._retire, line, job)

    def _start(self, work: Callable[[Line, Job | None], None], line: Line, job: Job | None) -> None:
        """A thread for one session."""
        thread = threading.Thread(target=work, args=(line, job), name=f"sending {self._account}", daemon=True)
        with self._lock:
            self._threads.add(thread)
            thread.start()

    def stop(self) -> None:
        """Finish the mails in hand and close the sessions; what is queued stays in the journal."""
        self._bringing.stopping.set()
        while True:
            with self._lock:
                threads = [*self._threads]
                cruising = self._cruising
            if cruising is not None and cruising.is_alive():
                cruising.wake()
                threads.append(cruising)  # it hands its sessions back to further threads
            if not threads:
                return
            for _each in threads:  # all of them first: any of those that wait may take it
                self._jobs.put(None)
            for thread in threads:
                thread.join()

    def _work(self, line: Line, job: Job | None) -> None:
        """Bring mails, ``job`` first, until there are none or others can bring them."""
        kept = True
        try:
            while (job := job or line.ahead or self._next(line)) is not None:
                if job.work.running.stopping.is_set():
                    self._bringing.note_sent(line)
                    if line.ahead is not None:
                        line.drop()
                    self._bringing.put_down(job.work)
                    job = None
                    continue
                self._bringing.bring(line, job)
                job, cruises = self._next_to_cruise(line)
                if cruises and self._cruise(line, job):
                    kept = False
                    return
        except Exception as error:
            self._crashed(error)
            raise
        finally:
            if kept:
                self._retire(line)
            else:
                self._ended()

    def _retire(self, line: Line, _job: Job | None = None) -> None:
        """Close a session."""
        self._bringing.note_sent(line)
        if line.session is not None:
            line.session.close()
        with self._lock:
            self._lines -= 1
        self._ended()

    def _ended(self) -> None:
        with self._lock:
            self._threads.discard(threading.current_thread())
        self._grow()  # what was queued between our last look and our end

    def _next(self, line: Line) -> Job | None:
        """The next mail, or None when there was none for a while, or at the end."""
        if self._bringing.stopping.is_set():
            return None
        with contextlib.suppress(queue.Empty):
            return self._jobs.get_nowait()
        if line.session is None:
            return None
        with self._lock:
            self._idle += 1
        try:
            return self._jobs.get(timeout=LINGER)
        except queue.Empty:
            return None
        finally:
            with self._lock:
                self._idle -= 1

    def _next_to_cruise(self, line: Line) -> tuple[Job | None, bool]:
        """The next mail, if there is one, and whether the session can bring it, or wait for one, together with the others."""
        if self._bringing.stopping.is_set() or not self._bringing.may_cruise(line.session):
            return None, False
        if line.ahead is not None:
            return None, is_light(line.ahead)
        try:
            job = self._jobs.get_nowait()
        except queue.Empty:
            return None, True
        return job, job is not None and is_light(job)

    def _cruise(self, line: Line, job: Job | None) -> bool:
        """Hand a session over."""
        with self._lock:
            if self._bringing.stopping.is_set():
                return False
            if self._cruising is None or not self._cruising.take(line, job):
                self._cruising = Cruising(self._account, self._bringing, self._take_back, crashed=self._crashed)
                self._cruising.take(line, job)
                self._cruising.start()
        return True

    def _measured(self, answer_time: float) -> None:
        """The longer a server takes for an envelope, the more sessions are worth their cost."""
        self._answer_times.append(answer_time)
        self._wanted = max(NEAR_SESSIONS, math.ceil(min(self._answer_times) * ENVELOPES_A_SECOND))
        self._grow()
