"""Mnemonics of a dialog, underlined only while Alt is held, as in the menu bar; Qt's Fusion style underlines them always."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QWindow
from PySide6.QtWidgets import QDialog, QStyleOptionButton, QWidget

from mailflow_gui.qt.commands import without_mnemonic
from mailflow_gui.qt.controls import Button, Label

_SHOWN = "mnemonics"
"""The window's property that says whether they are underlined just now."""


class KeyLabel(Label):
    """A label whose mnemonic leads to its buddy."""

    def paintEvent(self, event: QPaintEvent) -> None:
        if _shown(self):
            super().paintEvent(event)
            return
        painter = QPainter(self)
        flags = int(self.alignment()) | (int(Qt.TextFlag.TextWordWrap) if self.wordWrap() else 0)
        words = without_mnemonic(self.text())  # in Japanese the letter stands behind it in brackets: only with Alt, too
        self.style().drawItemText(
            painter, self.contentsRect(), flags, self.palette(), self.isEnabled(), words, self.foregroundRole()
        )


class KeyButton(Button):
    """A button that its mnemonic presses."""

    def initStyleOption(self, option: QStyleOptionButton) -> None:
        super().initStyleOption(option)
        if not _shown(self):
            option.text = without_mnemonic(option.text)


class Mnemonics(QObject):
    """Watches a dialog's Alt key."""

    def __init__(self, dialog: QDialog) -> None:
        super().__init__(dialog)
        self._dialog = dialog
        self._watched: QWindow | None = None
        dialog.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if watched is self._dialog and kind == QEvent.Type.Show:
            # Every key of the dialog comes through its QWindow, whoever has the focus.
            handle = self._dialog.windowHandle()
            if handle is not None and handle is not self._watched:
                self._watched = handle
                handle.installEventFilter(self)
        elif watched is self._watched and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Alt:
            self._show(shown=kind == QEvent.Type.KeyPress)
        elif watched is self._watched and kind == QEvent.Type.FocusOut:
            self._show(shown=False)
        return False

    def _show(self, *, shown: bool) -> None:
        if shown == bool(self._dialog.property(_SHOWN)):
            return
        self._dialog.setProperty(_SHOWN, shown)
        for widget in (*self._dialog.findChildren(KeyLabel), *self._dialog.findChildren(KeyButton)):
            widget.update()


def _shown(widget: QWidget) -> bool:
    return bool(widget.window().property(_SHOWN))
