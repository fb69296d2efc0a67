"""Any edits, undone to the empty canvas and redone, give the identical flows."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from PySide6.QtCore import QPointF

from mailflow_gui.flow.model import Edge, Flow, Stub
from mailflow_gui.qt.canvas import Canvas, edits, linking
from mailflow_gui.qt.canvas.places import keys_of

STEPS = 150
TYPES = ("receive-email", "data-mapper", "send-email")


def select(canvas: Canvas, chance: random.Random) -> None:
    """Select some nodes and links."""
    items = sorted(canvas.drawing.items(), key=lambda item: (item.zValue(), item.scenePos().x(), item.scenePos().y()))
    canvas.select_only(item for item in items if chance.random() < 0.2)


def link(canvas: Canvas, chance: random.Random) -> None:
    """Draw a link that is allowed, if there is one."""
    flow = canvas.to_flow()
    edges = [
        Edge(one.id, out.name, other.id, into.name)
        for one in flow.nodes
        for other in flow.nodes
        for out in canvas.types[one.type].outputs
        for into in canvas.types[other.type].inputs
    ]
    allowed = [edge for edge in edges if not linking.refusal(flow, canvas.types, edge)]
    if allowed:
        canvas.push("link", edits.with_edge(flow, chance.choice(allowed)))


def change(canvas: Canvas, chance: random.Random) -> None:
    """Change a node's settings or name, or the flow's connections or properties."""
    flow = canvas.to_flow()
    if flow.nodes and chance.random() < 0.7:
        node = chance.choice(flow.nodes)
        if chance.random() < 0.5:
            canvas.set_name(node.id, chance.choice(["", "A", "受信", "B"]))
        else:
            canvas.set_settings(node.id, {**node.settings, "note": chance.choice(["", "x", "xy"])})
    elif chance.random() < 0.5:
        canvas.set_stubs((Stub("a", chance.choice("ABC"), "imap", "a.example.com"),))
    else:
        canvas.set_properties({"prefix": chance.choice("ABC")})


def copy_and_paste(canvas: Canvas, _chance: random.Random) -> None:
    """Through the clipboard."""
    canvas.copy()
    canvas.paste()


ACTIONS: tuple[Callable[[Canvas, random.Random], object], ...] = (
    lambda canvas, chance: canvas.add_node(chance.choice(TYPES), QPointF(chance.randrange(900), chance.randrange(600))),
    lambda canvas, chance: canvas.add_node(chance.choice(TYPES)),
    link,
    link,
    change,
    select,
    lambda canvas, _chance: canvas.delete_selected(),
    lambda canvas, _chance: canvas.delete_and_reconnect(),
    lambda canvas, _chance: canvas.duplicate(),
    copy_and_paste,
    lambda canvas, _chance: canvas.toggle_enabled(),
    lambda canvas, chance: canvas.nudge((chance.choice([-16, 16]), 16)),
    lambda canvas, _chance: canvas.undo_stack.undo(),
    lambda canvas, _chance: canvas.redo(),
)


def picture_is_true(canvas: Canvas) -> None:
    """Cards, links and NodeGraphQt's model are those of the flow."""
    flow: Flow = canvas.to_flow()
    assert set(canvas.drawing.cards) == set(keys_of(flow))
    assert set(canvas.drawing.links) == set(flow.edges)
    for node in flow.nodes:
        card = canvas.drawing.cards[node.id]
        assert card.node == node
        assert card.scene() is canvas.viewer.own_scene
        if node.position is not None:
            assert card.pos().toTuple() == node.position
    for edge, drawn in canvas.drawing.links.items():
        assert drawn.output_port is canvas.drawing.cards[edge.source].port("out", edge.source_port)
        assert drawn.input_port is canvas.drawing.cards[edge.target].port("in", edge.target_port)


@pytest.mark.parametrize("seed", range(6))
def test_undo_to_the_empty_canvas_and_redo_give_the_identical_flows(canvas: Canvas, seed: int) -> None:
    chance = random.Random(seed)
    for _step in range(STEPS):
        if len(canvas.to_flow().nodes) > 30:
            canvas.select_all()
            canvas.delete_selected()
        chance.choice(ACTIONS)(canvas, chance)
        picture_is_true(canvas)
    while canvas.undo_stack.canRedo():
        canvas.undo_stack.redo()
    history = [canvas.to_flow()]
    while canvas.undo_stack.canUndo():
        canvas.undo_stack.undo()
        history.append(canvas.to_flow())
    assert len(history) > 20
    assert history[-1] == Flow(name="")
    picture_is_true(canvas)
    for flow in reversed(history[:-1]):
        canvas.undo_stack.redo()
        assert canvas.to_flow() == flow
    picture_is_true(canvas)
