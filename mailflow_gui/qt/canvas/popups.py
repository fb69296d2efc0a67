"""What opens over the canvas: quick add and the name field, one at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from mailflow_gui.flow.graph import fits
from mailflow_gui.flow.model import Edge
from mailflow_gui.flow.node_type import AnyNodeType
from mailflow_gui.language import _
from mailflow_gui.qt.canvas import edits, linking, weak
from mailflow_gui.qt.canvas.card import WIDTH, Card
from mailflow_gui.qt.canvas.nodegraph import OUTPUT
from mailflow_gui.qt.canvas.ports import CardPort
from mailflow_gui.qt.canvas.quick_add import QuickAdd
from mailflow_gui.qt.canvas.rename import NameField

if TYPE_CHECKING:
    from mailflow_gui.qt.canvas.canvas import Canvas

FIRST_PORT = 68
"""From a card's top to its first port."""

Start = tuple[str, str, str]
"""Where a link begins that waits for its other end: node, direction and name of the port. The card may be another one by then."""


class Popups:
    """Opens and closes them, and makes edits of what was chosen."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = weak.proxy(canvas)
        self.open: QuickAdd | NameField | None = None

    def close(self) -> None:
        """Close what is open without taking what it holds."""
        if self.open is not None:
            self.open.dismiss()

    def quick_add(self, at: QPointF, port: CardPort | None, into: Edge | None) -> None:
        """Search for a node to add at ``at`` (scene), wired to a port or put into a link."""
        self.close()
        canvas = self._canvas
        kinds, heading = self._fitting(port, into)
        parent = canvas.viewer.parentWidget()  # the canvas itself; Qt takes no weak reference
        assert parent is not None
        popup = QuickAdd(parent, kinds, heading, linked=port is not None or into is not None)
        start = _start(port)
        popup.chosen.connect(lambda type_id: self._chosen(type_id, at, start, into))
        popup.closed.connect(self._closed)
        self.open = popup
        popup.open_at(canvas.viewer.mapFromScene(at))

    def rename(self, key: str) -> None:
        """Edit a node's name on its card."""
        self.close()
        canvas = self._canvas
        field = NameField(canvas.viewer, canvas.drawing.cards[key])
        field.named.connect(lambda name: canvas.set_name(key.split("\0", maxsplit=1)[0], name))
        field.closed.connect(self._closed)
        self.open = field
        field.show()
        field.setFocus()

    def _closed(self) -> None:
        self.open = None
        self._canvas.viewer.setFocus()

    def _fitting(self, port: CardPort | None, into: Edge | None) -> tuple[list[AnyNodeType], str]:
        """The types to choose from, and what they have in common."""
        kinds = list(self._canvas.types.values())
        if port is not None and port.port_type == OUTPUT:
            heading = _("Accepts {type}").format(type=_(linking.TYPE_NAMES[port.carries]))
            return [kind for kind in kinds if linking.fitting_input(kind, port.carries)], heading
        if port is not None:
            heading = _("Gives {type}").format(type=_(linking.TYPE_NAMES[port.carries]))
            return [kind for kind in kinds if linking.fitting_output(kind, port.carries)], heading
        link = self._canvas.drawing.links.get(into) if into else None
        if link is not None and isinstance(link.output_port, CardPort) and isinstance(link.input_port, CardPort):
            source, target = link.output_port.carries, link.input_port.carries
            between = [
                kind
                for kind in kinds
                if linking.fitting_input(kind, source) and any(fits(out.type, target) for out in kind.outputs)
            ]
            return between, _("Fits into this link")
        return kinds, _("All nodes")

    def _chosen(self, type_id: str, at: QPointF, start: Start | None, into: Edge | None) -> None:
        self._closed()
        canvas = self._canvas
        if into is not None:
            canvas.drop_node(type_id, at, into)
        elif start is None or not any(node.id == start[0] for node in canvas.to_flow().nodes):
            canvas.add_node(type_id, at)
        else:
            self._add_wired(type_id, at, start)

    def _add_wired(self, type_id: str, at: QPointF, start: Start) -> None:
        """Add a node whose port stands where the link was dropped."""
        canvas = self._canvas
        kind, flow = canvas.types[type_id], canvas.settled()
        node_id, direction, name = start
        left = at.x() if direction == OUTPUT else at.x() - WIDTH
        node = edits.new_node(flow, kind, canvas.free((left, at.y() - FIRST_PORT)))
        after = edits.with_node(flow, node)
        known = canvas.types.get(flow.node(node_id).type)
        edge: Edge | None = None
        if direction == OUTPUT:
            output = linking.output_of(known, name)
            port = linking.fitting_input(kind, output.type) if output else None
            edge = Edge(node_id, name, node.id, port.name) if port else None
        else:
            target = linking.input_of(known, name)
            port = linking.fitting_output(kind, target.type) if target else None
            edge = Edge(node.id, port.name, node_id, name) if port else None
        if edge is not None and not linking.refusal(after, canvas.types, edge):
            after = edits.with_edge(after, edge)
        canvas.push(_("Add node"), after)


def _start(port: CardPort | None) -> Start | None:
    card = port.parentItem() if port is not None else None
    return (card.node.id, port.port_type, port.name) if port is not None and isinstance(card, Card) else None
