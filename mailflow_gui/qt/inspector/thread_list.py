"""The Thread tab: the mails of a conversation, each behind the one that it belongs to, and why it belongs there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from mailflow_gui import sentences
from mailflow_gui.journal.conversations import Link, Reason, Thread
from mailflow_gui.journal.history import STATE_NAMES
from mailflow_gui.language import N_, _
from mailflow_gui.qt.controls import chip_width, paint_chip
from mailflow_gui.qt.controls.badges import Kind
from mailflow_gui.qt.inspector import plain, states
from mailflow_gui.qt.inspector.tooltips import tool_tip
from mailflow_gui.qt.theme import theme

_ROW, _STEP, _LEFT, _ICON = 44, 18, 12, 16
_DEEPEST = 6
"""Steps that an answer to an answer to … stands further right; what is deeper stands below it."""
_LINK = int(Qt.ItemDataRole.UserRole)
_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()

_REASONS: Mapping[Reason, str] = {
    "start": N_("First mail here"),
    "made-from": N_("Sent by {node}, made from it"),
    "answers-ours": N_("Answers ours (In-Reply-To, References)"),
    "answers": N_("Answers it (In-Reply-To, References)"),
    "same-thread": N_("Same conversation, as the server or its References say"),
}


@dataclass(frozen=True)
class Placed:
    """A mail of the conversation, as it is drawn."""

    link: Link
    depth: int
    here: bool
    """It is the message in hand, or was made of it."""
    node: str
    """What people call the node that received or sent it."""

    @property
    def words(self) -> str:
        """Why it stands here."""
        return _(_REASONS[self.link.reason]).format(node=self.node)

    @property
    def state(self) -> str:
        """Its state as JSON names it."""
        return next(
            (name for state, name in STATE_NAMES.items() if state == self.link.mail.state), self.link.mail.state
        )


def placed(thread: Thread, item: int, names: Mapping[str, str]) -> list[Placed]:
    """The mails of a conversation, children behind their parents, else in the order of time."""
    children: dict[tuple[str, int] | None, list[Link]] = {}
    for link in thread.links:
        parent = None if link.parent is None else (link.parent.kind, link.parent.id)
        children.setdefault(parent, []).append(link)
    found: list[Placed] = []
    ahead = [(link, 0) for link in reversed(children.get(None, []))]
    seen: set[tuple[str, int]] = set()
    while ahead:
        link, depth = ahead.pop()
        key = (link.mail.kind, link.mail.id)
        if key in seen:
            continue
        seen.add(key)
        node = plain.one_line(names.get(link.mail.node, link.mail.node), 60)
        found.append(Placed(link, min(depth, _DEEPEST), link.mail.kind == "received" and link.mail.id == item, node))
        ahead += [(child, depth + 1) for child in reversed(children.get(key, []))]
    for link in thread.links:  # mails that name each other in a circle have no beginning
        if (link.mail.kind, link.mail.id) not in seen:
            node = plain.one_line(names.get(link.mail.node, link.mail.node), 60)
            found.append(Placed(link, 0, link.mail.kind == "received" and link.mail.id == item, node))
    return found


class _Rows(QAbstractListModel):
    rows: tuple[Placed, ...] = ()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)

    def show(self, rows: list[Placed]) -> None:
        self.beginResetModel()
        self.rows = tuple(rows)
        self.endResetModel()

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        row = self.rows[index.row()]
        mail = row.link.mail
        if role == _LINK:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            state = _(states.look(row.state).title)
            return f"{plain.one_line(mail.subject)}, {plain.one_line(mail.sender)}: {row.words}, {state}"
        if role == Qt.ItemDataRole.ToolTipRole:
            recovered = sentences.text("recovered-as-new", {}) if mail.recovered else ""
            why = sentences.text(mail.recovered, {}) if mail.recovered else ""
            flow = _("Flow: {name}").format(name=mail.flow_name)
            return tool_tip(mail.subject, states.full_time(mail.at), row.words, flow, mail.message_id, recovered, why)
        return None


class _Delegate(QStyledItemDelegate):
    """Paints rows and the lines between them; nothing is ever read as markup."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        rectangle: QRect = option.rect
        state: QStyle.StateFlag = option.state
        row: Placed = index.data(_LINK)
        if row.here:
            painter.fillRect(rectangle, theme.color("accent-soft"))
        elif state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected):
            painter.fillRect(rectangle, theme.color("hover"))
        left = rectangle.left() + _LEFT + row.depth * _STEP
        ratio = painter.device().devicePixelRatioF()
        upper, lower = rectangle.top() + 5, rectangle.top() + 23
        if row.depth:
            painter.setPen(QPen(theme.color("border-control"), 1))
            bend = left - _STEP + _ICON // 2
            painter.drawLine(bend, rectangle.top() - 6, bend, upper + 8)
            painter.drawLine(bend, upper + 8, left - 2, upper + 8)
        sent = row.link.mail.kind == "sent"
        icon, ink = ("send", "type-fields") if sent else ("inbox", "type-message")
        painter.drawPixmap(left, upper, theme.pixmap(icon, ink, _ICON, ratio))
        left += _ICON + 8
        right = self._paint_state(painter, rectangle, row)
        strong = theme.font("small", 600 if row.here else 500)
        self._text(
            painter, strong, "text", QRect(left, upper - 1, right - left, 18), plain.one_line(row.link.mail.subject)
        )
        below = f"{row.words} · {plain.one_line(row.link.mail.sender, 120)}"
        caption = theme.font("caption", 400)
        self._text(painter, caption, "text-2", QRect(left, lower, rectangle.right() - 12 - left, 16), below)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return QSize(40, _ROW)

    def _paint_state(self, painter: QPainter, rectangle: QRect, row: Placed) -> int:
        """State and time at the right; returns where they begin."""
        look = states.look(row.state)
        caption = theme.font("caption", 400)
        clock = states.clock(row.link.mail.at).partition(".")[0]
        right = rectangle.right() - 12
        width = QFontMetrics(caption).horizontalAdvance(clock)
        place = QRect(right - width, rectangle.top() + 4, width + 1, 18)
        self._text(painter, caption, "text-3", place, clock)
        right -= width + 8
        chips: list[tuple[str, Kind, str]] = [(_(look.title), look.chip, look.icon)]
        if row.link.mail.recovered:
            chips.append((_("Recovered"), "accent", "refresh-cw"))
        for text, kind, icon in chips:
            wide = chip_width(text, icon)
            paint_chip(painter, QRect(right - wide, rectangle.top() + 3, wide, 20), text, kind, icon)
            right -= wide + 6
        return right

    @staticmethod
    def _text(painter: QPainter, font: QFont, token: str, place: QRect, text: str) -> None:
        painter.setFont(font)
        painter.setPen(theme.color(token))
        metrics = QFontMetrics(font)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), shown)


class ThreadList(QListView):
    """The list. ``item_wanted``: a message was clicked, or Enter pressed on it."""

    item_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = _Rows(self)
        self.setModel(self._rows)
        self.setItemDelegate(_Delegate(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setAccessibleName(_("Thread"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        theme.changed.connect(self.viewport().update)

    @property
    def rows(self) -> tuple[Placed, ...]:
        """What it shows."""
        return self._rows.rows

    def show_rows(self, rows: list[Placed]) -> None:
        """Show another conversation."""
        if tuple(rows) != self.rows:
            self._rows.show(rows)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.isValid():
            self._want(index.row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.currentIndex().isValid():
            self._want(self.currentIndex().row())
        else:
            super().keyPressEvent(event)

    def _want(self, row: int) -> None:
        if not self.rows[row].here:
            self.item_wanted.emit(self.rows[row].link.mail.item)
