"""The inspector: the list with its bar on the left, the message in hand on the right."""

from __future__ import annotations

import functools
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QSplitter, QVBoxLayout, QWidget

from mailflow_gui.errors import MailFlowError
from mailflow_gui.journal.reader import Reader
from mailflow_gui.language import _
from mailflow_gui.qt.inspector import asking, reading, saving
from mailflow_gui.qt.inspector.bar import FilterBar
from mailflow_gui.qt.inspector.detail import DetailPane
from mailflow_gui.qt.inspector.lane import Lane
from mailflow_gui.qt.inspector.looking import Row
from mailflow_gui.qt.inspector.message_list import MessageList

_TABS = 240
"""Pixels that the dock's tabs take, beside which the bar may stand."""
_TICK = 250
"""Milliseconds between two looks while it can be seen."""


class Inspector(QWidget):
    """Shows the messages of a home's journal. :meth:`shut_down` before the application ends."""

    message_selected = Signal(int)
    """A message was selected: its id."""
    way_shown = Signal(str, list)
    """How far the selected message has come: its flow's id, and the ids of the nodes that have had it, in order."""
    node_wanted = Signal(str)
    """A step's pip was clicked: its node's id."""
    said = Signal(str)
    """A line for the status bar or a toast."""

    def __init__(self, reader: Reader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "surface")
        self._reader = reader
        self._lane = Lane("inspector-detail", self)
        self._lane.at_end(reader.close)
        self.bar = FilterBar()
        self.list = MessageList(reader, self.bar)
        self.model, self.table = self.list.model, self.list.table
        self._build()
        self.list.selected.connect(self.message_selected)
        self.list.row_changed.connect(self._show_row)
        self.table.pip_clicked.connect(self.node_wanted)
        self._timer = QTimer(self, interval=_TICK)
        self._timer.timeout.connect(self._tick)
        application = QApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.shut_down)

    @functools.cached_property
    def detail(self) -> DetailPane:
        """The message that is selected; made when the inspector is first shown, since it is large and the window starts without."""
        detail = DetailPane()
        detail.asked.connect(self._ask)
        detail.source_wanted.connect(self._save_source)
        detail.said.connect(self.said)
        detail.item_wanted.connect(self.select_message)
        detail.setMinimumWidth(260)
        self.splitter.addWidget(detail)
        self.splitter.setStretchFactor(1, 34)
        self.splitter.setSizes([768, 400])
        _put_behind(self.list, detail)
        return detail

    def complete(self) -> None:
        """It is about to be shown."""
        self.detail  # noqa: B018 - makes it

    def refresh(self) -> None:
        """Look whether anything has changed; cheap if nothing has, and never waits."""
        self.list.refresh()

    def select_message(self, item: int) -> None:
        """Select a message, and show it whatever the filter says."""
        self.list.select_message(item)

    def show_flow(self, flow: str, title: str = "") -> None:
        """List one flow's messages only (its id), or those of all flows with an empty text."""
        self.bar.narrow_to_flow(flow, title)

    def show_node(self, node: str, title: str = "") -> None:
        """List only messages that came by a node, or all with an empty text."""
        self.bar.narrow_to_nodes((node,) if node else (), title or node)

    def show_link(self, source: str, target: str, title: str = "") -> None:
        """List only messages that came by both ends of a link."""
        self.bar.narrow_to_nodes((source, target), title or f"{source} → {target}")

    def show_state(self, state: str) -> None:
        """List one state only (its JSON name), or all with an empty text."""
        self.bar.choose_state(state)

    def take_bar(self) -> QWidget:
        """The bar, for a place of its own such as beside a dock's tabs."""
        self._whole.removeWidget(self.bar)
        return self.bar

    def shut_down(self) -> None:
        """End the threads; nothing is read any more."""
        self._timer.stop()
        self.list.shut_down()
        self._lane.close()

    def _build(self) -> None:
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.addWidget(self.list)
        self.splitter.setStretchFactor(0, 66)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(1)
        self.list.setMinimumWidth(300)
        self._whole = whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.bar)
        whole.addWidget(self.splitter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.bar.fit(self.width() if self._whole.indexOf(self.bar) >= 0 else self.width() - _TABS)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.complete()
        self._timer.start()
        self.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def _tick(self) -> None:
        self.list.tick()
        self.detail.refresh_time()

    def _show_row(self, row: object) -> None:
        assert isinstance(row, Row)
        listed = row.listed
        self.way_shown.emit(listed.flow, list(dict.fromkeys([listed.node, *(step[0] for step in listed.steps)])))
        self.detail.show_row(row)
        self._read_detail(row.listed.id)

    def _read_detail(self, item: int) -> None:
        shown = self.detail.content_of == item

        def read() -> tuple[reading.Detail | None, reading.Content | None]:
            if item != self.list.item:  # another has been selected meanwhile
                return None, None
            detail = reading.read_detail(self._reader, item)
            content = reading.read_content(self._reader, detail.item) if detail is not None and not shown else None
            return detail, content

        self._lane.do(read, self._detail_read)

    def _detail_read(self, found: tuple[reading.Detail | None, reading.Content | None] | Exception) -> None:
        if isinstance(found, Exception):
            self.list.show_fault(found)
            return
        detail, content = found
        if detail is not None:
            self.detail.show_detail(detail)
        if content is not None:
            self.detail.show_content(content)

    def _ask(self, item: int, asked: str) -> None:
        action = asking.action(asked)
        home = self._reader.home
        self._lane.do(lambda: asking.ask(home, item, action), lambda done: self._asked(item, action, done))

    def _asked(self, item: int, action: asking.Action, done: bool | Exception) -> None:
        if isinstance(done, Exception):
            if not isinstance(done, MailFlowError):
                raise done
            self.detail.answered(item, done)
            return
        self.detail.answered(item, None)
        self.said.emit(asking.answer(action))
        self.refresh()

    def _save_source(self, item: int, path: str) -> None:
        def save() -> None:
            detail = reading.read_detail(self._reader, item)
            if detail is not None:
                saving.save(reading.read_source(self._reader, detail.item), Path(path))

        self._lane.do(save, lambda done: self._saved(Path(path).name, done))

    def _saved(self, name: str, done: Exception | None) -> None:
        if isinstance(done, MailFlowError):
            self.said.emit(f"{done.text} {done.advice}".strip())
        elif isinstance(done, Exception):
            raise done
        else:
            self.said.emit(_("Saved: {name}").format(name=name))


def _put_behind(before: QWidget, made: QWidget) -> None:
    """The tab key goes from one to the other, although the latter came to the window when all else was there."""
    window = before.window()
    chain: list[QWidget] = []
    following = window.nextInFocusChain()
    while following is not None and following is not window:
        chain.append(following)
        following = following.nextInFocusChain()
    stops = [one for one in chain if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
    last = next((one for one in reversed(stops) if before.isAncestorOf(one)), None)
    for stop in stops:
        if last is not None and made.isAncestorOf(stop):
            QWidget.setTabOrder(last, stop)
            last = stop
