"""Accounts that wait for the keyring: looked after until it can be read, then used again by themselves.

A look asks nobody. When the keyring was seen closed and is open now, its accounts are used at once; when it looked open all along and still
couldn't be read (a fault, a prompt that some back end shows), reading is tried again with back-off.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from mailflow_gui.accounts.os_keyring import KeyringState
from mailflow_gui.engine import requests, retry
from mailflow_gui.engine.gates import Gates
from mailflow_gui.errors import JournalError, StorageError
from mailflow_gui.journal.journal import Journal, Transaction

FIRST_LOOK = 1.0
LONGEST_LOOK = 10.0
"""Seconds between looks; twice as many after each."""


class KeyringWait:
    """Looks at the keyring as long as an account waits for it, in a thread of its own."""

    def __init__(
        self,
        gates: Gates,
        journal: Journal,
        state: Callable[[], KeyringState],
        wake: Callable[[], None],
        crashed: Callable[[BaseException], None],
    ) -> None:
        """:param state: how the keyring stands; may take seconds. :param wake: tell the receiving threads to look at their gates."""
        self._gates = gates
        self._journal = journal
        self._state = state
        self._wake = wake
        self._crashed = crashed
        self._thread: threading.Thread | None = None
        self._closing = threading.Lock()
        self._closed = False
        self._next_look = 0.0
        self._looks = 0
        self._tries = 0
        self._next_try = 0.0
        self._seen_closed = False

    def look(self) -> None:
        """Look if it is time to; returns at once. To be called now and then, from one thread."""
        if self._thread is not None and self._thread.is_alive():
            return
        now = time.monotonic()
        if not self._gates.waiting_for_keyring():
            if self._looks and now > self._next_try + retry.RECEIVING_CAP:
                self._tries = 0  # it has gone well for long
            self._looks = 0
            self._seen_closed = False
            return
        if self._looks == 0:
            self._next_look = now
            self._next_try = now + retry.delay(self._tries + 1, cap=retry.RECEIVING_CAP)
        if now < self._next_look:
            return
        self._looks += 1
        self._next_look = now + min(LONGEST_LOOK, FIRST_LOOK * 2 ** min(self._looks - 1, 10))
        self._thread = threading.Thread(target=self._look, name="waiting for the keyring", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Open no gate any more; a look that is under way ends by itself."""
        with self._closing:
            self._closed = True

    def _look(self) -> None:
        try:
            if self._state().word != "available":
                self._seen_closed = True
                return
            if not self._seen_closed and time.monotonic() < self._next_try:
                return
            self._tries = 0 if self._seen_closed else self._tries + 1
            with self._closing:
                if not self._closed:
                    self._open()
        except (JournalError, StorageError) as error:
            self._crashed(error)
        except Exception as error:
            self._crashed(error)
            raise

    def _open(self) -> None:
        waiting = self._gates.waiting_for_keyring()
        for gate in waiting:
            gate.reopen()

        def release(transaction: Transaction) -> None:
            for gate in waiting:
                requests.release(transaction, gate.account)

        self._journal.write(release).result()
        self._wake()
