"""The docks around the canvas: nodes and connections on the left, settings on the right, messages and problems below."""

from __future__ import annotations

import base64
from typing import Literal

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar, QTabWidget, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.controls import Count
from mailflow_gui.qt.theme import theme, window_file

_STATE, _GEOMETRY = "docks", "geometry"
_LAYOUT_VERSION = 1


class _Tabs(QTabWidget):
    """Tabs above a line as wide as the dock, which Qt leaves out where pages have no frame."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        bottom = max(self.tabBar().height(), self.currentWidget().y() if self.currentWidget() else 0)
        QPainter(self).fillRect(0, bottom - 1, self.width(), 1, theme.color("border"))

    def show_count(self, page: QWidget, number: int, words: str, kind: Literal["warn", "danger"] = "warn") -> None:
        """A number beside a tab's title, none for 0.

        :param words: title and number, for those who hear the window.
        """
        bar, index = self.tabBar(), self.indexOf(page)
        old = bar.tabButton(index, QTabBar.ButtonPosition.RightSide)
        if old is not None:
            old.hide()
            old.deleteLater()
        badge = Count(number, kind) if number else None
        if badge is not None:
            badge.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)  # a click on it is one on the tab
        bar.setTabButton(index, QTabBar.ButtonPosition.RightSide, badge)
        bar.setAccessibleTabName(index, words)


class Docks:
    """Three docks without title bars; their edges can be dragged, and what a person makes of them is remembered."""

    def __init__(self, window: QMainWindow) -> None:
        self._window = window
        self.nodes = _Tabs()
        self.messages = _Tabs()
        for tabs in (self.nodes, self.messages):
            tabs.setDocumentMode(True)
            tabs.tabBar().setExpanding(False)
            tabs.tabBar().setFont(theme.font("small", 500))  # inside a tab widget it has not the font of its class
            tabs.setProperty("panel", "surface")
            tabs.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.left = _dock("dock-nodes", _("Nodes and connections"), self.nodes)
        self.right = _dock("dock-settings", _("Settings"), QWidget())
        self.bottom = _dock("dock-messages", _("Messages and problems"), self.messages)
        window.setDockNestingEnabled(False)
        window.setCorner(Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.BottomDockWidgetArea)
        window.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea)
        window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, self.left)
        window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.right)
        window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, self.bottom)

    @property
    def all(self) -> tuple[QDockWidget, QDockWidget, QDockWidget]:
        """Left, right, bottom."""
        return (self.left, self.right, self.bottom)

    def show_all(self, *, shown: bool) -> None:
        """Without a flow there is nothing for them to show."""
        for dock in self.all:
            dock.setVisible(shown)

    def restore(self, *, width: int, height: int) -> bool:
        """As the last window left them; False if there was none: then :meth:`set_sizes` once there is something to show."""
        remembered = window_file.read()
        geometry, state = _bytes(remembered.get(_GEOMETRY)), _bytes(remembered.get(_STATE))
        if geometry is None or not self._window.restoreGeometry(geometry):
            self._window.resize(QSize(width, height).boundedTo(self._window.screen().availableSize()))
        return state is not None and self._window.restoreState(state, _LAYOUT_VERSION)

    def set_sizes(self) -> None:
        """The designed sizes."""
        self._window.resizeDocks(
            [self.left, self.right], [theme.size("dock-left"), theme.size("dock-right")], Qt.Orientation.Horizontal
        )
        room = max(160, min(theme.size("dock-bottom"), self._window.height() * 3 // 10))
        self._window.resizeDocks([self.bottom], [room], Qt.Orientation.Vertical)

    def state(self) -> QByteArray:
        """Places, sizes, and what is shown."""
        return self._window.saveState(_LAYOUT_VERSION)

    def remember(self, state: QByteArray) -> None:
        """Keep a state, and the window's place, for the next window."""
        window_file.remember(_GEOMETRY, _text(self._window.saveGeometry()))
        window_file.remember(_STATE, _text(state))


def _dock(name: str, title: str, content: QWidget) -> QDockWidget:
    dock = QDockWidget(title)
    dock.setObjectName(name)
    dock.setTitleBarWidget(QWidget())
    dock.setFeatures(QDockWidget.DockWidgetFeature.DockWidgetClosable)
    dock.setWidget(content)
    return dock


def _text(content: QByteArray) -> str:
    return base64.b64encode(content.data()).decode("ascii")


def _bytes(text: object) -> QByteArray | None:
    if not isinstance(text, str):
        return None
    try:
        return QByteArray(base64.b64decode(text, validate=True))
    except ValueError:
        return None
