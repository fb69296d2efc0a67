"""The flow as drawn: an immutable snapshot. Typed settings are read from it with the node's type (:mod:`flow.node_type`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

FORMAT_VERSION = 1
"""The version this MailFlow writes; files with a higher one are refused, lower ones are migrated."""

EMPTY: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Stub:
    """What a flow file says of a connection: enough to bind it to an account here, no user, no secret."""

    id: str
    name: str
    protocol: str
    host: str
    port: int | None = None
    security: str | None = None
    extra: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    """Keys this version doesn't know: kept, reported, written back."""


@dataclass(frozen=True)
class Node:
    """One node on the canvas. ``settings`` is the raw JSON object from the file, unknown keys included."""

    id: str
    type: str
    settings: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    position: tuple[float, float] | None = None
    name: str | None = None
    extra: Mapping[str, Any] = field(default_factory=lambda: EMPTY)

    @property
    def enabled(self) -> bool:
        """Off: a transform passes items through, a sink skips them, a source doesn't poll."""
        return self.settings.get("enabled", True) is not False


@dataclass(frozen=True)
class Edge:
    """A link from an output port to an input port."""

    source: str
    source_port: str
    target: str
    target_port: str
    extra: Mapping[str, Any] = field(default_factory=lambda: EMPTY, compare=False)
    """Keys this version doesn't know; they don't take part in comparing, so edges can be counted in sets."""


@dataclass(frozen=True)
class Flow:
    """A whole flow. ``id`` is None until the first save; then the flow is known by its file's resolved path."""

    name: str
    id: str | None = None
    connections: tuple[Stub, ...] = ()
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    properties: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    """Flow properties: name to constant; rules read them with ``{"property": name}``."""
    extra: Mapping[str, Any] = field(default_factory=lambda: EMPTY)
    version: int = field(default=FORMAT_VERSION)

    def node(self, node_id: str) -> Node:
        """:raises KeyError: no such node."""
        for node in self.nodes:
            if node.id == node_id:
                return node
        raise KeyError(node_id)

    def edges_from(self, node_id: str, port: str) -> tuple[Edge, ...]:
        """The edges that leave one output port, in the file's order."""
        return tuple(edge for edge in self.edges if edge.source == node_id and edge.source_port == port)
