"""Texts in forms: plain, in a style of the theme; the style sheet colours them by their role."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

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
