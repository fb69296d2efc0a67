"""The list of problems below the canvas: a click leads to the node and to its field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from mailflow_gui import sentences
from mailflow_gui.flow.problems import Problem
from mailflow_gui.language import _
from mailflow_gui.qt.theme import theme

_PROBLEM = Qt.ItemDataRole.UserRole
_ICONS = {"error": ("circle-x", "danger"), "warning": ("triangle-alert", "warn")}


class ProblemsTab(QWidget):
    """All problems of the open flow."""

    chosen = Signal(str, str)
    """A person wants to see where a problem is: node id (empty: the whole flow), field (empty: none)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._problems: tuple[Problem, ...] = ()
        self._list = QListWidget()
        self._list.setAccessibleName(_("Problems"))
        self._list.setUniformItemSizes(False)
        self._list.setResizeMode(QListWidget.ResizeMode.Adjust)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setSpacing(2)
        self._list.setWordWrap(True)
        self._list.setTextElideMode(Qt.TextElideMode.ElideNone)
        self._list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._list.itemClicked.connect(self._choose)
        self._list.itemActivated.connect(self._choose)
        self._none = QLabel(_("No problems: this flow can run."))
        self._none.setTextFormat(Qt.TextFormat.PlainText)
        self._none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._none.setProperty("role", "hint")
        self._pages = QStackedWidget()
        self._pages.addWidget(self._none)
        self._pages.addWidget(self._list)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 4, 10, 4)
        layout.addWidget(self._pages)
        self.setProperty("panel", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._current = -1

    def show_problems(self, problems: Sequence[Problem], names: Mapping[str, str]) -> None:
        """Replace the list; ``names``: what each node is called."""
        if tuple(problems) == self._problems and self._list.count() == len(problems):
            return
        self._problems, self._current = tuple(problems), -1
        self._list.clear()
        for problem in problems:
            place = names.get(problem.node or "", "")
            happened = sentences.text(problem.code, problem.arguments)
            advice = sentences.advice(problem.code, problem.arguments)
            item = QListWidgetItem(f"{place}: {happened}" if place else happened)
            item.setText(item.text() + (f" {advice}" if advice else ""))
            icon, token = _ICONS[problem.severity]
            item.setIcon(theme.icon(icon, token, 14))
            item.setData(_PROBLEM, (problem.node or "", problem.field or ""))
            self._list.addItem(item)
        self._pages.setCurrentIndex(1 if problems else 0)

    def step(self, by: int) -> None:
        """Go to the next (1) or the previous (-1) problem, round and round."""
        if self._list.count():
            self._current = (
                (self._current + by) % self._list.count()
                if self._current >= 0
                else (0 if by > 0 else -1) % self._list.count()
            )
            self._list.setCurrentRow(self._current)
            self._choose(self._list.item(self._current))

    def _choose(self, item: QListWidgetItem) -> None:
        self._current = self._list.row(item)
        node, field = item.data(_PROBLEM)
        self.chosen.emit(node, field)
