"""NodeGraphQt, wrapped: the one place that imports it, and what MailFlow uses of it, with types.

NodeGraphQt brings the graph of nodes and ports and the graphics view; its session format, ids, undo commands and
validation aren't used. It has no type hints: the type checker sees the small declarations below in its place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QGraphicsItem, QGraphicsPathItem, QGraphicsScene, QGraphicsView, QWidget

from mailflow_gui.qt.canvas import lending

if TYPE_CHECKING:

    class PortItem(QGraphicsItem):
        """A port as drawn."""

        name: str
        port_type: str
        multi_connection: bool
        display_name: bool
        locked: bool

        @property
        def connected_pipes(self) -> list[Any]: ...

    class PipeItem(QGraphicsPathItem):
        """A link as drawn."""

        _dir_pointer: QGraphicsItem | None

        @property
        def input_port(self) -> PortItem | None: ...

        @property
        def output_port(self) -> PortItem | None: ...

        def set_connections(self, port1: PortItem, port2: PortItem) -> None: ...

    class NodeItem(QGraphicsItem):
        """A node as drawn."""

        id: str
        name: str

        def __init__(self, name: str = "node", parent: QGraphicsItem | None = None) -> None: ...

    class NodeScene(QGraphicsScene):
        """The scene of a viewer."""

    class NodeViewer(QGraphicsView):
        """The view on the scene."""

        _ctx_menu_bar: QWidget

        def __init__(self, parent: QWidget | None = None, undo_stack: QUndoStack | None = None) -> None: ...

    class Port:
        """A port in the model."""

        view: PortItem

        def connect_to(self, port: Port, push_undo: bool = True, emit_signal: bool = True) -> None: ...

        def disconnect_from(self, port: Port, push_undo: bool = True, emit_signal: bool = True) -> None: ...

    class BaseNode:
        """A node in the model."""

        view: Any
        model: Any
        _graph: Any

        def __init__(self, qgraphics_item: Callable[[], Any] | None = None) -> None: ...

        def add_input(self, name: str, multi_input: bool = False) -> Port: ...

        def add_output(self, name: str, multi_output: bool = True) -> Port: ...

        def inputs(self) -> dict[str, Port]: ...

        def outputs(self) -> dict[str, Port]: ...

    class NodeGraph:
        """The controller of model and viewer."""

        model: Any

        def __init__(self, parent: Any = None, *, undo_stack: QUndoStack, viewer: NodeViewer) -> None: ...

        def set_acyclic(self, mode: bool) -> None: ...

        def remove_node(self, node: BaseNode, push_undo: bool = True) -> None: ...

else:
    with lending.lent():
        from NodeGraphQt import BaseNode, NodeGraph, Port  # noqa: F401 (handed on)
        from NodeGraphQt.qgraphics.node_abstract import AbstractNodeItem as NodeItem  # noqa: F401 (handed on)
        from NodeGraphQt.qgraphics.pipe import PipeItem  # noqa: F401 (handed on)
        from NodeGraphQt.qgraphics.port import PortItem
        from NodeGraphQt.widgets.scene import NodeScene  # noqa: F401 (handed on)
        from NodeGraphQt.widgets.viewer import NodeViewer

INPUT = "in"
OUTPUT = "out"
"""How NodeGraphQt names the two kinds of ports."""


def centre(port: PortItem) -> QPointF:
    """Where links meet a port, in the scene; our ports have their origin there."""
    return port.scenePos()
