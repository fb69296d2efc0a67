"""The list of choices by itself."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from mailflow_gui.mapping.templates.completion import Offered, complete
from mailflow_gui.qt.forms.completing import CompletedText, Completer


def test_the_list_goes_with_its_text(qtbot: QtBot) -> None:
    window = QWidget()
    box = CompletedText(1, 4, "", lambda text, at: complete(text, at, [Offered("subject")]))
    QVBoxLayout(window).addWidget(box)
    window.resize(500, 400)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    box.setFocus()
    QTest.keyClicks(box, "{{")
    (shown,) = window.findChildren(Completer)
    assert shown.isVisible()
    assert shown.parentWidget() is window
    box.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert window.findChildren(Completer) == []
