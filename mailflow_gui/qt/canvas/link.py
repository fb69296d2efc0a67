"""Links: a curve in the colour of what they carry, with badges for what moves, waits or failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPainterPathStroker, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from mailflow_gui.flow.model import Edge
from mailflow_gui.flow.node_type import PortType
from mailflow_gui.qt.canvas import look, ports
from mailflow_gui.qt.canvas.nodegraph import PipeItem, centre
from mailflow_gui.qt.canvas.ports import NO_BRUSH, CardPort

HIT = 12.0
_PULSE = 5.5
_MARGIN = 14.0
"""Around the curve, for badges, pulses and the glow."""


@dataclass(frozen=True)
class Badge:
    """A number on a link: items passing now, waiting, or failed at its end."""

    kind: Literal["passing", "waiting", "failed"]
    count: int


def curve(start: QPointF, end: QPointF) -> QPainterPath:
    """The way of a link from an output to an input."""
    reach = max(32.0, abs(end.x() - start.x()) * 0.5)
    path = QPainterPath(start)
    path.cubicTo(QPointF(start.x() + reach, start.y()), QPointF(end.x() - reach, end.y()), end)
    return path


class Link(PipeItem):
    """An edge of the flow as drawn."""

    edge: Edge

    def __init__(self) -> None:
        self.hovered = False
        self.marked = False
        """A node would be inserted here."""
        self.lit = False
        """It lies on the way of the message in hand."""
        self.dry_run = False
        self.flat = False
        self.carries: PortType = "any"
        self.badge: Badge | None = None
        self.pulses: tuple[float, ...] = ()
        super().__init__()
        if self._dir_pointer is not None:
            self._dir_pointer.setVisible(False)  # links show their direction by where they begin
        self.setAcceptHoverEvents(False)
        self.setCacheMode(QGraphicsItem.CacheMode.NoCache)
        self.setZValue(0)

    def redraw(self) -> None:
        """Follow the ports."""
        if self.input_port is not None and self.output_port is not None:
            self.setPath(curve(centre(self.output_port), centre(self.input_port)))

    def show_traffic(self, *, badge: Badge | None, pulses: tuple[float, ...]) -> None:
        """Show what moves (``pulses``: how far along, 0 to 1) and what waits; paints only if that changed."""
        if (badge, pulses) != (self.badge, self.pulses):
            self.badge, self.pulses = badge, pulses
            self.update()

    def boundingRect(self) -> QRectF:
        return self.path().controlPointRect().adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN)

    def shape(self) -> QPainterPath:
        stroker = QPainterPathStroker()
        stroker.setWidth(HIT)
        return stroker.createStroke(self.path())

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if self.flat:
            return  # the scene draws all links at once
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setBrush(NO_BRUSH)
        tone = look.type_token(self.carries)
        if self.badge is not None and self.badge.kind == "failed":
            tone = "danger-dot"
        path = self.path()
        if self.isSelected() or self.hovered or self.marked or self.lit:
            painter.setPen(look.pen("halo", 8))
            painter.drawPath(path)
            painter.setPen(look.pen("accent-line", 3))
        elif self.pulses or (self.badge is not None and self.badge.kind == "passing"):
            painter.setPen(look.pen("accent-soft", 10))
            painter.drawPath(path)
            painter.setPen(look.pen(tone, 3))
        elif self.dry_run:
            line = QPen(look.color(tone), 2, Qt.PenStyle.CustomDashLine, Qt.PenCapStyle.FlatCap)
            line.setDashPattern([3, 2])
            painter.setPen(line)
        else:
            painter.setPen(look.pen(tone, 2))
        painter.drawPath(path)
        if self.pulses:
            painter.setPen(look.pen(tone, 2.5))
            painter.setBrush(look.color("surface"))
            for part in self.pulses:
                painter.drawEllipse(path.pointAtPercent(part), _PULSE, _PULSE)
        if self.badge is not None:
            self._paint_badge(painter, self.badge, tone)

    def _paint_badge(self, painter: QPainter, badge: Badge, tone: str) -> None:
        frame, text, fill = {
            "passing": (tone, tone, "surface"),
            "waiting": ("warn-dot", "warn", "warn-soft"),
            "failed": ("danger", "danger", "danger-soft"),
        }[badge.kind]
        shown = str(badge.count) if badge.count < 10_000 else "9999+"
        width = max(18.0, look.metrics("caption", 600).horizontalAdvance(shown) + 12)
        middle = self.path().pointAtPercent(0.5)
        place = QRectF(middle.x() - width / 2, middle.y() - 9, width, 18)
        painter.setPen(look.pen(frame))
        painter.setBrush(look.color(fill))
        painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), 8.5, 8.5)
        painter.setFont(look.font("caption", 600))
        painter.setPen(look.color(text))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, shown)

    # NodeGraphQt calls these; the states they set are ours

    def draw_path(self, *_ports: object) -> None:
        """Follow the ports."""
        self.redraw()

    def reset(self) -> None:
        """Nothing to reset: state is painted as it is."""

    def highlight(self) -> None:
        """A link isn't highlighted with its node."""

    def set_pipe_styling(self, *_style: object, **_more: object) -> None:
        """Colours come from the theme."""

    def itemChange(self, change: QGraphicsItem.GraphicsItemChange, value: object) -> object:
        return QGraphicsItem.itemChange(self, change, value)


class DraftLink(QGraphicsItem):
    """A link being dragged: follows the mouse, and says by its line whether it could be dropped."""

    def __init__(self, start: CardPort) -> None:
        super().__init__()
        self.start = start
        self._end = centre(start)
        self._refused = False
        self.setZValue(10)

    def follow(self, end: QPointF, *, refused: bool) -> None:
        """Lead to ``end``; ``refused`` if a drop there is no link."""
        self.prepareGeometryChange()
        self._end, self._refused = end, refused

    def _path(self) -> QPainterPath:
        fixed = centre(self.start)
        return curve(fixed, self._end) if self.start.port_type == "out" else curve(self._end, fixed)

    def boundingRect(self) -> QRectF:
        return self._path().controlPointRect().adjusted(-30, -30, 30, 30)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setBrush(NO_BRUSH)
        if self._refused:
            line = QPen(look.color("danger-dot"), 2, Qt.PenStyle.CustomDashLine)
            line.setDashPattern([1, 2])
            painter.setPen(line)
            painter.drawPath(self._path())
            place = QRectF(self._end.x() + 8, self._end.y() - 8, 16, 16)
            look.draw_icon(painter, "ban", "danger", place)
            return
        painter.setPen(look.pen(look.type_token(self.start.carries), 2))
        painter.drawPath(self._path())
        ports.paint_sample(painter, self.start.carries, self._end)
