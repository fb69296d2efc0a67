"""The table's model: a million rows of which only those in sight are in memory.

Row 0 is the newest message. Without a filter the rows are every id there is; with one, a list of ids that grows while older messages are
searched. What is drawn and isn't there yet is asked for all at once, in the next turn of the event loop.
"""

from __future__ import annotations

import time
from array import array
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from mailflow_gui.language import N_, _
from mailflow_gui.qt.inspector import plain, states, tooltips
from mailflow_gui.qt.inspector.looking import Row
from mailflow_gui.qt.inspector.steps import described
from mailflow_gui.qt.theme import theme

RECEIVED, STATE, SUBJECT, SENDER, STEPS, DURATION = range(6)
TITLES = (N_("Received"), N_("State"), N_("Subject"), N_("From"), N_("Steps"), N_("Duration"))
ROW = int(Qt.ItemDataRole.UserRole)
"""Role: the :class:`Row` itself, or None while it is being read."""

_KEPT = 4000
_BATCH = 120

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class MessageModel(QAbstractTableModel):
    """Messages, newest first."""

    wanted = Signal(list)
    """Ids of rows that are drawn and have to be read."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._dense: range | None = range(1, 1)
        self._ids: array[int] = array("q")
        self._rows: OrderedDict[int, Row] = OrderedDict()
        self._asked: set[int] = set()
        self._missing: list[int] = []
        self._asking = QTimer(self, singleShot=True, interval=0)
        self._asking.timeout.connect(self._ask)

    # What is listed.

    def show_all(self, first: int, last: int) -> None:
        """List every id from ``first`` to ``last``."""
        self._begin_anew(range(first, last + 1), ())

    def show_ids(self, ids: Sequence[int]) -> None:
        """List these ids, given in ascending order."""
        self._begin_anew(None, ids)

    def show_exactly(self, ids: Sequence[int]) -> None:
        """Come from the listed ids to these (ascending) with as little ado as can be: what a person looks at stays where it is."""
        new = set(ids)
        gone = [place for place, item in enumerate(self._ids) if item not in new]
        if len(gone) > 200:
            self.show_ids(ids)
            return
        count = len(self._ids)
        for place in reversed(gone):
            self.beginRemoveRows(_ROOT, count - 1 - place, count - 1 - place)
            del self._ids[place]
            count -= 1
            self.endRemoveRows()
        newest = self._ids[-1] if self._ids else 0
        on_top = [item for item in ids if item > newest]
        if len(on_top) + len(self._ids) != len(ids):
            self.show_ids(ids)  # something old is back: rare enough to begin anew
        else:
            self.put_on_top(on_top)

    def put_on_top(self, ids: Sequence[int]) -> None:
        """Newer messages, in ascending order."""
        if not ids:
            return
        self.beginInsertRows(_ROOT, 0, len(ids) - 1)
        if self._dense is not None:
            self._dense = range(self._dense.start if len(self._dense) else ids[0], ids[-1] + 1)
        else:
            self._ids.extend(ids)
        self.endInsertRows()

    def raise_to(self, last: int) -> None:
        """Without a filter: everything up to ``last`` is there now."""
        assert self._dense is not None
        if last >= self._dense.stop:
            self.put_on_top(range(self._dense.stop, last + 1))

    def put_below(self, ids: Sequence[int]) -> None:
        """Older messages that a search found, in ascending order."""
        if not ids:
            return
        count = len(self._ids)
        self.beginInsertRows(_ROOT, count, count + len(ids) - 1)
        self._ids = array("q", ids) + self._ids
        self.endInsertRows()

    @property
    def newest(self) -> int:
        """The newest id listed, or 0."""
        if self._dense is not None:
            return self._dense[-1] if self._dense else 0
        return self._ids[-1] if self._ids else 0

    def id_at(self, row: int) -> int:
        """The message in a row."""
        return self._dense[-1 - row] if self._dense is not None else self._ids[-1 - row]

    def row_of(self, item: int) -> int | None:
        """Where a message is listed."""
        if self._dense is not None:
            return self._dense.stop - 1 - item if item in self._dense else None
        low, high = 0, len(self._ids)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self._ids[middle] < item else (low, middle)
        return len(self._ids) - 1 - low if low < len(self._ids) and self._ids[low] == item else None

    # What is known of it.

    def put_rows(self, rows: Sequence[Row], asked: Sequence[int] = ()) -> None:
        """Rows as they are now; ``asked``: all that was asked for, also what isn't there any more."""
        self._asked.difference_update(asked)
        touched = []
        for row in rows:
            self._rows[row.listed.id] = row
            self._rows.move_to_end(row.listed.id)
            place = self.row_of(row.listed.id)
            if place is not None:
                touched.append(place)
        while len(self._rows) > _KEPT:
            self._rows.popitem(last=False)
        if touched:
            self.dataChanged.emit(self.index(min(touched), 0), self.index(max(touched), DURATION), [])

    def forget_others(self, kept: Sequence[int]) -> None:
        """The journal has changed: rows out of sight are read anew when they are seen again."""
        stay = {item: self._rows[item] for item in kept if item in self._rows}
        self._rows = OrderedDict(stay)

    def row(self, item: int) -> Row | None:
        """What is known of a message."""
        return self._rows.get(item)

    # Qt's questions.

    def rowCount(self, parent: _Index = _ROOT) -> int:
        if parent.isValid():
            return 0
        return len(self._dense) if self._dense is not None else len(self._ids)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(TITLES)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _(TITLES[section]) + ("  ↓" if section == RECEIVED else "")
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.FontRole:
            return theme.font("caption")
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section == DURATION else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid():
            return None
        item = self.id_at(index.row())
        row = self._rows.get(item)
        if row is None:
            self._miss(index.row())
        if role == ROW:
            return row
        if row is None:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return text(row, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltips.of_cell(row, index.column())
        return None

    def _begin_anew(self, dense: range | None, ids: Sequence[int]) -> None:
        self.beginResetModel()
        self._dense, self._ids = dense, array("q", ids)
        self._asked.clear()
        self._missing.clear()
        self.endResetModel()

    def _miss(self, row: int) -> None:
        if self.id_at(row) not in self._asked:
            self._missing.append(row)
            if not self._asking.isActive():
                self._asking.start()

    def _ask(self) -> None:
        """Ask for what was missed, and for what scrolling will show next."""
        rows, self._missing = self._missing, []
        count = self.rowCount()
        rows = [row for row in rows if row < count]
        if not rows:
            return
        around = range(max(0, min(rows) - _BATCH // 3), min(count, max(rows) + _BATCH // 3 + 1))
        ids = [self.id_at(row) for row in (around if len(around) <= 2 * _BATCH else rows)]
        ids = [item for item in ids if item not in self._rows and item not in self._asked][: 3 * _BATCH]
        self._asked.update(ids)
        if ids:
            self.wanted.emit(ids)


def text(row: Row, column: int) -> str:
    """What stands in a cell, for eyes, ears and the clipboard."""
    listed = row.listed
    if column == RECEIVED:
        return states.clock(listed.received)
    if column == STATE:
        return _(states.look(listed.state, dry=listed.dry).title)
    if column == SUBJECT:
        return plain.one_line(listed.subject) or _("(no subject)")
    if column == SENDER:
        return plain.one_line(listed.sender)
    if column == STEPS:
        done, count = described(row.pips)
        return _("{done} of {count} steps").format(done=done, count=count)
    return states.duration(listed, time.time())
