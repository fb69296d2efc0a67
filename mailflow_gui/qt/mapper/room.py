"""How the page's parts share its room."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

if TYPE_CHECKING:
    from mailflow_gui.qt.mapper.page import MapperPage

_WIDTHS = (304, 752, 384)
_MIDDLE = (408, 344)


class Room:
    """Source, board, target and details, in columns that a person can widen."""

    def __init__(self, page: MapperPage, moved: Callable[[], None]) -> None:
        self._across = QSplitter(Qt.Orientation.Horizontal)
        self._middle = QSplitter(Qt.Orientation.Horizontal)
        self._shared = 0
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._middle, 1)
        column.addWidget(page.problem_strip)
        self._middle.addWidget(page.board)
        self._middle.addWidget(page.target)
        for widget in (page.source, centre, page.extracting.side):
            self._across.addWidget(widget)
        for splitter in (self._across, self._middle):
            splitter.setChildrenCollapsible(False)
            splitter.setHandleWidth(1)
            splitter.splitterMoved.connect(lambda _place, _index: moved())
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(page.bar)
        layout.addWidget(self._across, 1)

    def share(self, wide: int) -> None:
        """As designed for 1440 pixels; in a smaller window the sides give way first."""
        if wide == self._shared:
            return
        self._shared = wide
        scale = min(1.0, wide / sum(_WIDTHS))
        left, right = max(200, round(_WIDTHS[0] * scale)), max(264, round(_WIDTHS[2] * scale))
        self._across.setSizes([left, wide - left - right, right])
        centre = wide - left - right
        target = min(_MIDDLE[1], centre * _MIDDLE[1] // sum(_MIDDLE))
        self._middle.setSizes([centre - target, target])
