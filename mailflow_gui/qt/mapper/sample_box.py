"""Choosing the sample: a received message, a mail file, or a mail typed by hand."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.controls import Button
from mailflow_gui.qt.forms.boxes import Line
from mailflow_gui.qt.forms.labels import Complaint, Label
from mailflow_gui.qt.mapper import samples
from mailflow_gui.qt.mapper.samples import Offer, Sample
from mailflow_gui.qt.theme import theme

_FILE, _TYPE = "file", "type"


class SampleBox(QComboBox):
    """The samples there are, and the ways to others."""

    offer_chosen = Signal(object)
    """A received message: its :class:`Offer`."""
    sample_chosen = Signal(object)
    """A mail of the person's own: its :class:`Sample`."""
    file_wanted = Signal()
    typing_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Sample"))
        self.setFixedHeight(32)
        self.setMinimumWidth(120)
        self.setMaximumWidth(312)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumContentsLength(8)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setFont(theme.font("small"))
        self.setStyleSheet("QComboBox { padding-left: 32px; }")
        self._offers: tuple[Offer, ...] = ()
        self._own: list[Sample] = []
        self._asked: list[Offer] = []
        """Received messages that a person asked for by themselves, older than those on offer."""
        self._chosen: Offer | Sample | None = None
        self.activated.connect(self._activated)
        self._fill()

    def show_offers(self, offers: Sequence[Offer]) -> None:
        """The received messages there are."""
        if tuple(offers) != self._offers:
            self._offers = tuple(offers)
            self._fill()

    def add(self, sample: Sample) -> None:
        """One more sample of the person's own, chosen at once."""
        self._own = [one for one in self._own if one.key != sample.key] + [sample]
        self._choose(sample)

    def choose_offer(self, offer: Offer) -> None:
        """Choose a received message, whether it is on offer or not."""
        known = next((one for one in self._all() if isinstance(one, Offer) and one.id == offer.id), None)
        if known is None:
            self._asked.append(offer)
        self._choose(known or offer)

    def _all(self) -> list[Offer | Sample]:
        offered = {one.id for one in self._offers}
        return [*self._own, *self._offers, *(one for one in self._asked if one.id not in offered)]

    def forget(self) -> None:
        """Another node: nothing is chosen yet."""
        self._chosen, self._asked = None, []
        self._fill()

    @property
    def count_of_samples(self) -> int:
        """How many there are to choose from."""
        return len(self._all())

    @property
    def chosen(self) -> Offer | Sample | None:
        """The one that is the sample."""
        return self._chosen

    def known(self) -> tuple[Offer | Sample, ...]:
        """All there are to choose from: the person's own, then the received ones."""
        return tuple(self._all())

    def step(self, by: int) -> None:
        """The next sample, or the one before; none beyond the ends."""
        found = self._all()
        if found:
            at = found.index(self._chosen) if self._chosen in found else -1 if by > 0 else len(found)
            if 0 <= at + by < len(found):
                self._choose(found[at + by])

    def choose_first(self) -> None:
        """The newest one received, else one of the person's own, as long as none is chosen."""
        if self._chosen is None and self.count_of_samples:
            self._choose(self._offers[0] if self._offers else self._own[0])

    def _choose(self, one: Offer | Sample) -> None:
        self._chosen = one
        self._fill()
        if isinstance(one, Offer):
            self.offer_chosen.emit(one)
        else:
            self.sample_chosen.emit(one)

    def _fill(self) -> None:
        self.blockSignals(True)
        self.clear()
        found = self._all()
        for one in found:
            self.addItem(one.title, one)
        if not self.count_of_samples:
            self.addItem(_("No sample yet"), None)
        self.insertSeparator(self.count())
        self.addItem(_("Open a mail file…"), _FILE)
        self.addItem(_("Type a mail…"), _TYPE)
        place = next((at for at in range(self.count()) if self.itemData(at) == self._chosen), 0)
        self.setCurrentIndex(place)
        self.blockSignals(False)
        self.setToolTip("")

    def _activated(self, index: int) -> None:
        data = self.itemData(index)
        if isinstance(data, Offer | Sample):
            self._choose(data)
            return
        self._fill()
        if data == _FILE:
            self.file_wanted.emit()
        elif data == _TYPE:
            self.typing_wanted.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        icon = theme.pixmap("mail-open", "text-3", 14, self.devicePixelRatioF())
        QPainter(self).drawPixmap(10, (self.height() - 14) // 2, icon)


class TypedMail(QDialog):
    """A mail written by hand, to try a mapping on."""

    made = Signal(object)
    """The :class:`Sample`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Type a mail"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(520, 460)
        self.writer, self.to, self.subject = Line("hanako@example.jp"), Line("shop@example.org"), Line()
        self.text = QPlainTextEdit()
        self.text.setFont(theme.font("small"))
        self.text.setTabChangesFocus(True)
        self.complaint = Complaint()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(4)
        rows: Sequence[tuple[str, QWidget]] = (
            (_("From"), self.writer),
            (_("To"), self.to),
            (_("Subject"), self.subject),
            (_("Text"), self.text),
        )
        for title, box in rows:
            label = Label(title, "small", "secondary", weight=500)
            label.setBuddy(box)
            box.setAccessibleName(title)
            layout.addWidget(label)
            layout.addWidget(box)
            layout.addSpacing(6)
        layout.addWidget(self.complaint)
        self.use = Button(_("Use as the sample"), kind="primary")
        self.use.setDefault(True)
        self.use.clicked.connect(self._use)
        cancel = Button(_("Cancel"))
        cancel.clicked.connect(self.reject)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(cancel)
        foot.addWidget(self.use)
        layout.addLayout(foot)

    def _use(self) -> None:
        words = (self.writer.text(), self.to.text(), self.subject.text(), self.text.toPlainText())
        wrong = samples.why_not_typed(*words)
        self.complaint.say(wrong)
        if not wrong:
            self.made.emit(samples.typed(*words))
            self.accept()
