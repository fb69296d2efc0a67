"""The field for a password. What was typed leaves it in one way only: as a :class:`Secret`.

Showing the password doesn't change the field's echo mode: in Qt's normal mode the text would be what screen readers and other programs get
as the field's value, and could be undone and copied. The letters are only painted, each over the sign that stands for it.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QStyle, QStyleOptionFrame

from mailflow_gui import logs
from mailflow_gui.accounts.secrets import Secret
from mailflow_gui.language import _
from mailflow_gui.qt.theme import theme

_SHOW = "Ctrl+Shift+H"
_BLANK = "lineedit-password-character: 32;"
_DOT = "lineedit-password-character: 8226;"


class PasswordField(QLineEdit):
    """Never filled with a stored password."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setAccessibleName(_("Password"))
        self.textChanged.connect(self._choose_font)
        self._choose_font()
        self.setDragEnabled(False)
        self.setStyleSheet(_DOT)
        self.addAction(theme.icon("key-round", "text-3", 14), QLineEdit.ActionPosition.LeadingPosition)
        self._eye = QAction(self)
        self._eye.setCheckable(True)
        self._eye.setShortcut(QKeySequence(_SHOW))
        self._eye.toggled.connect(self._show_letters)
        self.addAction(self._eye, QLineEdit.ActionPosition.TrailingPosition)
        self._show_letters(False)
        self.textEdited.connect(lambda _text: self.edited.emit())

    @property
    def secret(self) -> Secret | None:
        """What was typed, kept out of every log from now on; None: nothing."""
        if not self.text():
            return None
        logs.keep_out(self.text())
        return Secret(self.text())

    @property
    def shown(self) -> bool:
        """Whether the letters can be read."""
        return self._eye.isChecked()

    def show_letters(self, shown: bool) -> None:
        """Show the letters, or signs in their place."""
        self._eye.setChecked(shown)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.shown or not self.text():
            return
        cell = self.fontMetrics().horizontalAdvance(" ")
        option = QStyleOptionFrame()
        self.initStyleOption(option)
        inside = self.style().subElementRect(QStyle.SubElement.SE_LineEditContents, option, self)
        cursor = self.cursorRect()
        start = cursor.center().x() + 1 - self.cursorPosition() * cell
        margins = self.textMargins()
        painter = QPainter(self)
        painter.setClipRect(inside.marginsRemoved(margins))
        painter.setFont(self.font())
        painter.setPen(theme.color("text"))
        for number, letter in enumerate(self.text()):
            box = QRectF(start + number * cell, cursor.top(), cell, cursor.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextDontClip, letter)

    def _choose_font(self) -> None:
        """Signs of one width for a password, words as elsewhere for what stands there without one."""
        self.setFont(theme.font("mono" if self.text() else "body"))

    def _show_letters(self, shown: bool) -> None:
        self._eye.setIcon(theme.icon("eye-off" if shown else "eye", "text-2"))
        self._eye.setText(_("Hide the password") if shown else _("Show the password"))
        keys = self._eye.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        self._eye.setToolTip(f"{self._eye.text()} ({keys})")
        self.setStyleSheet(_BLANK if shown else _DOT)
        self.update()
