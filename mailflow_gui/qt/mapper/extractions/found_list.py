"""Fields with their values in a card: what an extraction finds in the sample, or why it finds nothing."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from mailflow_gui.language import _, ngettext
from mailflow_gui.qt.controls import Card, ElidedLabel, IconLabel, set_tool_tip
from mailflow_gui.qt.forms.labels import Complaint, Label
from mailflow_gui.qt.forms.rules.parts import emptied
from mailflow_gui.qt.mapper.extractions.finding import Found, FoundField
from mailflow_gui.qt.mapper.value_line import ValueLine
from mailflow_gui.qt.mapper.values import Run, Shown, spaced

_MOST = 40
_TITLE = 128


class FoundList(Card):
    """What is found."""

    def __init__(self) -> None:
        super().__init__()
        self._found: Found | None = None
        self.rows: list[FoundRow] = []
        self.error = Complaint()
        self.why = Label("", "small", "hint", wrap=True)
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(0)
        self._more = Label("", "caption", "hint", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(4)
        column.addWidget(self.error)
        column.addWidget(self.why)
        column.addLayout(self._list)
        column.addWidget(self._more)

    def show_found(self, found: Found) -> None:
        """Show what was found; nothing flickers where nothing has changed."""
        if found == self._found:
            return
        self._found = found
        self.error.say(found.error)
        why = found.why if found.is_readable else _("This extraction isn't complete yet.")
        self.why.setText("" if found.error else why)
        self.why.setVisible(bool(self.why.text()))
        emptied(self._list)
        self.rows = [FoundRow(one) for one in found.fields[:_MOST]] if not found.error else []
        for row in self.rows:
            self._list.addWidget(row)
        more = found.more + max(0, len(found.fields) - _MOST)
        self._more.setText(ngettext("… and {count} more", "… and {count} more", more).format(count=more))
        self._more.setVisible(more > 0 and bool(self.rows))


class FoundRow(QWidget):
    """A field and its value."""

    def __init__(self, field: FoundField) -> None:
        super().__init__()
        self.field = field
        self.setFixedHeight(24)
        title = ElidedLabel(field.title, "small", weight=500)
        title.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        title.setFixedWidth(_TITLE)
        self.value = ValueLine()
        show_value(self.value, field.value)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(IconLabel(field.icon, "text-3", 14))
        row.addWidget(title)
        row.addWidget(self.value, 1)
        if field.is_taken:
            mark = IconLabel("triangle-alert", "warn", 14)
            set_tool_tip(mark, _("An extraction above finds a field of this name, too: that one's value counts."))
            row.addWidget(mark)


def show_value(line: ValueLine, value: Shown | None) -> None:
    """Show a value on a line."""
    if value is None:
        line.show_runs((Run(_("not in this sample"), "hint"),))
    elif value.blank:
        line.show_runs((Run(_("empty"), "hint"),))
    else:
        line.show_runs(spaced(value.line, "same"), value.text)
