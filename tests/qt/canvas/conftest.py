"""A canvas in a window of its own, and hands to use it with."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from mailflow_gui.nodes import NODE_TYPES
from mailflow_gui.qt.canvas import Canvas
from tests.qt.canvas.hands import Hands


@pytest.fixture
def canvas(qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> Iterator[Canvas]:
    """An empty canvas, 1000 × 700 pixels, with the keyboard's focus. What it logs as an error fails the test."""
    made = Canvas(NODE_TYPES)
    made.resize(1000, 700)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    made.viewer.setFocus()
    yield made
    made.close_popups()
    assert not [record.getMessage() for record in caplog.get_records("call") if record.levelno >= logging.ERROR]


@pytest.fixture
def hands(canvas: Canvas) -> Hands:
    """Mouse and keyboard on that canvas."""
    return Hands(canvas)
