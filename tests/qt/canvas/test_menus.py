"""Context menus."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu

from mailflow_gui.qt.canvas import Canvas
from tests.qt.canvas.flows import chain
from tests.qt.canvas.hands import Hands


def menu_at(canvas: Canvas, point: QPoint, reason: QContextMenuEvent.Reason) -> dict[str, QMenu]:
    """Open the menu there: its entries without their keys, each with the menu."""
    viewport = canvas.viewer.viewport()
    QApplication.sendEvent(viewport, QContextMenuEvent(reason, point, viewport.mapToGlobal(point)))
    (menu,) = [menu for menu in canvas.findChildren(QMenu) if menu.isVisible()]
    return {action.text().split("\t")[0]: menu for action in menu.actions() if action.text()}


def choose(entries: dict[str, QMenu], text: str) -> None:
    """Choose an entry, as a click does."""
    menu = entries[text]
    action = next(action for action in menu.actions() if action.text().split("\t")[0] == text)
    menu.close()
    action.trigger()


_RETURN = Qt.Key.Key_Return
MOUSE = QContextMenuEvent.Reason.Mouse


def test_a_nodes_menu_deletes_it(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(chain())
    canvas.select_only([canvas.drawing.cards["map"]])
    entries = menu_at(canvas, hands.header("map"), MOUSE)
    assert {"Open", "Rename", "Switch off", "Copy", "Duplicate", "Delete", "Delete and reconnect"} <= set(entries)
    choose(entries, "Delete")
    assert [node.id for node in canvas.to_flow().nodes] == ["receive", "send"]


def test_the_menu_key_opens_the_selected_nodes_menu(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(chain())
    canvas.select_only([canvas.drawing.cards["send"]])
    entries = menu_at(canvas, QPoint(0, 0), QContextMenuEvent.Reason.Keyboard)
    choose(entries, "Switch off")
    assert not canvas.to_flow().node("send").enabled


def test_a_links_menu_inserts_what_fits(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(chain())
    choose(menu_at(canvas, hands.middle(hands.link()), MOUSE), "Insert node…")
    hands.type("mapper")
    hands.key(_RETURN)
    assert [edge.target for edge in canvas.to_flow().edges] == ["mapper", "map", "send"]


def test_the_canvas_menu_adds_nodes_only_where_they_may_be_added(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(chain())
    entries = menu_at(canvas, QPoint(20, 650), MOUSE)
    assert "Add node…" in entries
    choose(entries, "Select all")
    assert len(canvas.selected()) == 3
    canvas.set_readonly(True)
    assert set(menu_at(canvas, QPoint(20, 650), MOUSE)) == {"Select all", "Show all"}
