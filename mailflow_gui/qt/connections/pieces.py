"""Small parts of the connection dialog: texts, icons, rows of a form."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLayout, QSizePolicy, QSpinBox, QVBoxLayout, QWidget

from mailflow_gui.qt.commands import without_mnemonic
from mailflow_gui.qt.connections.mnemonics import KeyLabel
from mailflow_gui.qt.controls import IconLabel, Label, SectionHead, restyle
from mailflow_gui.qt.theme import theme

_Box = TypeVar("_Box", bound=QBoxLayout)

LABEL_WIDTH = 104
GAP = 12
_SPINNER_STEP = 100
"""Milliseconds between two pictures of a spinner: ten a second."""


def hint(words: str = "", token: str = "text-3") -> Label:  # noqa: S107 (a colour's name)
    """A line below a control."""
    made = Label(words, "caption", token, weight=400, wrap=True)
    made.setMinimumWidth(40)
    return made


class Spinner(QWidget):
    """Something is going on. Turns only while it is seen."""

    def __init__(self, size: int = 14) -> None:
        super().__init__()
        self.setFixedSize(size, size)
        self._turn = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_SPINNER_STEP)
        self._timer.timeout.connect(self._step)

    def showEvent(self, event: QShowEvent) -> None:
        self._timer.start()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()
        super().hideEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        painter.setPen(QPen(theme.color("border"), 2))
        painter.drawEllipse(box)
        pen = QPen(theme.color("accent-line"), 2)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawArc(box, -self._turn * 36 * 16, 100 * 16)

    def _step(self) -> None:
        self._turn = (self._turn + 1) % 10
        self.update()


class Framed(QFrame):
    """A box with round corners; fill and edge are tokens."""

    def __init__(self, fill: str = "surface-alt", edge: str = "border", radius: str = "control") -> None:
        super().__init__()
        self._fill, self._edge, self._radius = fill, edge, radius
        theme.changed.connect(self.update)

    def set_edge(self, token: str) -> None:
        """Draw the edge in another colour."""
        self._edge = token
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.color(self._edge))
        painter.setBrush(theme.color(self._fill))
        radius = theme.radius(self._radius)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)


class Line(QWidget):
    """A thin line."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(1)
        theme.changed.connect(self.update)

    def paintEvent(self, _event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.color("border"))


class Body(QWidget):
    """What a scroll area scrolls: as high as its texts need at the width they get.

    Left to itself a layout takes the height that broken lines would need at their narrowest for the least that it can do with.
    """

    def __init__(self, width: int) -> None:
        """:param width: with and without a scroll bar; the bar takes its room from the right margin."""
        super().__init__()
        self._width = width

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(16, 16, max(8, 24 - (self._width - self.width())), 16)
        super().resizeEvent(event)


class Number(QSpinBox):
    """A number that a wheel turns only while it has the focus: somebody who scrolls the dialog changes none."""

    def __init__(self, least: int, most: int) -> None:
        super().__init__()
        self.setRange(least, most)
        self.setFixedWidth(88)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class Section(QWidget):
    """The head of a group of rows: a word and a line."""

    def __init__(self, title: str) -> None:
        super().__init__()
        layout = flat(QHBoxLayout(self), GAP)
        layout.setContentsMargins(0, 4, 0, 8)
        head = SectionHead(title)
        head.setFixedWidth(LABEL_WIDTH)
        head.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(head)
        layout.addWidget(Line(), 1)


class Note(QWidget):
    """An icon and some words, below a control or in a box; hidden while there is nothing to say."""

    def __init__(self, size: int = 12) -> None:
        super().__init__()
        layout = flat(QHBoxLayout(self), 4)
        self._icon = IconLabel("lock", "text-3", size)
        holder = flat(QVBoxLayout(), 0)
        holder.setContentsMargins(0, (16 - size) // 2, 0, 0)
        holder.addWidget(self._icon)
        holder.addStretch(1)
        layout.addLayout(holder)
        self._words = hint()
        layout.addWidget(self._words, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.hide()

    def say(self, words: str, icon: str = "", token: str = "text-3") -> None:  # noqa: S107 (a colour's name)
        """Show words, or nothing; good, bad and dangerous ones in their colour, others in that of hints."""
        self._words.setText(words)
        self._words.set_token(token if token in ("danger", "warn") else "text-3")
        self._icon.setVisible(bool(icon))
        if icon:
            self._icon.set_icon(icon, token)
        self.setVisible(bool(words))

    def warn(self, words: str) -> None:
        """Show a warning, or nothing."""
        self.say(words, "triangle-alert", "warn")

    @property
    def words(self) -> str:
        """What it says, empty while it says nothing."""
        return "" if self.isHidden() else self._words.text()


class Row(QWidget):
    """A label at the left, controls, and below them a hint or what is wrong."""

    def __init__(self, label: str, *controls: QWidget, stretch: int = 0) -> None:
        """:param stretch: which control takes the room that is left; -1: none."""
        super().__init__()
        outer = flat(QHBoxLayout(self), GAP)
        outer.setContentsMargins(0, 0, 0, 8)
        self.label = KeyLabel(label, "small", "text-2", weight=500)
        self.label.setFixedWidth(LABEL_WIDTH)
        self.label.setMinimumHeight(theme.size("control"))
        self.label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.label.setWordWrap(True)
        outer.addWidget(self.label, 0, Qt.AlignmentFlag.AlignTop)
        column = flat(QVBoxLayout(), 4)
        line = flat(QHBoxLayout(), 8)
        for number, control in enumerate(controls):
            line.addWidget(control, 1 if number == stretch else 0)
        if stretch < 0:
            line.addStretch(1)
        column.addLayout(line)
        self.note = Note()
        column.addWidget(self.note)
        outer.addLayout(column, 1)
        self.controls = controls
        self._column = column

    def add_below(self, widget: QWidget) -> None:
        """Put something below controls and note."""
        self._column.addWidget(widget)

    def lead_to(self, control: QWidget) -> None:
        """Let the label's mnemonic lead to a control, and give the control the label's name."""
        self.label.setBuddy(control)
        control.setAccessibleName(without_mnemonic(self.label.text()))

    def show_fault(self, words: str) -> None:
        """Mark the row as wrong and say why; empty: it is right."""
        self.note.say(words, "circle-alert", "danger")
        for control in self.controls:
            restyle(control, "invalid", bool(words))
            control.setAccessibleDescription(words)


def flat(layout: _Box, spacing: int) -> _Box:
    """``layout`` without margins."""
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    return layout


def clear(layout: QLayout) -> None:
    """Take everything out of a layout."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
