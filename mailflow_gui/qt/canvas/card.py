"""A node's card: what it shows, how large it is, and where things lie on it. Painting is in :mod:`card_paint`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from mailflow_gui.errors import FlowFileError
from mailflow_gui.flow.check import settings_of
from mailflow_gui.flow.model import Node
from mailflow_gui.flow.node_type import AnyNodeType, PortType, SinkType, SourceType
from mailflow_gui.flow.problems import Problem
from mailflow_gui.flow.values import quoted, shown
from mailflow_gui.language import _
from mailflow_gui.qt.canvas import card_paint, look
from mailflow_gui.qt.canvas.linking import input_of, output_of
from mailflow_gui.qt.canvas.live import IDLE, NodeLive
from mailflow_gui.qt.canvas.nodegraph import INPUT, OUTPUT, NodeItem
from mailflow_gui.qt.canvas.ports import REACH, CardPort

WIDTH = 192
HEADER = 32
SUMMARY = 24
ROW = 24
SPARE = 4
ERROR = 24
COUNTERS = 28
_OUTSIDE = REACH + 2
"""How far rings and ports reach beyond the card."""

_log = logging.getLogger(__name__)


class Card(NodeItem):
    """One node on the canvas."""

    def __init__(self, node: Node, kind: AnyNodeType | None) -> None:
        self._inputs: list[CardPort] = []
        self._outputs: list[CardPort] = []
        self._name = ""
        self.node = node
        self.kind = kind
        self.tint: PortType = look.tint(kind)
        self.live = IDLE
        self.problems: tuple[Problem, ...] = ()
        self.lit = False
        """The message in hand came by here."""
        self.dry_run = False
        self.flat = False
        self.moved: Callable[[Card], None] | None = None
        self.height = 0
        self.title = self.summary = ""
        super().__init__(node.id)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsMovable, False)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemSendsGeometryChanges, True)
        self.show_node(node)

    # What it shows

    def show_node(self, node: Node) -> None:
        """Show this node; its type and ports must be the same."""
        self.node = node
        self.title = shown(node.name or (_(self.kind.title) if self.kind else node.type))
        self.summary = shown(summary_of(node, self.kind), 500)
        self._arrange()

    def show_live(self, live: NodeLive) -> None:
        """Show how the node runs; paints only if that changed."""
        if live == self.live:
            return
        troubled = self.troubled
        self.live = live
        if self.troubled != troubled:
            self._arrange()
        self.update()

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Show what is wrong with the node."""
        if tuple(problems) != self.problems:
            self.problems = tuple(problems)
            self.update()

    @property
    def troubled(self) -> bool:
        """Whether the error line is shown: why the node fails, or waits."""
        return self.live.state in {"failing", "warning", "held"} and bool(self.live.error_line)

    @property
    def switched_off(self) -> bool:
        """Whether the card is faded."""
        return not self.node.enabled or self.live.state == "off"

    @property
    def text(self) -> str:
        """The summary line as shown now."""
        if self.switched_off:
            if isinstance(self.kind, SourceType):
                return _("Switched off, receives nothing")
            return _("Switched off, sends nothing") if isinstance(self.kind, SinkType) else _("Messages pass through")
        if self.dry_run and isinstance(self.kind, SinkType):
            return _("Dry run, nothing is sent")
        return self.summary

    # Ports, called by NodeGraphQt's model

    def add_input(self, name: str, *_options: object) -> CardPort:
        """Make the item of an input."""
        port = CardPort(self, name, input_of(self.kind, name), INPUT)
        self._inputs.append(port)
        self._arrange()
        return port

    def add_output(self, name: str, *_options: object) -> CardPort:
        """Make the item of an output."""
        port = CardPort(self, name, output_of(self.kind, name), OUTPUT)
        self._outputs.append(port)
        self._arrange()
        return port

    @property
    def inputs(self) -> list[CardPort]:
        """The inputs, from the top."""
        return self._inputs

    @property
    def outputs(self) -> list[CardPort]:
        """The outputs, from the top."""
        return self._outputs

    @property
    def ports(self) -> Iterable[CardPort]:
        """All ports."""
        return (*self._inputs, *self._outputs)

    def port(self, direction: str, name: str) -> CardPort | None:
        """A port by its direction and name."""
        ports = self._inputs if direction == INPUT else self._outputs
        return next((port for port in ports if port.name == name), None)

    # Geometry

    @property
    def rows(self) -> int:
        """Port rows."""
        return max(len(self._inputs), len(self._outputs))

    @property
    def rect(self) -> QRectF:
        """The card itself, without rings and ports."""
        return QRectF(0, 0, WIDTH, self.height)

    @property
    def error_top(self) -> int:
        """Where the error line is while there is one."""
        return HEADER + SUMMARY + self.rows * ROW + SPARE

    def _arrange(self) -> None:
        self.prepareGeometryChange()
        self.height = self.error_top + (ERROR if self.troubled else 0) + COUNTERS
        for side, ports in ((0, self._inputs), (WIDTH, self._outputs)):
            for index, port in enumerate(ports):
                port.setPos(side, HEADER + SUMMARY + index * ROW + ROW // 2)
        self.update()

    def boundingRect(self) -> QRectF:
        return self.rect.adjusted(-_OUTSIDE, -_OUTSIDE, _OUTSIDE, _OUTSIDE)

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(self.rect)
        return path

    def port_at(self, point: QPointF) -> CardPort | None:
        """The port whose hit area has a point of the card's coordinates; the nearest of several."""
        near = [
            (abs(port.x() - point.x()) + abs(port.y() - point.y()), index, port)
            for index, port in enumerate(self.ports)
            if abs(port.x() - point.x()) <= REACH and abs(port.y() - point.y()) <= REACH
        ]
        return min(near)[2] if near else None

    # Qt

    def itemChange(self, change: QGraphicsItem.GraphicsItemChange, value: Any) -> Any:
        if change == QGraphicsItem.GraphicsItemChange.ItemPositionHasChanged and self.moved is not None:
            self.moved(self)
        elif change == QGraphicsItem.GraphicsItemChange.ItemSelectedHasChanged:
            self.setZValue(2 if value else 1)
        return QGraphicsItem.itemChange(self, change, value)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        card_paint.paint(painter, self, option.levelOfDetailFromTransform(painter.worldTransform()))

    # NodeGraphQt asks these of every node item

    def draw_node(self) -> None:
        """Lay the card out."""
        self._arrange()

    @property
    def widgets(self) -> dict[str, Any]:
        """Embedded widgets; cards have none."""
        return {}

    def viewer(self) -> Any:
        """The view that shows the card."""
        views = self.scene().views() if self.scene() else []
        return views[0] if views else None


def summary_of(node: Node, kind: AnyNodeType | None) -> str:
    """The line that says what a node does with its settings."""
    if kind is None:
        return _("Unknown type {type}").format(type=quoted(node.type))
    try:
        return kind.summary(settings_of(node, (kind,)))
    except FlowFileError:
        return _("The settings have faults")
    except Exception:  # noqa: BLE001 (a third party's summary may raise anything; the card must still be drawn)
        _log.exception("the summary of a %s node failed", kind.id)
        return ""
