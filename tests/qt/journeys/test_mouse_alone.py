"""A flow like the demo's, drawn from nothing with the mouse alone; only texts are typed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from mailflow_gui.flow import file as flow_file
from mailflow_gui.qt.forms.rules import RulesEditor
from mailflow_gui.qt.forms.rules.body import RuleBody
from mailflow_gui.qt.main_window import MainWindow
from mailflow_gui.qt.welcome.cards import ActionCard
from tests.qt.canvas.hands import LEFT, NONE
from tests.qt.journeys.mouse import Mouse


def add_from_palette(mouse: Mouse, type_id: str, at: QPoint) -> str:
    """Double-click in the palette, then drag the new card to its place; its id."""
    window = mouse.window
    row = next(row for row in window.palette_tab.visible_rows() if row.kind.id == type_id)
    QTest.mouseDClick(row, LEFT, NONE, row.rect().center())
    node = next(node.id for node in window.canvas.to_flow().nodes if node.type == type_id)
    mouse.hands.drag(mouse.hands.header(node), at)
    return node


def new_rule(mouse: Mouse, target: str) -> RuleBody:
    """One more rule, for a target."""
    assert mouse.window.form.body is not None
    editor = mouse.window.form.body.rows["rules"].editor
    assert isinstance(editor, RulesEditor)
    mouse.reveal(editor.add_button)
    mouse.click(editor.add_button)
    body = editor.cards[-1].body
    assert body is not None
    mouse.pick(body.target.box, target)
    return body


def constant(mouse: Mouse, target: str, text: str) -> None:
    body = new_rule(mouse, target)
    mouse.choose(body.sources.add_button, "Text to type")
    mouse.write(body.sources.control(), text)


def draw(mouse: Mouse) -> tuple[str, str, str]:
    """Three nodes, two links, and what each of them is to do."""
    hands, window = mouse.hands, mouse.window
    middle = window.canvas.viewer.viewport().rect().center()
    receive = add_from_palette(mouse, "receive-email", middle - QPoint(280, 80))
    mapper = add_from_palette(mouse, "data-mapper", middle)
    send = add_from_palette(mouse, "send-email", middle + QPoint(280, 80))
    hands.drag(hands.port(receive, "out", "message"), hands.port(mapper, "in", "message"))
    hands.drag(hands.port(mapper, "out", "email"), hands.port(send, "in", "email"))
    hands.click(hands.header(receive))
    mouse.pick(mouse.control("connection"), "Sandbox inbox")
    hands.click(hands.header(send))
    mouse.pick(mouse.control("connection"), "Sandbox outgoing")
    mouse.write(mouse.control("from"), "shop@example.org")
    hands.click(hands.header(mapper))
    constant(mouse, "To", "team@example.org")
    body = new_rule(mouse, "Subject")
    mouse.choose(body.sources.add_button, "Text to type")
    mouse.write(body.sources.control(), "[shop] ")
    mouse.choose(body.sources.add_button, "Subject")
    body = new_rule(mouse, "Text")
    mouse.choose(body.sources.add_button, "Text", "Whole field")
    mouse.choose(body.steps.add_button, "Text", "Trim")
    return receive, mapper, send


def field(window: MainWindow, name: str) -> str | None:
    """The value of a field in the detail pane, as it is read there."""
    rows = window.inspector.detail.fields.model()
    for row in range(rows.rowCount()):
        found, _colon, value = str(rows.index(row, 0).data()).partition(": ")
        if found.casefold() == name:
            return value
    return None


def test_the_demo_is_drawn_run_undone_redone_saved_and_read_with_the_mouse(
    qtbot: QtBot, window: MainWindow, save_to: Callable[[Path], None], tmp_path: Path
) -> None:
    window.sandbox.start()
    window.connections.refresh()
    mouse, canvas = Mouse(qtbot, window), window.canvas
    card = window.welcome.findChildren(ActionCard)[1]
    mouse.click(card.findChildren(QAbstractButton)[0])

    # From nothing: what a new flow brings along is deleted.
    viewport = canvas.viewer.viewport().rect()
    mouse.hands.drag(viewport.topLeft() + QPoint(8, 8), viewport.bottomRight() - QPoint(8, 8))
    assert len(canvas.selected()) == 2
    mouse.menu("Edit", "Delete")
    assert canvas.to_flow().nodes == ()
    nothing, begin = mouse.picture(), canvas.undo_stack.index()

    receive, mapper, send = draw(mouse)
    qtbot.waitUntil(lambda: not [one for one in window.problems if one.severity == "error"], timeout=5000)
    drawn, picture = canvas.to_flow(), mouse.picture()
    assert picture != nothing
    edges = {(edge.source, edge.source_port, edge.target, edge.target_port) for edge in drawn.edges}
    assert edges == {(receive, "message", mapper, "message"), (mapper, "email", send, "email")}

    # Everything undone, everything done again: the same flow, the same picture.
    while canvas.undo_stack.index() > begin:
        mouse.menu("Edit", "Undo")
    assert canvas.to_flow().nodes == ()
    assert canvas.to_flow().connections == ()
    assert mouse.picture() == nothing
    while canvas.undo_stack.canRedo():
        mouse.menu("Edit", "Redo")
    assert canvas.to_flow() == drawn
    assert mouse.picture() == picture

    # Saved, closed, opened again: the same.
    path = tmp_path / "Drawn.mailflow"
    save_to(path)
    mouse.menu("File", "Save")
    saved = flow_file.read(path)
    assert (saved.nodes, saved.edges, saved.connections) == (drawn.nodes, drawn.edges, drawn.connections)
    mouse.menu("File", "Close flow")
    assert not window.document.is_open
    mouse.menu("File", "Open…")
    assert window.document.trusted
    assert canvas.to_flow().nodes == drawn.nodes
    assert canvas.to_flow().edges == drawn.edges
    assert mouse.picture() == picture

    # Run, and read what was delivered.
    mouse.click(window.tool_bar.once)
    qtbot.waitUntil(lambda: window.run.numbers.sent == 5 and window.run.state == "idle", timeout=40_000)
    inspector = window.inspector
    qtbot.waitUntil(lambda: inspector.model.rowCount() == 5, timeout=10_000)
    mouse.click(inspector.table.viewport(), inspector.table.visualRect(inspector.model.index(0, 2)).center())
    detail = inspector.detail
    qtbot.waitUntil(lambda: bool(detail.title.text()), timeout=5000)
    qtbot.waitUntil(lambda: field(window, "subject") == detail.title.text(), timeout=5000)
    assert window.sandbox.sandbox is not None
    delivered = window.sandbox.sandbox.delivered()
    assert len(delivered) == 5
    assert all(b"To: team@example.org" in mail for mail in delivered)

    # Its way is lit on the canvas, until the canvas is clicked.
    assert [node for node, card in canvas.drawing.cards.items() if card.lit] == [receive, mapper, send]
    assert all(link.lit for link in canvas.drawing.links.values())
    mouse.hands.click(mouse.empty_place())
    assert not any(item.lit for item in canvas.drawing.items())


def test_a_deletion_is_taken_back_by_its_toast(qtbot: QtBot, window: MainWindow) -> None:
    window.files.use_template(Path(__file__).parents[3] / "resources" / "examples" / "demo.mailflow")
    mouse, before = Mouse(qtbot, window), window.canvas.to_flow()
    mouse.hands.click(mouse.hands.header("map"))
    mouse.menu("Edit", "Delete")
    assert window.canvas.to_flow().edges == ()
    assert window.toast.isVisible()
    undo = next(button for button in window.toast.findChildren(QAbstractButton) if button.text() == "Undo")
    mouse.click(undo)
    assert window.canvas.to_flow() == before
    assert not window.toast.isVisible()


def test_the_undo_of_a_toast_takes_nothing_else_back(qtbot: QtBot, window: MainWindow) -> None:
    window.files.use_template(Path(__file__).parents[3] / "resources" / "examples" / "demo.mailflow")
    mouse = Mouse(qtbot, window)
    mouse.hands.click(mouse.hands.header("map"))
    mouse.menu("Edit", "Delete")
    mouse.hands.drag(mouse.hands.header("send"), mouse.hands.header("send") + QPoint(0, 64))
    moved = window.canvas.to_flow()
    undo = next(button for button in window.toast.findChildren(QAbstractButton) if button.text() == "Undo")
    if undo.isVisible():
        mouse.click(undo)
    assert window.canvas.to_flow() == moved


def test_a_click_on_counters_lists_the_messages_of_the_node(qtbot: QtBot, window: MainWindow) -> None:
    window.files.open_sandbox()
    mouse = Mouse(qtbot, window)
    mouse.click(window.tool_bar.once)
    qtbot.waitUntil(lambda: window.run.numbers.sent == 5 and window.run.state == "idle", timeout=40_000)
    card = window.canvas.drawing.cards["map"]
    mouse.hands.click(mouse.hands.at(card.mapToScene(QPoint(20, int(card.rect.height()) - 12).toPointF())))
    assert window.inspector.bar.filter.nodes == ("map",)
    assert window.inspector.bar.filter.states == frozenset()
    assert window.inspector.bar.node_chip.isVisible()
    mouse.hands.click(mouse.hands.header("send"))
    assert window.inspector.bar.filter.nodes == ("map",)


def test_a_slash_leads_to_the_search_for_nodes(window: MainWindow) -> None:
    window.files.new()
    window.docks_shown.show_left(window.connections)
    window.canvas.viewer.setFocus()
    QTest.keyClick(window.canvas.viewer, Qt.Key.Key_Slash)
    assert window.palette_tab.isVisible()
    assert window.focusWidget() is window.palette_tab.search
    QTest.keyClicks(window.palette_tab.search, "a/b")
    assert window.palette_tab.search.text() == "a/b"
