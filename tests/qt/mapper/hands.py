"""Hands for the mapper's page: real mouse events on what can be seen."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QInputMethodEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from mailflow_gui.qt.mapper.page import MapperPage
from mailflow_gui.qt.mapper.steps import LiveStepCard
from mailflow_gui.qt.mapper.tree import FieldTree

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


class PageHands:
    """What a person does on the page."""

    def __init__(self, qtbot: QtBot, page: MapperPage) -> None:
        self.qtbot, self.page = qtbot, page

    def settle(self) -> None:
        """Until the lane has answered."""
        self.qtbot.waitUntil(lambda: not self.page.live.busy, timeout=5000)
        QApplication.processEvents()

    def row(self, tree: FieldTree, key: str) -> QPoint:
        """The middle of a row that is in sight."""
        found = tree.place(key)
        assert found is not None, key
        y, in_sight = found
        assert in_sight, key
        return QPoint(tree.viewport().width() // 2, y)

    def press(self, widget: QWidget, at: QPoint) -> None:
        QTest.mousePress(widget, LEFT, NONE, at)

    def move(self, widget: QWidget, at: QPoint) -> None:
        """Move with the button held."""
        where = QPointF(widget.mapToGlobal(at))
        QApplication.sendEvent(
            widget, QMouseEvent(QEvent.Type.MouseMove, QPointF(at), where, Qt.MouseButton.NoButton, LEFT, NONE)
        )

    def drag(self, widget: QWidget, start: QPoint, other: QWidget, end: QPoint) -> None:
        """Press on a widget, move to a place of another one, release."""
        goal = widget.mapFromGlobal(other.mapToGlobal(end))
        self.press(widget, start)
        for step in range(1, 9):
            self.move(widget, start + (goal - start) * step / 8)
        QTest.mouseRelease(widget, LEFT, NONE, goal)
        QApplication.processEvents()

    def map(self, source: str, target: str) -> None:
        """Drag a source to a target."""
        left, right = self.page.source.tree, self.page.target.tree
        self.drag(left.viewport(), self.row(left, source), right.viewport(), self.row(right, target))
        self.settle()

    def combine(self, source: str, index: int) -> None:
        """Drag a source onto a card."""
        left, card = self.page.source.tree, self.page.board.cards[index]
        self.drag(left.viewport(), self.row(left, source), card, card.rect().center())
        self.settle()

    def card(self, index: int) -> None:
        """Click on a card."""
        card = self.page.board.cards[index]
        QTest.mouseClick(card, LEFT, NONE, card.rect().center())

    def step(self, place: int) -> LiveStepCard:
        """A step of the chosen rule."""
        card = self.page.details.steps.cards[place]
        assert isinstance(card, LiveStepCard)
        return card

    def write(self, box: QWidget, text: str) -> None:
        """Click into a field, and let an input method write."""
        self.page.details.area.ensureWidgetVisible(box)
        inner = box.viewport() if hasattr(box, "viewport") else box
        QTest.mouseClick(inner, LEFT, NONE, inner.rect().center())
        commit(box, text)
        self.settle()

    def value(self, tree: FieldTree, key: str) -> str:
        """What stands beside a row."""
        row = tree.row(key)
        assert row is not None, key
        return row.wrong or row.value


def commit(box: QWidget, text: str) -> None:
    """What an input method does once a word is finished."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(box, event)
