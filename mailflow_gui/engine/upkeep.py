"""Upkeep of the journal while flows run: counting on, so that a backup is known as one, and letting old contents go."""

from __future__ import annotations

import logging
import time

from mailflow_gui.errors import JournalError, StorageError
from mailflow_gui.journal import retention
from mailflow_gui.journal.journal import Journal

log = logging.getLogger(__name__)

COUNT_EVERY = 60.0
CLEAN_EVERY = 6 * 60 * 60.0


class Upkeep:
    """To be looked at now and then, from one thread."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._counted = time.monotonic()
        self._cleaned = -CLEAN_EVERY
        self._stamp = self._changes()

    def look(self) -> None:
        """Do what is due.

        :raises StorageError: no room or no right to count on.
        """
        now = time.monotonic()
        if now - self._counted >= COUNT_EVERY:
            self._counted = now
            if self._changes() != self._stamp:
                self._journal.advance()
                self._stamp = self._changes()
        if now - self._cleaned >= CLEAN_EVERY:
            self._cleaned = now
            gone = retention.clean(self._journal)
            if gone:
                log.info("removed %d old spool segments", len(gone))

    def close(self) -> None:
        """At the end. Without room nothing is counted, which only makes a backup harder to know."""
        try:
            self._journal.advance()
        except (StorageError, JournalError) as error:
            log.warning("could not count on: %s", error)

    def _changes(self) -> object:
        return self._journal.read().execute("PRAGMA data_version").fetchone()[0]
