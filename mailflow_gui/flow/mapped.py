"""Which fields can arrive at a node, as far as the mappers before it tell."""

from __future__ import annotations

from collections.abc import Mapping

from mailflow_gui.flow.graph import Graph
from mailflow_gui.flow.node_type import NodeSettings


def mapped_fields(graph: Graph, node: str, settings: Mapping[str, NodeSettings]) -> frozenset[str] | None:
    """The fields that each item arriving at ``node`` can have; None where received mails arrive, or nothing is known.

    ``settings`` are those of the nodes whose settings could be read.
    """
    ways: list[frozenset[str]] = []
    seen = {node}
    waiting = [node]
    leads_here = known_only = False
    while waiting:
        target = waiting.pop()
        for edge in (edge for edge in graph.edges if edge.target == target):
            leads_here = True
            kind, output = graph.types.get(edge.source), graph.output(edge)
            is_off = not graph.nodes[edge.source].enabled
            if kind is None or output is None or edge.source not in settings:
                return None
            if kind.maps is not None and not is_off and output.type == "fields":
                ways.append(frozenset(kind.maps(settings[edge.source])))
                known_only = True
            elif kind.inputs and (is_off or output.type == "any"):  # what came in goes on
                if edge.source not in seen:
                    seen.add(edge.source)
                    waiting.append(edge.source)
            elif not is_off:
                return None
    if not leads_here:
        return frozenset()
    return frozenset.intersection(*ways) if known_only else None
