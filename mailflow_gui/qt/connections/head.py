"""The head of the list of connections: a new one, test all, what else can be done, and the search."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.connections.order import ORDERS, Order
from mailflow_gui.qt.connections.pieces import Spinner, flat
from mailflow_gui.qt.controls import Button, ElidedLabel, SearchField
from mailflow_gui.qt.theme import window_file

_ORDER = "connections-order"
SEARCH_FROM = 5
"""So many connections need no search."""


class Head(QWidget):
    """Buttons above the list; decides nothing."""

    changed = Signal()
    """Another search or order."""

    def __init__(self, actions: Callable[[], list[QAction]]) -> None:
        """:param actions: what can be done with the selected connection; an action without a text parts groups."""
        super().__init__()
        self._actions = actions
        self.new = Button(_("New connection…"), "plus", compact=True)
        self.test = Button("", "plug-zap", compact=True, name=_("Test all connections"))
        self.more = Button(
            "", "ellipsis", compact=True, name=_("Order, and what can be done with the selected connection")
        )
        self.search = SearchField(_("Search connections"), key="")
        self._doing = QWidget()
        line = flat(QHBoxLayout(self._doing), 6)
        line.addWidget(Spinner(12))
        self._words = ElidedLabel("", "caption", "text-2", weight=400)
        line.addWidget(self._words, 1)
        self._doing.hide()
        buttons = flat(QHBoxLayout(), 4)
        buttons.addWidget(self.new, 1)
        buttons.addWidget(self.test)
        buttons.addWidget(self.more)
        layout = flat(QVBoxLayout(self), 6)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.addLayout(buttons)
        layout.addWidget(self.search)
        layout.addWidget(self._doing)
        self.menu = QMenu(self)
        self._group = QActionGroup(self)
        remembered = window_file.read().get(_ORDER)
        self.order: Order = next((order for order in ORDERS if order == remembered), "added")
        self._orders = {order: self._order_action(order, title) for order, title in _titles().items()}
        self.menu.aboutToShow.connect(self._fill)
        self.more.clicked.connect(self._show_menu)
        self.search.textChanged.connect(lambda _text: self.changed.emit())
        self.show_testing(done=0, total=0, running=False)

    def show_number(self, number: int) -> None:
        """How many connections there are."""
        self.test.setEnabled(number > 0)
        self.search.setVisible(number >= SEARCH_FROM or bool(self.search.text()))

    def show_testing(self, *, done: int, total: int, running: bool) -> None:
        """How far *Test all* is."""
        self.test.set_icon("square" if running else "plug-zap")
        words = _("Stop testing") if running else _("Test all connections")
        self.test.setAccessibleName(words)
        self.test.setToolTip(words)
        self._words.setText(_("Testing, {done} of {total} done").format(done=done, total=total))
        self._doing.setVisible(running)

    def _order_action(self, order: Order, title: str) -> QAction:
        action = QAction(title, self)
        action.setCheckable(True)
        action.setChecked(order == self.order)
        action.triggered.connect(lambda: self._choose(order))
        self._group.addAction(action)
        return action

    def _choose(self, order: Order) -> None:
        self.order = order
        window_file.remember(_ORDER, order)
        self.changed.emit()

    def _fill(self) -> None:
        self.menu.clear()
        for action in self._actions():
            self.menu.addAction(action)
        self.menu.addSection(_("Order"))
        self.menu.addActions(list(self._orders.values()))

    def _show_menu(self) -> None:
        self.menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))


def _titles() -> dict[Order, str]:
    return {
        "added": _("As added"),
        "name": _("By name"),
        "state": _("Troubled first"),
        "worked": _("By last success"),
    }
