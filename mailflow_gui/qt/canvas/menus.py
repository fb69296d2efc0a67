"""Context menus: what can be done with the node, the link or the empty canvas under the mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu

from mailflow_gui.language import _

if TYPE_CHECKING:
    from mailflow_gui.qt.canvas.canvas import Canvas


def show(canvas: Canvas, position: QPoint, where: QPoint) -> None:
    """Open the menu for what lies at ``position`` of the viewport; it doesn't block."""
    menu = QMenu(canvas.viewer)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    viewer, link = canvas.viewer, canvas.viewer.link_at(position)
    card = viewer.card_at(position)
    editable = not canvas.readonly
    if card is not None:
        node_id = card.node.id
        menu.addAction(_("Open"), lambda: canvas.node_opened.emit(node_id))
        if editable:
            menu.addAction(_("Rename") + "\tF2", canvas.rename)
            menu.addAction((_("Switch off") if card.node.enabled else _("Switch on")) + "\tE", canvas.toggle_enabled)
            menu.addSeparator()
            menu.addAction(_("Cut") + "\tCtrl+X", canvas.cut)
        menu.addAction(_("Copy") + "\tCtrl+C", canvas.copy)
        if editable:
            menu.addAction(_("Duplicate") + "\tCtrl+D", canvas.duplicate)
            menu.addSeparator()
            menu.addAction(_("Delete") + "\tDel", canvas.delete_selected)
            menu.addAction(_("Delete and reconnect") + "\tShift+Del", canvas.delete_and_reconnect)
    elif link is not None:
        edge = link.edge
        menu.addAction(_("Show messages"), lambda: canvas.link_opened.emit(edge.source, edge.target))
        if editable:
            at = viewer.mapToScene(position)
            menu.addAction(_("Insert node…"), lambda: canvas.quick_add(at, None, into=edge))
            menu.addSeparator()
            menu.addAction(_("Delete") + "\tDel", canvas.delete_selected)
    else:
        at = viewer.mapToScene(position)
        if editable:
            menu.addAction(_("Add node…") + "\tTab", lambda: canvas.quick_add(at, None))
            menu.addAction(_("Paste") + "\tCtrl+V", canvas.paste)
            menu.addSeparator()
        menu.addAction(_("Select all") + "\tCtrl+A", canvas.select_all)
        menu.addAction(_("Show all") + "\tShift+1", canvas.fit_all)
    menu.popup(where)
