"""What arrives at a node: the fields of a sample after all the steps that come before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mailflow_gui.errors import MailFlowError
from mailflow_gui.flow.graph import Graph, graph_of
from mailflow_gui.flow.item import Item, StepContext
from mailflow_gui.flow.mapped import mapped_fields
from mailflow_gui.flow.model import Edge, Flow
from mailflow_gui.flow.node_type import AnyNodeType, NodeSettings, SinkType, SourceType, TransformType
from mailflow_gui.flow.shapes import plain
from mailflow_gui.mapping.values import Value
from mailflow_gui.nodes.data_mapper import source_of
from mailflow_gui.qt.mapper.samples import Sample


@dataclass(frozen=True)
class Arrived:
    """A sample as it comes to the node."""

    fields: Mapping[str, Value]
    item: Item
    added: tuple[str, ...] = ()
    """Fields that nodes before have put in; behind a mapper, all there are."""
    mapped: bool = False
    lost: MailFlowError | None = None
    """Why the sample doesn't come this far: a step before failed. The fields are those of the received mail then."""


def arrive(flow: Flow, node: str, types: Sequence[AnyNodeType], sample: Sample) -> Arrived:
    """Take a sample through the steps before ``node``, on the shortest way from a source."""
    graph = graph_of(flow, types)
    item = sample.item()
    try:
        for edge in way_to(graph, node):
            item = _through(graph, flow, edge, item)
    except MailFlowError as error:
        first = sample.item()
        return Arrived(source_of(first), first, lost=error)
    return Arrived(source_of(item), item, tuple(item.fields), item.mapped)


def way_to(graph: Graph, node: str) -> tuple[Edge, ...]:
    """The edges from a source to ``node``, the shortest way; empty where none leads there."""
    ways: list[tuple[str, tuple[Edge, ...]]] = [(node, ())]
    seen = {node}
    while ways:
        here, way = ways.pop(0)
        if isinstance(graph.types.get(here), SourceType):
            return way
        leading = [edge for edge in graph.edges if edge.target == here and edge.source not in seen]
        # What leaves by an error port has failed before: the usual way is worth more.
        for edge in sorted(leading, key=lambda one: one.source_port == "error"):
            seen.add(edge.source)
            ways.append((edge.source, (edge, *way)))
    return ()


def behind_mapper(flow: Flow, node: str, types: Sequence[AnyNodeType]) -> frozenset[str] | None:
    """The fields that earlier mappers leave for ``node``; None where received mails arrive."""
    graph = graph_of(flow, types)
    settings: dict[str, NodeSettings] = {}
    for key, one in graph.nodes.items():
        kind = graph.types.get(key)
        try:
            if kind is not None:
                settings[key] = kind.settings.model_validate(plain(one.settings))
        except ValueError:
            continue  # its problems are told where they are
    found = mapped_fields(graph, node, settings)
    return found or None


def _through(graph: Graph, flow: Flow, edge: Edge, item: Item) -> Item:
    """:raises MailFlowError: the step fails, or lets nothing out there."""
    kind, node = graph.types.get(edge.source), graph.nodes[edge.source]
    if not isinstance(kind, TransformType) or not node.enabled or edge.source_port == "error":
        return item
    try:
        settings = kind.settings.model_validate(plain(node.settings))
    except ValueError as error:
        raise MailFlowError("mapper-step-unreadable", node=node.name or node.id) from error
    given = kind.transform(item, settings, StepContext(flow.name, node.id, flow.properties))
    out = given.get(edge.source_port, ())
    if not out:
        raise MailFlowError("mapper-step-gives-nothing", node=node.name or node.id)
    return out[0]


def senders_after(flow: Flow, node: str, types: Sequence[AnyNodeType]) -> tuple[str, ...]:
    """The ids of the sinks that the node's output leads to."""
    graph = graph_of(flow, types)
    found: list[str] = []
    waiting, seen = [node], {node}
    while waiting:
        here = waiting.pop(0)
        for edge in graph.edges:
            if edge.source == here and edge.source_port != "error" and edge.target not in seen:
                seen.add(edge.target)
                waiting.append(edge.target)
                if isinstance(graph.types.get(edge.target), SinkType):
                    found.append(edge.target)
    return tuple(found)
