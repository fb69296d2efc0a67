"""The rules with more room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.controls import Button
from mailflow_gui.qt.forms.labels import Label

if TYPE_CHECKING:
    from mailflow_gui.qt.forms.rules.editor import RulesEditor


class MapperDialog(QDialog):
    """A window around an editor of rules; what is edited counts at once, as in the dock."""

    def __init__(self, editor: RulesEditor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Mappings"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(720, 640)
        self.editor = editor
        inside = QWidget()
        inside.setProperty("panel", "surface")
        inside.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(inside)
        column.setContentsMargins(16, 16, 16, 16)
        column.addWidget(editor)
        column.addStretch()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(inside)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        done = Button(_("Done"), kind="primary")
        done.setDefault(True)
        done.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.setContentsMargins(16, 12, 16, 12)
        foot.addWidget(
            Label(_("Each mapping fills one target; what isn't mapped isn't passed on."), "small", "hint"), 1
        )
        foot.addWidget(done)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(scroll, 1)
        layout.addLayout(foot)
