"""Mouse and keyboard for tests: real events on the canvas' viewport."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from mailflow_gui.qt.canvas import NODE_MIME, Canvas
from mailflow_gui.qt.canvas.link import Link

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


class Hands:
    """What a person can do to a canvas."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.viewer = canvas.viewer
        self.said: list[str] = []
        canvas.said.connect(self.said.append)

    def at(self, point: QPointF) -> QPoint:
        """A point of the scene in the viewport."""
        return self.viewer.mapFromScene(point)

    def header(self, node: str) -> QPoint:
        """The middle of a card's header."""
        return self.at(self.canvas.drawing.cards[node].mapToScene(QPointF(90, 16)))

    def port(self, node: str, direction: str, name: str) -> QPoint:
        """A port's place."""
        found = self.canvas.drawing.cards[node].port(direction, name)
        assert found is not None
        return self.at(found.scenePos())

    def link(self, index: int = 0) -> Link:
        """A link as drawn, by its order in the flow."""
        return self.canvas.drawing.links[self.canvas.to_flow().edges[index]]

    def middle(self, link: Link) -> QPoint:
        """The middle of a link."""
        return self.at(link.path().pointAtPercent(0.5))

    def press(self, point: QPoint, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NONE) -> None:
        QTest.mousePress(self.viewer.viewport(), button, keys, point)

    def release(self, point: QPoint, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NONE) -> None:
        QTest.mouseRelease(self.viewer.viewport(), button, keys, point)

    def move(self, point: QPoint, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NONE) -> None:
        """Move with a button held; QTest's own moves carry no buttons."""
        viewport = self.viewer.viewport()
        where = QPointF(viewport.mapToGlobal(point))
        event = QMouseEvent(QEvent.Type.MouseMove, QPointF(point), where, Qt.MouseButton.NoButton, button, keys)
        QApplication.sendEvent(viewport, event)

    def drag(self, start: QPoint, end: QPoint, button: Qt.MouseButton = LEFT, keys: Qt.KeyboardModifier = NONE) -> None:
        """Press, move in steps, release."""
        self.press(start, button, keys)
        for step in range(1, 9):
            self.move(start + (end - start) * step / 8, button, keys)
        self.release(end, button, keys)

    def click(self, point: QPoint, keys: Qt.KeyboardModifier = NONE) -> None:
        QTest.mouseClick(self.viewer.viewport(), LEFT, keys, point)

    def double_click(self, point: QPoint) -> None:
        QTest.mouseDClick(self.viewer.viewport(), LEFT, NONE, point)

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier = NONE) -> None:
        """A key to whatever has the keyboard in the canvas' window."""
        QTest.keyClick(self.canvas.window().focusWidget() or self.viewer, key, keys)

    def type(self, text: str) -> None:
        focus = self.canvas.window().focusWidget()
        assert focus is not None
        QTest.keyClicks(focus, text)

    def wheel(self, point: QPoint, angle: int, keys: Qt.KeyboardModifier = NONE) -> None:
        where = QPointF(self.viewer.viewport().mapToGlobal(point))
        event = QWheelEvent(
            QPointF(point),
            where,
            QPoint(),
            QPoint(0, angle),
            Qt.MouseButton.NoButton,
            keys,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(self.viewer.viewport(), event)

    def drop(self, type_id: str, point: QPoint) -> bool:
        """Drag a type from the palette and drop it; whether the canvas took it."""
        data = QMimeData()
        data.setData(NODE_MIME, type_id.encode())
        viewport = self.viewer.viewport()
        copy = Qt.DropAction.CopyAction
        QApplication.sendEvent(viewport, QDragEnterEvent(point, copy, data, LEFT, NONE))
        QApplication.sendEvent(viewport, QDragMoveEvent(point, copy, data, LEFT, NONE))
        event = QDropEvent(QPointF(point), copy, data, LEFT, NONE)
        event.ignore()
        QApplication.sendEvent(viewport, event)
        return event.isAccepted()
