"""Faults: whatever goes wrong in the window is logged and shown, without secrets, and the window stays."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QObject, Qt, QtMsgType, Signal, qInstallMessageHandler

from mailflow_gui import __version__, logs

log = logging.getLogger(__name__)
_qt_log = logging.getLogger("mailflow_gui.qt.messages")

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class Faults(QObject):
    """Catches what nobody else caught, in any thread."""

    happened = Signal(str)
    """A report that may be copied and sent: the traceback, without secrets; in the main thread."""
    _caught = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._caught.connect(self.happened, Qt.ConnectionType.QueuedConnection)
        self._reported: set[str] = set()

    def install(self) -> Callable[[], None]:
        """Begin to catch; returns what undoes that."""
        before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        sys.excepthook = self._take
        threading.excepthook = lambda about: self._take(
            about.exc_type, about.exc_value or about.exc_type(), about.exc_traceback
        )
        sys.unraisablehook = lambda about: self._take(
            about.exc_type, about.exc_value or about.exc_type(), about.exc_traceback
        )
        handler = qInstallMessageHandler(_pass_on)

        def undo() -> None:
            sys.excepthook, threading.excepthook, sys.unraisablehook = before
            qInstallMessageHandler(handler)

        return undo

    def _take(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt | SystemExit):
            return
        log.critical("a fault of our own", exc_info=(kind, error, trace))
        text = report(kind, error, trace)
        if text not in self._reported:  # a fault in a timer would open a dialog a second
            self._reported.add(text)
            self._caught.emit(text)


def report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> str:
    """What to send when a fault is reported: versions and traceback, nothing of anybody's mail or passwords beyond the error's words."""
    lines = "".join(traceback.format_exception(kind, error, trace))
    return logs.redact(f"MailFlow {__version__}, Python {sys.version.split()[0]}, {sys.platform}\n\n{lines}")


def _pass_on(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    _qt_log.log(_LEVELS.get(kind, logging.WARNING), "%s", message)
