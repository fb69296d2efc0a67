"""What is wrong with the drawing itself: links that can't be, circles, nodes that nothing reaches or that one item reaches twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mailflow_gui.flow.model import Edge, Flow, Node
from mailflow_gui.flow.node_type import AnyNodeType, Port, PortType, SinkType, SourceType, TransformType
from mailflow_gui.flow.problems import Problem
from mailflow_gui.flow.values import nearest, quoted

_FITS: Mapping[PortType, frozenset[PortType]] = {
    # A received mail may go straight to a sender: its own fields are the data then (check warns).
    "message": frozenset({"message", "fields"}),
    # A second mapper reads what the first one made.
    "fields": frozenset({"fields", "message"}),
    # An error port gives the message and its error: it can be mapped into a notice like any message.
    "error": frozenset({"error", "message", "fields"}),
    "text": frozenset({"text"}),
    "any": frozenset(),
}


def fits(output: PortType, target: PortType) -> bool:
    """Whether a link may lead from an output of one type to an input of another."""
    return "any" in {output, target} or target in _FITS[output]


@dataclass(frozen=True)
class Graph:
    """A flow seen with its node types. Nodes of unknown types are in it; only their ports aren't known."""

    flow: Flow
    nodes: Mapping[str, Node]
    types: Mapping[str, AnyNodeType]
    """By node id; a node of an unknown type is missing."""
    edges: tuple[Edge, ...]
    """The edges that make sense: between existing nodes, each once, no self-loops."""

    def output(self, edge: Edge) -> Port | None:
        """The port where an edge begins, or None where it isn't known."""
        return _port(self.types[edge.source].outputs, edge.source_port) if edge.source in self.types else None

    def input(self, edge: Edge) -> Port | None:
        """The port where an edge ends, or None where it isn't known."""
        return _port(self.types[edge.target].inputs, edge.target_port) if edge.target in self.types else None


def check_graph(flow: Flow, node_types: Sequence[AnyNodeType]) -> list[Problem]:
    """Every problem of the drawing, nodes and links first, then what follows from them."""
    graph = graph_of(flow, node_types)
    problems = [*_nodes(flow, node_types), *_edges(graph)]
    circles = list(_circles(graph))
    problems += circles
    problems += _reach(graph)
    if not circles:
        problems += _twice(graph)
        problems += _unmapped(graph)
    return problems


def graph_of(flow: Flow, node_types: Sequence[AnyNodeType]) -> Graph:
    """The flow with the type of each node, without the edges that make no sense."""
    known = {kind.id: kind for kind in node_types}
    nodes: dict[str, Node] = {}
    for node in flow.nodes:
        nodes.setdefault(node.id, node)  # of two with one id, the first counts
    return Graph(
        flow=flow,
        nodes=nodes,
        types={node.id: known[node.type] for node in nodes.values() if node.type in known},
        edges=tuple(
            edge
            for edge in dict.fromkeys(flow.edges)
            if edge.source in nodes and edge.target in nodes and edge.source != edge.target
        ),
    )


def _nodes(flow: Flow, node_types: Sequence[AnyNodeType]) -> Iterator[Problem]:
    for node_id, count in Counter(node.id for node in flow.nodes).items():
        if count > 1:
            yield Problem("node-duplicate", node=node_id, arguments={"node": quoted(node_id), "count": count})
    known = [kind.id for kind in node_types]
    for node in flow.nodes:
        if node.type not in known:
            guess = nearest(node.type, known)
            arguments = {"node": label(node), "type": quoted(node.type), "guess": guess}
            yield Problem("node-type-misspelt" if guess else "node-type-unknown", node=node.id, arguments=arguments)


def _edges(graph: Graph) -> Iterator[Problem]:
    for edge, count in Counter(graph.flow.edges).items():
        missing = [end for end in (edge.source, edge.target) if end not in graph.nodes]
        for end in missing:
            other = next((known for known in (edge.source, edge.target) if known in graph.nodes), None)
            yield Problem("edge-node-unknown", node=other, arguments={"link": _shown(edge), "node": quoted(end)})
        if missing:
            continue
        if edge.source == edge.target:
            yield Problem("edge-to-itself", node=edge.source, arguments={"node": label(graph.nodes[edge.source])})
            continue
        if count > 1:
            yield Problem("edge-duplicate", node=edge.target, arguments={"link": _shown(edge), "count": count})
        yield from _ports(graph, edge)


def _ports(graph: Graph, edge: Edge) -> Iterator[Problem]:
    output, target = graph.output(edge), graph.input(edge)
    if output is None and edge.source in graph.types:
        yield _port_unknown(
            "edge-output-unknown", edge.source, edge.source_port, graph.types[edge.source].outputs, graph
        )
    if target is None and edge.target in graph.types:
        yield _port_unknown("edge-input-unknown", edge.target, edge.target_port, graph.types[edge.target].inputs, graph)
    if output is not None and target is not None and not fits(output.type, target.type):
        yield Problem(
            "edge-types-differ",
            node=edge.target,
            arguments={"link": _shown(edge), "output": output.type, "input": target.type},
        )


def _port_unknown(code: str, node_id: str, port: str, ports: Iterable[Port], graph: Graph) -> Problem:
    names = ", ".join(known.name for known in ports) or "–"
    arguments = {"node": label(graph.nodes[node_id]), "port": quoted(port), "ports": names}
    return Problem(code, node=node_id, arguments=arguments)


def _circles(graph: Graph) -> Iterator[Problem]:
    """One problem per circle found by walking each node once, depth first, without recursion."""
    following = _following(graph.edges)
    done: set[str] = set()
    for start in graph.nodes:
        way: dict[str, None] = {}  # in the order walked
        stack: list[tuple[str, bool]] = [(start, False)]
        while stack:
            node, leaving = stack.pop()
            if leaving:
                way.popitem()
                done.add(node)
            elif node in way:
                circle = list(way)[list(way).index(node) :]
                shown = " → ".join(label(graph.nodes[step]) for step in (*circle, node))
                yield Problem("edges-circle", node=node, arguments={"nodes": shown})
            elif node not in done:
                way[node] = None
                stack.append((node, True))
                stack.extend((edge.target, False) for edge in reversed(following.get(node, [])))


def _reach(graph: Graph) -> Iterator[Problem]:
    sources = [node for node, kind in graph.types.items() if isinstance(kind, SourceType)]
    roots = [*sources, *(node for node in graph.nodes if node not in graph.types)]  # who knows what an unknown one is
    if not roots:
        yield Problem("source-missing", "warning")
        return
    following = _following(graph.edges)
    reached: set[str] = set()
    waiting = list(roots)
    while waiting:
        node = waiting.pop()
        if node not in reached:
            reached.add(node)
            waiting.extend(edge.target for edge in following.get(node, []))
    for node in graph.nodes:
        if node not in reached:
            yield Problem("node-unreachable", "warning", node=node, arguments={"node": label(graph.nodes[node])})
    for node, kind in graph.types.items():
        usual = {port.name for port in kind.outputs if port.type != "error"}
        leads_on = not usual or any(edge.source_port in usual for edge in following.get(node, []))
        if node in reached and isinstance(kind, SourceType | TransformType) and not leads_on:
            code = "source-leads-nowhere" if isinstance(kind, SourceType) else "node-leads-nowhere"
            yield Problem(code, "warning", node=node, arguments={"node": label(graph.nodes[node])})


def _twice(graph: Graph) -> Iterator[Problem]:
    """Nodes where two ways of one item meet. What leaves by an error port doesn't leave by the others: it begins its own ways."""
    usual = [edge for edge in graph.edges if not _is_error(graph.output(edge))]
    following = _following(usual)
    beginnings: list[list[Edge]] = [
        following.get(node, []) for node, kind in graph.types.items() if isinstance(kind, SourceType)
    ]
    errors: dict[tuple[str, str], list[Edge]] = {}
    for edge in graph.edges:
        if _is_error(graph.output(edge)):
            errors.setdefault((edge.source, edge.source_port), []).append(edge)
    met: dict[str, None] = {}
    for beginning in (*beginnings, *errors.values()):
        entered: Counter[str] = Counter()
        waiting, seen = list(beginning), set(beginning)
        while waiting:
            edge = waiting.pop()
            entered[edge.target] += 1
            for onward in following.get(edge.target, []):
                if onward not in seen:
                    seen.add(onward)
                    waiting.append(onward)
        met |= dict.fromkeys(node for node, ways in entered.items() if ways > 1)
    for node in graph.nodes:
        if node in met:
            yield Problem("node-runs-twice", "warning", node=node, arguments={"node": label(graph.nodes[node])})


def _unmapped(graph: Graph) -> Iterator[Problem]:
    """Senders that a received mail reaches as it is: what isn't typed there, recipients too, is taken from that mail."""
    leading: dict[str, list[Edge]] = {}
    for edge in graph.edges:
        leading.setdefault(edge.target, []).append(edge)
    for node, kind in graph.types.items():
        if isinstance(kind, SinkType) and graph.nodes[node].enabled:
            carried = {"message", "error"} & _carried(graph, leading, leading.get(node, []))
            if carried:
                yield Problem("send-without-mapper", "warning", node=node, arguments={"node": label(graph.nodes[node])})


def _carried(graph: Graph, leading: Mapping[str, list[Edge]], edges: Iterable[Edge]) -> set[PortType]:
    """What really arrives by these edges: a switched-off transform and an output of any type pass on what came in."""
    carried: set[PortType] = set()
    waiting, seen = list(edges), set(edges)
    while waiting:
        edge = waiting.pop()
        output = graph.output(edge)
        if output is None:
            continue
        passes = isinstance(graph.types[edge.source], TransformType) and not graph.nodes[edge.source].enabled
        if output.type != "any" and not passes:
            carried.add(output.type)
            continue
        onward = [before for before in leading.get(edge.source, []) if before not in seen]
        seen.update(onward)
        waiting.extend(onward)
    return carried


def label(node: Node) -> str:
    """A node as people know it: its name, else its id."""
    return quoted(node.name or node.id)


def _following(edges: Iterable[Edge]) -> dict[str, list[Edge]]:
    following: dict[str, list[Edge]] = {}
    for edge in edges:
        following.setdefault(edge.source, []).append(edge)
    return following


def _port(ports: Iterable[Port], name: str) -> Port | None:
    return next((port for port in ports if port.name == name), None)


def _is_error(port: Port | None) -> bool:
    return port is not None and port.type == "error"


def _shown(edge: Edge) -> str:
    return quoted(f"{edge.source}.{edge.source_port} → {edge.target}.{edge.target_port}")
