"""Gates: whether an account may be used now, and the one place where its sessions are opened.

A refused secret closes the gate after at most two sign-ins; a broken account closes it at once; a server that can't be reached is tried
again with back-off. A closed gate opens when the account validates well. A keyring that can't be read closes it, too, and
nobody signs in; that gate opens by itself (:mod:`mailflow_gui.engine.keyring_wait`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol, TypeVar

from mailflow_gui.accounts.sessions import Sessions
from mailflow_gui.engine import requests, retry
from mailflow_gui.engine.classing import Classing
from mailflow_gui.engine.events import Events
from mailflow_gui.errors import (
    AccountBroken,
    AccountError,
    KeyringError,
    MailError,
    MailFlowError,
    Reauthenticate,
    RetryAfter,
    Transient,
)
from mailflow_gui.journal import account_states
from mailflow_gui.journal.journal import Journal, Transaction

SIGN_IN_PAUSE = 15 * 60.0
"""Seconds for which a secret that was refused in two runs isn't tried by a third, unless the account validated well since."""


class Session(Protocol):
    """What every session can do."""

    def close(self) -> None: ...


S = TypeVar("S", bound=Session)


class Gate:
    """One account's gate. All its methods may be called from any thread."""

    def __init__(self, account: str, journal: Journal, events: Events, classes: Classing) -> None:
        self.account = account
        self._classes = classes
        self._journal = journal
        self._events = events
        self._opening = threading.Lock()
        self._closed: MailFlowError | None = None
        self._failures = 0
        self._not_before = 0.0
        self._trouble: MailFlowError | None = None
        self._ready = False
        state = account_states.of(journal.read(), account)
        self._refused_before = state.failures if state and state.state == "needs-sign-in" else 0
        # A clock that was set back makes no pause longer.
        if state and self._refused_before >= 2 and 0 <= time.time() - state.since < SIGN_IN_PAUSE:
            self._closed = AccountError("sign-in-paused", account=account)

    @property
    def closed(self) -> MailFlowError | None:
        """Why the account must not be used until a person acts, or the keyring can be read again; or None."""
        return self._closed

    @property
    def waits_for_keyring(self) -> bool:
        """Whether it is closed because the keyring couldn't be read."""
        return isinstance(self._closed, KeyringError)

    @property
    def trouble(self) -> MailFlowError | None:
        """Why the account couldn't be used when it was last tried, or None."""
        return self._closed or self._trouble

    @property
    def standing(self) -> tuple[str, MailFlowError | None]:
        """How the account is doing, in one word of the journal's or *retrying*, and why; an empty word: it wasn't used yet."""
        if self._closed is not None:
            return self._closing_word(self._closed), self._closed
        if self._trouble is not None:
            return "retrying", self._trouble
        return "ok" if self._ready else "", None

    @property
    def wait(self) -> float:
        """Seconds until the account may be tried again; 0 = now."""
        return max(0.0, self._not_before - time.monotonic())

    def open(self, connect: Callable[[str], S]) -> S:
        """Open a session with ``connect(account)``.

        :raises MailFlowError: the gate is closed (a person must act), or the server couldn't be reached now (:class:`Transient`).
        """
        with self._opening:
            if self._closed is not None:
                raise self._closed
            try:
                session = self._sign_in(connect)
            except MailError as error:
                told = self._classes.apply(error)
                self.failed(told)
                if told is error:
                    raise
                raise told from error
            except AccountError as error:
                self.failed(error)
                raise
            self._succeeded()
            return session

    def _sign_in(self, connect: Callable[[str], S]) -> S:
        try:
            return connect(self.account)
        except Reauthenticate:
            # One more try, since the secret is read anew each time and may have been changed meanwhile. Not where an earlier run
            # has already been refused: servers lock accounts out.
            if self._refused_before or self._failures:
                raise
            self._failures += 1
            return connect(self.account)

    def failed(self, error: MailFlowError) -> None:
        """Take note of an error that concerns the account as a whole."""
        error = self._classes.apply(error) if isinstance(error, MailError) else error
        if isinstance(error, RetryAfter):
            self._not_before = time.monotonic() + error.seconds
            self._trouble = error
        elif isinstance(error, MailError) and not isinstance(error, (Reauthenticate, AccountBroken)):
            # Not only what is said to pass: whatever a server refuses to the account is asked for less and less often.
            self._failures += 1
            # The first failure is tried again at once, the next ones wait ever longer.
            pause = 0.0 if self._failures == 1 else retry.delay(self._failures - 1, cap=retry.RECEIVING_CAP)
            self._not_before = time.monotonic() + pause
            self._trouble = error
            self._events.publish(
                "connecting-failed", account=self.account, code=error.code, text=error.text, wait=round(pause, 1)
            )
        elif isinstance(error, (Reauthenticate, AccountBroken, AccountError)):
            self._close(error)

    def _close(self, error: MailFlowError) -> None:
        self._closed = error
        state = self._closing_word(error)
        arguments = dict(error.arguments)
        self._journal.write(
            lambda transaction: account_states.put(transaction, self.account, state, error.code, arguments)
        )
        self._events.publish("account-stopped", account=self.account, code=error.code, text=str(error))

    @staticmethod
    def _closing_word(error: MailFlowError) -> str:
        if isinstance(error, KeyringError):
            return "waiting"
        return "needs-sign-in" if isinstance(error, Reauthenticate) else "broken"

    def _succeeded(self) -> None:
        if not self._ready:
            self._ready = True
            self._refused_before = 0
            self._journal.write(self._note_ready)
            self._events.publish("account-ready", account=self.account)
        self._not_before = 0.0
        self._trouble = None

    def _note_ready(self, transaction: Transaction) -> None:
        account_states.put(transaction, self.account, "ok")
        requests.release(transaction, self.account)  # also what was held between two tries

    def worked(self) -> None:
        """A session has done its work: only now are earlier failures forgotten (a server may accept everybody and serve nobody)."""
        self._failures = 0

    def reopen(self) -> None:
        """The account validated well, or the keyring may be read now: use it again."""
        self._closed = None
        self._ready = False
        self._failures = 0
        self._refused_before = 0
        self._not_before = 0.0


class Gates:
    """The gates of all accounts."""

    def __init__(self, journal: Journal, sessions: Sessions, events: Events) -> None:
        self.sessions = sessions
        self._journal = journal
        self._events = events
        self.classes = Classing(journal)
        self._gates: dict[str, Gate] = {}
        self._lock = threading.Lock()

    def of(self, account: str) -> Gate:
        """The gate of an account."""
        with self._lock:
            gate = self._gates.get(account)
            if gate is None:
                gate = self._gates[account] = Gate(account, self._journal, self._events, self.classes)
            return gate

    def waiting_for_keyring(self) -> list[Gate]:
        """The gates that are closed because the keyring couldn't be read."""
        with self._lock:
            return [gate for gate in self._gates.values() if gate.waits_for_keyring]


def is_about_account(error: BaseException) -> bool:
    """Whether an error says that an account can't be used now, rather than that one mail is at fault."""
    return isinstance(error, (AccountError, Reauthenticate, AccountBroken, Transient))
