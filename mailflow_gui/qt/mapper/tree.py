"""A tree of fields with their values. Rows are painted here, since lines end at them; a row is dragged with the mouse held."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
)
from PySide6.QtWidgets import QApplication, QStyleOptionViewItem, QTreeWidget, QTreeWidgetItem, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.controls import set_tool_tip
from mailflow_gui.qt.mapper.row import Row
from mailflow_gui.qt.mapper.rows import flat
from mailflow_gui.qt.mapper.tree_painting import INDENT, PLUS, Place, paint_row
from mailflow_gui.qt.theme import theme

Wanted = Literal["all", "mapped", "unmapped"]
_ROW = Qt.ItemDataRole.UserRole
_Index = QModelIndex | QPersistentModelIndex


class FieldTree(QTreeWidget):
    """One of the two trees.

    :param ports: the side on which lines end.
    """

    chosen = Signal(str)
    """A person went to a row: its key."""
    entered_row = Signal(str)
    """Enter, or a double-click on a row: its key."""
    plus_pressed = Signal(str)
    """A heading's plus: its key."""
    pencil_pressed = Signal(str)
    """A row's pencil: its key."""
    delete_pressed = Signal(str)
    """Delete on a row with a pencil: its key."""
    menu_wanted = Signal(str, QPoint)
    """A row's menu: its key, and where (global)."""
    carried = Signal(str, QPoint)
    """A row is dragged: its key, and where the mouse is (global)."""
    dropped = Signal(str, QPoint)
    """A dragged row was let go."""
    carry_ended = Signal()
    """Dragging was broken off."""
    moved = Signal()
    """Rows are at other places now."""

    def __init__(self, name: str, ports: Literal["left", "right"], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setHeaderHidden(True)
        self.setColumnCount(1)
        self.setIndentation(INDENT)
        self.setUniformRowHeights(True)
        self.setMouseTracking(True)
        self.setExpandsOnDoubleClick(False)
        self.setVerticalScrollMode(self.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.DefaultContextMenu)
        self._ports = ports
        self._items: dict[str, QTreeWidgetItem] = {}
        self._rows: tuple[Row, ...] = ()
        self._folds: dict[str, bool] = {}
        self._search = ""
        self._wanted: Wanted = "all"
        self._pressed: tuple[str, QPoint] | None = None
        self._carrying = False
        self._target = ""
        self._selected = ""
        self._filling = False
        self.draggable = ports == "right"
        self.currentItemChanged.connect(self._gone_to)
        self.itemExpanded.connect(lambda item: self._folded(item, is_open=True))
        self.itemCollapsed.connect(lambda item: self._folded(item, is_open=False))
        self.verticalScrollBar().valueChanged.connect(self.moved)
        theme.changed.connect(self._repaint)

    def _repaint(self) -> None:
        self.viewport().update()

    # ---- what it shows

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows; those that stay keep their folds, the current one stays the current one."""
        rows = tuple(rows)
        if rows == self._rows:
            return
        same = [one.key for one in flat(rows)] == [one.key for one in flat(self._rows)]
        self._rows = rows
        if same:
            for row in flat(rows):
                self._fill(self._items[row.key], row)
        else:
            self._rebuild(rows)
        self._apply_filter()
        self.viewport().update()
        self.moved.emit()

    def _rebuild(self, rows: Sequence[Row]) -> None:
        current, scrolled = self.current, self.verticalScrollBar().value()
        self._filling = True
        self.clear()
        self._items = {}
        for row in rows:
            self._add(row, None)
        if current in self._items:
            self.setCurrentItem(self._items[current])
        self.verticalScrollBar().setValue(scrolled)
        self._filling = False

    def _add(self, row: Row, parent: QTreeWidgetItem | None) -> None:
        item = QTreeWidgetItem()
        self._items[row.key] = item
        self._fill(item, row)
        if parent is None:
            self.addTopLevelItem(item)
        else:
            parent.addChild(item)
        for child in row.children:
            self._add(child, item)
        if row.children:
            item.setExpanded(self._folds.get(row.key, not row.folded))

    def _fill(self, item: QTreeWidgetItem, row: Row) -> None:
        item.setData(0, _ROW, row)
        value = row.wrong or row.value
        item.setText(0, f"{row.title}: {value}" if value else row.title)
        item.setSizeHint(0, QSize(0, theme.size("row-tree")))

    @property
    def shown(self) -> tuple[Row, ...]:
        """The headings, with everything below them."""
        return self._rows

    def row(self, key: str) -> Row | None:
        """A row by its key."""
        item = self._items.get(key)
        return item.data(0, _ROW) if item is not None else None

    @property
    def current(self) -> str:
        """The key of the row that has the keys; empty for none."""
        item = self.currentItem()
        return str(item.data(0, _ROW).key) if item is not None else ""

    def go_to(self, key: str) -> None:
        """Make a row the current one without telling anybody, and show it."""
        item = self._items.get(key)
        self._filling = True
        if item is not None:
            self.setCurrentItem(item)
            self.scrollToItem(item)
        self._filling = False

    def mark(self, keys: str | Sequence[str]) -> None:
        """Light the rows of the rule that is chosen."""
        self._selected = keys if isinstance(keys, str) else "\n".join(keys)
        self.viewport().update()

    def search(self, text: str) -> None:
        """Show only rows that have ``text`` in their name or value."""
        self._search = text.strip().casefold()
        self._apply_filter()

    def show_only(self, wanted: Wanted) -> None:
        """Show all rows, or those that are mapped, or those that aren't."""
        self._wanted = wanted
        self._apply_filter()

    def _apply_filter(self) -> None:
        for row in self._rows:
            self._filtered(row)
        self.moved.emit()

    def _filtered(self, row: Row) -> bool:
        children = [self._filtered(child) for child in row.children]
        own = self._search in f"{row.title} {row.hint} {row.value}".casefold()
        fits = own and (self._wanted == "all" or row.used == (self._wanted == "mapped"))
        inside = any(children)
        is_shown = inside or (row.is_root and not self._search and self._wanted == "all") or (fits and not row.is_root)
        item = self._items[row.key]
        item.setHidden(not is_shown)
        if self._search and inside and not row.is_root:
            self._filling = True
            item.setExpanded(True)
            self._filling = False
        return is_shown

    # ---- where rows are

    def place(self, key: str) -> tuple[int, bool] | None:
        """The middle of a row in the viewport, or of the fold that hides it, and whether it is in sight."""
        item = self._items.get(key)
        while item is not None:
            rectangle = self.visualItemRect(item)
            if not item.isHidden() and rectangle.isValid() and rectangle.height() > 0:
                middle = rectangle.center().y()
                return middle, 0 <= middle < self.viewport().height()
            item = item.parent()
        return None

    def key_at(self, point: QPoint) -> str:
        """The key of the row at a place of the viewport; empty for none."""
        item = self.itemAt(point) if self.viewport().rect().contains(point) else None
        return str(item.data(0, _ROW).key) if item is not None else ""

    def set_drop_target(self, key: str) -> None:
        """Mark the row that a dragged one would be dropped on."""
        if key != self._target:
            self._target = key
            self.viewport().update()

    # ---- painting

    def drawRow(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        row: Row = index.data(_ROW)
        rectangle = QRect(0, option.rect.top(), self.viewport().width(), option.rect.height())
        depth = 0
        parent = index.parent()
        while parent.isValid():
            depth += 1
            parent = parent.parent()
        lit = row.key in self._selected.split("\n") and bool(self._selected)
        is_current = row.key == self.current and self.hasFocus()
        hovered = rectangle.contains(self.viewport().mapFromGlobal(self.cursor().pos())) and self.underMouse()
        ground = "accent-soft" if lit or is_current else "danger-soft" if row.wrong else "hover" if hovered else ""
        if ground:
            painter.fillRect(rectangle, theme.color(ground))
        if is_current:
            painter.fillRect(
                QRect(rectangle.left(), rectangle.top(), 2, rectangle.height()), theme.color("accent-line")
            )
        if row.key == self._target:
            painter.setPen(theme.color("accent-line"))
            painter.setBrush(theme.color("halo"))
            painter.drawRoundedRect(QRectF(rectangle).adjusted(2.5, 1.5, -2.5, -1.5), 4, 4)
        is_open = self._items[row.key].isExpanded()
        place = Place(
            rectangle, depth, self._column(), self.devicePixelRatioF(), self._ports, is_open, lit or is_current
        )
        paint_row(painter, row, place)

    def _column(self) -> int:
        """Where values begin."""
        wide = self.viewport().width()
        return min(176, wide * 58 // 100) if self._ports == "right" else min(190, wide * 55 // 100)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.moved.emit()

    # ---- mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        key = self.key_at(event.position().toPoint())
        row = self.row(key)
        if event.button() != Qt.MouseButton.LeftButton or row is None:
            return
        point = event.position().toPoint()
        if (row.adds or row.edits) and point.x() > self.viewport().width() - PLUS - 12:
            (self.plus_pressed if row.adds else self.pencil_pressed).emit(key)
            return
        depth_left = self._left_of(key)
        if row.children and depth_left - 4 <= point.x() <= depth_left + 16:
            item = self._items[key]
            item.setExpanded(not item.isExpanded())
            return
        self._pressed = (key, point)
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        item = self._items[key]
        if item is self.currentItem():
            self.chosen.emit(key)
        else:
            self.setCurrentItem(item)

    def _left_of(self, key: str) -> int:
        depth = 0
        item: QTreeWidgetItem | None = self._items[key].parent()
        while item is not None:
            depth, item = depth + 1, item.parent()
        return (12 if self._ports == "right" else 18) + depth * INDENT

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.viewport().update()
        point = event.position().toPoint()
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton or not self.draggable:
            hovered = self.row(self.key_at(point))
            set_tool_tip(self.viewport(), self._tip(hovered) if hovered is not None else "")
            return
        key, start = self._pressed
        row = self.row(key)
        far = (point - start).manhattanLength() >= QApplication.startDragDistance()
        if row is not None and row.is_leaf and (self._carrying or far):
            self._carrying = True
            self.carried.emit(key, event.globalPosition().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        if self._carrying and pressed is not None:
            self._carrying = False
            self.dropped.emit(pressed[0], event.globalPosition().toPoint())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        key = self.key_at(event.position().toPoint())
        if key:
            self.entered_row.emit(key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._carrying:
            self._carrying, self._pressed = False, None
            self.carry_ended.emit()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.current:
            self.entered_row.emit(self.current)
        elif event.key() == Qt.Key.Key_F2 and (row := self.row(self.current)) and row.edits:
            self.pencil_pressed.emit(self.current)
        elif event.key() == Qt.Key.Key_Delete and (row := self.row(self.current)) and row.edits:
            self.delete_pressed.emit(self.current)
        elif event.key() in {Qt.Key.Key_Plus, Qt.Key.Key_Insert} and (row := self.row(self.current)) and row.adds:
            self.plus_pressed.emit(self.current)
        elif event.key() == Qt.Key.Key_Escape or event.modifiers() & Qt.KeyboardModifier.AltModifier:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        is_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        key = self.key_at(event.pos()) if is_mouse else self.current
        if key:
            self.setCurrentItem(self._items[key])
            place = self.visualItemRect(self._items[key]).bottomLeft() + QPoint(32, 0)
            self.menu_wanted.emit(key, event.globalPos() if is_mouse else self.viewport().mapToGlobal(place))

    def _gone_to(self) -> None:
        self.viewport().update()
        if not self._filling and self.current:
            self.chosen.emit(self.current)

    def _folded(self, item: QTreeWidgetItem, *, is_open: bool) -> None:
        if not self._filling:
            self._folds[item.data(0, _ROW).key] = is_open
        self.moved.emit()

    def _tip(self, row: Row) -> str:
        parts = [row.hint, row.wrong or row.value]
        if row.adds:
            parts.append(_("Plus: {what}").format(what=row.adds))
        if row.edits:
            parts.append(_("Pencil or F2: {what}").format(what=row.edits))
        return "\n".join(part for part in parts if part)
