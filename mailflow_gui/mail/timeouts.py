"""How long MailFlow waits, all in seconds and all scaled by one setting, so that tests of silence are quick.

``MAILFLOW_TIMEOUT_SCALE`` multiplies every value (default 1). A *deadline* bounds a whole command from its first byte
to the end of the answer, however busily the server dribbles; a socket's own timeout only bounds each read.
"""

from __future__ import annotations

import math
import os

SCALE_VARIABLE = "MAILFLOW_TIMEOUT_SCALE"

_SLOWEST_LINE = 16_384
"""Bytes per second that we still call alive."""


def scale() -> float:
    """The factor from the environment; a value that is no positive number counts as 1."""
    try:
        factor = float(os.environ.get(SCALE_VARIABLE, "1"))
    except ValueError:
        return 1.0
    return factor if factor > 0 and math.isfinite(factor) else 1.0


def connect() -> float:
    """Name look-up apart: reaching the server, TLS, greeting; each on its own."""
    return 30.0 * scale()


def command() -> float:
    """One command and its whole answer."""
    return 60.0 * scale()


def fetch(size: int, factor: float | None = None) -> float:
    """A command whose answer or argument has about ``size`` bytes: grows so that a slow line can finish.

    ``factor``: what :func:`scale` says, for whoever has asked already; asking the environment takes longer than all else here.
    """
    return (60.0 + size / _SLOWEST_LINE) * (scale() if factor is None else factor)


def smtp_after_dot(factor: float | None = None) -> float:
    """From the final dot to its reply: RFC 5321 4.5.3.2.6 grants ten minutes, and less makes doubtful mails.

    ``factor``: as for :func:`fetch`.
    """
    return 600.0 * (scale() if factor is None else factor)


def idle_renewal() -> float:
    """How long one IDLE lasts (RFC 2177 allows 29 minutes; routers forget a quiet line sooner)."""
    return 300.0 * scale()


def farewell() -> float:
    """LOGOUT or QUIT when nothing depends on the answer."""
    return 5.0 * scale()
