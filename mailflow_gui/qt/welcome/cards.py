"""The cards of the welcome page."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from mailflow_gui.flow.node_type import AnyNodeType
from mailflow_gui.language import _
from mailflow_gui.qt.controls import Button, Card, CardButton, IconLabel, KeyBadge, Label
from mailflow_gui.qt.controls.card import paint_frame, paint_ground
from mailflow_gui.qt.theme import theme
from mailflow_gui.qt.welcome.examples import Example
from mailflow_gui.qt.welcome.preview import paint_preview

_PREVIEW = 104
_TILE = 40
_LIGHTING = {QEvent.Type.HoverEnter, QEvent.Type.HoverLeave, QEvent.Type.FocusIn, QEvent.Type.FocusOut}


class ActionCard(Card):
    """A way to begin: what it gives, the button and its keys."""

    wanted = Signal()

    def __init__(
        self,
        icon: str,
        title: str,
        text: str,
        action: str,
        keys: str,
        *,
        main: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(edge="border-control", parent=parent)
        self.set_selected(main)
        self.setMinimumHeight(144)
        tile = IconLabel(
            icon, "accent-text" if main else "text-2", 20, tile="accent-soft" if main else "sunken", tile_size=_TILE
        )
        self.button = Button(action, kind="primary" if main else "normal")
        self.button.setAccessibleDescription(text)
        self.button.clicked.connect(self.wanted)
        last = QHBoxLayout()
        last.addWidget(self.button)
        last.addStretch()
        self._keys = KeyBadge(keys)
        last.addWidget(self._keys)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(Label(title, "heading"))
        texts.addWidget(Label(text, "small", "text-2", wrap=True))
        texts.addStretch()
        texts.addSpacing(8)
        texts.addLayout(last)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 16, 16, 14)
        row.setSpacing(12)
        row.addWidget(tile, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)
        # All as wide as each other, whatever their words: where the keys don't fit, they go.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        margins = self.contentsMargins()
        room = self.width() - margins.left() - margins.right() - 2 * 16 - _TILE - 12
        self._keys.setVisible(self.button.sizeHint().width() + 12 + self._keys.sizeHint().width() <= room)


class ExampleCard(CardButton):
    """An example flow: its picture, its name and its steps; the whole card opens it."""

    def __init__(self, example: Example, types: Mapping[str, AnyNodeType], parent: QWidget | None = None) -> None:
        super().__init__(example.flow.name, parent)
        self.example = example
        self._types = types
        steps = example.steps(dict(types))
        self.words = f"{example.flow.name} {steps}".casefold()
        self.setAccessibleDescription(steps)
        self.setMinimumHeight(176)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(Label(example.flow.name, "title", wrap=True))
        texts.addWidget(Label(steps, "small", "text-2", wrap=True))
        texts.addStretch()
        self._use = Button(_("Use"), compact=True)
        self._use.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Enter on the card does the same
        self._use.clicked.connect(self.click)
        policy = self._use.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # the texts don't break anew under the mouse
        self._use.setSizePolicy(policy)
        self._use.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(16, _PREVIEW + 10, 16, 10)
        row.setSpacing(8)
        row.addLayout(texts, 1)
        row.addWidget(self._use, 0, Qt.AlignmentFlag.AlignTop)

    def event(self, event: QEvent) -> bool:
        """Light up what a click or Enter would use."""
        if event.type() in _LIGHTING:
            under_mouse = event.type() != QEvent.Type.HoverLeave and self.underMouse()
            self.update()
            self._use.setVisible(under_mouse or self.hasFocus())
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(self.rect())
        paint_ground(painter, whole)
        area = QRectF(1, 1, self.width() - 2, _PREVIEW - 1)
        inside = QPainterPath()
        radius = theme.radius("card") - 1
        inside.addRoundedRect(whole.adjusted(1, 1, -1, -1), radius, radius)
        painter.save()
        painter.setClipPath(inside)
        painter.fillRect(area, theme.color("canvas"))
        paint_preview(painter, area, self.example.flow, self._types)
        painter.restore()
        painter.setPen(QPen(theme.color("border"), 1))
        painter.drawLine(1, _PREVIEW, self.width() - 2, _PREVIEW)
        lit = self.underMouse()
        paint_frame(painter, whole, "accent-line" if lit else "border", 2 if lit else 1)
