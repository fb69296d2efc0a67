"""Which links can be drawn, and why others can't: one validator for every way to make a link."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mailflow_gui.flow.graph import fits
from mailflow_gui.flow.model import Edge, Flow
from mailflow_gui.flow.node_type import AnyNodeType, Port, PortType
from mailflow_gui.language import N_, _

TYPE_NAMES: Mapping[PortType, str] = {
    "message": N_("message"),
    "fields": N_("fields"),
    "text": N_("text"),
    "error": N_("error"),
    "any": N_("any"),
}

Types = Mapping[str, AnyNodeType]
"""Node types by their id."""


def output_of(kind: AnyNodeType | None, name: str) -> Port | None:
    """A type's output port, or None where it isn't known."""
    return next((port for port in kind.outputs if port.name == name), None) if kind else None


def input_of(kind: AnyNodeType | None, name: str) -> Port | None:
    """A type's input port, or None where it isn't known."""
    return next((port for port in kind.inputs if port.name == name), None) if kind else None


def refusal(flow: Flow, types: Types, edge: Edge) -> str:
    """Why ``edge`` can't be added to the flow, in one sentence for the person who draws it; empty if it can."""
    kinds = {node.id: types.get(node.type) for node in flow.nodes}
    if edge.source not in kinds or edge.target not in kinds:
        return _("One of these nodes doesn't exist any more.")
    if edge.source == edge.target:
        return _("A node can't be linked to itself.")
    output, target = output_of(kinds[edge.source], edge.source_port), input_of(kinds[edge.target], edge.target_port)
    if output is None or target is None:
        return _("MailFlow doesn't know this port, so it can't be linked.")
    return _misfit(output, target) or _repetition(flow, edge)


def _misfit(output: Port, target: Port) -> str:
    if fits(output.type, target.type):
        return ""
    return _("This doesn't fit: “{output}” carries {carried}, “{input}” takes {taken}.").format(
        output=_(output.title),
        carried=_(TYPE_NAMES[output.type]),
        input=_(target.title),
        taken=_(TYPE_NAMES[target.type]),
    )


def _repetition(flow: Flow, edge: Edge) -> str:
    if edge in flow.edges:
        return _("These two ports are linked already.")
    if edge.source in reachable(flow.edges, edge.target):
        return _("This link would make a circle: a mail would never come to its end.")
    return ""


def reachable(edges: Iterable[Edge], start: str) -> set[str]:
    """``start`` and every node after it."""
    following: dict[str, list[str]] = {}
    for edge in edges:
        following.setdefault(edge.source, []).append(edge.target)
    return _walked(following, start)


def reaching(edges: Iterable[Edge], end: str) -> set[str]:
    """``end`` and every node before it."""
    leading: dict[str, list[str]] = {}
    for edge in edges:
        leading.setdefault(edge.target, []).append(edge.source)
    return _walked(leading, end)


def fitting_input(kind: AnyNodeType, carried: PortType) -> Port | None:
    """The input that takes this best: of the very type if there is one, else the first that fits."""
    return next(
        iter(sorted((p for p in kind.inputs if fits(carried, p.type)), key=lambda port: port.type != carried)), None
    )


def fitting_output(kind: AnyNodeType, taken: PortType) -> Port | None:
    """The output that gives this best: of the very type, else the first that fits; error outputs come last."""
    fitting = [port for port in kind.outputs if fits(port.type, taken)]
    return next(iter(sorted(fitting, key=lambda port: (port.type == "error" != taken, port.type != taken))), None)


def _walked(steps: Mapping[str, list[str]], start: str) -> set[str]:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting.extend(steps.get(node, ()))
    return seen
