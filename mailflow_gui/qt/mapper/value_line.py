"""A value on one line: what went is struck through, what came is bold, spaces at the ends are dots."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from mailflow_gui.qt.controls import set_tool_tip
from mailflow_gui.qt.mapper.values import Run
from mailflow_gui.qt.theme import theme

_INKS = {
    "same": "text",
    "added": "accent-text",
    "removed": "text-3",
    "space": "accent-text",
    "hint": "text-3",
    "danger": "danger",
}


class ValueLine(QWidget):
    """Paints runs of text, cut where the room ends."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.runs: tuple[Run, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(20)

    def show_runs(self, runs: Sequence[Run], whole: str = "") -> None:
        """Show these; ``whole`` is what the tool tip says."""
        self.runs = tuple(runs)
        text = "".join(run.text for run in runs)
        self.setAccessibleName(text)
        set_tool_tip(self, whole or text)
        self.update()

    @property
    def text(self) -> str:
        """What it shows, as text."""
        return "".join(run.text for run in self.runs if run.look != "removed")

    def minimumSizeHint(self) -> QSize:
        return QSize(20, 20)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        left, right = 0, self.width()
        for run in self.runs:
            font = QFont(theme.font("small", 600 if run.look == "added" else 400))
            font.setStrikeOut(run.look == "removed")
            metrics = QFontMetrics(font)
            text = metrics.elidedText(run.text, Qt.TextElideMode.ElideRight, right - left)
            painter.setFont(font)
            painter.setPen(theme.color(_INKS[run.look]))
            painter.drawText(QRect(left, 0, right - left, self.height()), Qt.AlignmentFlag.AlignVCenter, text)
            left += metrics.horizontalAdvance(text)
            if left >= right or text != run.text:
                break
