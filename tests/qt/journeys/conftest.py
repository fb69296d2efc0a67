"""A real window on a home of its own, and hands to use it with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from mailflow_gui.paths import Home
from mailflow_gui.qt.main_window import MainWindow
from tests.qt.journeys.screen import screen

__all__ = ["screen"]

Answer = Callable[[str], list[str]]
Open = Callable[[], MainWindow]


@pytest.fixture
def open_window(qtbot: QtBot, home: Home) -> Iterator[Open]:
    """Opens windows, one after the other, and ends their runners."""
    made: list[MainWindow] = []

    def open_one() -> MainWindow:
        window = MainWindow(home)
        made.append(window)
        window.resize(1440, 900)
        with qtbot.waitExposed(window):
            window.show()
        return window

    yield open_one
    for window in made:
        end(window)


@pytest.fixture
def window(open_window: Open) -> MainWindow:
    return open_window()


def end(window: MainWindow) -> None:
    """Close a window without any question."""
    window.document.close()
    window.run.state = "idle"
    window.close()
    assert not window.engine.isRunning()
    window.deleteLater()


@pytest.fixture
def answer(qtbot: QtBot) -> Answer:
    """Presses the named button of the next question; the list returned has the question's words afterwards."""

    def prepare(button: str) -> list[str]:
        words: list[str] = []

        def press() -> None:
            box = QApplication.activeModalWidget()
            if not isinstance(box, QMessageBox):
                QTimer.singleShot(20, press)
                return
            words.append(f"{box.text()} {box.informativeText()}".strip())
            next(found for found in box.findChildren(QAbstractButton) if found.text() == button).click()

        QTimer.singleShot(0, press)
        return words

    return prepare


@pytest.fixture
def save_to(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """What a person picks in the next file dialogs: the system's own dialogs can't be clicked by a test."""

    def pick(path: Path) -> None:
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_arguments: (str(path), ""))
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_arguments: (str(path), ""))

    return pick
