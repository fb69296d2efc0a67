"""A small window keeps room for the canvas, and everything stays within reach."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from mailflow_gui import paths
from mailflow_gui.flow import file as flow_file
from mailflow_gui.qt.controls.text_scroll import TextScroll
from mailflow_gui.qt.main_window import MainWindow
from tests.qt.journeys.conftest import Open


def shown(window: MainWindow) -> list[bool]:
    return [not dock.isHidden() for dock in window.docks.all]


def make(qtbot: QtBot, window: MainWindow, width: int, height: int) -> None:
    """Drag the window's corner, as far as it gives way, until it has that size."""
    for _step in range(4):
        window.resize(width, height)
        qtbot.wait(20)
    assert (window.width(), window.height()) == (width, height)


def test_docks_step_aside_in_a_small_window_and_come_back(qtbot: QtBot, window: MainWindow) -> None:
    window.files.new()
    assert shown(window) == [True, True, True]
    make(qtbot, window, 640, 480)
    assert shown(window) == [False, False, False]
    assert window.canvas.width() >= 600
    assert window.canvas.height() >= 300
    make(qtbot, window, 1440, 900)
    assert shown(window) == [True, True, True]


def test_a_dock_that_a_person_wants_in_a_small_window_stays(qtbot: QtBot, window: MainWindow) -> None:
    window.files.new()
    make(qtbot, window, 640, 480)
    window.commands["dock-messages"].trigger()
    assert shown(window) == [False, False, True]
    assert window.commands["dock-messages"].isChecked()
    window.resize(660, 500)
    qtbot.wait(20)
    assert shown(window) == [False, False, True]
    window.commands["dock-settings"].trigger()
    window.commands["dock-settings"].trigger()
    make(qtbot, window, 1440, 900)
    assert shown(window) == [True, False, True]


def test_the_next_window_has_the_docks_that_had_stepped_aside(open_window: Open, qtbot: QtBot) -> None:
    window = open_window()
    window.files.new()
    make(qtbot, window, 640, 480)
    window.close()
    again = open_window()
    again.files.new()
    assert shown(again) == [True, True, True]


def test_what_a_long_stranger_s_flow_does_can_be_read_and_accepted_in_a_small_window(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    window.sandbox.start()
    flow = flow_file.read(paths.resources() / "examples" / "demo.mailflow")
    receive = flow.node("receive")
    more = [
        replace(
            receive, id=f"r{number}", position=(0, 200 * number), settings={**receive.settings, "folder": f"F{number}"}
        )
        for number in range(30)
    ]
    path = tmp_path / "stranger.mailflow"
    flow_file.write(replace(flow, id=None, nodes=(*flow.nodes, *more)), path)
    assert window.files.open(path)
    make(qtbot, window, 640, 480)
    scroll = window.trust_banner.findChild(TextScroll)
    assert isinstance(scroll, TextScroll)
    assert scroll.height() <= 480 // 3
    assert scroll.verticalScrollBar().maximum() > 0
    assert window.canvas.height() >= 100
    QTest.mouseClick(window.trust_banner.button, Qt.MouseButton.LeftButton)
    assert window.document.trusted


def test_a_long_name_leaves_room_for_the_tools(qtbot: QtBot, window: MainWindow) -> None:
    window.files.new()
    window.tool_bar.show_flow("A very long name " * 12, unsaved=True)
    make(qtbot, window, 1024, 700)
    place = window.tool_bar.run.mapTo(window, window.tool_bar.run.rect().bottomRight())
    assert place.x() < 1024


def test_menus_show_their_keys_while_alt_is_held(qtbot: QtBot, window: MainWindow) -> None:
    bar = window.menuBar()
    plain = bar.grab().toImage()
    QTest.keyPress(window.windowHandle(), Qt.Key.Key_Alt, Qt.KeyboardModifier.AltModifier)
    assert bar.grab().toImage() != plain
    QTest.keyRelease(window.windowHandle(), Qt.Key.Key_Alt)
    assert bar.grab().toImage() == plain
