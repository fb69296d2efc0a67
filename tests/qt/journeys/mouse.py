"""A mouse for journeys: it presses what can be seen where it can be seen, and keys are for texts only."""

from __future__ import annotations

import functools

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QMenu, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from mailflow_gui.qt.main_window import MainWindow
from tests.qt.canvas.hands import LEFT, NONE, Hands


class Mouse:
    """What a person does with the mouse in a window."""

    def __init__(self, qtbot: QtBot, window: MainWindow) -> None:
        self.qtbot, self.window = qtbot, window
        self.hands = Hands(window.canvas)

    def click(self, widget: QWidget, place: QPoint | None = None) -> None:
        """Press and release the left button on a widget that can be seen and used."""
        assert widget.isVisible()
        assert widget.isEnabled()
        QTest.mouseClick(widget, LEFT, NONE, widget.rect().center() if place is None else place)

    def menu(self, title: str, *path: str) -> None:
        """Choose from the menu bar."""
        bar = self.window.menuBar()
        action = next(action for action in bar.actions() if action.text().replace("&", "") == title)
        self.click(bar, bar.actionGeometry(action).center())
        self._through(path)

    def choose(self, button: QToolButton, *path: str) -> None:
        """Choose from the menu of a button; it is open as long as the button is pressed, as Qt sees it."""
        self.reveal(button)
        gone: list[BaseException] = []

        def go() -> None:
            try:
                self._through(path)
            except BaseException as error:  # noqa: BLE001 - handed to the test below
                gone.append(error)
                while (menu := QApplication.activePopupWidget()) is not None:
                    menu.close()

        QTimer.singleShot(0, go)
        self.click(button)
        if gone:
            raise gone[0]

    def _through(self, path: tuple[str, ...]) -> None:
        for place, step in enumerate(path):
            last = place == len(path) - 1
            self.qtbot.waitUntil(functools.partial(_has, step), timeout=5000)
            menu = QApplication.activePopupWidget()
            assert isinstance(menu, QMenu)
            action = next(one for one in menu.actions() if _text(one.text()) == step)
            assert action.isEnabled()
            if not menu.rect().contains(menu.actionGeometry(action).center()):
                menu.setActiveAction(action)  # a long menu is scrolled
            QTest.mouseClick(menu, LEFT, NONE, menu.actionGeometry(action).center())
            if not last:
                inner = action.menu()
                assert isinstance(inner, QMenu)
                self.qtbot.waitUntil(inner.isVisible, timeout=5000)

    def pick(self, box: QWidget, text: str) -> None:
        """Choose an entry of a list."""
        assert isinstance(box, QComboBox)
        self.reveal(box)
        self.click(box, QPoint(box.width() - 10, box.height() // 2))
        view = box.view()
        self.qtbot.waitUntil(view.isVisible, timeout=5000)
        row = box.findText(text)
        assert row >= 0, [box.itemText(index) for index in range(box.count())]
        index = box.model().index(row, 0)
        view.scrollTo(index)
        place = view.visualRect(index).center()
        QTest.mouseMove(view.viewport(), place)
        # Until then, Qt takes it for the click that opened the list; its timer may be late by a twentieth.
        self.qtbot.wait(int(QApplication.doubleClickInterval() * 1.1) + 50)
        QTest.mouseClick(view.viewport(), LEFT, NONE, place)
        self.qtbot.waitUntil(lambda: not view.isVisible(), timeout=5000)

    def write(self, box: QWidget, text: str) -> None:
        """Click into a field, and type."""
        self.reveal(box)
        self.click(box.viewport() if hasattr(box, "viewport") else box)
        QTest.keyClicks(box, text)

    def reveal(self, widget: QWidget) -> None:
        """Scroll the form until it shows a widget, as the wheel would."""
        QApplication.processEvents()  # what is new in a layout has its place a little later
        if self.window.form.area.isAncestorOf(widget):
            self.window.form.area.ensureWidgetVisible(widget, 0, 40)

    def control(self, key: str) -> QWidget:
        """The editor of a setting in the form."""
        assert self.window.form.body is not None
        found = self.window.form.body.rows[key].editor.control()
        assert isinstance(found, QWidget)
        return found

    def empty_place(self) -> QPoint:
        """A place of the canvas where nothing is."""
        canvas = self.window.canvas
        viewport = canvas.viewer.viewport()
        for x in range(20, viewport.width() // 2, 20):
            for y in range(20, viewport.height() // 2, 20):
                point = QPoint(x, y)
                if canvas.viewer.card_at(point) is None and canvas.viewer.link_at(point) is None:
                    return point
        raise AssertionError("the canvas is full")

    def picture(self) -> QImage:
        """What the canvas shows with nothing selected, all nodes in sight."""
        hands = self.hands
        hands.click(self.empty_place())
        hands.move(self.empty_place(), Qt.MouseButton.NoButton)
        self.menu("View", "Show all nodes")
        self.window.check()
        self.qtbot.waitUntil(lambda: not self.window.canvas._minimap._redrawing.isActive())
        return self.window.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def _text(text: str) -> str:
    return text.partition("\t")[0].replace("&", "")


def _has(step: str) -> bool:
    menu = QApplication.activePopupWidget()
    return isinstance(menu, QMenu) and any(_text(action.text()) == step for action in menu.actions())
