"""Selecting, moving, deleting, renaming, copying, and taking it all back."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from mailflow_gui.flow import file
from mailflow_gui.flow.model import Edge, Flow, Node, Stub
from mailflow_gui.nodes import NODE_TYPES
from mailflow_gui.qt.canvas import Canvas, clipboard
from tests.qt.canvas.flows import STUBS, chain, loose
from tests.qt.canvas.hands import Hands

ALT = Qt.KeyboardModifier.AltModifier
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def position(canvas: Canvas, node: str) -> tuple[float, float] | None:
    """Where the flow says that a node stands."""
    return canvas.to_flow().node(node).position


def test_a_moved_node_snaps_to_the_grid_and_moves_back(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(chain())
    hands.drag(hands.header("map"), hands.header("map") + QPoint(37, 90))
    assert position(canvas, "map") == (256 + 32, 96)
    assert canvas.undo_stack.count() == 1
    canvas.undo_stack.undo()
    assert canvas.to_flow() == chain()
    assert canvas.drawing.cards["map"].pos() == QPointF(256, 0)


def test_alt_moves_without_snapping(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(chain())
    hands.drag(hands.header("map"), hands.header("map") + QPoint(37, 90), keys=ALT)
    assert position(canvas, "map") == (293, 90)


def test_selected_nodes_move_together(canvas: Canvas, hands: Hands) -> None:
    flow = replace(chain(), nodes=(*chain().nodes[:2], replace(chain().nodes[2], position=(515, 7))))
    canvas.show_flow(flow)
    canvas.select_only([canvas.drawing.cards["map"], canvas.drawing.cards["send"]])
    hands.drag(hands.header("map"), hands.header("map") + QPoint(0, 50))
    assert position(canvas, "map") == (256, 48)
    assert position(canvas, "send") == (515, 55)
    assert position(canvas, "receive") == (0, 0)
    assert canvas.undo_stack.count() == 1


def test_dragging_beyond_the_edge_brings_more_into_view(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(chain())
    before = canvas.viewer.seen().right()
    start = hands.header("send")
    hands.press(start)
    for _move in range(30):
        hands.move(QPoint(canvas.viewer.width() - 2, start.y()))
    hands.release(QPoint(canvas.viewer.width() - 2, start.y()))
    assert canvas.viewer.seen().right() > before + 300
    assert canvas.viewer.card_at(QPoint(canvas.viewer.width() - 12, start.y())) is canvas.drawing.cards["send"]


def test_escape_gives_a_move_up(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(chain())
    start = hands.header("map")
    hands.press(start)
    hands.move(start + QPoint(50, 90))
    assert canvas.drawing.cards["map"].pos() != QPointF(256, 0)
    hands.key(Qt.Key.Key_Escape)
    hands.release(start + QPoint(50, 90))
    assert canvas.drawing.cards["map"].pos() == QPointF(256, 0)
    assert canvas.to_flow() == chain()


def test_a_trembling_click_selects_and_moves_nothing(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(chain())
    hands.drag(hands.header("map"), hands.header("map") + QPoint(2, 1))
    assert canvas.selected() == ["map"]
    assert canvas.undo_stack.count() == 0


def test_arrows_nudge_by_sixteen_and_become_one_step(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(chain())
    canvas.select_only([canvas.drawing.cards["map"]])
    for _time in range(3):
        hands.key(Qt.Key.Key_Right)
    hands.key(Qt.Key.Key_Down)
    assert position(canvas, "map") == (256 + 48, 16)
    assert canvas.undo_stack.count() == 1
    hands.key(Qt.Key.Key_Z, CTRL)
    assert canvas.to_flow() == chain()


def test_the_keyboard_walks_from_node_to_node(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(chain())
    selections: list[list[str]] = []
    canvas.selection_changed.connect(selections.append)
    hands.key(Qt.Key.Key_Right)
    hands.key(Qt.Key.Key_Right, ALT)
    hands.key(Qt.Key.Key_Right, ALT)
    hands.key(Qt.Key.Key_Right, ALT)
    hands.key(Qt.Key.Key_Left, ALT)
    assert selections == [["receive"], ["map"], ["send"], ["map"]]
    assert "Data Mapper" in canvas.viewer.accessibleDescription()
    opened: list[str] = []
    canvas.node_opened.connect(opened.append)
    hands.key(Qt.Key.Key_Return)
    assert opened == ["map"]


def test_a_band_selects_what_it_touches(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(chain())
    hands.drag(hands.at(QPointF(-40, -60)), hands.at(QPointF(300, 60)))
    assert canvas.selected() == ["receive", "map"]
    hands.click(hands.header("send"), CTRL)
    assert canvas.selected() == ["receive", "map", "send"]
    hands.click(hands.at(QPointF(100, 400)))
    assert canvas.selected() == []


@pytest.mark.parametrize("key", [Qt.Key.Key_Delete, Qt.Key.Key_Backspace])
def test_delete_takes_the_links_along(canvas: Canvas, hands: Hands, key: Qt.Key) -> None:
    canvas.show_flow(chain())
    canvas.select_only([canvas.drawing.cards["map"]])
    hands.key(key)
    assert [node.id for node in canvas.to_flow().nodes] == ["receive", "send"]
    assert canvas.to_flow().edges == ()
    assert hands.said == ["Data Mapper deleted with 2 links"]
    canvas.undo_stack.undo()
    assert canvas.to_flow() == chain()
    assert canvas.selected() == ["map"]


def test_shift_delete_reconnects_the_neighbours(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(chain())
    canvas.select_only([canvas.drawing.cards["map"]])
    hands.key(Qt.Key.Key_Delete, SHIFT)
    assert canvas.to_flow().edges == (Edge("receive", "message", "send", "email"),)
    canvas.undo_stack.undo()
    assert canvas.to_flow() == chain()


def test_e_switches_off_and_on_and_leaves_no_trace(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(chain())
    canvas.select_all()
    hands.key(Qt.Key.Key_E)
    assert not any(node.enabled for node in canvas.to_flow().nodes)
    hands.key(Qt.Key.Key_E)
    assert canvas.to_flow() == chain()


def test_f2_renames_on_the_card(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(chain())
    canvas.select_only([canvas.drawing.cards["map"]])
    hands.key(Qt.Key.Key_F2)
    hands.type("Sales")
    hands.key(Qt.Key.Key_Return)
    assert canvas.to_flow().node("map").name == "Sales"
    assert canvas.window().focusWidget() is canvas.viewer
    hands.key(Qt.Key.Key_F2)
    hands.type("Other")
    hands.key(Qt.Key.Key_Escape)
    assert canvas.to_flow().node("map").name == "Sales"
    assert not [field for field in canvas.findChildren(QLineEdit) if field.isVisible()]
    canvas.undo_stack.undo()
    assert canvas.to_flow() == chain()


def test_typing_in_one_field_is_one_step(canvas: Canvas) -> None:
    canvas.show_flow(chain())
    before = canvas.to_flow()
    settings: dict[str, Any] = dict(before.node("send").settings)
    for text in ("H", "He", "Hel"):
        canvas.set_settings("send", {**settings, "subject": text})
    assert canvas.undo_stack.count() == 1
    canvas.set_settings("send", {**settings, "subject": "Hel", "to": "a"})
    canvas.set_settings("send", {**settings, "subject": "Hel", "to": "a@"})
    assert canvas.undo_stack.count() == 2
    canvas.set_settings("send", {**settings, "subject": "Hel", "to": "a@", "save": True})
    canvas.set_settings("send", {**settings, "subject": "Hel", "to": "a@", "save": False})
    assert canvas.undo_stack.count() == 4
    for _step in range(4):
        canvas.undo_stack.undo()
    assert canvas.to_flow() == before


def test_typing_back_to_the_start_leaves_no_step(canvas: Canvas) -> None:
    canvas.show_flow(chain())
    canvas.set_name("map", "A")
    canvas.set_name("map", "")
    assert canvas.undo_stack.count() == 0
    assert canvas.to_flow() == chain()


def test_a_saved_state_is_not_merged_away(canvas: Canvas) -> None:
    canvas.show_flow(chain())
    canvas.set_name("map", "A")
    canvas.undo_stack.setClean()
    canvas.set_name("map", "AB")
    assert not canvas.undo_stack.isClean()
    canvas.undo_stack.undo()
    assert canvas.undo_stack.isClean()
    assert canvas.to_flow().node("map").name == "A"


def test_settings_are_copied(canvas: Canvas) -> None:
    canvas.show_flow(chain())
    settings: dict[str, Any] = {"rules": [{"target": "to"}]}
    canvas.set_settings("map", settings)
    settings["rules"].append({"target": "cc"})
    assert canvas.to_flow().node("map").settings == {"rules": [{"target": "to"}]}


def test_stubs_and_properties_are_edits(canvas: Canvas) -> None:
    canvas.show_flow(chain())
    told: list[None] = []
    canvas.edited.connect(lambda: told.append(None))
    stub = Stub("pop", "Pop", "pop3", "pop.example.com")
    canvas.set_stubs((*STUBS, stub))
    canvas.set_properties({"prefix": "A"})
    canvas.set_properties({"prefix": "AB"})
    assert canvas.to_flow().connections == (*STUBS, stub)
    assert canvas.to_flow().properties == {"prefix": "AB"}
    assert canvas.undo_stack.count() == 2
    canvas.undo_stack.undo()
    canvas.undo_stack.undo()
    assert canvas.to_flow() == chain()
    assert len(told) == 5


def test_the_same_again_is_no_edit(canvas: Canvas) -> None:
    canvas.show_flow(chain())
    canvas.set_stubs(STUBS)
    canvas.set_settings("map", dict(chain().node("map").settings))
    assert canvas.undo_stack.count() == 0


def test_duplicates_get_fresh_ids_and_their_own_links(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(chain())
    canvas.select_only([canvas.drawing.cards["receive"], canvas.drawing.cards["map"]])
    hands.key(Qt.Key.Key_D, CTRL)
    flow = canvas.to_flow()
    assert [node.id for node in flow.nodes] == ["receive", "map", "send", "receive-2", "map-2"]
    assert flow.edges == (*chain().edges, Edge("receive-2", "message", "map-2", "message"))
    assert canvas.selected() == ["receive-2", "map-2"]
    assert flow.node("map-2").position == (256 + 32, 32)
    hands.key(Qt.Key.Key_D, CTRL)
    assert {node.id for node in canvas.to_flow().nodes} >= {"receive-3", "map-3"}


def test_copies_go_to_another_window_with_their_connections(canvas: Canvas, hands: Hands, qtbot: QtBot) -> None:
    canvas.show_flow(chain())
    canvas.select_all()
    hands.key(Qt.Key.Key_C, CTRL)
    data = QGuiApplication.clipboard().mimeData()
    assert data.hasFormat(clipboard.MIME)
    assert json.loads(data.text())["nodes"][0]["id"] == "receive"
    other = Canvas(NODE_TYPES)
    qtbot.addWidget(other)
    other.show_flow(Flow(name="Other", connections=(Stub("inbox", "Mine", "imap", "elsewhere.example.com"),)))
    other.paste()
    flow = other.to_flow()
    assert [(stub.id, stub.host) for stub in flow.connections] == [
        ("inbox", "elsewhere.example.com"),
        ("inbox-2", "imap.example.com"),
        ("outgoing", "smtp.example.com"),
    ]
    assert flow.node("receive").settings["connection"] == "inbox-2"
    assert flow.edges == chain().edges


def test_cut_and_paste_brings_back_the_same_ids(canvas: Canvas, hands: Hands) -> None:
    canvas.show_flow(chain())
    canvas.select_only([canvas.drawing.cards["map"]])
    hands.key(Qt.Key.Key_X, CTRL)
    assert len(canvas.to_flow().nodes) == 2
    hands.key(Qt.Key.Key_V, CTRL)
    assert canvas.to_flow().nodes[-1].settings == chain().node("map").settings


def test_the_text_of_a_flow_file_can_be_pasted(canvas: Canvas, hands: Hands) -> None:
    QGuiApplication.clipboard().setText(file.dumps(chain()))
    canvas.paste()
    assert [node.id for node in canvas.to_flow().nodes] == ["receive", "map", "send"]


@pytest.mark.parametrize("text", ["", "hello", '{"mailflow": 99}', "{", '{"mailflow": 1, "nodes": 3}'])
def test_what_is_no_flow_is_not_pasted(canvas: Canvas, hands: Hands, text: str) -> None:
    QGuiApplication.clipboard().setText(text)
    canvas.paste()
    assert canvas.to_flow().nodes == ()
    assert hands.said == ["There are no nodes on the clipboard."]


def test_of_two_nodes_with_one_id_only_the_chosen_one_goes(canvas: Canvas) -> None:
    second = Node("map", "data-mapper", {"note": "second"}, (256, 300))
    canvas.show_flow(replace(chain(), nodes=(*chain().nodes, second)))
    canvas.select_only([canvas.drawing.cards["map\0001"]])
    canvas.delete_selected()
    assert canvas.to_flow() == chain()


def test_an_error_while_drawing_does_not_reach_qt(
    canvas: Canvas, hands: Hands, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    canvas.show_flow(loose())
    canvas.set_name("map", "A")

    def broken(_flow: Flow) -> list[str]:
        raise RuntimeError("no picture")

    monkeypatch.setattr(canvas.drawing, "show", broken)
    canvas.undo_stack.undo()
    assert "can't show this change" in hands.said[0]
    assert "no picture" in caplog.text
    caplog.clear()


def test_an_error_in_a_gesture_does_not_reach_qt(
    canvas: Canvas, hands: Hands, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    canvas.show_flow(chain())

    def broken() -> None:
        raise RuntimeError("no hands")

    monkeypatch.setattr(canvas, "close_popups", broken)
    hands.click(hands.header("map"))
    assert "no hands" in caplog.text
    caplog.clear()
    monkeypatch.undo()
    hands.click(hands.header("map"))
    assert canvas.selected() == ["map"]
