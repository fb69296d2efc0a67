"""The mapper's page in the window: opened from a node, left with Done; its edits are steps of the canvas' history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailflow_gui.journal.reader import Reader
from mailflow_gui.language import _
from mailflow_gui.qt.forms.description import fields_of
from mailflow_gui.qt.forms.surroundings import Surroundings

if TYPE_CHECKING:
    from mailflow_gui.qt.main_window import MainWindow
    from mailflow_gui.qt.mapper.history import Saved
    from mailflow_gui.qt.mapper.page import MapperPage

_NEED_CANVAS = (
    "dock-nodes",
    "dock-connections",
    "dock-settings",
    "dock-messages",
    "search-nodes",
    "zoom-in",
    "zoom-out",
    "zoom-full",
    "next-problem",
    "previous-problem",
    "show-connections",
    "test-connections",
)
"""Commands that mean nothing while the canvas can't be seen."""


class MapperShown:
    """Works on the window's pages, bars and history. The page is made when it is first wanted."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window
        self.page: MapperPage | None = None
        self._floor = 0
        """Where the history stood when the page was opened: what was done before isn't undone unseen."""
        self._ceiling = 0

    @property
    def is_open(self) -> bool:
        """Whether the page is shown."""
        return self.page is not None and self._window.pages.currentWidget() is self.page

    def key_of(self, node_id: str) -> str:
        """The setting of a node that the page can edit; empty if it has none."""
        flow = self._window.canvas.to_flow()
        node = next((one for one in flow.nodes if one.id == node_id), None)
        kind = next((kind for kind in self._window.node_types if node is not None and kind.id == node.type), None)
        if kind is None:
            return ""
        return next((one.key for one in fields_of(kind.settings) if one.kind == "rules"), "")

    def open(self, node_id: str) -> bool:
        """Show the page for a node; False if it has no rules, or may not be edited."""
        window = self._window
        key = self.key_of(node_id)
        if not key or not window.document.is_open or not window.document.trusted:
            return False
        page = self._made()
        flow = window.canvas.to_flow()
        node = flow.node(node_id)
        titles = {kind.id: _(kind.title) for kind in window.node_types}
        self._floor = self._ceiling = window.canvas.undo_stack.index()
        window.docks_shown.turn_page(window.pages.indexOf(page))
        window.tool_bar.hide()
        page.open(flow, node_id, key, node.name or titles.get(node.type, node.type))
        page.show_problems(window.problems)
        self.show_commands()
        return True

    def leave(self) -> None:
        """Back to the flow."""
        window = self._window
        if self.is_open and self.page is not None:
            node = self.page.node
            window.docks_shown.turn_page(1)
            window.tool_bar.show()
            self.show_commands()
            window.show_selected(window.canvas.selected())
            if any(one.id == node for one in window.canvas.to_flow().nodes):
                window.canvas.focus_node(node)
            window.canvas.setFocus()

    def close(self) -> None:
        """The window closes."""
        if self.page is not None:
            self.page.shut_down()

    # ---- what the page hears

    def note_edit(self) -> None:
        """The flow on the canvas is another one."""
        if not self.is_open or self.page is None:
            return
        stack = self._window.canvas.undo_stack
        self._ceiling = max(self._ceiling, stack.index())
        flow = self._window.canvas.to_flow()
        if any(one.id == self.page.node for one in flow.nodes):
            self.page.show_flow(flow)
        else:
            self.leave()

    def show_problems(self) -> None:
        """The flow was checked."""
        if self.is_open and self.page is not None:
            self.page.show_problems(self._window.problems)

    def show_problem(self, node: str, field: str) -> bool:
        """Lead to a problem on the page; else leave it. Whether it was shown here."""
        if not self.is_open or self.page is None:
            return False
        if node == self.page.node and field.partition(".")[0] in (self.page.key, self.page.extracting.key):
            self.page.focus_path(field)
            return True
        self.leave()
        return False

    def show_commands(self) -> None:
        """What needs the canvas can't be chosen meanwhile."""
        window = self._window
        if window.document.is_open:
            for name in _NEED_CANVAS:
                window.commands[name].setEnabled(not self.is_open)
        window.show_undo()

    # ---- the history

    @property
    def can_undo(self) -> bool:
        """Whether something that was done on the page can be undone."""
        stack = self._window.canvas.undo_stack
        return stack.canUndo() and (not self.is_open or stack.index() > self._floor)

    @property
    def can_redo(self) -> bool:
        """Whether something that was undone on the page can be done again."""
        stack = self._window.canvas.undo_stack
        return stack.canRedo() and (not self.is_open or stack.index() < self._ceiling)

    def undo(self) -> None:
        """Undo the last edit, on the page only what was done there."""
        if self.can_undo:
            self._window.canvas.undo()

    def redo(self) -> None:
        """Redo the last undone edit."""
        if self.can_redo:
            self._window.canvas.redo()

    def show_undo(self) -> None:
        """Undo and redo in the page's bar."""
        if self.page is not None:
            self.page.bar.undo.setEnabled(self.can_undo)
            self.page.bar.redo.setEnabled(self.can_redo)

    # ---- the page

    def _made(self) -> MapperPage:
        if self.page is None:
            from mailflow_gui.qt.mapper.page import MapperPage  # the editor is large, and no part of the window's start

            window = self._window
            around = Surroundings(window.accounts)
            self.page = page = MapperPage(Reader(window.home), window.node_types, around)
            window.pages.addWidget(page)
            window.toast.raise_()
            page.settings_changed.connect(self._put)
            page.settings_replaced.connect(self._replace)
            page.properties_changed.connect(lambda properties: window.canvas.set_properties(properties))  # noqa: PLW0108
            page.left.connect(self.leave)
            page.undo_wanted.connect(self.undo)
            page.redo_wanted.connect(self.redo)
            page.said.connect(window.toast.say)
            page.history.saved = self._saved
        return self.page

    def _saved(self) -> Saved:
        """By what journal and disk know the flow: the canvas doesn't hear of the id that the first save gives it."""
        from mailflow_gui.qt.mapper.history import Saved  # as in _made

        document = self._window.document
        return Saved(document.opened.id if document.opened is not None else None, document.path)

    def _replace(self, node: str, settings: Any) -> None:
        self._window.canvas.set_settings(node, settings, typed=False)

    def _put(self, node: str, settings: Any) -> None:
        self._window.canvas.set_settings(node, settings)
