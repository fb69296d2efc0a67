"""The loop guard: MailFlow never answers itself in circles.

Every mail that a flow sends carries the marks of the flows that it came through (``X-MailFlow-Loop``: hashes that name nobody). A mail that
comes back to a flow whose mark it carries, or that has passed more than 50 servers, is a dead letter.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

from mailflow_gui.errors import Rejected
from mailflow_gui.mail.message import MailMessage

HEADER = "X-MailFlow-Loop"
HOPS = 50
"""Received fields (RFC 5321 6.3 advises at least 100 for servers; a flow is no relay)."""

_MARK = re.compile(r"[0-9a-f]{16}")
_MOST_MARKS = 20


@lru_cache(maxsize=256)
def mark(flow: str) -> str:
    """The mark of a flow, from its key."""
    return hashlib.sha256(f"loop {flow}".encode("utf-8", "surrogateescape")).hexdigest()[:16]


def marks(message: MailMessage) -> tuple[str, ...]:
    """The marks that a mail carries, the oldest first."""
    written = message.header(HEADER)
    return tuple(_MARK.findall(written))[:_MOST_MARKS] if written else ()


def onward(message: MailMessage, flow: str) -> str:
    """The marks for a mail that ``flow`` sends because of ``message``."""
    earlier = marks(message)
    return " ".join(dict.fromkeys((*earlier, mark(flow)))) if earlier else mark(flow)


def refusal(message: MailMessage, flow: str) -> Rejected | None:
    """Why ``flow`` must not work on ``message``, or None."""
    carried = marks(message)
    if carried and mark(flow) in carried:
        return Rejected("loop-own-mail")
    hops = message.count("received")
    return Rejected("loop-too-many-hops", hops=hops) if hops > HOPS else None
