"""The dialog on the mapper's page: opened from it, and back to it with a sample or a rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from mailflow_gui.flow.model import Flow
from mailflow_gui.flow.node_type import AnyNodeType
from mailflow_gui.paths import Home
from mailflow_gui.qt.mapper.history.dialog import HistoryDialog
from mailflow_gui.qt.mapper.history.work import Saved, TriedMail, Wanted
from mailflow_gui.qt.mapper.samples import offer_of

if TYPE_CHECKING:
    from mailflow_gui.qt.mapper.page import MapperPage

HISTORY_KEYS = "Ctrl+T"


class HistoryShown:
    """Works on the page. The dialog, and its thread, are made when they are first wanted."""

    def __init__(self, page: MapperPage, home: Home, types: Sequence[AnyNodeType]) -> None:
        self._page, self._home, self._types = page, home, types
        self._opened = Flow("")
        self.saved: Callable[[], Saved] = self._unknown
        """By what journal and disk know the flow; the window knows."""
        self.dialog: HistoryDialog | None = None

    def note_opened(self, flow: Flow) -> None:
        """The page begins with a node of this flow."""
        self._opened = flow

    def open(self) -> None:
        """Try what is edited."""
        if self.dialog is None:
            self.dialog = HistoryDialog(self._home, self._types, self._wanted, self._page.window())
            self.dialog.sample_wanted.connect(lambda row: self._use(row))  # noqa: PLW0108 - the signal is untyped
            self.dialog.rule_wanted.connect(self._lead)
            self.dialog.finished.connect(lambda _result: self._page.activateWindow())
            self.dialog.problem_wanted.connect(self._page.choosing.show_first_problem)
        self.dialog.open()

    def close(self) -> None:
        """The page goes."""
        if self.dialog is not None:
            self.dialog.shut_down()

    def _wanted(self, count: int) -> Wanted:
        page = self._page
        return Wanted(page.flow, page.node, count, self.saved(), self._opened)

    def _unknown(self) -> Saved:
        return Saved(self._page.flow.id)

    def _use(self, row: TriedMail) -> None:
        self._page.bar.samples.choose_offer(offer_of(row.id, row.received, row.subject, row.sender))

    def _lead(self, rule: int) -> None:
        if 0 <= rule < len(self._page.rules):
            self._page.choose(rule)
            self._page.board.cards[rule].setFocus(Qt.FocusReason.OtherFocusReason)
