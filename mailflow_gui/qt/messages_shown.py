"""Between canvas and inspector: which messages are listed, and the way of the one in hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailflow_gui.language import _

if TYPE_CHECKING:
    from mailflow_gui.qt.main_window import MainWindow


class MessagesShown:
    """Works on the window's inspector and canvas."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def failed(self) -> None:
        """All that failed."""
        self._window.docks_shown.show_bottom(self._window.inspector)
        self._window.inspector.show_state("failed")

    def of_link(self, source: str, target: str) -> None:
        """Those that came by a link, named as on the cards."""
        self._window.docks_shown.show_bottom(self._window.inspector)
        title = f"{self._title(source)} → {self._title(target)}"
        self._window.inspector.show_link(source, target, title)

    def of_node(self, node: str, state: str) -> None:
        """Those that a node has had, in one state or in all (empty)."""
        self._window.docks_shown.show_bottom(self._window.inspector)
        self._window.inspector.show_node(node, self._title(node))
        self._window.inspector.show_state(state)

    def light_way(self, flow: str, nodes: list[str]) -> None:
        """Light the way of the message in hand, if it is one of the open flow's."""
        opened = self._window.document.opened
        is_here = opened is not None and opened.id == flow
        self._window.canvas.show_path(nodes if is_here else ())

    def _title(self, node_id: str) -> str:
        node = next((node for node in self._window.canvas.to_flow().nodes if node.id == node_id), None)
        if node is None:
            return node_id
        kind = next((kind for kind in self._window.node_types if kind.id == node.type), None)
        return node.name or (_(kind.title) if kind is not None else node.type)
