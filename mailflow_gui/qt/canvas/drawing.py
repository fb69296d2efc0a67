"""The drawing: shows one immutable flow after the other by changing only what differs, in NodeGraphQt's model and in the scene."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress

from PySide6.QtCore import QRectF
from PySide6.QtGui import QUndoStack

from mailflow_gui.flow.model import Edge, Flow, Node
from mailflow_gui.flow.node_type import AnyNodeType
from mailflow_gui.qt.canvas.card import Card
from mailflow_gui.qt.canvas.link import Link
from mailflow_gui.qt.canvas.nodegraph import INPUT, OUTPUT, BaseNode, NodeGraph
from mailflow_gui.qt.canvas.places import Place, keys_of, places
from mailflow_gui.qt.canvas.scene import Scene
from mailflow_gui.qt.canvas.viewer import Viewer

_PortNames = tuple[tuple[str, ...], tuple[str, ...]]
"""Of inputs and outputs, from the top."""


class _GraphNode(BaseNode):
    """A node in NodeGraphQt's model, known by our key."""

    __identifier__ = "mailflow"

    def __init__(self, key: str, node: Node, kind: AnyNodeType | None) -> None:
        super().__init__(lambda: Card(node, kind))
        self.model.id = self.view.id = key


class Drawing:
    """What is on the canvas now."""

    def __init__(self, viewer: Viewer, scene: Scene, undo_stack: QUndoStack, types: Mapping[str, AnyNodeType]) -> None:
        self.flow = Flow(name="")
        self.cards: dict[str, Card] = {}
        self.links: dict[Edge, Link] = {}
        self.shown: dict[str, Place] = {}
        """Where every card stands, also those whose file says no position."""
        self._types = types
        self._scene = scene
        self._viewer = viewer
        self._graph = NodeGraph(undo_stack=undo_stack, viewer=viewer)
        self._graph.set_acyclic(False)  # its test is inverted and slow; every link comes through our own validator
        self._nodes: dict[str, _GraphNode] = {}
        self._ports: dict[str, _PortNames] = {}
        self.dry_run = False
        scene.cards = self.cards.values
        scene.links = self.links.values

    def clear(self) -> None:
        """Forget everything that was seen, for another flow."""
        self.show(Flow(name=""))
        self.shown.clear()
        self._ports.clear()

    def show(self, flow: Flow) -> list[str]:
        """Show ``flow``; the keys of the nodes that weren't there before."""
        self.flow = flow  # first: whatever happens to the picture, this is what will be saved
        keys = keys_of(flow)
        nodes = dict(zip(keys, flow.nodes, strict=True))
        ports = self._port_names(flow, nodes)
        placed = places(flow, self.shown)
        edges = _drawable(flow.edges, nodes)
        for key in list(self.cards):
            if key not in nodes or self._ports[key] != ports[key] or self.cards[key].node.type != nodes[key].type:
                self._remove(key)
        for edge in [edge for edge in self.links if edge not in edges]:
            self._unlink(edge)
        added = [key for key in keys if key not in self.cards]
        for key, node in nodes.items():
            if key not in self.cards:
                self._add(key, node, ports[key])
            elif self.cards[key].node is not node:
                self.cards[key].show_node(node)
            if self.shown.get(key) != placed[key] or key in added:
                self.cards[key].setPos(*placed[key])
        for edge in edges:
            if edge not in self.links:
                self._link(edge)
        self._ports |= ports
        self.shown.update(placed)
        return added

    def items(self) -> list[Card | Link]:
        """All cards and links."""
        return [*self.cards.values(), *self.links.values()]

    def bounds(self, keys: Iterable[str]) -> QRectF:
        """The rectangle around some cards, empty without any."""
        rect = QRectF()
        for key in keys:
            rect = rect.united(self.cards[key].sceneBoundingRect())
        return rect

    def _port_names(self, flow: Flow, nodes: Mapping[str, Node]) -> dict[str, _PortNames]:
        """Each node's ports: its type's, then those that only links speak of, also links that were there before."""
        inputs: dict[str, dict[str, None]] = {}
        outputs: dict[str, dict[str, None]] = {}
        for key, node in nodes.items():
            kind = self._types.get(node.type)
            seen = self._ports.get(key, ((), ())) if kind is None else ((), ())
            inputs[key] = dict.fromkeys([port.name for port in kind.inputs] if kind else seen[0])
            outputs[key] = dict.fromkeys([port.name for port in kind.outputs] if kind else seen[1])
        for edge in flow.edges:
            if edge.source in outputs:
                outputs[edge.source].setdefault(edge.source_port)
            if edge.target in inputs:
                inputs[edge.target].setdefault(edge.target_port)
        return {key: (tuple(inputs[key]), tuple(outputs[key])) for key in nodes}

    def _add(self, key: str, node: Node, ports: _PortNames) -> None:
        made = _GraphNode(key, node, self._types.get(node.type))
        made._graph = self._graph  # what NodeGraph.add_node does, without its quadratic search for unique names
        made.model._graph_model = self._graph.model
        for name in ports[0]:
            made.add_input(name, multi_input=True)
        for name in ports[1]:
            made.add_output(name, multi_output=True)
        self._graph.model.nodes[key] = made
        card: Card = made.view
        card.dry_run = self.dry_run
        card.flat = self._scene.flat
        card.moved = _follow
        self._scene.addItem(card)
        self.cards[key], self._nodes[key], self._ports[key] = card, made, ports

    def _remove(self, key: str) -> None:
        for edge in [edge for edge in self.links if key in {edge.source, edge.target}]:
            self._unlink(edge)
        card = self.cards.pop(key)
        card.moved = None
        self._graph.remove_node(self._nodes.pop(key), push_undo=False)

    def _link(self, edge: Edge) -> None:
        source = self._nodes[edge.source].outputs()[edge.source_port]
        target = self._nodes[edge.target].inputs()[edge.target_port]
        source.connect_to(target, push_undo=False, emit_signal=False)
        link = self._viewer.drawn
        assert link is not None
        link.edge = edge
        link.dry_run = self.dry_run
        link.flat = self._scene.flat
        port = self.cards[edge.source].port(OUTPUT, edge.source_port)
        end = self.cards[edge.target].port(INPUT, edge.target_port)
        if port is not None and end is not None:
            link.carries = port.carries if port.known else end.carries
        self.links[edge] = link
        self._repaint_ends(edge)

    def _unlink(self, edge: Edge) -> None:
        del self.links[edge]
        source = self._nodes[edge.source].outputs()[edge.source_port]
        target = self._nodes[edge.target].inputs()[edge.target_port]
        source.disconnect_from(target, push_undo=False, emit_signal=False)
        self._repaint_ends(edge)

    def _repaint_ends(self, edge: Edge) -> None:
        for key in (edge.source, edge.target):
            with suppress(KeyError):
                self.cards[key].update()


def _follow(card: Card) -> None:
    for port in card.ports:
        for link in port.connected_pipes:
            link.redraw()


def _drawable(edges: Iterable[Edge], nodes: Mapping[str, Node]) -> dict[Edge, None]:
    """The links that can be shown: between existing nodes, each once, none from a node to itself."""
    return {
        edge: None for edge in edges if edge.source in nodes and edge.target in nodes and edge.source != edge.target
    }
