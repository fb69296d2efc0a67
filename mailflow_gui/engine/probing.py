"""Probing: finding out what became of mails in doubt, before anything else at the start of a run, and some time after a doubt has arisen.

What was found counts as sent. What was surely not sent is sent again. What nobody knows is held for a person, or sent again where its node
says so.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable, Sequence

from mailflow_gui.engine.events import Events
from mailflow_gui.engine.probes import Answer, Mailboxes, Probe
from mailflow_gui.engine.requests import recount
from mailflow_gui.engine.work import RunningFlow
from mailflow_gui.journal import doubts
from mailflow_gui.journal.doubts import Doubt
from mailflow_gui.journal.journal import Journal, Transaction
from mailflow_gui.mail import timeouts

log = logging.getLogger(__name__)

LOOKS = (2.0, 15.0, 90.0, 600.0)
"""Seconds after which a mail in doubt is looked for: it takes a while to get where it lies. A run that ends by itself looks once."""


class Probing:
    """Looks for the mails in doubt of all flows, in one thread of its own once there is something to do."""

    def __init__(
        self,
        journal: Journal,
        events: Events,
        mailboxes: Mailboxes,
        probes: Sequence[Probe],
        *,
        settled: Callable[[RunningFlow, int], None],
        changed: Callable[[], None],
        crashed: Callable[[BaseException], None],
    ) -> None:
        """``settled``: told of an item that can go on now; ``changed``: that a run may have ended."""
        self._journal = journal
        self._events = events
        self._mailboxes = mailboxes
        self._probes = tuple(probes)
        self._settled = settled
        self._changed = changed
        self._crashed = crashed
        self._asking = threading.Lock()
        self._waiting: list[tuple[float, int, RunningFlow, int, int]] = []
        self._numbers = itertools.count()
        self._news = threading.Condition()
        self._thread: threading.Thread | None = None
        self._stopping = False

    def can_look(self, doubt: Doubt) -> bool:
        """Whether there is any way to find out."""
        return bool(self._probes) or self._mailboxes.can_look(doubt)

    def put(self, running: RunningFlow, item: int) -> None:
        """An item has ended in doubt: look for its mails after a while. From any thread."""
        if running.dry or not any(self.can_look(doubt) for doubt in doubts.of_item(self._journal.read(), item)):
            return
        if running.mode == "continuous" or running.begin_chore(("probe", item)):
            self._put(running, item, 0)

    def _put(self, running: RunningFlow, item: int, look: int) -> None:
        with self._news:
            due = time.monotonic() + LOOKS[look] * timeouts.scale()
            heapq.heappush(self._waiting, (due, next(self._numbers), running, item, look))
            if self._thread is None and not self._stopping:
                self._thread = threading.Thread(target=self._work, name="probing", daemon=True)
                self._thread.start()
            self._news.notify_all()

    def stop(self) -> None:
        """End after the question in hand."""
        with self._news:
            self._stopping = True
            self._news.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join()

    def look_at_all(self, running: RunningFlow) -> None:
        """Before a run's new work: every doubt that an earlier run has left. Those that stay open are looked for again later."""
        open_doubts = [] if running.dry else doubts.of_flow(self._journal.read(), running.key)
        left = set()
        with self._asking, self._mailboxes.looking():
            for doubt in open_doubts:
                if running.stopping.is_set():
                    return
                answer = self._answer(doubt)
                self._conclude(running, doubt, answer, last=True)
                if answer == "unknown" and doubt.when_uncertain == "hold" and self.can_look(doubt):
                    left.add(doubt.item)
        if running.mode == "continuous":
            for item in left:
                self._put(running, item, 1)

    def _work(self) -> None:
        try:
            while (entry := self._next()) is not None:
                self._look(*entry)
        except Exception as error:
            self._crashed(error)
            raise

    def _next(self) -> tuple[RunningFlow, int, int] | None:
        with self._news:
            while not self._stopping:
                if self._waiting and self._waiting[0][0] <= time.monotonic():
                    _due, _number, running, item, look = heapq.heappop(self._waiting)
                    return running, item, look
                self._news.wait(self._waiting[0][0] - time.monotonic() if self._waiting else None)
            return None

    def _look(self, running: RunningFlow, item: int, look: int) -> None:
        last = running.mode != "continuous" or look == len(LOOKS) - 1
        again = self._settle(running, item, last=last)
        if again and not last and not running.stopping.is_set():
            self._put(running, item, look + 1)
        elif running.mode != "continuous":
            running.end_chore(("probe", item))
            self._changed()

    def _settle(self, running: RunningFlow, item: int, *, last: bool) -> bool:
        """Look for an item's mails; True: something is still in doubt."""
        if running.stopping.is_set():
            return False
        # One that is on its way again is perhaps between dot and answer: nobody may decide anything about it now.
        if not running.enter(item):
            return True
        left = False
        try:
            with self._asking, self._mailboxes.looking():
                for doubt in doubts.of_item(self._journal.read(), item):
                    left = not self._conclude(running, doubt, self._answer(doubt), last=last) or left
        finally:
            running.leave(item, None)
        self._settled(running, item)
        return left

    def _answer(self, doubt: Doubt) -> Answer:
        probes: tuple[Probe, ...] = (*self._probes, self._mailboxes)
        for probe in probes:
            try:
                answer = probe(doubt)
            except Exception:
                log.exception("a probe failed")
                continue
            if answer != "unknown":
                return answer
        return "unknown"

    def _conclude(self, running: RunningFlow, doubt: Doubt, answer: Answer, *, last: bool) -> bool:
        """Record an answer; False: the doubt stays."""
        if answer == "unknown" and not (last and doubt.when_uncertain == "resend"):
            return False

        def record(transaction: Transaction) -> bool:
            if answer == "arrived":
                changed = doubts.arrived(transaction, doubt, "found by its Message-ID")
            else:
                changed = doubts.resend(transaction, doubt)
            if changed:
                recount(transaction, doubt.item)
            return changed

        if not self._journal.write(record).result():
            return True  # a person has settled it meanwhile, and the item may be at its end
        self._events.publish(
            "doubt-settled",
            flow=running.name,
            node=doubt.node,
            item=doubt.item,
            message_id=doubt.message_id,
            answer=answer,
        )
        return True
