"""The table of groups: rows of 56 px with the class, the code and its meaning, bars over the period, numbers and times."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from mailflow_gui.journal.error_groups import Group
from mailflow_gui.journal.reclassed import Reclassed
from mailflow_gui.language import N_, _
from mailflow_gui.qt.controls import chip_width, paint_chip, set_up_table
from mailflow_gui.qt.errors import words
from mailflow_gui.qt.inspector.states import full_time
from mailflow_gui.qt.inspector.tooltips import tool_tip
from mailflow_gui.qt.theme import theme

CLASS, ERROR, BARS, COUNT, MESSAGES, FIRST, LAST = range(7)
_TITLES = (N_("Class"), N_("Error"), "", N_("Count"), N_("Messages"), N_("First"), N_("Last"))
GROUP = int(Qt.ItemDataRole.UserRole)
_WIDTHS = {CLASS: 132, BARS: 104, COUNT: 64, MESSAGES: 84, FIRST: 72, LAST: 76}
_RIGHT = {COUNT, MESSAGES, FIRST, LAST}
_LEAST_ERROR = 240
_PADDING = 12
_HEAD = 28
_BAR, _STEP, _HIGHEST, _FIELD = 4, 5, 20, 24
_ORDER: Mapping[int, Callable[[Group], Any]] = {
    CLASS: lambda group: group.outcome,
    ERROR: lambda group: group.name,
    COUNT: lambda group: group.count,
    MESSAGES: lambda group: group.open,
    FIRST: lambda group: group.first,
    LAST: lambda group: group.last,
}
_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class GroupsModel(QAbstractTableModel):
    """The groups, in the order that a person chose."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.groups: list[Group] = []
        self._given: Mapping[str, Reclassed] = {}
        self._sorted: tuple[int, bool] = (LAST, True)
        self._period = ""

    def show(self, groups: Sequence[Group], given: Mapping[str, Reclassed], period: str) -> None:
        """Show other groups, or the same with other numbers, without moving what is looked at more than needed."""
        self._given = given
        if period != self._period:
            self._period = period
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, BARS, BARS)
        wanted = self._in_order(groups)
        if [group.name for group in wanted] == [group.name for group in self.groups]:
            changed = [row for row, group in enumerate(wanted) if group != self.groups[row]]
            self.groups = wanted
            if changed:
                self.dataChanged.emit(self.index(changed[0], 0), self.index(changed[-1], LAST), [])
            return
        self.layoutAboutToBeChanged.emit()
        places = {group.name: row for row, group in enumerate(wanted)}
        old = self.persistentIndexList()
        new = []
        for index in old:
            name = self.groups[index.row()].name if index.row() < len(self.groups) else ""
            new.append(self.createIndex(places[name], index.column()) if name in places else QModelIndex())
        self.groups = wanted
        self.changePersistentIndexList(old, new)
        self.layoutChanged.emit()

    def sort_by(self, column: int) -> None:
        """Sort by a column; by the same one: the other way round."""
        if column in _ORDER:
            before, descending = self._sorted
            self._sorted = (column, not descending if column == before else column not in {CLASS, ERROR})
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, LAST)
            self.show(self.groups, self._given, self._period)

    def row_of(self, name: str) -> int | None:
        """Where a group is."""
        return next((row for row, group in enumerate(self.groups) if group.name == name), None)

    def rule(self, group: Group) -> Reclassed | None:
        """The class that a person gave it."""
        return self._given.get(group.name)

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.groups)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(_TITLES)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            title = self._period if section == BARS else _(_TITLES[section])
            by, descending = self._sorted
            return f"{title} {'↓' if descending else '↑'}" if section == by else title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section in _RIGHT else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid() or index.row() >= len(self.groups):
            return None
        group = self.groups[index.row()]
        if role == GROUP:
            return group
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._text(group, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(group, index.column())
        return None

    def _text(self, group: Group, column: int) -> str:
        if column == CLASS:
            return _(words.look(group.outcome).title)
        if column == ERROR:
            return f"{group.name}: {words.meaning(group)}"
        if column == COUNT:
            return f"{group.count:,}"
        if column == MESSAGES:
            return f"{group.messages:,}" if group.messages else "–"
        if column == FIRST:
            return words.short_time(group.first)
        return words.short_time(group.last) if column == LAST else ""

    def _tip(self, group: Group, column: int) -> str:
        if column == CLASS:
            what = _(words.look(group.outcome).next)
            return tool_tip(what, _("You classed it so.") if group.name in self._given else "")
        if column == ERROR:
            unknown = "" if words.is_known(group) else _("MailFlow doesn’t know this code: please class it.")
            return tool_tip(words.meaning(group), group.code, unknown)
        if column in {FIRST, LAST} and group.last:
            return tool_tip(full_time(group.first if column == FIRST else group.last))
        return ""

    def _in_order(self, groups: Sequence[Group]) -> list[Group]:
        column, descending = self._sorted
        newest_first = sorted(groups, key=lambda group: -group.last)
        return sorted(newest_first, key=_ORDER[column], reverse=descending)


class _Delegate(QStyledItemDelegate):
    """Paints every cell itself: nothing in it is ever read as markup."""

    def __init__(self, model: GroupsModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._groups = model

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        rectangle: QRect = option.rect
        state: QStyle.StateFlag = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rectangle, theme.color("accent-soft"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rectangle, theme.color("hover"))
        painter.fillRect(QRect(rectangle.left(), rectangle.bottom(), rectangle.width(), 1), theme.color("border"))
        group = index.data(GROUP)
        if not isinstance(group, Group):
            return
        place = rectangle.adjusted(_PADDING if index.column() in {CLASS, ERROR, BARS} else 0, 0, -_PADDING, -1)
        column = index.column()
        if column == CLASS:
            look = words.look(group.outcome)
            paint_chip(painter, place, _(look.title), look.chip, look.icon)
        elif column == ERROR:
            self._paint_error(painter, place, group)
        elif column == BARS:
            _paint_bars(painter, place, group)
        else:
            painter.setFont(theme.font("body", 600) if column == COUNT else theme.font("small"))
            painter.setPen(theme.color("text" if column == COUNT else "text-2"))
            painter.drawText(place, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), index.data())

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        return QSize(40, theme.size("row-group"))

    def _paint_error(self, painter: QPainter, place: QRect, group: Group) -> None:
        mono = theme.font("mono", 600)
        mono.setPixelSize(13)
        chip = ""
        if not words.is_known(group) and self._groups.rule(group) is None:
            chip = _("Unknown code")
        elif self._groups.rule(group) is not None:
            chip = _("Classed by you")
        room = place.width() - (chip_width(chip) + 8 if chip else 0)
        metrics = QFontMetrics(mono)
        name = metrics.elidedText(group.name, Qt.TextElideMode.ElideRight, max(80, room))
        upper = QRect(place.left(), place.center().y() - 19, place.width(), 20)
        painter.setFont(mono)
        painter.setPen(theme.color("text"))
        painter.drawText(upper, int(Qt.AlignmentFlag.AlignVCenter), name)
        if chip:
            beside = metrics.horizontalAdvance(name) + 8
            paint_chip(
                painter,
                upper.adjusted(beside, 0, 0, 0),
                chip,
                "accent" if self._groups.rule(group) is not None else "warn",
            )
        small = theme.font("small")
        lower = QRect(place.left(), upper.bottom() + 1, place.width(), 18)
        painter.setFont(small)
        painter.setPen(theme.color("text-2"))
        shown = QFontMetrics(small).elidedText(words.meaning(group), Qt.TextElideMode.ElideRight, lower.width())
        painter.drawText(lower, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), shown)


def _paint_bars(painter: QPainter, place: QRect, group: Group) -> None:
    top = place.top() + (place.height() - _FIELD) // 2
    most = max(group.bars) or 1
    for number, count in enumerate(group.bars):
        height = max(1, round(count / most * _HIGHEST))
        token = "text-3" if count else "border"
        painter.fillRect(QRect(place.left() + number * _STEP, top + _FIELD - height, _BAR, height), theme.color(token))


class GroupsTable(QTableView):
    """The table. ``chosen`` names the group in hand."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.groups = GroupsModel(self)
        self.setModel(self.groups)
        self.setItemDelegate(_Delegate(self.groups, self))
        self.setAccessibleName(_("Errors by code"))
        set_up_table(self, theme.size("row-group"), _HEAD)
        columns = self.horizontalHeader()
        columns.setSectionsClickable(True)
        columns.setStyleSheet(f"QHeaderView::section {{ padding: 0 {_PADDING}px; }}")
        columns.sectionClicked.connect(self.groups.sort_by)
        self.selectionModel().currentRowChanged.connect(self._chosen)
        self._showing = False

    def show_groups(self, groups: Sequence[Group], given: Mapping[str, Reclassed], period: str, hand: str) -> None:
        """Show groups, with the one called ``hand`` in hand."""
        self._showing = True
        self.groups.show(groups, given, period)
        row = self.groups.row_of(hand)
        if row is None:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
        elif self.currentIndex().row() != row or not self.selectionModel().isRowSelected(row, QModelIndex()):
            self.selectRow(row)
        self._showing = False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        widest = max(chip_width(_(look.title), look.icon) for look in words.CLASSES.values() if look.rule)
        class_width = max(_WIDTHS[CLASS], min(200, widest + 2 * _PADDING))
        rest = self.viewport().width() - class_width - _WIDTHS[LAST]
        for column in (COUNT, MESSAGES, FIRST, BARS):
            there = rest - _WIDTHS[column] >= _LEAST_ERROR
            self.setColumnHidden(column, not there)
            rest -= _WIDTHS[column] if there else 0
        for column, width in _WIDTHS.items():
            self.setColumnWidth(column, class_width if column == CLASS else width)
        self.setColumnWidth(ERROR, max(80, rest))

    def _chosen(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid() and not self._showing:
            self.chosen.emit(self.groups.groups[current.row()].name)
