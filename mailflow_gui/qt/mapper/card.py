"""A rule's card between the trees: chips for its steps, its condition, and whether something is wrong."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QEnterEvent,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QApplication, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.controls import set_tool_tip
from mailflow_gui.qt.mapper.looks import Chip, Look
from mailflow_gui.qt.theme import theme

HALO = 4
"""The ring round the chosen card, inside the widget's rectangle."""
_HEAD, _FOOT, _CHIP, _GAP, _ARROW = 40, 28, 24, 4, 12
_PILL = QSize(84, 20)
_PLUS = 22


class RuleCard(QWidget):
    """One rule. It says what a person does to it; the board knows what that means."""

    pressed = Signal(int)
    """Chosen, by mouse or key: the chip's place, or -1 for none."""
    entered = Signal()
    """Enter, or a double-click."""
    add_wanted = Signal(int, QPoint)
    """A step is wanted at a place among the steps; where the menu may open (global)."""
    menu_wanted = Signal(QPoint)
    chip_moved = Signal(int, int)
    """A step was dragged to another place."""
    dragged = Signal(QPoint)
    """The whole card is dragged (global)."""
    dropped = Signal(QPoint)
    drag_ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.look = Look("", (), "", "")
        self.chosen = False
        self.chip = -1
        """The chip that is chosen."""
        self._target = False
        self._pressed: tuple[QPoint, int] | None = None
        self._moving: str = ""
        self._drop_at = -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)

    def show_look(self, look: Look) -> None:
        """Show what became of the rule."""
        if look != self.look:
            self.look = look
            self.chip = min(self.chip, len(look.chips) - 1)
            words = [look.title, ", ".join(chip.title for chip in look.chips), look.condition, look.why]
            self.setAccessibleName(". ".join(word for word in words if word))
            set_tool_tip(self, "\n".join(word for word in words if word))
            self.updateGeometry()
            self.update()

    def set_chosen(self, chosen: bool, chip: int = -1) -> None:
        """Give it the ring of the chosen one."""
        if (chosen, chip) != (self.chosen, self.chip):
            self.chosen, self.chip = chosen, chip
            self.update()

    def set_target(self, is_target: bool) -> None:
        """Something may be dropped here."""
        if is_target != self._target:
            self._target = is_target
            self.update()

    # ---- sizes

    def wanted_height(self) -> int:
        """How high it is, with its ring."""
        if self.look.is_copy:
            return _PILL.height() + 2 * HALO
        return _HEAD + (_FOOT if self.look.condition else 0) + 2 * HALO

    def port_y(self) -> int:
        """Where lines meet it, in its own coordinates."""
        return self.height() // 2

    def ends(self) -> tuple[int, int]:
        """The left and right edge of what is painted, in its own coordinates."""
        body = self._body()
        return body.left(), body.right() + 1

    def _body(self) -> QRect:
        if self.look.is_copy:
            width = min(_PILL.width(), self.width() - 2 * HALO)
            return QRect((self.width() - width) // 2, HALO, width, _PILL.height())
        return self.rect().adjusted(HALO, HALO, -HALO, -HALO)

    def chip_rectangles(self) -> list[tuple[Chip, QRect]]:
        """The chips that have room, with their places."""
        found: list[tuple[Chip, QRect]] = []
        if self.look.is_copy:
            return found
        body = self._body()
        metrics = QFontMetrics(theme.font("small", 500))
        left, top = body.left() + 8, body.top() + (_HEAD - _CHIP) // 2
        end = body.right() - 8 - (18 if self.look.mark else 0) - _PLUS
        for place, chip in enumerate(self.look.chips):
            rest = len(self.look.chips) - place - 1
            wide = 7 + 12 + 5 + metrics.horizontalAdvance(chip.title) + 7
            limit = end - (44 if rest else 0)
            if left + wide > limit:
                if found or limit - left < 48:
                    break
                wide = limit - left
            found.append((chip, QRect(left, top, wide, _CHIP)))
            left += wide + _ARROW + 2 * _GAP
        return found

    def plus_rectangle(self) -> QRect:
        """The plus behind the chips."""
        body = self._body()
        if self.look.is_copy:
            return QRect()
        chips = self.chip_rectangles()
        hidden = len(self.look.chips) - len(chips)
        left = (chips[-1][1].right() + _GAP + (46 if hidden else 0)) if chips else body.left() + 8
        return QRect(
            min(left, body.right() - _PLUS - (18 if self.look.mark else 0)), body.top() + (_HEAD - 20) // 2, 20, 20
        )

    # ---- painting

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        body = QRectF(self._body())
        radius = body.height() / 2 if self.look.is_copy else 8.0
        if self.chosen or self._target:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("halo"))
            painter.drawRoundedRect(body.adjusted(-HALO, -HALO, HALO, HALO), radius + HALO, radius + HALO)
        edge = "accent-line" if self.chosen or self._target or self.hasFocus() else "border-control"
        if self.look.mark == "danger" and not self.chosen:
            edge = "danger-dot"
        width = 2 if self.chosen else 1
        painter.setPen(QPen(theme.color(edge), width))
        painter.setBrush(theme.color("surface"))
        painter.drawRoundedRect(body.adjusted(width / 2, width / 2, -width / 2, -width / 2), radius, radius)
        if self.look.is_copy:
            self._paint_pill(painter, body.toRect())
        else:
            self._paint_chips(painter)
            self._paint_rest(painter, body.toRect())

    def _paint_pill(self, painter: QPainter, body: QRect) -> None:
        title, font = _("Copy"), theme.font("caption", 500)
        wide = QFontMetrics(font).horizontalAdvance(title)
        icon, ink = ("arrow-right", "text-2") if not self.look.mark else ("triangle-alert", self.look.mark)
        left = body.left() + (body.width() - wide - 15) // 2
        painter.drawPixmap(left, body.center().y() - 5, theme.pixmap(icon, ink, 11, self.devicePixelRatioF()))
        painter.setFont(font)
        painter.setPen(theme.color("text-2"))
        painter.drawText(QRect(left + 15, body.top(), wide + 4, body.height()), Qt.AlignmentFlag.AlignVCenter, title)

    def _paint_chips(self, painter: QPainter) -> None:
        ratio, font = self.devicePixelRatioF(), theme.font("small", 500)
        painter.setFont(font)
        metrics = QFontMetrics(font)
        found = self.chip_rectangles()
        for place, (chip, area) in enumerate(found):
            lit = self.chosen and place == self.chip
            painter.setPen(theme.color("accent-line" if lit else "border"))
            painter.setBrush(theme.color("accent-soft" if lit else "surface-alt"))
            painter.drawRoundedRect(QRectF(area).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
            ink = "accent-text" if lit else "text"
            painter.drawPixmap(area.left() + 7, area.center().y() - 5, theme.pixmap(chip.icon, ink, 12, ratio))
            painter.setPen(theme.color(ink))
            text = metrics.elidedText(chip.title, Qt.TextElideMode.ElideRight, area.width() - 29)
            painter.drawText(area.adjusted(24, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)
            if place < len(self.look.chips) - 1:
                arrow = theme.pixmap("arrow-right", "text-3", 12, ratio)
                painter.drawPixmap(area.right() + _GAP + 1, area.center().y() - 5, arrow)
        hidden = len(self.look.chips) - len(found)
        if hidden:
            left = found[-1][1].right() + 2 * _GAP + _ARROW + 2 if found else self._body().left() + 8
            painter.setPen(theme.color("text-3"))
            painter.drawText(QRect(left, self._body().top(), 40, _HEAD), Qt.AlignmentFlag.AlignVCenter, f"+{hidden}")
        if self._moving == "chip" and self._drop_at >= 0:
            self._paint_drop(painter)

    def _paint_drop(self, painter: QPainter) -> None:
        steps = [area for chip, area in self.chip_rectangles() if chip.part == "step"]
        if steps:
            at = min(self._drop_at, len(steps))
            x = steps[at].left() - 4 if at < len(steps) else steps[-1].right() + 4
            painter.fillRect(QRect(x, steps[0].top(), 2, _CHIP), theme.color("accent-line"))

    def _paint_rest(self, painter: QPainter, body: QRect) -> None:
        ratio = self.devicePixelRatioF()
        plus, right = self.plus_rectangle(), body.right() - 8
        middle = body.top() + _HEAD // 2
        if self.look.mark:
            icon = "circle-alert" if self.look.mark == "danger" else "triangle-alert"
            painter.drawPixmap(right - 14, middle - 7, theme.pixmap(icon, self.look.mark, 14, ratio))
            right -= 18
        shows_plus = self.underMouse() or self.hasFocus()
        if shows_plus:
            painter.setPen(theme.color("border-control"))
            painter.setBrush(theme.color("surface"))
            painter.drawEllipse(QRectF(plus).adjusted(1.5, 1.5, -1.5, -1.5))
            painter.drawPixmap(plus.left() + 4, plus.top() + 4, theme.pixmap("plus", "accent-text", 12, ratio))
        if self.look.detail:
            left = (plus.right() if shows_plus else plus.left()) + 4
            painter.setFont(theme.font("mono"))
            painter.setPen(theme.color("text-2"))
            area = QRect(left, body.top(), max(0, right - left), _HEAD)
            text = QFontMetrics(painter.font()).elidedText(self.look.detail, Qt.TextElideMode.ElideRight, area.width())
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, text)
        if self.look.condition:
            top = body.top() + _HEAD
            painter.fillRect(QRect(body.left() + 2, top, body.width() - 4, 1), theme.color("border"))
            foot = QRect(body.left() + 10, top, body.width() - 20, _FOOT)
            painter.drawPixmap(foot.left(), foot.center().y() - 5, theme.pixmap("git-branch", "text-2", 12, ratio))
            painter.setFont(theme.font("caption", 500))
            painter.setPen(theme.color("text-2"))
            area = foot.adjusted(18, 0, 0, 0)
            text = QFontMetrics(painter.font()).elidedText(
                self.look.condition, Qt.TextElideMode.ElideRight, area.width()
            )
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, text)

    # ---- mouse and keys

    def chip_at(self, point: QPoint) -> int:
        """The place of the chip at a point; -1 for none."""
        found = self.chip_rectangles()
        return next((place for place, (_chip, area) in enumerate(found) if area.contains(point)), -1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        point = event.position().toPoint()
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if self.plus_rectangle().contains(point):
            self.pressed.emit(-1)
            self.add_wanted.emit(-1, self.mapToGlobal(self.plus_rectangle().bottomLeft()))
            return
        chip = self.chip_at(point)
        self._pressed = (point, chip)
        self.pressed.emit(chip)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        point = event.position().toPoint()
        start, chip = self._pressed
        if not self._moving and (point - start).manhattanLength() >= QApplication.startDragDistance():
            is_step = chip >= 0 and self.look.chips[chip].part == "step"
            sideways = abs(point.x() - start.x()) > abs(point.y() - start.y())
            self._moving = "chip" if is_step and sideways and len(self.look.chips) > 1 else "card"
        if self._moving == "chip":
            steps = [area for one, area in self.chip_rectangles() if one.part == "step"]
            self._drop_at = sum(point.x() > area.center().x() for area in steps)
            self.update()
        elif self._moving == "card":
            self.dragged.emit(event.globalPosition().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        moving, pressed, at = self._moving, self._pressed, self._drop_at
        self._moving, self._pressed, self._drop_at = "", None, -1
        if moving == "card":
            self.dropped.emit(event.globalPosition().toPoint())
        elif moving == "chip" and pressed is not None:
            step = self.look.chips[pressed[1]].step
            to = at - 1 if at > step else at
            self.update()
            if to != step:
                self.chip_moved.emit(step, to)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.entered.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.pressed.emit(-1)
        self.menu_wanted.emit(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._moving:
            self._moving, self._pressed, self._drop_at = "", None, -1
            self.drag_ended.emit()
            self.update()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space}:
            self.entered.emit()
        elif event.key() in {Qt.Key.Key_Plus, Qt.Key.Key_Insert}:
            self.add_wanted.emit(-1, self.mapToGlobal(self.plus_rectangle().bottomLeft()))
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: object) -> None:
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() != Qt.FocusReason.MouseFocusReason:
            self.pressed.emit(self.chip)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()
