"""Widgets in lines that break as words do."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import Shiboken

from mailflow_gui.qt.forms.rules.flow_layout import FlowLayout


def laid_out(qtbot: QtBot, count: int) -> tuple[QWidget, FlowLayout]:
    place = QWidget()
    qtbot.addWidget(place)
    layout = FlowLayout(place)
    for number in range(count):
        label = QLabel(f"label {number}")
        label.setFixedSize(50, 10)
        layout.addWidget(label)
        label.show()
    return place, layout


def test_lines_break_where_the_width_ends(qtbot: QtBot) -> None:
    _place, layout = laid_out(qtbot, 4)
    assert [layout.heightForWidth(width) for width in (300, 110, 60)] == [10, 24, 52]


def test_items_that_are_gone_have_no_place(qtbot: QtBot) -> None:
    place, layout = laid_out(qtbot, 3)
    item = layout.itemAt(1)
    assert item is not None
    Shiboken.invalidate(item)  # type: ignore[no-untyped-call]  # its stub has no types; as when the form around it is taken down
    assert layout.heightForWidth(110) == 10
    assert layout.minimumSize().height() == 10
    layout.setGeometry(QRect(0, 0, 110, 50))
    assert {label.y() for label in place.findChildren(QLabel) if label.text() != "label 1"} == {0}
