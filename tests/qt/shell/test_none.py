"""Calls that return nothing hand out None properly: an unowned reference each would end the window after some hundred thousand."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from PySide6.QtCore import QObject, QRectF
from PySide6.QtGui import QPainter, QPixmap, QUndoStack
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

CALLS = 2000
_SLACK = CALLS // 10
"""Other threads and caches may take or give back a few references meanwhile."""


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal there: its references aren't counted")
def test_calls_that_return_nothing_lose_no_reference_to_none(qtbot: QtBot) -> None:
    thing, widget, stack = QObject(), QWidget(), QUndoStack()
    qtbot.addWidget(widget)
    picture = QPixmap(8, 8)
    painter = QPainter(picture)
    area = QRectF(0, 0, 4, 4)
    calls: tuple[Callable[[], object], ...] = (
        lambda: thing.setObjectName("x"),
        lambda: widget.setToolTip("x"),
        stack.clear,
        lambda: painter.drawRect(area),
    )
    for call in calls:
        before = sys.getrefcount(None)
        for _each in range(CALLS):
            call()
        assert abs(sys.getrefcount(None) - before) < _SLACK
    painter.end()


def test_a_window_bears_more_calls_than_none_has_references(qtbot: QtBot) -> None:
    thing = QObject()
    for _each in range(200_000):
        thing.setObjectName("x")
    assert thing.objectName() == "x"
