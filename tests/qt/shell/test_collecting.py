"""Garbage is searched for in the window's thread alone."""

from __future__ import annotations

import gc
import threading

from PySide6.QtCore import QThread
from PySide6.QtGui import QStandardItemModel
from pytestqt.qtbot import QtBot


class _Model(QStandardItemModel):
    """A model without parent, held by a cycle, that tells in which thread it ends."""

    def __init__(self, ends: list[bool]) -> None:
        super().__init__()
        self.itself = self
        self.ends = ends

    def __del__(self) -> None:
        self.ends.append(QThread.currentThread() is self.thread())


def _allocate() -> list[list[int]]:
    """More than enough for the interpreter to look for garbage in the thread that does this."""
    return [[number] for number in range(200_000)]


def test_a_worker_that_allocates_destroys_nothing_of_the_windows(qtbot: QtBot) -> None:
    gc.collect()
    ends: list[bool] = []
    for _model in range(20):
        _Model(ends)
    worker = threading.Thread(target=_allocate)
    worker.start()
    worker.join()
    assert ends == []
    kept = _allocate()
    qtbot.waitUntil(lambda: len(ends) == 20)
    assert all(ends)
    assert kept
