"""How a card is painted: header, summary, port rows, error line, counters; less of it the smaller it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from mailflow_gui.language import _
from mailflow_gui.qt.canvas import look, ports

if TYPE_CHECKING:
    from mailflow_gui.qt.canvas.card import Card
    from mailflow_gui.qt.canvas.live import NodeLive

_RADIUS = 8.0
_EDGE = 11.0
"""From the card's edge to icons and texts."""

_FADED = 0.55
_HEADER = 32.0
_COUNTERS = 28.0
_SECOND = 60.0
"""Where the second counter stands while the first is short; fixed, so that counting doesn't shake it."""

_STATE_TOKENS = {"running": "ok-dot", "done": "ok-dot", "warning": "warn-dot", "failing": "danger-dot"}


def paint(painter: QPainter, card: Card, scale: float) -> None:
    """Draw a card at a zoom of ``scale``."""
    if card.flat:
        return  # the scene draws all cards at once
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    texts = scale >= look.TEXTS_FROM
    if card.isSelected():  # a lit card has the line alone: it is on a message's way, but nothing acts on it
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.color("halo"))
        painter.drawRoundedRect(card.rect.adjusted(-4, -4, 4, 4), 12, 12)
    if card.switched_off:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.color("canvas"))  # links and dots don't shine through a faded card
        painter.drawRoundedRect(card.rect, _RADIUS, _RADIUS)
        painter.setOpacity(_FADED)
    _body(painter, card)
    _header(painter, card, texts)
    if texts:
        _rows(painter, card)
        if card.troubled:
            _error_line(painter, card)
        _counters(painter, card)
    elif card.troubled:
        painter.fillRect(_error_rect(card), look.color(f"{_grade(card)}-soft"))
    painter.setOpacity(1.0)
    _outline(painter, card)
    for port in card.ports:
        ports.paint(painter, port)


def _body(painter: QPainter, card: Card) -> None:
    style = Qt.PenStyle.DashLine if card.kind is None else Qt.PenStyle.SolidLine
    painter.setPen(look.pen("border-control", 1, style))
    painter.setBrush(look.color("surface"))
    painter.drawRoundedRect(card.rect.adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS - 0.5, _RADIUS - 0.5)


def _header(painter: QPainter, card: Card, texts: bool) -> None:
    width = card.rect.width()
    top = QPainterPath(QPointF(1, _HEADER - 1))
    top.lineTo(1, _RADIUS)
    top.arcTo(QRectF(1, 1, 2 * _RADIUS - 2, 2 * _RADIUS - 2), 180, -90)
    top.lineTo(width - _RADIUS, 1)
    top.arcTo(QRectF(width - 2 * _RADIUS + 1, 1, 2 * _RADIUS - 2, 2 * _RADIUS - 2), 90, -90)
    top.lineTo(width - 1, _HEADER - 1)
    top.closeSubpath()
    painter.fillPath(top, look.color(f"type-{card.tint}-soft"))
    painter.setPen(look.pen("border"))
    painter.drawLine(QLineF(1, _HEADER - 0.5, width - 1, _HEADER - 0.5))
    icon = card.kind.icon if card.kind else look.FALLBACK_ICON
    look.draw_icon(painter, icon, look.type_token(card.tint), QRectF(_EDGE, 8, 16, 16))
    if texts:
        place = QRectF(35, 1, width - 35 - 34, _HEADER - 2)
        look.draw_text(painter, card.title, place, "body", "text", weight=600)
    _state(painter, card)


def _state(painter: QPainter, card: Card) -> None:
    """The dot at the right of the header: the run's state, or what is wrong with the node while it rests."""
    right, middle = card.rect.width() - _EDGE, _HEADER / 2
    state = card.live.state
    at = QPointF(right - 4, middle)
    painter.setPen(Qt.PenStyle.NoPen)
    if card.switched_off or (state == "idle" and not card.problems):
        painter.setPen(QPen(look.color("text-3"), 2))
        painter.setBrush(ports.NO_BRUSH)
        painter.drawEllipse(at, 3, 3)
    elif state == "held":
        look.draw_icon(painter, "circle-pause", "text-2", QRectF(right - 14, middle - 7, 14, 14))
    elif state in {"idle", "done"} and any(problem.severity == "error" for problem in card.problems):
        look.draw_icon(painter, "circle-alert", "danger", QRectF(right - 14, middle - 7, 14, 14))
    elif state == "running":
        at = QPointF(right - 7, middle)
        painter.setBrush(look.color("ok-dot"))
        painter.drawEllipse(at, 4, 4)
        painter.setPen(look.pen("ok-dot", 1.5))
        painter.setBrush(ports.NO_BRUSH)
        painter.drawEllipse(at, 6.75, 6.75)
    else:
        token = "warn-dot" if state in {"idle", "done"} and card.problems else _STATE_TOKENS[state]
        painter.setBrush(look.color(token))
        painter.drawEllipse(at, 4, 4)


def _rows(painter: QPainter, card: Card) -> None:
    width = card.rect.width()
    look.draw_text(painter, card.text, QRectF(_EDGE, 32, width - 2 * _EDGE, 24), "caption", "text-2", weight=400)
    both = (width - 26 - 8) / 2
    for index in range(card.rows):
        inputs, outputs = card.inputs[index : index + 1], card.outputs[index : index + 1]
        space = both if inputs and outputs else width - 26
        top = 56 + 24 * index
        for port in inputs:
            look.draw_text(painter, label(port), QRectF(13, top, space, 24), "caption", "text-2")
        for port in outputs:
            place = QRectF(width - 13 - space, top, space, 24)
            look.draw_text(painter, label(port), place, "caption", "text-2", right=True)


def label(port: ports.CardPort) -> str:
    """A port's name as people read it."""
    return _(port.title) if port.known else port.title


def _error_rect(card: Card) -> QRectF:
    return QRectF(1, card.error_top, card.rect.width() - 2, 24)


def _grade(card: Card) -> str:
    """Red says that mail failed, amber that it waits."""
    return "danger" if card.live.state == "failing" else "warn"


def deed_at(card: Card, point: QPointF) -> Literal["messages", "failed", ""]:
    """What a click on a point of the card asks for: the node's messages on a counter, those that failed on errors."""
    if _error_rect(card).contains(point) and card.troubled and card.live.state == "failing":
        return "failed"
    if point.y() < card.rect.height() - _COUNTERS or not card.rect.contains(point):
        return ""
    wide = look.metrics("caption").horizontalAdvance(counted(card.live.errors))
    if card.live.errors and point.x() >= card.rect.width() - _EDGE - wide - 20:
        return "failed"
    second = look.metrics("caption").horizontalAdvance(counted(card.live.sent))
    return "messages" if point.x() < _SECOND + 15 + second + _EDGE else ""


def _error_line(painter: QPainter, card: Card) -> None:
    place, grade = _error_rect(card), _grade(card)
    painter.fillRect(place, look.color(f"{grade}-soft"))
    look.draw_icon(painter, "triangle-alert", grade, QRectF(_EDGE, place.top() + 5, 14, 14))
    look.draw_text(painter, error_words(card.live), place.adjusted(_EDGE + 19, 0, -10, 0), "caption", grade)


def error_words(live: NodeLive) -> str:
    """The error as it fits the card: a server's code, and that it is tried again; the whole sentence is in the tooltip."""
    text = " ".join(live.error_line.split())
    code, _dot, rest = text.partition(" · ")
    if rest and live.state == "held":
        return code
    return _("{code} · tries again").format(code=code) if rest and live.state == "warning" else text


def _counters(painter: QPainter, card: Card) -> None:
    top, width = card.rect.height() - _COUNTERS, card.rect.width()
    painter.setPen(look.pen("border"))
    painter.drawLine(QLineF(1, top + 0.5, width - 1, top + 0.5))
    live = card.live
    received, sent, errors = (counted(number) for number in (live.received, live.sent, live.errors))
    middle = top + 14.5
    look.draw_icon(painter, "arrow-down", "text-3", QRectF(_EDGE, middle - 6, 12, 12))
    measure = look.metrics("caption")
    look.draw_text(painter, received, QRectF(_EDGE + 15, top + 1, 50, 27), "caption", "text-2")
    second = max(_SECOND, _EDGE + 15 + measure.horizontalAdvance(received) + 12)
    look.draw_icon(painter, "arrow-up", "text-3", QRectF(second, middle - 6, 12, 12))
    look.draw_text(painter, sent, QRectF(second + 15, top + 1, 50, 27), "caption", "text-2")
    token = "danger" if live.errors else "text-3"
    wide = measure.horizontalAdvance(errors)
    left = width - _EDGE - wide
    look.draw_icon(painter, "circle-alert", token, QRectF(left - 15, middle - 6, 12, 12))
    look.draw_text(painter, errors, QRectF(left, top + 1, wide + 1, 27), "caption", token)


def counted(number: int) -> str:
    """A count in at most six characters: ``99999``, ``1.25M``."""
    if number < 100_000:
        return str(number)
    return f"{number / 1000:.0f}k" if number < 1_000_000 else f"{number / 1_000_000:.2f}M"


def _outline(painter: QPainter, card: Card) -> None:
    painter.setBrush(ports.NO_BRUSH)
    if card.live.state == "failing":
        painter.setPen(look.pen("danger-dot", 2))
        painter.drawRoundedRect(card.rect, _RADIUS, _RADIUS)
    if card.dry_run:
        line = QPen(look.color("accent-line"), 2, Qt.PenStyle.CustomDashLine)
        line.setDashPattern([3, 2])
        painter.setPen(line)
        painter.drawRoundedRect(card.rect, _RADIUS, _RADIUS)
    if (card.isSelected() or card.lit) and not card.dry_run:
        painter.setPen(look.pen("accent-line", 2))
        painter.drawRoundedRect(card.rect, _RADIUS, _RADIUS)
