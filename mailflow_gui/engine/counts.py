"""What each node of a run has done so far, for whoever watches: small numbers in memory. The journal is the truth."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any

from mailflow_gui.errors import MailError, MailFlowError


@dataclass
class NodeCount:
    """One node's numbers in this run."""

    received: int = 0
    """Items that came to it; for a source: mails taken on."""
    sent: int = 0
    """Items that it gave on; for a sink: mails that a server has accepted."""
    errors: int = 0
    error: str = ""
    """The last error in a few words, until the node works again."""
    state: str = "idle"
    """``idle``, ``running``, ``warning`` (a retry is due), ``failing`` or ``held``."""
    checked: float | None = None
    """When a source last looked successfully; seconds since 1970."""
    due: float | None = None
    """When a source looks next; on the monotonic clock."""
    silent: bool = False
    """A source hasn't looked with success for three intervals (:mod:`silence`)."""

    def as_json(self) -> dict[str, Any]:
        """As the runner's status has it; ``next_poll`` in seconds from now."""
        return {
            "received": self.received,
            "sent": self.sent,
            "errors": self.errors,
            "error": self.error,
            "state": self.state,
            "checked": self.checked,
            "silent": self.silent,
            "next_poll": None if self.due is None else max(0.0, round(self.due - time.monotonic(), 1)),
        }


class NodeCounts:
    """The numbers of all nodes of a run. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._nodes: dict[str, NodeCount] = {}

    def passed(self, node: str, *, received: int = 0, sent: int = 0) -> None:
        """A node has done its work."""
        with self._lock:
            count = self._of(node)
            count.received += received
            count.sent += sent
            count.state = "running"
            if sent:
                count.error = ""

    def failed(self, node: str, error: MailFlowError, *, state: str = "failing", received: int = 0) -> None:
        """A node, or the server behind it, has refused something."""
        with self._lock:
            count = self._of(node)
            count.received += received
            count.errors += 1
            count.state = state
            count.error = words(error)
            count.silent = count.silent or error.code == "receiving-silent"

    def polled(self, node: str, due: float) -> None:
        """A source has looked for mail, and looks again at ``due`` (monotonic)."""
        with self._lock:
            count = self._of(node)
            count.checked, count.due, count.state, count.error = time.time(), due, "running", ""
            count.silent = False

    def as_json(self) -> dict[str, dict[str, Any]]:
        """As the runner's status has it: node id -> numbers."""
        with self._lock:
            return {node: count.as_json() for node, count in self._nodes.items()}

    def _of(self, node: str) -> NodeCount:
        count = self._nodes.get(node)
        if count is None:
            count = self._nodes[node] = NodeCount()
        return count


def words(error: MailFlowError) -> str:
    """An error in a few words: the server's codes if it gave any, else what happened."""
    reply = error.reply if isinstance(error, MailError) else None
    if reply is not None and (reply.code or reply.enhanced):
        return " ".join(str(part) for part in (reply.code, reply.enhanced) if part) + f" · {error.text}"
    return error.text
