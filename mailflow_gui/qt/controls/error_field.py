"""A labelled field with a hint and, when something is wrong with it, the line that says what."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from mailflow_gui.qt.controls.icon_label import IconLabel
from mailflow_gui.qt.controls.text import Label, restyle
from mailflow_gui.qt.theme import theme


class ErrorLine(QWidget):
    """One line in the colour of errors or warnings, with its icon; hidden while there is nothing to say."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = IconLabel("circle-alert", "danger", theme.size("icon-small"))
        self._text = Label("", "small", "danger", wrap=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 1, 0, 0)
        row.setSpacing(6)
        holder = QVBoxLayout()
        holder.setContentsMargins(0, 1, 0, 0)
        holder.addWidget(self._icon)
        holder.addStretch()
        row.addLayout(holder)
        row.addWidget(self._text, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.say(text)

    @property
    def text(self) -> str:
        """What it says; empty while hidden."""
        return self._text.text()

    def say(self, text: str, *, warning: bool = False) -> None:
        """Say this, or nothing."""
        self._text.setText(text)
        self._text.set_token("warn" if warning else "danger")
        self._icon.set_icon("triangle-alert" if warning else "circle-alert", "warn" if warning else "danger")
        self.setVisible(bool(text))


class ErrorField(QWidget):
    """A field in its frame: label above, hint and error line below.

    :param field: the input; it takes the label as its accessible name unless it has one.
    """

    def __init__(self, field: QWidget, label: str = "", hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self._hint = Label(hint, "caption", "text-3", weight=400, wrap=True)
        self._error = ErrorLine()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        if label:
            head = Label(label, "small", "text-2", weight=500)
            head.setBuddy(field)
            column.addWidget(head)
            if not field.accessibleName():
                field.setAccessibleName(label)
        column.addWidget(field)
        column.addWidget(self._error)
        column.addWidget(self._hint)
        self._hint.setVisible(bool(hint))

    @property
    def error(self) -> str:
        """What is wrong; empty if nothing is."""
        return self._error.text

    def set_error(self, text: str, *, warning: bool = False) -> None:
        """Frame the field in red and say why, or take both away again; a warning leaves the frame alone."""
        self._error.say(text, warning=warning)
        self.field.setAccessibleDescription(text or self._hint.text())
        restyle(self.field, "invalid", bool(text) and not warning)

    def set_hint(self, hint: str) -> None:
        """Explain the field in other words."""
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
