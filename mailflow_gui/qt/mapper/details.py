"""The panel on the right: everything that the chosen rule says, and what it does with the sample."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.controls import Button, Card, ElidedLabel, SectionHead, StateText
from mailflow_gui.qt.forms.body import surface
from mailflow_gui.qt.forms.labels import Complaint, Label
from mailflow_gui.qt.forms.rules import catalogue
from mailflow_gui.qt.forms.rules.body import RuleBody
from mailflow_gui.qt.forms.surroundings import Surroundings
from mailflow_gui.qt.mapper import edits, looks
from mailflow_gui.qt.mapper.steps import LiveSteps
from mailflow_gui.qt.mapper.trying import Outcome
from mailflow_gui.qt.mapper.value_line import ValueLine
from mailflow_gui.qt.mapper.values import Run, Shown, spaced
from mailflow_gui.qt.theme import theme


class Details(QWidget):
    """Edits one rule; each edit leaves as a signal."""

    edited = Signal(object)
    """The rule as a person made it, a dict."""
    duplicate_wanted = Signal()
    delete_wanted = Signal()

    def __init__(self, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        surface(self)
        self.setMinimumWidth(248)
        self._around = around
        self.title = ElidedLabel("", "body", weight=600)
        self.copy = Button("", "copy", "ghost", compact=True, name=_("Duplicate this mapping"))
        self.delete = Button("", "trash-2", "ghost", compact=True, name=_("Remove this mapping"))
        self.copy.clicked.connect(self.duplicate_wanted)
        self.delete.clicked.connect(self.delete_wanted)
        self._head = QWidget()
        self._head.setFixedHeight(48)
        row = QHBoxLayout(self._head)
        row.setContentsMargins(16, 0, 12, 0)
        row.setSpacing(4)
        row.addWidget(self.title, 1)
        row.addWidget(self.copy)
        row.addWidget(self.delete)
        self.steps = LiveSteps()
        self.body = RuleBody(around, self.steps)
        self.body.edited.connect(lambda: self.edited.emit(self.body.raw()))
        self.input = ValueLine()
        self.amount = Label("", "caption", "hint")
        self.holds = StateText("circle-check", "", "ok")
        self.complaint = Complaint()
        self.result = Result()
        self._lay_out()
        self.show_nothing("")

    def _lay_out(self) -> None:
        entrance = _Bar()
        bar = QHBoxLayout(entrance)
        bar.setContentsMargins(8, 0, 8, 0)
        bar.setSpacing(8)
        bar.addWidget(Label(_("Input"), "small", "secondary"))
        bar.addWidget(self.input, 1)
        bar.addWidget(self.amount)
        self._entrance = entrance
        steps_layout = self.steps.layout()
        assert isinstance(steps_layout, QVBoxLayout)
        steps_layout.insertWidget(0, entrance)
        steps_layout.setSpacing(8)
        condition_layout = self.body.condition.layout()
        assert isinstance(condition_layout, QVBoxLayout)
        condition_layout.addWidget(self.holds)
        inside = QWidget()
        surface(inside)
        column = QVBoxLayout(inside)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(12)
        column.addWidget(self.complaint)
        column.addWidget(self.body)
        line = QFrame()
        line.setFrameShape(QFrame.Shape.HLine)
        line.setFixedHeight(1)
        column.addWidget(line)
        column.addWidget(SectionHead(_("Result")))
        column.addWidget(self.result)
        column.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(inside)
        self._nothing = Label("", "small", "hint", wrap=True)
        self._nothing.setContentsMargins(24, 48, 24, 0)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._head)
        layout.addWidget(self.area, 1)
        layout.addWidget(self._nothing, 1)

    # ---- what it shows

    def show_nothing(self, words: str) -> None:
        """No rule is chosen."""
        self._head.hide()
        self.area.hide()
        self._nothing.setText(words)
        self._nothing.show()

    def show_rule(self, rule: Any) -> None:
        """Show a rule, or what became of the one that is shown."""
        self._nothing.hide()
        self._head.show()
        self.area.show()
        target = catalogue.target_title(edits.target_of(rule)) or _("no target yet")
        self.title.setText(f"{looks.names(rule)} → {target}")
        self.body.set_raw(rule)
        self.body.ensure_shown()

    def show_outcome(self, outcome: Outcome, *, has_sample: bool) -> None:
        """Show what the rule does with the sample."""
        entrance = outcome.trace[0] if outcome.trace else None
        # While something half typed can't be read, the line stays: what is typed must not jump.
        self._entrance.setVisible(isinstance(entrance, Shown) or (has_sample and not outcome.readable))
        if not isinstance(entrance, Shown):
            self.input.show_runs((Run("–", "hint"),))
            self.amount.setText("")
        else:
            blank: tuple[Run, ...] = (Run(_("nothing") if entrance.absent else _("empty"), "hint"),)
            self.input.show_runs(spaced(entrance.line, "same") if not entrance.blank else blank, entrance.text)
            self.amount.setText(entrance.about)
        self.steps.show_outcome(outcome)
        self.holds.setVisible(outcome.holds is not None)
        if outcome.holds is not None:
            self.holds.set_state(
                "circle-check" if outcome.holds else "circle-dashed",
                _("True for this sample") if outcome.holds else _("Not true for this sample"),
                "ok" if outcome.holds else "text-3",
            )
        # What failed in a step or in the condition is told there.
        told = outcome.in_condition or any(isinstance(entry, str) for entry in outcome.trace[1:])
        self.body.condition.say_failure(outcome.error if outcome.in_condition else "")
        self.complaint.say("" if told else outcome.error)
        self.result.show_outcome(outcome, has_sample=has_sample)

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """Mark what is wrong, each at its place."""
        self.body.show_problems(problems)

    def focus_path(self, path: str) -> bool:
        """Give the keys to the editor of a path in the rule."""
        found = self.body.focus_path(path)
        QTimer.singleShot(0, self._reveal)
        return found

    def focus_step(self, place: int) -> None:
        """Light a step, and give the keys to its first field."""
        self.steps.focus_step(place)
        QTimer.singleShot(0, self._reveal)

    def _reveal(self) -> None:
        widget = self.focusWidget()
        if widget is not None and self.area.isAncestorOf(widget):
            self.area.ensureWidgetVisible(widget, 0, 48)


class Result(Card):
    """What the target gets."""

    def __init__(self) -> None:
        super().__init__()
        self.text = Label("", "small", weight=500, wrap=True)
        self.about = Label("", "caption", "hint", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(2)
        column.addWidget(self.text)
        column.addWidget(self.about)

    def show_outcome(self, outcome: Outcome, *, has_sample: bool) -> None:
        """Show what came of it."""
        result = outcome.result
        about = result.about
        if not has_sample:
            words, about = "–", _("Choose a sample to see the result.")
        elif outcome.error:
            words, about = "–", _("This message would fail here.")
        elif not outcome.readable:
            words, about = "–", _("The mapping isn't complete yet.")
        elif not outcome.mapped:
            words, about = "–", _("The target stays unmapped for this sample.")
        elif result.blank:
            words, about = _("empty"), ""
        else:
            words = result.text
        self.text.setText(words)
        self.about.setText(about)
        self.about.setVisible(bool(about))


class _Bar(QWidget):
    """The framed line above the steps."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(28)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.color("border"))
        painter.setBrush(theme.color("surface-alt"))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 6, 6)
