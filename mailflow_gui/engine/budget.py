"""The budget: how many items, and how many bytes of mail, may be in memory at once."""

from __future__ import annotations

import threading
from collections.abc import Sequence

ITEMS = 256
BYTES = 48 * 1024 * 1024
LOT = 64
"""Mails that are taken on together where so many are there: whoever waits for room waits for that much, not for every single place."""


class Budget:
    """Taken before a mail is fetched, given back when its item settles or is put off."""

    def __init__(self, items: int = ITEMS, size: int = BYTES) -> None:
        self._all = items
        self._items = items
        self._bytes = size
        self._limit = size
        self._free = threading.Condition()
        self._waiting: list[int] = []
        """How many places each waiting thread waits for."""

    def take(self, size: int, timeout: float) -> bool:
        """Take room for one mail of ``size`` bytes; False if there was none within ``timeout`` seconds.

        A mail larger than the whole budget is let in alone.
        """
        return self.take_some((size,), timeout) == 1

    def take_some(self, sizes: Sequence[int], timeout: float) -> int:
        """Take room for the first of some mails of ``sizes`` bytes, for as many as there is; returns for how many.

        Waits for a lot of places (:data:`LOT`) if so many are wanted, but no longer than ``timeout`` seconds. A mail larger than the whole
        budget is let in alone.
        """
        wanted = min(len(sizes), LOT, self._all)
        with self._free:
            if self._fitting(sizes, wanted) < wanted and timeout > 0:
                self._waiting.append(wanted)
                try:
                    self._free.wait_for(
                        lambda: self._fitting(sizes, wanted) == wanted or (self._idle and self._fitting(sizes, 1) > 0),
                        timeout,
                    )
                finally:
                    self._waiting.remove(wanted)
            count = self._fitting(sizes, len(sizes))
            self._items -= count
            self._bytes -= sum(min(size, self._limit) for size in sizes[:count])
            return count

    def give_back(self, *sizes: int) -> None:
        """Return the room of some mails."""
        with self._free:
            self._items += len(sizes)
            for size in sizes:
                self._bytes += size if size < self._limit else self._limit
            if self._waiting and (self._idle or self._items >= min(self._waiting)):
                self._free.notify_all()

    @property
    def _idle(self) -> bool:
        return self._items == self._all

    def _fitting(self, sizes: Sequence[int], most: int) -> int:
        """How many of the first mails fit now."""
        room = self._bytes
        most = min(most, self._items)
        for count, size in enumerate(sizes[:most]):
            room -= min(size, self._limit)
            if room < 0:
                return count
        return most
