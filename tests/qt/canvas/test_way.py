"""The way of a message on the canvas, and clicks on what a card counts."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from mailflow_gui.qt.canvas import Canvas, NodeLive
from tests.qt.canvas.flows import chain
from tests.qt.canvas.hands import Hands


def lit(canvas: Canvas) -> tuple[list[str], int]:
    """The nodes that are lit, and how many links."""
    cards = [key for key, card in canvas.drawing.cards.items() if card.lit]
    return cards, sum(link.lit for link in canvas.drawing.links.values())


def test_the_way_of_a_message_is_lit_as_far_as_it_came(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(chain())
    before = canvas.grab().toImage()
    canvas.show_path(["receive", "map"])
    assert lit(canvas) == (["receive", "map"], 1)
    assert canvas.grab().toImage() != before
    canvas.show_path(["receive", "map", "send", "gone"])
    assert lit(canvas) == (["receive", "map", "send"], 2)
    hands.click(QPoint(10, 10))
    assert lit(canvas) == ([], 0)


def test_escape_puts_the_way_out_and_leaves_the_flow(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(chain())
    canvas.show_path(["receive", "map"])
    hands.key(Qt.Key.Key_Escape)
    assert lit(canvas) == ([], 0)
    assert not canvas.undo_stack.canUndo()


@pytest.mark.parametrize(
    ("right", "up", "wanted"),
    [(20, 12, "messages"), (70, 12, "messages"), (182, 12, "failed"), (60, 40, "failed"), (120, 12, ""), (90, 90, "")],
)
def test_a_click_on_a_number_or_an_error_asks_for_its_messages(
    canvas: Canvas, hands: Hands, right: int, up: int, wanted: str
) -> None:
    canvas.show_flow(chain())
    canvas.set_live({"send": NodeLive("failing", 5, 3, 2, "550 no such user")})
    asked: list[tuple[str, str]] = []
    canvas.messages_wanted.connect(lambda node, state: asked.append((node, state)))
    card = canvas.drawing.cards["send"]
    hands.click(hands.at(card.mapToScene(QPointF(right, card.height - up))))
    assert asked == ([] if not wanted else [("send", "failed" if wanted == "failed" else "")])
    assert canvas.selected() == ["send"]


def test_a_card_that_is_dragged_by_its_counters_asks_for_nothing(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(chain())
    asked: list[str] = []
    canvas.messages_wanted.connect(lambda node, _state: asked.append(node))
    card = canvas.drawing.cards["send"]
    start = hands.at(card.mapToScene(QPointF(20, card.height - 12)))
    hands.drag(start, start + QPoint(64, 64))
    assert asked == []
    assert canvas.undo_stack.canUndo()
