"""The application: one QApplication, one main window, and what stands around them."""

from __future__ import annotations

import gc
import logging
import signal
import sys
from pathlib import Path

from PySide6.QtCore import QLibraryInfo, QLocale, QTimer, QTranslator
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from mailflow_gui import __version__, paths
from mailflow_gui.accounts.secrets import disable_core_dumps
from mailflow_gui.language import _
from mailflow_gui.paths import Home

log = logging.getLogger(__name__)

_SIGNALS_MILLISECONDS = 200


def run(home: Home, flow: Path | None, *, demo: bool = False) -> int:
    """Show the window until it is closed; returns the exit code. A window that is open already takes over."""
    disable_core_dumps()
    application = QApplication([sys.argv[0]])
    dress(application, watch=False)

    from mailflow_gui.qt.single_window import SingleWindow, hand_over

    if hand_over(home, [flow] if flow is not None else [], demo=demo):
        print(_("MailFlow is open already; its window has been told."), file=sys.stderr)  # noqa: T201 - for who started us
        return 0

    from mailflow_gui.qt.collecting import Collecting
    from mailflow_gui.qt.faults import Faults
    from mailflow_gui.qt.main_window import MainWindow

    collecting = Collecting(application)
    faults = Faults(application)
    undo = faults.install()
    window = MainWindow(home, faults)
    listening = SingleWindow(home, window)
    listening.asked.connect(window.come_to_front)
    window.show()
    hearing = _hear_signals(window)
    QTimer.singleShot(0, lambda: _begin(window, flow, demo=demo))
    try:
        return application.exec()
    finally:
        hearing.stop()
        listening.close()
        window.engine.shutdown()
        window.sandbox.stop()
        undo()
        collecting.stop()


def dress(application: QApplication, *, watch: bool = True) -> None:
    """Name, icon, theme and Qt's own texts in the reader's language.

    :param watch: as for :meth:`Theme.apply`.
    """
    from mailflow_gui.qt.theme import theme

    application.setApplicationName("MailFlow")
    application.setApplicationDisplayName("")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("mailflow")
    application.setWindowIcon(QIcon(str(paths.resources() / "desktop" / "mailflow.svg")))
    translator = QTranslator(application)
    place = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(QLocale(), "qtbase", "_", place):
        application.installTranslator(translator)
    theme.apply(application, watch=watch)


def _begin(window: object, flow: Path | None, *, demo: bool) -> None:
    from mailflow_gui.qt.main_window import MainWindow
    from mailflow_gui.qt.theme import theme

    assert isinstance(window, MainWindow)
    theme.watch_focus()
    gc.freeze()  # every later search for garbage skips what stands now, and stops the window for so much less
    window.files.recover()
    if window.document.is_open:
        return
    if demo:
        window.files.open_sandbox()
    elif flow is not None:
        window.files.open(flow)


def _hear_signals(window: object) -> QTimer:
    """SIGINT and SIGTERM close the window, and unsaved work is kept; Python hears them only while it runs, hence the timer."""
    from mailflow_gui.qt.main_window import MainWindow

    assert isinstance(window, MainWindow)
    for name in ("SIGINT", "SIGTERM"):
        signal.signal(getattr(signal, name), lambda _number, _frame: QTimer.singleShot(0, window.leave))
    timer = QTimer(window)
    timer.timeout.connect(lambda: None)
    timer.start(_SIGNALS_MILLISECONDS)
    return timer
