"""What the canvas' painters need of the theme, kept between two changes of it: a stroke shouldn't cost a look-up of the tokens."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPixmap

from mailflow_gui.flow.node_type import AnyNodeType, PortType, SinkType
from mailflow_gui.qt.theme import theme

TEXTS_FROM = 0.5
"""Below this zoom cards show no texts."""

DETAILS_FROM = 0.35
"""Below this zoom cards are flat rectangles and links straight lines."""

FALLBACK_ICON = "circle-dashed"


@functools.cache
def color(token: str) -> QColor:
    """A token's colour in the theme of now. Don't change it: it is shared."""
    return theme.color(token)


@functools.cache
def pen(token: str, width: float = 1.0, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    """A pen with round ends. Don't change it: it is shared."""
    return QPen(color(token), width, style, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


@functools.cache
def font(style: str, weight: int | None = None) -> QFont:
    """A font of the type scale. Don't change it: it is shared."""
    return theme.font(style, weight)


@functools.cache
def metrics(style: str, weight: int | None = None) -> QFontMetricsF:
    """Measures texts in a font of the type scale."""
    return QFontMetricsF(font(style, weight))


@functools.lru_cache(maxsize=512)
def elided(text: str, style: str, weight: int | None, width: int) -> str:
    """``text`` cut to ``width`` with an ellipsis."""
    return metrics(style, weight).elidedText(text, Qt.TextElideMode.ElideRight, width)


@functools.cache
def pixmap(name: str, token: str, size: int, ratio: float) -> QPixmap:
    """An icon, or a neutral one in place of an icon that a third party's node type names and we don't have."""
    try:
        return theme.pixmap(name, token, size, ratio)
    except KeyError:
        return theme.pixmap(FALLBACK_ICON, token, size, ratio)


def forget() -> None:
    """The theme has changed: ask it anew."""
    for cache in (color, pen, font, metrics, elided, pixmap):
        cache.cache_clear()


def draw_icon(painter: QPainter, name: str, token: str, place: QRectF) -> None:
    """An icon at ``place``, as sharp as the zoom and the screen allow."""
    ratio = min(8.0, max(1.0, math.ceil(painter.deviceTransform().m11() * 2) / 2))
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
    image = pixmap(name, token, round(place.width()), ratio)
    painter.drawPixmap(place, image, QRectF(0, 0, image.width(), image.height()))


def draw_text(painter: QPainter, text: str, place: QRectF, style: str, token: str, **options: object) -> None:
    """One line of plain text in a rectangle: ``weight``, and ``right=True`` to align at the right."""
    weight = options.get("weight")
    weight = weight if isinstance(weight, int) else None
    side = Qt.AlignmentFlag.AlignRight if options.get("right") else Qt.AlignmentFlag.AlignLeft
    painter.setFont(font(style, weight))
    painter.setPen(color(token))
    shown = elided(text, style, weight, int(place.width()) + 1)
    painter.drawText(place, int(side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine), shown)


def tint(kind: AnyNodeType | None) -> PortType:
    """The data type that colours a card: what the node makes, or what it sends."""
    if kind is None:
        return "any"
    if isinstance(kind, SinkType) and kind.inputs:
        return kind.inputs[0].type
    ports = [port for port in kind.outputs if port.type != "error"] or list(kind.inputs)
    return ports[0].type if ports else "any"


def type_token(kind: PortType) -> str:
    """The colour token of a data type."""
    return f"type-{kind}"


Painted = Callable[[QPainter, QPointF], None]
