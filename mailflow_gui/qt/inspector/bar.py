"""The bar above the table: live or paused, which states, which words, and what else narrows the list."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from mailflow_gui.journal.listing import Filter
from mailflow_gui.language import _
from mailflow_gui.qt.controls import Button, Label, SearchField, Segments, StateDot, set_tool_tip
from mailflow_gui.qt.inspector import plain, states
from mailflow_gui.qt.theme import theme

_SEGMENTS = tuple(state for state in states.LOOKS if state not in {"sent", "skipped"})
_TYPING = 250
"""Milliseconds after the last key before the search begins."""


class FilterBar(QWidget):
    """Tells with ``changed`` that another list is wanted, and with ``paused`` that it should stand still."""

    changed = Signal()
    paused = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._states: tuple[str, ...] = ()
        self._short = False
        self._room = 10_000
        self._state = ""
        self._counts: Mapping[str, int] = {}
        self._total: int | None = None
        self._flow = ("", "")
        self._nodes: tuple[tuple[str, ...], str] = ((), "")
        self.dot = StateDot("running", word=_("Live"))
        self.live = Label(_("Live"), "caption", "text-2")
        self.pause = Button("", "pause", "ghost", compact=True, name=_("Pause the list"))
        self.pause.setCheckable(True)
        self.pause.toggled.connect(self._toggle)
        self.flow_chip = Button(" ", "x", "ghost", compact=True)
        self.node_chip = Button(" ", "x", "ghost", compact=True)
        self.flow_chip.clicked.connect(lambda: self.narrow_to_flow("", ""))
        self.node_chip.clicked.connect(lambda: self.narrow_to_nodes((), ""))
        self.search = SearchField(_("Subject, sender, ID…"), key="")
        self.search.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._typing = QTimer(self, singleShot=True, interval=_TYPING)
        self._typing.timeout.connect(self.changed)
        self.search.textChanged.connect(self._typed)
        self.search.returnPressed.connect(self._search_now)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 3, 12, 3)
        self._row.setSpacing(8)
        self._row.addStretch(1)
        for widget in (self.flow_chip, self.node_chip, self.dot, self.live, self.pause):
            self._row.addWidget(widget)
        self.segments = self._made_segments()
        self._row.addWidget(self.segments)
        self._row.addWidget(self.search)
        self.flow_chip.hide()
        self.node_chip.hide()

    def minimumSizeHint(self) -> QSize:
        """It gives way: what it needs follows from the room it is told (:meth:`fit`)."""
        return QSize(100, super().minimumSizeHint().height())

    @property
    def filter(self) -> Filter:
        """What is wanted."""
        chosen = frozenset({self._state}) if self._state else frozenset()
        return Filter(states=chosen, text=self.search.text().strip()[:200], flow=self._flow[0], nodes=self._nodes[0])

    def show_counts(self, counts: Mapping[str, int], total: int | None) -> None:
        """Offer the states that occur, with their numbers; ``total`` None: it isn't known for this flow."""
        self._counts, self._total = counts, total
        offered = tuple(state for state in _SEGMENTS if counts.get(state) or state == self._state)
        if offered != self._states:
            self._states = offered
            old = self.segments
            self.segments = self._made_segments()
            self._row.replaceWidget(old, self.segments)
            self.segments.show()  # a layout counts only what is shown, and would show it later by itself
            focused = self.focusWidget()
            had_focus = focused is not None and old.isAncestorOf(focused)
            old.hide()
            old.deleteLater()
            self.segments.choose(self._states.index(self._state) + 1 if self._state else 0)
            if had_focus:
                self.segments.button(self.segments.index).setFocus()
        self._say_counts()
        self.fit(self._room)

    def fit(self, room: int) -> None:
        """Take no more than ``room`` pixels: first the words *Live* and *Paused* go, then the states' words, whose icons stay."""
        self._room = room
        for live, short, search in ((True, False, 184), (False, False, 120), (False, True, 96)):
            self.live.setVisible(live)
            self.search.setFixedWidth(search)
            if short != self._short:
                self._short = short
                self._say_counts()
            self._row.invalidate()
            if self._row.sizeHint().width() <= room:
                break
        self.updateGeometry()

    def _say_counts(self) -> None:
        for index, text in enumerate(self._texts()):
            button = self.segments.button(index)
            if button.text() != text:
                button.setText(text)
            look = states.LOOKS[self._states[index - 1]] if index else None
            if look is not None:
                set_tool_tip(button, _(look.title) if self._short else "")
                button.setAccessibleName(f"{_(look.title)} {self._counts.get(self._states[index - 1], 0)}")
                button.setIcon(theme.icon(look.icon, look.token, 14) if self._short else QIcon())
                style = Qt.ToolButtonStyle
                button.setToolButtonStyle(style.ToolButtonTextBesideIcon if self._short else style.ToolButtonTextOnly)

    def choose_state(self, state: str) -> None:
        """Show one state only, or all with an empty text."""
        if state != self._state:
            self._state = state
            self.show_counts(self._counts, self._total)
            self.segments.choose(self._states.index(state) + 1 if state else 0)
            self.changed.emit()

    def narrow_to_flow(self, flow: str, title: str) -> None:
        """Show one flow's messages only, or all with an empty id."""
        if self._flow != (flow, title):
            self._flow = (flow, title)
            self._chip(self.flow_chip, _("Flow: {name}").format(name=title or flow), shown=bool(flow))
            self.changed.emit()

    def narrow_to_nodes(self, nodes: tuple[str, ...], title: str) -> None:
        """Show only messages that came by all these nodes, or all with none."""
        if self._nodes != (nodes, title):
            self._nodes = (nodes, title)
            self._chip(self.node_chip, title or " → ".join(nodes), shown=bool(nodes))
            self.changed.emit()

    def _made_segments(self) -> Segments:
        made = Segments(self._texts(), name=_("State"))
        made.chosen.connect(self._chosen)
        return made

    def _texts(self) -> list[str]:
        total = _("All") if self._total is None else f"{_('All')} {self._total:,}"
        counted = [(_(states.LOOKS[state].title), f"{self._counts.get(state, 0):,}") for state in self._states]
        return [total, *(number if self._short else f"{word} {number}" for word, number in counted)]

    def _chosen(self, index: int) -> None:
        self._state = "" if index <= 0 else self._states[index - 1]
        self.changed.emit()

    def _typed(self, _text: str) -> None:
        self._typing.start()

    def _search_now(self) -> None:
        self._typing.stop()
        self.changed.emit()

    def _toggle(self, paused: bool) -> None:
        self.dot.set_state("held" if paused else "running", _("Paused") if paused else _("Live"))
        self.live.setText(_("Paused") if paused else _("Live"))
        self.pause.set_icon("play" if paused else "pause")
        self.paused.emit(paused)

    def _chip(self, chip: Button, text: str, *, shown: bool) -> None:
        short = plain.one_line(text, 40)
        chip.setText(short.replace("&", "&&"))
        chip.setAccessibleName(_("Remove the filter {name}").format(name=short))
        chip.setVisible(shown)
