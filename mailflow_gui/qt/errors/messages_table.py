"""The table of stuck messages: a mark to choose some of them, when, what, to whom, how often tried, what comes next."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from mailflow_gui.language import N_, _
from mailflow_gui.qt.controls import set_up_table
from mailflow_gui.qt.errors import words
from mailflow_gui.qt.errors.looking import ErrorRow
from mailflow_gui.qt.inspector import plain, states
from mailflow_gui.qt.inspector.model import ROW, MessageModel
from mailflow_gui.qt.inspector.tooltips import tool_tip
from mailflow_gui.qt.theme import theme

MARK, RECEIVED, SUBJECT, TO, TRIES, NEXT = range(6)
_TITLES = ("", N_("Received"), N_("Subject"), N_("To"), N_("Attempts"), N_("Next"))
_WIDTHS = {MARK: 40, RECEIVED: 88, TRIES: 72, NEXT: 116}
_LEAST_TEXT = 140
_HEIGHT = 32
_BOX, _ICON = 16, 14
_PADDING = 8
_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class StuckModel(MessageModel):
    """Messages, the newest first; marked ones stay marked while they are stuck."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.show_ids(())  # these ids, not every one there is
        self.marked: set[int] = set()

    def show_stuck(self, ids: Sequence[int]) -> None:
        """These are stuck now, ascending."""
        if list(self._ids) != list(ids):
            self.show_exactly(ids)
            self.marked &= set(ids)

    def mark(self, ids: Sequence[int], *, on: bool) -> None:
        """Mark messages, or no longer."""
        self.marked = self.marked | set(ids) if on else self.marked - set(ids)
        if self.rowCount():
            self.dataChanged.emit(self.index(0, MARK), self.index(self.rowCount() - 1, MARK), [])
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, MARK, MARK)

    def all_ids(self) -> list[int]:
        """All that are listed."""
        return list(self._ids)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _(_TITLES[section]) if _TITLES[section] else ""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return super().headerData(section, orientation, role) if role == Qt.ItemDataRole.FontRole else None

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.CheckStateRole and index.column() == MARK:
            marked = self.id_at(index.row()) in self.marked
            return Qt.CheckState.Checked if marked else Qt.CheckState.Unchecked
        row = super().data(index, ROW)
        if role == ROW or not isinstance(row, ErrorRow):
            return row if role == ROW else None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return text(row, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tip(row, index.column())
        return None


def text(row: ErrorRow, column: int) -> str:
    """What stands in a cell."""
    listed = row.listed
    if column == RECEIVED:
        return words.clock(listed.received)
    if column == SUBJECT:
        return plain.one_line(listed.subject) or _("(no subject)")
    if column == TO:
        more = len(row.recipients) - 1
        first = plain.one_line(row.recipients[0], 200) if row.recipients else "–"
        return _("{address} and {count} more").format(address=first, count=more) if more > 0 else first
    if column == TRIES:
        return str(row.tries) if row.tries else "–"
    return next_word(row)[1] if column == NEXT else ""


def next_word(row: ErrorRow) -> tuple[str, str, str]:
    """What comes next for a message: icon, words, colour."""
    listed = row.listed
    if listed.state == "retrying" and listed.due is not None:
        seconds = listed.due - time.time()
        return "rotate-cw", words.until(seconds) if seconds > 0 else _("now"), "warn"
    if listed.state == "failed":
        return "mail-x", _("Dead letter"), "danger"
    look = states.look(listed.state, dry=listed.dry)
    return look.icon, _(look.title), look.token


def _tip(row: ErrorRow, column: int) -> str:
    if column == RECEIVED:
        return tool_tip(states.full_time(row.listed.received))
    if column == SUBJECT:
        return tool_tip(row.listed.subject, row.listed.sender, _("Flow: {name}").format(name=row.listed.flow_name))
    if column == TO:
        return tool_tip(", ".join(row.recipients[:30]))
    if column == NEXT and row.listed.due:
        return tool_tip(states.full_time(row.listed.due))
    return ""


class _Delegate(QStyledItemDelegate):
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        rectangle: QRect = option.rect
        state: QStyle.StateFlag = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rectangle, theme.color("accent-soft"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rectangle, theme.color("hover"))
        if index.column() == MARK:
            paint_mark(painter, rectangle, checked=index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked)
            return
        row = index.data(ROW)
        place = rectangle.adjusted(_PADDING, 0, -_PADDING, 0)
        if not isinstance(row, ErrorRow):
            if index.column() == SUBJECT:
                bar = QRect(place.left(), place.center().y() - 3, min(160, place.width() // 2), 6)
                painter.fillRect(bar, theme.color("neutral-soft"))
            return
        shown, ink, font = text(row, index.column()), "text-2", theme.font("small")
        if index.column() == SUBJECT:
            ink = "text"
            font = theme.font("small", 500) if state & QStyle.StateFlag.State_Selected else font
        elif index.column() == NEXT:
            icon, _word, ink = next_word(row)
            font = theme.font("small", 500)
            top = place.top() + (place.height() - _ICON) // 2
            ratio = painter.device().devicePixelRatioF()
            painter.drawPixmap(place.left(), top, theme.pixmap(icon, ink, _ICON, ratio))
            place.setLeft(place.left() + _ICON + 6)
        painter.setFont(font)
        painter.setPen(theme.color(ink))
        elided = QFontMetrics(font).elidedText(shown, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), elided)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return QSize(40, _HEIGHT)


def paint_mark(painter: QPainter, rectangle: QRect, *, checked: bool, partly: bool = False) -> None:
    """A mark as the style sheet draws it."""
    place = QRect(rectangle.left() + 12, rectangle.top() + (rectangle.height() - _BOX) // 2, _BOX, _BOX)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(theme.color("accent" if checked or partly else "border-control"))
    painter.setBrush(theme.color("accent" if checked or partly else "surface"))
    painter.drawRoundedRect(place.toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    if checked or partly:
        ratio = painter.device().devicePixelRatioF()
        icon = theme.pixmap("check" if checked else "minus", "on-accent", 12, ratio)
        painter.drawPixmap(place.left() + 2, place.top() + 2, icon)
    painter.restore()


class _Head(QHeaderView):
    """The first section has a mark for all rows."""

    all_clicked = Signal()

    def __init__(self, model: StuckModel, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._messages = model

    def paintSection(self, painter: QPainter, rectangle: QRect, section: int) -> None:
        painter.save()
        super().paintSection(painter, rectangle, section)
        painter.restore()
        if section == MARK and self._messages.rowCount():
            marked, count = len(self._messages.marked), self._messages.rowCount()
            paint_mark(painter, rectangle, checked=marked == count, partly=0 < marked < count)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.logicalIndexAt(event.position().toPoint()) == MARK:
            self.all_clicked.emit()
        super().mouseReleaseEvent(event)


class StuckTable(QTableView):
    """The table. ``chosen``: the message in hand; ``marked``: other ones are marked. Space marks, Ctrl+A marks all."""

    chosen = Signal(int)
    marked = Signal()
    opened = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._showing = False
        self.messages = StuckModel(self)
        self.setModel(self.messages)
        self.setItemDelegate(_Delegate(self))
        self.setAccessibleName(_("Messages that are held up"))
        head = _Head(self.messages, self)
        self.setHorizontalHeader(head)
        head.all_clicked.connect(self.mark_all)
        set_up_table(self, _HEIGHT, theme.size("row"))
        self.selectionModel().currentRowChanged.connect(self._chosen)
        self.doubleClicked.connect(lambda _index: self.opened.emit())

    def show_stuck(self, ids: Sequence[int], hand: int | None) -> None:
        """These are stuck now, ascending; ``hand``: the one in hand, which stays so as long as it is among them."""
        self._showing = True
        self.messages.show_stuck(ids)
        row = self.messages.row_of(hand) if hand is not None else None
        if row is None:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
        elif self.currentIndex().row() != row or not self.selectionModel().isRowSelected(row, QModelIndex()):
            self.selectRow(row)
        self._showing = False

    def in_sight(self) -> list[int]:
        """The ids of the rows that are drawn."""
        count = self.messages.rowCount()
        first = max(0, self.rowAt(0))
        last = self.rowAt(self.viewport().height() - 1)
        rows = range(first, (last if last >= 0 else count - 1) + 1) if count else range(0)
        return [self.messages.id_at(row) for row in rows]

    def mark_all(self) -> None:
        """Mark all; all are marked already: none."""
        ids = self.messages.all_ids()
        self.messages.mark(ids, on=len(self.messages.marked) < len(ids))
        self.marked.emit()

    def refresh_times(self) -> None:
        """Draw what changes by itself: the time until the next try."""
        if self.messages.rowCount():
            self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentIndex().row()
        if event.key() == Qt.Key.Key_Space and row >= 0:
            self._toggle(row)
        elif event.key() == Qt.Key.Key_A and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.mark_all()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and row >= 0:
            self.opened.emit()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place: QPoint = event.position().toPoint()
        index = self.indexAt(place)
        if event.button() == Qt.MouseButton.LeftButton and index.isValid() and index.column() == MARK:
            self._toggle(index.row())
            return
        super().mousePressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        rest = self.viewport().width() - _WIDTHS[MARK] - _WIDTHS[RECEIVED] - _WIDTHS[NEXT]
        tries = rest - _WIDTHS[TRIES] >= 2 * _LEAST_TEXT
        self.setColumnHidden(TRIES, not tries)
        rest -= _WIDTHS[TRIES] if tries else 0
        shown = rest >= 2 * _LEAST_TEXT
        self.setColumnHidden(TO, not shown)
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, width)
        to = min(260, rest * 2 // 5) if shown else 0
        self.setColumnWidth(TO, to)
        self.setColumnWidth(SUBJECT, max(60, rest - to))

    def _toggle(self, row: int) -> None:
        item = self.messages.id_at(row)
        self.messages.mark([item], on=item not in self.messages.marked)
        self.marked.emit()

    def _chosen(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid() and not self._showing:  # rows that go move the current one
            self.chosen.emit(self.messages.id_at(current.row()))
