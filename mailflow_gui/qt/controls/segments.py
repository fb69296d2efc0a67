"""Segments: a few choices that exclude each other, all in view."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from mailflow_gui.qt.theme import theme


class Segments(QWidget):
    """A row of choices; the arrow keys move between them.

    :param texts: the choices' words, in order; the first one is chosen at first.
    :param name: what screen readers call the choice.
    :param compact: 28 px high, for docks and dense forms; 32 otherwise.
    """

    chosen = Signal(int)
    """The person chose another segment: its index. Not sent by :meth:`choose`."""

    def __init__(
        self, texts: Sequence[str], *, name: str = "", compact: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        for index, text in enumerate(texts):
            button = QToolButton(self)
            button.setText(text)
            button.setCheckable(True)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.setFont(theme.font("small" if compact else "body", 500))
            button.setProperty("compact", compact)
            button.setProperty("segment", _position(index, len(texts)))
            self._group.addButton(button, index)
            row.addWidget(button)
        if texts:
            self._group.button(0).setChecked(True)
        # A click or an arrow key, but not a choice made by the program.
        self._group.idToggled.connect(self._toggled)
        self._choosing = False

    @property
    def index(self) -> int:
        """Which segment is chosen; -1 without segments."""
        return self._group.checkedId()

    def choose(self, index: int) -> None:
        """Choose a segment without telling anybody."""
        self._choosing = True
        try:
            self._group.button(index).setChecked(True)
        finally:
            self._choosing = False
        # Tab goes to the chosen one, as Qt does it by itself once a person has moved within the row.
        for button in self._group.buttons():
            chosen = button.isChecked()
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus if chosen else Qt.FocusPolicy.ClickFocus)

    def button(self, index: int) -> QToolButton:
        """One segment, to disable it or give it a tool tip."""
        button = self._group.button(index)
        assert isinstance(button, QToolButton)
        return button

    def _toggled(self, index: int, checked: bool) -> None:
        if checked and not self._choosing:
            self.chosen.emit(index)


def _position(index: int, count: int) -> str:
    if count == 1:
        return "only"
    return "first" if index == 0 else "last" if index == count - 1 else "middle"
