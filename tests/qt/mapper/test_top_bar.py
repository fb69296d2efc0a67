"""The bar gives way: words of buttons go before the sample does."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from mailflow_gui.qt.mapper.top_bar import TopBar


def words(bar: TopBar, width: int) -> list[str]:
    bar.resize(width, bar.height())
    return [button.text() for button in (bar.by_name, bar.by_example, bar.add, bar.history)]


def test_words_go_one_after_the_other_and_come_back(qtbot: QtBot) -> None:
    bar = TopBar(QMenu())
    qtbot.addWidget(bar)
    bar.show()
    bar.show_names("Support desk", "Data Mapper")
    everything = ["Map by name", "By example…", "Add transformation", "Try on history…"]
    assert words(bar, 1700) == everything
    kept = [sum(bool(one) for one in words(bar, width)) for width in range(1700, 640, -20)]
    assert kept == sorted(kept, reverse=True)
    assert set(kept) == {0, 1, 2, 3, 4}
    assert words(bar, 1024) == [""] * 4
    assert [one.toolTip() != "" for one in (bar.by_name, bar.history)] == [True, True]
    assert bar.history.accessibleName() == "Try on history…"
    assert bar.samples.width() >= 200
    assert words(bar, 1700) == everything


def test_problems_take_the_place_of_words(qtbot: QtBot) -> None:
    bar = TopBar(QMenu())
    qtbot.addWidget(bar)
    bar.show()
    bar.show_names("Support desk", "Data Mapper")
    before = sum(bool(one) for one in words(bar, 1440))
    bar.show_problems(3, 12)
    assert sum(bool(one) for one in words(bar, 1440)) < before
    bar.show_problems(0, 0)
    assert sum(bool(one) for one in words(bar, 1440)) == before
