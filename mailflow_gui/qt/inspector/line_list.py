"""A list of names and values on rows of 24 px: fields, headers. Values can be copied; nothing is read as markup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QAction, QFontMetrics, QGuiApplication, QKeySequence, QPainter
from PySide6.QtWidgets import QListView, QMenu, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.inspector.tooltips import tool_tip
from mailflow_gui.qt.theme import theme

_NAME_WIDTH = 132
_Index = QModelIndex | QPersistentModelIndex
_LINE = int(Qt.ItemDataRole.UserRole)
_ROOT = QModelIndex()


@dataclass(frozen=True)
class Line:
    """A name, its value on one line, and the value as it is copied."""

    name: str
    shown: str
    copied: str
    icon: str = ""


class _Lines(QAbstractListModel):
    lines: tuple[Line, ...] = ()

    def show(self, lines: Sequence[Line]) -> None:
        self.beginResetModel()
        self.lines = tuple(lines)
        self.endResetModel()

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.lines)

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        line = self.lines[index.row()]
        if role == _LINE:
            return line
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{line.name}: {line.shown}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return tool_tip(line.name, line.shown)
        return None


class _LineDelegate(QStyledItemDelegate):
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        rectangle: QRect = option.rect
        state: QStyle.StateFlag = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rectangle, theme.color("accent-soft"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rectangle, theme.color("hover"))
        line = index.data(_LINE)
        left = rectangle.left() + 12
        if line.icon:
            top = rectangle.top() + (rectangle.height() - 12) // 2
            painter.drawPixmap(left, top, theme.pixmap(line.icon, "text-3", 12, painter.device().devicePixelRatioF()))
            left += 18
        name_width = min(_NAME_WIDTH, rectangle.width() * 2 // 5)
        font = theme.font("small")
        painter.setFont(font)
        for text, token, start, end in (
            (line.name, "text-2", left, rectangle.left() + name_width - 8),
            (line.shown, "text", rectangle.left() + name_width, rectangle.right() - 12),
        ):
            place = QRect(start, rectangle.top(), max(0, end - start), rectangle.height())
            painter.setPen(theme.color(token))
            shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, place.width())
            painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), shown)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return QSize(40, theme.size("row"))


class LineList(QListView):
    """The list. Ctrl+C and the context menu copy values."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lines = _Lines(self)
        self.setModel(self._lines)
        self.setItemDelegate(_LineDelegate(self))
        self.setUniformItemSizes(True)
        self.setViewportMargins(0, 4, 0, 4)
        self.setMouseTracking(True)
        self.setAccessibleName(name)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        copy = QAction(_("Copy value"), self)
        copy.setShortcut(QKeySequence.StandardKey.Copy)
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self.copy)
        self.addAction(copy)
        theme.changed.connect(self.viewport().update)

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show other lines."""
        self._lines.show(lines)

    @property
    def lines(self) -> tuple[Line, ...]:
        """What it shows."""
        return self._lines.lines

    def copy(self) -> None:
        """Put the value of the line in hand on the clipboard."""
        index = self.currentIndex()
        if index.isValid():
            QGuiApplication.clipboard().setText(self.lines[index.row()].copied)

    def _menu(self, at: QPoint) -> None:
        index = self.indexAt(at)
        if index.isValid():
            self.setCurrentIndex(index)
            menu = QMenu(self)
            menu.addActions(self.actions())
            menu.addAction(_("Copy name and value"), self._copy_both)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self.viewport().mapToGlobal(at))

    def _copy_both(self) -> None:
        line = self.lines[self.currentIndex().row()]
        QGuiApplication.clipboard().setText(f"{line.name}: {line.copied}")
