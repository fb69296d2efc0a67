"""A version of a flow, cut down to what leads to one node, so that messages can be taken there and through it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter

from mailflow_gui.engine.compiled import CompiledFlow, step_of
from mailflow_gui.engine.delivery import End, advance
from mailflow_gui.errors import FlowFileError, MailFlowError
from mailflow_gui.flow.graph import graph_of
from mailflow_gui.flow.item import Item
from mailflow_gui.flow.model import Flow
from mailflow_gui.flow.node_type import AnyNodeType, SourceType
from mailflow_gui.mapping.history import Fields


@dataclass(frozen=True)
class Out:
    """What became of a message at the node."""

    fields: Fields
    """What comes out, the attachments that go along among it; empty where nothing does."""
    error: MailFlowError | None = None
    """Why nothing comes out: the node failed, or one before it."""
    reached: bool = True
    """Whether the message came to the node at all."""


@dataclass(frozen=True)
class Version:
    """The way to a node and the node itself, ready to run. What lies behind it has no say in what comes out of it."""

    flow: CompiledFlow
    node: str

    @property
    def sources(self) -> tuple[str, ...]:
        """The nodes where messages begin that may come here."""
        return tuple(step.id for step in self.flow.steps.values() if isinstance(step.type, SourceType))

    def same_as(self, other: Version) -> bool:
        """Whether both make the same of every message."""
        return self._essence() == other._essence()

    def _essence(self) -> tuple[object, ...]:
        steps = {step.id: (step.type.id, step.settings, step.outputs) for step in self.flow.steps.values()}
        return steps, self.flow.flow.properties, self.flow.flow.name

    def out(self, source: str, item: Item) -> Out:
        """Take an item from its source through the node, as a run would; mails that steps on the way ask for count as sent."""
        taken = advance(self.flow, source, item, ends=_ALL_SENT)
        here = next((step for step in taken.steps if step.node == self.node), None)
        if here is None:
            return Out({}, next((step.error for step in taken.errors), None), reached=False)
        if here.outcome == "failed" or not here.items:
            return Out({}, here.error)
        one = here.items[0]
        files = one.attachments if one.attachments is not None else ()
        return Out({**one.fields, "attachments": files} if files else one.fields)


def cut(flow: Flow, node: str, types: Sequence[AnyNodeType]) -> Version:
    """What leads to ``node``; the node itself counts as switched on.

    :raises FlowFileError: settings on the way can't be read, or the way goes round in a circle.
    """
    graph = graph_of(flow, types)
    way = {node}
    waiting = [node]
    while waiting:
        here = waiting.pop()
        before = {edge.source for edge in graph.edges if edge.target == here and edge.source in graph.types} - way
        way |= before
        waiting += before
    edges = [edge for edge in graph.edges if {edge.source, edge.target} <= way and edge.source != node]
    try:
        TopologicalSorter({one: {edge.source for edge in edges if edge.target == one} for one in way}).prepare()
    except CycleError as error:
        raise FlowFileError("edges-circle", nodes=", ".join(error.args[1])) from error
    steps = {key: step_of(flow, graph.nodes[key], edges, types) for key in graph.nodes if key in way}
    own = steps[node]
    steps[node] = replace(own, settings=own.settings.model_copy(update={"enabled": True}))
    return Version(CompiledFlow(flow, steps, {}), node)


class _AllSent(Mapping[tuple[str, str], End]):
    """Any mail that is asked for was sent."""

    def __getitem__(self, _key: tuple[str, str]) -> End:
        return End("sent")

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(())

    def __len__(self) -> int:
        return 1  # not empty: an empty one would be taken for none


_ALL_SENT = _AllSent()
