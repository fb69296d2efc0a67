"""Texts: always plain (what mails and servers say must never be read as HTML), in the theme's styles and colours."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtWidgets import QLabel, QMessageBox, QSizePolicy, QWidget

from mailflow_gui.qt.theme import theme

_INK = "text"

_ROLES: Final = {
    "text": "",
    "text-2": "secondary",
    "text-3": "hint",
    "accent-text": "accent",
    "ok": "ok",
    "warn": "warn",
    "danger": "danger",
}
"""Which role of the style sheet has the colour of a token."""


def restyle(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet asks for, and have the widget painted accordingly."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def set_tool_tip(widget: QWidget, text: str) -> None:
    """A tool tip that shows ``text`` as it is: Qt reads a tool tip that looks like HTML as HTML."""
    widget.setToolTip(GuiQt.convertFromPlainText(text) if text else "")


class Label(QLabel):
    """A plain text.

    :param style: a style of the type scale.
    :param token: text, text-2, text-3, accent-text, ok, warn or danger.
    :param wrap: break lines; otherwise one line.
    """

    def __init__(
        self,
        text: str = "",
        style: str = "body",
        token: str = _INK,
        *,
        weight: int | None = None,
        wrap: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font(style, weight))
        self.setWordWrap(wrap)
        if not wrap:
            self.setMinimumHeight(theme.line_height(style))
        self.set_token(token)
        self.setText(text)

    def set_token(self, token: str) -> None:
        """Take another colour.

        :raises KeyError: not one of the colours for texts.
        """
        restyle(self, "role", _ROLES[token])


class ElidedLabel(Label):
    """One line that ends in … where it doesn't fit; the whole text is its tool tip then."""

    def __init__(
        self,
        text: str = "",
        style: str = "body",
        token: str = _INK,
        *,
        weight: int | None = None,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, style, token, weight=weight, parent=parent)
        self._mode = mode
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def setText(self, text: str) -> None:
        """Show another text."""
        super().setText(" ".join(text.split()))
        self._tell_whole()

    def minimumSizeHint(self) -> QSize:
        """As narrow as the layout wants."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tell_whole()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.setFont(self.font())
        text = QFontMetrics(self.font()).elidedText(self.text(), self._mode, self.contentsRect().width())
        painter.drawText(self.contentsRect(), self.alignment() | Qt.AlignmentFlag.AlignVCenter, text)

    def _tell_whole(self) -> None:
        fits = QFontMetrics(self.font()).horizontalAdvance(self.text()) <= self.width()
        set_tool_tip(self, "" if fits else self.text())


class SectionHead(Label):
    """The small capital head of a group; capitals by the font, so the text stays as written for screen readers."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, "section", "text-3", parent=parent)


def set_more_text(box: QMessageBox, text: str) -> None:
    """The second text of a question. Names in it may come from others' files, and are never read as markup.

    The box's own text format doesn't reach it.
    """
    box.setInformativeText(text)
    for label in box.findChildren(QLabel):
        label.setTextFormat(Qt.TextFormat.PlainText)
