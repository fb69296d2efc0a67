"""The head of the settings: the node's icon, its name (which can be typed over), what it is, and its switch."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from mailflow_gui.flow.node_type import AnyNodeType
from mailflow_gui.language import _
from mailflow_gui.qt.controls import Switch, set_tool_tip
from mailflow_gui.qt.forms.labels import Label
from mailflow_gui.qt.palette.rows import tint
from mailflow_gui.qt.theme import theme

_TILE = 32


class Tile(QWidget):
    """The node's icon on its colour."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(_TILE, _TILE)
        self._icon, self._tint = "workflow", "any"
        theme.changed.connect(self.update)

    def show_kind(self, kind: AnyNodeType | None) -> None:
        """Show the icon of a node type."""
        self._icon, self._tint = (kind.icon if kind else "workflow"), (tint(kind) if kind else "any")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.color(f"type-{self._tint}-soft"))
        painter.setBrush(theme.color(f"type-{self._tint}-soft"))
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        pixmap = theme.pixmap(self._icon, f"type-{self._tint}", 20, self.devicePixelRatioF())
        painter.drawPixmap((_TILE - 20) // 2, (_TILE - 20) // 2, pixmap)


class NameLine(QLineEdit):
    """The node's name: looks like a title until it is typed into. Empty: the node is called after its type again."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("bare", True)
        self.setFont(theme.font("title"))
        self.setAccessibleName(_("Name of the node"))
        self.setFixedHeight(20)
        self.setMinimumWidth(40)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

        self._dress()
        theme.changed.connect(self._dress)

    def _dress(self) -> None:
        """A node without a name of its own is called after its type: that name looks like any other."""
        color = theme.color("text").name()
        self.setStyleSheet(f"QLineEdit {{ padding: 0; min-height: 20px; placeholder-text-color: {color}; }}")

    def paintEvent(self, event: QPaintEvent) -> None:
        """A title that doesn't fit ends in …; while it is typed into, it scrolls."""
        shown = self.text() or self.placeholderText()
        room = self.rect().adjusted(2, 0, 0, 0)  # as far in as Qt puts a line's text
        if self.hasFocus() or self.fontMetrics().horizontalAdvance(shown) <= room.width() - 2:
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(theme.color("text" if self.isEnabled() else "text-disabled"))
        elided = self.fontMetrics().elidedText(shown, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, elided)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.setCursorPosition(0)


class Header(QWidget):
    """The head, 56 high."""

    named = Signal(str)
    switched = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(56)
        self.tile, self.name = Tile(), NameLine()
        self.about = Label("", "caption", "hint", weight=400)
        self.about.setContentsMargins(2, 0, 0, 0)  # as far in as a line's text
        self.about.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.switch = Switch()
        self.switch.setAccessibleName(_("Enabled"))
        self.switch.setToolTip(_("Switch this node on or off"))
        self.name.textEdited.connect(self.named)
        self.switch.clicked.connect(lambda: self.switched.emit(self.switch.isChecked()))
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addStretch()
        texts.addWidget(self.name)
        texts.addWidget(self.about)
        texts.addStretch()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 0, 12, 0)
        layout.setSpacing(8)
        layout.addWidget(self.tile)
        layout.addLayout(texts, 1)
        layout.addWidget(self.switch)

    def show_node(self, kind: AnyNodeType | None, name: str, about: str, enabled: bool) -> None:
        """Show a node's head."""
        self.tile.show_kind(kind)
        self.name.setPlaceholderText(_(kind.title) if kind else "")
        if self.name.text().strip() != name.strip():  # a blank at the end is the beginning of the next word
            self.name.setText(name)
            self.name.setCursorPosition(0)
        set_tool_tip(self.name, name)
        self.about.setText(about)
        set_tool_tip(self.about, about)
        self.switch.setChecked(enabled)
