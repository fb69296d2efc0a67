"""A flow made ready to run: typed settings, node types and wiring looked up once. Immutable, shared by all threads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from mailflow_gui.errors import FlowFileError
from mailflow_gui.flow.check import check, settings_of
from mailflow_gui.flow.item import StepContext, Watch
from mailflow_gui.flow.model import Edge, Flow, Node
from mailflow_gui.flow.node_type import AnyNodeType, NodeSettings, SinkType, SourceType, connection_fields


@dataclass(frozen=True)
class Step:
    """One node, ready to work."""

    id: str
    type: AnyNodeType
    settings: NodeSettings
    outputs: Mapping[str, tuple[Edge, ...]]
    """Edges by output port."""
    context: StepContext
    """What the node may know beside an item and its settings."""

    @cached_property
    def onward(self) -> tuple[Edge, ...]:
        """The edges of the first output, by which items go on when all went well."""
        outputs = self.type.outputs
        return self.outputs.get(outputs[0].name, ()) if outputs else ()

    @cached_property
    def on_error(self) -> tuple[Edge, ...]:
        """The edges of the error port: not empty when the flow handles this node's failures itself."""
        return tuple(
            edge for port in self.type.outputs if port.type == "error" for edge in self.outputs.get(port.name, ())
        )


@dataclass(frozen=True)
class CompiledFlow:
    """All steps of one version of a flow, by node id."""

    flow: Flow
    steps: Mapping[str, Step]
    accounts: Mapping[str, str]
    """Stub id -> account id."""

    @cached_property
    def continues(self) -> bool:
        """Whether something comes behind a sink, so that an item isn't at its end when its mail has left."""
        return any(isinstance(step.type, SinkType) and any(step.outputs.values()) for step in self.steps.values())

    @cached_property
    def watches(self) -> Mapping[str, Watch]:
        """What each enabled source asks to receive, its connection bound to an account, by node id."""
        return {step.id: self.watch(step) for step in self.sources()}

    def sources(self) -> Sequence[Step]:
        """The enabled nodes where items begin."""
        return [step for step in self.steps.values() if isinstance(step.type, SourceType) and step.settings.enabled]

    def behind(self, step: Step) -> set[str]:
        """The ids of all nodes that items from ``step`` can reach."""
        reached: set[str] = set()
        ahead = [step]
        while ahead:
            for edges in ahead.pop().outputs.values():
                new = {edge.target for edge in edges} - reached
                reached |= new
                ahead += [self.steps[target] for target in new]
        return reached

    def watch(self, step: Step) -> Watch:
        """What a source asks to receive, its connection bound to an account."""
        assert isinstance(step.type, SourceType)
        watch = step.type.watch(step.settings)
        # INBOX is one folder however it is written (RFC 9051 5.1).
        folder = "INBOX" if watch.folder.upper() == "INBOX" else watch.folder
        return replace(watch, account=self.account(watch.account), folder=folder)

    def account(self, stub: str) -> str:
        """The account that a connection of the flow is bound to; the stub's own id where nothing is bound (preview)."""
        return self.accounts.get(stub, stub)


def compile_flow(
    flow: Flow, node_types: Sequence[AnyNodeType], accounts: Mapping[str, str], *, offline: bool = False
) -> CompiledFlow:
    """Make a flow ready to run; ``offline``: no connection is needed.

    :raises FlowFileError: it has errors; all problems are listed.
    """
    problems = check(flow, node_types)
    errors = [problem for problem in problems if problem.severity == "error"]
    if offline:
        errors = [problem for problem in errors if not problem.code.startswith("connection-")]
    if errors:
        raise FlowFileError(
            "flow-has-errors", problems=problems, name=flow.name, count=len(errors), first=errors[0].text
        )
    steps = {node.id: step_of(flow, node, flow.edges, node_types) for node in flow.nodes}
    return CompiledFlow(flow, steps, accounts)


def step_of(flow: Flow, node: Node, edges: Sequence[Edge], node_types: Sequence[AnyNodeType]) -> Step:
    """One node of a flow, ready to work; of ``edges``, those that leave it.

    :raises FlowFileError: its type isn't known, or its settings can't be read.
    """
    settings = settings_of(node, node_types)
    outputs: dict[str, list[Edge]] = {}
    for edge in edges:
        if edge.source == node.id:
            outputs.setdefault(edge.source_port, []).append(edge)
    wired = {port: tuple(some) for port, some in outputs.items()}
    kind = next(kind for kind in node_types if kind.id == node.type)
    return Step(node.id, kind, settings, wired, StepContext(flow.name, node.id, flow.properties))


def used_stubs(flow: Flow, node_types: Sequence[AnyNodeType]) -> dict[str, set[str]]:
    """The connections that the enabled nodes of a flow name: stub id -> protocols that fit every node naming it."""
    types: dict[str, Any] = {node_type.id: node_type for node_type in node_types}
    used: dict[str, set[str]] = {}
    for node in flow.nodes:
        if node.type not in types or not node.enabled:
            continue
        for key, mark in connection_fields(types[node.type].settings):
            stub = node.settings.get(key)
            if isinstance(stub, str) and stub:
                used.setdefault(stub, set(mark.protocols)).intersection_update(mark.protocols)
    return used
