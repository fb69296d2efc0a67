"""A layout that breaks its line where the width ends, as words do. Widgets with the property ``wide`` have a line for themselves."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget
from shiboken6.Shiboken import isValid


class FlowLayout(QLayout):
    """Left to right, then the next line."""

    def __init__(self, parent: QWidget | None = None, gap: int = 4) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, area: QRect) -> None:
        super().setGeometry(area)
        self._place(area, move=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        size = QSize(0, 0)
        for item, _widget in self._shown():
            size = size.expandedTo(QSize(min(60, item.minimumSize().width()), item.minimumSize().height()))
        return size

    def _shown(self) -> Iterator[tuple[QLayoutItem, QWidget]]:
        """What has a place. Where a form is taken down Qt may ask for it once more, when its items are gone already."""
        for item in self._items:
            widget = item.widget() if isValid(item) else None  # type: ignore[no-untyped-call]  # its stub has no types
            if widget is not None and isValid(widget) and not widget.isHidden():  # type: ignore[no-untyped-call]  # as above
                yield item, widget

    def _place(self, area: QRect, *, move: bool) -> int:
        """Put the widgets into ``area``; returns the height that they need."""
        x, y, line = area.x(), area.y(), 0
        for item, widget in self._shown():
            wide = bool(widget.property("wide"))
            width = area.width() if wide else min(item.sizeHint().width(), area.width())
            height = item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height()
            if line and (wide or x + width > area.x() + area.width()):
                x, y, line = area.x(), y + line + self._gap, 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), QSize(width, height)))
            x, line = x + width + self._gap, max(line, height)
            if wide:
                x = area.x() + area.width() + 1
        return y + line - area.y()
