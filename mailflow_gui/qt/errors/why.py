"""The Why tab: what happened, what to do, where, the attempts, the technical detail, and what would have been sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from mailflow_gui.journal.history import Attempt
from mailflow_gui.language import _
from mailflow_gui.qt.controls import Button, ElidedLabel, IconLabel, Label, SectionHead
from mailflow_gui.qt.errors import words
from mailflow_gui.qt.errors.attempts_line import AttemptsLine
from mailflow_gui.qt.inspector import plain
from mailflow_gui.qt.theme import theme

_NAME = 96


@dataclass(frozen=True)
class Place:
    """A line of *Where*: name, value, icon before it, and the words of a link behind it with what it leads to."""

    name: str
    value: str
    icon: str = ""
    link: str = ""
    target: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reason:
    """All that the tab shows."""

    title: str
    text: str = ""
    advice: str = ""
    places: tuple[Place, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    ended: bool = False
    """The last attempt was the end."""
    raw: str = ""
    """The technical detail."""
    mail: tuple[tuple[str, str], ...] = field(default=())
    """What would have been sent: names and values."""


class WhyPane(QScrollArea):
    """The tab. ``followed`` has the target of a link."""

    followed = Signal(tuple)
    copied = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setAccessibleName(_("Why"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.reason: Reason | None = None
        self.copy: Button | None = None
        """The button beside the technical detail, while there is some."""
        self._unfolded = True
        self.show_reason(Reason(""))

    def show_reason(self, reason: Reason) -> None:
        """Show another reason; the same again changes nothing."""
        if reason == self.reason:
            return
        self.reason = reason
        self.copy = None
        inner = QWidget()
        inner.setProperty("panel", "surface")
        column = QVBoxLayout(inner)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(0)
        column.addWidget(_words(reason.title, "title", "text"))
        if reason.text:
            column.addSpacing(4)
            column.addWidget(_words(reason.text, "body", "text-2"))
        if reason.advice:
            column.addSpacing(12)
            column.addWidget(_Advice(reason.advice))
        if reason.places:
            column.addSpacing(16)
            column.addWidget(SectionHead(_("Where")))
            column.addSpacing(8)
            column.addLayout(self._places(reason.places))
        if reason.attempts:
            column.addSpacing(16)
            column.addWidget(SectionHead(_("Attempts")))
            column.addSpacing(8)
            column.addWidget(AttemptsLine(reason.attempts, ended=reason.ended))
        if reason.raw:
            column.addSpacing(4 if reason.attempts else 12)
            self._add_raw(column, reason.raw)
        if reason.mail:
            column.addSpacing(16)
            column.addWidget(SectionHead(_("Would have been sent")))
            column.addSpacing(8)
            column.addLayout(self._places([Place(name, value) for name, value in reason.mail]))
        column.addStretch(1)
        self.setWidget(inner)

    def _places(self, places: Sequence[Place]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(0)
        grid.setVerticalSpacing(0)
        grid.setColumnMinimumWidth(0, _NAME)
        grid.setColumnStretch(1, 1)
        for row, place in enumerate(places):
            grid.setRowMinimumHeight(row, 24)
            grid.addWidget(Label(place.name, "small", "text-2"), row, 0)
            line = QHBoxLayout()
            line.setSpacing(6)
            if place.icon:
                line.addWidget(IconLabel(place.icon, "type-fields", 14))
            value = ElidedLabel(plain.one_line(place.value, 300), "small")
            line.addWidget(value, 1)
            if place.link:
                link = Button(place.link, kind="link", compact=True)
                link.setFont(theme.font("small", 500))
                link.clicked.connect(lambda _checked=False, target=place.target: self.followed.emit(target))
                line.addWidget(link)
            grid.addLayout(line, row, 1)
        return grid

    def _add_raw(self, column: QVBoxLayout, raw: str) -> None:
        head = QHBoxLayout()
        head.setSpacing(4)
        fold = Button(
            _("Technical detail"), "chevron-down" if self._unfolded else "chevron-right", "ghost", compact=True
        )
        fold.setStyleSheet("QPushButton { padding: 0 4px 0 0; }")
        copy = self.copy = Button(_("Copy"), "copy", "ghost", compact=True)
        copy.setAccessibleName(_("Copy the technical detail without addresses and secrets"))
        copy.setToolTip(_("Addresses and secrets are left out."))
        head.addWidget(fold)
        head.addStretch(1)
        head.addWidget(copy)
        column.addLayout(head)
        box = _Words(raw)
        box.setVisible(self._unfolded)
        column.addWidget(box)

        def turn() -> None:
            self._unfolded = not self._unfolded
            fold.set_icon("chevron-down" if self._unfolded else "chevron-right")
            box.setVisible(self._unfolded)

        fold.clicked.connect(turn)
        copy.clicked.connect(self._copy)

    def _copy(self) -> None:
        if self.reason is not None:
            QGuiApplication.clipboard().setText(words.masked(self.reason.raw))
            self.copied.emit()


class _Advice(QWidget):
    """What to do, on the accent's soft ground."""

    def __init__(self, advice: str) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 10, 12, 10)
        row.setSpacing(12)
        row.addWidget(IconLabel("lightbulb", "accent-text"), 0, Qt.AlignmentFlag.AlignTop)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(Label(_("What to do"), "body", weight=500))
        texts.addWidget(_words(advice, "body", "text"))
        row.addLayout(texts, 1)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent-soft"))
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)


class _Words(QWidget):
    """Words of servers in a frame; they can be selected."""

    def __init__(self, text: str) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        label = _words(text, "mono", "text")
        column.addWidget(label)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.color("border"))
        painter.setBrush(theme.color("surface-alt"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)


def _words(text: str, style: str, token: str) -> Label:
    label = Label(plain.breakable(plain.lines(text)[:4000]), style, token, wrap=True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setMinimumWidth(1)
    return label
