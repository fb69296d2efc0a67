"""The error centre as a page of the window: how one comes there, where its links lead, and the way back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mailflow_gui.language import _
from mailflow_gui.qt.errors.detail import ACCOUNT, NODE

if TYPE_CHECKING:
    from mailflow_gui.qt.main_window import MainWindow

PAGE = 2


class ErrorsShown:
    """Works on the window's pages, docks and bars."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    @property
    def is_open(self) -> bool:
        """Whether the error centre is what the window shows."""
        return self._window.pages.currentIndex() == PAGE

    def toggle(self) -> None:
        """Show the error centre, or go back from it."""
        if self.is_open:
            self.close()
        else:
            self.open()

    def open(self) -> None:
        """Show the error centre in the place of canvas and docks."""
        window = self._window
        if not self.is_open:
            window.mapper.leave()
            window.docks_shown.turn_page(PAGE)
            window.tool_bar.hide()
            window.toast.raise_()
            window.errors.groups.setFocus()
        window.commands["errors"].setChecked(True)

    def close(self) -> None:
        """Back to the flow, or to the welcome page."""
        window = self._window
        if self.is_open:
            window.tool_bar.show()
            window.docks_shown.turn_page(1 if window.document.is_open else 0)
            (window.canvas if window.document.is_open else window.welcome).setFocus()
        window.commands["errors"].setChecked(False)

    def follow(self, target: tuple[str, ...]) -> None:
        """Where a link leads: a flow's node, a connection, a message."""
        kind, *names = target
        if kind == NODE:
            self._to_node(*names)
        elif kind == ACCOUNT:
            self._to_account(*names)
        else:
            self._to_message(*names)

    def _to_node(self, flow: str, node: str) -> None:
        window = self._window
        path = self._path(flow)
        if not self._is_here(flow):
            if path is None or not path.is_file():
                window.toast.say(_("The file of this flow isn’t there any more."))
                return
            if not window.files.open(path):
                return
        self.close()
        window.canvas.focus_node(node)

    def _to_account(self, account: str) -> None:
        window = self._window
        if window.document.is_open:
            self.close()
            window.docks_shown.show_left(window.connections)
            window.connections.select(account)
        window.connections.edit(account)

    def _to_message(self, item: str) -> None:
        window = self._window
        if not window.document.is_open:
            window.toast.say(_("Open a flow first: messages are listed below it."))
            return
        self.close()
        window.docks_shown.show_bottom(window.inspector)
        window.inspector.show_state("")
        window.inspector.select_message(int(item))

    def _is_here(self, flow: str) -> bool:
        opened = self._window.document.opened
        path = self._window.document.path
        return opened is not None and (opened.id == flow or (path is not None and str(path.resolve()) == flow))

    def _path(self, flow: str) -> Path | None:
        look = self._window.errors.look
        path = look.paths.get(flow) if look is not None else None
        return Path(path) if path else None
