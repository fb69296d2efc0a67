"""The mail that is wanted: a field for each target, with what it gets now, to be written over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QInputDialog,
    QLineEdit,
    QMenu,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from mailflow_gui.language import _
from mailflow_gui.qt.controls import Button, Label, SectionHead, restyle
from mailflow_gui.qt.forms.body import surface
from mailflow_gui.qt.forms.boxes import Line, Paragraph
from mailflow_gui.qt.forms.labels import Complaint
from mailflow_gui.qt.forms.rules import catalogue
from mailflow_gui.qt.inspector import plain
from mailflow_gui.qt.mapper.by_example.example import FILES, TARGETS, Example, Place, Wanted, targets_of, why_not
from mailflow_gui.qt.theme import theme

_LABEL = 104


def title_of(target: str) -> str:
    """A target as people read it."""
    return target.removeprefix("headers.") if target.startswith("headers.") else catalogue.target_title(target)


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
        around.setContentsMargins(_LABEL + 8, 0, 0, 0)
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


class WishRow(QWidget):
    """One target: its name, its field, and what becomes of it."""

    edited = Signal()

    def __init__(self, target: str, example: Example) -> None:
        super().__init__()
        self.target = target
        self.given: Wanted = example.given.get(target, "")
        """What its rule gives; empty without one."""
        self._carries = example.carries
        title, given = title_of(target), self.given
        self.box: Line | Paragraph | FileChoice
        if target == FILES:
            self.box = FileChoice(example.files, self.given or (example.files if example.carries else ()))
            self.box.edited.connect(self._edited)
        elif target in {"text", "html"} or "\n" in given:
            self.box = Paragraph(5 if target == "text" else 2, 12)
            self.box.setPlainText(str(given))
            self.box.textChanged.connect(self._edited)
        else:
            self.box = Line()
            self.box.setText(str(given))
            self.box.textChanged.connect(self._edited)
        self.box.setAccessibleName(title)
        self._before = self.value()
        self.label = Label(plain.one_line(title, 40), "small", "text-2", weight=500)
        self.label.setBuddy(self.box)
        self.note = Label("", "caption", "text-3")
        self.complaint = Complaint()
        names = QVBoxLayout()
        names.setContentsMargins(0, 5, 0, 0)
        names.setSpacing(0)
        names.addWidget(self.label)
        names.addWidget(self.note)
        names.addStretch(1)
        side = QWidget()
        side.setFixedWidth(_LABEL)
        side.setLayout(names)
        fields = QVBoxLayout()
        fields.setSpacing(4)
        fields.addWidget(self.box)
        fields.addWidget(self.complaint)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(side, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(fields, 1)
        self._show_state()

    def value(self) -> Wanted:
        """What stands in the field."""
        if isinstance(self.box, Line):
            return self.box.text()
        return self.box.toPlainText() if isinstance(self.box, Paragraph) else self.box.value()

    def put(self, value: Wanted) -> None:
        """Write into the field."""
        if isinstance(self.box, FileChoice):
            self.box.choose(value if isinstance(value, tuple) else (value,))
        elif isinstance(self.box, Paragraph):
            self.box.setPlainText(str(value))
        else:
            self.box.setText(str(value))

    @property
    def state(self) -> str:
        """wanted, gone, kept, or nothing: it was empty and still is."""
        value = self.value()
        if value == self._before:
            return "kept" if value else ""
        if isinstance(value, tuple):
            return "gone" if not value and self.given and not self._carries else "wanted"
        return "wanted" if value.strip() else "gone" if self.given else ""

    def focus(self) -> None:
        """Give the keys to the field."""
        self.box.setFocus(Qt.FocusReason.OtherFocusReason)

    def complain(self, wrong: str) -> None:
        """Say what is wrong with it, as a sentence; empty: nothing is."""
        self.complaint.say(wrong)
        self.box.setAccessibleDescription(wrong)
        restyle(self.box, "invalid", bool(wrong))

    def _edited(self) -> None:
        self.complain("")
        self._show_state()
        self.edited.emit()

    def _show_state(self) -> None:
        words = {
            "wanted": (_("to be found"), "accent"),
            "gone": (_("its mapping goes"), "warn"),
            "kept": (_("as it is now"), "hint"),
        }
        text, role = words.get(self.state, ("", "hint"))
        self.note.setText(text)
        restyle(self.note, "role", role)


class FileChoice(QWidget):
    """Which of the sample's files go along."""

    edited = Signal()

    def __init__(self, names: Sequence[str], chosen: Sequence[str]) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 5, 0, 0)
        column.setSpacing(4)
        self.boxes: list[tuple[str, QCheckBox]] = []
        for name in names[:20]:
            box = QCheckBox(plain.one_line(name, 60).replace("&", "&&") or _("file without a name"))
            box.setFont(theme.font("small"))
            box.setChecked(name in chosen)
            box.toggled.connect(self._toggled)
            column.addWidget(box)
            self.boxes.append((name, box))
        if self.boxes:
            self.setFocusProxy(self.boxes[0][1])

    def _toggled(self, _checked: Any) -> None:
        self.edited.emit()

    def value(self) -> tuple[str, ...]:
        """The chosen files."""
        return tuple(name for name, box in self.boxes if box.isChecked())

    def choose(self, names: Sequence[str]) -> None:
        """Choose these."""
        for name, box in self.boxes:
            box.setChecked(name in names)
