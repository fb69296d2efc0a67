"""A field to search with: an icon, the key that leads here, and a way to empty it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.controls.badges import KeyBadge
from mailflow_gui.qt.controls.button import Button
from mailflow_gui.qt.theme import theme

_ICON = 14
_LEFT = 10
_GAP = 8


class SearchField(QLineEdit):
    """A line to type a search into; ``textChanged`` tells every key. Escape empties it.

    :param key: the key that leads here, shown while the field is empty; the owner of the window binds it.
    """

    def __init__(
        self, placeholder: str = "", key: str = "/", *, compact: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setPlaceholderText(placeholder or _("Search"))
        self.setAccessibleName(placeholder or _("Search"))
        self.setProperty("compact", compact)
        self.setFont(theme.font("small" if compact else "body"))
        self._badge = KeyBadge(key, self) if key else None
        self._clear = Button("", "x", "ghost", compact=True, name=_("Empty the search"), parent=self)
        self._clear.setProperty("inside", True)
        self._clear.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._clear.setCursor(Qt.CursorShape.ArrowCursor)
        self._clear.clicked.connect(self.clear)
        self._clear.hide()
        if self._badge:
            self._badge.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        right = 24 if self._badge is None else max(24, self._badge.sizeHint().width() + 4)
        self.setTextMargins(_ICON + _GAP + 1, 0, right, 0)
        self.textChanged.connect(self._show_marks)
        self._show_marks()

    def sizeHint(self) -> QSize:
        """Wide enough for a word or two."""
        return QSize(160, super().sizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._show_marks()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._show_marks()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        middle = self.height() // 2
        if self._badge:
            size = self._badge.sizeHint()
            self._badge.setGeometry(
                self.width() - size.width() - 6, middle - size.height() // 2, size.width(), size.height()
            )
        self._clear.setGeometry(self.width() - 26, middle - 10, 20, 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        token = "text-3" if self.isEnabled() else "text-disabled"
        icon = theme.pixmap("search", token, _ICON, self.devicePixelRatioF())
        QPainter(self).drawPixmap(_LEFT, (self.height() - _ICON) // 2, icon)

    def _show_marks(self) -> None:
        self._clear.setVisible(bool(self.text()))
        if self._badge:
            self._badge.setVisible(not self.text() and not self.hasFocus())
