"""The status bar: whether the flow runs, since when, how fast, what waits and what failed. Only what is known is shown."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Literal

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStatusBar, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.controls import ElidedLabel, Label, StateDot, set_tool_tip
from mailflow_gui.qt.live import Numbers
from mailflow_gui.qt.run_control import RunControl
from mailflow_gui.qt.theme import theme

_BAR_WIDTH, _BAR_HEIGHT = 48, 4


class StatusBar(QStatusBar):
    """Fed by :meth:`show_run`; asks nobody itself."""

    failed_wanted = Signal()
    """A click on the number of failed messages."""

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
        self._poll, self._bar = _text(), _Bar()
        self._trouble = ElidedLabel("", "small", "danger")
        self._saved = _text()
        self._cells = {
            "state": _cell(self._dot, self._state, self._since),
            "rate": _cell(self._rate, self._rate_unit),
            "queue": _cell(self._queue_name, self._queue),
            "failed": _cell(self._failed),
            "poll": _cell(self._poll, self._bar),
            "trouble": _cell(self._trouble, last=True),
        }
        for name, cell in self._cells.items():
            self.addWidget(cell, 1 if name == "trouble" else 0)
        self.addPermanentWidget(self._saved)
        self._poll_at: float | None = None
        self._poll_span = 1.0
        self._ticking = QTimer(self)
        self._ticking.setInterval(500)
        self._ticking.timeout.connect(self._tick)
        self.show_idle(_("No flow open"))

    def show_idle(self, words: str = "") -> None:
        """Nothing runs."""
        self._set_dot("idle", _("Idle"), words)
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
            return
        names = {"starting": _("Starting"), "running": _("Running"), "stopping": _("Stopping")}
        words = _("since {time}").format(time=_clock(run.since)) if run.since else ""
        if run.dry:
            words = _("dry run {since}").format(since=words).strip()
        self._set_dot("running" if run.state == "running" else "idle", names[run.state], words)
        seen = run.numbers
        self._rate.setText(str(seen.per_minute))
        self._queue.setText(str(seen.queue))
        self._cells["rate"].show()
        self._cells["queue"].show()
        self._show_failed(seen)
        self._trouble.setText(seen.trouble)
        self._cells["trouble"].setVisible(bool(seen.trouble))
        self._show_poll(seen)

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

    def _set_dot(self, state: Literal["idle", "running"], name: str, words: str) -> None:
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
