"""The menus."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from mailflow_gui import language
from mailflow_gui.qt.commands import Commands
from mailflow_gui.qt.theme import theme


@pytest.mark.parametrize("spoken", ["en", "ja"])
def test_every_menu_title_is_inside_the_bar_and_in_its_middle(qtbot: QtBot, spoken: str) -> None:
    language.use(spoken)
    try:
        window = QMainWindow()
        qtbot.addWidget(window)
        window.resize(1024, 200)
        bar = window.menuBar()
        bar.setFixedHeight(theme.size("menubar"))
        Commands(window).fill(bar, {})
        window.show()
    finally:
        language.use("en")
    for action in bar.actions():
        place = bar.actionGeometry(action)
        assert bar.rect().contains(place), action.text()  # Qt shows none of those that don't fit
        assert abs(place.center().y() - bar.rect().center().y()) <= 1
