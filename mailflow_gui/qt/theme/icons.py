"""Icons: SVG outlines painted in a token's colour, kept as pixmaps by name, colour, size and pixel ratio."""

from __future__ import annotations

import functools
import re

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from mailflow_gui import paths

_STROKE = "1.75"
_STROKE_STATE = "2"
_STROKE_SMALL = "2.25"
_SMALL = 12
"""At this size and below a thin stroke would fade."""

_STATE_ICONS = frozenset(
    (
        "ban",
        "check",
        "circle-alert",
        "circle-check",
        "circle-dashed",
        "circle-pause",
        "circle-x",
        "loader",
        "refresh-cw",
        "rotate-cw",
        "triangle-alert",
    )
)
_FILLED = {"play-filled": "play", "square-filled": "square"}
"""Icons of running things are solid."""


def svg(name: str, color: QColor, *, stroke: str | None = None) -> bytes:
    """The drawing of an icon in one colour.

    :param stroke: line width in the icon's own 24 px grid; by default the design's for that kind of icon.
    :raises KeyError: no icon of that name.
    """
    drawing = _drawing(_FILLED.get(name, name))
    width = stroke or (_STROKE_STATE if name in _STATE_ICONS else _STROKE)
    drawing = drawing.replace('stroke-width="2"', f'stroke-width="{width}"', 1)
    if name in _FILLED:
        drawing = drawing.replace('fill="none"', f'fill="{color.name()}"', 1)
    return drawing.replace("currentColor", color.name()).encode()


@functools.lru_cache(maxsize=1024)
def pixmap(name: str, rgba: int, size: int, ratio: float) -> QPixmap:
    """The icon as a pixmap of ``size`` logical pixels, ``ratio`` device pixels each; ``rgba`` as QColor.rgba() gives it."""
    color = QColor.fromRgba(rgba)
    renderer = QSvgRenderer(QByteArray(svg(name, color, stroke=_STROKE_SMALL if size <= _SMALL else None)))
    side = max(1, round(size * ratio))
    made = QPixmap(side, side)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setOpacity(color.alphaF())
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    made.setDevicePixelRatio(ratio)
    return made


def widened(pixmap: QPixmap, gap: int) -> QPixmap:
    """The same picture with ``gap`` empty logical pixels to its right."""
    if not gap:
        return pixmap
    ratio = pixmap.devicePixelRatio()
    made = QPixmap(pixmap.width() + round(gap * ratio), pixmap.height())
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.drawPixmap(0, 0, pixmap)
    painter.end()
    return made


@functools.cache
def _drawing(name: str) -> str:
    try:
        text = (paths.resources() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise KeyError(name) from error
    return re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL).strip()
