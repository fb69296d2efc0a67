"""Going on where an earlier run, or an earlier try, has stopped."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from mailflow_gui.engine import requests
from mailflow_gui.engine.budget import Budget
from mailflow_gui.engine.compiled import CompiledFlow
from mailflow_gui.engine.work import RunningFlow, Work
from mailflow_gui.errors import JournalError
from mailflow_gui.journal import deliveries, items
from mailflow_gui.journal.items import ItemRow
from mailflow_gui.journal.journal import Journal, Transaction
from mailflow_gui.mail.parse import parse

PAGE = 100


def give_next_chance(journal: Journal, running: RunningFlow) -> None:
    """Before any new work: deliveries in doubt wait until somebody has looked for them; what waited for an account may be tried again."""
    if running.dry:
        return

    def settle(transaction: Transaction) -> None:
        items.hold_doubtful(transaction, running.key)
        items.bring_forward(transaction, running.key, time.time())
        for account in set(running.accounts.values()):
            requests.release(transaction, account)

    journal.write(settle).result()


class Resuming:
    """Brings unfinished items back into memory, never more than the budget allows."""

    def __init__(
        self,
        journal: Journal,
        budget: Budget,
        *,
        deliver: Callable[[Sequence[Work]], None],
        load_version: Callable[[RunningFlow, str], CompiledFlow],
        look_at_doubts: Callable[[RunningFlow], None],
        crashed: Callable[[BaseException], None],
    ) -> None:
        self._journal = journal
        self._budget = budget
        self._deliver = deliver
        self._load_version = load_version
        self._look_at_doubts = look_at_doubts
        self._crashed = crashed

    def begin(self, running: RunningFlow) -> None:
        """Bring back everything that can go on now, in a thread of its own; then let the run receive new mail."""
        threading.Thread(target=self._feed_all, args=(running,), name=f"resuming {running.name}", daemon=True).start()

    def feed(self, running: RunningFlow, row: ItemRow) -> None:
        """Bring back one item, when there is room for it."""
        self._feed(running, row, wait=True)

    def feed_due(self, running: RunningFlow) -> None:
        """Bring back retries that are due."""
        for row in items.due(self._journal.read(), running.key, dry=running.dry, now=time.time(), limit=PAGE):
            if not self._feed(running, row, wait=False):
                return

    def _feed_all(self, running: RunningFlow) -> None:
        try:
            self._look_at_doubts(running)
            last = 0
            now = time.time()
            while rows := items.workable(
                self._journal.read(), running.key, dry=running.dry, now=now, after=last, limit=PAGE
            ):
                last = rows[-1].id
                for row in rows:
                    if not self._feed(running, row, wait=True):
                        return
        except Exception as error:
            self._crashed(error)
            raise
        finally:
            running.resumed.set()

    def _feed(self, running: RunningFlow, row: ItemRow, *, wait: bool) -> bool:
        """False: no room now, or the run is being stopped."""
        if not running.enter(row.id):
            return True
        size = row.place.length
        while not self._budget.take(size, timeout=0.5 if wait else 0.0):
            if not wait or running.stopping.is_set():
                running.leave(row.id, None)
                return False
        if running.stopping.is_set():
            running.leave(row.id, None)
            self._budget.give_back(size)
            return False
        self._load_version(running, row.version)
        try:
            raw = self._journal.streamed(row.place)
        except JournalError as error:  # a spool file is gone: this message is lost here, the others go on
            self._bury(row, error)
            running.leave(row.id, "failed")
            self._budget.give_back(size)
            return True
        self._deliver([Work(running, row, parse(raw, row.flags), size, known=True, resuming=True)])
        return True

    def _bury(self, row: ItemRow, error: JournalError) -> None:
        def bury(transaction: Transaction) -> None:
            deliveries.note(transaction, error, flow=row.flow, operation="resume", item=row.id, node=row.node)
            items.put_error(transaction, row.id, error, "reject-message")
            items.settle(transaction, row.id, "failed", flagging=False)

        self._journal.write(bury).result()
