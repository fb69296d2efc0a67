"""A side of the editor: a tree with its head, its search, and which rows it shows."""

from __future__ import annotations

from typing import Literal

from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from mailflow_gui.language import N_, _
from mailflow_gui.qt.controls import Button, ElidedLabel, IconLabel, Label, SearchField, restyle
from mailflow_gui.qt.forms.body import surface
from mailflow_gui.qt.mapper.tree import FieldTree, Wanted

_FILTERS: tuple[tuple[Wanted, str], ...] = (
    ("all", N_("All fields")),
    ("mapped", N_("Only mapped ones")),
    ("unmapped", N_("Only those not mapped")),
)


class TreePane(QWidget):
    """Source or target."""

    def __init__(self, title: str, search: str, icon: str, token: str, ports: Literal["left", "right"]) -> None:
        super().__init__()
        surface(self)
        self.setMinimumWidth(160)
        self.tree = FieldTree(title, ports)
        self.search = SearchField(search, "")
        self.search.textChanged.connect(self.tree.search)
        self.about = ElidedLabel("", "caption", "text-3", weight=400)
        self.filter = Button("", "funnel", "ghost", compact=True, name=_("Which fields are shown"))
        menu = QMenu(self)
        self._choices = []
        for wanted, words in _FILTERS:
            action = menu.addAction(_(words))
            action.setCheckable(True)
            action.setChecked(wanted == "all")
            action.triggered.connect(lambda _checked=False, wanted=wanted: self.show_only(wanted))
            self._choices.append((wanted, action))
        self.filter.clicked.connect(
            lambda: menu.popup(self.filter.mapToGlobal(self.filter.rect().bottomLeft()))
        )  # fmt: skip
        self._lay_out(title, icon, token)
        self.say("")

    def _lay_out(self, title: str, icon: str, token: str) -> None:
        head = QWidget()
        head.setFixedHeight(36)
        row = QHBoxLayout(head)
        row.setContentsMargins(12, 0, 4, 0)
        row.setSpacing(8)
        row.addWidget(IconLabel(icon, token, 16))
        row.addWidget(Label(title, "title"))
        row.addWidget(self.about, 1)
        row.addWidget(self.filter)
        self._head = row
        line = QFrame()
        line.setFrameShape(QFrame.Shape.HLine)
        line.setFixedHeight(1)
        around = QHBoxLayout()
        around.setContentsMargins(8, 4, 8, 4)
        around.addWidget(self.search)
        self.foot = QWidget()
        self.foot.setFixedHeight(36)
        self.hint = ElidedLabel("", "caption", "text-3", weight=400)
        below = QHBoxLayout(self.foot)
        below.setContentsMargins(12, 0, 12, 0)
        below.setSpacing(6)
        self._hand = IconLabel("mouse-pointer-click", "text-3", 14)
        below.addWidget(self._hand)
        below.addWidget(self.hint, 1)
        self._edge = QFrame()
        self._edge.setFrameShape(QFrame.Shape.HLine)
        self._edge.setFixedHeight(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(line)
        column.addLayout(around)
        column.addWidget(self.tree, 1)
        column.addWidget(self._edge)
        column.addWidget(self.foot)

    def add_tool(self, button: Button) -> None:
        """Put one more button into the head, left of the others."""
        self._head.insertWidget(self._head.count() - 1, button)

    def say(self, words: str, *, loud: bool = False) -> None:
        """A line at the foot; empty: none."""
        self.hint.setText(words)
        self.hint.set_token("accent-text" if loud else "text-3")
        self._hand.set_icon("mouse-pointer-click", "accent-text" if loud else "text-3")
        self.foot.setVisible(bool(words))
        self._edge.setVisible(bool(words))

    def show_only(self, wanted: Wanted) -> None:
        """Show all rows, or those that are mapped, or those that aren't."""
        for one, action in self._choices:
            action.setChecked(one == wanted)
        restyle(self.filter, "kind", "normal" if wanted != "all" else "ghost")
        self.tree.show_only(wanted)

    def forget(self) -> None:
        """Another node: all rows are shown again."""
        self.search.clear()
        self.show_only("all")
