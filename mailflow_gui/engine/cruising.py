"""Cruising: one thread that brings the plain mails of all sessions of an account that are open and work well.

It waits for no server. What takes time or is out of the ordinary (opening a session, a refusal, a large mail, a limit) it hands back,
session and mail together, to a thread that may wait. Mails whose dots can be said together share one commit of the journal.
"""

from __future__ import annotations

import contextlib
import queue
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from mailflow_gui.engine.bringing import Bringing, Line, Refusals, bytes_of, is_light
from mailflow_gui.engine.delivering import Job
from mailflow_gui.engine.noting import Sent
from mailflow_gui.errors import MailFlowError, Transient
from mailflow_gui.mail.smtp import SmtpSession

LINGER = 5.0
"""Seconds for which a session without work is kept."""
PATIENCE = 2.0
"""Seconds for which a server may think about an envelope before a thread of its own waits for it."""
_LOOK = 0.5
"""Seconds between two looks at the clock for all sessions."""
_GROUP = 16
"""So many dots are said after one commit at most: those of more sessions wait for one another too long."""

_State = Literal["free", "envelope", "content", "begun", "dot"]
"""Nothing to do; the envelope was said; the content is said; all but the dot is with the server; the dot was said."""

HandBack = Callable[[Line, "Job | None"], None]
"""Takes a session back: with the mail that it is to bring, which may be announced already; without one, it is to be closed."""


@dataclass(eq=False)
class _Cruise:
    """One session and the mail that it brings."""

    line: Line
    session: SmtpSession
    state: _State = "free"
    job: Job | None = None
    accepted: tuple[str, ...] = ()
    since: float = 0.0
    """When it came into this state (monotonic seconds)."""
    writing: bool = False
    """Whether it waits for room to write, too."""


class Cruising(threading.Thread):
    """The thread of one account. It ends when it has no session left."""

    def __init__(
        self, account: str, bringing: Bringing, hand_back: HandBack, *, crashed: Callable[[BaseException], None]
    ) -> None:
        super().__init__(name=f"cruising {account}", daemon=True)
        self._bringing = bringing
        self._hand_back = hand_back
        self._crashed = crashed
        self._lock = threading.Lock()
        self._new: deque[tuple[Line, Job | None]] = deque()
        self._ended = False
        self._selector = selectors.DefaultSelector()
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._wake_reader.setblocking(False)
        self._wake_writer.setblocking(False)
        self._selector.register(self._wake_reader, selectors.EVENT_READ)
        self._woken = False
        self._cruises: dict[int, _Cruise] = {}
        self._begun: list[tuple[_Cruise, Job]] = []
        """Mails that are with their servers but for the dot."""
        self._looked = 0.0
        self.free = 0
        """Sessions that have nothing to do."""

    def take(self, line: Line, job: Job | None) -> bool:
        """Take over a session that :meth:`Bringing.may_cruise`, and a mail for it; False if this thread has ended. From any thread."""
        with self._lock:
            if self._ended:
                return False
            self._new.append((line, job))
        self.wake()
        return True

    def wake(self) -> None:
        """There are mails for free sessions, or the end has come. From any thread."""
        if not self._woken:
            self._woken = True
            with contextlib.suppress(OSError):  # full: it will wake anyway; closed: it has ended
                self._wake_writer.send(b"w")

    def run(self) -> None:
        try:
            while self._goes_on():
                self._round()
        except MailFlowError as error:  # the journal takes nothing more: no bug of ours
            self._crashed(error)
        except Exception as error:
            self._crashed(error)
            raise
        finally:
            with self._lock:
                self._ended = True
                left = [cruise.line for cruise in self._cruises.values()] + [line for line, _job in self._new]
            for line in left:
                self._bringing.note_sent(line)
                line.drop()
            self._selector.close()
            self._wake_reader.close()
            self._wake_writer.close()

    def _goes_on(self) -> bool:
        """Whether there is anything to do; from then on that there isn't, nothing is taken over."""
        with self._lock:
            new = list(self._new)
            self._new.clear()
            self._ended = not new and not self._cruises
        for line, job in new:
            self._enter(line, job)
        return not self._ended

    def _enter(self, line: Line, job: Job | None) -> None:
        session = line.session
        assert session is not None
        session.wait_for_nothing()
        cruise = _Cruise(line, session, since=time.monotonic())
        key = self._selector.register(session.socket, selectors.EVENT_READ, cruise)
        self._cruises[key.fd] = cruise
        self.free += 1
        if line.ahead is not None:
            self._put(cruise, "envelope", line.ahead)
            session.gather()  # replies that arrived with the last one
            self._go_on(cruise)
        elif job is not None:
            self._give(cruise, job)

    def _leave(self, cruise: _Cruise, job: Job | None) -> None:
        """Hand a session back, or what it leaves behind."""
        key = self._selector.unregister(cruise.session.socket)
        del self._cruises[key.fd]
        self.free -= cruise.state == "free"
        cruise.session.wait()
        self._bringing.note_sent(cruise.line)  # whoever gets it may wait for long
        self._hand_back(cruise.line, job)

    def _put(self, cruise: _Cruise, state: _State, job: Job | None) -> None:
        if state == "free" or cruise.state == "free":
            self.free += (state == "free") - (cruise.state == "free")
        cruise.state, cruise.job, cruise.since = state, job, time.monotonic()
        if cruise.writing or cruise.session.unsent:
            self._watch(cruise)

    def _watch(self, cruise: _Cruise) -> None:
        """Wait for room, too, as long as the line hasn't taken all that was said."""
        unsent = cruise.session.unsent
        if cruise.writing != unsent:
            cruise.writing = unsent
            events = selectors.EVENT_READ | selectors.EVENT_WRITE if unsent else selectors.EVENT_READ
            self._selector.modify(cruise.session.socket, events, cruise)

    # ---- a round

    def _round(self) -> None:
        waiting = _LOOK
        if self._begun or (self.free and not self._bringing.jobs.empty()):
            waiting = 0.0
        self._serve(self._selector.select(waiting))
        if 0 < len(self._begun) < len(self._cruises) - self.free:
            self._serve(self._selector.select(0))  # whoever is ready meanwhile shares the commit
        self._give_work()
        begun, self._begun = self._begun, []
        self._say_dots(begun)
        now = time.monotonic()
        if now - self._looked >= _LOOK or self._bringing.stopping.is_set():
            self._looked = now
            self._look_at_the_clock(now)

    def _serve(self, ready: Sequence[tuple[selectors.SelectorKey, int]]) -> None:
        """Go on with the sessions at which something has arrived, or that have room."""
        for key, _events in ready:
            cruise = key.data
            if cruise is None:
                with contextlib.suppress(BlockingIOError):
                    while self._wake_reader.recv(4096):
                        pass
                # Last: whoever found it set has put down what it wakes us for, and we look from here on. The other way round a byte that
                # was sent in between would be read, the flag stay set, and nobody wake us any more.
                self._woken = False
                continue
            cruise.session.gather()
            self._go_on(cruise)

    def _go_on(self, cruise: _Cruise) -> None:
        """As far as what has arrived lets a session go on."""
        session = cruise.session
        if cruise.writing and cruise.state != "content":
            self._push(cruise)
        if cruise.state == "dot" and session.spoken_to:
            self._hear(cruise)
        if cruise.state == "envelope" and (granted := session.has_granted) is not None:
            self._begin(cruise, granted=granted)
        if cruise.state == "content":
            self._flush(cruise)
        elif cruise.state == "free" and session.spoken_to:
            self._leave(cruise, None)  # a goodbye, or the end

    def _hear(self, cruise: _Cruise) -> None:
        """The server has answered the dot, or never will."""
        job, line, session = cruise.job, cruise.line, cruise.session
        assert job is not None
        self._bringing.ended(line, job, cruise.accepted, lambda: self._bringing.heard(session))
        if not session.usable:
            following, line.ahead = line.ahead, None
            self._leave(cruise, following)
        elif line.ahead is not None:
            self._put(cruise, "envelope", line.ahead)
        else:
            self._put(cruise, "free", None)

    def _begin(self, cruise: _Cruise, *, granted: bool) -> None:
        """The server has answered the envelope: the content follows."""
        job = cruise.job
        assert job is not None
        if not (granted and is_light(job)) or job.work.running.stopping.is_set():
            self._leave(cruise, job)
            return
        cruise.line.ahead = None
        try:
            cruise.accepted = cruise.session.begin_granted(bytes_of(job))
        except MailFlowError as error:
            self._failed(cruise, job, error)
            return
        self._put(cruise, "content", job)

    def _push(self, cruise: _Cruise) -> None:
        """Go on saying a dot or an envelope that the line didn't take at once."""
        with contextlib.suppress(MailFlowError):  # told when it is heard: who is lost has nothing more to wait for
            cruise.session.flush()
            self._watch(cruise)

    def _flush(self, cruise: _Cruise) -> None:
        job = cruise.job
        assert job is not None
        try:
            if cruise.session.spoken_to:
                raise cruise.session.interruption()
            done = cruise.session.flush()
        except MailFlowError as error:
            self._failed(cruise, job, error)
            return
        if done:
            self._put(cruise, "begun", job)
            self._begun.append((cruise, job))
        else:
            self._watch(cruise)

    def _failed(self, cruise: _Cruise, job: Job, error: MailFlowError) -> None:
        """The mail didn't leave; the session is lost."""
        cruise.session.abandon()
        if isinstance(error, Transient):  # the server has had enough of this session, as it may after any mail
            self._leave(cruise, job)
            return
        self._bringing.put_off(job, error)
        self._leave(cruise, None)

    def _say_dots(self, begun: Sequence[tuple[_Cruise, Job]]) -> None:
        """Write down what was sent and what is about to be, then say the dots."""
        for start in range(0, len(begun) or 1, _GROUP):
            some = begun[start : start + _GROUP]
            uncertain: list[tuple[Job, tuple[str, ...], Refusals]] = [
                (job, cruise.accepted, {}) for cruise, job in some
            ]
            # With the first group all that was sent: a mail's note on the session's mail before it must not come later than its own.
            sents = self._sents() if start == 0 else []
            if not sents and not some:
                return
            if not some:
                self._bringing.note_all_sent(sents)
                return
            go_on = self._bringing.note(sents, uncertain)
            spoken = {key.data for key, _events in self._selector.select(0)}  # meanwhile: one look at all of them
            for cruise, job in some:
                self._say_dot(cruise, job, looked=cruise not in spoken)
            go_on()  # now that the servers have something to do

    def _sents(self) -> list[Sent]:
        sents = []
        for cruise in self._cruises.values():
            if cruise.line.sent is not None:
                sents.append(cruise.line.sent)
                cruise.line.sent = None
        return sents

    def _say_dot(self, cruise: _Cruise, job: Job, *, looked: bool) -> None:
        line, session = cruise.line, cruise.session
        following = self._bringing.following(session)
        line.ahead = following[0] if following is not None else None
        try:
            session.say_dot(following[1] if following is not None else None, looked=looked)
        except MailFlowError as error:
            failure = error

            def fail() -> str:
                raise failure

            self._bringing.ended(line, job, cruise.accepted, fail)
            ahead, line.ahead = line.ahead, None
            session.abandon()
            self._leave(cruise, ahead)
            return
        self._put(cruise, "dot", job)

    # ---- mails for free sessions, and the clock

    def _give_work(self) -> None:
        for cruise in [cruise for cruise in self._cruises.values() if cruise.state == "free"] if self.free else ():
            while cruise.state == "free" and not self._bringing.stopping.is_set():
                try:
                    job = self._bringing.jobs.get_nowait()
                except queue.Empty:
                    return
                if job is None:  # meant for others
                    self._bringing.jobs.put(None)
                    return
                if not job.work.running.stopping.is_set():
                    self._give(cruise, job)
                    break
                self._bringing.put_down(job.work)

    def _give(self, cruise: _Cruise, job: Job) -> None:
        """A mail for a free session."""
        try:
            if is_light(job) and cruise.session.announce(job.envelope):
                cruise.line.ahead = job
                self._put(cruise, "envelope", job)
                return
        except MailFlowError:
            cruise.session.abandon()
        self._leave(cruise, job)

    def _look_at_the_clock(self, now: float) -> None:
        stopping = self._bringing.stopping.is_set()
        for cruise in list(self._cruises.values()):
            if cruise.state == "free" and (stopping or now - cruise.since >= LINGER):
                self._leave(cruise, None)
            elif cruise.state == "envelope" and now - cruise.since >= PATIENCE:
                self._leave(cruise, cruise.job)
            elif cruise.state == "content" and now >= cruise.session.due and cruise.job is not None:
                self._failed(cruise, cruise.job, cruise.session.late())
            elif cruise.state == "dot" and now >= cruise.session.due:
                self._hear(cruise)
