"""Copies of what was sent, in the Sent folder of an IMAP account.

A copy is owed from the transaction that records *sent*, and never touches the mail itself: whatever goes wrong with a copy is kept as an
error, and the mail stays sent. Before a copy is made, the folder is asked for the Message-ID, since some servers keep copies by
themselves and an interrupted run may have made it already.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable

from mailflow_gui.engine.events import Events
from mailflow_gui.engine.gates import Gate
from mailflow_gui.engine.work import RunningFlow
from mailflow_gui.errors import MailFlowError, Transient
from mailflow_gui.journal import copies, deliveries
from mailflow_gui.journal.copies import Copy
from mailflow_gui.journal.journal import Journal, Transaction
from mailflow_gui.mail.folders import sent_folder
from mailflow_gui.mail.imap import ImapSession

log = logging.getLogger(__name__)

LINGER = 5.0
"""Seconds for which a session without work is kept."""
NEW_FOLDER = "Sent"
"""Made where an account has no folder for sent mail."""


class Copying:
    """Makes the copies that one IMAP account is owed, one after the other."""

    def __init__(
        self,
        gate: Gate,
        connect: Callable[[str], ImapSession],
        journal: Journal,
        events: Events,
        *,
        changed: Callable[[], None],
        crashed: Callable[[BaseException], None],
    ) -> None:
        self._gate = gate
        self._connect = connect
        self._journal = journal
        self._events = events
        self._changed = changed
        self._crashed = crashed
        self._queue: queue.SimpleQueue[tuple[RunningFlow, int] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopping = False

    def put(self, running: RunningFlow, mail: int) -> None:
        """Take on a copy; the run doesn't end before it is made, or has failed for now."""
        if not running.begin_chore(("copy", mail)):
            return
        with self._lock:
            if self._stopping:
                running.end_chore(("copy", mail))
                return
            self._queue.put((running, mail))
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name=f"copying {self._gate.account}", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Finish the copy in hand; what is queued stays owed."""
        with self._lock:
            self._stopping = True
            thread = self._thread
        if thread is not None:
            self._queue.put(None)
            thread.join()

    def _work(self) -> None:
        session: ImapSession | None = None
        try:
            while (entry := self._next()) is not None:
                running, mail = entry
                try:
                    if not (self._stopping or running.stopping.is_set()):
                        session = self._copy(running, mail, session)
                finally:
                    running.end_chore(("copy", mail))
                    self._changed()
        except Exception as error:
            self._crashed(error)
            raise
        finally:
            if session is not None:
                session.close()

    def _next(self) -> tuple[RunningFlow, int] | None:
        try:
            return self._queue.get(timeout=LINGER)
        except queue.Empty:
            with self._lock:  # whoever puts one in now starts another thread
                if not self._queue.empty():
                    return self._queue.get()
                self._thread = None
                return None

    def _copy(self, running: RunningFlow, mail: int, session: ImapSession | None) -> ImapSession | None:
        copy = copies.get(self._journal.read(), mail)
        if copy is None:
            return session
        try:
            if session is None or not session.alive:
                session = self._gate.open(self._connect)
            self._make(session, copy)
        except MailFlowError as error:
            self._failed(running, copy, error)
            if session is not None and isinstance(error, Transient):
                session.abort()
                return None
        else:
            self._gate.worked()
            self._journal.write(lambda transaction: copies.put(transaction, mail, "done"))
            self._events.publish("copied", flow=running.name, item=copy.item, mail=mail)
        return session

    def _make(self, session: ImapSession, copy: Copy) -> None:
        folder = sent_folder(session.folders())
        if folder is None:
            session.create(NEW_FOLDER)
            folder = NEW_FOLDER
        if not session.find_message_id(folder, copy.message_id):
            session.append(folder, self._journal.content(copy.place), ("\\Seen",))

    def _failed(self, running: RunningFlow, copy: Copy, error: MailFlowError) -> None:
        """Owed still after a passing trouble, or one that a person can mend; given up when the server refuses."""
        log.warning("copy to Sent: %s", error)
        given_up = not (isinstance(error, Transient) or self._gate.closed is not None)

        def note(transaction: Transaction) -> None:
            deliveries.note(
                transaction,
                error,
                flow=running.key,
                operation="copy to Sent",
                item=copy.item,
                mail=copy.mail,
                account=copy.account,
            )
            if given_up:
                copies.put(transaction, copy.mail, "failed")

        self._journal.write(note)
        self._events.publish("copying-failed", flow=running.name, item=copy.item, code=error.code)
