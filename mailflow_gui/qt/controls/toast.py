"""A toast: one line that says what happened and offers the way back, then goes by itself."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRectF, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QEnterEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.controls.badges import KeyBadge
from mailflow_gui.qt.controls.button import Button
from mailflow_gui.qt.controls.text import ElidedLabel
from mailflow_gui.qt.theme import theme

_SECONDS = 8
_HEIGHT = 40
_MARGIN = 16
_MAX_WIDTH = 560


class Toast(QWidget):
    """Lies at the bottom of its parent; one at a time, the newest wins. Under the mouse it waits."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._then: Callable[[], object] | None = None
        self._text = ElidedLabel()
        self._key: KeyBadge | None = None
        self._button = Button("", compact=True)
        self._button.setProperty("square", False)  # its text comes later
        self._close = Button("", "x", "ghost", compact=True, name=_("Close"))
        self._button.clicked.connect(self._act)
        self._close.clicked.connect(self.hide)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(16, 5, 6, 5)
        self._row.setSpacing(8)
        self._row.addWidget(self._text, 1)
        self._row.addWidget(self._button)
        self._row.addWidget(self._close)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SECONDS * 1000)
        self._timer.timeout.connect(self.hide)
        parent.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """What it says, or said last."""
        return self._text.text()

    def say(self, text: str, action: str = "", then: Callable[[], object] | None = None, *, key: str = "") -> None:
        """Show a line, read it out, and offer ``action``, which calls ``then``.

        :param key: the keys that do the same, such as ``Ctrl+Z``.
        """
        self._then = then
        self._text.setText(text)
        self._button.setText(action)
        self._button.setVisible(bool(action))
        if self._key is not None:
            self._key.deleteLater()
            self._key = None
        if key:
            self._key = KeyBadge(key)
            self._row.insertWidget(1, self._key)
        self._place()
        self.show()
        self.raise_()
        self._timer.start()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self.parent() and not self.isHidden():
            self._place()
        return False

    def enterEvent(self, _event: QEnterEvent) -> None:
        self._timer.stop()

    def leaveEvent(self, _event: QEvent) -> None:
        self._timer.start()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("border-control"), 1))
        painter.setBrush(theme.color("surface"))
        radius = theme.radius("card")
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)

    def _act(self) -> None:
        then, self._then = self._then, None
        self.hide()
        if then is not None:
            then()

    def _place(self) -> None:
        parent = self.parentWidget()
        assert parent is not None
        text = self._text.fontMetrics().horizontalAdvance(self._text.text()) + 2
        width = min(text + self._row.minimumSize().width(), _MAX_WIDTH, parent.width() - 2 * _MARGIN)
        self.setGeometry((parent.width() - width) // 2, parent.height() - _HEIGHT - _MARGIN, width, _HEIGHT)
