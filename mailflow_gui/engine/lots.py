"""Lots: fetched mails that go to the journal together, so that they share a commit."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from mailflow_gui.engine.budget import LOT
from mailflow_gui.engine.watching import Fetched
from mailflow_gui.journal.items import ItemRow
from mailflow_gui.journal.written import Written

LOT_BYTES = 4 << 20
LOT_SECONDS = 0.05
"""A lot is taken on before it is full when it holds so many bytes, or when its first mail has waited so long for the others."""

TakeOn = Callable[[Sequence[Fetched]], tuple[int, Written[list[ItemRow | None]] | None]]
"""Gives the first of some mails to the journal, as many as there is room for; none, and None, if the run stops first."""


class Lot:
    """Mails that are taken on together: as many as come at once. ``taken`` is told of those that were given to the journal."""

    def __init__(self, take_on: TakeOn, taken: Callable[[Sequence[Fetched]], None] | None = None) -> None:
        self._give = take_on
        self._taken = taken
        self._mails: list[Fetched] = []
        self._size = 0
        self._began = 0.0
        self._last: Written[list[ItemRow | None]] | None = None
        self.count = 0

    def add(self, mail: Fetched) -> None:
        """One more; a full lot is taken on."""
        now = time.monotonic()
        if not self._mails:
            self._began = now
        self._mails.append(mail)
        self._size += mail.kept_size
        if len(self._mails) >= LOT or self._size >= LOT_BYTES or now - self._began >= LOT_SECONDS:
            self.take_on()

    def take_on(self) -> None:
        """Give all of them to the journal, in portions as there is room."""
        mails, self._mails, self._size = self._mails, [], 0
        while mails:
            count, written = self._give(mails)
            if written is None:
                return
            if self._taken is not None:
                self._taken(mails[:count])
            self._last, self.count, mails = written, self.count + count, mails[count:]

    def wait(self) -> None:
        """Until all that were given to the journal are durable."""
        if self._last is not None:
            self._last.result()
