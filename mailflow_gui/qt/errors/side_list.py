"""The list on the left: what to look at, by what happens next, by flow, by connection, and what is closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from mailflow_gui.accounts.account import Account
from mailflow_gui.language import _
from mailflow_gui.qt.errors import words
from mailflow_gui.qt.errors.looking import DISCARDED, SOLVED, Counts, Wanted
from mailflow_gui.qt.inspector import plain
from mailflow_gui.qt.inspector.tooltips import tool_tip
from mailflow_gui.qt.theme import theme

_ROW, _HEAD = 28, 36
_ENTRY = int(Qt.ItemDataRole.UserRole)
_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


@dataclass(frozen=True)
class Entry:
    """A row: a head, which can't be chosen, or what it narrows the view to."""

    title: str
    count: int = 0
    icon: str = ""
    ink: str = "text-2"
    outcome: str = ""
    flow: str = ""
    account: str = ""
    closed: str = ""

    @property
    def head(self) -> bool:
        return not self.icon

    def narrow(self, wanted: Wanted) -> Wanted:
        """What is wanted once this is chosen."""
        return replace(wanted, outcome=self.outcome, flow=self.flow, account=self.account, closed=self.closed, group="")

    def is_of(self, wanted: Wanted) -> bool:
        """Whether this is what is chosen."""
        mine = (self.outcome, self.flow, self.account, self.closed)
        return not self.head and mine == (wanted.outcome, wanted.flow, wanted.account, wanted.closed)


def entries(counts: Counts, wanted: Wanted, flows: Mapping[str, str], accounts: Mapping[str, Account]) -> list[Entry]:
    """The rows; only what occurs or is chosen."""
    found = [
        Entry(_("What happens next")),
        Entry(_("All open"), counts.open, "list"),
        *(
            Entry(_(look.title), counts.by_class.get(outcome, 0), look.icon, look.token, outcome=outcome)
            for outcome, look in words.CLASSES.items()
            if counts.by_class.get(outcome) or outcome == wanted.outcome
        ),
    ]
    of_flows = {*counts.by_flow, *filter(None, [wanted.flow])}
    if of_flows:
        found.append(Entry(_("Flows")))
        found += [
            Entry(plain.one_line(flows.get(flow, flow), 80), counts.by_flow.get(flow, 0), "workflow", flow=flow)
            for flow in sorted(of_flows, key=lambda flow: flows.get(flow, flow).casefold())
        ]
    of_accounts = {*counts.by_account, *filter(None, [wanted.account])}
    if of_accounts:
        found.append(Entry(_("Connections")))
        for account in sorted(of_accounts, key=lambda account: account_name(accounts, account).casefold()):
            sends = account in accounts and accounts[account].protocol == "smtp"
            icon = "send" if sends else "inbox"
            count = counts.by_account.get(account, 0)
            found.append(Entry(plain.one_line(account_name(accounts, account), 80), count, icon, account=account))
    if counts.solved or counts.discarded or wanted.closed:
        found.append(Entry(_("Closed")))
        found.append(Entry(_("Solved"), counts.solved, "circle-check", closed=SOLVED))
        found.append(Entry(_("Discarded"), counts.discarded, "trash-2", closed=DISCARDED))
    return found


def account_name(accounts: Mapping[str, Account], account: str) -> str:
    """What people call a connection; one that is gone by its id."""
    return accounts[account].name if account in accounts else account


class _Entries(QAbstractListModel):
    entries: tuple[Entry, ...] = ()

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.entries)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not index.isValid() or self.entries[index.row()].head:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        entry = self.entries[index.row()]
        if role == _ENTRY:
            return entry
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return entry.title if entry.head else f"{entry.title} {entry.count:,}"
        if role == Qt.ItemDataRole.ToolTipRole and not entry.head:
            return tool_tip(entry.title)
        return None


class _Delegate(QStyledItemDelegate):
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        rectangle: QRect = option.rect
        entry: Entry = index.data(_ENTRY)
        if entry.head:
            font = theme.font("section")
            painter.setFont(font)
            painter.setPen(theme.color("text-3"))
            place = rectangle.adjusted(16, rectangle.height() - 22, -12, 0)
            painter.drawText(place, int(Qt.AlignmentFlag.AlignTop), entry.title)
            return
        state: QStyle.StateFlag = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.fillRect(rectangle, theme.color("accent-soft"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rectangle, theme.color("hover"))
        token = "accent-text" if chosen and entry.ink == "text-2" else entry.ink
        ratio = painter.device().devicePixelRatioF()
        top = rectangle.top() + (rectangle.height() - 16) // 2
        painter.drawPixmap(rectangle.left() + 16, top, theme.pixmap(entry.icon, token, 16, ratio))
        number = f"{entry.count:,}"
        small = theme.font("small", 600 if chosen else None)
        width = QFontMetrics(small).horizontalAdvance(number)
        font = theme.font("body", 600 if chosen else None)
        title = rectangle.adjusted(40, 0, -12 - width - 8, 0)
        painter.setFont(font)
        painter.setPen(theme.color("accent-text" if chosen else "text"))
        shown = QFontMetrics(font).elidedText(entry.title, Qt.TextElideMode.ElideRight, title.width())
        painter.drawText(title, int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), shown)
        painter.setFont(small)
        painter.setPen(theme.color("accent-text" if chosen else "text-2"))
        right = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(rectangle.adjusted(0, 0, -12, 0), right, number)

    def sizeHint(self, _option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(40, (_HEAD if index.row() else _ROW) if index.data(_ENTRY).head else _ROW)


class SideList(QListView):
    """The list. ``chosen`` has the :class:`Entry`."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries = _Entries(self)
        self._showing = False
        self.setModel(self._entries)
        self.setItemDelegate(_Delegate(self))
        self.setAccessibleName(_("Which errors"))
        self.setMouseTracking(True)
        self.setViewportMargins(0, 8, 0, 8)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.selectionModel().currentChanged.connect(self._chosen)
        theme.changed.connect(self.viewport().update)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What it shows."""
        return self._entries.entries

    def show_entries(self, entries: list[Entry], wanted: Wanted) -> None:
        """Show other rows, or the same with other numbers."""
        self._showing = True
        if len(entries) == len(self.entries) and all(
            replace(old, count=new.count) == new for old, new in zip(self.entries, entries, strict=True)
        ):
            self._entries.entries = tuple(entries)
            self.viewport().update()
        else:
            self._entries.beginResetModel()
            self._entries.entries = tuple(entries)
            self._entries.endResetModel()
        row = next((place for place, entry in enumerate(entries) if entry.is_of(wanted)), -1)
        if wanted.dead:
            row = -1
        if row < 0:
            self.clearSelection()
        elif self.currentIndex().row() != row or not self.selectionModel().isSelected(self._entries.index(row)):
            self.setCurrentIndex(self._entries.index(row))
        self._showing = False

    def _chosen(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid() and not self._showing:
            self.chosen.emit(self.entries[current.row()])
