"""The part of the form that scrolls: all settings of a node, under the headings that their model gives them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.forms.description import Field
from mailflow_gui.qt.forms.group import GroupEditor, lay_rows
from mailflow_gui.qt.forms.labels import Label

MARGIN = 16
"""Between the fields and the edges of the dock."""


class Body(GroupEditor):
    """All settings of a node, under the headings that their model gives them."""

    def _lay_out(self, make: Callable[[Field], Any]) -> None:
        self.set_right_margin(MARGIN)
        self._layout.setSpacing(0)
        sections: dict[str, list[Field]] = {}
        for one in self.fields:
            sections.setdefault(one.section, []).append(one)
        for number, (title, fields) in enumerate(sections.items()):
            rows = [self.row(one, make, title=_(one.title) != _(title)) for one in fields]
            section = QWidget()
            column = QVBoxLayout(section)
            column.setContentsMargins(0, 0, 0, 16)
            column.setSpacing(12)
            if title:
                head = QVBoxLayout()
                head.setContentsMargins(0, 0, 0, 0)
                head.setSpacing(11)
                if number:
                    head.addWidget(line())
                head.addWidget(Label(_(title), "section", "hint"))
                column.addLayout(head)
                column.setSpacing(10)
            lay_rows(column, rows)
            self._layout.addWidget(section)
        self._layout.addStretch()

    def set_right_margin(self, margin: int) -> None:
        """The space between the fields and the dock's edge, or its scroll bar."""
        self._layout.setContentsMargins(MARGIN, 12, margin, 16)

    def refresh_lists(self) -> None:
        """The flow or the accounts may be others now."""
        for row in self.rows.values():
            row.editor.refresh()


def surface(widget: QWidget) -> None:
    """Let a widget have the docks' ground."""
    widget.setProperty("panel", "surface")
    widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)


def line() -> QFrame:
    """A line between sections."""
    found = QFrame()
    found.setFrameShape(QFrame.Shape.HLine)
    found.setFixedHeight(1)
    return found
