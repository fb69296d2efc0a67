"""The canvas: owns the flow while it is edited. Everything it shows follows from one immutable flow; each edit makes the next one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QPointF, Signal
from PySide6.QtWidgets import QWidget

from mailflow_gui.flow.model import Edge, Flow, Stub
from mailflow_gui.flow.node_type import AnyNodeType
from mailflow_gui.language import _
from mailflow_gui.qt.canvas import changes, clipboard, edits, sayings, weak
from mailflow_gui.qt.canvas.flow_view import FlowView
from mailflow_gui.qt.canvas.gestures import Gestures
from mailflow_gui.qt.canvas.link import Link
from mailflow_gui.qt.canvas.places import GRID, Place, free_place
from mailflow_gui.qt.canvas.popups import FIRST_PORT, Popups
from mailflow_gui.qt.canvas.ports import CardPort
from mailflow_gui.qt.canvas.undo import Edit

_log = logging.getLogger(__name__)

_GRIP = (96, 16)
"""Where the mouse holds a card that is dropped from the palette."""

_SHIFT = 2 * GRID
"""How far a copy stands from its original."""


class Canvas(FlowView):
    """Draws a flow and lets a person edit it; every edit can be undone."""

    edited = Signal()
    """The flow is another one now: edited, undone or redone."""
    deleted = Signal(str)
    """Something was deleted, in one line; the newest step of the history brings it back. ``said`` has it, too."""

    def __init__(self, node_types: Sequence[AnyNodeType], parent: QWidget | None = None) -> None:
        super().__init__(node_types, parent)
        self._popups = Popups(self)
        self._gestures = Gestures(self)
        self.viewer.gestures = self._gestures

    # The flow

    def show_flow(self, flow: Flow) -> None:
        """Show another flow, seen whole; its history begins here."""
        self._gestures.drop_items()
        self.close_popups()
        self.undo_stack.clear()
        super().show_flow(flow)

    def set_readonly(self, readonly: bool) -> None:
        """Let people look, select and zoom only."""
        self._gestures.cancel()
        self.close_popups()
        self.readonly = self.viewer.tab_leaves = readonly
        self._after_show(())

    def push(self, text: str, after: Flow, *, merge: Hashable | None = None) -> bool:
        """Make an edit that can be undone under the name ``text``; False if nothing changes or nothing may."""
        if self.readonly:
            self.said.emit(_("This flow can't be edited now."))
            return False
        before = self.drawing.flow
        if after == before:
            return False
        self.undo_stack.push(Edit(text, before, after, weak.weakly(self._show_edit), merge=merge))
        return True

    def _show_edit(self, flow: Flow) -> None:
        self._gestures.drop_items()
        added: Sequence[str] = ()
        try:
            added = self.drawing.show(flow)
        except Exception:  # noqa: BLE001 (Qt calls this from undo; the flow is kept, only its picture may lag behind)
            _log.exception("the drawing can't show the flow")
            self.said.emit(_("The canvas can't show this change. Save the flow and open it again."))
        self._after_show(added)
        self.edited.emit()

    # Edits

    def add_node(self, type_id: str, at: QPointF | None = None) -> str:
        """Add a node with its top left corner at ``at`` (scene), or where there is room in view; its id, or "" if refused.

        :raises KeyError: no such node type.
        """
        place = self.free(self._place(at) if at else self._middle())
        flow = self.settled()
        node = edits.new_node(flow, self.types[type_id], place)
        return node.id if self.push(_("Add node"), edits.with_node(flow, node)) else ""

    def drop_node(self, type_id: str, at: QPointF, into: Edge | None) -> None:
        """Add a node held at ``at`` by the mouse, and insert it into a link if it fits there."""
        kind = self.types.get(type_id)
        if kind is None:
            self.said.emit(_("MailFlow doesn't know this type of node."))
            return
        place = self.free((at.x() - _GRIP[0], at.y() - _GRIP[1]))
        flow = self.settled()
        node = edits.new_node(flow, kind, place)
        after = edits.with_node(flow, node)
        inserted = edits.inserted(after, self.types, node.id, into) if into else None
        if into is not None and inserted is None:
            self.said.emit(_("This node doesn't fit into that link."))
        self.push(_("Insert node") if inserted else _("Add node"), inserted or after)

    def set_settings(self, node_id: str, settings: Mapping[str, Any], *, typed: bool = True) -> None:
        """Replace a node's settings; typing in one field becomes one step.

        :param typed: False: a step by itself, whatever was typed before or is typed afterwards.
        :raises KeyError: no such node.
        """
        before = self.drawing.flow.node(node_id).settings
        field = changes.typed_field(before, settings) if typed else None
        merge = ("settings", node_id, field) if field else None
        self.push(_("Change settings"), edits.with_settings(self.drawing.flow, node_id, settings), merge=merge)

    def set_name(self, node_id: str, name: str) -> None:
        """Name a node; an empty name gives it that of its type.

        :raises KeyError: no such node.
        """
        self.drawing.flow.node(node_id)
        after = edits.with_changed(self.drawing.flow, {node_id}, name=name.strip() or None)
        self.push(_("Rename"), after, merge=("name", node_id))

    def set_stubs(self, stubs: tuple[Stub, ...]) -> None:
        """Replace the flow's connections."""
        self.push(_("Change connections"), replace(self.drawing.flow, connections=tuple(stubs)))

    def set_properties(self, properties: Mapping[str, Any]) -> None:
        """Replace the flow's properties; typing in one becomes one step."""
        flow = self.drawing.flow
        field = changes.typed_field(flow.properties, properties)
        merge = ("properties", field) if field else None
        self.push(_("Change properties"), replace(flow, properties=dict(properties)), merge=merge)

    def delete_selected(self) -> None:
        """Delete the selected nodes with their links, and the selected links."""
        self._delete(edits.without)

    def delete_and_reconnect(self) -> None:
        """Delete the selected nodes and link their neighbours to each other where that fits."""
        self._delete(lambda flow, keys: edits.reconnected(flow, self.types, keys))

    def _delete(self, delete: Callable[[Flow, Sequence[str]], Flow]) -> None:
        keys = self.selected_keys()
        links = {item.edge for item in self.viewer.own_scene.selectedItems() if isinstance(item, Link)}
        if not keys and not links:
            return
        flow = self.drawing.flow
        titles = [self.drawing.cards[key].title for key in keys]
        after = delete(edits.without(self.settled() if keys else flow, (), links), keys)
        if not self.push(_("Delete"), after):
            return
        gone = max(0, len(flow.edges) - len(after.edges))
        text = sayings.deleted(titles, gone)
        self.said.emit(text)
        self.deleted.emit(text)

    def copy(self) -> None:
        """Put the selected nodes, their links and connections on the clipboard."""
        keys = self.selected_keys()
        if keys:
            clipboard.put(edits.part(self.drawing.flow, self.types, keys, self.drawing.shown))

    def cut(self) -> None:
        """Copy, then delete."""
        if not self.readonly:
            self.copy()
        self.delete_selected()

    def paste(self) -> None:
        """Add what lies on the clipboard, under fresh ids, and select it."""
        copied = clipboard.get()
        if copied is None or not copied.nodes:
            self.said.emit(_("There are no nodes on the clipboard."))
        else:
            self._paste(_("Paste"), copied)

    def duplicate(self) -> None:
        """Copy the selected nodes beside themselves; the clipboard stays as it is."""
        keys = self.selected_keys()
        if keys:
            self._paste(_("Duplicate"), edits.part(self.drawing.flow, self.types, keys, self.drawing.shown))

    def _paste(self, text: str, copied: Flow) -> None:
        places = [node.position or (0.0, 0.0) for node in copied.nodes]
        left, top = min(x for x, _y in places), min(y for _x, y in places)
        wanted = (left + _SHIFT, top + _SHIFT)
        if not self.viewer.seen().contains(QPointF(*wanted)):
            wanted = self._middle()
        x, y = self.free(wanted)
        after, _added = edits.pasted(self.settled(), self.types, copied, (x - left, y - top))
        self.push(text, after)

    def toggle_enabled(self) -> None:
        """Switch the selected nodes off, or on again if all are off."""
        keys = self.selected_keys()
        if keys:
            self.push(_("Switch on or off"), edits.toggled(self.drawing.flow, keys))

    def nudge(self, by: Place) -> None:
        """Move the selected nodes a little; several nudges become one step."""
        keys = self.selected_keys()
        shown = self.drawing.shown
        placed = {key: (shown[key][0] + by[0], shown[key][1] + by[1]) for key in keys}
        self.push(_("Move"), edits.moved(self.settled(), placed), merge=("nudge", tuple(keys)))

    def undo(self) -> None:
        """Undo the last edit."""
        if not self.readonly:
            self.undo_stack.undo()

    def redo(self) -> None:
        """Redo the last undone edit."""
        if not self.readonly:
            self.undo_stack.redo()

    # Popups

    def quick_add(self, at: QPointF, port: CardPort | None, *, into: Edge | None = None) -> None:
        """Search for a node to add at ``at`` (scene), wired to a port or put into a link."""
        if not self.readonly:
            self._popups.quick_add(at, port, into)

    def quick_add_by_keyboard(self) -> None:
        """Search for a node to add behind the selected one, or in the middle of the view."""
        keys = self.selected_keys()
        card = self.drawing.cards[keys[0]] if len(keys) == 1 else None
        port = next((port for port in card.outputs if port.known), None) if card is not None else None
        if port is not None:
            self.quick_add(port.scenePos() + QPointF(4 * GRID, 0), port)
        else:
            self.quick_add(QPointF(*self._middle()), None)

    def rename(self) -> None:
        """Edit the selected node's name on its card."""
        keys = self.selected_keys()
        if len(keys) == 1 and not self.readonly:
            self._popups.rename(keys[0])

    def close_popups(self) -> None:
        """Close quick add and the name field without taking what they hold."""
        self._popups.close()

    def _place(self, point: QPointF) -> Place:
        return (point.x(), point.y())

    def free(self, wanted: Place) -> Place:
        """``wanted`` on the grid, or a place near it where no card stands."""
        return free_place(wanted, {self.drawing.shown[key] for key in self.drawing.cards})

    def _middle(self) -> Place:
        middle = self.viewer.seen().center()
        return (middle.x() - _GRIP[0], middle.y() - FIRST_PORT)
