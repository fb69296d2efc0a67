"""The mail that is wanted: a field for each target, with what it gets now, to be written over."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QInputDialog, QLineEdit, QMenu, QScrollArea, QVBoxLayout, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.controls import Button, SectionHead
from mailflow_gui.qt.forms.body import surface
from mailflow_gui.qt.mapper.by_example.example import FILES, TARGETS, Example, Place, Wanted, targets_of, why_not
from mailflow_gui.qt.mapper.by_example.wish_row import SIDE, WishRow, title_of


class Wishes(QWidget):
    """All fields. What differs from now is a wish; what was emptied goes."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        surface(self)
        self.rows: dict[str, WishRow] = {}
        self._example: Example | None = None
        self._inside = QWidget()
        surface(self._inside)
        self._column = QVBoxLayout(self._inside)
        self._column.setContentsMargins(16, 4, 16, 16)
        self._column.setSpacing(10)
        self.more = Button(_("Add field"), "plus", compact=True)
        self.menu = QMenu(self.more)
        self.menu.aboutToShow.connect(self._fill_menu)
        self.more.setMenu(self.menu)
        around = QHBoxLayout()
        around.setContentsMargins(SIDE + 8, 0, 0, 0)
        around.addWidget(self.more)
        around.addStretch(1)
        self._column.addLayout(around)
        self._column.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(self._inside)
        head = SectionHead(_("The mail that you want"))
        head.setContentsMargins(16, 12, 16, 8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(head)
        layout.addWidget(self.area, 1)

    def show_example(self, place: Place, example: Example) -> None:
        """Begin with what the present rules give."""
        for row in self.rows.values():
            row.deleteLater()
        self.rows = {}
        self._example = example
        for target in targets_of(place, example):
            self.add(target)

    def add(self, target: str) -> WishRow:
        """A field for one more target, at its place; the one that is there already."""
        if target in self.rows:
            return self.rows[target]
        assert self._example is not None
        row = WishRow(target, self._example)
        row.edited.connect(self.changed)
        order = {name: place for place, name in enumerate(TARGETS)}
        mine = order.get(target, len(order))
        before = sum(order.get(name, len(order)) <= mine for name in self.rows)
        self._column.insertWidget(before, row)
        row.show()  # a layout shows it later, and what isn't shown can't get the keys
        self.rows[target] = row
        names = list(self.rows)
        names.insert(before, names.pop())
        self.rows = {name: self.rows[name] for name in names}
        return row

    def wanted(self) -> dict[str, Wanted]:
        """What is wished for, by target."""
        return {name: row.value() for name, row in self.rows.items() if row.state == "wanted"}

    def gone(self) -> tuple[str, ...]:
        """Targets that were emptied."""
        return tuple(name for name, row in self.rows.items() if row.state == "gone")

    def kept(self) -> tuple[str, ...]:
        """Targets whose rules stay as they are."""
        return tuple(name for name, row in self.rows.items() if row.state == "kept" and row.given)

    def typed(self) -> dict[str, Wanted]:
        """What a person has typed: all that differs from now."""
        return {name: row.value() for name, row in self.rows.items() if row.state in {"wanted", "gone"}}

    def judge(self) -> bool:
        """Say at each wish what is wrong with it, and go to the first; whether nothing is."""
        first: WishRow | None = None
        for row in self.rows.values():
            wrong = why_not(row.target, row.value()) if row.state == "wanted" else ""
            row.complain(wrong)
            if wrong and first is None:
                first = row
        if first is not None:
            first.focus()
            self.area.ensureWidgetVisible(first)
        return first is None

    def focus(self, target: str = "") -> None:
        """Give the keys to a target's field; to the first one that is empty."""
        rows = list(self.rows.values())
        row = self.add(target) if target else next((one for one in rows if not one.value()), rows[0])
        row.focus()
        self.area.ensureWidgetVisible(row)

    def _fill_menu(self) -> None:
        self.menu.clear()
        for name in TARGETS:
            if name not in self.rows and name != FILES:
                act = self.menu.addAction(title_of(name))
                act.triggered.connect(lambda _checked=False, name=name: self._added(name))
        self.menu.addSeparator()
        self.menu.addAction(_("A header…")).triggered.connect(self._ask_header)

    def _added(self, target: str) -> None:
        self.add(target).focus()
        self.changed.emit()

    def _ask_header(self) -> None:
        words = _("Name of the header, such as X-Ticket:")
        name, accepted = QInputDialog.getText(self.window(), _("Header"), words, QLineEdit.EchoMode.Normal, "")
        if accepted and name.strip():
            self._added(f"headers.{name.strip()}")
