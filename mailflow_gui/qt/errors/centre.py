"""The error centre: puts list, tables, bars and detail together, keeps them in step with the journal, and leaves requests there."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.errors import MailFlowError
from mailflow_gui.journal.reader import Reader
from mailflow_gui.language import _
from mailflow_gui.qt.controls import Banner, Button, EmptyState, Label
from mailflow_gui.qt.errors import group_shown, looking, reading, words
from mailflow_gui.qt.errors.acting import Acting
from mailflow_gui.qt.errors.detail import ErrorDetail
from mailflow_gui.qt.errors.group_bar import GroupBar
from mailflow_gui.qt.errors.groups_table import GroupsTable
from mailflow_gui.qt.errors.looking import DISCARDED, Look, Wanted
from mailflow_gui.qt.errors.messages_table import StuckTable
from mailflow_gui.qt.errors.open_count import OpenCount
from mailflow_gui.qt.errors.side_list import Entry, SideList, entries
from mailflow_gui.qt.errors.top_bar import TopBar
from mailflow_gui.qt.inspector.lane import Lane
from mailflow_gui.qt.theme import theme

_TICK = 250
"""Milliseconds between two looks while it can be seen."""
_SIDE, _DETAIL, _DETAIL_NARROW = 216, 440, 400
_NARROW, _NARROWEST = 1200, 900
"""Widths of the window from which on the side list, and the detail beside the tables, have room."""


class ErrorCentre(QWidget):
    """Shows the errors of a home's journal. :meth:`shut_down` before the application ends."""

    back_wanted = Signal()
    said = Signal(str)
    undoable = Signal(str, object)
    """A line about what was done, and the function that takes it back."""
    followed = Signal(tuple)
    """A link of the detail (:attr:`ErrorDetail.followed`)."""

    def __init__(self, reader: Reader, accounts: AccountStore, count: OpenCount, parent: QWidget | None = None) -> None:
        """:param count: by the same reader; it stays with who made it."""
        super().__init__(parent)
        self.setProperty("panel", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._reader, self._accounts = reader, accounts
        self.count, self._looker, self._lane = count, count.looker, count.lane
        self._reading = Lane("errors-detail", self)
        self._reading.at_end(reader.close)
        self._wanted = Wanted()
        self._look: Look | None = None
        self._looking = self._again = self._anew = False
        self._closed = self._sized = self._cramped = self._opened = False
        self._item: int | None = None
        self._shown_group = ""
        self._make()
        self.acting = Acting(self, reader, self._reading)
        self._lay_out()
        self._connect()
        self._timer = QTimer(self, interval=_TICK)
        self._timer.timeout.connect(self.tick)
        application = QApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.shut_down)

    # ---- what others ask of it

    @property
    def look(self) -> Look | None:
        """What is shown."""
        return self._look

    def refresh(self, *, anew: bool = False) -> None:
        """Look whether anything has changed; cheap if nothing has, and never waits."""
        self._anew = self._anew or anew
        if self._looking:
            self._again = True
            return
        self._looking, forced, self._anew = True, self._anew, False
        wanted, in_sight = self._wanted, self.messages.in_sight()
        if self._item is not None and self._item not in in_sight:
            in_sight.append(self._item)
        self._lane.do(lambda: self._looker.look(wanted, in_sight, anew=forced), lambda look: self._looked(wanted, look))

    def tick(self) -> None:
        """Some time has passed."""
        self.refresh()
        self.messages.refresh_times()

    def shut_down(self) -> None:
        """End its thread; the counting ends by itself."""
        self._timer.stop()
        self._reading.close()

    # ---- putting together

    def _make(self) -> None:
        self.top = TopBar()
        self.side = SideList()
        self.groups = GroupsTable()
        self.bar = GroupBar()
        self.messages = StuckTable()
        self.detail = ErrorDetail()
        self.fault = Banner("danger")
        self.fault.hide()
        self.hint = Label("", "small", "text-2", wrap=True)
        self.rule_button = Button(_("Change the rule…"), kind="link", compact=True)
        self.rule_button.setFont(theme.font("small", 500))
        self.undo_button = Button(_("Undo"), kind="link", compact=True)
        self.undo_button.setFont(theme.font("small", 500))
        self.nothing = EmptyState(
            "circle-check", _("No open errors"), _("Whatever goes wrong is listed here, with what to do about it.")
        )
        self.no_match = EmptyState(
            "search", _("No error fits"), _("Change the search, the period or the list on the left.")
        )
        self.no_messages = EmptyState("mail-open", _("No message is held up"), "")

    def _lay_out(self) -> None:
        hint = self.hint_row = group_shown.hint_row(self.hint, self.undo_button, self.rule_button)
        self.message_pages = QStackedWidget()
        self.message_pages.addWidget(self.messages)
        self.message_pages.addWidget(self.no_messages)
        below = QWidget()
        column = QVBoxLayout(below)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for widget in (self.bar, group_shown.line(), self.message_pages, group_shown.line(), hint):
            column.addWidget(widget, 1 if widget is self.message_pages else 0)
        self.tables = QSplitter(Qt.Orientation.Vertical)
        self.tables.addWidget(self.groups)
        self.tables.addWidget(below)
        self.tables.setSizes([364, 432])
        self.groups.setMinimumHeight(84)
        below.setMinimumHeight(180)
        self.pages = QStackedWidget()
        for page in (self.tables, self.nothing, self.no_match):
            self.pages.addWidget(page)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        for widget in (self.side, self.pages, self.detail):
            self.splitter.addWidget(widget)
        for splitter in (self.tables, self.splitter):
            splitter.setChildrenCollapsible(False)
            splitter.setHandleWidth(1)
        self.splitter.setSizes([_SIDE, 784, _DETAIL])
        for place, stretch in enumerate((0, 1, 0)):
            self.splitter.setStretchFactor(place, stretch)
        for widget, width in ((self.side, 150), (self.pages, 320), (self.detail, 300)):
            widget.setMinimumWidth(width)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.top)
        whole.addWidget(self.fault)
        whole.addWidget(self.splitter, 1)

    def _connect(self) -> None:
        self.top.back_wanted.connect(self.back_wanted)
        self.top.changed.connect(lambda: self._want(self.top.wanted(self._wanted)))
        self.side.chosen.connect(self._narrow)
        self.groups.chosen.connect(lambda name: self._want(replace(self._wanted, group=name)))
        self.messages.chosen.connect(self._choose)
        self.messages.opened.connect(self._show_detail)
        self.messages.marked.connect(lambda: group_shown.show_bar(self))
        self.messages.messages.wanted.connect(self._read_rows)
        self.bar.retry_wanted.connect(lambda: self.acting.ask("retry"))
        self.bar.discard_wanted.connect(self.acting.discard)
        self.bar.once_wanted.connect(lambda kind: self.acting.ask("retry" if kind == "retry" else "reject"))
        self.bar.always_wanted.connect(self.acting.give_class)
        self.bar.undo_wanted.connect(self.acting.take_back)
        self.undo_button.clicked.connect(self.acting.take_back)
        self.rule_button.clicked.connect(self.bar.reclass.click)
        self.detail.closed.connect(self._hide_detail)
        self.detail.asked.connect(self.acting.ask_about)
        self.detail.followed.connect(self.followed)
        self.detail.save_wanted.connect(self.acting.save)
        self.detail.copied.connect(lambda: self.said.emit(_("Copied, without addresses and secrets.")))

    # ---- Qt's own

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start()
        self.count.pause()
        self.refresh(anew=True)
        if not self._sized:
            self._sized = True
            self._cramped = self.width() >= _NARROW  # so that it is fitted
        self.fit()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()
        self.count.resume()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.back_wanted.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def minimumSizeHint(self) -> QSize:
        """It gives way: what stands aside follows from the room there is (:meth:`fit`)."""
        return QSize(320, 240)

    def fit(self) -> None:
        """Side list and detail stand aside where there is no room for them."""
        width = self.width()
        narrow = width < _NARROW
        self._fit_detail()
        self.side.setVisible(not narrow or self.detail.isHidden())
        if self._sized and narrow != self._cramped:
            self._cramped = narrow
            detail = _DETAIL_NARROW if narrow else _DETAIL
            self.splitter.setSizes([_SIDE, max(1, width - detail - (0 if narrow else _SIDE)), detail])

    def _fit_detail(self) -> None:
        roomy = self.width() >= _NARROWEST
        something = self._item is not None or (self._look is not None and self._look.group is not None)
        there = something and not self._closed and self.pages.currentWidget() is self.tables and (roomy or self._opened)
        self.detail.setVisible(there)
        self.pages.setVisible(roomy or not there)

    # ---- looking

    def _want(self, wanted: Wanted) -> None:
        if wanted != self._wanted:
            if replace(wanted, group="") != replace(self._wanted, group="") or wanted.group != self._wanted.group:
                self._item = None
                self.messages.messages.mark(list(self.messages.messages.marked), on=False)
            self._wanted = wanted
            self.refresh(anew=True)

    def _narrow(self, entry: object) -> None:
        assert isinstance(entry, Entry)
        self.top.show_groups()
        self._want(replace(entry.narrow(self._wanted), dead=False))

    def _looked(self, wanted: Wanted, look: Look | Exception | None) -> None:
        self._looking = False
        if self._again or wanted != self._wanted:
            self._again = False
            self.refresh()
        if isinstance(look, Exception):
            self._fail(look)
        elif look is not None and wanted == self._wanted:
            self.fault.hide()
            self._look = look
            self._show()

    def _fail(self, error: Exception) -> None:
        if not isinstance(error, MailFlowError):
            raise error
        self.fault.say("danger", error.text, error.advice)
        self.fault.show()

    # ---- showing

    def _show(self) -> None:
        look = self._look
        assert look is not None
        self.count.tell(look.counts.open)
        self.top.show_counts(look.counts.open, look.counts.dead)
        self.side.show_entries(entries(look.counts, look.wanted, look.flows, self._known_accounts()), look.wanted)
        head = next((_(head) for seconds, _title, head in words.PERIODS if seconds == look.wanted.period), "")
        alone = look.wanted.dead or look.wanted.closed == DISCARDED
        self.groups.setVisible(not alone)
        self.groups.show_groups(look.groups, look.given, head, look.group.name if look.group is not None else "")
        self.messages.show_stuck(look.ids, self._item)
        self.messages.messages.put_rows(look.rows)
        something = bool(look.ids) if alone else bool(look.groups)
        narrowed = replace(look.wanted, period=0.0, group="") != replace(Wanted(), period=0.0)
        self.pages.setCurrentWidget(
            self.tables if something else self.no_match if narrowed and look.counts.open else self.nothing
        )
        self.message_pages.setCurrentWidget(self.messages if look.ids else self.no_messages)
        group_shown.show_bar(self)
        group_shown.show_hint(self)
        if self._item is not None and self.messages.messages.row_of(self._item) is None:
            self._item = None
        self._show_detail_of(look)
        self.fit()

    def _choose(self, item: int) -> None:
        self._item = item
        self._closed = False
        self.fit()
        if self._look is not None:
            self._show_detail_of(self._look)

    def _show_detail(self) -> None:
        self._closed, self._opened = False, True
        self.fit()
        self.detail.tabs.setFocus()

    def _hide_detail(self) -> None:
        self._closed, self._opened = True, False
        self.fit()
        (self.messages if self.messages.messages.rowCount() else self.groups).setFocus()

    def _show_detail_of(self, look: Look) -> None:
        row = self.messages.messages.row(self._item) if self._item is not None else None
        if isinstance(row, looking.ErrorRow):
            self._shown_group = ""
            self.detail.show_row(row)
            self._read_message(row.listed.id)
        elif self._item is not None:
            self._read_rows([self._item])
        elif look.group is not None:
            if look.group.name != self._shown_group:
                self._closed = self._closed and bool(self._shown_group)
            self._shown_group = look.group.name
            self._read_group(look)
        else:
            self.detail.hide()

    def _read_message(self, item: int) -> None:
        with_content = self.detail.content_of != item

        def read() -> reading.Found | None:
            return reading.message(self._reader, item, with_content=with_content) if item == self._item else None

        self._reading.do(read, self._message_read)

    def _message_read(self, found: reading.Found | Exception | None) -> None:
        if isinstance(found, Exception):
            self._fail(found)
        elif found is not None:
            self.detail.show_found(found, self._known_accounts())

    def _read_group(self, look: Look) -> None:
        group = look.group
        assert group is not None

        def take(attempt: object) -> None:
            if isinstance(attempt, Exception):
                self._fail(attempt)
            elif self._item is None and self._shown_group == group.name:
                self.detail.show_group(
                    group,
                    attempt,  # type: ignore[arg-type]  # what the lane read
                    look.flows,
                    look.ways,
                    self._known_accounts(),
                )

        self._reading.do(lambda: reading.last_attempt(self._reader, group), take)

    def _read_rows(self, ids: list[int]) -> None:
        self._lane.do(lambda: self._looker.rows(ids), lambda rows: self._rows_read(rows, ids))

    def _rows_read(self, rows: list[looking.ErrorRow] | Exception, asked: list[int]) -> None:
        if isinstance(rows, Exception):
            self._fail(rows)
            return
        self.messages.messages.put_rows(rows, asked)
        if self._look is not None and any(row.listed.id == self._item for row in rows):
            self._show_detail_of(self._look)

    def _known_accounts(self) -> dict[str, Account]:
        try:
            return {account.id: account for account in self._accounts.all()}
        except MailFlowError:
            return {}  # the list of connections says what is wrong with the file
