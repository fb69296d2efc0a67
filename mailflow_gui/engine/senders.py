"""Who sends with which account, and who makes copies: made when they are first needed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from mailflow_gui.accounts.sessions import Sessions
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.engine.copying import Copying
from mailflow_gui.engine.delivering import Job
from mailflow_gui.engine.events import Events
from mailflow_gui.engine.gates import Gates
from mailflow_gui.engine.limits import Limits
from mailflow_gui.engine.sending import Sending
from mailflow_gui.engine.work import RunningFlow, Work
from mailflow_gui.errors import MailFlowError
from mailflow_gui.journal.doubts import Doubt
from mailflow_gui.journal.journal import Journal


class Senders:
    """The sending sides of all accounts."""

    def __init__(
        self,
        journal: Journal,
        accounts: AccountStore,
        sessions: Sessions,
        gates: Gates,
        events: Events,
        *,
        concluded: Callable[[Sequence[Work]], None],
        put_down: Callable[[Work], None],
        can_look: Callable[[Doubt], bool],
        changed: Callable[[], None],
        crashed: Callable[[BaseException], None],
    ) -> None:
        self._journal = journal
        self._accounts = accounts
        self._sessions = sessions
        self._gates = gates
        self._events = events
        self._concluded = concluded
        self._put_down = put_down
        self._can_look = can_look
        self._changed = changed
        self._crashed = crashed
        self._limits = Limits(journal)
        self._lock = threading.Lock()
        self._sending: dict[str, Sending] = {}
        self._copying: dict[str, Copying] = {}

    def send(self, jobs: Sequence[Job]) -> None:
        """Hand frozen mails to the senders of their accounts."""
        by_account: dict[str, list[Job]] = {}
        for job in jobs:
            by_account.setdefault(job.frozen.account, []).append(job)
        for account, its_jobs in by_account.items():
            self._of(account).put(its_jobs)

    def _of(self, account: str) -> Sending:
        with self._lock:
            sender = self._sending.get(account)
            if sender is None:
                sender = self._sending[account] = Sending(
                    self._gates.of(account),
                    self._gates.classes,
                    self._sessions.smtp,
                    self._journal,
                    self._events,
                    sessions=self._session_limit(account),
                    limits=self._limits,
                    concluded=self._concluded,
                    put_down=self._put_down,
                    copy=self.copy,
                    can_look=self._can_look,
                    crashed=self._crashed,
                )
            return sender

    def copy(self, running: RunningFlow, mail: int, account: str) -> None:
        """Have the copy made that a sent mail owes to an account."""
        with self._lock:
            copying = self._copying.get(account)
            if copying is None:
                gate = self._gates.of(account)
                copying = self._copying[account] = Copying(
                    gate, self._sessions.imap, self._journal, self._events, changed=self._changed, crashed=self._crashed
                )
        copying.put(running, mail)

    def close(self) -> None:
        """Finish what is in hand."""
        with self._lock:
            sending = list(self._sending.values())
        for sender in sending:
            sender.stop()
        with self._lock:
            copying = list(self._copying.values())
        for copier in copying:
            copier.stop()

    def _session_limit(self, account: str) -> int:
        try:
            return self._accounts.get(account).maximum_sessions
        except MailFlowError:
            # Removed since the mail was frozen, or the file can't be read just now: whoever opens the session finds out, and says why.
            return 1
