"""Which docks are shown: as a person wants them, with a flow only, and as far as a small window has room beside the canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSize
from PySide6.QtWidgets import QDockWidget, QWidget

if TYPE_CHECKING:
    from mailflow_gui.qt.main_window import MainWindow


class DocksShown:
    """Works on the window's docks. In a window smaller than a dock wants it steps aside, and comes back with the room."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        docks = window.docks
        self._sized = False
        self._wanted = [True for _dock in docks.all]
        """By the person, while there is no flow to show them beside."""
        self._least: tuple[tuple[QDockWidget, QSize], ...] = (
            (docks.right, QSize(900, 0)),
            (docks.left, QSize(700, 0)),
            (docks.bottom, QSize(0, 580)),
        )
        """The size of window from which on each dock has room."""
        self._cramped: dict[QDockWidget, bool] = dict.fromkeys(docks.all, False)
        self._stepped_aside: set[QDockWidget] = set()
        self._roomy = QByteArray()
        """The docks' state before the first of them stepped aside."""

    def restore(self) -> None:
        """As the last window left them; none are shown before there is a flow."""
        docks = self._window.docks
        self._sized = docks.restore(width=1440, height=900)
        self._wanted = [not dock.isHidden() for dock in docks.all]
        docks.show_all(shown=False)

    def turn_page(self, page: int) -> None:
        """Show the flow (1) with its docks, or another page without any."""
        docks = self._window.docks
        if page != 1:
            if self._window.pages.currentIndex() == 1:
                self._wanted = [not dock.isHidden() or dock in self._stepped_aside for dock in docks.all]
                self._stepped_aside.clear()
            docks.show_all(shown=False)
        else:
            self._window.inspector.complete()  # before room is shared out
            for dock, wanted in zip(docks.all, self._wanted, strict=True):
                dock.setVisible(wanted)
            if not self._sized:
                self._sized = True
                docks.set_sizes()
            self._cramped = dict.fromkeys(docks.all, False)
        self._window.pages.setCurrentIndex(page)
        self.fit()

    def fit(self) -> None:
        """The window has another size."""
        if self._window.pages.currentIndex() != 1:
            return
        size = self._window.size()
        for dock, least in self._least:
            cramped = size.width() < least.width() or size.height() < least.height()
            if cramped == self._cramped[dock]:
                continue  # what a person has shown or hidden since stays so
            self._cramped[dock] = cramped
            if cramped and not dock.isHidden():
                if not self._stepped_aside:
                    self._roomy = self._window.docks.state()
                self._stepped_aside.add(dock)
                dock.hide()
            elif not cramped and dock in self._stepped_aside:
                self._stepped_aside.discard(dock)
                dock.show()
        self._check()

    def remember(self) -> None:
        """Keep places and sizes for the next window, in which there may be room again."""
        docks = self._window.docks
        docks.remember(self._roomy if self._stepped_aside else docks.state())

    def toggle(self, dock: QDockWidget) -> None:
        """Show or hide a dock."""
        self._set(dock, shown=dock.isHidden())

    def toggle_left(self, tab: QWidget) -> None:
        """Show a tab of the left dock; the one that is shown already: hide the dock."""
        docks = self._window.docks
        if not docks.left.isHidden() and docks.nodes.currentWidget() is tab:
            self._set(docks.left, shown=False)
        else:
            self.show_left(tab)

    def show_left(self, tab: QWidget) -> None:
        """Show a tab of the left dock."""
        self._window.docks.nodes.setCurrentWidget(tab)
        self._set(self._window.docks.left, shown=True)

    def show_bottom(self, tab: QWidget) -> None:
        """Show a tab of the bottom dock."""
        self._window.docks.messages.setCurrentWidget(tab)
        self._set(self._window.docks.bottom, shown=True)

    def show_settings(self) -> None:
        """Show the right dock."""
        self._set(self._window.docks.right, shown=True)

    def search_nodes(self) -> None:
        """Lead to the palette's search."""
        self.show_left(self._window.palette_tab)
        self._window.palette_tab.focus_search()

    def _set(self, dock: QDockWidget, *, shown: bool) -> None:
        self._stepped_aside.discard(dock)
        dock.setVisible(shown)
        self._check()

    def _check(self) -> None:
        """The View menu's marks."""
        window, docks = self._window, self._window.docks
        left = not docks.left.isHidden()
        for name, shown in (
            ("dock-nodes", left and docks.nodes.currentWidget() is window.palette_tab),
            ("dock-connections", left and docks.nodes.currentWidget() is window.connections),
            ("dock-settings", not docks.right.isHidden()),
            ("dock-messages", not docks.bottom.isHidden()),
        ):
            window.commands[name].setChecked(shown)
