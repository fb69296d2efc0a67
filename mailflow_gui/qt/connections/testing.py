"""*Test all*: many saved accounts validated beside the window, a few at a time."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.secrets import SecretStore
from mailflow_gui.accounts.stages import Stage
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.accounts.validate import validate_saved
from mailflow_gui.errors import MailFlowError
from mailflow_gui.paths import Home
from mailflow_gui.qt.connections import saving
from mailflow_gui.qt.connections.standing import Live
from mailflow_gui.qt.connections.task import Task
from mailflow_gui.qt.theme.alive import alive

AT_ONCE = 4
"""Accounts that are tried at the same time: many have the same provider, which counts sessions."""

_BEGUN = "begun"
_LEFT = "left"


class Testing(QObject):
    """One test of many accounts; each signs in once, with the password that is saved."""

    changed = Signal()
    """Another account was begun or has ended."""
    finished = Signal()

    def __init__(self, accounts: AccountStore, home: Home, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._accounts, self._home = accounts, home
        self._workers: set[Task[None]] = set()
        self.found: dict[str, Live] = {}
        """What is known by now, by id."""
        self.validated: set[str] = set()
        """Ids of those that did well."""
        self.total = 0

    @property
    def running(self) -> bool:
        """Whether a test goes on."""
        return bool(self._workers)

    @property
    def done(self) -> int:
        """How many have ended."""
        return len(self.validated) + sum(live.state != "testing" for live in self.found.values())

    def start(self, accounts: Iterable[Account]) -> None:
        """Begin; what an earlier test has found out of these accounts is forgotten."""
        if self.running:
            return
        waiting = deque(account.id for account in accounts)
        self.total = len(waiting)
        self.validated = set()
        self.found = {}
        turn = threading.Lock()
        # Whoever leaves the keyring locked once isn't asked again for each of the others.
        secrets = SecretStore(asks_again=False)

        def work(task: Task[None]) -> None:
            while not task.cancelled:
                with turn:
                    if not waiting:
                        return
                    account_id = waiting.popleft()
                task.say((account_id, _BEGUN))
                try:
                    stages = validate_saved(self._accounts, secrets, account_id, cancelled=lambda: task.cancelled)
                except MailFlowError:  # deleted meanwhile, or its success can't be noted
                    task.say((account_id, _LEFT))
                    continue
                if stages[-1].ok:
                    saving.tell_runner(self._home, account_id)
                task.say((account_id, stages[-1]))

        for _number in range(min(AT_ONCE, len(waiting))):
            self._begin(work)
        self.changed.emit()

    def cancel(self) -> None:
        """Begin no more accounts, and give up those under way."""
        for worker in self._workers:
            worker.cancel()

    def forget(self, account_id: str) -> None:
        """Somebody changed the account: what was found out was about another one."""
        self.found.pop(account_id, None)

    def _begin(self, work: object) -> None:
        worker: list[Task[None]] = []
        worker.append(
            Task(
                work,  # type: ignore[arg-type]  # the closure above
                on_done=lambda _nothing: self._ended(worker[0]),
                on_failed=lambda _error: self._ended(worker[0]),
                on_word=self._take,
            )
        )
        self._workers.add(worker[0])

    def _take(self, word: object) -> None:
        if not alive(self):  # the window is gone
            return
        assert isinstance(word, tuple)
        account_id, how = word
        self.found.pop(account_id, None)
        if how == _BEGUN:
            self.found[account_id] = Live("testing")
        elif isinstance(how, Stage) and how.ok:
            self.validated.add(account_id)
        elif isinstance(how, Stage) and how.code != "validate-cancelled":
            self.found[account_id] = verdict(how)
        self.changed.emit()

    def _ended(self, worker: Task[None]) -> None:
        if not alive(self):
            return
        self._workers.discard(worker)
        if not self._workers:
            self.found = {account: live for account, live in self.found.items() if live.state != "testing"}
            self.changed.emit()
            self.finished.emit()


def verdict(stage: Stage) -> Live:
    """What a stage that failed says of an account."""
    if stage.code.startswith("keyring-"):
        return Live("waiting", stage.text)
    if stage.code == "certificate-changed":
        return Live("certificate-changed", stage.text)
    if stage.code == "secret-missing" or stage.stage == "sign-in":
        return Live("needs-sign-in", stage.text)
    return Live("failing", stage.text)
