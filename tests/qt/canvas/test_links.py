"""Drawing links with the mouse."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from mailflow_gui.flow.model import Edge, Node
from mailflow_gui.qt.canvas import Canvas
from mailflow_gui.qt.canvas.ports import Offer
from tests.qt.canvas.flows import chain, loose
from tests.qt.canvas.hands import Hands


def test_a_drag_from_output_to_input_makes_a_link(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(loose())
    hands.drag(hands.port("receive", "out", "message"), hands.port("map", "in", "message"))
    assert canvas.to_flow().edges == (Edge("receive", "message", "map", "message"),)
    assert set(canvas.drawing.links) == set(canvas.to_flow().edges)
    canvas.undo_stack.undo()
    assert canvas.to_flow() == loose()
    assert not canvas.drawing.links
    canvas.undo_stack.redo()
    assert len(canvas.drawing.links) == 1


def test_a_drag_from_input_to_output_makes_the_same_link(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(loose())
    hands.drag(hands.port("send", "in", "email"), hands.port("map", "out", "email"))
    assert canvas.to_flow().edges == (Edge("map", "email", "send", "email"),)


def test_a_link_dropped_on_a_card_takes_its_fitting_port(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(loose())
    hands.drag(hands.port("map", "out", "email"), hands.header("send"))
    assert canvas.to_flow().edges == (Edge("map", "email", "send", "email"),)


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        (("receive", "out", "message"), ("map", "in", "message"), "linked already"),
        (("send", "out", "sent"), ("map", "in", "message"), "circle"),
        (("map", "out", "email"), ("map", "in", "message"), "itself"),
        (("map", "out", "email"), ("send", "out", "sent"), "from an output to an input"),
    ],
)
def test_a_refused_drop_says_why_in_one_line(
    canvas: Canvas, hands: Hands, start: tuple[str, str, str], end: tuple[str, str, str], why: str
) -> None:
    canvas.show_flow(chain())
    hands.drag(hands.port(*start), hands.port(*end))
    assert canvas.to_flow() == chain()
    assert canvas.undo_stack.count() == 0
    assert len(hands.said) == 1
    assert why in hands.said[0]
    assert "\n" not in hands.said[0]


def test_a_node_without_inputs_says_so(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(loose())
    hands.drag(hands.port("map", "out", "email"), hands.header("receive"))
    assert canvas.to_flow().edges == ()
    assert "no input" in hands.said[0]


def test_an_unknown_port_takes_no_link(canvas: Canvas, hands: Hands) -> None:
    odd = Node("odd", "from-the-future", {}, (256, 300))
    flow = replace(loose(), nodes=(*loose().nodes, odd), edges=(Edge("map", "email", "odd", "left"),))
    canvas.show_flow(flow)
    hands.drag(hands.port("receive", "out", "message"), hands.port("odd", "in", "left"))
    assert canvas.to_flow() == flow
    assert "doesn't know this port" in hands.said[0]


def test_while_dragging_ports_that_fit_get_a_ring_and_others_fade(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(loose())
    start = hands.port("map", "out", "email")
    hands.press(start)
    hands.move(start + QPoint(40, 60))
    offers = {
        (key, port.name): port.offer for key, card in canvas.drawing.cards.items() for port in card.ports
    }  # fmt: skip
    assert offers["send", "email"] is Offer.FITS
    assert offers["map", "message"] is Offer.UNFIT
    assert offers["receive", "error"] is Offer.UNFIT
    hands.move(hands.port("send", "in", "email"))
    assert canvas.drawing.cards["send"].inputs[0].offer is Offer.TARGET
    hands.key(Qt.Key.Key_Escape)
    assert {port.offer for card in canvas.drawing.cards.values() for port in card.ports} == {Offer.NONE}
    hands.release(hands.port("send", "in", "email"))
    assert canvas.to_flow() == loose()


def test_a_wired_end_is_replugged_in_place(canvas: Canvas, hands: Hands) -> None:
    second = Node("map-2", "data-mapper", {}, (256, 240))
    flow = replace(chain(), nodes=(*chain().nodes, second))
    canvas.show_flow(flow)
    hands.drag(hands.port("map", "in", "message"), hands.port("map-2", "in", "message"))
    assert canvas.to_flow().edges == (Edge("receive", "message", "map-2", "message"), flow.edges[1])
    canvas.undo_stack.undo()
    assert canvas.to_flow() == flow


def test_alt_copies_the_link(canvas: Canvas, hands: Hands) -> None:
    second = Node("map-2", "data-mapper", {}, (256, 240))
    canvas.show_flow(replace(chain(), nodes=(*chain().nodes, second)))
    alt = Qt.KeyboardModifier.AltModifier
    hands.drag(hands.port("map", "in", "message"), hands.port("map-2", "in", "message"), keys=alt)
    assert canvas.to_flow().edges == (*chain().edges, Edge("receive", "message", "map-2", "message"))


def test_a_wired_end_dropped_on_empty_canvas_is_unplugged(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(chain())
    end = hands.port("map", "in", "message")
    hands.drag(end, end + QPoint(-30, 220))
    assert canvas.to_flow().edges == chain().edges[1:]
    canvas.undo_stack.undo()
    assert canvas.to_flow() == chain()
    assert all(link.isVisible() for link in canvas.drawing.links.values())


def test_a_click_on_a_port_changes_nothing(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(chain())
    hands.click(hands.port("map", "in", "message"))
    assert canvas.to_flow() == chain()


def test_a_link_is_found_within_twelve_pixels(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(chain())
    link = hands.link()
    assert canvas.viewer.link_at(hands.middle(link) + QPoint(0, 5)) is link
    assert canvas.viewer.link_at(hands.middle(link) + QPoint(0, 9)) is None
    hands.click(hands.middle(link) + QPoint(0, 4))
    assert link.isSelected()
    hands.key(Qt.Key.Key_Delete)
    assert canvas.to_flow().edges == chain().edges[1:]


def test_a_double_click_opens_a_link(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(chain())
    opened: list[tuple[str, str]] = []
    canvas.link_opened.connect(lambda source, target: opened.append((source, target)))
    hands.double_click(hands.middle(hands.link()))
    assert opened == [("receive", "map")]


def test_links_follow_their_nodes(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(chain())
    hands.drag(hands.header("map"), hands.header("map") + QPoint(0, 160))
    path = hands.link().path()
    target = canvas.drawing.cards["map"].inputs[0].scenePos()
    assert path.pointAtPercent(1.0) == target
    assert path.pointAtPercent(0.0) == canvas.drawing.cards["receive"].outputs[0].scenePos()


def test_nothing_is_linked_while_the_flow_is_readonly(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(loose())
    canvas.set_readonly(True)
    hands.drag(hands.port("receive", "out", "message"), hands.port("map", "in", "message"))
    assert canvas.to_flow() == loose()
    assert canvas.add_node("send-email", QPointF(0, 0)) == ""
    canvas.set_name("map", "x")
    assert canvas.to_flow() == loose()
    assert "can't be edited" in hands.said[-1]


def test_a_hovered_link_is_calm_again_after_an_edit(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(chain())
    hands.move(hands.middle(hands.link()), Qt.MouseButton.NoButton)
    assert hands.link().hovered
    canvas.set_name("send", "Other")
    assert not hands.link().hovered
