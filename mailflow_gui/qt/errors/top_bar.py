"""The bar above the error centre: back, how many errors are open, groups or dead letters, search, period."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.controls import Button, Count, Label, SearchField, Segments
from mailflow_gui.qt.errors import words
from mailflow_gui.qt.errors.looking import Wanted
from mailflow_gui.qt.forms.boxes import Choice
from mailflow_gui.qt.theme import theme

_TYPING = 250
"""Milliseconds after the last key before the search begins."""


class TopBar(QWidget):
    """Tells with ``changed`` that something else is wanted."""

    back_wanted = Signal()
    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(theme.size("toolbar"))
        self.back = Button("", "arrow-left", "ghost", name=_("Back (Esc)"))
        self.back.clicked.connect(self.back_wanted)
        self.title = Label(_("Errors"), "title")
        self.badge = Count(0, "danger")
        self.segments = Segments([_("Groups"), _("Dead letters")], name=_("Show"), compact=False)
        self.segments.chosen.connect(lambda _index: self.changed.emit())
        self.search = SearchField(_("Code, subject, address…"), key="", compact=False)
        self.search.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.search.setMinimumWidth(120)
        self.search.setMaximumWidth(264)
        self._typing = QTimer(self, singleShot=True, interval=_TYPING)
        self._typing.timeout.connect(self.changed)
        self.search.textChanged.connect(lambda _text: self._typing.start())
        self.search.returnPressed.connect(self._search_now)
        self.period = Choice([(seconds, _(title)) for seconds, title, _head in words.PERIODS])
        self.period.setAccessibleName(_("Period"))
        self.period.setMinimumContentsLength(12)
        self.period.setCurrentIndex(1)
        self.period.currentIndexChanged.connect(lambda _index: self.changed.emit())
        find = QShortcut(QKeySequence.StandardKey.Find, self)
        find.activated.connect(self._find)
        rule = QFrame()
        rule.setFrameShape(QFrame.Shape.VLine)
        rule.setFixedHeight(24)
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(8)
        for widget in (self.back, self.title, self.badge, rule, self.segments):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.search, 2)
        row.addWidget(self.period)
        line = QFrame(self)
        line.setFrameShape(QFrame.Shape.HLine)
        column = QHBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 1)
        column.addLayout(row)
        self._line = line
        self.show_counts(0, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._line.setGeometry(0, self.height() - 1, self.width(), 1)

    def wanted(self, before: Wanted) -> Wanted:
        """``before`` with what the bar says."""
        dead = self.segments.index == 1
        return replace(
            before,
            period=float(self.period.currentData()),
            text=self.search.text().strip()[:200],
            dead=dead,
            outcome="" if dead else before.outcome,
            closed="" if dead else before.closed,
        )

    def show_counts(self, open_: int, dead: int) -> None:
        """How many errors are open, and how many messages are dead letters."""
        self.badge.set_text(f"{open_:,}")
        self.badge.setVisible(open_ > 0)
        self.segments.button(1).setText(
            _("Dead letters {count}").format(count=f"{dead:,}") if dead else _("Dead letters")
        )

    def show_groups(self) -> None:
        """Groups again, without telling."""
        self.segments.choose(0)

    def _search_now(self) -> None:
        self._typing.stop()
        self.changed.emit()

    def _find(self) -> None:
        self.search.setFocus()
        self.search.selectAll()
