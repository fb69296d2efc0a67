"""The palette, searched, clicked and dragged from."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from mailflow_gui import language
from mailflow_gui.flow.node_type import AnyNodeType
from mailflow_gui.nodes import NODE_TYPES
from mailflow_gui.qt.palette import MIME_TYPE, Palette
from mailflow_gui.qt.palette.rows import card
from mailflow_gui.qt.theme import theme


@pytest.fixture
def palette(qtbot: QtBot) -> Palette:
    return shown(qtbot, NODE_TYPES)


def shown(qtbot: QtBot, kinds: tuple[AnyNodeType, ...]) -> Palette:
    made = Palette(kinds)
    made.resize(216, 500)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def chosen(palette: Palette) -> list[str]:
    found: list[str] = []
    palette.chosen.connect(found.append)
    return found


def titles(palette: Palette) -> list[str]:
    return [row.kind.id for row in palette.visible_rows()]


def test_every_type_stands_under_its_group_and_empty_groups_are_not_shown(palette: Palette) -> None:
    assert titles(palette) == [kind.id for kind in NODE_TYPES]
    assert [head.title for head in palette.heads.values()] == ["Receive", "Transform", "Send"]


def test_a_type_of_third_parties_appears_by_itself(qtbot: QtBot) -> None:
    other = replace(NODE_TYPES[1], id="log", title="Log", group="utility")
    palette = shown(qtbot, (*NODE_TYPES, other))
    assert titles(palette)[-1] == "log"
    assert "utility" in palette.heads


def test_rows_are_as_high_as_the_design_says(palette: Palette) -> None:
    assert {row.height() for row in palette.rows} == {28}


def test_a_search_leaves_what_fits_and_opens_folded_groups(palette: Palette) -> None:
    QTest.mouseClick(palette.heads["send"], Qt.MouseButton.LeftButton)
    assert titles(palette) == ["receive-email", "data-mapper"]
    QTest.keyClicks(palette.search, "EMAIL")
    assert titles(palette) == ["receive-email", "send-email"]
    QTest.keyClick(palette.search, Qt.Key.Key_Escape)
    assert titles(palette) == ["receive-email", "data-mapper"]


def test_a_search_that_finds_nothing_says_so(palette: Palette) -> None:
    QTest.keyClicks(palette.search, "<b>fax")
    said = [label for label in palette.findChildren(QLabel) if label.isVisible()]
    assert [label.text() for label in said] == ["No node is called “<b>fax”."]
    assert said[0].textFormat() == Qt.TextFormat.PlainText
    palette.search.clear()
    assert not said[0].isVisible()


def test_titles_are_found_in_japanese_and_in_english(qtbot: QtBot) -> None:
    language.use("ja")
    palette = shown(qtbot, NODE_TYPES)
    palette.search.setText("receive")
    assert titles(palette) == ["receive-email"]
    palette.search.setText(language._(NODE_TYPES[0].title))
    assert titles(palette) == ["receive-email"]


def test_a_double_click_chooses_and_a_click_does_not(palette: Palette, chosen: list[str]) -> None:
    QTest.mouseClick(palette.rows[1], Qt.MouseButton.LeftButton)
    assert chosen == []
    QTest.mouseDClick(palette.rows[1], Qt.MouseButton.LeftButton)
    assert chosen == ["data-mapper"]


def test_it_can_be_used_with_the_keys_alone(palette: Palette, chosen: list[str], qtbot: QtBot) -> None:
    palette.activateWindow()
    palette.rows[0].setFocus()
    QTest.keyClick(palette.rows[0], Qt.Key.Key_Slash)
    qtbot.waitUntil(palette.search.hasFocus)
    QTest.keyClick(palette.search, Qt.Key.Key_Down)
    assert palette.rows[0].hasFocus()
    QTest.keyClick(palette.rows[0], Qt.Key.Key_Down)
    QTest.keyClick(palette.rows[1], Qt.Key.Key_Return)
    assert chosen == ["data-mapper"]
    QTest.keyClick(palette.rows[1], Qt.Key.Key_Up)
    QTest.keyClick(palette.rows[0], Qt.Key.Key_Up)
    assert palette.search.hasFocus()
    QTest.keyClicks(palette.search, "send")
    QTest.keyClick(palette.search, Qt.Key.Key_Return)
    assert chosen == ["data-mapper", "send-email"]


def test_a_group_folds_by_key(palette: Palette) -> None:
    QTest.keyClick(palette.heads["receive"], Qt.Key.Key_Space)
    assert titles(palette) == ["data-mapper", "send-email"]
    QTest.keyClick(palette.heads["receive"], Qt.Key.Key_Return)
    assert titles(palette) == [kind.id for kind in NODE_TYPES]


def test_dragging_a_row_carries_its_type(palette: Palette, chosen: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    carried: list[tuple[str, bool]] = []

    def carry(self: QDrag, *_actions: object) -> Qt.DropAction:
        data: QMimeData = self.mimeData()
        carried.append((bytes(data.data(MIME_TYPE).data()).decode(), self.pixmap().isNull()))
        return Qt.DropAction.CopyAction

    monkeypatch.setattr(QDrag, "exec", carry)  # without a screen nothing can be dropped anywhere
    row = palette.rows[2]
    QTest.mousePress(row, Qt.MouseButton.LeftButton, pos=QPoint(50, 14))
    for x in (52, 58, 70, 90):
        at = QPointF(x, 14)
        event = QMouseEvent(
            QEvent.Type.MouseMove,
            at,
            row.mapToGlobal(at),
            Qt.MouseButton.NoButton,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(row, event)
    assert carried == [("send-email", False)]
    assert chosen == []


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_dragged_card_has_the_colours_of_now(mode: str, palette: Palette) -> None:
    theme.set_mode(mode)
    picture = card(NODE_TYPES[0], 1.0).toImage()
    assert picture.pixelColor(150, 16) == theme.color("type-message-soft")
