"""Adding nodes: quick add, the palette, insertion into links, ids and names."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from mailflow_gui.flow.model import Edge, Flow
from mailflow_gui.qt.canvas import Canvas
from mailflow_gui.qt.canvas.quick_add import QuickAdd
from tests.qt.canvas.flows import STUBS, chain, loose
from tests.qt.canvas.hands import Hands


def popup(canvas: Canvas) -> QuickAdd:
    """The quick add that is open."""
    (found,) = [widget for widget in canvas.findChildren(QuickAdd) if widget.isVisible()]
    return found


def titles(found: QuickAdd) -> list[str]:
    """What it offers."""
    return [found.list.item(row).text() for row in range(found.list.count())]


def test_a_link_dropped_on_empty_canvas_adds_and_wires_what_fits(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(loose())
    start = hands.port("map", "out", "email")
    hands.drag(start, start + QPoint(60, 240))
    assert titles(popup(canvas)) == ["Data Mapper", "Send Email"]
    hands.type("send")
    assert titles(popup(canvas)) == ["Send Email"]
    hands.key(Qt.Key.Key_Return)
    flow = canvas.to_flow()
    assert flow.nodes[-1].type == "send-email"
    assert flow.edges == (Edge("map", "email", flow.nodes[-1].id, "email"),)
    assert canvas.selected() == [flow.nodes[-1].id]
    assert canvas.window().focusWidget() is canvas.viewer
    assert canvas.undo_stack.count() == 1
    canvas.undo_stack.undo()
    assert canvas.to_flow() == loose()


def test_a_link_drawn_backwards_offers_what_gives_it(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(loose())
    start = hands.port("map", "in", "message")
    hands.drag(start, start + QPoint(-20, 240))
    assert "Receive Email" in titles(popup(canvas))
    hands.type("rec")
    hands.key(Qt.Key.Key_Return)
    assert canvas.to_flow().edges == (Edge("receive-2", "message", "map", "message"),)


def test_escape_drops_the_link(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(loose())
    start = hands.port("map", "out", "email")
    hands.drag(start, start + QPoint(60, 240))
    found = popup(canvas)
    hands.key(Qt.Key.Key_Escape)
    assert not found.isVisible()
    assert canvas.to_flow() == loose()
    assert canvas.window().focusWidget() is canvas.viewer


def test_a_search_without_result_adds_nothing(canvas: Canvas, hands: Hands) -> None:
    hands.key(Qt.Key.Key_Tab)
    hands.type("zzz")
    assert titles(popup(canvas)) == []
    hands.key(Qt.Key.Key_Return)
    assert canvas.to_flow().nodes == ()


def test_tab_adds_behind_the_selected_node(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(loose())
    canvas.select_only([canvas.drawing.cards["map"]])
    hands.key(Qt.Key.Key_Tab)
    hands.key(Qt.Key.Key_Down)
    hands.key(Qt.Key.Key_Return)
    assert canvas.to_flow().edges == (Edge("map", "email", "send-2", "email"),)


def test_a_double_click_on_the_canvas_offers_all_types(canvas: Canvas, hands: Hands) -> None:
    hands.double_click(QPoint(300, 300))
    assert titles(popup(canvas)) == ["Receive Email", "Data Mapper", "Send Email"]
    hands.key(Qt.Key.Key_Return)
    assert [node.id for node in canvas.to_flow().nodes] == ["receive"]


def test_a_click_elsewhere_closes_quick_add(canvas: Canvas, hands: Hands) -> None:
    hands.double_click(QPoint(300, 300))
    found = popup(canvas)
    hands.click(QPoint(900, 650))
    assert not found.isVisible()
    assert canvas.to_flow().nodes == ()


def test_a_palette_drop_adds_the_node_under_the_mouse(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(loose())
    assert hands.drop("send-email", QPoint(500, 600))
    node = canvas.to_flow().nodes[-1]
    assert (node.id, node.type) == ("send-2", "send-email")
    assert canvas.viewer.card_at(QPoint(500, 600)) is canvas.drawing.cards["send-2"]
    assert node.position is not None
    assert all(value % 16 == 0 for value in node.position)


def test_a_palette_drop_on_a_link_inserts_the_node(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(chain())
    assert hands.drop("data-mapper", hands.middle(hands.link()))
    assert canvas.to_flow().edges == (
        Edge("receive", "message", "mapper", "message"),
        Edge("mapper", "email", "map", "message"),
        chain().edges[1],
    )
    canvas.undo_stack.undo()
    assert canvas.to_flow() == chain()


def test_a_node_that_does_not_fit_into_a_link_is_only_added(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(chain())
    assert hands.drop("receive-email", hands.middle(hands.link()))
    assert canvas.to_flow().edges == chain().edges
    assert canvas.to_flow().nodes[-1].id == "receive-2"
    assert "doesn't fit into that link" in hands.said[0]


def test_a_loose_node_moved_onto_a_link_is_inserted(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(chain())
    new = canvas.add_node("data-mapper", QPointF(0, 300))
    hands.drag(hands.header(new), hands.middle(hands.link()))
    assert canvas.to_flow().edges[:2] == (
        Edge("receive", "message", new, "message"),
        Edge(new, "email", "map", "message"),
    )
    assert canvas.undo_stack.count() == 2


def test_nothing_is_dropped_on_a_readonly_canvas(canvas: Canvas, hands: Hands) -> None:
    canvas.set_readonly(True)
    hands.drop("send-email", QPoint(400, 300))
    assert canvas.to_flow().nodes == ()


def test_an_unknown_type_cannot_be_dropped(canvas: Canvas, hands: Hands) -> None:
    hands.drop("from-the-future", QPoint(400, 300))
    assert canvas.to_flow().nodes == ()
    assert "doesn't know" in hands.said[0]


def test_new_nodes_get_readable_ids_names_and_the_one_connection_that_fits(canvas: Canvas) -> None:
    canvas.show_flow(Flow(name="F", connections=STUBS))
    ids = [canvas.add_node(kind) for kind in ("receive-email", "receive-email", "data-mapper", "send-email")]
    assert ids == ["receive", "receive-2", "mapper", "send"]
    nodes = canvas.to_flow().nodes
    assert [node.name for node in nodes] == [None, "Receive Email 2", None, None]
    assert nodes[0].settings == {"connection": "inbox"}
    assert nodes[3].settings == {"connection": "outgoing"}
    assert len({node.position for node in nodes}) == 4


def test_a_new_id_does_not_catch_a_dangling_link(canvas: Canvas) -> None:
    canvas.show_flow(Flow(name="F", edges=(Edge("receive", "message", "gone", "message"),)))
    assert canvas.add_node("receive-email") == "receive-2"


def test_an_unknown_type_is_a_programming_error(canvas: Canvas) -> None:
    with pytest.raises(KeyError):
        canvas.add_node("from-the-future")
