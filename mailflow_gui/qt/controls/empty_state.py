"""What stands where nothing is yet: what belongs here, and how to get the first one."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from mailflow_gui.qt.controls.button import Button
from mailflow_gui.qt.controls.icon_label import IconLabel
from mailflow_gui.qt.controls.text import Label


class EmptyState(QWidget):
    """An icon, a title, an explaining sentence and, with ``action``, a button (:attr:`button`)."""

    def __init__(self, icon: str, title: str, text: str = "", action: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button: Button | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 24, 16, 24)
        column.setSpacing(4)
        column.addStretch(2)
        column.addWidget(IconLabel(icon, "text-3", 20, tile="sunken"), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(8)
        for words, style, token in ((title, "title", "text"), (text, "small", "text-2")):
            if words:
                label = Label(words, style, token, wrap=True)
                label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
                column.addWidget(label)
        if action:
            self.button = Button(action, compact=True)
            column.addSpacing(8)
            column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
