"""The table of messages: rows of 24 px, painted from the theme, columns that make room for what matters."""

from __future__ import annotations

import time

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QHelpEvent, QMouseEvent, QPainter, QResizeEvent, QStaticText
from PySide6.QtWidgets import (
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from mailflow_gui.language import _
from mailflow_gui.qt.controls import paint_pips, pips_width, set_up_table
from mailflow_gui.qt.inspector import states
from mailflow_gui.qt.inspector.looking import Row
from mailflow_gui.qt.inspector.model import DURATION, RECEIVED, ROW, SENDER, STATE, STEPS, SUBJECT, MessageModel, text
from mailflow_gui.qt.inspector.steps import PipState
from mailflow_gui.qt.theme import theme

_PADDING = 8
_ICON, _GAP = 14, 6
_FIXED = {RECEIVED: 98, STATE: 106, STEPS: 84, DURATION: 78}
_LEAST_TEXT = 140
"""The width that a subject wants before other columns may stand beside it."""
_PIP = 17
_TEXTS_KEPT = 6000

_Index = QModelIndex | QPersistentModelIndex


class RowDelegate(QStyledItemDelegate):
    """Paints every cell itself: nothing in a row is ever read as markup. Laid-out texts are kept, for scrolling shows them again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts: dict[tuple[int, int, int, bool], tuple[Row, QStaticText]] = {}
        self._fonts: dict[int, QFont] = {}

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        rectangle: QRect = option.rect
        state: QStyle.StateFlag = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(rectangle, theme.color("accent-soft"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rectangle, theme.color("hover"))
        row, column = index.data(ROW), index.column()
        if isinstance(row, Row):
            place = rectangle.adjusted(_PADDING, 0, -_PADDING, 0)
            if column == STEPS:
                paint_pips(painter, place, _shortened(row, place.width()))
            else:
                self._paint_text(painter, place, row, column, strong=selected)
        elif column == SUBJECT:
            place = QRect(rectangle.left() + _PADDING, rectangle.center().y() - 3, min(160, rectangle.width() // 2), 6)
            painter.fillRect(place, theme.color("neutral-soft"))

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return QSize(40, theme.size("row"))

    def _paint_text(self, painter: QPainter, place: QRect, row: Row, column: int, *, strong: bool) -> None:
        token = "text" if column == SUBJECT else "text-2"
        if column == STATE:
            look = states.look(row.listed.state, dry=row.listed.dry)
            token = look.token
            top = place.top() + (place.height() - _ICON) // 2
            ratio = painter.device().devicePixelRatioF()
            painter.drawPixmap(place.left(), top, theme.pixmap(look.icon, token, _ICON, ratio))
            place = place.adjusted(_ICON + _GAP, 0, 0, 0)
        weight = 500 if column == STATE or (strong and column == SUBJECT) else 400
        laid = self._laid_out(row, column, place.width(), weight)
        size = laid.size()
        left = place.right() + 1 - size.width() if column == DURATION else place.left()
        painter.setFont(self._font(weight))
        painter.setPen(theme.color(token))
        painter.drawStaticText(QPointF(left, place.top() + (place.height() - size.height()) / 2), laid)

    def _laid_out(self, row: Row, column: int, width: int, weight: int) -> QStaticText:
        key = (row.listed.id, column, width, weight == 500)
        known = self._texts.get(key)
        passing = column == DURATION and row.listed.settled is None
        if known is not None and known[0] is row and not passing:
            return known[1]
        font = self._font(weight)
        laid = QStaticText(QFontMetrics(font).elidedText(text(row, column), Qt.TextElideMode.ElideRight, width))
        laid.setTextFormat(Qt.TextFormat.PlainText)
        laid.prepare(font=font)
        if len(self._texts) >= _TEXTS_KEPT:
            self._texts.clear()
        self._texts[key] = (row, laid)
        return laid

    def _font(self, weight: int) -> QFont:
        if weight not in self._fonts:
            self._fonts[weight] = theme.font("small", weight)
        return self._fonts[weight]


def _shortened(row: Row, width: int) -> list[PipState]:
    return [pip.state for pip in row.pips[: max(1, (width + 3) // _PIP)]]


class MessageTable(QTableView):
    """The table. ``at_top_changed`` tells whether the newest message is in sight; ``pip_clicked`` names a step's node."""

    at_top_changed = Signal(bool)
    pip_clicked = Signal(str)

    def __init__(self, model: MessageModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self._messages = model
        self._at_top = True
        self.setItemDelegate(RowDelegate(self))
        self.setAccessibleName(_("Messages"))
        set_up_table(self, theme.size("row"), theme.size("row"))
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)

    @property
    def at_top(self) -> bool:
        """Whether the newest message is in sight."""
        return self._at_top

    def in_sight(self) -> range:
        """The rows that are drawn."""
        count = self._messages.rowCount()
        first = max(0, self.rowAt(0))
        last = self.rowAt(self.viewport().height() - 1)
        return range(first, (last if last >= 0 else count - 1) + 1) if count else range(0)

    def refresh_durations(self) -> None:
        """Draw what changes by itself, the time that passes for messages on their way."""
        now = time.time()
        for row in self.in_sight():
            known = self._messages.row(self._messages.id_at(row))
            if known is not None and known.listed.settled is None and now - known.listed.received < 3600:
                self.update(self._messages.index(row, DURATION))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out_columns()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.isValid() and index.column() == STEPS:
            row = index.data(ROW)
            across = int(event.position().x()) - self.visualRect(index).left() - _PADDING
            if isinstance(row, Row) and 0 <= across < pips_width(len(row.pips)) and across // _PIP < len(row.pips):
                self.pip_clicked.emit(row.pips[across // _PIP].node)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self.indexAt(event.pos())
            if index.isValid() and not index.data(Qt.ItemDataRole.ToolTipRole):
                return True
        return super().viewportEvent(event)

    def _scrolled(self, value: int) -> None:
        at_top = value <= 0
        if at_top != self._at_top:
            self._at_top = at_top
            self.at_top_changed.emit(at_top)

    def _lay_out_columns(self) -> None:
        """Subject first; From and Steps stand aside where there is no room for them."""
        width = self.viewport().width()
        rest = width - _FIXED[RECEIVED] - _FIXED[STATE]
        shown = {
            STEPS: rest >= _FIXED[STEPS] + _FIXED[DURATION] + _LEAST_TEXT,
            DURATION: rest >= _FIXED[DURATION] + _LEAST_TEXT,
        }
        rest -= sum(_FIXED[column] for column, there in shown.items() if there)
        shown[SENDER] = rest >= 2 * _LEAST_TEXT
        for column, there in shown.items():
            self.setColumnHidden(column, not there)
        for column, wide in _FIXED.items():
            self.setColumnWidth(column, wide)
        sender = min(260, rest * 39 // 100) if shown[SENDER] else 0
        self.setColumnWidth(SENDER, sender)
        self.setColumnWidth(SUBJECT, max(60, rest - sender))
