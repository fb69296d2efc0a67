"""A canvas comes and goes without taking the process along."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import weakref

from pytestqt.qtbot import QtBot

from mailflow_gui.nodes import NODE_TYPES
from mailflow_gui.qt.canvas import Canvas
from tests.qt.canvas.flows import ROOT, chain

_PROGRAM = """
import gc, sys
from PySide6.QtWidgets import QApplication
application = QApplication([])
from mailflow_gui.nodes import NODE_TYPES
from mailflow_gui.qt.canvas import Canvas
from mailflow_gui.qt.theme import theme
from tests.qt.canvas.flows import chain
theme.apply(application)
for turn in range(3):
    canvas = Canvas(NODE_TYPES)
    canvas.show()
    canvas.show_flow(chain())
    canvas.add_node("send-email")
    canvas.undo_stack.undo()
    canvas.select_all()
    canvas.copy()
    canvas.paste()
    application.processEvents()
    if turn < 2:
        del canvas
        gc.collect()
print("end")
"""


def test_a_process_ends_well_after_editing_and_copying(qtbot: QtBot) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "end\n"), done.stderr
    assert "Error" not in done.stderr


def test_a_canvas_that_nobody_keeps_is_gone_at_once(qtbot: QtBot) -> None:
    canvas = Canvas(NODE_TYPES)
    canvas.show_flow(chain())
    canvas.set_name("map", "A")
    canvas.quick_add(canvas.viewer.seen().center(), None)
    canvas.close_popups()
    kept = weakref.ref(canvas)
    assert not gc.isenabled(), "the search for garbage would find it, too"
    del canvas
    assert kept() is None
