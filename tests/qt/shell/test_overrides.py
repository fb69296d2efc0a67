"""What goes wrong in an override of Qt's is told like any other fault, and the window stays."""

from __future__ import annotations

import inspect
import subprocess
import sys
from typing import Any, ClassVar

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from mailflow_gui.qt import overrides

FAULTY = """
import sys
import mailflow_gui.qt
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget

import shiboken6

gone = None

def fault():
    if sys.argv[1] == "value":
        int("x")
    elif sys.argv[1] == "key":
        {}["x"]
    elif sys.argv[1] == "end":
        next(iter(()))
    else:
        gone.isHidden()

class Widget(QWidget):
    def paintEvent(self, event):
        fault()

    def event(self, event):
        if event.type() == QEvent.Type.User:
            fault()
        return super().event(event)

class Layout(QVBoxLayout):
    def hasHeightForWidth(self):
        return True

    def heightForWidth(self, width):
        fault()

class Later(Widget):
    pass

told = []
sys.excepthook = lambda kind, error, trace: told.append(kind)
application = QApplication(sys.argv)
gone = QLabel("gone")
shiboken6.delete(gone)
for kind in (Widget, Later):
    window = QWidget()
    outer = QVBoxLayout(window)
    outer.addWidget(kind())
    outer.addLayout(Layout())
    QTimer.singleShot(0, window.show)
    QTimer.singleShot(300, application.quit)
    application.exec()
    application.postEvent(window.findChild(kind), QEvent(QEvent.Type.User))
    application.processEvents()
    assert told, kind
    told.clear()
print("still here")
"""


@pytest.mark.parametrize("kind", ["value", "key", "end", "gone"])
def test_an_error_that_c_code_raises_in_an_override_does_not_end_the_process(kind: str) -> None:
    done = subprocess.run([sys.executable, "-c", FAULTY, kind], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "still here"), done.stderr


def test_overrides_keep_their_names_parameters_and_defaults() -> None:
    class Sized(QWidget):
        """Of one size."""

        calls: ClassVar[list[Any]] = []

        def resize(self, width: int = 3, /, height: int = 4, *, times: int = 1) -> None:  # type: ignore[override]  # for the test
            """Grow."""
            self.calls.append((width, height, times))

        def sizeHint(self) -> QSize:
            return QSize(1, 2)

        def own(self, *values: int) -> int:
            return sum(values)

    given = inspect.signature(Sized.resize, follow_wrapped=False).parameters.values()
    assert [(each.name, each.default) for each in given][1:] == [("width", 3), ("height", 4), ("times", 1)]
    assert [each.kind.name[:4] for each in given] == ["POSI", "POSI", "POSI", "KEYW"]
    assert (Sized.resize.__name__, Sized.resize.__doc__) == ("resize", "Grow.")
    assert hasattr(Sized.sizeHint, "__wrapped__") == (sys.version_info < (3, 12))
    assert not hasattr(Sized.own, "__wrapped__")


def test_overrides_of_any_signature_are_called_as_they_were(qtbot: QtBot) -> None:
    heard: list[Any] = []

    def many(*values: int, **named: int) -> None:
        heard.append((values, named))

    def few(first: int, second: int = 2, *, third: int = 3) -> int:
        heard.append((first, second, third))
        return first

    overrides.guarded(many)(1, 2, a=3)  # type: ignore[arg-type]  # mypy tells functions from their type
    assert overrides.guarded(few)(1, third=5) == 1  # type: ignore[arg-type]  # as above
    assert heard == [((1, 2), {"a": 3}), (1, 2, 5)]


def test_a_signal_gives_an_override_only_what_it_takes(qtbot: QtBot) -> None:
    closed = []

    class Closing(QWidget):
        def close(self) -> bool:
            closed.append(True)
            return True

    widget, button = Closing(), QPushButton()
    qtbot.addWidget(widget)
    qtbot.addWidget(button)
    button.clicked.connect(widget.close)
    button.click()
    assert closed == [True]
