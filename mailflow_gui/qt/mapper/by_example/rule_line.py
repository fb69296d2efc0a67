"""A rule painted in chips and words, broken where the line ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from mailflow_gui.qt.controls import set_tool_tip
from mailflow_gui.qt.mapper.by_example.pieces import Piece
from mailflow_gui.qt.theme import theme

_ROW, _CHIP, _GAP, _ICON = 26, 20, 6, 12
_PADDING, _NEAR, _MORE = 6, 4, 14
_DETAIL, _BEGINNING = 240, 72
"""Most width of a step's parameters, and how much of them must have room on a line."""


@dataclass(frozen=True)
class _Placed:
    piece: Piece
    area: QRect
    text: str


class RuleLine(QWidget):
    """Shows the pieces of a rule.

    :param rows: most rows; what is more ends in an ellipsis, and is whole in the tool tip.
    """

    def __init__(self, rows: int = 3, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = rows
        self.pieces: tuple[Piece, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_ROW)

    def show_pieces(self, pieces: Sequence[Piece], words: str) -> None:
        """Show these; ``words`` say the same in a line."""
        end = max((place for place, piece in enumerate(pieces) if piece.kind != "break"), default=-1)
        self.pieces = tuple(pieces[: end + 1])
        self.setAccessibleName(words)
        set_tool_tip(self, words)
        self._make_room()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Be as high as the rows need: layouts inside layouts don't ask for the height of a width reliably."""
        placed, _cut = self._place(self.width())
        needed = max((one.area.bottom() + 1 for one in placed), default=_CHIP) + (_ROW - _CHIP) // 2
        if needed != self.height():
            self.setFixedHeight(needed)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.minimumHeight())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        placed, cut = self._place(self.width())
        for one in placed:
            if one.piece.kind == "arrow":
                icon = theme.pixmap("arrow-right", "text-3", _ICON, self.devicePixelRatioF())
                painter.drawPixmap(one.area.left(), one.area.center().y() - 5, icon)
            elif one.piece.kind == "text":
                painter.setFont(theme.font("small"))
                painter.setPen(theme.color("text"))
                painter.drawText(one.area, Qt.AlignmentFlag.AlignVCenter, one.text)
            else:
                self._paint_chip(painter, one)
        if cut and placed:
            painter.setPen(theme.color("text-3"))
            painter.setFont(theme.font("small", 600))
            last = placed[-1].area
            where = QRect(min(last.right() + 3, self.width() - _MORE), last.top(), _MORE, last.height())
            painter.drawText(where, Qt.AlignmentFlag.AlignVCenter, "…")

    def _paint_chip(self, painter: QPainter, one: _Placed) -> None:
        is_source = one.piece.kind == "source"
        painter.setPen(theme.color("accent-soft" if is_source else "border"))
        painter.setBrush(theme.color("accent-soft" if is_source else "surface-alt"))
        painter.drawRoundedRect(QRectF(one.area).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        ink = "accent-text" if is_source else "text"
        left = one.area.left() + _PADDING
        icon = theme.pixmap(one.piece.icon, ink, _ICON, self.devicePixelRatioF())
        painter.drawPixmap(left, one.area.center().y() - 5, icon)
        left += _ICON + 4
        painter.setFont(theme.font("caption", 600))
        painter.setPen(theme.color(ink))
        room = QRect(left, one.area.top(), one.area.right() - _PADDING - left + 2, one.area.height())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, one.text)
        if one.piece.detail:
            wide = QFontMetrics(painter.font()).horizontalAdvance(one.text) + 5
            painter.setFont(theme.font("caption", 400))
            painter.setPen(theme.color("accent-text" if is_source else "text-2"))
            room.setLeft(room.left() + wide)
            text = QFontMetrics(painter.font()).elidedText(one.piece.detail, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)

    def _place(self, width: int) -> tuple[list[_Placed], bool]:
        """Where the pieces stand in that width, and whether some have no room."""
        placed: list[_Placed] = []
        x, row = 0, 0
        for piece in self.pieces:
            if piece.kind == "break":
                if x:  # blank lines would only take room
                    x, row = 0, row + 1
            elif piece.kind == "text":
                rest = piece.text
                x += _NEAR if x else 0
                while rest and row < self._rows:
                    part = _fitting(rest, width - x, new=x == 0)
                    if row == self._rows - 1 and part != rest:
                        part = _fitting(rest, width - x - _MORE, new=x == 0)
                    if not part:
                        x, row = 0, row + 1
                        continue
                    wide = QFontMetrics(theme.font("small")).horizontalAdvance(part)
                    placed.append(_Placed(piece, _area(x, row, wide), part))
                    x, rest = x + wide, rest[len(part) :]
                    if rest:
                        x, row = 0, row + 1
            else:
                gap = 0 if not x else _NEAR if placed[-1].piece.kind == "text" else _GAP
                if x and x + gap + _width(piece, least=True) > width:
                    x, row, gap = 0, row + 1, 0
                if row < self._rows:
                    wide = min(_width(piece), width - x - gap)
                    placed.append(_Placed(piece, _area(x + gap, row, wide), piece.text))
                    x += gap + wide
            if row >= self._rows:
                return placed, True
        return placed, False


def _area(x: int, row: int, wide: int) -> QRect:
    return QRect(x, row * _ROW + (_ROW - _CHIP) // 2, wide, _CHIP)


def _width(piece: Piece, *, least: bool = False) -> int:
    """How wide a chip is; with no more than the beginning of its detail, at least."""
    if piece.kind == "arrow":
        return _ICON
    wide = 2 * _PADDING + _ICON + 4 + QFontMetrics(theme.font("caption", 600)).horizontalAdvance(piece.text) + 2
    if piece.detail:
        full = QFontMetrics(theme.font("caption", 400)).horizontalAdvance(piece.detail) + 1
        wide += 5 + min(_BEGINNING if least else _DETAIL, full)
    return wide


def _fitting(text: str, room: int, *, new: bool) -> str:
    """As much of a text as has room, up to a word's end where there is one; at the line's start at least one sign."""
    metrics = QFontMetrics(theme.font("small"))
    if metrics.horizontalAdvance(text) <= room:
        return text
    low, high = 0, min(len(text), 400)
    while low < high:
        middle = (low + high + 1) // 2
        if metrics.horizontalAdvance(text[:middle]) <= room:
            low = middle
        else:
            high = middle - 1
    blank = text.rfind(" ", 0, low + 1)
    if blank > 0:
        return text[: blank + 1]
    is_word = low < len(text) and text[low].isascii() and text[max(0, low - 1)].isascii()
    if low and (new or not is_word):
        return text[:low]
    return text[:1] if new else ""
