"""The steps of the chosen rule, each with what it makes of the sample; dragged by their grips into another order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.controls import ElidedLabel, IconLabel
from mailflow_gui.qt.forms.description import Field
from mailflow_gui.qt.forms.editor import Editor
from mailflow_gui.qt.forms.group import GroupEditor
from mailflow_gui.qt.forms.labels import Complaint
from mailflow_gui.qt.forms.rules import catalogue
from mailflow_gui.qt.forms.rules.flow_layout import FlowLayout
from mailflow_gui.qt.forms.rules.parts import tool
from mailflow_gui.qt.forms.rules.steps import StepCard, StepsEditor, parameter
from mailflow_gui.qt.forms.values import faulty
from mailflow_gui.qt.mapper.looks import step_icon
from mailflow_gui.qt.mapper.trying import Outcome
from mailflow_gui.qt.mapper.value_line import ValueLine
from mailflow_gui.qt.mapper.values import Run, Shown, difference, spaced
from mailflow_gui.qt.theme import theme

_LABEL = 64


class LiveSteps(StepsEditor):
    """Steps with their results."""

    def __init__(self) -> None:
        super().__init__()
        self._outcome = Outcome(readable=False)
        self._drop = _DropMark(self)

    def make_card(self, place: int, step: Any) -> LiveStepCard:
        return LiveStepCard(self, place, step)

    def show_raw(self, raw: Any) -> None:
        super().show_raw(raw)
        self.show_outcome(self._outcome)

    def show_outcome(self, outcome: Outcome) -> None:
        """Show what each step makes of the sample."""
        self._outcome = outcome
        trace = outcome.trace
        for place, card in enumerate(self.cards):
            if isinstance(card, LiveStepCard):
                before = trace[place] if place < len(trace) else None
                card.show_result(before, trace[place + 1] if place + 1 < len(trace) else None)

    def focus_step(self, place: int) -> None:
        """Light a step's card, and give the keys to its first field."""
        for number, card in enumerate(self.cards):
            card.set_selected(number == place)
        if 0 <= place < len(self.cards):
            self.cards[place].form.focus_path("")

    def light(self, place: int) -> None:
        """Light a step's card."""
        for number, card in enumerate(self.cards):
            card.set_selected(number == place)

    def drag(self, place: int, y: int, *, is_over: bool) -> None:
        """A step is dragged to a height of this widget, or let go there."""
        at = sum(y > card.y() + card.height() / 2 for card in self.cards)
        if is_over:
            self._drop.hide()
            by = (at - 1 if at > place else at) - place
            if by:
                self.shift(place, by)
            return
        top = self.cards[at].y() - 4 if at < len(self.cards) else self.cards[-1].geometry().bottom() + 3
        self._drop.setGeometry(QRect(0, top, self.width(), 2))
        self._drop.show()
        self._drop.raise_()


class LiveStepCard(StepCard):
    """One step: grip, name, parameters, and beneath them what comes out."""

    def make_form(self) -> GroupEditor:
        return StepForm(catalogue.step_fields(self.name), parameter)

    def lay_out(self, owner: StepsEditor, place: int, step: Any) -> None:
        self.result = ValueLine()
        self.failed = Complaint()
        self._failure, self._is_told = "", False
        head = QHBoxLayout()
        head.setContentsMargins(8, 0, 6, 0)
        head.setSpacing(8)
        if isinstance(owner, LiveSteps):
            head.addWidget(Grip(self, owner, place))
        head.addWidget(IconLabel(step_icon(step), "text-2", 14))
        head.addWidget(self.title, 1)
        head.addWidget(tool("trash-2", _("Remove this step"), lambda: owner.remove(place)))
        row = QWidget()
        row.setFixedHeight(32)
        row.setLayout(head)
        foot = QWidget()
        self._foot = foot
        line = QHBoxLayout(foot)
        line.setContentsMargins(30, 3, 8, 4)
        line.setSpacing(8)
        line.addWidget(IconLabel("arrow-right", "text-3", 12))
        line.addWidget(self.result, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(row)
        layout.addWidget(self.form)
        self.form.setContentsMargins(30, 0, 8, 8)
        for complaint in (self.error, self.failed):
            complaint.setContentsMargins(30, 0, 8, 6)
            layout.addWidget(complaint)
        layout.addWidget(foot)

    def show_result(self, before: Shown | str | None, after: Shown | str | None) -> None:
        """Show what the step made of the sample; a sentence: why it failed; None: nobody knows."""
        self._failure = after if isinstance(after, str) else ""
        self._say_failure()
        self._foot.setVisible(isinstance(after, Shown))
        if isinstance(after, Shown):
            self.result.show_runs(_runs(before if isinstance(before, Shown) else Shown(), after), after.text)
        self.update()

    def show_problems(self, problems: Mapping[str, str]) -> None:
        super().show_problems(problems)
        self._is_told = faulty(problems)
        self._say_failure()

    def _say_failure(self) -> None:
        """A parameter that can't work is told at its field; that the step then fails on the sample needn't be said again."""
        self.failed.say("" if self._is_told else self._failure)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._foot.isHidden():
            painter = QPainter(self)
            area = self._foot.geometry().adjusted(2, 0, -2, -2)
            painter.fillRect(area, theme.color("surface-alt"))
            painter.fillRect(QRect(area.left() - 1, area.top(), area.width() + 2, 1), theme.color("border"))


def _runs(before: Shown, after: Shown) -> Sequence[Run]:
    if after.absent:
        return (Run(_("nothing"), "hint"),)
    if after.blank:
        return spaced(after.line, "same") or (Run(_("empty"), "hint"),)
    return difference(before.line, after.line)


class StepForm(GroupEditor):
    """Parameters with their labels beside them."""

    def _lay_out(self, make: Callable[[Field], Editor]) -> None:
        self._layout.setSpacing(6)
        switches: FlowLayout | None = None
        for one in self.fields:
            row = self.row(one, make, title=False)
            if row.editor.says_title:  # short words: several stand in one line
                if switches is None:
                    switches = FlowLayout(gap=12)
                    indented = QHBoxLayout()
                    indented.addSpacing(_LABEL + 8)
                    indented.addLayout(switches, 1)
                    self._layout.addLayout(indented)
                switches.addWidget(row)
                continue
            switches = None
            line = QHBoxLayout()
            line.setSpacing(8)
            label = ElidedLabel(_(one.title), "small", "text-2")
            label.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            label.setFixedSize(_LABEL, theme.size("control-compact"))
            label.setMinimumWidth(_LABEL)
            line.addWidget(label, 0, Qt.AlignmentFlag.AlignTop)
            line.addWidget(row, 1)
            self._layout.addLayout(line)


class Grip(QWidget):
    """What a step is dragged by."""

    def __init__(self, card: StepCard, owner: LiveSteps, place: int) -> None:
        super().__init__(card)
        self._owner, self._place = owner, place
        self._held = False
        self.setFixedSize(14, 20)
        self.setCursor(Qt.CursorShape.SizeVerCursor)
        self.setToolTip(_("Drag to another place"))

    def paintEvent(self, _event: QPaintEvent) -> None:
        pixmap = theme.pixmap("grip-vertical", "text-3", 14, self.devicePixelRatioF())
        QPainter(self).drawPixmap(0, 3, pixmap)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._held = event.button() == Qt.MouseButton.LeftButton

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held:
            self._owner.drag(self._place, self._y(event), is_over=False)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._held:
            self._held = False
            self._owner.drag(self._place, self._y(event), is_over=True)

    def _y(self, event: QMouseEvent) -> int:
        return self._owner.mapFromGlobal(event.globalPosition().toPoint()).y()


class _DropMark(QWidget):
    """Where a dragged step would go."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, _event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.color("accent-line"))
