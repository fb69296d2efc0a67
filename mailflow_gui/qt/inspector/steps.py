"""Step pips: one for each node on a message's way, coloured by how it fared there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mailflow_gui.errors import FlowFileError
from mailflow_gui.flow import file as flow_file
from mailflow_gui.journal.listing import Listed
from mailflow_gui.qt.inspector import plain

PipState = Literal["done", "running", "waiting", "retrying", "failed", "skipped"]
"""As the controls paint them; *waiting* is what lies ahead, *retrying* whatever goes on later."""

_DELIVERIES: tuple[tuple[str, PipState], ...] = (
    ("planned", "running"),
    ("queued", "retrying"),
    ("held", "retrying"),
    ("uncertain", "retrying"),
    ("failed", "failed"),
    ("sent", "done"),
)
"""What a sending node's deliveries mean, the one that decides first."""


@dataclass(frozen=True)
class Pip:
    """One node on the way."""

    node: str
    state: PipState


@dataclass(frozen=True)
class Way:
    """What a version of a flow says of its nodes."""

    names: dict[str, str]
    """Node id to what people call it."""
    behind: dict[str, tuple[str, ...]]
    """For each source, the nodes that its messages usually come by (error ports left out), in order."""


NO_WAY = Way({}, {})


def way(content: str | None) -> Way:
    """Read a version of a flow; one that is gone or can't be read tells nothing."""
    if content is None:
        return NO_WAY
    try:
        flow = flow_file.loads(content, "")
    except FlowFileError:
        return NO_WAY
    following: dict[str, list[str]] = {}
    for edge in flow.edges:
        if edge.source_port != "error":
            following.setdefault(edge.source, []).append(edge.target)
    behind = {}
    for node in flow.nodes:
        seen = [node.id]
        for one in seen:
            seen += [target for target in dict.fromkeys(following.get(one, ())) if target not in seen]
        behind[node.id] = tuple(seen[1:])
    return Way({node.id: plain.one_line(node.name or node.id, 80) for node in flow.nodes}, behind)


def pips(row: Listed, known: Way) -> tuple[Pip, ...]:
    """The pips of a message: where it was received, what has been done, and, if it isn't at its end, what lies ahead."""
    if row.state == "failed" and not row.steps:
        return (Pip(row.node, "failed"), *(Pip(node, "waiting") for node in known.behind.get(row.node, ())))
    found = [Pip(row.node, "done")]
    for node, outcome, code in row.steps:
        found.append(Pip(node, _state(row, node, outcome, code)))
    if row.state == "sent":
        return tuple(found)
    done = {pip.node for pip in found}
    ahead = [node for node in known.behind.get(row.node, ()) if node not in done]
    rest: PipState = "skipped" if row.state == "skipped" else "waiting"
    for number, node in enumerate(ahead):
        first = number == 0 and row.state == "running" and not row.steps
        found.append(Pip(node, "running" if first else rest))
    return tuple(found)


def _state(row: Listed, node: str, outcome: str, code: str | None) -> PipState:
    if outcome == "failed":
        return "failed"
    if outcome == "skipped":
        return "skipped"
    states = {state for sender, state in row.mails if sender == node}
    for delivery, shown in _DELIVERIES:
        if delivery in states:
            return "skipped" if row.state == "skipped" and shown == "failed" else shown
    return "retrying" if code else "done"


def described(shown: tuple[Pip, ...]) -> tuple[int, int]:
    """How many of the nodes are done, and of how many."""
    return sum(pip.state not in {"waiting", "running"} for pip in shown), len(shown)
