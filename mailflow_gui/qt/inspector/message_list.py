"""The list: the table kept in step with the journal, following at the top, standing still further down, searching when asked."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelection, QModelIndex, QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from mailflow_gui.errors import MailFlowError
from mailflow_gui.journal.listing import Filter
from mailflow_gui.journal.reader import Reader
from mailflow_gui.language import _, ngettext
from mailflow_gui.qt.controls import Banner, Button, ElidedLabel, EmptyState
from mailflow_gui.qt.inspector import looking
from mailflow_gui.qt.inspector.bar import FilterBar
from mailflow_gui.qt.inspector.lane import Lane
from mailflow_gui.qt.inspector.looking import Look, Looker, Row
from mailflow_gui.qt.inspector.model import MessageModel
from mailflow_gui.qt.inspector.table import MessageTable


class MessageList(QWidget):
    """The table with what belongs to it. :meth:`shut_down` before the application ends."""

    selected = Signal(int)
    """A message was selected: its id."""
    row_changed = Signal(object)
    """The selected message's :class:`Row` is known, or differs from before."""

    def __init__(self, reader: Reader, bar: FilterBar, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = bar
        self._looker = Looker(reader)
        self._lane = Lane("inspector-table", self)
        self._lane.at_end(self._looker.close)
        self._filter = Filter()
        self._looking = self._look_again = False
        self._begun = False
        """The list of the present filter has been begun."""
        self._known = 0
        """The newest id that the list has taken account of."""
        self._pending = 0
        self._item: int | None = None
        self._told: Row | None = None
        self._searched_from = self._searched_to = 0
        self._oldest = 1
        self.model = MessageModel(self)
        self.table = MessageTable(self.model)
        self.new_chip = Button(" ", "arrow-up", "primary", compact=True, parent=self.table)
        self.new_chip.hide()
        self._build()
        self.bar.changed.connect(self._filter_changed)
        self.bar.paused.connect(lambda paused: None if paused else self._take_in())
        self.model.wanted.connect(self._read_rows)
        self.table.at_top_changed.connect(lambda at_top: self._take_in() if at_top else None)
        self.table.selectionModel().selectionChanged.connect(self._selection_changed)
        self.new_chip.clicked.connect(self._to_top)
        self.search_older.clicked.connect(self._search_on)

    def refresh(self) -> None:
        """Look whether anything has changed; cheap if nothing has, and never waits."""
        if self._looking:
            self._look_again = True
            return
        self._looking = True
        wanted, known = self._filter, self._known if self._begun else 0
        in_sight = self._ids_in_sight()
        self._lane.do(lambda: self._looker.look(wanted, known, in_sight), lambda look: self._looked(wanted, look))

    def select_message(self, item: int) -> None:
        """Select a message, and show it whatever the filter says."""
        row = self.model.row_of(item)
        if row is not None:
            self.table.selectRow(row)
            self.table.scrollTo(self.model.index(row, 0))
        else:
            self._select(item)

    @property
    def item(self) -> int | None:
        """The selected message."""
        return self._item

    def tick(self) -> None:
        """Some time has passed."""
        self.refresh()
        self.table.refresh_durations()

    def show_fault(self, error: Exception) -> None:
        """Tell that the journal can't be read."""
        if not isinstance(error, MailFlowError):
            raise error
        self.fault.say("danger", error.text, error.advice)
        self.fault.show()

    def shut_down(self) -> None:
        """End the thread; nothing is read any more."""
        self._lane.close()

    def _build(self) -> None:
        self._note = QWidget()
        self._note.setProperty("panel", "surface-alt")
        self._note_text = ElidedLabel("", "small", "text-2")
        self.search_older = Button(_("Search older ones"), kind="link", compact=True)
        row = QHBoxLayout(self._note)
        row.setContentsMargins(12, 2, 12, 2)
        row.addWidget(self._note_text, 1)
        row.addWidget(self.search_older)
        self._note.hide()
        self.fault = Banner("danger")
        self.fault.hide()
        self._nothing = EmptyState(
            "inbox",
            _("No messages yet"),
            _("Every mail that a flow receives is listed here, with all that happens to it."),
        )
        self._no_match = EmptyState("search", _("No message fits"), _("Change the search, or show all states."))
        self.pages = QStackedWidget()
        for page in (self.table, self._nothing, self._no_match):
            self.pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.fault)
        column.addWidget(self.pages, 1)
        column.addWidget(self._note)
        self.table.installEventFilter(self)

    @property
    def following(self) -> bool:
        """Whether new messages come in at the top by themselves."""
        return self.table.at_top and not self.bar.pause.isChecked()

    def _filter_changed(self) -> None:
        if self.bar.filter == self._filter:
            return
        self._filter = self.bar.filter
        self._begun = False
        self._known = 0
        self._note.hide()
        self.refresh()

    def _looked(self, wanted: Filter, look: Look | Exception | None) -> None:
        self._looking = False
        if self._look_again or wanted != self._filter:
            self._look_again = False
            self.refresh()
        if isinstance(look, Exception):
            self.show_fault(look)
        elif look is not None and wanted == self._filter:
            self.fault.hide()
            self._keep_in_step(look)

    def _keep_in_step(self, look: Look) -> None:
        if look.last < self._known:
            self._begun = False  # another journal has taken this one's place
        self._oldest = look.first
        self.bar.show_counts(look.counts, None if look.wanted.flow else max(0, look.last - look.first + 1))
        if not self._begun:
            self._begin(look)
        elif self.following:
            self._take(look)
        else:
            self._hold_back(look)
        self.model.forget_others([row.listed.id for row in look.rows])
        self._rows_read(list(look.rows), [])
        self._show_page(look)

    def _begin(self, look: Look) -> None:
        self._begun = True
        self._known = look.last
        self._set_pending(0)
        if look.wanted.everything:
            self.model.show_all(look.first, look.last)
        elif look.exact is not None:
            self.model.show_ids(look.exact)
        else:
            self.model.show_ids(())
            self._searched_from = self._searched_to = look.last + 1
            self._search_on()
        self.table.scrollToTop()
        self._select_again()

    def _take(self, look: Look) -> None:
        self._known = look.last
        self._set_pending(0)
        if look.wanted.everything:
            self.model.raise_to(look.last)
        elif look.exact is not None:
            self.model.show_exactly(look.exact)
        else:
            self.model.put_on_top(look.new)
        self._select_again()

    def _hold_back(self, look: Look) -> None:
        """A person reads further down: what comes in waits at the top, and the list stays where it is."""
        if look.wanted.everything:
            self._set_pending(look.last - self._known)
        elif look.exact is not None:
            self.model.show_exactly([item for item in look.exact if item <= self._known])
            self._set_pending(sum(item > self._known for item in look.exact))
            self._select_again()
        else:
            self._set_pending(len(look.new))

    def _take_in(self) -> None:
        if self._pending:
            self._looker_forgets()
            self.refresh()

    def _looker_forgets(self) -> None:
        """The next look answers even if the journal hasn't changed: it is the list that wants more."""
        self._lane.do(self._looker.forget, lambda _nothing: None)

    def _to_top(self) -> None:
        if self.bar.pause.isChecked():
            self.bar.pause.setChecked(False)
        self.table.scrollToTop()
        self._take_in()

    def _set_pending(self, count: int) -> None:
        self._pending = count
        self.new_chip.setVisible(count > 0)
        if count > 0:
            self.new_chip.setText(ngettext("{count} new", "{count} new", count).format(count=f"{count:,}"))
            self._place_chip()

    def _place_chip(self) -> None:
        size = self.new_chip.sizeHint()
        top = self.table.horizontalHeader().height() + 8
        self.new_chip.setGeometry((self.table.width() - size.width()) // 2, top, size.width(), size.height())
        self.new_chip.raise_()

    def _search_on(self) -> None:
        """Look through older messages, a stretch at a time, until enough has been looked through or all."""
        self._note.hide()
        self._searched_from = self._searched_to
        self._search_stretch(self._filter)

    def _search_stretch(self, wanted: Filter) -> None:
        last = self._searched_to - 1
        self._lane.do(
            lambda: self._looker.search(wanted, last) if wanted == self._filter and last > 0 else (1, []),
            lambda found: self._stretch_searched(wanted, found),
        )

    def _stretch_searched(self, wanted: Filter, found: tuple[int, list[int]] | Exception) -> None:
        if wanted != self._filter:
            return
        if isinstance(found, Exception):
            self.show_fault(found)
            return
        first, ids = found
        self.model.put_below(ids)
        self._searched_to = first
        if ids:
            self._show_page(None)
            self._select_again()
        if first <= self._oldest:
            self._note.hide()
            self._show_page(None)
        elif self._searched_from - first >= looking.SEARCHED:
            looked = self._known + 1 - first
            self._note_text.setText(_("Looked through the newest {count} messages.").format(count=f"{looked:,}"))
            self._note.show()
            self._show_page(None)
        else:
            self._search_stretch(wanted)

    def _show_page(self, look: Look | None) -> None:
        searching = self._searched_to > self._oldest and self._note.isHidden() and not self._filter.everything
        searching = searching and not self._filter.indexed
        if self.model.rowCount() or (searching and look is None):
            self.pages.setCurrentWidget(self.table)
        elif self._filter.everything:
            self.pages.setCurrentWidget(self._nothing)
        else:
            self.pages.setCurrentWidget(self._no_match)

    def _ids_in_sight(self) -> list[int]:
        ids = [self.model.id_at(row) for row in self.table.in_sight()]
        if self._item is not None and self._item not in ids:
            ids.append(self._item)
        return ids

    def _read_rows(self, ids: list[int]) -> None:
        self._lane.do(lambda: self._looker.rows(ids), lambda rows: self._rows_read(rows, ids))

    def _rows_read(self, rows: list[Row] | Exception, asked: list[int]) -> None:
        if isinstance(rows, Exception):
            self.show_fault(rows)
            return
        self.model.put_rows(rows, asked)
        for row in rows:
            if row.listed.id == self._item:
                self._tell(row)

    def _tell(self, row: Row) -> None:
        if row != self._told:
            self._told = row
            self.row_changed.emit(row)

    def _selection_changed(self, selected: QItemSelection, _deselected: QItemSelection) -> None:
        indexes = selected.indexes()
        if indexes:
            self._select(self.model.id_at(indexes[0].row()))

    def _select(self, item: int) -> None:
        if item == self._item:
            return
        self._item = item
        row = self.model.row(item)
        if row is not None:
            self._tell(row)
        else:
            self._read_rows([item])
        self.selected.emit(item)

    def _select_again(self) -> None:
        """After the list has begun anew: the message in hand stays in hand."""
        if self._item is None:
            return
        row = self.model.row_of(self._item)
        selection = self.table.selectionModel()
        if row is None:
            self.table.clearSelection()
        elif not selection.isRowSelected(row, QModelIndex()):
            self.table.selectRow(row)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.table and event.type() == QEvent.Type.Resize:
            self._place_chip()
        return False
