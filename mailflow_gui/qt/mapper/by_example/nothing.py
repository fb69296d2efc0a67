"""Instead of an example: why there is none, and how to get one."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.controls import Button, IconLabel
from mailflow_gui.qt.forms.body import surface
from mailflow_gui.qt.forms.labels import Label


class Nothing(QWidget):
    """A sentence, and two ways to a sample."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        surface(self)
        self.words = Label("", "body", "secondary", wrap=True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.open = Button(_("Open a mail file…"), "folder-open")
        self.type = Button(_("Type a mail…"), "pencil")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        row.addWidget(self.open)
        row.addWidget(self.type)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(48, 24, 48, 24)
        column.setSpacing(12)
        column.addStretch(2)
        column.addWidget(IconLabel("mail-open", "text-3", 20, tile="sunken"), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.words)
        column.addLayout(row)
        column.addStretch(3)

    def say(self, words: str, *, can_choose: bool) -> None:
        """Say why there is nothing; whether a person can choose a sample."""
        self.words.setText(words)
        self.open.setVisible(can_choose)
        self.type.setVisible(can_choose)
