"""The error centre as a page of the window: how one comes there, where its links lead, and the way back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mailflow_gui.journal.reader import Reader
from mailflow_gui.language import _
from mailflow_gui.qt.errors.open_count import OpenCount

if TYPE_CHECKING:
    from mailflow_gui.qt.errors.centre import ErrorCentre
    from mailflow_gui.qt.main_window import MainWindow


class ErrorsShown:
    """Works on the window's pages, docks and bars. The centre is made when it is first wanted; its errors are counted before."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self._reader = Reader(window.home)
        self.count = OpenCount(self._reader, window)
        self._centre: ErrorCentre | None = None

    @property
    def centre(self) -> ErrorCentre:
        """The error centre, in the window's pages."""
        if self._centre is None:
            from mailflow_gui.qt.errors.centre import ErrorCentre  # large, and no part of the window's start

            window = self._window
            self._centre = centre = ErrorCentre(self._reader, window.accounts, self.count)
            window.pages.addWidget(centre)
            window.toast.raise_()
            centre.back_wanted.connect(self.close)
            centre.said.connect(window.toast.say)
            centre.undoable.connect(lambda text, undo: window.toast.say(text, _("Undo"), undo))
            centre.followed.connect(self.follow)
        return self._centre

    @property
    def is_open(self) -> bool:
        """Whether the error centre is what the window shows."""
        return self._centre is not None and self._window.pages.currentWidget() is self._centre

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
            window.docks_shown.turn_page(window.pages.indexOf(self.centre))
            window.tool_bar.hide()
            window.toast.raise_()
            self.centre.groups.setFocus()
        window.commands["errors"].setChecked(True)

    def close(self) -> None:
        """Back to the flow, or to the welcome page."""
        window = self._window
        if self.is_open:
            window.tool_bar.show()
            window.docks_shown.turn_page(1 if window.document.is_open else 0)
            (window.canvas if window.document.is_open else window.welcome).setFocus()
        window.commands["errors"].setChecked(False)

    def shut_down(self) -> None:
        """The window closes: end the threads."""
        if self._centre is not None:
            self._centre.shut_down()
        self.count.shut_down()

    def follow(self, target: tuple[str, ...]) -> None:
        """Where a link leads: a flow's node, a connection, a message."""
        from mailflow_gui.qt.errors.detail import ACCOUNT, NODE  # as above

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
        look = self.centre.look
        path = look.paths.get(flow) if look is not None else None
        return Path(path) if path else None
