"""A small picture of a flow: its nodes where they stand, in the colours of what they carry."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from mailflow_gui.flow.model import Flow, Node
from mailflow_gui.flow.node_type import AnyNodeType, SinkType
from mailflow_gui.qt.theme import theme

_WIDTH, _HEIGHT, _HEAD = 52, 24, 8
_MARGIN_X, _MARGIN_Y = 28, 20
_MOST_SCALE = 0.42
"""Two neighbours on the canvas stand this close at most; larger flows shrink to fit."""
_STEP = 272.0
"""How far apart nodes without a place are put."""


def paint_preview(painter: QPainter, area: QRectF, flow: Flow, types: Mapping[str, AnyNodeType]) -> None:
    """Paint ``flow`` into ``area``, on the canvas' dots."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_dots(painter, area)
    places = _places(flow, area)
    for edge in flow.edges:
        if edge.source in places and edge.target in places:
            start = places[edge.source] + QPointF(_WIDTH, _HEIGHT / 2)
            end = places[edge.target] + QPointF(0, _HEIGHT / 2)
            token = _port_type(types.get(flow.node(edge.source).type), edge.source_port)
            path = QPainterPath(start)
            reach = max(12.0, abs(end.x() - start.x()) / 2)
            path.cubicTo(start + QPointF(reach, 0), end - QPointF(reach, 0), end)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.color(f"type-{token}"), 1.75))
            painter.drawPath(path)
    for node in flow.nodes:
        if node.id in places:
            _paint_node(painter, places[node.id], _carries(node, types))
    painter.restore()


def _paint_dots(painter: QPainter, area: QRectF) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("grid-dot"))
    grid = theme.size("grid")
    for x in range(int(area.left()) + 1, int(area.right()), grid):
        for y in range(int(area.top()) + 1, int(area.bottom()), grid):
            painter.drawEllipse(QPointF(x, y), 0.9, 0.9)


def _paint_node(painter: QPainter, place: QPointF, carries: str) -> None:
    frame = QRectF(place.x() + 0.5, place.y() + 0.5, _WIDTH - 1, _HEIGHT - 1)
    outline = QPainterPath()
    outline.addRoundedRect(frame, 4, 4)
    painter.fillPath(outline, theme.color("surface"))
    painter.save()
    painter.setClipRect(QRectF(frame.left(), frame.top(), frame.width(), _HEAD))
    # "any" and "error" have no soft colour of their own beyond the neutral one.
    painter.fillPath(outline, theme.color(f"type-{'any' if carries == 'error' else carries}-soft"))
    painter.restore()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color(f"type-{carries}"))
    painter.drawEllipse(QPointF(place.x() + 8, place.y() + 4.5), 2.5, 2.5)
    painter.setBrush(theme.color("border"))
    painter.drawRoundedRect(QRectF(place.x() + 8, place.y() + 13.5, 26, 3), 1.5, 1.5)
    painter.setPen(QPen(theme.color("border-control"), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(outline)


def _places(flow: Flow, area: QRectF) -> dict[str, QPointF]:
    """Where each node's upper left corner goes: the canvas' places, shrunk and centred."""
    raw = {node.id: QPointF(*(node.position or (index * _STEP, 0.0))) for index, node in enumerate(flow.nodes)}
    if not raw:
        return {}
    left, top = min(point.x() for point in raw.values()), min(point.y() for point in raw.values())
    span_x = max(point.x() for point in raw.values()) - left
    span_y = max(point.y() for point in raw.values()) - top
    room_x = area.width() - 2 * _MARGIN_X - _WIDTH
    room_y = area.height() - 2 * _MARGIN_Y - _HEIGHT
    scale_x = min(_MOST_SCALE, room_x / span_x) if span_x else 0.0
    scale_y = min(_MOST_SCALE / 2, room_y / span_y) if span_y else 0.0
    corner = QPointF(
        area.left() + (area.width() - _WIDTH - span_x * scale_x) / 2,
        area.top() + (area.height() - _HEIGHT - span_y * scale_y) / 2,
    )
    return {
        name: corner + QPointF(round((point.x() - left) * scale_x), round((point.y() - top) * scale_y))
        for name, point in raw.items()
    }


def _carries(node: Node, types: Mapping[str, AnyNodeType]) -> str:
    """The type of port that gives a node its colour: what it makes or, at the end of a flow, what it sends."""
    described = types.get(node.type)
    if described is None:
        return "any"
    ports = described.inputs if isinstance(described, SinkType) else described.outputs
    return ports[0].type if ports else "any"


def _port_type(described: AnyNodeType | None, name: str) -> str:
    return next((port.type for port in described.outputs if port.name == name), "any") if described else "any"
