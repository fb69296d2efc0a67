"""What the dialog scrolls: what is wrong with a saved connection, the fields, and how a validation ends."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from mailflow_gui.qt.connections.pieces import GAP, LABEL_WIDTH, Body, Note, flat


class Page(QScrollArea):
    """The panel stands at the bottom, and comes into view when it says something."""

    def __init__(self, form: QWidget, panel: QWidget, width: int) -> None:
        """:param width: with and without a scroll bar."""
        super().__init__()
        self._panel = panel
        body = Body(width)
        body.setProperty("panel", "surface")
        body.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        inside = flat(QVBoxLayout(body), 0)
        self._trouble = Note(14)
        self._trouble_row = QWidget()
        above = flat(QHBoxLayout(self._trouble_row), 0)
        above.setContentsMargins(LABEL_WIDTH + GAP, 0, 0, 12)
        above.addWidget(self._trouble)
        self._trouble_row.hide()
        framed = flat(QHBoxLayout(), 0)
        framed.setContentsMargins(8, 8, 0, 0)
        framed.addWidget(panel)
        inside.addWidget(self._trouble_row)
        inside.addWidget(form)
        inside.addStretch(1)
        inside.addLayout(framed)
        self.setWidget(body)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    @property
    def trouble(self) -> str:
        """What is said to be wrong; empty: nothing."""
        return self._trouble.words

    def say_trouble(self, words: str) -> None:
        """Say above the fields what is wrong with the saved connection, or nothing."""
        self._trouble.say(words, "circle-alert", "danger")
        self._trouble_row.setVisible(bool(words))

    def show_panel(self) -> None:
        """Bring the panel into view, if it says something."""
        if self._panel.isVisible():
            self.ensureWidgetVisible(self._panel, 0, 16)

    def bring(self, widget: QWidget, margin: int = 32) -> None:
        """Bring a part into view, once the layout knows its size."""
        QTimer.singleShot(0, widget, lambda: self.ensureWidgetVisible(widget, 0, margin))
