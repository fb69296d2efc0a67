"""Extractions on the page: added from the tree, edited in the panel beside what they find, with mouse and keys."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from mailflow_gui.mapping.extraction.keys import key
from mailflow_gui.qt.forms.extractions.catalogue import kinds
from mailflow_gui.qt.main_window import MainWindow
from mailflow_gui.qt.mapper.extractions.panel import ExtractionPanel
from mailflow_gui.qt.mapper.samples import from_file
from tests.qt.journeys.mouse import Mouse
from tests.qt.mapper.conftest import FORM, Sit, Table, flow_with
from tests.qt.mapper.hands import LEFT, NONE, PageHands, commit
from tests.qt.mapper.test_journey import FLOW

LABELS: dict[str, Any] = {"kind": "labels", "labels": ["氏名"]}


def with_extractions(*extractions: Any, rules: list[Any] | None = None) -> Any:
    flow = flow_with(rules or [])
    settings = {**flow.node("map").settings, "extractions": list(extractions)}
    return replace(flow, nodes=tuple(replace(one, settings=settings) if one.id == "map" else one for one in flow.nodes))


def extractions(table: Table) -> list[Any]:
    return list(table.flow.node("map").settings.get("extractions", []))


def panel(table: Table) -> ExtractionPanel:
    """The panel, which is in sight."""
    found = table.page.extracting.panel
    assert found.isVisible()
    return found


def choose(*words: str) -> None:
    """Click through the menu that is open."""
    menu = QApplication.activePopupWidget()
    for word in words:
        assert isinstance(menu, QMenu)
        action = next(one for one in menu.actions() if one.text() == word)
        QTest.mouseClick(menu, LEFT, NONE, menu.actionGeometry(action).center())
        menu = QApplication.activePopupWidget()


def show_row(table: Table, row: str) -> QPoint:
    table.page.source.tree.scrollToItem(table.page.source.tree._items[row])
    return table.hands.row(table.page.source.tree, row)


def add(table: Table, kind: str) -> None:
    """Add one through the row that the tree has while there is none."""
    tree = table.page.source.tree
    QTest.mouseDClick(tree.viewport(), LEFT, NONE, show_row(table, "extracted:add"))
    choose(next(one.entry for one in kinds() if one.title == kind))
    table.hands.settle()


def press(panel: QWidget, name: str) -> None:
    button = next(one for one in panel.findChildren(QWidget) if one.accessibleName() == name)
    QTest.mouseClick(button, LEFT)


def keys(table: Table) -> QWidget:
    """What has the keys in the page's window."""
    found = table.page.window().focusWidget()
    assert found is not None
    return found


def field(table: Table, name: str) -> QWidget:
    return panel(table).settings.form.rows[name].editor.control()


def test_labels_are_added_suggested_ticked_and_stand_in_the_tree_at_once(sit: Sit) -> None:
    table = sit()
    add(table, "Labels")
    assert extractions(table) == [{"kind": "labels"}]
    tree = table.page.source.tree
    assert table.hands.value(tree, "field:extracted.氏名") == "佐藤 健一"
    boxes = panel(table).suggestions.boxes
    wanted = next(one for one in boxes if key(one.text()) == "氏名")
    QTest.mouseClick(wanted, LEFT, NONE, QPoint(8, wanted.height() // 2))
    table.hands.settle()
    (one,) = extractions(table)
    assert [key(label) for label in one["labels"]] == ["氏名"]
    assert [row.field.name for row in panel(table).found.rows] == ["extracted.氏名"]
    assert tree.row("field:extracted.メール") is None
    QTest.mouseClick(wanted, LEFT, NONE, QPoint(8, wanted.height() // 2))
    table.hands.settle()
    assert extractions(table) == [{"kind": "labels"}]
    assert table.stack.count() == 3
    for _step in range(3):
        table.stack.undo()
    assert extractions(table) == []
    assert not table.page.extracting.panel.isVisible()
    assert table.page.details.isVisible()


def test_a_found_field_is_mapped_with_the_mouse(sit: Sit) -> None:
    table = sit(flow=with_extractions(LABELS))
    show_row(table, "field:extracted.氏名")
    table.hands.map("field:extracted.氏名", "target:subject")
    assert table.rules == [{"target": "subject", "sources": [{"field": "extracted.氏名"}]}]
    assert table.hands.value(table.page.target.tree, "target:subject") == "佐藤 健一"


def test_a_pattern_is_typed_with_its_result_and_its_fault_in_sight(sit: Sit) -> None:
    table = sit()
    add(table, "Pattern")
    box = field(table, "pattern")
    table.hands.write(box, "")
    QTest.keyClick(box, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    commit(box, "(?P<姓>佐.)")
    table.hands.settle()
    (row,) = panel(table).found.rows
    assert (row.field.title, row.value.text) == ("姓", "佐藤")
    QTest.keyClick(box, Qt.Key.Key_Backspace)
    table.hands.settle()
    row_of_pattern = panel(table).settings.form.rows["pattern"]
    assert row_of_pattern.error.text
    assert not panel(table).found.error.isVisible()
    assert table.hands.value(table.page.source.tree, "extraction:0") == "Can't look"
    assert any("pattern" in one.text.lower() for one in table.page.problem_strip.troubles)
    commit(box, ")")
    table.hands.settle()
    assert not row_of_pattern.error.text
    assert panel(table).found.rows


def test_why_nothing_is_found_is_said(sit: Sit) -> None:
    table = sit()
    add(table, "JSON attachment")
    assert "*.json" in panel(table).found.why.text()
    assert table.hands.value(table.page.source.tree, "extraction:0") == "nothing found"


def test_a_name_that_is_taken_is_told_at_the_name_and_mended_there(sit: Sit) -> None:
    table = sit(flow=with_extractions({"kind": "labels"}, {"kind": "pattern", "pattern": "(?P<氏名>佐.)"}))
    table.page.extracting.edit(1)
    name = panel(table).settings.form.rows["name"]
    assert "氏名" in name.error.text
    table.hands.write(name.editor.control(), "short")
    assert not name.error.text
    assert table.hands.value(table.page.source.tree, "field:extracted.short.氏名") == "佐藤"
    assert table.hands.value(table.page.source.tree, "field:extracted.氏名") == "佐藤 健一"


def test_what_rules_read_stays_and_is_flagged_when_its_extraction_goes(sit: Sit) -> None:
    rules = [{"target": "subject", "sources": [{"field": "extracted.氏名"}]}]
    table = sit(flow=with_extractions(LABELS, rules=rules))
    tree = table.page.source.tree
    QTest.mouseClick(tree.viewport(), LEFT, NONE, show_row(table, "extraction:0"))
    press(panel(table), "Remove this extraction")
    table.hands.settle()
    assert "extractions" not in table.flow.node("map").settings
    assert table.rules == rules
    assert table.hands.value(tree, "field:extracted.氏名") == "Not found"
    assert table.page.board.cards[0].look.mark
    table.stack.undo()
    table.hands.settle()
    assert table.hands.value(tree, "field:extracted.氏名") == "佐藤 健一"
    assert table.page.board.cards[0].look.mark != "danger"


def test_a_field_that_this_sample_lacks_is_not_called_lost(sit: Sit) -> None:
    rules = [{"target": "subject", "sources": [{"field": "extracted.Order"}]}]
    table = sit(flow=with_extractions({"kind": "labels"}, rules=rules))
    assert table.hands.value(table.page.source.tree, "field:extracted.Order") == "not in this sample"
    assert table.page.source.tree.row("missing") is None


def test_order_is_changed_and_the_first_one_counts(sit: Sit) -> None:
    table = sit(flow=with_extractions({"kind": "labels"}, {"kind": "pattern", "pattern": "(?P<氏名>佐.)"}))
    table.page.extracting.edit(1)
    press(panel(table), "Look earlier")
    table.hands.settle()
    assert [one["kind"] for one in extractions(table)] == ["pattern", "labels"]
    assert table.page.extracting.index == 0
    assert table.hands.value(table.page.source.tree, "field:extracted.氏名") == "佐藤"
    assert table.stack.count() == 1


def test_everything_about_extractions_is_done_with_keys(sit: Sit) -> None:
    table = sit()
    tree = table.page.source.tree
    tree.setFocus()
    tree.go_to("extracted")
    QTest.keyClick(tree, Qt.Key.Key_Plus)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    table.hands.settle()
    assert [one["kind"] for one in extractions(table)] == ["labels"]
    assert panel(table).isAncestorOf(keys(table))
    QTest.keyClick(keys(table), Qt.Key.Key_Escape)
    assert not table.page.extracting.panel.isVisible()
    assert keys(table) is tree
    assert tree.current == "extraction:0"
    QTest.keyClick(tree, Qt.Key.Key_F2)
    assert panel(table).isAncestorOf(keys(table))
    tree.setFocus()
    QTest.keyClick(tree, Qt.Key.Key_Delete)
    assert extractions(table) == []


def test_the_pencil_opens_and_a_card_goes_back(sit: Sit) -> None:
    table = sit(flow=with_extractions(LABELS, rules=[{"target": "subject", "sources": [{"field": "subject"}]}]))
    tree = table.page.source.tree
    where = show_row(table, "extraction:0")
    QTest.mouseClick(tree.viewport(), LEFT, NONE, QPoint(tree.viewport().width() - 20, where.y()))
    assert panel(table).title.text() == "Labels"
    assert tree._selected == "extraction:0"
    table.hands.card(0)
    assert tree._selected == "field:subject"
    assert table.page.details.isVisible()
    assert table.page.extracting.index == -1


def test_without_a_sample_the_sure_fields_are_known(sit: Sit) -> None:
    table = sit(flow=with_extractions(LABELS), sample=None)
    assert table.hands.value(table.page.source.tree, "field:extracted.氏名") == "not in this sample"
    table.page.extracting.edit(0)
    assert panel(table).found.why.text() == "Choose a sample to see what is found."


@pytest.mark.parametrize("odd", [7, "x", [7, None, {}, {"kind": "telepathy"}, {"kind": "pattern"}]])
def test_nothing_in_the_file_keeps_extractions_from_being_shown(odd: Any, sit: Sit) -> None:
    flow = with_extractions()
    settings = {**flow.node("map").settings, "extractions": odd}
    nodes = tuple(replace(one, settings=settings) if one.id == "map" else one for one in flow.nodes)
    table = sit(flow=replace(flow, nodes=nodes))
    for place in range(len(odd) if isinstance(odd, list) else 0):
        table.page.extracting.edit(place)
        assert panel(table).found.why.text()


def test_the_panel_fits_into_a_small_window(sit: Sit) -> None:
    table = sit(flow=with_extractions({"kind": "labels", "labels": ["とても長い見出し" * 4]}), size=(1024, 600))
    table.page.extracting.edit(0)
    panel(table).suggestions.set_open(True)
    QApplication.processEvents()
    inside = panel(table).area.widget()
    assert inside is not None
    assert inside.minimumSizeHint().width() <= panel(table).area.viewport().width()
    assert all(button.accessibleName() for button in panel(table).findChildren(QToolButton))


def test_in_the_window_each_edit_is_one_step_of_the_history(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "Contact form.mailflow"
    path.write_text(json.dumps(FLOW), encoding="utf-8")
    window.files.use_template(path)
    Mouse(qtbot, window).click(window.trust_banner.button)
    assert window.mapper.open("map")
    page = window.mapper.page
    assert page is not None
    page.bar.samples.add(from_file(FORM))
    hands = PageHands(qtbot, page)
    hands.settle()
    before = window.canvas.undo_stack.count()
    page.extracting.add("labels")
    hands.settle()
    box = page.extracting.panel.settings.form.rows["name"].editor.control()
    box.setFocus()
    QTest.keyClicks(box, "form")
    hands.settle()
    page.extracting.add("json")
    hands.settle()
    assert window.canvas.undo_stack.count() == before + 3
    assert hands.value(page.source.tree, "field:extracted.form.氏名") == "佐藤 健一"
    QTest.mouseClick(page.bar.undo, LEFT)
    QTest.mouseClick(page.bar.undo, LEFT)
    hands.settle()
    assert window.canvas.to_flow().node("map").settings["extractions"] == [{"kind": "labels"}]
    assert hands.value(page.source.tree, "field:extracted.氏名") == "佐藤 健一"
    QTest.mouseClick(page.bar.redo, LEFT)
    hands.settle()
    assert hands.value(page.source.tree, "field:extracted.form.氏名") == "佐藤 健一"
