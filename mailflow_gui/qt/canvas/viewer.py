"""The view on the scene: panning, zooming, and what lies under the mouse. What the mouse does is in :mod:`gestures`."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsItem, QGraphicsView, QWidget

from mailflow_gui.qt.canvas import look, tooltip
from mailflow_gui.qt.canvas.card import Card
from mailflow_gui.qt.canvas.link import Link
from mailflow_gui.qt.canvas.nodegraph import NodeViewer, PortItem
from mailflow_gui.qt.canvas.ports import REACH, CardPort
from mailflow_gui.qt.canvas.scene import Scene

SMALLEST = 0.1
LARGEST = 4.0
NODE_MIME = "application/x-mailflow-node"
"""Dragged from the palette: a node type's id in UTF-8."""


_log = logging.getLogger(__name__)


class Gestures(Protocol):
    """What the view hands on of mouse, keyboard and drags; :mod:`gestures` makes edits of it."""

    def pressed(self, event: QMouseEvent) -> None: ...
    def moved(self, event: QMouseEvent) -> None: ...
    def released(self, event: QMouseEvent) -> None: ...
    def double_clicked(self, event: QMouseEvent) -> None: ...
    def menu_wanted(self, event: QContextMenuEvent) -> None: ...
    def key_pressed(self, event: QKeyEvent) -> bool: ...
    def key_released(self, event: QKeyEvent) -> bool: ...
    def focus_lost(self) -> None: ...
    def left(self) -> None: ...
    def drag_over(self, position: QPoint) -> bool: ...
    def drag_left(self) -> None: ...
    def dropped(self, type_id: str, position: QPoint) -> None: ...


_EDGE = 24
"""Pixels from the edge where dragging pans, and the most it pans for one move."""

_WHEEL = 1.0015
"""Zoom for each eighth of a degree of the wheel; a usual click has 120 and zooms by a fifth."""


class Viewer(NodeViewer):
    """Shows the scene at a zoom from 10 % to 400 %, pans by its scroll bars, and hands gestures on."""

    zoomed = Signal(float)
    panned = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        self.drawn: Link | None = None
        """The link drawn last, made when NodeGraphQt joins two ports."""
        self.gestures: Gestures | None = None
        super().__init__(parent)
        scene = Scene(self)
        self.own_scene = scene
        self.setScene(scene)
        self.setSceneRect(scene.sceneRect())
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setDragMode(QGraphicsView.DragMode.NoDrag)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.band = QRect()
        """The selection rectangle being drawn, in the viewport."""
        self.tab_leaves = False
        self.hint = ""
        """Shown in the middle of an empty canvas."""
        self._ctx_menu_bar.hide()  # NodeGraphQt's; the window has its own menus
        self.horizontalScrollBar().valueChanged.connect(self.panned)
        self.verticalScrollBar().valueChanged.connect(self.panned)

    # Zoom and pan

    def zoom(self) -> float:
        """1.0 is 100 %."""
        return self.transform().m11()

    def zoom_to(self, zoom: float, at: QPoint | None = None) -> None:
        """Zoom, clamped; the scene's point under ``at`` (in the viewport; by default its middle) stays there."""
        zoom = min(max(zoom, SMALLEST), LARGEST)
        if abs(zoom - self.zoom()) < 1e-6:
            return
        pivot = at or self.viewport().rect().center()
        before = self.mapToScene(pivot)
        self._set_flat(zoom < look.DETAILS_FROM)
        self.setTransform(QTransform.fromScale(zoom, zoom))
        shift = self.mapFromScene(before) - pivot
        self.pan(shift)
        self.zoomed.emit(zoom)
        self.panned.emit()

    def pan(self, by: QPoint) -> None:
        """Move the view over the scene, in pixels."""
        self.horizontalScrollBar().setValue(self.horizontalScrollBar().value() + by.x())
        self.verticalScrollBar().setValue(self.verticalScrollBar().value() + by.y())

    def pan_at_edge(self, position: QPoint) -> None:
        """While something is dragged near or beyond an edge, bring more of the scene into view."""
        room = self.viewport().rect().adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE)
        x = min(0, position.x() - room.left()) or max(0, position.x() - room.right())
        y = min(0, position.y() - room.top()) or max(0, position.y() - room.bottom())
        self.pan(QPoint(max(-_EDGE, min(x, _EDGE)), max(-_EDGE, min(y, _EDGE))))

    def show_rect(self, rect: QRectF, largest: float = 1.0) -> None:
        """Zoom and pan so that ``rect`` is seen whole, with a margin."""
        if rect.isEmpty():
            return
        room = self.viewport().size()
        wanted = min((room.width() - 48) / rect.width(), (room.height() - 48) / rect.height(), largest)
        self.zoom_to(max(wanted, SMALLEST))
        self.centerOn(rect.center())

    def seen(self) -> QRectF:
        """The part of the scene that is seen now."""
        return self.mapToScene(self.viewport().rect()).boundingRect()

    def _set_flat(self, flat: bool) -> None:
        scene = self.own_scene
        if flat == scene.flat:
            return
        scene.flat = flat
        items: list[Card | Link] = [*scene.cards(), *scene.links()]
        for item in items:
            item.flat = flat
            item.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents, flat)
        self.viewport().update()

    # What lies where

    def port_at(self, position: QPoint) -> CardPort | None:
        """The port whose hit area is there."""
        if self.own_scene.flat:
            return None
        point = self.mapToScene(position)
        around = QRectF(point.x() - REACH, point.y() - REACH, 2 * REACH, 2 * REACH)
        for item in self.own_scene.items(around, Qt.ItemSelectionMode.IntersectsItemBoundingRect):
            if isinstance(item, Card):
                port = item.port_at(item.mapFromScene(point))
                if port is not None:
                    return port
        return None

    def card_at(self, position: QPoint) -> Card | None:
        """The topmost card there."""
        return next((item for item in self.own_scene.items(self.mapToScene(position)) if isinstance(item, Card)), None)

    def link_at(self, position: QPoint) -> Link | None:
        """The topmost link there that no card covers."""
        for item in self.own_scene.items(self.mapToScene(position)):
            if isinstance(item, Card):
                return None
            if isinstance(item, Link):
                return item
        return None

    # Events

    def _hand_on(self, work: Callable[[Gestures], bool | None]) -> bool:
        """Let the gestures do something; an exception in the middle of a Qt event could end the process."""
        try:
            return bool(self.gestures and work(self.gestures))
        except Exception:  # noqa: BLE001 (whatever it is, it stays here)
            _log.exception("a gesture on the canvas failed")
            return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._hand_on(lambda gestures: gestures.pressed(event))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hand_on(lambda gestures: gestures.moved(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._hand_on(lambda gestures: gestures.released(event))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._hand_on(lambda gestures: gestures.double_clicked(event))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self._hand_on(lambda gestures: gestures.menu_wanted(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._hand_on(lambda gestures: gestures.key_pressed(event)):
            QWidget.keyPressEvent(self, event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if not self._hand_on(lambda gestures: gestures.key_released(event)):
            QWidget.keyReleaseEvent(self, event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab adds a node where one may be added; Shift+Tab leaves the canvas."""
        return False if forward and not self.tab_leaves else QWidget.focusNextPrevChild(self, forward)

    def focusInEvent(self, event: QFocusEvent) -> None:
        QGraphicsView.focusInEvent(self, event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        QGraphicsView.focusOutEvent(self, event)
        self._hand_on(lambda gestures: gestures.focus_lost())

    def resizeEvent(self, event: QResizeEvent) -> None:
        QGraphicsView.resizeEvent(self, event)
        self.panned.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        angle, pixels = event.angleDelta(), event.pixelDelta()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_to(self.zoom() * _WHEEL ** angle.y(), event.position().toPoint())
        else:
            by = pixels if not pixels.isNull() else QPoint(angle.x() // 2, angle.y() // 2)
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not by.x():
                by = by.transposed()
            self.pan(-by)
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            tooltip.show(self, event)
            return True
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom_to(self.zoom() * (1 + event.value()), event.position().toPoint())
            return True
        if event.type() == QEvent.Type.Leave:
            self._hand_on(lambda gestures: gestures.left())
        return QGraphicsView.viewportEvent(self, event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.dragMoveEvent(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        known = event.mimeData().hasFormat(NODE_MIME)
        if known and self._hand_on(lambda gestures: gestures.drag_over(_position(event))):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._hand_on(lambda gestures: gestures.drag_left())

    def dropEvent(self, event: QDropEvent) -> None:
        if event.mimeData().hasFormat(NODE_MIME):
            type_id = bytes(event.mimeData().data(NODE_MIME).data()).decode("utf-8", "replace")
            self._hand_on(lambda gestures: gestures.dropped(type_id, _position(event)))
            event.acceptProposedAction()
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        QGraphicsView.paintEvent(self, event)
        if self.band.isNull() and not self.hint:
            return
        painter = QPainter(self.viewport())
        if not self.band.isNull():
            fill = QColor(look.color("accent-line"))
            fill.setAlpha(28)
            painter.fillRect(self.band, fill)
            painter.setPen(look.pen("accent-line"))
            painter.drawRect(self.band)
        elif self.hint:
            painter.setFont(look.font("body"))
            painter.setPen(look.color("text-3"))
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, self.hint)
        painter.end()

    # What NodeGraphQt's viewer does with the scene rectangle, or asks of us

    def establish_connection(self, start: PortItem, end: PortItem) -> None:
        """Draw a link; NodeGraphQt's model calls this when it joins two ports."""
        link = Link()
        self.own_scene.addItem(link)
        link.set_connections(start, end)
        link.redraw()
        link.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents, self.own_scene.flat)
        self.drawn = link

    def _update_scene(self) -> None:
        """Panning and zooming are ours."""

    def set_layout_direction(self, direction: int) -> None:
        """Flows run from left to right."""

    def set_pipe_layout(self, layout: int) -> None:
        """Links have one shape."""


def _position(event: QDropEvent) -> QPoint:
    return event.position().toPoint()
