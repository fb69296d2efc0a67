"""A text that is as high as it needs to be, up to a part of its window; what is longer scrolls."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QWidget

from mailflow_gui.qt.controls.text import Label

_BAR = 10
"""Width of a scroll bar."""


class TextScroll(QScrollArea):
    """Holds a label that breaks its lines.

    :param share: the part of the window's height that it may take.
    """

    def __init__(self, label: Label, share: float = 0.25, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label, self._share = label, share
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.setWidget(label)
        label.setAutoFillBackground(False)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        label.installEventFilter(self)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        most = self._most()
        needed = self._label.heightForWidth(width)
        return needed if needed <= most else min(most, self._label.heightForWidth(width - _BAR))

    def sizeHint(self) -> QSize:
        width = max(self.width(), 200)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """Two lines."""
        return QSize(80, min(self._most(), 2 * self._label.fontMetrics().lineSpacing()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._label and event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def _most(self) -> int:
        return max(40, round(self.window().height() * self._share))
