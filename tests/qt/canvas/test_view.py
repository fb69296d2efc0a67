"""Zoom, pan, minimap, and what a running flow looks like."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from mailflow_gui.flow.model import Flow, Node
from mailflow_gui.flow.problems import Problem
from mailflow_gui.qt.canvas import Canvas, NodeLive, tooltip
from mailflow_gui.qt.canvas.card_paint import counted, error_words
from mailflow_gui.qt.canvas.minimap import Minimap
from mailflow_gui.qt.theme import theme
from tests.qt.canvas.flows import chain
from tests.qt.canvas.hands import Hands

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def picture(canvas: Canvas) -> QImage:
    """What the view shows now."""
    return canvas.viewer.grab().toImage()


def near(image: QImage, at: QPoint, token: str, reach: int = 3) -> bool:
    """Whether a colour is seen around a point."""
    wanted = theme.color(token)
    around = QRect(at - QPoint(reach, reach), at + QPoint(reach, reach)).intersected(image.rect())
    return any(
        _alike(image.pixelColor(x, y), wanted)
        for x in range(around.left(), around.right() + 1)
        for y in range(around.top(), around.bottom() + 1)
    )


def _alike(one: QColor, other: QColor) -> bool:
    return all(abs(a - b) <= 6 for a, b in zip(one.getRgb()[:3], other.getRgb()[:3], strict=True))


def test_ctrl_wheel_zooms_at_the_pointer(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(chain())
    at = hands.header("send")
    before = canvas.viewer.mapToScene(at)
    told: list[float] = []
    canvas.zoom_changed.connect(told.append)
    hands.wheel(at, 240, CTRL)
    assert canvas.zoom() == pytest.approx(1.0015**240)
    after = canvas.viewer.mapToScene(at)
    assert abs(after.x() - before.x()) <= 1
    assert abs(after.y() - before.y()) <= 1
    assert told == [canvas.zoom()]


def test_zoom_is_clamped(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(chain())
    canvas.set_zoom(0.0001)
    assert canvas.zoom() == pytest.approx(0.1)
    canvas.set_zoom(77)
    assert canvas.zoom() == pytest.approx(4)
    for _turn in range(40):
        hands.wheel(QPoint(300, 300), -1200, CTRL)
    assert canvas.zoom() == pytest.approx(0.1)


def test_keys_zoom_and_fit(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(chain())
    canvas.set_zoom(3)
    hands.key(Qt.Key.Key_0, CTRL)
    assert canvas.zoom() == pytest.approx(1)
    canvas.viewer.centerOn(QPointF(5000, 5000))
    hands.key(Qt.Key.Key_Exclam, SHIFT)
    assert canvas.viewer.seen().contains(canvas.drawing.bounds(canvas.drawing.cards))
    canvas.select_only([canvas.drawing.cards["send"]])
    hands.key(Qt.Key.Key_At, SHIFT)
    middle = canvas.drawing.bounds(["send"]).center()
    assert (canvas.viewer.seen().center() - middle).manhattanLength() < 3


def test_the_wheel_and_both_drags_pan(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(chain())
    start = canvas.viewer.seen().topLeft()
    hands.wheel(QPoint(300, 300), -120)
    assert canvas.viewer.seen().top() > start.y()
    hands.drag(QPoint(300, 300), QPoint(340, 320), Qt.MouseButton.MiddleButton)
    assert canvas.viewer.seen().left() == pytest.approx(start.x() - 40, abs=1)
    before = canvas.viewer.seen().left()
    QTest.keyPress(canvas.viewer, Qt.Key.Key_Space)
    hands.drag(hands.header("map"), hands.header("map") + QPoint(-60, 0))
    QTest.keyRelease(canvas.viewer, Qt.Key.Key_Space)
    assert canvas.viewer.seen().left() == pytest.approx(before + 60, abs=1)
    assert canvas.to_flow() == chain()
    assert canvas.undo_stack.count() == 0


def test_a_flow_is_seen_whole_when_it_is_shown(canvas: Canvas) -> None:
    nodes = tuple(Node(f"n{index}", "send-email", {}, (index * 300, index * 200)) for index in range(30))
    canvas.show_flow(Flow(name="Wide", nodes=nodes))
    assert canvas.viewer.seen().contains(canvas.drawing.bounds(canvas.drawing.cards))


def test_a_click_on_the_minimap_goes_there(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.show_flow(chain())
    canvas.set_zoom(2)
    (minimap,) = canvas.findChildren(Minimap)
    assert minimap.isVisible()
    minimap.grab()
    before = canvas.viewer.seen().center()
    QTest.mouseClick(minimap, Qt.MouseButton.LeftButton, pos=QPoint(10, 48))
    assert canvas.viewer.seen().center().x() < before.x() - 100


def test_an_empty_canvas_says_what_to_do(canvas: Canvas) -> None:
    assert "Tab" in canvas.viewer.hint
    canvas.add_node("send-email")
    assert canvas.viewer.hint == ""


def test_focus_node_brings_it_into_the_middle(canvas: Canvas) -> None:
    canvas.show_flow(chain())
    canvas.set_zoom(0.2)
    canvas.focus_node("send")
    assert canvas.selected() == ["send"]
    assert canvas.zoom() == pytest.approx(1)
    assert (canvas.viewer.seen().center() - canvas.drawing.bounds(["send"]).center()).manhattanLength() < 3
    canvas.focus_node("no-such-node")
    assert canvas.selected() == ["send"]


def test_a_running_node_shows_its_state_and_numbers(canvas: Canvas) -> None:
    canvas.show_flow(chain())
    calm = picture(canvas)
    canvas.set_live({"receive": NodeLive("running", 128, 128), "send": NodeLive("failing", 119, 115, 4, "421 later")})
    busy = picture(canvas)
    receive, send = canvas.drawing.cards["receive"], canvas.drawing.cards["send"]
    dot = canvas.viewer.mapFromScene(receive.mapToScene(QPointF(174, 16)))
    assert not near(calm, dot, "ok-dot")
    assert near(busy, dot, "ok-dot")
    edge = canvas.viewer.mapFromScene(send.mapToScene(QPointF(96, send.height)))
    assert near(busy, edge, "danger-dot")
    line = canvas.viewer.mapFromScene(send.mapToScene(QPointF(185, send.error_top + 12)))
    assert near(busy, line, "danger-soft")
    assert "421 later" in tooltip.about_card(send)
    canvas.set_live({})
    assert picture(canvas) == calm


def test_a_card_is_taller_only_while_it_fails(canvas: Canvas) -> None:
    canvas.show_flow(chain())
    card = canvas.drawing.cards["send"]
    height = card.height
    canvas.set_live({"send": NodeLive("failing", 1, 0, 1, "550 no such user")})
    assert card.height == height + 24
    canvas.set_live({"send": NodeLive("done", 1, 0, 1)})
    assert card.height == height


def test_a_node_that_waits_says_why_in_amber(canvas: Canvas) -> None:
    canvas.show_flow(chain())
    card = canvas.drawing.cards["send"]
    canvas.set_live({"send": NodeLive("held", 3, 1, 0, "Sign in again")})
    line = canvas.viewer.mapFromScene(card.mapToScene(QPointF(185, card.error_top + 12)))
    assert near(picture(canvas), line, "warn-soft")


def test_dots_run_along_links_while_items_pass_and_then_stop(canvas: Canvas, qtbot: QtBot) -> None:
    canvas.show_flow(chain())
    link = canvas.drawing.links[chain().edges[0]]
    timer = canvas._pulses.timer
    canvas.set_live({"receive": NodeLive("running", 1, 1), "map": NodeLive("running", 1, 1)})
    assert not timer.isActive()
    canvas.set_live({"receive": NodeLive("running", 3, 3), "map": NodeLive("running", 3, 3)})
    assert timer.isActive()
    assert timer.interval() >= 100
    qtbot.waitUntil(lambda: bool(link.pulses))
    assert link.badge is not None
    assert (link.badge.kind, link.badge.count) == ("passing", 2)
    assert canvas.drawing.links[chain().edges[1]].pulses == ()
    qtbot.waitUntil(lambda: not timer.isActive(), timeout=10_000)
    assert link.pulses == ()
    assert link.badge is None


def test_many_items_at_once_are_a_number_without_dots(canvas: Canvas) -> None:
    canvas.show_flow(chain())
    canvas.set_live({"receive": NodeLive("running", 0, 0), "map": NodeLive("running", 0, 0)})
    canvas.set_live({"receive": NodeLive("running", 90, 90), "map": NodeLive("running", 90, 90)})
    assert not canvas._pulses.timer.isActive()
    badge = canvas.drawing.links[chain().edges[0]].badge
    assert badge is not None
    assert badge.count == 90


def test_what_waits_and_what_failed_is_on_the_link(canvas: Canvas) -> None:
    canvas.show_flow(chain())
    link = canvas.drawing.links[chain().edges[1]]
    canvas.set_live({"send": NodeLive("held", 10, 6, 1)})
    assert link.badge is not None
    assert (link.badge.kind, link.badge.count) == ("waiting", 3)
    canvas.set_live({"send": NodeLive("failing", 10, 8, 2, "550")})
    assert (link.badge.kind, link.badge.count) == ("failed", 2)
    assert "2 failed" in tooltip.about_link(link)


def test_problems_and_switched_off_nodes_are_seen(canvas: Canvas) -> None:
    canvas.show_flow(chain())
    card = canvas.drawing.cards["map"]
    dot = canvas.viewer.mapFromScene(card.mapToScene(QPointF(177, 16)))
    canvas.set_problems([Problem("node-unreachable", "warning", node="map", arguments={"node": "map"})])
    assert near(picture(canvas), dot, "warn-dot")
    assert "Nothing reaches" in tooltip.about_card(card)
    canvas.set_problems([])
    assert not near(picture(canvas), dot, "warn-dot")
    before = picture(canvas)
    canvas.set_settings("map", {**card.node.settings, "enabled": False})
    assert "Messages pass through" in card.text
    assert picture(canvas) != before


def test_a_dry_run_is_dashed(canvas: Canvas) -> None:
    canvas.show_flow(chain())
    before = picture(canvas)
    canvas.set_dry_run(True)
    assert picture(canvas) != before
    assert canvas.drawing.cards["send"].text == "Dry run, nothing is sent"
    canvas.set_dry_run(False)
    assert picture(canvas) == before


def is_flat(canvas: Canvas) -> bool:
    """Whether rectangles stand for cards."""
    return canvas.viewer.own_scene.flat


def test_seen_from_far_away_only_shapes_are_drawn(canvas: Canvas) -> None:
    canvas.show_flow(chain())
    canvas.set_zoom(0.3)
    assert is_flat(canvas)
    middle = canvas.viewer.mapFromScene(canvas.drawing.cards["map"].mapToScene(QPointF(96, 70)))
    assert near(picture(canvas), middle, "type-fields-soft")
    new = canvas.add_node("send-email")
    assert canvas.drawing.cards[new].flat
    canvas.set_zoom(1)
    assert not is_flat(canvas)
    assert near(picture(canvas), canvas.viewer.mapFromScene(QPointF(256 + 96, 130)), "surface")


def test_the_canvas_follows_the_theme(canvas: Canvas) -> None:
    canvas.show_flow(chain())
    theme.set_mode("dark")
    assert near(picture(canvas), QPoint(30, 30), "canvas", 6)
    assert theme.color("canvas").lightness() < 40


def test_tooltips_hold_no_markup(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(chain())
    canvas.set_live({"send": NodeLive("failing", 1, 0, 1, "<b>550</b> <img src='http://x'>")})
    assert "<b>550</b>" in tooltip.text_at(canvas.viewer, hands.header("send"))
    assert tooltip.text_at(canvas.viewer, hands.port("send", "in", "email")) == "email: fields"
    assert tooltip.text_at(canvas.viewer, hands.middle(hands.link(0))).startswith("message → message")
    assert tooltip.text_at(canvas.viewer, QPoint(2, 2)) == ""


@pytest.mark.parametrize(("number", "shown"), [(0, "0"), (12408, "12408"), (123_456, "123k"), (1_234_567, "1.23M")])
def test_counters_stay_short(number: int, shown: str) -> None:
    assert counted(number) == shown


@pytest.mark.parametrize(
    ("live", "words"),
    [
        (NodeLive("warning", error_line="421 4.7.0 · The server is\n busy."), "421 4.7.0 · tries again"),
        (NodeLive("held", error_line="AUTHENTICATIONFAILED · The password was refused."), "AUTHENTICATIONFAILED"),
        (NodeLive("failing", error_line="550 5.1.1 · Nobody of that name."), "550 5.1.1 · Nobody of that name."),
        (NodeLive("warning", error_line="The server can't be reached."), "The server can't be reached."),
    ],
)
def test_an_error_is_short_enough_for_its_card(live: NodeLive, words: str) -> None:
    assert error_words(live) == words
