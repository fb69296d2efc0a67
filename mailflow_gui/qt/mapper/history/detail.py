"""What became of the message in hand: each changed target side by side, or why it fails and where to mend it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from mailflow_gui.language import _, ngettext
from mailflow_gui.qt.controls import Button, ElidedLabel, EmptyState, IconLabel, Label
from mailflow_gui.qt.forms.body import surface
from mailflow_gui.qt.forms.rules import catalogue
from mailflow_gui.qt.inspector import plain, states
from mailflow_gui.qt.mapper.history.nothing import Nothing
from mailflow_gui.qt.mapper.history.sides import ChangeRow, Heads
from mailflow_gui.qt.mapper.history.work import TriedMail

_HEAD = 44


class HistoryDetail(QWidget):
    """Shows one message; what a person wants done with it leaves as signals."""

    sample_wanted = Signal()
    """The message is to be the sample."""
    rule_wanted = Signal(int)
    """A rule is to be shown: its index."""
    target_wanted = Signal(str)
    """The rule of a target is to be shown."""

    def __init__(self, has_rule: Callable[[str], bool], parent: QWidget | None = None) -> None:
        """:param has_rule: whether a rule fills a target now."""
        super().__init__(parent)
        surface(self)
        self._has_rule = has_rule
        self._rule = -1
        self._rows: list[ChangeRow] = []
        self._subject = ElidedLabel("", "body", weight=600)
        self._about = ElidedLabel("", "small", "text-2")
        self.use = Button(_("Use as sample"), "mail-open", compact=True)
        self.use.clicked.connect(self.sample_wanted)
        self.error = Label("", "small", "danger", wrap=True)
        self.error_button = Button(_("Show mapping"), compact=True)
        self.error_button.clicked.connect(lambda: self.rule_wanted.emit(self._rule))
        self.remark = Label("", "small", "text-2", wrap=True)
        self._error_line = _line("circle-alert", "danger", self.error)
        self._remark_line = _line("lightbulb", "text-3", self.remark)
        self._heads = Heads()
        self.nothing: EmptyState | None = None
        self._lay_out()
        self.show_nothing(None)

    def _lay_out(self) -> None:
        self._head = QWidget()
        self._head.setFixedHeight(_HEAD)
        row = QHBoxLayout(self._head)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(12)
        row.addWidget(self._subject, 3)
        row.addWidget(self._about, 2)
        row.addWidget(self.use)
        inside = QWidget()
        surface(inside)
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(16, 4, 16, 16)
        self._column.setSpacing(10)
        self._column.addWidget(self._error_line)
        self._column.addWidget(self.error_button, 0, Qt.AlignmentFlag.AlignLeft)
        self._column.addWidget(self._remark_line)
        self._column.addWidget(self._heads)
        self._column.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setWidget(inside)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addWidget(self._head)
        self._layout.addWidget(self.area, 1)

    @property
    def changes(self) -> list[ChangeRow]:
        """The changed targets that are shown."""
        return [row for row in self._rows if not row.isHidden()] if not self._head.isHidden() else []

    def show_nothing(self, said: Nothing | None) -> None:
        """No message is in hand: what is to be said then."""
        self._head.hide()
        self.area.hide()
        if self.nothing is not None:
            self.nothing.hide()
            self._layout.removeWidget(self.nothing)
            self.nothing.deleteLater()
        self.nothing = None
        if said is not None:
            self.nothing = EmptyState(said.icon, said.title, said.text)
            self._layout.addWidget(self.nothing, 1)

    def show_mail(self, row: TriedMail) -> None:
        """Show what became of a message."""
        if self.nothing is not None:
            self.show_nothing(None)
        self._subject.setText(plain.one_line(row.subject) or _("(no subject)"))
        self._about.setText(f"{plain.one_line(row.sender, 120)} · {states.full_time(row.received)}")
        self._rule = row.rule
        self.error.setText(row.error)
        self._error_line.setVisible(bool(row.error))
        self.error_button.setVisible(row.rule >= 0)
        title = catalogue.target_title(row.target)
        self.error_button.setAccessibleName(_("Show the mapping of {target}").format(target=title))
        remarks = " ".join(_remarks(row))
        self.remark.setText(remarks)
        self._remark_line.setVisible(bool(remarks))
        self._heads.setVisible(bool(row.changes))
        while len(self._rows) < len(row.changes):
            self._rows.append(self._made_row())
        for place, shown in enumerate(self._rows):
            if place < len(row.changes):
                change = row.changes[place]
                shown.show_change(change, has_rule=self._has_rule(change.target))
            shown.setVisible(place < len(row.changes))
        self.area.verticalScrollBar().setValue(0)
        self._head.show()
        self.area.show()

    def _made_row(self) -> ChangeRow:
        made = ChangeRow()
        made.rule_wanted.connect(self.target_wanted)
        self._column.insertWidget(self._column.count() - 1, made)
        return made


def _remarks(row: TriedMail) -> list[str]:
    found: list[str] = []
    before, after = row.came
    if not after and row.error:
        found.append(_("It fails at an earlier step, so it doesn't come to this one any more."))
    elif not after:
        found.append(_("This message doesn't come to this step any more: an earlier step lets it out elsewhere."))
    elif not before:
        found.append(_("Before, this message didn't come to this step."))
    if row.error_before and row.error_before == row.error:
        found.append(_("It failed in the same way before."))
    elif row.error_before:
        found.append(_("Before, it failed: {problem}").format(problem=row.error_before))
    elif row.outcome == "failing" and before and after:
        found.append(_("Before, it didn't fail."))
    if row.outcome == "same":
        words = ngettext(
            "All comes out as before: {count} field.", "All comes out as before: {count} fields.", row.targets
        )
        found.append(words.format(count=row.targets))
    return found


def _line(icon: str, token: str, label: Label) -> QWidget:
    made = QWidget()
    line = QHBoxLayout(made)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(8)
    line.addWidget(IconLabel(icon, token, 14), 0, Qt.AlignmentFlag.AlignTop)
    line.addWidget(label, 1)
    return made
