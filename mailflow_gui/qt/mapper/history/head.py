"""The top of the dialog: how many messages, how far it is, what is compared, and the counts that filter the table."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from mailflow_gui.language import _, ngettext
from mailflow_gui.qt.controls import Banner, Button, Label, Segments
from mailflow_gui.qt.inspector import plain
from mailflow_gui.qt.mapper.history.table import LOOKS
from mailflow_gui.qt.mapper.history.work import Begun, Portion
from mailflow_gui.qt.theme import theme

COUNTS = (20, 100, 500)
"""How many messages may be tried."""
USUAL = 1
"""Which of them is chosen at first."""
OUTCOMES = ("", *LOOKS)


class HistoryHead(QWidget):
    """Tells what a person chooses."""

    count_chosen = Signal()
    only_chosen = Signal(str)
    """An outcome to show alone; empty: all."""
    stop_wanted = Signal()
    again_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.counts = Segments([str(one) for one in COUNTS], name=_("How many messages"))
        self.counts.choose(USUAL)
        self.counts.chosen.connect(lambda _index: self.count_chosen.emit())
        self.about = Label("", "small", "text-2", wrap=True)
        self.progress = QProgressBar()
        self.progress.setFixedWidth(160)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(_("Progress"))
        self.standing = Label("", "small", "text-2")
        self.stop = Button(_("Cancel"), "square", compact=True)
        self.stop.clicked.connect(self.stop_wanted)
        self.again = Button(_("Try again"), "refresh-cw", compact=True)
        self.again.clicked.connect(self.again_wanted)
        self.filters = Segments(["" for _outcome in OUTCOMES], name=_("Outcome"))
        self.filters.chosen.connect(lambda index: self.only_chosen.emit(OUTCOMES[index]))
        self.left_out = Label("", "small", "text-2")
        self.banner = Banner("info")
        self._lay_out()
        self.show_counts({})
        theme.changed.connect(self._dress)
        self._dress()

    def _lay_out(self) -> None:
        first, second = QHBoxLayout(), QHBoxLayout()
        for line in (first, second):
            line.setSpacing(8)
        first.addWidget(Label(_("The last messages received"), "small", "text-2"))
        first.addWidget(self.counts)
        first.addStretch(1)
        first.addWidget(self.progress)
        first.addWidget(self.standing)
        first.addWidget(self.stop)
        first.addWidget(self.again)
        second.addWidget(self.filters)
        second.addStretch(1)
        second.addWidget(self.left_out)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(10)
        column.addLayout(first)
        column.addWidget(self.about)
        column.addWidget(self.banner)
        column.addLayout(second)

    def _dress(self) -> None:
        for place, (_word, icon, token) in enumerate(LOOKS.values(), start=1):
            button = self.filters.button(place)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setIcon(theme.icon(icon, token, 14, gap=2))

    @property
    def count(self) -> int:
        """How many messages are wanted."""
        return COUNTS[max(0, self.counts.index)]

    def show_start(self) -> None:
        """It begins: how many there are isn't known yet."""
        self.progress.setRange(0, 0)
        self.standing.setText("")
        self.left_out.setText("")
        self.banner.hide()
        self.show_table(there=True)
        self._show_busy(busy=True)

    def show_begun(self, begun: Begun) -> None:
        """What is compared with what."""
        if begun.file:
            words = _("Before: the flow as saved in “{file}”. After: as it is here now. Nothing is sent or kept.")
        else:
            words = _("Before: as it was when this page was opened. After: as it is now. Nothing is sent or kept.")
        self.about.setText(words.format(file=plain.one_line(begun.file, 80)))
        self.progress.setRange(0, max(1, begun.total))
        self.progress.setValue(0)
        if begun.refused_before:
            self.banner.say("warn", _("As it was before, the mapping couldn't run."), begun.refused_before)
        elif begun.unchanged and begun.total:
            self.banner.say("info", _("The mapping is as it was: nothing can come out differently."))
        self.banner.setVisible(bool(begun.refused_before) or (begun.unchanged and begun.total > 0))

    def show_table(self, *, there: bool) -> None:
        """Whether there is a table to filter, or only a reason why there is none."""
        for widget in (self.about, self.filters, self.left_out):
            widget.setVisible(there)

    def show_portion(self, portion: Portion, tried: int, total: int) -> None:
        """How far it is."""
        self.progress.setValue(portion.done)
        if not portion.finished:
            self.standing.setText(_("{done} of {total}").format(done=portion.done, total=total))
        parts = []
        if portion.expired:
            words = ngettext("{count} isn't kept any more", "{count} aren't kept any more", portion.expired)
            parts.append(words.format(count=portion.expired))
        if portion.elsewhere:
            words = ngettext("{count} doesn't come to this step", "{count} don't come to this step", portion.elsewhere)
            parts.append(words.format(count=portion.elsewhere))
        self.left_out.setText(" · ".join(parts))
        if portion.finished:
            self.show_end(tried, total, whole=True)

    def show_end(self, tried: int, total: int, *, whole: bool) -> None:
        """It is over; ``whole``: nobody has broken it off."""
        self._show_busy(busy=False)
        if whole:
            words = ngettext("{count} message tried", "{count} messages tried", tried).format(count=tried)
        else:
            words = _("Cancelled: {count} of {total} tried").format(count=tried, total=total)
        self.standing.setText(words if total else "")

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """How many have come out in each way."""
        total = sum(counts.values())
        self.filters.button(0).setText(_("All {count}").format(count=total))
        words = {
            "same": _("{count} same").format(count=counts.get("same", 0)),
            "changed": _("{count} changed").format(count=counts.get("changed", 0)),
            "failing": _("{count} failing").format(count=counts.get("failing", 0)),
        }
        for place, outcome in enumerate(OUTCOMES[1:], start=1):
            self.filters.button(place).setText(words[outcome])

    def _show_busy(self, *, busy: bool) -> None:
        """Cancel and Try again take turns; whichever had the keys hands them over."""
        had = self.stop.hasFocus() or self.again.hasFocus()
        self.progress.setVisible(busy)
        self.stop.setVisible(busy)
        self.again.setVisible(not busy)
        if had:
            (self.stop if busy else self.again).setFocus()
