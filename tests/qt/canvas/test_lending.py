"""What NodeGraphQt is lent, and that it is taken back."""

from __future__ import annotations

import importlib
import subprocess
import sys

from PySide6 import QtGui, QtWidgets

from mailflow_gui.qt.canvas import lending


def test_actions_and_undo_are_found_where_they_used_to_be() -> None:
    with lending.lent():
        widgets = importlib.import_module("Qt").QtWidgets
        assert widgets.QUndoCommand is QtGui.QUndoCommand
        assert widgets.QWidget is QtWidgets.QWidget


def test_versions_are_compared_by_their_numbers() -> None:
    assert lending.LooseVersion("6.11.1") >= lending.LooseVersion("5.10")
    assert not lending.LooseVersion("5.9") >= lending.LooseVersion("5.10")


def test_what_was_imported_before_is_there_again_afterwards() -> None:
    before = {name: sys.modules.get(name) for name in ("Qt", "distutils", "distutils.version")}
    with lending.lent():
        assert sys.modules["Qt"] is not before["Qt"]
    assert {name: sys.modules.get(name) for name in before} == before


def test_the_canvas_brings_neither_of_the_slow_packages() -> None:
    code = "import sys, mailflow_gui.qt.canvas; print({'Qt', 'distutils', 'setuptools'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
