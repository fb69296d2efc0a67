"""The middle of the editor: a card for each rule, in the file's order, and lines from its sources to its target."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, QRect, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QScrollBar, QSizePolicy, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.controls import Count, Label, Switch
from mailflow_gui.qt.mapper.card import RuleCard
from mailflow_gui.qt.mapper.looks import Look
from mailflow_gui.qt.theme import theme

HEAD = 36
_GAP = 8
_MARGIN = 60
_GRID = 16
_NEAR = 7
"""How far from a line the mouse still means it."""


@dataclass(frozen=True)
class End:
    """Where a line meets a tree: the height in the board's coordinates, and whether that row is in sight."""

    y: float
    in_sight: bool = True


@dataclass(frozen=True)
class Ends:
    """All ends of a rule's lines."""

    sources: tuple[End, ...] = ()
    target: End | None = None


class Board(QWidget):
    """Shows rules; what a person does to them leaves as signals."""

    chosen = Signal(int, int)
    """A rule was chosen (-1: none), and one of its chips (-1: none)."""
    entered = Signal(int)
    add_wanted = Signal(int, int, QPoint)
    """A step is wanted in a rule, at a place among its steps (-1: at the end); where a menu may open (global)."""
    menu_wanted = Signal(int, QPoint)
    """A rule's menu (-1: the board's own)."""
    chip_moved = Signal(int, int, int)
    rule_moved = Signal(int, int)
    placed = Signal()
    """Cards or lines are at other places."""

    def __init__(self, ends: Callable[[int], Ends], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ends = ends
        self.cards: list[RuleCard] = []
        self.index = -1
        self.hovered = -1
        self._drop_at = -1
        self._scroll = QScrollBar(Qt.Orientation.Vertical, self)
        self._scroll.valueChanged.connect(self._scrolled)
        self._scroll.hide()
        self._head = QWidget(self)
        self._count = Count(0)
        self.only = Switch(_("Only selected"))
        self.only.setFont(theme.font("small"))
        self.only.toggled.connect(lambda _on: self.update())
        row = QHBoxLayout(self._head)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(8)
        row.addWidget(Label(_("Mappings"), "title"))
        row.addWidget(self._count)
        row.addStretch(1)
        row.addWidget(self.only)
        self.hint = Label("", "small", "text-3", wrap=True, parent=self)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.setMouseTracking(True)
        self.setMinimumWidth(200)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(_("Mappings"))
        theme.changed.connect(self.update)

    # ---- what it shows

    def show_looks(self, looks: Sequence[Look]) -> None:
        """Show a card for each rule."""
        while len(self.cards) > len(looks):
            card = self.cards.pop()
            card.hide()
            card.deleteLater()
        while len(self.cards) < len(looks):
            self.cards.append(self._make_card())
        for card, look in zip(self.cards, looks, strict=True):
            card.show_look(look)
        self._count.set_text(str(len(looks)))
        self.hint.setVisible(not looks)
        if self.index >= len(looks):
            self.index = -1
        self.arrange()

    def choose(self, index: int, chip: int = -1) -> None:
        """Ring a rule's card and show it, without telling anybody."""
        self.index = index if index < len(self.cards) else -1
        for place, card in enumerate(self.cards):
            card.set_chosen(place == self.index, chip if place == self.index else -1)
        if self.index >= 0:
            self._show_card(self.cards[self.index])
        self.update()
        self.placed.emit()

    def _make_card(self) -> RuleCard:
        card = RuleCard(self)
        card.pressed.connect(lambda chip: self._pressed(card, chip))
        card.entered.connect(lambda: self.entered.emit(self.cards.index(card)))
        card.add_wanted.connect(lambda at, where: self.add_wanted.emit(self.cards.index(card), at, where))
        card.menu_wanted.connect(lambda where: self.menu_wanted.emit(self.cards.index(card), where))
        card.chip_moved.connect(lambda step, to: self.chip_moved.emit(self.cards.index(card), step, to))
        card.dragged.connect(lambda where: self._drag(where))  # noqa: PLW0108
        card.dropped.connect(lambda where: self._dropped(card, where))
        card.drag_ended.connect(self._end_drag)
        card.show()
        self._head.raise_()
        self._scroll.raise_()
        return card

    def _pressed(self, card: RuleCard, chip: int) -> None:
        index = self.cards.index(card)
        self.choose(index, chip)
        self.chosen.emit(index, chip)

    # ---- places

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._head.setGeometry(0, 0, self.width(), HEAD)
        self._scroll.setGeometry(self.width() - 12, HEAD, 10, self.height() - HEAD)
        self.hint.setGeometry(32, HEAD + 48, max(40, self.width() - 64), 120)
        self.only.setVisible(self.width() >= 300)
        self.arrange()

    def arrange(self) -> None:
        """Put each card near its rows if there is room for all, else one below the other."""
        heights = [card.wanted_height() for card in self.cards]
        total = sum(heights) + _GAP * max(0, len(heights) - 1)
        room = self.height() - HEAD - 2 * _GAP
        self._scroll.setVisible(total > room)
        self._scroll.setRange(0, max(0, total - room))
        self._scroll.setPageStep(max(1, room))
        self._scroll.setSingleStep(24)
        top = float(HEAD + _GAP)
        if total > room:
            tops = []
            at = top - self._scroll.value()
            for height in heights:
                tops.append(at)
                at += height + _GAP
        else:
            tops = self._spread(heights, top, top + room)
        margin = min(_MARGIN, max(24, self.width() // 7))
        for card, height, y in zip(self.cards, heights, tops, strict=True):
            card.setGeometry(margin, round(y), max(60, self.width() - 2 * margin), height)
        self.update()
        self.placed.emit()

    def _spread(self, heights: Sequence[int], top: float, bottom: float) -> list[float]:
        tops: list[float] = []
        at = top
        for index, height in enumerate(heights):
            ends = self._ends(index)
            ys = [ends.target.y] if ends.target is not None else [end.y for end in ends.sources]
            wanted = sum(ys) / len(ys) - height / 2 if ys else at
            at = max(at, wanted)
            tops.append(at)
            at += height + _GAP
        limit = bottom
        for index in reversed(range(len(tops))):
            tops[index] = min(tops[index], limit - heights[index])
            limit = tops[index] - _GAP
        return tops

    def _show_card(self, card: RuleCard) -> None:
        if not self._scroll.isVisible():
            return
        above = HEAD + _GAP - card.y()
        below = card.y() + card.height() + _GAP - self.height()
        if above > 0:
            self._scroll.setValue(self._scroll.value() - above)
        elif below > 0:
            self._scroll.setValue(self._scroll.value() + below)

    def _scrolled(self) -> None:
        self.arrange()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self._scroll.isVisible():
            self._scroll.setValue(self._scroll.value() - event.angleDelta().y() // 2)

    # ---- lines

    def lines(self, index: int) -> list[tuple[QPainterPath, bool]]:
        """A rule's lines, and whether their rows are in sight."""
        if not 0 <= index < len(self.cards) or not self._in_sight(self.cards[index]):
            return []
        card, ends = self.cards[index], self._ends(index)
        left, right = card.ends()
        middle = card.y() + card.port_y()
        found = [(curve(QPointF(0, end.y), QPointF(card.x() + left, middle)), end.in_sight) for end in ends.sources]
        if ends.target is not None:
            path = curve(QPointF(card.x() + right, middle), QPointF(self.width(), ends.target.y))
            found.append((path, ends.target.in_sight))
        return found

    def _in_sight(self, card: RuleCard) -> bool:
        return card.y() + card.height() > HEAD and card.y() < self.height()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("canvas"))
        painter.setPen(QPen(theme.color("grid-dot"), 1.5))
        for y in range(_GRID // 2, self.height(), _GRID):
            painter.drawPoints([QPoint(x, y) for x in range(_GRID // 2, self.width(), _GRID)])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        order = sorted(range(len(self.cards)), key=lambda index: index in {self.index, self.hovered})
        for index in order:
            lit = index in {self.index, self.hovered}
            if self.only.isChecked() and not lit:
                continue
            for path, in_sight in self.lines(index):
                color = theme.color("accent-line" if lit else "border-control")
                if not in_sight:
                    color.setAlphaF(0.35)
                painter.setPen(QPen(color, 2.5 if lit else 1.75))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawPath(path)
        painter.fillRect(QRect(0, 0, self.width(), HEAD), theme.color("canvas"))
        if self._drop_at >= 0:
            painter.fillRect(
                QRect(_MARGIN, self._gap_y(self._drop_at) - 1, self.width() - 2 * _MARGIN, 2),
                theme.color("accent-line"),
            )

    def rule_near(self, point: QPoint) -> int:
        """The rule whose line passes near a point; -1 for none."""
        for index in range(len(self.cards)):
            for path, _in_sight in self.lines(index):
                if not path.boundingRect().adjusted(-_NEAR, -_NEAR, _NEAR, _NEAR).contains(QPointF(point)):
                    continue
                steps = [path.pointAtPercent(step / 24) for step in range(25)]
                if any((at - QPointF(point)).manhattanLength() < _NEAR + 3 for at in steps):
                    return index
        return -1

    # ---- mouse and keys

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        near = self.rule_near(event.position().toPoint())
        if near != self.hovered:
            self.hovered = near
            self.setCursor(Qt.CursorShape.PointingHandCursor if near >= 0 else Qt.CursorShape.ArrowCursor)
            self.update()
            self.placed.emit()

    def leaveEvent(self, event: object) -> None:
        self.hovered = -1
        self.update()
        self.placed.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            near = self.rule_near(event.position().toPoint())
            self.choose(near)
            self.chosen.emit(near, -1)
            if near >= 0:
                self.cards[near].setFocus(Qt.FocusReason.MouseFocusReason)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        near = self.rule_near(event.position().toPoint())
        if near >= 0:
            self.add_wanted.emit(
                near, 0 if event.position().x() < self.width() / 2 else -1, event.globalPosition().toPoint()
            )

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(self.rule_near(event.pos()), event.globalPos())

    def card_at(self, where: QPoint) -> int:
        """The rule whose card is at a place (global); -1 for none."""
        point = self.mapFromGlobal(where)
        if point.y() < HEAD:
            return -1
        return next((index for index, card in enumerate(self.cards) if card.geometry().contains(point)), -1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if event.modifiers() & Qt.KeyboardModifier.AltModifier or self.index < 0:
            event.ignore()
        elif event.key() in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
            by = -1 if event.key() == Qt.Key.Key_Up else 1
            to = self.index + by
            if control and 0 <= to < len(self.cards):
                self.rule_moved.emit(self.index, to)
            elif 0 <= to < len(self.cards):
                self.cards[to].setFocus(Qt.FocusReason.OtherFocusReason)
        elif event.key() in {Qt.Key.Key_Left, Qt.Key.Key_Right}:
            self._step_chip(-1 if event.key() == Qt.Key.Key_Left else 1, moving=bool(control))
        else:
            event.ignore()

    def _step_chip(self, by: int, *, moving: bool) -> None:
        card = self.cards[self.index]
        chips = card.look.chips
        to = card.chip + by
        if moving:
            if card.chip >= 0 and 0 <= to < len(chips) and chips[card.chip].part == chips[to].part == "step":
                self.chip_moved.emit(self.index, chips[card.chip].step, chips[to].step)
            return
        to = max(-1, min(to, len(chips) - 1))
        self.choose(self.index, to)
        self.chosen.emit(self.index, to)

    # ---- dragging cards

    def _drag(self, where: QPoint) -> None:
        y = self.mapFromGlobal(where).y()
        self._drop_at = sum(y > card.y() + card.height() / 2 for card in self.cards)
        if y > self.height() - 24:
            self._scroll.setValue(self._scroll.value() + 12)
        elif y < HEAD + 24:
            self._scroll.setValue(self._scroll.value() - 12)
        self.update()

    def _dropped(self, card: RuleCard, where: QPoint) -> None:
        self._drag(where)
        index, at = self.cards.index(card), self._drop_at
        self._end_drag()
        to = at - 1 if at > index else at
        if to != index:
            self.rule_moved.emit(index, to)

    def _end_drag(self) -> None:
        self._drop_at = -1
        self.update()

    def _gap_y(self, at: int) -> int:
        if at < len(self.cards):
            return self.cards[at].y() - _GAP // 2
        return self.cards[-1].geometry().bottom() + _GAP // 2 if self.cards else HEAD


def curve(start: QPointF, end: QPointF) -> QPainterPath:
    """The line between two points."""
    path = QPainterPath(start)
    reach = min(72.0, max(24.0, abs(end.x() - start.x()) * 0.6))
    path.cubicTo(QPointF(start.x() + reach, start.y()), QPointF(end.x() - reach, end.y()), end)
    return path
