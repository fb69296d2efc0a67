"""Ports: colour and shape tell the data type, a hollow one is free. They take no paint of their own: the card draws them."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPolygonF
from PySide6.QtWidgets import QGraphicsItem

from mailflow_gui.flow.node_type import Port as TypePort
from mailflow_gui.flow.node_type import PortType
from mailflow_gui.qt.canvas import look
from mailflow_gui.qt.canvas.nodegraph import PortItem

RADIUS = 6.0
REACH = 12.0
"""Half of the square around a port where the mouse finds it."""

_RING = 10.0
_FADED = 0.3


class Offer(Enum):
    """What a port is while a link is being dragged."""

    NONE = 0
    FITS = 1
    TARGET = 2
    """The link would be dropped here."""
    UNFIT = 3


class CardPort(PortItem):
    """A port of a card; its origin is where links meet it."""

    def __init__(self, parent: QGraphicsItem, name: str, kind: TypePort | None, direction: str) -> None:
        super().__init__(parent)
        self.setAcceptHoverEvents(False)
        self.setCacheMode(QGraphicsItem.CacheMode.NoCache)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents, True)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemSendsScenePositionChanges, False)
        self.name = name
        self.port_type = direction
        self.display_name = False
        self.carries: PortType = kind.type if kind else "any"
        self.title = kind.title if kind else name
        """Not translated yet; a port that no type describes has its name from the file."""
        self.known = kind is not None
        self.offer = Offer.NONE
        self.hovered = False

    def boundingRect(self) -> QRectF:
        return QRectF(-REACH, -REACH, 2 * REACH, 2 * REACH)


def shape(kind: PortType, at: QPointF) -> QPainterPath:
    """The outline of a port: circle, square, diamond or triangle."""
    path, x, y = QPainterPath(), at.x(), at.y()
    if kind == "fields":
        path.addRoundedRect(QRectF(x - RADIUS, y - RADIUS, 2 * RADIUS, 2 * RADIUS), 2.5, 2.5)
    elif kind == "text":
        path.addPolygon(QPolygonF([QPointF(x, y - 7.5), QPointF(x + 7.5, y), QPointF(x, y + 7.5), QPointF(x - 7.5, y)]))
        path.closeSubpath()
    elif kind == "error":
        path.addPolygon(QPolygonF([QPointF(x - 5, y - 6), QPointF(x + 6, y), QPointF(x - 5, y + 6)]))
        path.closeSubpath()
    else:
        path.addEllipse(at, RADIUS, RADIUS)
    return path


def paint(painter: QPainter, port: CardPort) -> None:
    """Draw a port on its card."""
    at, token = port.pos(), look.type_token(port.carries)
    if port.offer is Offer.TARGET or (port.hovered and port.offer is Offer.NONE):
        painter.setPen(look.pen("accent-line", 2))
        painter.setBrush(look.color("halo"))
        painter.drawEllipse(at, REACH, REACH)
    elif port.offer is Offer.FITS:
        painter.setPen(look.pen(token, 1.5))
        painter.setBrush(look.color("surface"))
        painter.drawEllipse(at, _RING, _RING)
    opacity = painter.opacity()
    if port.offer is Offer.UNFIT:
        painter.setOpacity(opacity * _FADED)
    filled = bool(port.connected_pipes)
    painter.setPen(look.pen("surface" if filled else token, 2))
    painter.setBrush(look.color(token if filled else "surface"))
    painter.drawPath(shape(port.carries, at))
    painter.setOpacity(opacity)


def paint_sample(painter: QPainter, kind: PortType, at: QPointF) -> None:
    """A filled port without a card, such as the loose end of a link."""
    painter.setPen(look.pen("surface", 2))
    painter.setBrush(look.color(look.type_token(kind)))
    painter.drawPath(shape(kind, at))


NO_BRUSH = Qt.BrushStyle.NoBrush
