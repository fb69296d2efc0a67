"""Small painted marks: chips, counts, key badges and protocol names, as widgets and for delegates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from mailflow_gui.qt.theme import theme

Kind = Literal["neutral", "ok", "warn", "danger", "accent"]

_COLOURS: Final = {
    "neutral": ("neutral-soft", "text-2"),
    "ok": ("ok-soft", "ok"),
    "warn": ("warn-soft", "warn"),
    "danger": ("danger-soft", "danger"),
    "accent": ("accent-soft", "accent-text"),
}


@dataclass(frozen=True)
class _Shape:
    """How a kind of badge is built, in logical pixels."""

    height: int
    padding: int
    radius: int
    gap: int = 4
    icon: int = 12
    framed: bool = False


_CHIP = _Shape(20, 6, 4)
_CHIP_LARGE = _Shape(28, 10, 6, gap=6, icon=14)
_COUNT = _Shape(16, 5, 8)
_KEY = _Shape(18, 4, 3, framed=True)
_PROTOCOL = _Shape(16, 4, 3, framed=True)


def chip_width(text: str, icon: str | None = None) -> int:
    """How wide :func:`paint_chip` paints a chip when it has room, in logical pixels."""
    return _width(_CHIP, theme.font("caption", 600), text, icon)


def paint_chip(painter: QPainter, rectangle: QRect, text: str, kind: Kind, icon: str | None = None) -> None:
    """Paint a chip at the left of ``rectangle``, vertically centred, elided where it doesn't fit; for delegates."""
    width = min(rectangle.width(), chip_width(text, icon))
    top = rectangle.top() + (rectangle.height() - _CHIP.height) // 2
    ground, ink = _COLOURS[kind]
    _paint(
        painter,
        QRect(rectangle.left(), top, width, _CHIP.height),
        _CHIP,
        theme.font("caption", 600),
        text,
        ground,
        ink,
        icon,
    )


class _Badge(QWidget):
    """What all badges share: a size that fits, and one way to paint."""

    def __init__(  # noqa: PLR0917
        self, shape: _Shape, font: QFont, text: str, colours: tuple[str, str], icon: str | None, parent: QWidget | None
    ) -> None:
        super().__init__(parent)
        self._shape, self._text, self._icon = shape, text, icon
        self._ground, self._ink = colours
        self.setFont(font)
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def text(self) -> str:
        """What it says."""
        return self._text

    def set_text(self, text: str) -> None:
        """Say something else."""
        if text != self._text:
            self._text = text
            self.setAccessibleName(text)
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        """Room for the whole text."""
        return QSize(_width(self._shape, self.font(), self._text, self._icon), self._shape.height)

    def paintEvent(self, _event: QPaintEvent) -> None:
        _paint(QPainter(self), self.rect(), self._shape, self.font(), self._text, self._ground, self._ink, self._icon)


class Chip(_Badge):
    """A word in a soft colour: the state of a thing, or what an error asks for.

    :param large: 28 px high, for toolbars.
    """

    def __init__(
        self,
        text: str,
        kind: Kind = "neutral",
        icon: str | None = None,
        *,
        large: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        font = theme.font("small", 600) if large else theme.font("caption", 600)
        super().__init__(_CHIP_LARGE if large else _CHIP, font, text, _COLOURS[kind], icon, parent)

    def set_kind(self, kind: Kind, icon: str | None = None) -> None:
        """Take another colour and icon."""
        self._ground, self._ink = _COLOURS[kind]
        self._icon = icon
        self.updateGeometry()
        self.update()


class Count(_Badge):
    """A number in a rounded badge."""

    def __init__(self, number: int = 0, kind: Kind = "neutral", parent: QWidget | None = None) -> None:
        super().__init__(_COUNT, theme.font("caption", 600), str(number), _COLOURS[kind], None, parent)


class KeyBadge(_Badge):
    """The keys of a shortcut, as this system writes them; give them as ``Ctrl+K``."""

    def __init__(self, keys: str, parent: QWidget | None = None) -> None:
        native = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText) or keys
        super().__init__(_KEY, theme.font("caption", 400), native, ("surface-alt", "text-3"), None, parent)


class ProtocolBadge(_Badge):
    """The name of a protocol, such as IMAP."""

    def __init__(self, protocol: str, parent: QWidget | None = None) -> None:
        font = theme.font("caption", 600)
        font.setPixelSize(10)
        font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.2)
        super().__init__(_PROTOCOL, font, protocol, ("", "text-2"), None, parent)


def _width(shape: _Shape, font: QFont, text: str, icon: str | None) -> int:
    width = 2 * shape.padding + QFontMetrics(font).horizontalAdvance(text) + 1
    return width + shape.icon + shape.gap if icon else max(width, shape.height)


def _paint(  # noqa: PLR0917
    painter: QPainter, rectangle: QRect, shape: _Shape, font: QFont, text: str, ground: str, ink: str, icon: str | None
) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(theme.color(ground) if ground else Qt.BrushStyle.NoBrush)
    if shape.framed:
        painter.setPen(QPen(theme.color("border" if ground else "border-control"), 1))
        painter.drawRoundedRect(QRectF(rectangle).adjusted(0.5, 0.5, -0.5, -0.5), shape.radius, shape.radius)
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(rectangle, shape.radius, shape.radius)
    inner = rectangle.adjusted(shape.padding, 0, -shape.padding, 0)
    alignment = Qt.AlignmentFlag.AlignCenter
    if icon:
        ratio = painter.device().devicePixelRatioF()
        top = inner.top() + (inner.height() - shape.icon) // 2
        painter.drawPixmap(inner.left(), top, theme.pixmap(icon, ink, shape.icon, ratio))
        inner.setLeft(inner.left() + shape.icon + shape.gap)
        alignment = Qt.AlignmentFlag.AlignVCenter
    painter.setFont(font)
    painter.setPen(theme.color(ink))
    painter.drawText(
        inner, alignment, QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, inner.width() + 1)
    )
    painter.restore()
