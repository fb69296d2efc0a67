"""The palette's rows: a head for each group, a row for each node type, and the card that hangs on the pointer while one is dragged."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QDrag, QEnterEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from mailflow_gui.flow.node_type import AnyNodeType
from mailflow_gui.language import _
from mailflow_gui.qt.controls import set_tool_tip
from mailflow_gui.qt.theme import theme

MIME_TYPE = "application/x-mailflow-node"
"""What is dragged: a node type's id in UTF-8."""

_HEIGHT = 28
_CARD = QRect(0, 0, 168, 32)


def tint(kind: AnyNodeType) -> str:
    """The data type that gives a node its colours: what it takes where it ends a flow, else the first thing that it makes."""
    ports = kind.inputs if kind.group == "send" and kind.inputs else kind.outputs or kind.inputs
    return ports[0].type if ports else "any"


class GroupHead(QWidget):
    """A group's name; a click, Enter or Space folds the group away or opens it."""

    folded = Signal()

    def __init__(self, title: str) -> None:
        super().__init__()
        self.title = title
        self.is_open = True
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(title)
        self.setProperty("focusRing", 4)
        theme.changed.connect(self.update)

    def toggle(self) -> None:
        """Fold away or open."""
        self.is_open = not self.is_open
        self.update()
        self.folded.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.toggle()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.toggle()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        arrow = "chevron-down" if self.is_open else "chevron-right"
        painter.drawPixmap(12, 10, theme.pixmap(arrow, "text-3", 12, self.devicePixelRatioF()))
        painter.setFont(theme.font("section"))
        painter.setPen(theme.color("text-3"))
        area = self.rect().adjusted(28, 4, -8, 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.title)


class Row(QWidget):
    """One node type."""

    chosen = Signal(str)
    stepped = Signal(int)
    """The keys go this many rows further down."""

    def __init__(self, kind: AnyNodeType) -> None:
        super().__init__()
        self.kind = kind
        self._pressed: QPointF | None = None
        self._hovered = False
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_(kind.title))
        self.setAccessibleDescription(_("Drag it onto the canvas, or press Enter."))
        self.setProperty("focusRing", 4)
        set_tool_tip(self, _("{title}: drag it onto the canvas, or double-click.").format(title=_(kind.title)))
        theme.changed.connect(self.update)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._hovered = True
        self.update()

    def leaveEvent(self, event: object) -> None:
        self._hovered = False
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = None
            self.chosen.emit(self.kind.id)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        if (event.position() - self._pressed).manhattanLength() >= QApplication.startDragDistance():
            self._pressed = None
            drag = self.drag()
            drag.exec(Qt.DropAction.CopyAction)
            self._hovered = False
            self.update()

    def drag(self) -> QDrag:
        """What hangs on the pointer: the type's id, and a small card."""
        data = QMimeData()
        data.setData(MIME_TYPE, self.kind.id.encode("utf-8"))
        drag = QDrag(self)
        drag.setMimeData(data)
        drag.setPixmap(card(self.kind, self.devicePixelRatioF()))
        drag.setHotSpot(QPoint(16, 16))
        return drag

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(self.kind.id)
        elif event.key() in steps:
            self.stepped.emit(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        ratio = self.devicePixelRatioF()
        if self._hovered or self.hasFocus():
            painter.fillRect(self.rect(), theme.color("hover"))
        painter.drawPixmap(16, 6, theme.pixmap(self.kind.icon, f"type-{tint(self.kind)}", 16, ratio))
        if self._hovered:
            painter.drawPixmap(self.width() - 26, 7, theme.pixmap("grip-vertical", "text-3", 14, ratio))
        painter.setFont(theme.font("body"))
        painter.setPen(theme.color("text"))
        area = self.rect().adjusted(40, 0, -28 if self._hovered else -12, 0)
        title = painter.fontMetrics().elidedText(_(self.kind.title), Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, title)


def card(kind: AnyNodeType, ratio: float) -> QPixmap:
    """A small picture of the node that a drop would make."""
    pixmap = QPixmap(round(_CARD.width() * ratio), round(_CARD.height() * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.color("accent-line"), 2))
    painter.setBrush(theme.color(f"type-{tint(kind)}-soft"))
    painter.drawRoundedRect(QRectF(_CARD).adjusted(1, 1, -1, -1), 8, 8)
    painter.drawPixmap(10, 8, theme.pixmap(kind.icon, f"type-{tint(kind)}", 16, ratio))
    font = theme.font("body", 600)
    painter.setFont(font)
    painter.setPen(theme.color("text"))
    area = _CARD.adjusted(34, 0, -10, 0)
    title = painter.fontMetrics().elidedText(_(kind.title), Qt.TextElideMode.ElideRight, area.width())
    painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, title)
    painter.end()
    return pixmap
