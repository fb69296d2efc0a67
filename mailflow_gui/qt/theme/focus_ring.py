"""The ring round the control that has the keyboard: 2 px wide, 1 px away, shown for the keyboard only.

A widget can't paint outside its own rectangle, so the ring is a widget of its own that lies above its neighbours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from mailflow_gui.qt.theme.alive import alive

if TYPE_CHECKING:
    from mailflow_gui.qt.theme.theme import Theme

_GAP = 1
_WIDTH = 2
_SPIN_INSET = 8
_MARGIN = _GAP + _WIDTH
_KEYBOARD: Final = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)
_RINGED: Final = (QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox, QPlainTextEdit, QTextEdit)
_MOVES: Final = frozenset((QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide))
PROPERTY = "focusRing"
"""A widget of another kind asks for the ring by setting this dynamic property to the corner radius it has, 0 or more."""


class FocusRing(QObject):
    """Watches the keyboard's focus and keeps the ring where it is. As the one filter of the application, it insets spin boxes, too.

    Windows that are being destroyed send events to the last: touching a widget then crashes. So the filter only takes notes, and the
    ring moves once the event is over.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._theme = theme
        self._target: QWidget | None = None
        self._chain: list[QWidget] = []
        self._ring: _Ring | None = None
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._update)

    def watch(self, application: QApplication) -> None:
        """Follow the focus within this application."""
        application.removeEventFilter(self)
        application.installEventFilter(self)
        for widget in application.allWidgets():
            if isinstance(widget, QAbstractSpinBox) and widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
                _inset(widget)  # nobody saw to it then

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.FocusIn:
            if isinstance(watched, QWidget) and isinstance(event, QFocusEvent):
                self._focused(watched, event.reason())
        elif kind == QEvent.Type.Polish:
            if isinstance(watched, QAbstractSpinBox):
                _inset(watched)
        elif self._target is not None:
            if kind in _MOVES and any(watched is one for one in self._chain):
                self._later.start()
            elif watched is self._target and kind in {QEvent.Type.FocusOut, QEvent.Type.MouseButtonPress}:
                if kind == QEvent.Type.MouseButtonPress:
                    self._target = None
                self._later.start()
        return False

    def _focused(self, widget: QWidget, reason: Qt.FocusReason) -> None:
        if reason in _KEYBOARD:
            ringed = isinstance(widget, _RINGED) or widget.property(PROPERTY) is not None
            self._target = widget if ringed else None
        elif widget is not self._target or reason == Qt.FocusReason.MouseFocusReason:
            # Coming back to the window or from a menu changes nothing for the widget that had the ring.
            self._target = None
        self._later.start()

    def _update(self) -> None:
        """Bring the ring to the widget that should have it."""
        target = self._target
        if target is None or not alive(target):
            self._target = None
            self._drop_ring()
            return
        chain = _chain(target)
        if chain != self._chain or self._ring is None or not alive(self._ring):
            self._drop_ring()
            self._chain = chain
            self._ring = _Ring(self._theme, self._chain[-1])
            target.destroyed.connect(self._later.start)
        holder, ring = self._chain[-1], self._ring
        corner = target.mapTo(holder, QPoint(0, 0)) - QPoint(_MARGIN, _MARGIN)
        radius = target.property(PROPERTY)
        ring.radius = self._theme.radius("control") if radius is None else int(radius)
        ring.setGeometry(corner.x(), corner.y(), target.width() + 2 * _MARGIN, target.height() + 2 * _MARGIN)
        ring.setVisible(target.hasFocus() and target.isVisible())
        ring.raise_()

    def _drop_ring(self) -> None:
        if self._chain and alive(self._chain[0]):
            self._chain[0].destroyed.disconnect(self._later.start)
        self._chain = []
        ring, self._ring = self._ring, None
        if ring is not None and alive(ring):
            ring.hide()
            ring.deleteLater()


def _chain(widget: QWidget) -> list[QWidget]:
    """The widget and its ancestors up to the one that the ring lies in: the window, or what a scroll area scrolls.

    Inside a scroll area the ring scrolls along and is clipped as its widget is.
    """
    chain = [widget]
    parent = widget.parentWidget()
    while parent is not None and not widget.isWindow():
        chain.append(parent)
        area = parent.parentWidget()
        if parent.isWindow() or (isinstance(area, QAbstractScrollArea) and area.viewport() is parent):
            break
        parent = area
    return chain


def _inset(box: QAbstractSpinBox) -> None:
    """Keep the number off the frame: with buttons of its own, a styled spin box ignores the padding."""
    edit = box.findChild(QLineEdit)
    if edit is not None:
        edit.setTextMargins(_SPIN_INSET, 0, 0, 0)


class _Ring(QWidget):
    """The ring itself: lets the mouse through, takes no focus."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.radius = 0
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.color("focus"), _WIDTH))
        inset = _WIDTH / 2
        rectangle = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        radius = self.radius + _WIDTH
        painter.drawRoundedRect(rectangle, radius, radius)
