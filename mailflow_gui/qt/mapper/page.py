"""The page: trees, board, panel and bars, and what one tells the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QWidget

from mailflow_gui.flow.model import Flow
from mailflow_gui.flow.node_type import AnyNodeType
from mailflow_gui.flow.problems import Problem
from mailflow_gui.flow.shapes import plain
from mailflow_gui.journal.reader import Reader
from mailflow_gui.language import _
from mailflow_gui.qt.forms.surroundings import Surroundings
from mailflow_gui.qt.forms.values import Finding, below, faulty
from mailflow_gui.qt.mapper import edits, looks, menus, offering, places, rows, troubles, wiring
from mailflow_gui.qt.mapper.acts import Acts
from mailflow_gui.qt.mapper.arriving import behind_mapper
from mailflow_gui.qt.mapper.board import Board, Ends
from mailflow_gui.qt.mapper.by_example import ByExample
from mailflow_gui.qt.mapper.carrying import Carrying
from mailflow_gui.qt.mapper.choosing import Choosing
from mailflow_gui.qt.mapper.details import Details
from mailflow_gui.qt.mapper.extractions.acts import Extracting
from mailflow_gui.qt.mapper.history import HistoryShown
from mailflow_gui.qt.mapper.live import Live
from mailflow_gui.qt.mapper.needs import Needs, needs_after
from mailflow_gui.qt.mapper.overlay import Overlay
from mailflow_gui.qt.mapper.pane import TreePane
from mailflow_gui.qt.mapper.problems import ProblemStrip
from mailflow_gui.qt.mapper.room import Room
from mailflow_gui.qt.mapper.samples import Sample
from mailflow_gui.qt.mapper.sampling import Sampling
from mailflow_gui.qt.mapper.top_bar import TopBar
from mailflow_gui.qt.mapper.trying import Outcome, Tried


class MapperPage(QWidget):
    """Edits the rules of one node. It never holds the flow: each edit leaves as a signal, and the new flow comes back."""

    settings_changed = Signal(str, object)
    """Node id, and its whole settings, a dict."""
    settings_replaced = Signal(str, object)
    """The same, but never one step for undo with what was typed before."""
    properties_changed = Signal(object)
    """The flow's properties, a dict."""
    left = Signal()
    """A person is done here."""
    undo_wanted = Signal()
    redo_wanted = Signal()
    said = Signal(str)

    def __init__(
        self, reader: Reader, types: Sequence[AnyNodeType], around: Surroundings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.types, self._around = types, around
        self.flow = Flow("")
        self.node, self.key = "", "rules"
        self.rules: list[Any] = []
        self.constants: list[Any] = []
        """Texts that were typed and no rule uses yet."""
        self.sample: Sample | None = None
        self.tried = Tried()
        self.index = -1
        self.problems: dict[str, str] = {}
        self.behind: frozenset[str] | None = None
        self.needs = Needs()
        self._drawn: tuple[object, ...] = ()
        self._placing = QTimer(self)
        self._placing.setSingleShot(True)
        self._placing.setInterval(0)
        self._placing.timeout.connect(self._put_dots)
        self.live = Live(reader, types, self)
        self.history = HistoryShown(self, reader.home, types)
        self._make_parts()
        self.extracting = Extracting(self, types)
        around.offered = lambda: offering.of_tree(self.source.tree.shown)
        self._room = Room(self, self.parts_moved)
        wiring.connect(self)

    def _make_parts(self) -> None:
        self.steps_menu = QMenu(self)
        self.bar = TopBar(self.steps_menu)
        self.source = TreePane(_("Source"), _("Search source fields"), "inbox", "type-message", "right")
        self.target = TreePane(_("Target"), _("Search target fields"), "send", "type-fields", "left")
        self.board = Board(self.ends_of)
        self.details = Details(self._around)
        self.problem_strip = ProblemStrip()
        self.overlay = Overlay(self)
        self.carrying = Carrying(self)
        self.menus = menus.Menus(self)
        self.acts = Acts(self)
        self.choosing = Choosing(self)
        self.sampling = Sampling(self)
        self.by_example = ByExample(self)

    # ---- what it shows

    def open(self, flow: Flow, node: str, key: str, title: str) -> None:
        """Begin with a node's rules."""
        again = (flow.id, flow.name, node) == (self.flow.id, self.flow.name, self.node)
        self.node, self.key = node, key
        self.history.note_opened(flow)
        self.index, self.tried = -1, Tried()
        if not again:  # who comes back finds the sample that was left
            self.sample, self.constants = None, []
            self.bar.samples.forget()
        self.bar.show_names(flow.name, title)
        for pane in (self.source, self.target):
            pane.forget()
        self.extracting.open(flow)
        self.show_flow(flow)
        self.choose(0 if self.rules else -1)
        self.live.find_offers(self.history.saved().id or "", node)
        if self.rules:
            self.board.cards[0].setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.source.tree.go_to("field:subject")
            self.source.tree.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_flow(self, flow: Flow) -> None:
        """The flow is another one now: edited here or there, undone or redone."""
        self.flow = self._around.flow = flow
        settings = plain(flow.node(self.node).settings)
        self._around.settings = settings
        found = settings.get(self.key)
        self.rules = list(found) if isinstance(found, list) else []
        self.behind = behind_mapper(flow, self.node, self.types)
        self.needs = needs_after(flow, self.node, self.types, {edits.target_of(rule) for rule in self.rules})
        self.refresh()
        self._try()

    def _try(self) -> None:
        self.live.try_rules(self.flow, self.node, self.rules, self.sample, tuple(self.behind or ()))

    def refresh(self) -> None:
        """Show everything as it is now."""
        if self.index >= len(self.rules):
            self.index = len(self.rules) - 1
        words = _("No mappings yet. Drag a field to the right, or type the mail that you want (By example).")
        self.board.hint.setText(words)
        self.board.show_looks([self._look(place) for place in range(len(self.rules))])
        self._show_trees()
        self.source.about.setText(self.tried.lost or (_("of the sample") if self.sample else _("no sample yet")))
        self.target.about.setText(_("result for this sample") if self.sample is not None else "")
        self.show_details()
        self.extracting.refresh()
        self._show_troubles()
        self.choosing.light()

    def _show_trees(self) -> None:
        """A key typed into a step changes values only: those are shown once, when they are known."""
        drawn = [(edits.target_of(rule), edits.sources_of(rule)) for rule in self.rules]
        extractions = self.extracting.offered()
        around = (drawn, self.flow.properties, tuple(self.constants), self.behind, self.needs, self.tried, extractions)
        if around == self._drawn:
            return
        self._drawn = around
        self.source.tree.show_rows(
            rows.source_rows(
                self.rules,
                self.tried,
                self.flow.properties,
                self.constants,
                self.behind,
                extractions=extractions,
            )
        )
        complaints = dict.fromkeys(self.needs.missing, _("Required, not mapped"))
        self.target.tree.show_rows(rows.target_rows(self.rules, self.tried, complaints, self.needs.typed))

    def _look(self, place: int) -> looks.Look:
        own = below(self.problems, str(place))
        outcome = self.outcome(place)
        if own:
            return looks.look_of(self.rules[place], "danger" if faulty(own) else "warn", next(iter(own.values())))
        return looks.look_of(self.rules[place], "danger" if outcome.error else "", outcome.error)

    def outcome(self, place: int) -> Outcome:
        """What a rule does with the sample, as far as it is known."""
        known = self.tried.outcomes
        return known[place] if 0 <= place < len(known) and len(known) == len(self.rules) else Outcome()

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """What the flow's check found at this node's rules."""
        found: dict[str, str] = {}
        for one in problems:
            if one.node == self.node and one.field and one.field.startswith(f"{self.key}."):
                path = one.field.removeprefix(f"{self.key}.")
                found[path] = Finding.warning(one.text) if one.severity == "warning" else Finding(one.text)
        if self.extracting.take_problems(problems) or found != self.problems:
            self.problems = found
            self.refresh()

    def show_details(self) -> None:
        """Show the chosen rule in the panel."""
        if not 0 <= self.index < len(self.rules):
            self.details.show_nothing(_("Choose a mapping, or drag a field from the left to a field on the right."))
            return
        self.details.show_rule(self.rules[self.index])
        self.details.show_outcome(self.outcome(self.index), has_sample=self.sample is not None)
        self.details.show_problems(below(self.problems, str(self.index)))

    def _show_troubles(self) -> None:
        found = troubles.of_page(self)
        self.problem_strip.show_troubles(found)
        errors = sum(one.severity == "error" for one in found)
        self.bar.show_problems(errors, len(found) - errors)

    def focus_path(self, path: str) -> None:
        """Lead to a path in the node's settings, such as ``rules.3.target``."""
        if self.extracting.key and path.startswith(self.extracting.key):
            self.extracting.lead_to(path.removeprefix(f"{self.extracting.key}."))
            return
        self.choosing.lead_to(path.removeprefix(f"{self.key}.") if path != self.key else "")

    def choose(self, index: int, chip: int = -1) -> None:
        """Make a rule the chosen one; -1: none."""
        self.choosing.choose(index, chip)

    def row_of(self, source: Mapping[str, Any]) -> str:
        """The key of a source's row: a header is found whatever its letters."""
        return self.choosing.row_of(source)

    def take_sample(self, sample: Sample | None) -> None:
        """Try the rules on another mail."""
        self.sample = sample
        self._try()
        self.by_example.take_sample()

    def take_tried(self, tried: Tried) -> None:
        """Show what the rules do with the sample."""
        self.tried = tried
        self.refresh()

    # ---- places

    def ends_of(self, index: int) -> Ends:
        """Where a rule's lines meet the trees, in the board's coordinates."""
        return places.Places(self).ends_of(index)

    def parts_moved(self) -> None:
        """Rows or columns stand elsewhere now: so do the lines' ends."""
        self.board.update()
        self.place_dots()

    def place_dots(self) -> None:
        """Show the dots where lines end: soon, and once for all that moves meanwhile."""
        self._placing.start()

    def _put_dots(self) -> None:
        self.overlay.setGeometry(self.rect())
        self.overlay.raise_()
        self.overlay.show_dots(places.dots_of(self))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_room()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._share_room()

    def _share_room(self) -> None:
        self._room.share(self.width())
        QTimer.singleShot(0, self, self.board.arrange)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.carrying.pending:
            self.carrying.forget()
        else:
            super().keyPressEvent(event)

    def shut_down(self) -> None:
        """End what works beside the window."""
        self.by_example.stop()
        self.live.close()
        self.history.close()
