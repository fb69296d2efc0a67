"""The page: trees, board, panel and bars, and what one tells the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QSplitter, QVBoxLayout, QWidget

from mailflow_gui.flow.model import Flow
from mailflow_gui.flow.node_type import AnyNodeType
from mailflow_gui.flow.problems import Problem
from mailflow_gui.flow.shapes import plain
from mailflow_gui.journal.reader import Reader
from mailflow_gui.language import _
from mailflow_gui.qt.forms.surroundings import Surroundings
from mailflow_gui.qt.forms.values import Finding, below, faulty
from mailflow_gui.qt.mapper import edits, looks, menus, places, rows, troubles
from mailflow_gui.qt.mapper.acts import Acts
from mailflow_gui.qt.mapper.arriving import behind_mapper
from mailflow_gui.qt.mapper.board import Board, Ends
from mailflow_gui.qt.mapper.carrying import Carrying
from mailflow_gui.qt.mapper.details import Details
from mailflow_gui.qt.mapper.live import Live
from mailflow_gui.qt.mapper.needs import Needs, needs_after
from mailflow_gui.qt.mapper.overlay import Overlay
from mailflow_gui.qt.mapper.pane import TreePane
from mailflow_gui.qt.mapper.problems import ProblemStrip
from mailflow_gui.qt.mapper.sample_box import TypedMail
from mailflow_gui.qt.mapper.samples import Offer, Sample
from mailflow_gui.qt.mapper.top_bar import TopBar
from mailflow_gui.qt.mapper.trying import Outcome, Tried

_WIDTHS = (304, 752, 384)
_MIDDLE = (408, 344)


class MapperPage(QWidget):
    """Edits the rules of one node. It never holds the flow: each edit leaves as a signal, and the new flow comes back."""

    settings_changed = Signal(str, object)
    """Node id, and its whole settings, a dict."""
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
        self._types, self._around = types, around
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
        self._make_parts()
        self._lay_out()
        self._connect()

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

    def _lay_out(self) -> None:
        self._across = QSplitter(Qt.Orientation.Horizontal)
        self._middle = QSplitter(Qt.Orientation.Horizontal)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._middle, 1)
        column.addWidget(self.problem_strip)
        self._middle.addWidget(self.board)
        self._middle.addWidget(self.target)
        for widget in (self.source, centre, self.details):
            self._across.addWidget(widget)
        for splitter in (self._across, self._middle):
            splitter.setChildrenCollapsible(False)
            splitter.setHandleWidth(1)
            splitter.splitterMoved.connect(lambda _place, _index: self._moved())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.bar)
        layout.addWidget(self._across, 1)

    def _connect(self) -> None:
        bar, board, live = self.bar, self.board, self.live
        bar.back.clicked.connect(self.left)
        bar.done.clicked.connect(self.left)
        bar.undo.clicked.connect(self.undo_wanted)
        bar.redo.clicked.connect(self.redo_wanted)
        bar.by_name.clicked.connect(self.acts.map_by_name)
        bar.earlier.clicked.connect(lambda: bar.samples.step(-1))
        bar.later.clicked.connect(lambda: bar.samples.step(1))
        bar.problems_wanted.connect(self.show_first_problem)
        bar.samples.offer_chosen.connect(lambda offer: self._load(offer))  # noqa: PLW0108 - the signal is untyped
        bar.samples.sample_chosen.connect(lambda sample: self.take_sample(sample))  # noqa: PLW0108
        bar.samples.file_wanted.connect(self.open_file)
        bar.samples.typing_wanted.connect(self.type_mail)
        live.tried.connect(lambda tried: self._take_tried(tried))  # noqa: PLW0108
        live.offered.connect(lambda offers: self._take_offers(offers))  # noqa: PLW0108
        live.loaded.connect(lambda sample: self._take_loaded(sample))  # noqa: PLW0108
        live.failed.connect(self.said)
        board.chosen.connect(self._chosen)
        board.entered.connect(self._entered)
        board.add_wanted.connect(self.menus.add_step)
        board.menu_wanted.connect(self.menus.of_rule)
        board.chip_moved.connect(
            lambda index, step, to: self.acts.put(edits.step_moved(self.rules, index, step, to), index)
        )
        board.rule_moved.connect(lambda index, to: self.acts.put(edits.moved(self.rules, index, to), to))
        board.placed.connect(self._place_dots)
        self.details.edited.connect(
            lambda rule: self.acts.put(edits.replaced(self.rules, self.index, rule), self.index)
        )
        self.details.duplicate_wanted.connect(lambda: self.acts.duplicate(self.index))
        self.details.delete_wanted.connect(lambda: self.acts.remove(self.index))
        for pane in (self.source, self.target):
            pane.tree.moved.connect(self._moved)
        self.source.tree.chosen.connect(self._source_chosen)
        self.target.tree.chosen.connect(self._target_chosen)
        self.source.tree.menu_wanted.connect(self.menus.of_source)
        self.target.tree.menu_wanted.connect(self.menus.of_target)
        self.source.tree.plus_pressed.connect(self.menus.add_source)
        self.target.tree.plus_pressed.connect(self.menus.add_target)
        self.steps_menu.aboutToShow.connect(lambda: self.menus.fill_steps(self.steps_menu, self.index, -1))
        for keys, act in (
            ("Alt+Up", lambda: bar.samples.step(-1)),
            ("Alt+Down", lambda: bar.samples.step(1)),
            ("Alt+Left", self.left.emit),
            ("F6", lambda: self.next_pane(1)),
            ("Shift+F6", lambda: self.next_pane(-1)),
        ):
            QShortcut(QKeySequence(keys), self, act, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        for name, do in (
            (QKeySequence.StandardKey.Copy, lambda: self.acts.copy([self.index])),
            (QKeySequence.StandardKey.Cut, self.acts.cut),
            (QKeySequence.StandardKey.Paste, self.acts.paste),
            (QKeySequence.StandardKey.Delete, lambda: self.acts.remove(self.index)),
        ):
            QShortcut(QKeySequence(name), board, do, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        twice = QShortcut(QKeySequence("Ctrl+D"), board, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
        twice.activated.connect(lambda: self.acts.duplicate(self.index))

    # ---- what it shows

    def open(self, flow: Flow, node: str, key: str, title: str) -> None:
        """Begin with a node's rules."""
        again = (flow.id, flow.name, node) == (self.flow.id, self.flow.name, self.node)
        self.node, self.key = node, key
        self.index, self.tried = -1, Tried()
        if not again:  # who comes back finds the sample that was left
            self.sample, self.constants = None, []
            self.bar.samples.forget()
        self.bar.show_names(flow.name, title)
        for pane in (self.source, self.target):
            pane.forget()
        self.show_flow(flow)
        self.choose(0 if self.rules else -1)
        self.live.find_offers(flow.id or "", node)
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
        self.behind = behind_mapper(flow, self.node, self._types)
        self.needs = needs_after(flow, self.node, self._types, {edits.target_of(rule) for rule in self.rules})
        self.refresh()
        self._try()

    def _try(self) -> None:
        self.live.try_rules(self.flow, self.node, self.rules, self.sample, tuple(self.behind or ()))

    def refresh(self) -> None:
        """Show everything as it is now."""
        if self.index >= len(self.rules):
            self.index = len(self.rules) - 1
        self.board.hint.setText(_("No mappings yet. Drag a field from the left to a field on the right."))
        self.board.show_looks([self._look(place) for place in range(len(self.rules))])
        self._show_trees()
        self.source.about.setText(self.tried.lost or (_("of the sample") if self.sample else _("no sample yet")))
        self.target.about.setText(_("result for this sample") if self.sample is not None else "")
        self._show_details()
        self._show_troubles()
        self._light()

    def _show_trees(self) -> None:
        """A key typed into a step changes values only: those are shown once, when they are known."""
        drawn = [(edits.target_of(rule), edits.sources_of(rule)) for rule in self.rules]
        around = (drawn, self.flow.properties, tuple(self.constants), self.behind, self.needs, self.tried)
        if around == self._drawn:
            return
        self._drawn = around
        self.source.tree.show_rows(
            rows.source_rows(self.rules, self.tried, self.flow.properties, self.constants, self.behind)
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
        if found != self.problems:
            self.problems = found
            self.refresh()

    def _show_details(self) -> None:
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

    def show_first_problem(self) -> None:
        """Lead to the first thing that is wrong."""
        if self.problems:
            self.lead_to(next(iter(self.problems)))
            return
        failed = next((place for place in range(len(self.rules)) if self.outcome(place).error), None)
        if failed is not None:
            self.choose(failed)
        elif self.needs.missing:
            self.target.tree.go_to(f"target:{sorted(self.needs.missing)[-1]}")
            self.target.tree.setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_path(self, path: str) -> None:
        """Lead to a path in the node's settings, such as ``rules.3.target``."""
        self.lead_to(path.removeprefix(f"{self.key}.") if path != self.key else "")

    def lead_to(self, path: str) -> None:
        """Choose the rule of a path such as ``3.sources.0``, and give the keys to what it names."""
        place, _dot, rest = path.partition(".")
        if place.isdigit() and int(place) < len(self.rules):
            self.choose(int(place))
            self.details.focus_path(rest)

    # ---- choosing

    def choose(self, index: int, chip: int = -1) -> None:
        """Make a rule the chosen one; -1: none."""
        self.index = index if 0 <= index < len(self.rules) else -1
        self.board.choose(self.index, chip)
        self._show_details()
        self._light()

    def _chosen(self, index: int, chip: int) -> None:
        self.index = index
        self._show_details()
        self._light()
        card = self.board.cards[index] if index >= 0 else None
        self.details.steps.light(card.look.chips[chip].step if card is not None and chip >= 0 else -1)

    def _entered(self, index: int) -> None:
        card = self.board.cards[index]
        chip = card.look.chips[card.chip] if card.chip >= 0 else None
        if chip is not None and chip.part == "step":
            self.details.focus_step(chip.step)
        else:
            self.details.focus_path(chip.part if chip is not None and chip.part not in {"each", "copy"} else "sources")

    def _light(self) -> None:
        rule = self.rules[self.index] if 0 <= self.index < len(self.rules) else None
        self.source.tree.mark([self.row_of(source) for source in edits.sources_of(rule)])
        self.target.tree.mark(f"target:{edits.target_of(rule)}" if rule is not None else "")
        self._place_dots()

    def row_of(self, source: Mapping[str, Any]) -> str:
        """The key of a source's row: a header is found whatever its letters."""
        key = rows.source_key(source)
        if key.startswith("field:headers.") and self.source.tree.row(key) is None:
            for one in self.tried.headers:
                if f"field:headers.{one}".lower() == key.lower():
                    return f"field:headers.{one}"
        return key

    def _source_chosen(self, key: str) -> None:
        using = [
            place
            for place, rule in enumerate(self.rules)
            if any(self.row_of(source) == key for source in edits.sources_of(rule))
        ]
        if using and self.index not in using:
            self.choose(using[0])

    def _target_chosen(self, key: str) -> None:
        if self.carrying.pending:
            return
        place = edits.index_of(self.rules, key.removeprefix("target:")) if key.startswith("target:") else None
        if place is not None and place != self.index:
            self.choose(place)

    def next_pane(self, by: int) -> None:
        """Give the keys to the next part of the page."""
        panes: list[QWidget] = [self.source.tree, self.target.tree]
        if 0 <= self.index < len(self.board.cards):
            panes[1:1] = [self.board.cards[self.index]]
            panes.append(self.details)
        focus = QApplication.focusWidget()
        at = next((place for place, one in enumerate(panes) if focus and (one is focus or one.isAncestorOf(focus))), -1)
        widget = panes[(at + by) % len(panes)]
        if widget is self.details:
            self.details.focus_path("sources")
        else:
            widget.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # ---- samples

    def _take_offers(self, offers: tuple[Offer, ...]) -> None:
        self.bar.samples.show_offers(offers)
        if self.sample is None:
            self.bar.samples.choose_first()

    def _load(self, offer: Offer) -> None:
        self.live.load_offer(offer)

    def _take_loaded(self, sample: Sample) -> None:
        if any(sample.title == self.bar.samples.itemText(place) for place in range(self.bar.samples.count())):
            self.take_sample(sample)
        else:
            self.bar.samples.add(sample)

    def take_sample(self, sample: Sample | None) -> None:
        """Try the rules on another mail."""
        self.sample = sample
        self._try()

    def open_file(self) -> None:
        """Ask for a mail file."""
        name, _kind = QFileDialog.getOpenFileName(
            self, _("Open a mail file"), "", _("Mail files (*.eml);;All files (*)")
        )
        if name:
            self.live.load_file(Path(name))

    def type_mail(self) -> None:
        """Ask for a mail typed by hand."""
        dialog = TypedMail(self.window())
        dialog.made.connect(lambda sample: self.bar.samples.add(sample))  # noqa: PLW0108 - the signal is untyped
        dialog.open()

    def _take_tried(self, tried: Tried) -> None:
        self.tried = tried
        self.refresh()

    # ---- places

    def ends_of(self, index: int) -> Ends:
        """Where a rule's lines meet the trees, in the board's coordinates."""
        return places.Places(self).ends_of(index)

    def _moved(self) -> None:
        self.board.update()
        self._place_dots()

    def _place_dots(self) -> None:
        """Soon, and once for all that moves meanwhile."""
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
        """As designed for 1440 pixels; in a smaller window the sides give way first."""
        wide = self.width()
        if wide != getattr(self, "_shared", 0):
            self._shared = wide
            scale = min(1.0, wide / sum(_WIDTHS))
            left, right = max(200, round(_WIDTHS[0] * scale)), max(264, round(_WIDTHS[2] * scale))
            self._across.setSizes([left, wide - left - right, right])
            centre = wide - left - right
            target = min(_MIDDLE[1], centre * _MIDDLE[1] // sum(_MIDDLE))
            self._middle.setSizes([centre - target, target])
        QTimer.singleShot(0, self, self.board.arrange)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.carrying.pending:
            self.carrying.forget()
        else:
            super().keyPressEvent(event)

    def shut_down(self) -> None:
        """End what works beside the window."""
        self.live.close()
