"""The attempts of a message in a line: a cross for each, its time, and the pause before it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from mailflow_gui.journal.history import Attempt
from mailflow_gui.language import _, ngettext
from mailflow_gui.qt.errors import words
from mailflow_gui.qt.inspector import states
from mailflow_gui.qt.theme import theme

_STEP, _CIRCLE, _MOST = 68, 16, 6


class AttemptsLine(QWidget):
    """The newest attempts, oldest first; ``ended``: the last one was the end."""

    def __init__(self, attempts: Sequence[Attempt], *, ended: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._attempts = tuple(attempts)
        self._ended = ended
        self.setFixedHeight(54)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        count = len(self._attempts)
        said = ngettext("{count} attempt", "{count} attempts", count).format(count=count)
        times = ", ".join(words.clock(attempt.at) for attempt in self._attempts[-_MOST:])
        self.setAccessibleName(f"{said}: {times}")
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(_STEP * _MOST, 54)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fitting = max(1, min(_MOST, self.width() // _STEP))
        first = max(0, len(self._attempts) - fitting)
        shown = self._attempts[first:]
        for number, attempt in enumerate(shown):
            left = number * _STEP
            last = number == len(shown) - 1
            if not last:
                painter.fillRect(QRect(left + _CIRCLE, 7, _STEP - _CIRCLE, 2), theme.color("border"))
            final = last and self._ended
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("danger-dot" if final else "danger-soft"))
            painter.drawEllipse(QRectF(left, 0, _CIRCLE, _CIRCLE))
            icon = theme.pixmap("x", "surface" if final else "danger", 10, self.devicePixelRatioF())
            painter.drawPixmap(left + 3, 3, icon)
            painter.setFont(theme.font("caption"))
            painter.setPen(theme.color("text"))
            painter.drawText(
                QRect(left, 20, _STEP, 16),
                int(Qt.AlignmentFlag.AlignVCenter),
                words.clock(attempt.at).partition(" ")[0],
            )
            painter.setFont(theme.font("caption", 400))
            painter.setPen(theme.color("text-3"))
            painter.drawText(
                QRect(left, 36, _STEP - 4, 16), int(Qt.AlignmentFlag.AlignVCenter), self._below(first + number, final)
            )

    def _below(self, number: int, final: bool) -> str:
        attempt = self._attempts[number]
        if final:
            return _("gave up") if number else _("refused")
        if number == 0:
            return str(attempt.reply_code or attempt.enhanced or "")
        return f"+{states.span(attempt.at - self._attempts[number - 1].at)}"
