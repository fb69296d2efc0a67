"""What the mouse does on the canvas: select, move, link, pan, drop; each gesture ends in at most one edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QContextMenuEvent, QCursor, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QGraphicsItem

from mailflow_gui.flow.model import Edge
from mailflow_gui.language import _
from mailflow_gui.qt.canvas import edits, keys, look, menus, weak
from mailflow_gui.qt.canvas.card import Card
from mailflow_gui.qt.canvas.card_paint import deed_at
from mailflow_gui.qt.canvas.link import Link
from mailflow_gui.qt.canvas.link_drag import LinkDrag, edge_between
from mailflow_gui.qt.canvas.nodegraph import INPUT
from mailflow_gui.qt.canvas.places import Place, snapped
from mailflow_gui.qt.canvas.ports import CardPort

if TYPE_CHECKING:
    from mailflow_gui.qt.canvas.canvas import Canvas

_STILL = 4
"""Pixels the mouse may tremble before a click becomes a drag."""

_ADDING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class Gestures:
    """The state of the gesture at hand."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = weak.proxy(canvas)
        self._viewer = canvas.viewer
        self._pressed: QPoint | None = None
        self._origin = QPointF()
        """Where that was in the scene, which may be panned while something is dragged."""
        self._panning: QPoint | None = None
        self._port: CardPort | None = None
        self._link: LinkDrag | None = None
        self._card: Card | None = None
        self._starts: dict[str, Place] = {}
        self._marked: Link | None = None
        self._hovered: CardPort | Link | None = None
        self._band_base: set[QGraphicsItem] = set()
        self._banding = False
        self._space = False

    @property
    def busy(self) -> bool:
        """Whether a drag is going on."""
        return self._link is not None or bool(self._starts) or self._banding or self._panning is not None

    # Mouse

    def pressed(self, event: QMouseEvent) -> None:
        """A button went down."""
        self._canvas.close_popups()
        position = event.position().toPoint()
        if self.busy:
            return
        button = event.button()
        if button == Qt.MouseButton.MiddleButton or (button == Qt.MouseButton.LeftButton and self._space):
            self._panning = position
            self._viewer.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        elif button == Qt.MouseButton.LeftButton:
            self._pressed, self._origin = position, self._viewer.mapToScene(position)
            self._left_pressed(position, event.modifiers())
        elif button == Qt.MouseButton.RightButton:
            self._select_for_menu(position)

    def _left_pressed(self, position: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        self._port = None if self._canvas.readonly else self._viewer.port_at(position)
        if self._port is not None:
            return
        item: Card | Link | None = self._viewer.card_at(position) or self._viewer.link_at(position)
        if item is None:
            self._banding = True
            adding = bool(modifiers & _ADDING)
            self._band_base = set(self._viewer.own_scene.selectedItems()) if adding else set()
            if not adding:
                self._viewer.own_scene.clearSelection()
                self._canvas.show_path(())
            return
        if modifiers & _ADDING:
            item.setSelected(not item.isSelected())
        elif not item.isSelected():
            self._canvas.select_only([item])
        self._card = item if isinstance(item, Card) and item.isSelected() else None

    def moved(self, event: QMouseEvent) -> None:
        """The mouse moved."""
        position = event.position().toPoint()
        if self._panning is not None:
            self._viewer.pan(self._panning - position)
            self._panning = position
        elif not event.buttons() & Qt.MouseButton.LeftButton or self._pressed is None:
            self._hover(position)
        elif self._link is not None:
            self._viewer.pan_at_edge(position)
            self._link.move(position)
        elif self._banding:
            self._band(position)
        elif self._starts or (position - self._pressed).manhattanLength() >= _STILL:
            self._dragged(position, event.modifiers())

    def _dragged(self, position: QPoint, modifiers: Qt.KeyboardModifier) -> None:
        if self._port is not None:
            self._hover(None)
            copying = bool(modifiers & Qt.KeyboardModifier.AltModifier)
            start, instead_of = self._picked_up(self._port, copying)
            self._link = LinkDrag(self._canvas, start, instead_of)
            self._link.move(position)
        elif self._card is not None and not self._canvas.readonly:
            if not self._starts:
                self._starts = {
                    key: self._canvas.drawing.shown[key] for key in self._canvas.selected_keys()
                }  # fmt: skip
            self._viewer.pan_at_edge(position)
            self._move_cards(position, snap=not modifiers & Qt.KeyboardModifier.AltModifier)

    def released(self, event: QMouseEvent) -> None:
        """A button went up."""
        position = event.position().toPoint()
        if self._panning is not None and event.button() in {Qt.MouseButton.MiddleButton, Qt.MouseButton.LeftButton}:
            self._panning = None
            self._show_cursor()
            return
        if event.button() != Qt.MouseButton.LeftButton:
            return
        link, starts, marked = self._link, self._starts, self._marked
        card = self._card if self._pressed is not None and not event.modifiers() & _ADDING else None
        still = card is not None and (position - (self._pressed or position)).manhattanLength() < _STILL
        self._forget()
        if link is not None:
            link.drop(position)
        elif starts:
            self._moved_cards(starts, marked)
        elif card is not None and still:
            self._clicked(card, position)

    def _clicked(self, card: Card, position: QPoint) -> None:
        """A click on a counter asks for messages."""
        if self._canvas.zoom() < look.TEXTS_FROM:
            return  # counters aren't drawn
        asked = deed_at(card, card.mapFromScene(self._viewer.mapToScene(position)))
        if asked:
            self._canvas.messages_wanted.emit(card.node.id, "failed" if asked == "failed" else "")

    def double_clicked(self, event: QMouseEvent) -> None:
        """The second click of two."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        position = event.position().toPoint()
        self._forget()
        card, link = self._viewer.card_at(position), self._viewer.link_at(position)
        if card is not None:
            self._canvas.node_opened.emit(card.node.id)
        elif link is not None:
            self._canvas.link_opened.emit(link.edge.source, link.edge.target)
        elif not self._canvas.readonly:
            self._canvas.quick_add(self._viewer.mapToScene(position), None)

    def menu_wanted(self, event: QContextMenuEvent) -> None:
        """Right click, or the keyboard's menu key."""
        if self.busy:
            return
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            menus.show(self._canvas, event.pos(), event.globalPos())
        else:
            keyed = self._canvas.selected_keys()
            middle = self._viewer.viewport().rect().center()
            at = self._viewer.mapFromScene(self._canvas.drawing.cards[keyed[0]].scenePos()) if keyed else middle
            menus.show(self._canvas, at + QPoint(8, 8), self._viewer.viewport().mapToGlobal(at + QPoint(8, 8)))

    def left(self) -> None:
        """The mouse left the view."""
        self._hover(None)

    # Keyboard

    def key_pressed(self, event: QKeyEvent) -> bool:
        """A key went down; whether it was for the canvas."""
        if event.key() == Qt.Key.Key_Space and not event.modifiers():
            self._space = True
            self._show_cursor()
            return True
        if event.key() == Qt.Key.Key_Escape and self.busy:
            self.cancel()
            return True
        return keys.pressed(self._canvas, event)

    def key_released(self, event: QKeyEvent) -> bool:
        """A key went up."""
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self._show_cursor()
            return True
        return False

    def focus_lost(self) -> None:
        """The keyboard is elsewhere now."""
        self._space = False
        self._show_cursor()

    def cancel(self) -> None:
        """Give the gesture up; nothing has changed."""
        link, starts = self._link, self._starts
        self._forget()
        if link is not None:
            link.end()
        for key, place in starts.items():
            if key in self._canvas.drawing.cards:
                self._canvas.drawing.cards[key].setPos(*place)
        self._panning = None
        self._show_cursor()

    # Palette

    def drag_over(self, position: QPoint) -> bool:
        """A node type is being dragged over this point; whether it can be dropped."""
        if self._canvas.readonly:
            return False
        self._mark(self._viewer.link_at(position))
        return True

    def drag_left(self) -> None:
        """The node type was dragged away."""
        self._mark(None)

    def dropped(self, type_id: str, position: QPoint) -> None:
        """A node type was dropped: on a link it is inserted there."""
        marked = self._marked
        self._mark(None)
        self._canvas.drop_node(type_id, self._viewer.mapToScene(position), marked.edge if marked else None)
        self._viewer.setFocus()

    # Parts of gestures

    def _picked_up(self, port: CardPort, copying: bool) -> tuple[CardPort, Edge | None]:
        """Where the dragged link is held, and the edge it replaces: a wired input gives its link's end away."""
        if port.port_type != INPUT or not port.connected_pipes:
            return port, None
        links = [link for link in port.connected_pipes if isinstance(link, Link)]
        chosen = next((link for link in links if link.isSelected()), links[-1])
        start = chosen.output_port
        assert isinstance(start, CardPort)
        return start, None if copying else edge_between(start, port)

    def _move_cards(self, position: QPoint, *, snap: bool) -> None:
        assert self._card is not None
        by = self._viewer.mapToScene(position) - self._origin
        first = self._starts[self._card.id]
        x, y = first[0] + by.x(), first[1] + by.y()
        if snap:
            x, y = snapped(x), snapped(y)
        for key, start in self._starts.items():
            self._canvas.drawing.cards[key].setPos(start[0] + x - first[0], start[1] + y - first[1])
        alone = len(self._starts) == 1 and not any(port.connected_pipes for port in self._card.ports)
        self._mark(self._link_under(position) if alone else None)

    def _link_under(self, position: QPoint) -> Link | None:
        items = self._viewer.own_scene.items(self._viewer.mapToScene(position))
        return next((item for item in items if isinstance(item, Link)), None)

    def _moved_cards(self, starts: dict[str, Place], marked: Link | None) -> None:
        canvas = self._canvas
        placed = {key: (canvas.drawing.cards[key].x(), canvas.drawing.cards[key].y()) for key in starts}
        if placed == starts:
            return
        after = edits.moved(canvas.settled(), placed)
        if marked is not None:
            inserted = edits.inserted(after, canvas.types, next(iter(placed)), marked.edge)
            if inserted is not None:
                canvas.push(_("Insert node"), inserted)
                return
            canvas.said.emit(_("This node doesn't fit into that link."))
        canvas.push(_("Move"), after)

    def _band(self, position: QPoint) -> None:
        assert self._pressed is not None
        self._viewer.band = QRect(self._pressed, position).normalized()
        area = self._viewer.mapToScene(self._viewer.band).boundingRect()
        inside = {
            item
            for item in self._viewer.own_scene.items(area, Qt.ItemSelectionMode.IntersectsItemShape)
            if isinstance(item, Card)
        }
        self._canvas.select_only(self._band_base | inside)
        self._viewer.viewport().update()

    def _hover(self, position: QPoint | None) -> None:
        found: CardPort | Link | None = None
        if position is not None:
            found = self._viewer.port_at(position) or self._viewer.link_at(position)
        if found is self._hovered:
            return
        for item, hovered in ((self._hovered, False), (found, True)):
            if item is not None:
                item.hovered = hovered
                (item.parentItem() if isinstance(item, CardPort) else item).update()
        self._hovered = found
        self._show_cursor()

    def _mark(self, link: Link | None) -> None:
        if link is not self._marked:
            for item, marked in ((self._marked, False), (link, True)):
                if item is not None:
                    item.marked = marked
                    item.update()
            self._marked = link

    def _select_for_menu(self, position: QPoint) -> None:
        item: Card | Link | None = self._viewer.card_at(position) or self._viewer.link_at(position)
        if item is None:
            self._viewer.own_scene.clearSelection()
        elif not item.isSelected():
            self._canvas.select_only([item])

    def _forget(self) -> None:
        self._mark(None)
        self._pressed = self._port = self._link = self._card = None
        self._starts = {}
        self._band_base = set()
        self._banding = False
        if not self._viewer.band.isNull():
            self._viewer.band = QRect()
            self._viewer.viewport().update()

    def drop_items(self) -> None:
        """Forget items that may be about to leave the scene."""
        self.cancel()
        self._hover(None)

    def _show_cursor(self) -> None:
        shape = Qt.CursorShape.ArrowCursor
        if self._space:
            shape = Qt.CursorShape.OpenHandCursor
        elif isinstance(self._hovered, CardPort) and not self._canvas.readonly:
            shape = Qt.CursorShape.CrossCursor
        self._viewer.viewport().setCursor(QCursor(shape))
