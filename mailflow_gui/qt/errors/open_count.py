"""How many errors are open, for the status bar: counted beside the window, also before there is an error centre."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

from mailflow_gui.errors import MailFlowError
from mailflow_gui.journal.reader import Reader
from mailflow_gui.qt.errors.looking import Looker
from mailflow_gui.qt.inspector.lane import Lane

_MILLISECONDS = 1000
"""Between two counts."""


class OpenCount(QObject):
    """Counts in a lane of its own, which the error centre shares. :meth:`shut_down` before the application ends."""

    changed = Signal(int)
    """How many errors are open: messages that are held up, and troubles that last."""

    def __init__(self, reader: Reader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.looker = Looker(reader)
        self.lane = Lane("errors", self)
        self.lane.at_end(self.looker.close)
        self._open = -1
        self._ended = False
        self._timer = QTimer(self, interval=_MILLISECONDS)
        self._timer.timeout.connect(self._count)
        self._timer.start()
        self._count()
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(self.shut_down)

    def tell(self, count: int) -> None:
        """So many are open now."""
        if count != self._open:
            self._open = count
            self.changed.emit(count)

    def pause(self) -> None:
        """Somebody looks more closely, and tells (:meth:`tell`)."""
        self._timer.stop()

    def resume(self) -> None:
        """Count again."""
        if not self._ended:
            self._timer.start()

    def shut_down(self) -> None:
        """End the thread; nothing is counted any more."""
        self._ended = True
        self._timer.stop()
        self.lane.close()

    def _count(self) -> None:
        self.lane.do(self.looker.open_count_if_changed, self._counted)

    def _counted(self, count: int | Exception | None) -> None:
        if isinstance(count, Exception):
            if not isinstance(count, MailFlowError):
                raise count  # a damaged journal is told by the list of messages
        elif count is not None:
            self.tell(count)
