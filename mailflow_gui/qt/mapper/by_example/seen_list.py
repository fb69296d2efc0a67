"""What a rule gives, message by message; of the chosen one the whole of it, where a line isn't enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.controls import ElidedLabel, IconLabel
from mailflow_gui.qt.forms.boxes import Paragraph
from mailflow_gui.qt.inspector import plain
from mailflow_gui.qt.mapper.by_example import sureness
from mailflow_gui.qt.mapper.by_example.searching import Answer, Seen
from mailflow_gui.qt.mapper.value_line import ValueLine
from mailflow_gui.qt.mapper.values import TEXT, Run, spaced
from mailflow_gui.qt.theme import theme

_ROW, _SHORT = 24, 48
"""A row's height, and characters of a value that is seen whole in it."""


@dataclass(frozen=True)
class Given:
    """What a message gets."""

    icon: str
    token: str
    title: str
    line: str
    look: str
    whole: str


def given(answer: Answer, seen: Sequence[Seen]) -> tuple[Given, ...]:
    """The sample's value, then those of the further messages."""
    wanted = "\n".join(answer.wanted) if isinstance(answer.wanted, tuple) else answer.wanted
    whole = plain.short_lines(plain.lines(wanted[:TEXT]), 500)
    first = Given("circle-check", "ok", _("The sample"), plain.one_line(wanted, 300), "same", whole)
    return (first, *map(_of, seen))


def _of(seen: Seen) -> Given:
    icon, token = sureness.sign_of(seen.outcome)
    line, look = sureness.line_of(seen)
    return Given(icon, token, seen.message.title, line, look, (seen.value.text if look == "same" else "") or line)


class SeenList(QWidget):
    """Rows to choose from with the mouse, or with up and down."""

    def __init__(self, entries: Sequence[Given], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entries = tuple(entries)
        self.current = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        grid = QGridLayout()
        grid.setContentsMargins(8, 0, 8, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(1, 2)
        grid.setColumnStretch(2, 3)
        self._titles = []
        for place, one in enumerate(self.entries):
            title = ElidedLabel(one.title, "small", "text-2" if place else "text", weight=400 if place else 600)
            value = ValueLine()
            value.show_runs(spaced(one.line, "same") if one.look == "same" else (Run(one.line, one.look),), one.whole)
            grid.setRowMinimumHeight(place, _ROW)
            for column, widget in enumerate((IconLabel(one.icon, one.token, 14), title, value)):
                grid.addWidget(widget, place, column)
            self._titles.append(title)
        self.preview = Paragraph(1, 12)
        self.preview.setReadOnly(True)
        self.preview.setVisible(any("\n" in one.whole or len(one.whole) > _SHORT for one in self.entries))
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(8)
        lines.addLayout(grid)
        lines.addWidget(self.preview)
        self.choose(0)

    def choose(self, place: int) -> None:
        """Make a row the chosen one."""
        if 0 <= place < len(self.entries):
            self.current = place
            one = self.entries[place]
            self.preview.setPlainText(one.whole)
            self.preview.setAccessibleName(one.title)
            self.setAccessibleName(f"{one.title}: {one.whole}")
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self.preview.isHidden() and not self.hasFocus():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent-soft" if self.hasFocus() else "hover"))
        middle = self._titles[self.current].geometry().center().y()
        painter.drawRoundedRect(QRectF(0, middle - _ROW // 2 + 1, self.width(), _ROW), 4, 4)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        y = event.position().toPoint().y()
        for place, title in enumerate(self._titles):
            if abs(title.geometry().center().y() - y) <= _ROW // 2:
                self.choose(place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if by and 0 <= self.current + by < len(self.entries):
            self.choose(self.current + by)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()
