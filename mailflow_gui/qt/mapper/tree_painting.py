"""How a row of a tree is painted: arrow, icon, title, value, and what can be pressed at its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QFontMetrics, QPainter

from mailflow_gui.qt.mapper.row import Row
from mailflow_gui.qt.theme import theme

INDENT = 16
PLUS = 28
"""Room for a plus or a pencil."""


@dataclass(frozen=True)
class Place:
    """Where and how a row is painted."""

    rectangle: QRect
    depth: int
    column: int
    """Where values begin."""
    ratio: float
    ports: Literal["left", "right"]
    is_open: bool
    is_lit: bool


def paint_row(painter: QPainter, row: Row, place: Place) -> None:
    """Paint a row; its ground is painted already."""
    rectangle = place.rectangle
    left = (12 if place.ports == "right" else 18) + place.depth * INDENT
    middle = rectangle.center().y()
    if row.children:
        arrow = "chevron-down" if place.is_open else "chevron-right"
        painter.drawPixmap(left, middle - 6, theme.pixmap(arrow, "text-3", 12, place.ratio))
    left += 18
    painter.drawPixmap(left, middle - 7, theme.pixmap(row.icon, _icon_ink(row, place), 14, place.ratio))
    left += 20
    right = rectangle.right() - (18 if place.ports == "right" else 12)
    tool = "plus" if row.adds else "pencil" if row.edits else ""
    is_wide = row.is_root or (not row.can_be_mapped and not row.value and not row.wrong)
    room = (right if is_wide else max(place.column - 6, left + 40)) - left - (PLUS if tool and is_wide else 0)
    font = theme.font("small", 600 if row.is_root else 500 if row.used or place.is_lit or row.edits else 400)
    metrics = QFontMetrics(font)
    title = metrics.elidedText(row.title, Qt.TextElideMode.ElideRight, room - (10 if row.required else 0))
    painter.setFont(font)
    painter.setPen(theme.color(_title_ink(row, place)))
    text = QRect(left, rectangle.top(), room, rectangle.height())
    painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, title)
    if row.required:
        star = left + metrics.horizontalAdvance(title) + 4
        painter.setPen(theme.color("danger"))
        painter.drawText(QRect(star, rectangle.top(), 12, rectangle.height()), Qt.AlignmentFlag.AlignVCenter, "*")
    if tool:
        painter.drawPixmap(right - 14, middle - 7, theme.pixmap(tool, "text-2", 14, place.ratio))
        right -= PLUS - 8
    column = max(place.column, left + 48)
    if not is_wide and column < right:
        _paint_value(painter, QRect(column, rectangle.top(), right - column, rectangle.height()), row, place)


def _icon_ink(row: Row, place: Place) -> str:
    if row.wrong and not row.required:
        return "danger"
    return "accent-text" if place.is_lit or (row.icon == "plus" and not row.can_be_mapped) else "text-3"


def _title_ink(row: Row, place: Place) -> str:
    if row.icon == "plus" and not row.can_be_mapped:
        return "accent-text"
    strong = row.is_root or row.used or place.is_lit or row.wrong or row.children or row.edits
    return "text" if strong else "text-2"


def _paint_value(painter: QPainter, rectangle: QRect, row: Row, place: Place) -> None:
    value, ink = row.value, "text-3" if place.ports == "right" else "text-2"
    if row.wrong:
        value, ink = row.wrong, "danger"
        icon = theme.pixmap("circle-alert", "danger", 14, place.ratio)
        painter.drawPixmap(rectangle.left(), rectangle.center().y() - 7, icon)
        rectangle = rectangle.adjusted(18, 0, 0, 0)
    elif not value and place.ports == "left" and not row.children:
        value, ink = "–", "text-3"
    painter.setFont(theme.font("small", 500 if row.wrong else 400))
    painter.setPen(theme.color(ink))
    metrics = QFontMetrics(painter.font())
    text = metrics.elidedText(value, Qt.TextElideMode.ElideRight, rectangle.width())
    painter.drawText(rectangle, Qt.AlignmentFlag.AlignVCenter, text)
