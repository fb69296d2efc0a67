"""Texts in forms: plain, in a style of the theme; the style sheet colours them by their role."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from mailflow_gui.qt.controls import IconLabel, restyle
from mailflow_gui.qt.theme import theme


class Label(QLabel):
    """A text for people. It never reads markup: what it shows may come from a file or a server."""

    def __init__(
        self,
        text: str = "",
        style: str = "small",
        role: str = "",
        *,
        weight: int | None = None,
        wrap: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """:param role: the style sheet's name of a colour: secondary, hint, danger, warn, ok, accent; empty: the text's own."""
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)
        self.setFont(theme.font(style, weight))
        if role:
            self.setProperty("role", role)
        if wrap:
            self.setWordWrap(True)
            policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)

    def setText(self, text: str) -> None:
        super().setText(text)
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Insist on the height that the text needs: layouts inside layouts shave it where scripts mix."""
        if self.wordWrap():
            needed = self.heightForWidth(self.width())
            if needed > 0 and needed != self.minimumHeight():
                self.setMinimumHeight(needed)


class Complaint(QWidget):
    """A sentence about what is wrong, with its sign; not there while nothing is."""

    def __init__(self) -> None:
        super().__init__()
        self._icon = IconLabel("circle-alert", "danger", theme.size("icon-small"))
        self._label = Label("", "small", "danger", wrap=True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._label, 1)
        self.hide()

    @property
    def text(self) -> str:
        """What it says; empty while there is nothing to say."""
        return self._label.text()

    def say(self, text: str, *, warning: bool = False) -> None:
        """Say this, or nothing."""
        self._label.setText(text)
        restyle(self._label, "role", "warn" if warning else "danger")
        self._icon.set_icon("triangle-alert" if warning else "circle-alert", "warn" if warning else "danger")
        self.setVisible(bool(text))
