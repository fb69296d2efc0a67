"""How the choices of a completion are painted, each in a line."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QListWidget, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from mailflow_gui.mapping.templates.completion import Choice
from mailflow_gui.qt.theme import theme

ROW = 28
CHOICE = Qt.ItemDataRole.UserRole
_ICONS = {"filter": "funnel", "tag": "git-branch", "own": "variable", "field": "type"}


class ChoiceRows(QStyledItemDelegate):
    """A choice in a line: icon, name, what it is, and its value in the sample."""

    def __init__(self, owner: QListWidget) -> None:
        super().__init__(owner)
        self._list = owner

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(100, ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        choice: Choice = index.data(CHOICE)
        state: Any = option.state
        area: QRect = option.rect
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, theme.color("accent-soft"))
        icon = choice.icon or _ICONS[choice.kind]
        ratio = self._list.devicePixelRatioF()
        painter.drawPixmap(area.left() + 10, area.center().y() - 6, theme.pixmap(icon, "text-3", 14, ratio))
        left, right = area.left() + 32, area.right() - 10
        left = self._text(painter, choice.name, "text", QRect(left, area.top(), (right - left) * 6 // 10, ROW), 500)
        more = choice.value if choice.kind in ("field", "own") else choice.call_without_name
        more = more or choice.about if choice.kind == "own" else more
        self._text(painter, more, "text-3", QRect(left + 12, area.top(), right - left - 12, ROW), 400)

    def _text(self, painter: QPainter, text: str, token: str, room: QRect, weight: int) -> int:
        font = theme.font("small", weight)
        painter.setFont(font)
        painter.setPen(theme.color(token))
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, max(0, room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, shown)
        return room.left() + QFontMetrics(font).horizontalAdvance(shown)
