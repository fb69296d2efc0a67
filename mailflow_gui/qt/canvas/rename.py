"""Renaming a node on its card."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

from mailflow_gui.language import _
from mailflow_gui.qt.canvas.card import HEADER, WIDTH, Card
from mailflow_gui.qt.canvas.viewer import Viewer
from mailflow_gui.qt.theme import theme

_LONGEST = 200
_NARROWEST = 120


class NameField(QLineEdit):
    """A field over the card's title. Enter or leaving it takes the name, Esc doesn't."""

    named = Signal(str)
    closed = Signal()

    def __init__(self, viewer: Viewer, card: Card) -> None:
        super().__init__(viewer.viewport())
        self._open = True
        self._title = card.title
        self._named = bool(card.node.name)
        self.setText(card.node.name or card.title)
        self.setPlaceholderText(_(card.kind.title) if card.kind else card.node.type)
        self.setMaxLength(_LONGEST)
        self.setAccessibleName(_("Name of the node"))
        self.setFont(theme.font("body", 600))
        zoom = viewer.zoom()
        left = viewer.mapFromScene(card.mapToScene(QPointF(30, HEADER / 2)))
        height = theme.size("control-compact")
        self.setGeometry(left.x(), left.y() - height // 2, max(_NARROWEST, round((WIDTH - 36) * zoom)), height)
        self.selectAll()
        self.installEventFilter(self)
        self.editingFinished.connect(self._take)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.key() != Qt.Key.Key_Escape:
            return False
        if event.type() == QEvent.Type.KeyPress:
            self.dismiss()
        event.accept()
        return event.type() in {QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride}

    def dismiss(self) -> None:
        """Close without taking the name."""
        if self._open:
            self._open = False
            self.hide()
            self.deleteLater()
            self.closed.emit()

    def _take(self) -> None:
        if self._open:
            name = self.text().strip()
            self.dismiss()
            if self._named or name != self._title:  # the type's own title isn't a name that somebody gave
                self.named.emit(name)
