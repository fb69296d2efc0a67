"""The menu bar: its titles' mnemonics are underlined only while Alt is held or a menu is chosen with the keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QShowEvent, QWindow
from PySide6.QtWidgets import QMenuBar, QStyleOptionMenuItem, QWidget


class MenuBar(QMenuBar):
    """As Windows and GNOME do it; Qt's Fusion style underlines them always."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._watched: QWindow | None = None
        self._alt = False

    @property
    def underlined(self) -> bool:
        """Whether the mnemonics are shown."""
        return self._alt or (self.activeAction() is not None and self.hasFocus())

    def initStyleOption(self, option: QStyleOptionMenuItem, action: QAction) -> None:
        super().initStyleOption(option, action)
        if not self.underlined:
            option.text = option.text.replace("&", "")

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # Every key of the window comes through its QWindow, whoever has the focus.
        handle = self.window().windowHandle()
        if handle is not None and handle is not self._watched:
            self._watched = handle
            handle.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._watched:
            if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Alt:
                self._show(alt=event.type() == QEvent.Type.KeyPress)
            elif event.type() == QEvent.Type.FocusOut:
                self._show(alt=False)
        return False  # QMenuBar's own filter listens to the window itself, which gets the event next

    def _show(self, *, alt: bool) -> None:
        if alt != self._alt:
            self._alt = alt
            self.update()
