"""Quick add: a search of the node types that fit, opened where the new node will stand. Enter adds and wires, Esc drops the link."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from mailflow_gui.flow.node_type import AnyNodeType
from mailflow_gui.language import N_, _
from mailflow_gui.qt.canvas import look
from mailflow_gui.qt.controls import SearchField
from mailflow_gui.qt.theme import theme

WIDTH = 296
_ROW = 28
_HEAD = 24
_FOOT = 28
_MOST_ROWS = 8
_TYPE_ROLE = Qt.ItemDataRole.UserRole

GROUPS: Mapping[str, str] = {
    "receive": N_("Receive"),
    "transform": N_("Transform"),
    "route": N_("Route"),
    "send": N_("Send"),
    "utility": N_("Utility"),
}


class QuickAdd(QFrame):
    """The popup. It closes when something is chosen, on Esc, and when the keyboard goes elsewhere."""

    chosen = Signal(str)
    closed = Signal()

    def __init__(self, parent: QWidget, kinds: Sequence[AnyNodeType], heading: str, linked: bool) -> None:
        super().__init__(parent)
        self._kinds = kinds
        self._heading = heading
        self._linked = linked
        self._open = True
        self.setAccessibleName(_("Add a node"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.field = SearchField(_("Search nodes"), key="", parent=self)
        self.field.setFixedHeight(theme.size("control-compact"))
        self.list = QListWidget(self)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setMouseTracking(True)
        self.list.setUniformItemSizes(True)
        self.list.setAccessibleName(heading)
        self.list.setItemDelegate(_Rows(self.list))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 9, 1, _FOOT + 1)
        layout.setSpacing(0)
        inner = QVBoxLayout()
        inner.setContentsMargins(8, 0, 8, 8 + _HEAD)
        inner.addWidget(self.field)
        layout.addLayout(inner)
        layout.addWidget(self.list)
        self.field.textChanged.connect(self._search)
        self.field.installEventFilter(self)
        self.list.itemClicked.connect(self._choose)
        self.list.itemEntered.connect(self.list.setCurrentItem)
        self._search("")

    def open_at(self, point: QPoint) -> None:
        """Show the popup with its top left near a point of the parent, inside it."""
        parent = self.parentWidget()
        assert parent is not None
        room = parent.rect()
        x = max(8, min(point.x(), room.width() - self.width() - 8))
        y = max(8, min(point.y(), room.height() - self.height() - 8))
        self.move(x, y)
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def dismiss(self) -> None:
        """Close without a choice."""
        if self._open:
            self._open = False
            self.hide()
            self.deleteLater()
            self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            action = self._key_action(event.key())
            if action is not None:
                action()
                return True
        if (
            watched is self.field
            and isinstance(event, QFocusEvent)
            and event.type() == QEvent.Type.FocusOut
            and event.reason() not in {Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason}
        ):
            self.dismiss()
        return False

    def _key_action(self, key: int) -> Callable[[], None] | None:
        return {
            int(Qt.Key.Key_Escape): self.dismiss,
            int(Qt.Key.Key_Return): self._choose_current,
            int(Qt.Key.Key_Enter): self._choose_current,
            int(Qt.Key.Key_Tab): lambda: self._step(1),
            int(Qt.Key.Key_Backtab): lambda: self._step(-1),
            int(Qt.Key.Key_Down): lambda: self._step(1),
            int(Qt.Key.Key_Up): lambda: self._step(-1),
        }.get(key)

    def _search(self, text: str) -> None:
        self.list.clear()
        words = text.casefold().split()
        for kind in self._kinds:
            known = f"{_(kind.title)} {kind.title} {kind.id} {_(GROUPS[kind.group])}".casefold()
            if all(word in known for word in words):
                item = QListWidgetItem(_(kind.title), self.list)
                item.setData(_TYPE_ROLE, kind)
                item.setSizeHint(QSize(WIDTH - 2, _ROW))
        self.list.setCurrentRow(0)
        rows = min(max(self.list.count(), 1), _MOST_ROWS)
        self.list.setFixedHeight(rows * _ROW + 4)
        self.setFixedSize(WIDTH, 9 + self.field.height() + 8 + _HEAD + rows * _ROW + 4 + _FOOT + 1)

    def _step(self, by: int) -> None:
        count = self.list.count()
        if count:
            self.list.setCurrentRow((self.list.currentRow() + by) % count)

    def _choose_current(self) -> None:
        self._choose(self.list.currentItem())

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is not None and self._open:
            self._open = False
            self.hide()
            self.deleteLater()
            self.chosen.emit(item.data(_TYPE_ROLE).id)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outline = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(look.pen("border-control"))
        painter.setBrush(look.color("surface"))
        painter.drawRoundedRect(outline, 8, 8)
        top = self.field.geometry().bottom() + 9
        look.draw_text(painter, self._heading, QRectF(16, top, WIDTH - 32, _HEAD), "section", "text-3")
        if not self.list.count():
            place = QRectF(16, top + _HEAD, WIDTH - 32, _ROW)
            look.draw_text(painter, _("No node fits"), place, "small", "text-2")
        foot = QRectF(1, self.height() - _FOOT - 1, WIDTH - 2, _FOOT)
        painter.setPen(look.pen("border"))
        painter.drawLine(foot.topLeft(), foot.topRight())
        enter = _("add and wire") if self._linked else _("add")
        escape = _("drop the link") if self._linked else _("close")
        left = _hint(painter, "↵", enter, 12, foot)
        _hint(painter, "Esc", escape, left + 12, foot)


def _hint(painter: QPainter, key: str, text: str, left: float, foot: QRectF) -> float:
    measure = look.metrics("caption")
    wide = measure.horizontalAdvance(key) + 10
    box = QRectF(left + 0.5, foot.center().y() - 8.5, wide, 17)
    painter.setPen(look.pen("border"))
    painter.setBrush(look.color("surface-alt"))
    painter.drawRoundedRect(box, 3, 3)
    painter.setFont(look.font("caption"))
    painter.setPen(look.color("text-3"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, key)
    end = box.right() + 4
    look.draw_text(painter, text, QRectF(end, foot.top(), 140, foot.height()), "caption", "text-3")
    return end + measure.horizontalAdvance(text)


class _Rows(QStyledItemDelegate):
    """Icon in the colour of the data, name, group."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        kind: AnyNodeType = index.data(_TYPE_ROLE)
        place = QRectF(option.rect)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.fillRect(place, look.color("accent-soft"))
        icon = QRectF(place.left() + 15, place.top() + 6, 16, 16)
        look.draw_icon(painter, kind.icon, look.type_token(look.tint(kind)), icon)
        group = _(GROUPS[kind.group])
        wide = look.metrics("caption").horizontalAdvance(group)
        name = place.adjusted(39, 0, -12 - wide - 8, 0)
        look.draw_text(painter, _(kind.title), name, "body", "text", weight=500 if chosen else 400)
        right = QRectF(place.right() - 12 - wide, place.top(), wide + 1, place.height())
        look.draw_text(painter, group, right, "caption", "text-3")
