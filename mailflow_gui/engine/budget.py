"""The budget: how many items, and how many bytes of mail, may be in memory at once."""

from __future__ import annotations

import threading

ITEMS = 256
BYTES = 48 * 1024 * 1024


class Budget:
    """Taken before a mail is fetched, given back when its item settles or is put off."""

    def __init__(self, items: int = ITEMS, size: int = BYTES) -> None:
        self._items = items
        self._bytes = size
        self._limit = size
        self._free = threading.Condition()

    def take(self, size: int, timeout: float) -> bool:
        """Take room for one mail of ``size`` bytes; False if there was none within ``timeout`` seconds.

        A mail larger than the whole budget is let in alone.
        """
        wanted = min(size, self._limit)
        with self._free:
            if not self._free.wait_for(lambda: self._items > 0 and self._bytes >= wanted, timeout):
                return False
            self._items -= 1
            self._bytes -= wanted
            return True

    def give_back(self, size: int) -> None:
        """Return the room of one mail."""
        with self._free:
            self._items += 1
            self._bytes += min(size, self._limit)
            self._free.notify_all()
