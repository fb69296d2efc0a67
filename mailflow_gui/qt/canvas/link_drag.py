"""Dragging a link: ports that fit get a ring, others fade, and a drop that is refused says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint

from mailflow_gui.flow.graph import fits
from mailflow_gui.flow.model import Edge, Flow
from mailflow_gui.language import _
from mailflow_gui.qt.canvas import edits, linking
from mailflow_gui.qt.canvas.card import Card
from mailflow_gui.qt.canvas.link import DraftLink
from mailflow_gui.qt.canvas.nodegraph import INPUT, OUTPUT
from mailflow_gui.qt.canvas.ports import CardPort, Offer

if TYPE_CHECKING:
    from mailflow_gui.qt.canvas.canvas import Canvas


class LinkDrag:
    """One link from the press on a port to its drop. ``instead_of`` is the edge whose end was picked up."""

    def __init__(self, canvas: Canvas, start: CardPort, instead_of: Edge | None) -> None:
        self._canvas = canvas
        self._start = start
        self._instead_of = instead_of
        self._target: CardPort | None = None
        drawing = canvas.drawing
        flow = drawing.flow
        self._flow = edits.without(flow, (), {instead_of}) if instead_of else flow
        self._offer()
        self._draft = DraftLink(start)
        canvas.viewer.own_scene.addItem(self._draft)
        if instead_of in drawing.links:
            drawing.links[instead_of].setVisible(False)

    @property
    def flow(self) -> Flow:
        """The flow without the link that was picked up."""
        return self._flow

    def move(self, position: QPoint) -> None:
        """The mouse is at this point of the viewport."""
        viewer = self._canvas.viewer
        target, over = self._found(position)
        if target is not self._target:
            for port, offer in ((self._target, Offer.FITS), (target, Offer.TARGET)):
                if port is not None:
                    port.offer = offer
                    port.parentItem().update()
            self._target = target
        end = target.scenePos() if target else viewer.mapToScene(position)
        self._draft.follow(end, refused=target is None and over is not None)

    def drop(self, position: QPoint) -> None:
        """Make the link, say why not, or ask for a new node on the empty canvas."""
        target, over = self._found(position)
        self.end()
        canvas = self._canvas
        if target is not None:
            edge = edge_between(self._start, target)
            if edge is not None and edge != self._instead_of:
                flow = canvas.drawing.flow
                after = edits.with_edge(flow, edge, instead_of=self._instead_of)
                canvas.push(_("Move link") if self._instead_of else _("Add link"), after)
        elif over is not None:
            canvas.said.emit(self._why_not(over))
        elif self._instead_of is not None:
            canvas.push(_("Delete link"), self._flow)
        else:
            canvas.quick_add(canvas.viewer.mapToScene(position), self._start)

    def end(self) -> None:
        """Take the dragged link and the rings away."""
        drawing = self._canvas.drawing
        if self._draft.scene() is not None:
            self._draft.scene().removeItem(self._draft)
        if self._instead_of in drawing.links:
            drawing.links[self._instead_of].setVisible(True)
        for card in drawing.cards.values():
            for port in card.ports:
                port.offer = Offer.NONE
            card.update()

    def _offer(self) -> None:
        """Mark every port: walking the graph once, not once for each."""
        card = self._start.parentItem()
        assert isinstance(card, Card)
        forward = self._start.port_type == OUTPUT
        node = card.node.id
        walk = linking.reaching if forward else linking.reachable
        circle = walk(self._flow.edges, node)
        linked = set(self._flow.edges)
        for other in self._canvas.drawing.cards.values():
            for port in other.ports:
                edge = edge_between(self._start, port)
                good = (
                    edge is not None
                    and self._start.known
                    and port.known
                    and other.node.id not in circle
                    and edge not in linked
                    and (
                        fits(self._start.carries, port.carries) if forward else fits(port.carries, self._start.carries)
                    )
                )
                port.offer = Offer.FITS if good else Offer.UNFIT
            other.update()
        self._start.offer = Offer.NONE

    def _found(self, position: QPoint) -> tuple[CardPort | None, Card | CardPort | None]:
        """The fitting port there (a card stands for its first fitting one), and whatever lies there that isn't the start."""
        viewer = self._canvas.viewer
        port = viewer.port_at(position)
        if port is self._start:
            return None, None
        if port is not None:
            return (port if port.offer in {Offer.FITS, Offer.TARGET} else None), port
        card = viewer.card_at(position)
        if card is None:
            return None, None
        fitting = next((port for port in card.ports if port.offer in {Offer.FITS, Offer.TARGET}), None)
        return fitting, card

    def _why_not(self, over: Card | CardPort) -> str:
        card = self._start.parentItem()
        port = over
        if isinstance(over, Card):
            if over is card:
                return _("A node can't be linked to itself.")
            facing = over.inputs if self._start.port_type == OUTPUT else over.outputs
            if not facing:
                return (
                    _("This node has no input.") if self._start.port_type == OUTPUT else _("This node has no output.")
                )
            port = facing[0]
        assert isinstance(port, CardPort)
        edge = edge_between(self._start, port)
        if edge is None:
            return _("A link leads from an output to an input.")
        return linking.refusal(self._flow, self._canvas.types, edge) or _("This doesn't fit.")


def edge_between(one: CardPort, other: CardPort) -> Edge | None:
    """The edge that would join two ports, or None for two inputs or two outputs."""
    first, second = one.parentItem(), other.parentItem()
    if one.port_type == other.port_type or not isinstance(first, Card) or not isinstance(second, Card):
        return None
    if one.port_type == INPUT:
        return Edge(second.node.id, other.name, first.node.id, one.name)
    return Edge(first.node.id, one.name, second.node.id, other.name)
