"""The welcome page says what the person wants."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from mailflow_gui import paths
from mailflow_gui.flow.model import Edge, Flow, Node
from mailflow_gui.qt import recent
from mailflow_gui.qt.controls import Button, SearchField
from mailflow_gui.qt.theme import theme
from mailflow_gui.qt.welcome import WelcomePage
from mailflow_gui.qt.welcome.cards import ActionCard, ExampleCard
from mailflow_gui.qt.welcome.examples import examples, node_types, sample_mails
from mailflow_gui.qt.welcome.preview import paint_preview
from mailflow_gui.qt.welcome.recent_list import RecentList


@pytest.fixture
def page(qtbot: QtBot) -> WelcomePage:
    made = WelcomePage()
    qtbot.addWidget(made)
    made.resize(1200, 800)
    made.show()
    return made


def test_each_action_says_what_is_wanted(page: WelcomePage, qtbot: QtBot) -> None:
    cards = page.findChildren(ActionCard)
    for card, signal in zip(cards, (page.sandbox_wanted, page.new_wanted, page.open_wanted), strict=True):
        with qtbot.waitSignal(signal):
            QTest.mouseClick(card.button, Qt.MouseButton.LeftButton)


def test_the_examples_are_those_of_the_app(page: WelcomePage, qtbot: QtBot) -> None:
    cards = page.findChildren(ExampleCard)
    files = sorted((paths.resources() / "examples").glob("*.mailflow"))
    assert [card.example.path for card in cards] == files
    assert files
    with qtbot.waitSignal(page.example_wanted) as wanted:
        QTest.mouseClick(cards[0], Qt.MouseButton.LeftButton)
    assert wanted.args == [files[0]]
    with qtbot.waitSignal(page.example_wanted) as wanted:
        QTest.keyClick(cards[-1], Qt.Key.Key_Return)
    assert wanted.args == [files[-1]]


def test_the_example_that_has_the_keyboard_offers_its_button(page: WelcomePage, qtbot: QtBot) -> None:
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    card = page.findChildren(ExampleCard)[1]
    use = card.findChild(Button)
    assert not use.isVisible()
    card.setFocus(Qt.FocusReason.TabFocusReason)
    assert use.isVisible()
    with qtbot.waitSignal(page.example_wanted) as wanted:
        QTest.mouseClick(use, Qt.MouseButton.LeftButton)
    assert wanted.args == [card.example.path]


def test_a_search_leaves_the_examples_that_have_its_words(page: WelcomePage) -> None:
    field = page.findChild(SearchField)
    QTest.keyClicks(field, "SANDBOX demo")
    assert [card.example.flow.name for card in _shown(page)] == ["Sandbox demo"]
    QTest.keyClicks(field, " zebra")
    assert _shown(page) == []
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert len(_shown(page)) == len(examples())


def test_recent_files_appear_with_the_page_and_open(page: WelcomePage, qtbot: QtBot, tmp_path: Path) -> None:
    files = page.findChild(RecentList)
    assert not files.isVisible()
    flow = tmp_path / "請求書 & co.mailflow"
    flow.write_text("{}", encoding="utf-8")
    recent.add(flow)
    page.hide()
    page.show()
    assert files.isVisible()
    with qtbot.waitSignal(page.file_wanted) as wanted:
        QTest.mouseClick(files.rows[0], Qt.MouseButton.LeftButton)
    assert wanted.args == [flow]
    flow.unlink()
    page.refresh()
    assert files.rows == []


def test_tab_goes_as_the_eye_does(page: WelcomePage, qtbot: QtBot) -> None:
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    cards = page.findChildren(ActionCard)
    cards[0].button.setFocus()
    seen: list[QWidget] = []
    for _ in range(3):
        QTest.keyClick(_focused(), Qt.Key.Key_Tab)
        seen.append(_focused())
    assert seen == [cards[1].button, cards[2].button, page.findChild(SearchField)]


@pytest.mark.parametrize(("width", "columns"), [(1440, 3), (1024, 3), (700, 2), (500, 1)])
def test_cards_flow_into_as_many_columns_as_fit(page: WelcomePage, width: int, columns: int) -> None:
    page.resize(width, 700)
    QApplication.processEvents()
    cards = page.findChildren(ActionCard)
    assert len({card.x() for card in cards}) == columns
    assert all(card.mapTo(page, card.rect().topRight()).x() < width for card in cards)
    assert page.horizontalScrollBar().maximum() == 0


def test_the_sandbox_card_counts_the_real_sample_mails(page: WelcomePage) -> None:
    assert sample_mails() > 1
    assert f"{sample_mails()} sample mails" in page.findChildren(ActionCard)[0].button.accessibleDescription()


def test_a_damaged_example_is_left_out(page: WelcomePage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    directory = tmp_path / "examples"
    directory.mkdir()
    (directory / "a.mailflow").write_text("{", encoding="utf-8")
    good = examples()[0].path
    (directory / "b.mailflow").write_bytes(good.read_bytes())
    monkeypatch.setattr(paths, "resources", lambda: tmp_path)
    assert [example.path.name for example in examples()] == ["b.mailflow"]


@pytest.mark.parametrize(
    "flow",
    [
        Flow("empty"),
        Flow("one", nodes=(Node("a", "receive-email", position=(3.0, 4.0)),)),
        Flow(
            "unknown",
            nodes=(Node("a", "from-the-future"), Node("b", "send-email")),
            edges=(Edge("a", "x", "b", "email"),),
        ),
        Flow("dangling", nodes=(Node("a", "receive-email"),), edges=(Edge("a", "message", "gone", "message"),)),
        Flow("far", nodes=tuple(Node(str(n), "data-mapper", position=(n * 9e5, n * -9e5)) for n in range(9))),
    ],
    ids=lambda flow: flow.name,
)
def test_any_flow_has_a_preview_inside_its_area(qapp: QApplication, flow: Flow) -> None:
    image = QImage(400, 200, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    paint_preview(painter, QRectF(40, 40, 320, 104), flow, node_types())
    painter.end()
    painted = [(x, y) for x in range(400) for y in range(200) if image.pixelColor(x, y).alpha()]
    assert painted
    assert all(39 <= x <= 361 and 39 <= y <= 145 for x, y in painted)


def test_a_preview_shows_what_the_nodes_carry(qapp: QApplication) -> None:
    image = QImage(336, 104, QImage.Format.Format_ARGB32)
    image.fill(theme.color("canvas"))
    painter = QPainter(image)
    flow = next(example.flow for example in examples() if example.path.stem == "forward-enquiries")
    paint_preview(painter, QRectF(0, 0, 336, 104), flow, node_types())
    painter.end()
    names = {image.pixelColor(x, y).name() for x in range(336) for y in range(104)}
    assert {
        theme.color(token).name() for token in ("type-message", "type-message-soft", "type-fields", "type-fields-soft")
    } <= names


def _shown(page: WelcomePage) -> list[ExampleCard]:
    return [card for card in page.findChildren(ExampleCard) if card.isVisible()]


def _focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget
