"""A flow as it is seen: cards and links, what is selected, zoom and minimap, and how it runs. Editing is the canvas' own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QResizeEvent, QShowEvent, QUndoStack
from PySide6.QtWidgets import QGraphicsItem, QVBoxLayout, QWidget

from mailflow_gui.flow.model import Flow
from mailflow_gui.flow.node_type import AnyNodeType
from mailflow_gui.flow.problems import Problem
from mailflow_gui.language import _
from mailflow_gui.qt.canvas import edits, linking, look, navigation, tooltip, weak
from mailflow_gui.qt.canvas.drawing import Drawing
from mailflow_gui.qt.canvas.live import IDLE, NodeLive
from mailflow_gui.qt.canvas.minimap import MARGIN, Minimap
from mailflow_gui.qt.canvas.places import Place
from mailflow_gui.qt.canvas.pulses import Pulses
from mailflow_gui.qt.canvas.viewer import Viewer
from mailflow_gui.qt.theme import theme


class FlowView(QWidget):
    """Shows one immutable flow after the other."""

    selection_changed = Signal(list)
    """Ids of the selected nodes."""
    node_opened = Signal(str)
    """A node was double-clicked, or Enter pressed on it."""
    zoom_changed = Signal(float)
    """1.0 is 100 %."""
    link_opened = Signal(str, str)
    """A link was double-clicked: the ids of the nodes it joins."""
    messages_wanted = Signal(str, str)
    """A counter was clicked: the node's id, and the state wanted, ``failed`` or empty for any."""
    said = Signal(str)
    """One line for the person, such as why a link was refused."""

    def __init__(self, node_types: Sequence[AnyNodeType], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.types: linking.Types = {kind.id: kind for kind in node_types}
        self.undo_stack = QUndoStack(self)
        self.readonly = False
        self.viewer = Viewer(self)
        self.drawing = Drawing(self.viewer, self.viewer.own_scene, self.undo_stack, self.types)
        self._pulses = Pulses(self.viewer, self.drawing.links)
        self._minimap = Minimap(self, self.viewer, self.drawing.cards.values)
        self._live: Mapping[str, NodeLive] = {}
        self._problems: dict[str, list[Problem]] = {}
        self._fit_pending = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.viewer)
        self.setFocusProxy(self.viewer)
        self.viewer.setAccessibleName(_("Flow canvas"))
        self.viewer.zoomed.connect(self.zoom_changed)
        self.viewer.own_scene.selectionChanged.connect(weak.weakly(self._selected))
        theme.changed.connect(self._theme_changed)
        self._after_show(())

    # The flow

    def show_flow(self, flow: Flow) -> None:
        """Show another flow, seen whole."""
        self._pulses.stop()
        self._live, self._problems = {}, {}
        self.drawing.clear()
        self.drawing.show(flow)
        self._after_show(())
        self._fit_pending = True
        self._fit_if_pending()

    def to_flow(self) -> Flow:
        """The flow as it is now; what wasn't edited is as it was shown, unknown types and keys too."""
        return self.drawing.flow

    def settled(self) -> Flow:
        """The flow with every card's place written down: an edit of places keeps what the person sees."""
        return edits.settled(self.drawing.flow, self.drawing.shown)

    def _after_show(self, added: Collection[str]) -> None:
        cards = self.drawing.cards
        for key in added:
            cards[key].show_live(self._live.get(cards[key].node.id, IDLE))
            cards[key].show_problems(self._problems.get(cards[key].node.id, ()))
        if added:
            self.select_only([cards[key] for key in added])
        self.viewer.hint = "" if cards or self.readonly else _("Drag a node here, or press Tab to search for one.")
        self.viewer.viewport().update()
        self._minimap.refresh()
        self._place_minimap()

    # Selection

    def selected(self) -> list[str]:
        """Ids of the selected nodes, in the flow's order."""
        return [self.drawing.cards[key].node.id for key in self.selected_keys()]

    def selected_keys(self) -> list[str]:
        """Keys of the selected nodes: ids, and longer ones where two nodes have one id."""
        return [key for key, card in self.drawing.cards.items() if card.isSelected()]

    def select_only(self, items: Iterable[QGraphicsItem]) -> None:
        """Select these cards and links and nothing else, told once."""
        wanted = set(items)
        scene = self.viewer.own_scene
        if wanted == set(scene.selectedItems()):
            return
        scene.blockSignals(True)
        for item in scene.selectedItems():
            if item not in wanted:
                item.setSelected(False)
        for item in wanted:
            item.setSelected(True)
        scene.blockSignals(False)
        self._selected()

    def select_all(self) -> None:
        """Select every node."""
        self.select_only(self.drawing.cards.values())

    def clear_selection(self) -> None:
        """Select nothing."""
        self.select_only(())

    def let_go(self) -> None:
        """Select nothing and light no way."""
        self.clear_selection()
        self.show_path(())

    def step(self, direction: Place) -> None:
        """Select the nearest node in a direction, such as (1, 0) for the right."""
        keys = self.selected_keys()
        found = navigation.nearest(self.drawing.shown, self.drawing.cards, keys[0] if keys else None, direction)
        if found is not None:
            self.select_only([self.drawing.cards[found]])
            self.viewer.ensureVisible(self.drawing.cards[found], 48, 48)

    def open_selected(self) -> None:
        """Open the selected node's editor."""
        for node_id in self.selected()[:1]:
            self.node_opened.emit(node_id)

    def focus_node(self, node_id: str) -> None:
        """Select a node, bring it into the middle, and take the keyboard."""
        card = self.drawing.cards.get(node_id)
        if card is not None:
            self.select_only([card])
            self._fit_pending = False
            if self.zoom() < look.TEXTS_FROM:
                self.set_zoom(1.0)
            self.viewer.centerOn(card)
            self.viewer.setFocus()

    def _selected(self) -> None:
        self._minimap.refresh()
        cards = [self.drawing.cards[key] for key in self.selected_keys()]
        words = "\n".join(tooltip.about_card(card) for card in cards[:3])
        self.viewer.setAccessibleDescription(words)
        QAccessible.updateAccessibility(QAccessibleEvent(self.viewer, QAccessible.Event.DescriptionChanged))
        self.viewer.viewport().update()
        self.selection_changed.emit(self.selected())

    def show_path(self, nodes: Collection[str]) -> None:
        """Light the way of a message: the nodes with these ids and the links between them; none: no way is shown."""
        passed = set(nodes)
        for card in self.drawing.cards.values():
            if card.lit != (card.node.id in passed):
                card.lit = not card.lit
                card.update()
        for edge, link in self.drawing.links.items():
            if link.lit != ({edge.source, edge.target} <= passed):
                link.lit = not link.lit
                link.update()

    # What is seen

    def fit_all(self) -> None:
        """Show all nodes, at 100 % at most; without any, the middle of the canvas."""
        if self.drawing.cards:
            self.viewer.show_rect(self.drawing.bounds(self.drawing.cards))
        else:
            self.set_zoom(1.0)
            self.viewer.centerOn(0, 0)

    def fit_selection(self) -> None:
        """Show the selected nodes, or all if none is selected."""
        self.viewer.show_rect(self.drawing.bounds(self.selected_keys() or self.drawing.cards))

    def zoom(self) -> float:
        """1.0 is 100 %."""
        return self.viewer.zoom()

    def set_zoom(self, zoom: float) -> None:
        """Zoom, between 10 % and 400 %; the middle stays where it is."""
        self.viewer.zoom_to(zoom)

    def set_live(self, live: Mapping[str, NodeLive]) -> None:
        """Show how the nodes run, by id; call it a few times a second, never per message. An empty mapping: nothing runs."""
        before, self._live = self._live, dict(live)
        for card in self.drawing.cards.values():
            card.show_live(self._live.get(card.node.id, IDLE))
        if self._live:
            self._pulses.show(before or self._live, self._live)
        else:
            self._pulses.stop()
        self._minimap.refresh()

    def set_problems(self, problems: Sequence[Problem]) -> None:
        """Show what is wrong on the nodes' cards."""
        self._problems = {}
        for problem in problems:
            if problem.node is not None:
                self._problems.setdefault(problem.node, []).append(problem)
        for card in self.drawing.cards.values():
            card.show_problems(self._problems.get(card.node.id, ()))

    def set_dry_run(self, dry_run: bool) -> None:
        """Draw cards and links dashed: nothing is really sent."""
        self.drawing.dry_run = dry_run
        for item in self.drawing.items():
            item.dry_run = dry_run
            item.update()

    # Qt

    def sizeHint(self) -> QSize:
        """Room for a small flow."""
        return QSize(952, 532)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit_if_pending()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_minimap()
        self._fit_if_pending()

    def _fit_if_pending(self) -> None:
        if self._fit_pending and self.isVisible():
            self._fit_pending = False
            self.fit_all()

    def _place_minimap(self) -> None:
        size = self._minimap.size()
        x, y = self.width() - size.width() - MARGIN, self.height() - size.height() - MARGIN
        self._minimap.move(x, y)
        self._minimap.setVisible(bool(self.drawing.cards) and x > 2 * size.width() and y > size.height())

    def _theme_changed(self) -> None:
        look.forget()
        for item in self.drawing.items():
            item.update()
        self.viewer.resetCachedContent()
        self.viewer.viewport().update()
        self._minimap.refresh()
