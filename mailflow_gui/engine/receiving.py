"""Receiving: one thread and one session per account and folder, shared by all watches of all flows on it.

The loop: have a session, move the flags of what has settled, make the polls that are due, wait. It never dies quietly: a lost session is
opened again at once, then with back-off, for as long as the flow runs.
"""

from __future__ import annotations

import abc
import contextlib
import logging
import select
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from mailflow_gui.engine import flagging
from mailflow_gui.engine.gates import Gate
from mailflow_gui.engine.lots import Lot
from mailflow_gui.engine.watching import Fetched, Tools, Watching, note_failure, note_success, take_on
from mailflow_gui.errors import JournalError, MailError, MailFlowError, StorageError
from mailflow_gui.flow.item import AfterReceiving
from mailflow_gui.journal import items
from mailflow_gui.journal.items import ItemRow
from mailflow_gui.journal.written import Written

log = logging.getLogger(__name__)

FLAG_BATCH = 500
FOLDER_PAUSE = 60.0
"""Seconds until a folder that can't be used is looked at again."""
CLOSED_PAUSE = 1.0
"""Seconds between looks at a closed gate."""
SETTLE_PAUSE = 0.25
"""Seconds between polls that only wait for the last items to settle."""


class Receiving(threading.Thread, abc.ABC):
    """The receiving side of one account's folder."""

    def __init__(self, gate: Gate, folder: str, tools: Tools, ended: Callable[[Receiving], None]) -> None:
        super().__init__(name=f"receiving {gate.account} {folder}", daemon=True)
        self.gate = gate
        self.folder = folder
        self.tools = tools
        self._ended = ended
        self._lock = threading.Lock()
        self._new: list[Watching] = []
        self._watchings: list[Watching] = []
        self._closed = False
        self._stopping = threading.Event()
        self._again = threading.Event()
        self._folder_trouble: MailError | None = None
        self._kept: MailFlowError | None = None
        self._woken = False
        self._settled = 0.0
        """When it was last woken because an item has settled (monotonic seconds)."""
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._wake_reader.setblocking(False)
        self._wake_writer.setblocking(False)

    def add(self, watching: Watching) -> bool:
        """Serve one more watch; False if this thread is about to end."""
        with self._lock:
            if self._closed:
                return False
            self._new.append(watching)
        self.wake()
        return True

    @property
    def watchings(self) -> list[Watching]:
        """The watches that it serves."""
        return list(self._watchings)

    def wake(self) -> None:
        """Look at once: something has settled, or the end has come. From any thread."""
        if self._woken:
            return
        self._woken = True
        with contextlib.suppress(OSError):  # full: it will wake anyway; closed: it has ended
            self._wake_writer.send(b"w")

    def settled(self, *, last: bool) -> None:
        """An item has settled or was put off, the ``last`` one that was in memory or not. From any thread.

        Those that settle within :data:`SETTLE_PAUSE` are flagged together.
        """
        now = time.monotonic()
        if last or now - self._settled >= SETTLE_PAUSE:
            self._settled = now
            self.wake()

    def look_again(self) -> None:
        """Poll at once: a person has decided something. From any thread."""
        self._again.set()
        self.wake()

    def stop(self) -> None:
        """End as soon as the command in hand is done."""
        self._stopping.set()
        self.wake()

    # ---- what the protocols do differently

    @abc.abstractmethod
    def _connect(self) -> None:
        """Have a session, opened through the gate; a folder that can't be used goes to :meth:`_folder_failed`."""

    @abc.abstractmethod
    def _disconnect(self, *, broken: bool = False) -> None:
        """Let go of the session, if there is one."""

    @abc.abstractmethod
    def _poll(self, watching: Watching) -> int:
        """Fetch what is new for one watch; returns how many mails were taken on."""

    def _numbers_fit(self, watching: Watching) -> bool:
        """Whether the folder still has the numbers (UIDVALIDITY) by which the watch knows its mails."""
        return True

    @abc.abstractmethod
    def _act(self, action: AfterReceiving, rows: Sequence[ItemRow]) -> None:
        """Do on the server what is to be done after receiving."""

    @abc.abstractmethod
    def _rest(self, seconds: float) -> bool:
        """Wait, or until woken; True if the server tells of news."""

    # ---- the loop

    def run(self) -> None:
        try:
            while self._serve():
                pass
        except (JournalError, StorageError) as error:
            self.tools.crashed(error)
        except Exception as error:
            self.tools.crashed(error)
            raise
        finally:
            with self._lock:
                self._closed = True
                left = self._watchings + self._new
            self._disconnect()
            for watching in left:
                watching.running.end_watching(watching.step.id)
            self._wake_reader.close()
            self._wake_writer.close()
            self._ended(self)

    def _serve(self) -> bool:
        """One round; False when there is nothing left to serve."""
        with self._lock:
            self._watchings += self._new
            self._new.clear()
            if not self._watchings:
                self._closed = True
        if self._closed:
            return False
        if self._again.is_set():
            self._again.clear()
            for watching in self._watchings:
                watching.due = 0.0
        try:
            if self._something_to_do():
                self._connect()
                if self._folder_trouble is None:
                    self._flag()
                    self._poll_due()
        except (JournalError, StorageError):
            raise
        except MailFlowError as error:
            self._failed(error)
        self._let_go()
        if self._watchings and not self._stopping.is_set():
            self._wait()
        return True

    def _something_to_do(self) -> bool:
        now = time.monotonic()
        due = any(
            not watching.done and watching.due <= now and watching.running.resumed.is_set()
            for watching in self._watchings
        )
        return (due and not self._stopping.is_set()) or any(
            self._unflagged(watching, 1) for watching in self._watchings
        )

    def _poll_due(self) -> None:
        for watching in list(self._watchings):
            if self._stopping.is_set():
                return
            running = watching.running
            ready = not watching.done and watching.due <= time.monotonic() and running.resumed.is_set()
            if not ready or running.stopping.is_set():
                continue
            if not watching.watch.process_once and running.in_memory:
                watching.due = (
                    time.monotonic() + SETTLE_PAUSE
                )  # without the ledger, what is on its way must settle first
                continue
            self._poll_one(watching)

    def _poll_one(self, watching: Watching) -> None:
        running = watching.running
        quiet = running.in_memory == 0
        watching.polls += 1
        try:
            count = self._poll(watching)
        except JournalError as error:
            if error.code not in {"uidvalidity-changed", "journal-lost", "journal-older"}:
                raise
            self._set_aside(watching, error)
            return
        except MailError as error:
            if not error.code.startswith("folder-"):
                raise
            self._keep(error)
            self._set_aside(watching, error)
            return
        note_success(watching, self.tools.journal)
        self.tools.events.publish(
            "polled", flow=running.name, node=watching.step.id, received=count, ahead=len(watching.ahead)
        )
        running.troubles.pop(watching.step.id, None)
        watching.set_aside = False
        watching.heard = time.monotonic()
        self.gate.worked()
        now = time.monotonic()
        if running.mode == "once":
            watching.finish()
        elif count or watching.ahead:
            # A full poll is followed by the next at once; also one that wasn't, while running until idle.
            at_once = bool(watching.ahead) or running.mode == "until-idle"
            watching.due = now if at_once else now + watching.watch.delay
        elif running.mode == "until-idle":
            if quiet and running.in_memory == 0:
                watching.finish()
            watching.due = now + SETTLE_PAUSE
        else:
            watching.due = now + watching.watch.delay
        running.nodes.polled(watching.step.id, watching.due)

    def _folder_failed(self, error: MailError) -> None:
        """The account works, this folder doesn't: its watches can't go on for now."""
        self._folder_trouble = error
        self._keep(error)
        for watching in self._watchings:
            if not watching.done:
                self._set_aside(watching, error)

    def _set_aside(self, watching: Watching, error: MailFlowError) -> None:
        """This watch can't go on; the others on the session can."""
        watching.set_aside = True
        watching.due = time.monotonic() + FOLDER_PAUSE
        self.tools.events.publish(
            "failed", flow=watching.running.name, node=watching.step.id, code=error.code, text=str(error)
        )
        watching.running.nodes.failed(watching.step.id, error)
        if watching.running.mode == "continuous":
            watching.running.troubles[watching.step.id] = error
        else:
            watching.finish(error)

    def _failed(self, error: MailFlowError) -> None:
        """The session, or the way to it, is lost."""
        self._disconnect(broken=True)
        self._keep(error)
        if self.gate.closed is None and self.gate.trouble is None:
            self.gate.failed(error)  # it was lost on the way: opening it didn't note anything
        if self.gate.closed is None and self.gate.wait == 0:
            return
        for watching in self._watchings:
            if watching.running.mode != "continuous" and not watching.done:
                watching.finish(error)
            elif not watching.done:
                watching.running.troubles[watching.step.id] = error

    def _keep(self, error: MailFlowError) -> None:
        """In the journal, once: while its cause lasts, a gate gives out one and the same error."""
        if error is self._kept or not self._watchings:
            return
        self._kept = error
        note_failure(self._watchings, self.gate.account, error, self.tools.journal)

    def _let_go(self) -> None:
        """Drop the watches whose run is over."""
        kept = []
        for watching in self._watchings:
            running = watching.running
            if running.stopping.is_set() and not watching.done:
                watching.finish()
            over = watching.done and (running.in_memory == 0 or running.stopping.is_set() or self._stopping.is_set())
            unreachable = self.gate.trouble is not None or self._folder_trouble is not None or watching.set_aside
            if self._stopping.is_set() or (over and (unreachable or not self._unflagged(watching, 1))):
                running.end_watching(watching.step.id)
            else:
                kept.append(watching)
        self._watchings = kept

    def _wait(self) -> None:
        now = time.monotonic()
        open_watchings = [watching for watching in self._watchings if not watching.done]
        seconds = min((max(0.0, watching.due - now) for watching in open_watchings), default=SETTLE_PAUSE)
        if now - self._settled < SETTLE_PAUSE and any(watching.running.in_memory for watching in open_watchings):
            seconds = min(seconds, SETTLE_PAUSE)  # others may have settled since; the last one wakes us
        if any(not watching.running.resumed.is_set() for watching in open_watchings):
            seconds = max(seconds, 0.05)
        if self._folder_trouble is not None:
            seconds = max(seconds, FOLDER_PAUSE)
        if self.gate.closed is not None:
            seconds = max(seconds, CLOSED_PAUSE)
        elif self.gate.wait > 0:
            seconds = max(seconds, self.gate.wait)
        if seconds > 0 and self._rest(seconds):
            for watching in open_watchings:
                watching.due = 0.0
        self._drain()
        for watching in open_watchings:
            if watching.running.mode == "until-idle" and watching.running.in_memory == 0:
                watching.due = 0.0

    def _sleep(self, seconds: float) -> None:
        """Wait without a session, or until woken."""
        select.select([self._wake_reader], [], [], seconds)

    def _drain(self) -> None:
        self._woken = False  # first: who wakes us from now on is heard
        with contextlib.suppress(BlockingIOError):
            while self._wake_reader.recv(4096):
                pass

    # ---- taking on and flagging

    def _take_all_on(
        self, watching: Watching, mails: Iterable[Fetched], taken: Callable[[Sequence[Fetched]], None] | None = None
    ) -> int:
        """Take mails on as they come, in lots, as there is room for them; returns how many. Ends early if the run stops.

        Returns once all of them are durable; what ends ``mails`` with an error leaves those before it taken on.
        ``taken``: is told of each lot when it has been given to the journal.
        """
        lot = Lot(lambda some: self._take_on(watching, some), taken)
        try:
            for mail in mails:
                if self._is_over(watching):
                    break
                lot.add(mail)
        finally:
            if not self._is_over(watching):
                lot.take_on()
        lot.wait()
        return lot.count

    def _is_over(self, watching: Watching) -> bool:
        return self._stopping.is_set() or watching.running.stopping.is_set()

    def _take_on(
        self, watching: Watching, mails: Sequence[Fetched]
    ) -> tuple[int, Written[list[ItemRow | None]] | None]:
        """Take the first of some mails on, as soon as there is room; how many that were, none if the run stops first."""
        sizes = [mail.kept_size for mail in mails]
        while not (count := self.tools.budget.take_some(sizes, timeout=0.5)):
            if self._is_over(watching):
                return 0, None
        watching.heard = time.monotonic()
        return count, take_on(watching, mails[:count], self.tools)

    def _passed_over(self, watching: Watching) -> set[int | str]:
        """Without the ledger: mails that are still on their way here (a retry, a doubt), and with *until idle* what this run has had."""
        row = watching.row
        known = items.unfinished(self.tools.journal.read(), row.key.flow, row.id, row.uid_validity)
        return known | (watching.repeated if watching.running.mode == "until-idle" else set())

    def _unflagged(self, watching: Watching, limit: int) -> list[ItemRow]:
        row = watching.row
        return items.unflagged(self.tools.journal.read(), row.id, row.uid_validity, limit)

    def _flag(self) -> None:
        for watching in self._watchings:
            if not self._numbers_fit(watching):
                continue  # first the known mails must be found again
            action = watching.watch.after_receiving
            for count in flagging.work_off(
                self.tools.journal, action, partial(self._unflagged, watching, FLAG_BATCH), self._act
            ):
                self.tools.events.publish("flagged", flow=watching.running.name, node=watching.step.id, items=count)
