"""A folder's name: typed, or picked from what the server has."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.controls import Button
from mailflow_gui.qt.forms.boxes import Line
from mailflow_gui.qt.forms.description import Field
from mailflow_gui.qt.forms.editor import Editor
from mailflow_gui.qt.forms.folder_dialog import FolderDialog
from mailflow_gui.qt.forms.simple import filled, shown
from mailflow_gui.qt.forms.surroundings import Surroundings
from mailflow_gui.qt.theme import theme


class FolderEditor(Editor):
    """A text box, and a button that asks the server."""

    def __init__(self, field: Field, around: Surroundings) -> None:
        super().__init__()
        self._around = around
        self._box = Line(_(field.placeholder))
        self._box.addAction(theme.icon("folder", "text-3", 14), QLineEdit.ActionPosition.LeadingPosition)
        self._box.textEdited.connect(self.take)
        self.button = Button(_("Browse…"))
        self.button.setProperty("compact", True)
        self.button.clicked.connect(self.browse)
        self.dialog: FolderDialog | None = None
        filled(QHBoxLayout(self), self._box, self.button)

    def control(self) -> QWidget:
        return self._box

    def show_raw(self, raw: Any) -> None:
        self._box.setText(shown(raw))

    def browse(self) -> None:
        """Show the server's folders; the one that is chosen stands in the box then."""
        self.dialog = dialog = FolderDialog(
            self._around.folder_account(), self._around.sessions, self._box.text(), self
        )
        dialog.chosen.connect(self._picked)
        dialog.open()

    def _picked(self, name: str) -> None:
        self._box.setText(name)
        self.take(name)
