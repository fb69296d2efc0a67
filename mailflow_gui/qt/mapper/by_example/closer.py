"""One answer looked at closely: why it is that sure, other rules to choose from, and what it gives for each message."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QRadioButton, QScrollArea, QVBoxLayout, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.controls import IconLabel, SectionHead
from mailflow_gui.qt.forms.body import line, surface
from mailflow_gui.qt.forms.labels import Label
from mailflow_gui.qt.mapper.by_example import pieces, sureness
from mailflow_gui.qt.mapper.by_example.rule_line import RuleLine
from mailflow_gui.qt.mapper.by_example.searching import Answer, Way
from mailflow_gui.qt.mapper.by_example.seen_list import SeenList, given
from mailflow_gui.qt.mapper.by_example.wish_row import title_of


class Closer(QScrollArea):
    """Shows an answer with one of its ways chosen."""

    way_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        surface(self)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(_("The chosen proposal"))
        self.group = QButtonGroup(self)
        self.group.idToggled.connect(self._toggled)
        self.ways: list[WayRow] = []
        self.seen: SeenList | None = None
        self._answer: Answer | None = None
        self._telling = True

    def clear(self) -> None:
        """There is no answer to look at."""
        inside = QWidget()
        surface(inside)
        self.ways, self.seen, self._answer = [], None, None
        self.setWidget(inside)

    def show_answer(self, answer: Answer, chosen: int) -> None:
        """Show this answer; ``chosen``: which of its ways."""
        at = self.verticalScrollBar().value()
        for button in self.group.buttons():
            self.group.removeButton(button)
        self.ways = []
        inside = QWidget()
        surface(inside)
        column = QVBoxLayout(inside)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(8)
        column.addWidget(Label(title_of(answer.target), "title"))
        for reason in sureness.reasons(answer, chosen):
            column.addLayout(_sentence(reason))
        if answer.ways:
            column.addSpacing(4)
            column.addWidget(line())
            column.addWidget(SectionHead(_("What it gives")))
            current = self.seen.current if self.seen is not None and self._answer is answer else 0
            self.seen = SeenList(given(answer, answer.ways[chosen].seen))
            self.seen.choose(current)
            column.addWidget(self.seen)
        if len(answer.ways) > 1 and answer.confidence != "certain":
            column.addSpacing(4)
            column.addWidget(line())
            column.addWidget(SectionHead(_("Rules that make this")))
            self._show_ways(column, answer.ways, chosen)
        column.addStretch(1)
        self._answer = answer
        self.setWidget(inside)
        self.verticalScrollBar().setValue(at)

    def _show_ways(self, column: QVBoxLayout, ways: Sequence[Way], chosen: int) -> None:
        self._telling = False
        for place, way in enumerate(ways):
            row = WayRow(way, ways[0] if place else None)
            row.button.setChecked(place == chosen)
            self.group.addButton(row.button, place)
            column.addWidget(row)
            self.ways.append(row)
        self._telling = True

    def _toggled(self, place: int, checked: bool) -> None:
        if checked and self._telling:
            self.way_chosen.emit(place)

    def focus_way(self, place: int) -> None:
        """Give the keys to one of the ways."""
        if 0 <= place < len(self.ways):
            self.ways[place].button.setFocus(Qt.FocusReason.OtherFocusReason)


class WayRow(QWidget):
    """One way, to be chosen."""

    def __init__(self, way: Way, proposed: Way | None) -> None:
        """:param proposed: what is proposed instead; None: this is it."""
        super().__init__()
        words = pieces.words_of(way.rule)
        self.button = QRadioButton()
        self.button.setAccessibleName(_("{rule} (proposed)").format(rule=words) if proposed is None else words)
        self.line = RuleLine(2 if proposed is None else 4)
        shown = pieces.pieces_of(way.rule) if proposed is None else pieces.unlike(way.rule, proposed.rule)
        self.line.show_pieces(shown, words)
        self.tally = Label(sureness.tally(way), "caption", "hint")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        inner = QVBoxLayout()
        inner.setSpacing(0)
        inner.addWidget(self.line)
        inner.addWidget(self.tally)
        row.addLayout(inner, 1)
        self.button.setFixedHeight(26)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.button.setFocus(Qt.FocusReason.MouseFocusReason)
            self.button.setChecked(True)


def _sentence(reason: sureness.Reason) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    row.addWidget(IconLabel(reason.icon, reason.token, 14), 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(Label(reason.text, "small", wrap=True), 1)
    return row
