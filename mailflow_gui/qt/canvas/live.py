"""What a running flow tells of a node: shown on its card, never saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["idle", "running", "done", "warning", "failing", "off", "held"]


@dataclass(frozen=True)
class NodeLive:
    """A node's state and its counters since the start of the run."""

    state: State = "idle"
    received: int = 0
    """Items that came in."""
    sent: int = 0
    """Items that went on, or mails that were sent."""
    errors: int = 0
    error_line: str = ""
    """One line shown on the card while the node is failing, waits or has a warning."""


IDLE = NodeLive()
