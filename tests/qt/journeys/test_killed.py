"""The program itself, killed while there is unsaved work, and started again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication

from mailflow_gui import paths
from mailflow_gui.qt.main_window import MainWindow
from tests.qt.journeys.screen import SECONDS, told, wait_for_window

MISSING = [tool for tool in ("Xvfb", "xdotool") if shutil.which(tool) is None]

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}")


def start(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "mailflow_gui"], env=environment, stderr=subprocess.DEVNULL)


def places(window: MainWindow) -> tuple[QPoint, QPoint]:
    """Where the palette's row and the canvas' middle lie in a window of this size."""
    window.files.new()
    QApplication.processEvents()
    row = next(row for row in window.palette_tab.visible_rows() if row.kind.id == "data-mapper")
    place = row.mapTo(window, row.rect().center())
    canvas = window.canvas
    middle = canvas.mapTo(window, canvas.rect().center() + QPoint(0, 120))
    window.files.close()
    return place, middle


def test_what_was_drawn_comes_back_after_the_program_was_killed(
    screen: str, window: MainWindow, home: paths.Home, tmp_path_factory: pytest.TempPathFactory
) -> None:
    environment = {
        **os.environ,
        "DISPLAY": screen,
        "QT_QPA_PLATFORM": "xcb",
        "XDG_RUNTIME_DIR": str(tmp_path_factory.mktemp("r")),
        paths.HOME_VARIABLE: os.environ[paths.HOME_VARIABLE],
    }

    def press(where: str, key: str) -> None:
        told(["xdotool", "windowfocus", "--sync", where, "key", "--clearmodifiers", key], environment)

    def drag(where: str, start: QPoint, end: QPoint) -> None:
        """As a hand does it: several moves, and a moment at each end."""
        steps = [start + (end - start) * step / 6 for step in range(7)]
        for place in steps:
            told(["xdotool", "mousemove", "--window", where, str(place.x()), str(place.y())], environment)
            if place is steps[0]:
                told(["xdotool", "mousedown", "1"], environment)
            time.sleep(0.1)
        told(["xdotool", "mouseup", "1"], environment)

    def kept() -> list[str]:
        drafts = home.data / "drafts"
        found = drafts.rglob("*.draft") if drafts.is_dir() else ()  # not the one that is still being written
        return [file.read_text(encoding="utf-8") for file in found if file.is_file() and "data-mapper" in _text(file)]

    row, middle = places(window)
    first = start(environment)
    try:
        shown = wait_for_window("^MailFlow$", environment)
        press(shown, "ctrl+n")
        shown = wait_for_window("^New flow – MailFlow$", environment)
        drag(shown, row, middle)
        deadline = time.monotonic() + SECONDS
        while not kept() and time.monotonic() < deadline:
            time.sleep(0.1)
        assert len(kept()) == 1
    finally:
        first.kill()
        first.wait()

    second = start(environment)
    try:
        wait_for_window("^MailFlow$", environment)
        question = _question(environment)
        press(question, "Return")  # Recover
        wait_for_window(r"^New flow\* – MailFlow$", environment)
    finally:
        second.terminate()
        second.wait(timeout=20)
    assert len(kept()) == 1


def _question(environment: dict[str, str]) -> str:
    """The dialog before the window: the smaller of the two that are called like the program."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        found = told(["xdotool", "search", "--onlyvisible", "--name", "^MailFlow$"], environment).split()
        if len(found) == 2:
            return min(found, key=lambda one: _height(one, environment))
        time.sleep(0.2)
    raise AssertionError("no question")


def _height(window: str, environment: dict[str, str]) -> int:
    return int(told(["xdotool", "getwindowgeometry", window], environment).rpartition("x")[2])


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")
