"""One target of the mail that is wanted: its field, with what it gets now, to be written over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.controls import Label, restyle
from mailflow_gui.qt.forms.boxes import Line, Paragraph
from mailflow_gui.qt.forms.labels import Complaint
from mailflow_gui.qt.forms.rules import catalogue
from mailflow_gui.qt.inspector import plain
from mailflow_gui.qt.mapper.by_example.example import FILES, LONGEST, Example, Wanted
from mailflow_gui.qt.theme import theme

SIDE = 104
"""Width of the names left of the fields."""


def title_of(target: str) -> str:
    """A target as people read it."""
    return target.removeprefix("headers.") if target.startswith("headers.") else catalogue.target_title(target)


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
            self.box.setPlainText(plain.short_lines(str(given)[:LONGEST]) if len(given) > LONGEST else str(given))
            self.box.textChanged.connect(self._edited)
        else:
            self.box = Line()
            self.box.setText(str(given)[:LONGEST])
            self.box.textChanged.connect(self._edited)
        self.box.setAccessibleName(title)
        self._before = self.value()
        if isinstance(given, str) and len(given) > LONGEST and not isinstance(self.box, FileChoice):
            self.box.setReadOnly(True)  # a change of what is shown here would lose the rest
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
        side.setFixedWidth(SIDE)
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
            "kept": (_("too long to change") if len(self.given) > LONGEST else _("as it is now"), "hint"),
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
