"""Limits on what a node sends per minute and per day. They hold across runs: the journal keeps when mails were sent under a limit."""

from __future__ import annotations

import threading
import time
from collections import deque

from mailflow_gui.journal import deliveries
from mailflow_gui.journal.journal import Journal

MINUTE = 60.0
DAY = 24 * 60 * 60.0


class Limits:
    """Counts the mails of every limited node. A mail counts when it is about to go, whatever comes of it."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._lock = threading.Lock()
        self._sent: dict[tuple[str, str], deque[float]] = {}

    def take(self, flow: str, node: str, per_minute: int | None, per_day: int | None) -> float:
        """Count one mail of ``node`` if it may go now, and return 0; else seconds until one may."""
        now = time.time()
        with self._lock:
            sent = self._sent.get((flow, node))
            if sent is None:
                known = deliveries.limited_since(self._journal.read(), flow, node, now - DAY)
                sent = self._sent[flow, node] = deque(known)
            if sent and sent[-1] > now:  # the clock was set back
                sent = self._sent[flow, node] = deque(min(at, now) for at in sent)
            while sent and sent[0] <= now - DAY:
                sent.popleft()
            waits = [
                _wait(sent, limit, span, now)
                for limit, span in ((per_minute, MINUTE), (per_day, DAY))
                if limit is not None
            ]
            wait = max(waits, default=0.0)
            if wait == 0:
                sent.append(now)
            return wait


def _wait(sent: deque[float], limit: int, span: float, now: float) -> float:
    """Seconds until fewer than ``limit`` of the times ``sent`` lie within ``span``."""
    if limit <= 0:
        return span
    if len(sent) < limit or sent[-limit] <= now - span:
        return 0.0
    return max(0.001, sent[-limit] + span - now)
