"""The dialog: tries the edited mapping on what was received, and shows what comes of it while it is still at it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from mailflow_gui.flow.node_type import AnyNodeType
from mailflow_gui.language import _
from mailflow_gui.paths import Home
from mailflow_gui.qt.controls import Button, EmptyState, KeyBadge, Label
from mailflow_gui.qt.mapper import edits
from mailflow_gui.qt.mapper.history import nothing
from mailflow_gui.qt.mapper.history.detail import HistoryDetail
from mailflow_gui.qt.mapper.history.head import HistoryHead
from mailflow_gui.qt.mapper.history.nothing import Nothing
from mailflow_gui.qt.mapper.history.table import LOOKS, HistoryTable
from mailflow_gui.qt.mapper.history.trying import Trying
from mailflow_gui.qt.mapper.history.work import Begun, Portion, TriedMail, Wanted

_WIDTH, _HEIGHT = 1120, 760
_MARGIN = 48
"""What stays free of the window around it."""
_SHARES = (4, 5)
"""How table and texts share the height."""
_WORDS = 520
"""The width of a reason."""
USE_KEYS = "Ctrl+Return"


class HistoryDialog(QDialog):
    """Begins when it is opened and ends its work when it is closed; what it found is there until it begins anew."""

    sample_wanted = Signal(object)
    """A :class:`TriedMail` is to be the sample."""
    rule_wanted = Signal(int)
    """A rule is to be shown, by its index."""
    problem_wanted = Signal()
    """What keeps the mapping from running is to be shown."""

    def __init__(
        self,
        home: Home,
        types: Sequence[AnyNodeType],
        ask: Callable[[int], Wanted],
        parent: QWidget | None = None,
    ) -> None:
        """:param ask: what is to be tried, with so many messages."""
        super().__init__(parent)
        self.setWindowTitle(_("Try on history"))
        self._ask = ask
        self._begun = Begun()
        self._rules: list[Any] = []
        self.trying = Trying(home, types, self)
        self.head = HistoryHead()
        self.table = HistoryTable()
        self.detail = HistoryDetail(lambda target: edits.index_of(self._rules, target) is not None)
        self.close_button = Button(_("Close"))
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.splitter.addWidget(self.table)
        self.splitter.addWidget(self.detail)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(1)
        for place, share in enumerate(_SHARES):
            self.splitter.setStretchFactor(place, share)
        self.splitter.setSizes([100 * share for share in _SHARES])
        self.table.setMinimumHeight(110)
        self.detail.setMinimumHeight(150)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.splitter)
        self._reason = QWidget()
        self._middle = QHBoxLayout(self._reason)
        self.empty = EmptyState("inbox", "")
        self._middle.addWidget(self.empty)
        self.pages.addWidget(self._reason)
        foot = QWidget()
        foot.setFixedHeight(56)
        foot.setProperty("panel", "surface-alt")
        foot.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(foot)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(8)
        self.keys = QWidget()
        keys = QHBoxLayout(self.keys)
        keys.setContentsMargins(0, 0, 0, 0)
        keys.setSpacing(8)
        for key, words in ((USE_KEYS, _("use as sample")), ("F6", _("between table and texts"))):
            keys.addWidget(KeyBadge(key))
            keys.addWidget(Label(words, "caption", "text-3"))
        row.addWidget(self.keys)
        row.addStretch(1)
        row.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for widget in (self.head, _line(), self.pages, _line(), foot):
            layout.addWidget(widget, 1 if widget is self.pages else 0)

    def _connect(self) -> None:
        self.trying.begun.connect(lambda begun: self._take_begun(begun))  # noqa: PLW0108 - the signals are untyped
        self.trying.found.connect(lambda portion: self._take_portion(portion))  # noqa: PLW0108
        self.trying.failed.connect(self._take_failure)
        self.head.count_chosen.connect(self.start)
        self.head.again_wanted.connect(self.start)
        self.head.stop_wanted.connect(self.stop)
        self.head.only_chosen.connect(self.table.show_only)
        self.table.chosen.connect(lambda row: self._show(row))  # noqa: PLW0108
        self.table.opened.connect(self._use)
        self.detail.sample_wanted.connect(self._use)
        self.detail.rule_wanted.connect(self._lead)
        self.detail.target_wanted.connect(lambda target: self._lead(edits.index_of(self._rules, target)))
        self.close_button.clicked.connect(self.reject)
        self.finished.connect(lambda _result: self.stop())
        for keys in (USE_KEYS, "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self, self._use)
        for keys in ("F6", "Shift+F6"):
            QShortcut(QKeySequence(keys), self, self._other_part)

    # ---- trying

    def open(self) -> None:
        """Show it, as large as the window around it allows, and begin."""
        around = self.parentWidget()
        if around is not None and not self.isVisible():
            room = around.window().size()
            self.resize(min(_WIDTH, room.width() - _MARGIN), min(_HEIGHT, room.height() - _MARGIN))
        self.head.filters.choose(0)
        self.table.messages.show_only("")
        super().open()
        self.start()
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def start(self) -> None:
        """Begin anew."""
        wanted = self._ask(self.head.count)
        settings = wanted.flow.node(wanted.node).settings
        found = settings.get("rules")
        self._rules = list(found) if isinstance(found, list | tuple) else []
        self._begun = Begun()
        self.table.messages.clear()
        self._count()
        self.head.show_start()
        self.detail.show_nothing(None)
        self.pages.setCurrentWidget(self.splitter)
        self.keys.show()
        self.trying.start(wanted)

    def stop(self) -> None:
        """Try no further; what was found stays."""
        if self.trying.busy:
            self.trying.cancel()
            self.head.show_end(len(self.table.messages.rows), self._begun.total, whole=False)
            self._show_outcome()

    def shut_down(self) -> None:
        """End the thread."""
        self.trying.close()

    def _take_begun(self, begun: Begun) -> None:
        self._begun = begun
        self.head.show_begun(begun)
        if not begun.total:
            self.head.show_end(0, 0, whole=True)
            self._show_nothing(nothing.of_beginning(begun))

    def _take_portion(self, portion: Portion) -> None:
        self.table.messages.add(portion.rows)
        self._count()
        tried = len(self.table.messages.rows)
        self.head.show_portion(portion, tried, self._begun.total)
        if self.table.hand is None:
            worth = next((row for row in self.table.messages.rows if row.outcome != "same"), None)
            if worth is not None and self.table.messages.row_of(worth.id) >= 0:
                self.table.take(worth.id)
        if portion.finished and not tried:
            self._show_nothing(nothing.of_end(portion))
        elif portion.finished:
            self._show_outcome()

    def _take_failure(self, words: str) -> None:
        self.head.show_end(len(self.table.messages.rows), self._begun.total, whole=False)
        self._show_nothing(nothing.of_failure(words))

    def _count(self) -> None:
        self.head.show_counts({outcome: self.table.messages.count(outcome) for outcome in LOOKS})

    # ---- what is shown

    def _show(self, row: TriedMail | None) -> None:
        if row is not None:
            self.detail.show_mail(row)
        elif not self.trying.busy:
            self._show_outcome()

    def _show_outcome(self) -> None:
        """No message is in hand: what all of them together have come to."""
        rows = self.table.messages.rows
        if self.table.hand is None and rows:
            self.detail.show_nothing(nothing.of_rows(rows, only=self.table.messages.only))

    def _show_nothing(self, said: Nothing) -> None:
        self.empty.hide()
        self._middle.removeWidget(self.empty)
        self.empty.deleteLater()
        self.empty = EmptyState(said.icon, said.title, said.text, said.action)
        if self.empty.button is not None:
            self.empty.button.clicked.connect(self._show_problem)
        self.empty.setMaximumWidth(_WORDS)
        self._middle.addWidget(self.empty)
        self.pages.setCurrentWidget(self._reason)
        self.head.show_table(there=False)
        self.keys.hide()
        self.close_button.setFocus(Qt.FocusReason.OtherFocusReason)

    # ---- what a person wants

    def _use(self) -> None:
        row = self.table.hand
        if row is not None:
            self.accept()
            self.sample_wanted.emit(row)

    def _lead(self, rule: int | None) -> None:
        if rule is not None:
            self.accept()
            self.rule_wanted.emit(rule)

    def _show_problem(self) -> None:
        self.accept()
        self.problem_wanted.emit()

    def _other_part(self) -> None:
        if self.table.hasFocus() and self.detail.changes:
            self.detail.changes[0].after.setFocus(Qt.FocusReason.ShortcutFocusReason)
        elif self.table.hasFocus() and self.detail.error_button.isVisible():
            self.detail.error_button.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self.table.setFocus(Qt.FocusReason.ShortcutFocusReason)


def _line() -> QFrame:
    found = QFrame()
    found.setFrameShape(QFrame.Shape.HLine)
    found.setFixedHeight(1)
    return found
