"""What the canvas and the status bar show of a run, made from the runner's status."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from mailflow_gui.flow.model import Flow
from mailflow_gui.language import _
from mailflow_gui.qt.canvas import NodeLive
from mailflow_gui.qt.inspector.states import span

RATE_SECONDS = 60.0
SILENT = "receiving-silent"
"""The code of a folder that wasn't looked at with success for three intervals."""

State = Literal["idle", "running", "done", "warning", "failing", "off", "held"]
_STATES: Mapping[str, State] = {"running": "running", "warning": "warning", "failing": "failing", "held": "held"}
"""As the runner names them; every other is idle."""


@dataclass(frozen=True)
class Numbers:
    """One look at a run."""

    received: int = 0
    sent: int = 0
    skipped: int = 0
    failed: int = 0
    uncertain: int = 0
    queue: int = 0
    per_minute: int = 0
    next_poll: float | None = None
    """Seconds from now."""
    checked: float | None = None
    """The last successful look at a server; seconds since 1970."""
    trouble: str = ""
    """What keeps a connection from being used, in a sentence."""


@dataclass
class Pace:
    """How many mails came in the last minute."""

    seen: deque[tuple[float, int]] = field(default_factory=deque)

    def note(self, received: int, now: float | None = None) -> int:
        """Remember a count; returns messages per minute."""
        now = time.monotonic() if now is None else now
        self.seen.append((now, received))
        while self.seen and now - self.seen[0][0] > RATE_SECONDS:
            self.seen.popleft()
        return received - self.seen[0][1]


def numbers(status: Mapping[str, Any], pace: Pace) -> Numbers:
    """The numbers in one flow's part of the runner's status."""
    summary = status.get("summary", {})
    nodes = [node for node in status.get("nodes", {}).values() if isinstance(node, dict)]
    polls = [node["next_poll"] for node in nodes if node.get("next_poll") is not None]
    checks = [node["checked"] for node in nodes if node.get("checked") is not None]
    troubles = status.get("troubles") or []
    received = int(summary.get("received", 0))
    return Numbers(
        received=received,
        sent=int(summary.get("sent", 0)),
        skipped=int(summary.get("skipped", 0)),
        failed=int(summary.get("failed", 0)),
        uncertain=int(summary.get("uncertain", 0)),
        queue=int(status.get("queue", 0)),
        per_minute=pace.note(received),
        next_poll=min(polls) if polls else None,
        checked=max(checks) if checks else None,
        trouble=_trouble(troubles, checks),
    )


def not_checked(checked: float | None, now: float | None = None) -> str:
    """How long ago a source last looked with success, for one that has fallen silent."""
    if checked is None:
        return _("Not checked so far")
    return _("Not checked for {time}").format(time=span((time.time() if now is None else now) - checked))


def _trouble(troubles: Sequence[Mapping[str, Any]], checks: Sequence[float]) -> str:
    """The first trouble; a source that has fallen silent first of all, with the time that grows."""
    silent = next((trouble for trouble in troubles if trouble.get("code") == SILENT), None)
    if silent is not None:
        return f"{not_checked(min(checks) if checks else None)}. {silent.get('text', '')}"
    return str(troubles[0].get("text", "")) if troubles else ""


def node_states(flow: Flow, nodes: Mapping[str, Mapping[str, Any]], *, running: bool) -> dict[str, NodeLive]:
    """What each card shows: the runner's numbers; once the run is over, the last of them."""
    return {node.id: _live(nodes.get(node.id, {}), enabled=node.enabled, running=running) for node in flow.nodes}


def _live(count: Mapping[str, Any], *, enabled: bool, running: bool) -> NodeLive:
    received, sent, errors = (int(count.get(key, 0)) for key in ("received", "sent", "errors"))
    state = _STATES.get(str(count.get("state", "")), "idle")
    if state == "running" and count.get("error"):
        state = "warning"  # it tries again just now; until that has gone well, what went wrong stays in view
    if not enabled:
        state = "off"
    elif not running:
        state = state if state in {"failing", "warning"} else "done" if received or sent else "idle"
    elif state == "idle":
        state = "running"
    line = str(count.get("error", "")) if state in {"warning", "failing", "held"} else ""
    if line and count.get("silent"):
        line = not_checked(count.get("checked"))
    return NodeLive(state=state, received=received, sent=sent, errors=errors, error_line=line)
