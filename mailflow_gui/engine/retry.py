"""When to try again (exponential back-off with full jitter), and when to give up."""

from __future__ import annotations

import random

from mailflow_gui.errors import MailError, RetryAfter

BASE = 5.0
RECEIVING_CAP = 15 * 60.0
SENDING_CAP = 60 * 60.0
GREYLISTED_FIRST = 5 * 60.0
GIVE_UP_AFTER = 24 * 60 * 60.0
"""Seconds after a delivery's first attempt until it is parked as a dead letter; receiving never gives up."""


def delay(attempts: int, *, cap: float) -> float:
    """Seconds until the next try after ``attempts`` failed ones (from 1): between half a second and base x 2^(attempts - 1), capped."""
    longest = min(cap, BASE * 2 ** min(attempts - 1, 20))
    return random.uniform(0.5, longest)  # noqa: S311 - jitter, not a secret


def sending_delay(error: MailError, attempts: int) -> float:
    """Seconds until a delivery is tried again after ``error``, its ``attempts``-th failure."""
    if isinstance(error, RetryAfter):
        return error.seconds
    if attempts <= 1 and error.code == "smtp-greylisted":
        return GREYLISTED_FIRST
    return delay(attempts, cap=SENDING_CAP)
