"""The panel on the right while an extraction is edited: its settings, labels to choose from, and what it finds in the sample."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.controls import Button, ElidedLabel, IconLabel, SectionHead
from mailflow_gui.qt.forms.body import surface
from mailflow_gui.qt.forms.extractions import catalogue
from mailflow_gui.qt.forms.extractions.settings import SettingsEditor
from mailflow_gui.qt.forms.labels import Label
from mailflow_gui.qt.forms.values import Finding
from mailflow_gui.qt.mapper.extractions.finding import Found, taken_words
from mailflow_gui.qt.mapper.extractions.found_list import FoundList
from mailflow_gui.qt.mapper.extractions.suggesting import Suggestions


class ExtractionPanel(QWidget):
    """Edits one extraction; each edit leaves as a signal."""

    edited = Signal(object)
    """The extraction as a person made it, a dict."""
    move_wanted = Signal(int)
    delete_wanted = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        surface(self)
        self.setMinimumWidth(248)
        self.icon = IconLabel("search", "text-2", 16)
        self.title = ElidedLabel("", "body", weight=600)
        self.up = Button("", "arrow-up", "ghost", compact=True, name=_("Look earlier"))
        self.down = Button("", "arrow-down", "ghost", compact=True, name=_("Look later"))
        self.delete = Button("", "trash-2", "ghost", compact=True, name=_("Remove this extraction"))
        self.shut = Button("", "x", "ghost", compact=True, name=_("Back to the mapping"))
        self.up.clicked.connect(lambda: self.move_wanted.emit(-1))
        self.down.clicked.connect(lambda: self.move_wanted.emit(1))
        self.delete.clicked.connect(self.delete_wanted)
        self.shut.clicked.connect(self.closed)
        self.line = Label("", "caption", "hint", weight=400, wrap=True)
        self.settings = PanelSettings()
        self.suggestions = self.settings.suggestions
        self.found = FoundList()
        self._found = Found()
        self._problems: dict[str, str] = {}
        self._has_sample = False
        self.settings.edited.connect(self._edited)
        self.suggestions.changed.connect(lambda labels: self.settings.put("labels", labels))
        self._lay_out()

    def _lay_out(self) -> None:
        head = QWidget()
        head.setFixedHeight(48)
        row = QHBoxLayout(head)
        row.setContentsMargins(16, 0, 12, 0)
        row.setSpacing(4)
        row.addWidget(self.icon)
        row.addSpacing(4)
        row.addWidget(self.title, 1)
        for button in (self.up, self.down, self.delete, self.shut):
            row.addWidget(button)
        inside = QWidget()
        surface(inside)
        column = QVBoxLayout(inside)
        column.setContentsMargins(16, 4, 16, 16)
        column.setSpacing(12)
        column.addWidget(self.line)
        column.addWidget(self.settings)
        line = QFrame()
        line.setFrameShape(QFrame.Shape.HLine)
        line.setFixedHeight(1)
        column.addWidget(line)
        column.addWidget(SectionHead(_("Found in this sample")))
        column.addWidget(self.found)
        column.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(inside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(head)
        layout.addWidget(self.area, 1)

    def show_extraction(self, raw: Any, place: int, count: int) -> None:
        """Show an extraction, or what became of the one that is shown."""
        kind = catalogue.kind_of(raw)
        self.icon.set_icon(kind.icon if kind is not None else "triangle-alert", "text-2")
        self.title.setText(catalogue.title(raw))
        self.line.setText(_(kind.line) if kind is not None else "")
        self.line.setVisible(kind is not None)
        self.up.setEnabled(place > 0)
        self.down.setEnabled(place < count - 1)
        self.settings.set_raw(raw)
        self._show_labels()

    def show_found(self, found: Found, *, has_sample: bool) -> None:
        """Show what it finds in the sample."""
        self._found, self._has_sample = found, has_sample
        self.found.show_found(found)
        self._show_labels()
        self._show_problems()

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """Mark what is wrong, each at its field."""
        self._problems = dict(problems)
        self._show_problems()

    def _show_problems(self) -> None:
        taken = taken_words(self._found)
        shown = dict(self._problems)
        if taken and "name" not in shown:
            shown["name"] = Finding.warning(taken)
        self.settings.show_problems(shown)
        # A pattern that is none is told at its field; that it finds nothing then needn't be said again.
        self.found.error.setVisible(bool(self.found.error.text) and self.found.error.text not in shown.values())

    def _show_labels(self) -> None:
        raw = self.settings.raw()
        labels = raw.get("labels") if isinstance(raw, Mapping) else None
        wanted = [str(one) for one in labels] if isinstance(labels, list | tuple) else []
        self.suggestions.show_labels(wanted, self._found.suggestions, has_sample=self._has_sample)

    def _edited(self) -> None:
        self._show_labels()
        self.edited.emit(self.settings.raw())

    def focus_path(self, path: str) -> None:
        """Give the keys to a setting; without a path to the first one."""
        self.settings.focus_path(path)
        QTimer.singleShot(0, self, self._reveal)

    def _reveal(self) -> None:
        widget = self.focusWidget()
        if widget is not None and self.area.isAncestorOf(widget):
            self.area.ensureWidgetVisible(widget, 0, 48)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)


class PanelSettings(SettingsEditor):
    """The settings, with suggestions beneath the labels of kinds that have any."""

    def __init__(self) -> None:
        self.suggestions = Suggestions()
        super().__init__()

    def made(self) -> None:
        row = self.form.rows.get("labels")
        layout = row.layout() if row is not None else None
        if isinstance(layout, QVBoxLayout):
            layout.addWidget(self.suggestions)
            self.suggestions.show()
        else:
            self.suggestions.setParent(self)
            self.suggestions.hide()
