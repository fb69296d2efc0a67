"""The bar above the editor: the way back, undo, what concerns all mappings, the sample, and Done."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QSizePolicy, QWidget

from mailflow_gui.language import _, ngettext
from mailflow_gui.qt.controls import Button, Chip, ElidedLabel, IconLabel, Label
from mailflow_gui.qt.inspector import plain
from mailflow_gui.qt.mapper.sample_box import SampleBox
from mailflow_gui.qt.mapper.worded import Worded, WordedButtons
from mailflow_gui.qt.theme import theme

_ROOM_FOR_NAMES = 900
_LEAST, _SAMPLE, _NAME = 480, 240, 160
"""Widths: the bar's at least; what the sample and a name are left before buttons lose their words."""


class TopBar(QWidget):
    """Shows what it is told and passes on what is clicked."""

    problems_wanted = Signal()

    def __init__(self, steps: QMenu, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(theme.size("toolbar"))
        self.back = Button("", "arrow-left", "ghost", name=_("Back to the flow"))
        self.flow = ElidedLabel("", "body", "text-2")
        self.node = ElidedLabel("", "title")
        for label in (self.flow, self.node):
            label.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.undo = Button("", "undo-2", "ghost", name=_("Undo"))
        self.redo = Button("", "redo-2", "ghost", name=_("Redo"))
        self.by_name = Button(_("Map by name"), "wand-sparkles")
        self.by_example = Button(_("By example…"), "lightbulb")
        self.history = Button(_("Try on history…"), "flask-conical")
        self.add = Button(_("Add transformation"), "plus")
        self.add.setMenu(steps)
        self._steps = steps
        self._worded = WordedButtons(
            (
                Worded(self.by_name, "wand-sparkles"),
                Worded(self.add, "plus"),
                Worded(self.by_example, "lightbulb", _("Type the mail that you want; the rules are proposed")),
                Worded(self.history, "flask-conical", _("What these mappings do with messages received before")),
            ),
            self,
        )
        self.samples = SampleBox()
        self.earlier = Button("", "chevron-up", "ghost", name=_("Previous sample"))
        self.later = Button("", "chevron-down", "ghost", name=_("Next sample"))
        self.problems = _Problems()
        self.problems.clicked.connect(self.problems_wanted)
        self.done = Button(_("Done"), kind="primary")
        self._sample_label = Label(_("Sample"), "small", "text-2")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 20, 0)
        row.setSpacing(8)
        row.addWidget(self.back)
        row.addWidget(self.flow)
        self._arrow = IconLabel("chevron-right", "text-3", 14)
        row.addWidget(self._arrow)
        row.addWidget(self.node)
        acts = (self.by_name, self.by_example, self.add, self.history)
        for widget in (_rule(), self.undo, self.redo, _rule(), *acts):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self._sample_label)
        row.addWidget(self.samples, 4)
        pair = QHBoxLayout()
        pair.setSpacing(0)
        pair.addWidget(self.earlier)
        pair.addWidget(self.later)
        row.addLayout(pair)
        row.addWidget(_rule())
        row.addWidget(self.problems)
        row.addWidget(self.done)
        self.problems.hide()

    def show_names(self, flow: str, node: str) -> None:
        """Where this is."""
        self.flow.setText(plain.one_line(flow, 80))
        self.node.setText(plain.one_line(node, 80))
        self._fit()

    def show_problems(self, errors: int, warnings: int) -> None:
        """How many problems there are."""
        self.problems.setVisible(errors + warnings > 0)
        words = []
        if errors:
            words.append(ngettext("{count} error", "{count} errors", errors).format(count=errors))
        if warnings:
            words.append(ngettext("{count} warning", "{count} warnings", warnings).format(count=warnings))
        self.problems.set_text(", ".join(words))
        self.problems.set_kind("danger" if errors else "warn", "circle-alert" if errors else "triangle-alert")
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for widget in (self.flow, self._arrow, self._sample_label):
            widget.setVisible(self.width() >= _ROOM_FOR_NAMES)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """It gives way: the words of its buttons go where there is no room for them."""
        return QSize(_LEAST, self.height())

    def _fit(self) -> None:
        """The sample is worth more than words on buttons."""
        row = self.layout()
        if not isinstance(row, QHBoxLayout):
            return
        margins, acts = row.contentsMargins(), {self.by_name, self.by_example, self.add, self.history}
        room = self.width() - margins.left() - margins.right() + row.spacing()
        for place in range(row.count()):
            item = row.itemAt(place)
            if item is None:
                continue
            widget = item.widget()
            if widget in acts or (widget is not None and widget.isHidden()) or item.spacerItem() is not None:
                continue
            least = _SAMPLE if widget is self.samples else item.sizeHint().width()
            room -= row.spacing() + (min(_NAME, least) if isinstance(widget, ElidedLabel) else least)
        self._worded.fit(room - row.spacing(), row.spacing())


class _Problems(Chip):
    """How many problems; a click shows the first."""

    clicked = Signal()

    def __init__(self) -> None:
        super().__init__("", "warn", "triangle-alert", large=True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self.clicked.emit()


def _rule() -> QFrame:
    rule = QFrame()
    rule.setFrameShape(QFrame.Shape.VLine)
    rule.setFixedSize(1, 24)
    return rule
