"""The table of tried messages, the newest first: when, from whom, about what, what became of it. Rows may come at any time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from mailflow_gui.language import N_, _
from mailflow_gui.qt.controls import set_up_table
from mailflow_gui.qt.forms.rules import catalogue
from mailflow_gui.qt.inspector import plain, states
from mailflow_gui.qt.inspector.tooltips import tool_tip
from mailflow_gui.qt.mapper.history.work import TriedMail
from mailflow_gui.qt.theme import theme

RECEIVED, SENDER, SUBJECT, OUTCOME = range(4)
_TITLES = (N_("Received"), N_("From"), N_("Subject"), N_("Outcome"))
_RECEIVED, _OUTCOME = 108, 260
_PADDING, _ICON, _GAP = 8, 14, 6
_HEIGHT = 28
LOOKS: Final = {
    "same": (N_("Same"), "check", "text-3"),
    "changed": (N_("Changed"), "pencil", "accent-text"),
    "failing": (N_("Failing"), "circle-x", "danger"),
}
"""For each outcome: its word, icon and colour."""
_NOTHING: Final = {
    "": N_("Nothing yet"),
    "same": N_("No message comes out the same."),
    "changed": N_("No message comes out differently."),
    "failing": N_("No message fails."),
}
_ROW = int(Qt.ItemDataRole.UserRole)
_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class HistoryModel(QAbstractTableModel):
    """The messages, and which of them are shown."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[TriedMail] = []
        self._shown: list[int] = []
        self._only = ""

    @property
    def only(self) -> str:
        """The outcome that is shown; empty: all."""
        return self._only

    def count(self, outcome: str) -> int:
        """How many have come out so."""
        return sum(row.outcome == outcome for row in self.rows)

    def clear(self) -> None:
        """Begin anew."""
        self.beginResetModel()
        self.rows, self._shown = [], []
        self.endResetModel()

    def add(self, rows: Sequence[TriedMail]) -> None:
        """Some more have been tried."""
        first = len(self.rows)
        self.rows += rows
        fitting = [first + place for place, row in enumerate(rows) if self._only in ("", row.outcome)]
        if fitting:
            at = len(self._shown)
            self.beginInsertRows(_ROOT, at, at + len(fitting) - 1)
            self._shown += fitting
            self.endInsertRows()

    def show_only(self, outcome: str) -> None:
        """Show one outcome, or all with an empty text."""
        self.beginResetModel()
        self._only = outcome
        self._shown = [place for place, row in enumerate(self.rows) if outcome in ("", row.outcome)]
        self.endResetModel()

    def at(self, row: int) -> TriedMail | None:
        """The message in a row that is shown."""
        return self.rows[self._shown[row]] if 0 <= row < len(self._shown) else None

    def row_of(self, item: int) -> int:
        """The row that shows a message; -1: none."""
        return next((at for at, place in enumerate(self._shown) if self.rows[place].id == item), -1)

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(_TITLES)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _(_TITLES[section])
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return theme.font("caption") if role == Qt.ItemDataRole.FontRole else None

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        row = self.at(index.row())
        if row is None or role == _ROW:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return text(row, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip(states.full_time(row.received), row.sender, row.subject, text(row, OUTCOME), row.error)
        return None


def text(row: TriedMail, column: int) -> str:
    """What stands in a cell."""
    if column == RECEIVED:
        return states.clock(row.received)
    if column == SENDER:
        return plain.one_line(row.sender)
    if column == SUBJECT:
        return plain.one_line(row.subject) or _("(no subject)")
    word = _(LOOKS[row.outcome][0])
    names = [row.target] if row.outcome == "failing" else [one.target for one in row.changes]
    titles = ", ".join(plain.one_line(catalogue.target_title(name), 40) for name in names if name)
    return _("{outcome}: {targets}").format(outcome=word, targets=titles) if titles else word


class _Delegate(QStyledItemDelegate):
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        rectangle: QRect = option.rect
        state: QStyle.StateFlag = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(rectangle, theme.color("accent-soft"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rectangle, theme.color("hover"))
        row, column = index.data(_ROW), index.column()
        if not isinstance(row, TriedMail):
            return
        place = rectangle.adjusted(_PADDING, 0, -_PADDING, 0)
        ink, font = "text" if column == SUBJECT else "text-2", theme.font("small")
        if column == OUTCOME:
            _word, icon, ink = LOOKS[row.outcome]
            font = theme.font("small", 400 if row.outcome == "same" else 500)
            top = place.top() + (place.height() - _ICON) // 2
            painter.drawPixmap(place.left(), top, theme.pixmap(icon, ink, _ICON, painter.device().devicePixelRatioF()))
            place.setLeft(place.left() + _ICON + _GAP)
        elif column == SUBJECT and selected:
            font = theme.font("small", 500)
        painter.setFont(font)
        painter.setPen(theme.color(ink))
        elided = QFontMetrics(font).elidedText(text(row, column), Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), elided)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return QSize(40, _HEIGHT)


class HistoryTable(QTableView):
    """Tells which message is in hand, and that it was opened with Enter or a double-click."""

    chosen = Signal(object)
    """A :class:`TriedMail`, or None."""
    opened = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.messages = HistoryModel(self)
        self.setModel(self.messages)
        self.setItemDelegate(_Delegate(self))
        self.setAccessibleName(_("Messages"))
        set_up_table(self, _HEIGHT, theme.size("row"))
        self.selectionModel().currentRowChanged.connect(lambda _now, _before: self.chosen.emit(self.hand))
        self.doubleClicked.connect(lambda _index: self.opened.emit())

    @property
    def hand(self) -> TriedMail | None:
        """The message in hand."""
        return self.messages.at(self.currentIndex().row()) if self.currentIndex().isValid() else None

    def take(self, item: int) -> None:
        """Have a message in hand, the first one if it isn't shown."""
        if self.messages.rowCount():
            self.selectRow(max(0, self.messages.row_of(item)))
            self.scrollTo(self.currentIndex())

    def show_only(self, outcome: str) -> None:
        """Show one outcome only; the message in hand stays so if it can."""
        hand = self.hand
        self.messages.show_only(outcome)
        if self.messages.rowCount():
            self.take(hand.id if hand is not None else -1)
        else:
            self.chosen.emit(None)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.messages.rowCount():
            painter = QPainter(self.viewport())
            painter.setFont(theme.font("small"))
            painter.setPen(theme.color("text-3"))
            words = _(_NOTHING[self.messages.only])
            painter.drawText(self.viewport().rect(), int(Qt.AlignmentFlag.AlignCenter), words)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.hand is not None:
            self.opened.emit()
        elif event.key() in {Qt.Key.Key_Home, Qt.Key.Key_End} and self.messages.rowCount():
            self.selectRow(0 if event.key() == Qt.Key.Key_Home else self.messages.rowCount() - 1)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = self.viewport().width()
        outcome = min(_OUTCOME, width // 4)
        rest = width - _RECEIVED - outcome
        sender = min(240, rest * 2 // 5)
        for column, wide in ((RECEIVED, _RECEIVED), (SENDER, sender), (SUBJECT, rest - sender), (OUTCOME, outcome)):
            self.setColumnWidth(column, wide)
