"""The status bar: whether the flow runs, since when, how fast, what waits and what failed. Only what is known is shown."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStatusBar, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.controls import Button, ElidedLabel, IconLabel, Label, StateDot, set_tool_tip
from mailflow_gui.qt.journal_numbers import JournalNumbers
from mailflow_gui.qt.live import Numbers
from mailflow_gui.qt.run_control import RunControl
from mailflow_gui.qt.theme import theme

_BAR_WIDTH, _BAR_HEIGHT = 48, 4


class StatusBar(QStatusBar):
    """Fed by :meth:`show_run`; asks nobody itself."""

    failed_wanted = Signal()
    """A click on the number of failed messages."""
    errors_wanted = Signal()
    """A click on the number of open errors."""
    restart_wanted = Signal()
    """The runner doesn't respond, and a person wants another one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.setFixedHeight(28)
        self.setContentsMargins(4, 0, 12, 0)
        self._dot = StateDot()
        self._state, self._since = _text(strong=True), _text()
        self._rate, self._rate_unit = _text(strong=True), _text(_("messages/min"))
        self._queue_name, self._queue = _text(_("Queue")), _text(strong=True)
        self._failed = _Clickable()
        self._failed.clicked.connect(self.failed_wanted)
        self.restart = Button(_("Restart"), kind="link")
        self.restart.setFont(theme.font("small", 500))
        self.restart.clicked.connect(self.restart_wanted)
        self.restart.hide()
        self._journal = JournalNumbers()
        self._keyring_icon, self._keyring = IconLabel("lock", "text-2", 14), _text()
        self._poll, self._bar = _text(), _Bar()
        self._trouble = ElidedLabel("", "small", "danger")
        self._saved = _text()
        self._cells = {
            "state": _cell(self._dot, self._state, self._since, self.restart),
            "rate": _cell(self._rate, self._rate_unit),
            "queue": _cell(self._queue_name, self._queue),
            "failed": _cell(self._failed),
            "poll": _cell(self._poll, self._bar),
            "trouble": _cell(self._trouble, last=True),
        }
        for name, cell in self._cells.items():
            self.addWidget(cell, 1 if name == "trouble" else 0)
        self.errors = Button(" ", "circle-alert", "link", compact=True)
        self.errors.setProperty("tone", "danger")
        self.errors.setIcon(theme.icon("circle-alert", "danger", 14, gap=3))
        self.errors.setFont(theme.font("small", 600))
        self.errors.clicked.connect(self.errors_wanted)
        self._cells["errors"] = _cell(self.errors)
        self._cells["errors"].hide()
        self.addPermanentWidget(self._cells["errors"])
        self._cells["keyring"] = _cell(self._keyring_icon, self._keyring, last=True)
        self._cells["keyring"].setContentsMargins(0, 0, 8, 0)
        self._cells["keyring"].hide()
        self.addPermanentWidget(self._cells["keyring"])
        self.addPermanentWidget(self._saved)
        self._poll_at: float | None = None
        self._poll_span = 1.0
        self._ticking = QTimer(self)
        self._ticking.setInterval(500)
        self._ticking.timeout.connect(self._tick)
        self.show_idle(_("No flow open"))

    @property
    def words(self) -> str:
        """What it says of the run."""
        return f"{self._state.text()} {self._since.text()}".strip()

    @property
    def queue(self) -> int:
        """How many messages wait, as shown; -1 while it isn't."""
        return -1 if self._cells["queue"].isHidden() else int(self._queue.text() or 0)

    def show_idle(self, words: str = "") -> None:
        """Nothing runs."""
        self._set_dot("idle", _("Idle"), words)
        self.restart.hide()
        for name in ("rate", "queue", "failed", "poll", "trouble"):
            self._cells[name].hide()
        self._ticking.stop()

    def show_run(self, run: RunControl) -> None:
        """The run as it stands."""
        if not run.busy:
            words = ""
            if run.numbers.checked:
                words = _("last check {time}").format(time=_clock(run.numbers.checked))
            self.show_idle(words)
            self._show_failed(run.numbers)
            if run.version and self._journal.waiting:
                self._show_queue()
            return
        names = {"starting": _("Starting"), "running": _("Running"), "stopping": _("Stopping")}
        words = _("since {time}").format(time=_clock(run.since)) if run.since else ""
        if self._journal.version and words:
            words = _("version {number} {since}").format(number=self._journal.version, since=words)
        if run.dry:
            words = _("dry run {since}").format(since=words).strip()
        if run.silent:
            self._set_dot("failing", _("Not responding"), "")
        else:
            self._set_dot("running" if run.state == "running" else "idle", names[run.state], words)
        self.restart.setVisible(run.silent)
        seen = run.numbers
        self._rate.setText(str(seen.per_minute))
        self._cells["rate"].show()
        self._show_queue()
        self._show_failed(seen)
        self._trouble.setText(seen.trouble)
        self._cells["trouble"].setVisible(bool(seen.trouble))
        self._show_poll(seen)
        if run.silent:
            self._cells["poll"].hide()
            self._ticking.stop()

    def show_journal(self, numbers: JournalNumbers) -> None:
        """What the journal says of the flow."""
        self._journal = numbers
        self._queue.setText(str(numbers.waiting))

    def forget_journal(self) -> None:
        """Another flow is shown."""
        self.show_journal(JournalNumbers())

    def show_errors(self, count: int) -> None:
        """How many errors are open, of all flows; 0: nothing to say."""
        self.errors.setText(_("Errors {count}").format(count=f"{count:,}"))
        set_tool_tip(self.errors, _("Messages that are held up, and troubles that last"))
        self._cells["errors"].setVisible(count > 0)

    def say_keyring(self, word: str) -> None:
        """How the system's keyring stands: ``available``, ``locked``, ``absent``, or anything else: nothing to say."""
        words = {"available": _("Keyring unlocked"), "locked": _("Keyring locked"), "absent": _("No keyring")}.get(
            word, ""
        )
        token = "text-2" if word == "available" else "warn"
        self._keyring.setText(words)
        self._keyring.set_token(token)
        self._keyring_icon.set_icon("lock", token)
        self._cells["keyring"].setVisible(bool(words))

    def _show_queue(self) -> None:
        self._queue.setText(str(self._journal.waiting))
        self._cells["queue"].show()

    def say_saved(self, at: float | None) -> None:
        """When unsaved work was last kept; None: not."""
        self._saved.setText("" if at is None else _("Autosaved {time}").format(time=_clock(at)))

    def _show_failed(self, seen: Numbers) -> None:
        self._failed.setText(_("Failed {count}").format(count=seen.failed))
        self._cells["failed"].setVisible(seen.failed > 0)

    def _show_poll(self, seen: Numbers) -> None:
        if seen.next_poll is None:
            self._cells["poll"].hide()
            self._ticking.stop()
            return
        due = time.monotonic() + seen.next_poll
        if self._poll_at is None or abs(due - self._poll_at) > 1.0:
            self._poll_at, self._poll_span = due, max(seen.next_poll, 1.0)
        checked = _("Last successful check {time}").format(time=_clock(seen.checked)) if seen.checked else ""
        set_tool_tip(self._cells["poll"], checked)
        self._cells["poll"].show()
        self._tick()
        self._ticking.start()

    def _tick(self) -> None:
        left = max(0.0, (self._poll_at or 0.0) - time.monotonic())
        if left >= 90:
            self._poll.setText(_("Next poll in {minutes} min").format(minutes=round(left / 60)))
        else:
            self._poll.setText(_("Next poll in {seconds} s").format(seconds=round(left)))
        self._bar.show_share(1.0 - min(1.0, left / self._poll_span))

    def _set_dot(self, state: Literal["idle", "running", "failing"], name: str, words: str) -> None:
        self._dot.set_state(state)
        self._state.setText(name)
        self._since.setText(words)
        self._since.setVisible(bool(words))


class _Clickable(Label):
    """A number that leads to its messages."""

    clicked = Signal()

    def __init__(self) -> None:
        super().__init__("", "small", "danger", weight=600)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.clicked.emit()


class _Bar(QWidget):
    """How far the pause between two polls has gone."""

    def __init__(self) -> None:
        super().__init__()
        self._share = 0.0
        self.setFixedSize(QSize(_BAR_WIDTH, _BAR_HEIGHT))

    def show_share(self, share: float) -> None:
        """From 0 to 1."""
        if round(share * _BAR_WIDTH) != round(self._share * _BAR_WIDTH):
            self._share = share
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for token, width in (("neutral-soft", _BAR_WIDTH), ("accent-line", round(_BAR_WIDTH * self._share))):
            painter.setBrush(theme.color(token))
            painter.drawRoundedRect(QRectF(0, 0, width, _BAR_HEIGHT), 2, 2)


def _text(words: str = "", *, strong: bool = False) -> Label:
    return Label(words, "small", "text" if strong else "text-2", weight=600 if strong else None)


def _cell(*widgets: QWidget, last: bool = False) -> QWidget:
    cell = QWidget()
    layout = QHBoxLayout(cell)
    layout.setContentsMargins(8, 0, 0, 0)
    layout.setSpacing(6)
    for widget in widgets:
        layout.addWidget(widget)
    if not last:
        rule = QFrame()
        rule.setFrameShape(QFrame.Shape.VLine)
        rule.setFixedHeight(16)
        layout.addSpacing(6)
        layout.addWidget(rule)
    return cell


def _clock(at: float) -> str:
    return datetime.fromtimestamp(at).astimezone().strftime("%H:%M")
