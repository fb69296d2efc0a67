"""What is shown is what is saved."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mailflow_gui.flow import file
from mailflow_gui.flow.model import Edge, Flow, Node
from mailflow_gui.qt.canvas import Canvas
from tests.qt.canvas.flows import EXAMPLES, OLD_FILES, chain


@pytest.mark.parametrize("path", [*EXAMPLES, *OLD_FILES], ids=lambda path: path.stem)
def test_a_file_comes_back_byte_for_byte(canvas: Canvas, path: Path) -> None:
    flow = file.read(path)
    canvas.show_flow(flow)
    assert canvas.to_flow() == flow
    assert file.dumps(canvas.to_flow()) == file.dumps(flow)
    assert len(canvas.drawing.cards) == len(flow.nodes)


def test_unknown_keys_and_types_survive_an_edit(canvas: Canvas) -> None:
    stranger = next(path for path in OLD_FILES if path.stem == "unknown-things")
    flow = file.read(stranger)
    canvas.show_flow(flow)
    canvas.set_settings("receive", {"connection": "inbox", "folder": "Sales"})
    after = canvas.to_flow()
    assert after.extra == flow.extra
    assert after.node("weather") == flow.node("weather")
    assert after.node("receive").extra == {"breakpoint": True}
    assert [edge.extra for edge in after.edges] == [edge.extra for edge in flow.edges]


def test_an_unknown_type_is_a_placeholder_with_the_ports_its_links_use(canvas: Canvas) -> None:
    flow = Flow(
        name="F",
        nodes=(Node("receive", "receive-email"), Node("odd", "from-the-future", {"a": 1}), Node("send", "send-email")),
        edges=(Edge("receive", "message", "odd", "left"), Edge("odd", "right", "send", "email")),
    )
    canvas.show_flow(flow)
    card = canvas.drawing.cards["odd"]
    assert [port.name for port in card.inputs] == ["left"]
    assert [port.name for port in card.outputs] == ["right"]
    assert not any(port.known for port in card.ports)
    assert "from-the-future" in card.text
    assert set(canvas.drawing.links) == set(flow.edges)


def test_a_placeholder_keeps_a_port_whose_link_was_deleted(canvas: Canvas) -> None:
    flow = Flow(
        name="F",
        nodes=(Node("receive", "receive-email"), Node("odd", "from-the-future")),
        edges=(Edge("receive", "message", "odd", "left"),),
    )
    canvas.show_flow(flow)
    canvas.select_only(canvas.drawing.links.values())
    canvas.delete_selected()
    assert canvas.to_flow().edges == ()
    assert [port.name for port in canvas.drawing.cards["odd"].inputs] == ["left"]


def test_what_makes_no_sense_is_kept(canvas: Canvas) -> None:
    flow = replace(
        chain(),
        nodes=(*chain().nodes, Node("send", "send-email", {"subject": "second with this id"}, (1e300, -7.25))),
        edges=(
            *chain().edges,
            chain().edges[0],
            Edge("map", "email", "map", "message"),
            Edge("nowhere", "x", "send", "email"),
            Edge("receive", "no-such-port", "map", "message"),
        ),
    )
    canvas.show_flow(flow)
    assert canvas.to_flow() == flow
    canvas.set_name("receive", "New name")
    assert canvas.to_flow().edges == flow.edges
    assert canvas.to_flow().nodes[1:] == flow.nodes[1:]


def test_nodes_without_positions_get_places_but_no_positions(canvas: Canvas) -> None:
    nodes = tuple(replace(node, position=None) for node in chain().nodes)
    flow = replace(chain(), nodes=nodes)
    canvas.show_flow(flow)
    assert canvas.to_flow() == flow
    places = [canvas.drawing.cards[node.id].pos().toTuple() for node in nodes]
    assert places == sorted(places)
    assert len(set(places)) == 3


def test_moving_one_node_writes_down_where_the_others_stand(canvas: Canvas) -> None:
    canvas.show_flow(replace(chain(), nodes=tuple(replace(node, position=None) for node in chain().nodes)))
    shown = {key: card.pos().toTuple() for key, card in canvas.drawing.cards.items()}
    canvas.select_only([canvas.drawing.cards["send"]])
    canvas.nudge((16, 0))
    positions = {node.id: node.position for node in canvas.to_flow().nodes}
    assert positions["receive"] == shown["receive"]
    assert positions["map"] == shown["map"]
    assert positions["send"] == (shown["send"][0] + 16, shown["send"][1])


def test_showing_another_flow_forgets_the_history(canvas: Canvas) -> None:
    canvas.show_flow(chain())
    canvas.set_name("map", "A")
    canvas.show_flow(Flow(name="Other"))
    assert not canvas.undo_stack.canUndo()
    assert canvas.to_flow() == Flow(name="Other")
    assert canvas.viewer.own_scene.items() == [] or not canvas.drawing.cards
