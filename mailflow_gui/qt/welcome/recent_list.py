"""The flow files opened lately, to open again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from mailflow_gui.qt.controls import CardButton, ElidedLabel, IconLabel
from mailflow_gui.qt.theme import theme

_MOST = 5


class RecentList(QWidget):
    """Up to five files, newest first; hidden while there are none."""

    file_wanted = Signal(Path)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 8, 0, 0)
        self._column.setSpacing(0)
        self.rows: list[_Row] = []

    def show_files(self, files: Sequence[Path]) -> None:
        """Show these."""
        for row in self.rows:
            self._column.removeWidget(row)
            row.deleteLater()
        self.rows = []
        for path in files[:_MOST]:
            row = _Row(path)
            row.clicked.connect(lambda _checked=False, path=path: self.file_wanted.emit(path))
            self._column.addWidget(row)
            self.rows.append(row)


class _Row(CardButton):
    """One file: its name, and where it lies."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path.stem}, {path.parent}")
        self.setFixedHeight(theme.size("control"))
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(8)
        name = ElidedLabel(path.stem, weight=500)
        place = ElidedLabel(str(path.parent), "small", "text-3", mode=Qt.TextElideMode.ElideMiddle)
        row.addWidget(IconLabel("workflow", "text-3"))
        row.addWidget(name, 2)
        row.addWidget(place, 3)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self.underMouse():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("hover"))
            radius = theme.radius("control")
            painter.drawRoundedRect(QRectF(self.rect()), radius, radius)
