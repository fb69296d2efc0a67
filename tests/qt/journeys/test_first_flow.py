"""From an empty window to a delivered mail, with mouse and keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QWidget
from pytestqt.qtbot import QtBot

from mailflow_gui.flow import file as flow_file
from mailflow_gui.qt.main_window import MainWindow
from mailflow_gui.qt.welcome.cards import ActionCard
from tests.qt.canvas.hands import Hands
from tests.qt.journeys.conftest import Open


def click(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def control(window: MainWindow, key: str) -> QWidget:
    assert window.form.body is not None
    found = window.form.body.rows[key].editor.control()
    assert isinstance(found, QWidget)
    return found


def choose(window: MainWindow, key: str, text: str) -> None:
    """Pick an entry of a list with the mouse."""
    box = control(window, key)
    assert isinstance(box, QComboBox)
    box.showPopup()
    row = box.findText(text)
    assert row >= 0, [box.itemText(index) for index in range(box.count())]
    view = box.view()
    view.scrollTo(box.model().index(row, 0))
    QTest.mouseClick(
        view.viewport(),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        view.visualRect(box.model().index(row, 0)).center(),
    )


def write(window: MainWindow, key: str, text: str) -> None:
    box = control(window, key)
    box.setFocus()
    QTest.keyClicks(box, text)


def create(window: MainWindow) -> None:
    """The second card of the welcome page."""
    card = window.welcome.findChildren(ActionCard)[1]
    click(next(button for button in card.findChildren(QAbstractButton)))


def node_of(window: MainWindow, type_id: str) -> str:
    return next(node.id for node in window.canvas.to_flow().nodes if node.type == type_id)


def test_a_flow_is_drawn_set_up_run_and_its_mail_read(
    qtbot: QtBot, window: MainWindow, open_window: Open, save_to: Callable[[Path], None], tmp_path: Path
) -> None:
    window.sandbox.start()
    window.connections.refresh()
    create(window)
    assert window.document.is_open
    assert not window.isWindowModified()
    canvas, hands = window.canvas, Hands(window.canvas)
    beginning = canvas.to_flow()

    # Draw: the third node from the palette, then two links.
    middle = (hands.header("receive") + hands.header("send")) / 2
    assert hands.drop("data-mapper", middle)
    mapper = node_of(window, "data-mapper")
    hands.drag(hands.port("receive", "out", "message"), hands.port(mapper, "in", "message"))
    hands.drag(hands.port(mapper, "out", "email"), hands.port("send", "in", "email"))
    edges = {(edge.source, edge.source_port, edge.target) for edge in canvas.to_flow().edges}
    assert edges == {("receive", "message", mapper), (mapper, "email", "send")}
    assert window.isWindowModified()
    assert window.windowTitle() == "New flow[*] – MailFlow"

    # It can't run yet, and says why.
    qtbot.waitUntil(lambda: any(problem.node == "receive" for problem in window.problems))
    click(window.tool_bar.run)
    assert window.run.state == "idle"
    assert window.canvas.selected()

    # Set it up.
    hands.click(hands.header("receive"))
    choose(window, "connection", "Sandbox inbox")
    hands.click(hands.header("send"))
    choose(window, "connection", "Sandbox outgoing")
    write(window, "from", "shop@example.org")
    write(window, "to", "team@example.org")
    write(window, "subject", "It arrived")
    write(window, "text", "Hello")
    qtbot.waitUntil(lambda: not [one for one in window.problems if one.severity == "error"], timeout=5000)
    drawn = canvas.to_flow()

    # Run it: the first start asks where to keep the flow.
    path = tmp_path / "First.mailflow"
    save_to(path)
    click(window.tool_bar.once)
    qtbot.waitUntil(lambda: window.run.state == "running", timeout=20_000)
    assert flow_file.read(path).id
    qtbot.waitUntil(lambda: window.run.state == "idle", timeout=30_000)
    assert window.run.numbers.sent == 5
    assert window.sandbox.sandbox is not None
    assert len(window.sandbox.sandbox.delivered()) == 5
    assert b"team@example.org" in window.sandbox.sandbox.delivered()[0]
    assert window.run.nodes["send"]["sent"] == 5

    # Read one in the inspector.
    inspector = window.inspector
    qtbot.waitUntil(lambda: inspector.model.rowCount() == 5, timeout=10_000)
    place = inspector.table.visualRect(inspector.model.index(0, 2)).center()
    with qtbot.waitSignal(inspector.message_selected, timeout=5000):
        QTest.mouseClick(inspector.table.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)

    # Undo everything, redo everything.
    canvas.viewer.setFocus()
    while canvas.undo_stack.canUndo():
        QTest.keyClick(canvas.viewer, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert canvas.to_flow().nodes == beginning.nodes
    assert canvas.to_flow().edges == ()
    assert window.isWindowModified()
    while canvas.undo_stack.canRedo():
        QTest.keyClick(
            canvas.viewer, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        )
    assert canvas.to_flow() == drawn
    assert not window.isWindowModified()

    # The saved file is the same picture.
    shown = flow_file.read(path)
    assert (shown.nodes, shown.edges) == (drawn.nodes, drawn.edges)
    assert window.files.open(path)
    assert canvas.to_flow().nodes == drawn.nodes
    assert window.document.trusted


def test_a_node_is_dropped_from_the_palette_and_deleted_again(qtbot: QtBot, window: MainWindow) -> None:
    create(window)
    hands = Hands(window.canvas)
    assert hands.drop("data-mapper", QPoint(300, 300))
    hands.key(Qt.Key.Key_Delete)
    assert [node.type for node in window.canvas.to_flow().nodes] == ["receive-email", "send-email"]
    was_unsaved = window.isWindowModified()
    window.commands["undo"].trigger()
    window.commands["undo"].trigger()
    assert was_unsaved
    assert not window.isWindowModified()
