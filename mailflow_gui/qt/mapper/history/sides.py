"""One changed target: what came out before and what comes out now, side by side, with the parts that differ marked."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QResizeEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QTextEdit, QVBoxLayout, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.controls import Button, IconLabel, Label
from mailflow_gui.qt.forms.rules import catalogue
from mailflow_gui.qt.inspector import plain
from mailflow_gui.qt.mapper.history.changes import Change, Part
from mailflow_gui.qt.mapper.history.marks import marked
from mailflow_gui.qt.mapper.values import Run
from mailflow_gui.qt.theme import theme

_LABEL, _ARROW = 136, 14
"""The widths of the names beside the texts, and of what stands between them."""
_HIGHEST = 220
_INKS = {"removed": ("danger", "danger-soft"), "added": ("ok", "ok-soft")}


class Side(QTextEdit):
    """A text with marks: what went is struck through, what came is bold; to read and to copy. As high as it needs to be, to a limit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self.setFont(theme.font("small"))
        self.document().setDocumentMargin(2)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._runs: tuple[Run, ...] = ()
        self._hint = ""
        theme.changed.connect(self._write)

    @property
    def runs(self) -> tuple[Run, ...]:
        """What is shown."""
        return self._runs

    def show_runs(self, runs: Sequence[Run], hint: str = "") -> None:
        """Show a text; ``hint`` where there is none."""
        self._runs, self._hint = tuple(runs), hint
        self._write()

    def _write(self) -> None:
        self.clear()
        cursor = QTextCursor(self.document())
        for run in self._runs:
            cursor.insertText(plain.breakable(_seen(run)), _format(run.look))
        if not self._runs:
            form = QTextCharFormat()
            form.setForeground(theme.color("text-3"))
            cursor.insertText(self._hint, form)
        self.moveCursor(QTextCursor.MoveOperation.Start)
        self._fit()

    def _fit(self) -> None:
        self.document().setTextWidth(max(20, self.viewport().width()))
        wanted = min(_HIGHEST, round(self.document().size().height()) + 12)
        if wanted != self.height():
            self.setFixedHeight(wanted)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            event.ignore()  # the dialog's
        else:
            super().keyPressEvent(event)

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())


def _format(look: str) -> QTextCharFormat:
    form = QTextCharFormat()
    ink, ground = _INKS.get(look, ("text", ""))
    form.setForeground(theme.color(ink))
    form.setBackground(theme.color(ground) if ground else QColor(Qt.GlobalColor.transparent))
    form.setFontStrikeOut(look == "removed")
    form.setFontWeight(QFont.Weight.DemiBold if look == "added" else QFont.Weight.Normal)
    return form


def _seen(run: Run) -> str:
    """Line breaks that went or came are seen, too."""
    return run.text if run.look == "same" else run.text.replace("\n", "↵\n")


class ChangeRow(QWidget):
    """A target's name, the way to its rule, and both sides. One row shows many changes in turn: making one takes longer than filling it."""

    rule_wanted = Signal(str)
    """The target whose rule a person wants to see."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.change: Change | None = None
        self.before, self.after = Side(), Side()
        self._title = Label("", "small", weight=500, wrap=True)
        self._title.setFixedWidth(_LABEL)
        self._note = Label("", "caption", "text-2", wrap=True)
        self.show_rule = Button(_("Show mapping"), kind="link")
        self.show_rule.setFont(theme.font("small", 500))
        self.show_rule.clicked.connect(self._want_rule)
        names = QVBoxLayout()
        names.setContentsMargins(0, 6, 0, 0)
        names.setSpacing(2)
        names.addWidget(self._title)
        names.addWidget(self.show_rule, 0, Qt.AlignmentFlag.AlignLeft)
        names.addStretch(1)
        grid = _columns(self)
        grid.addLayout(names, 0, 0)
        grid.addWidget(self.before, 0, 1, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(IconLabel("arrow-right", "text-3", _ARROW), 0, 2)
        grid.addWidget(self.after, 0, 3, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._note, 1, 1, 1, 3)

    def show_change(self, change: Change, *, has_rule: bool) -> None:
        """Show this; ``has_rule``: a mapping fills the target now."""
        self.change = change
        title = plain.one_line(catalogue.target_title(change.target), 60)
        self._title.setText(title)
        self.before.setAccessibleName(_("{target} before").format(target=title))
        self.after.setAccessibleName(_("{target} after").format(target=title))
        self.show_rule.setAccessibleName(_("Show the mapping of {target}").format(target=title))
        self.show_rule.setVisible(has_rule)
        self._note.setText(change.note)
        self._note.setVisible(bool(change.note))
        gone, come = marked(change.before.text, change.after.text)
        self.before.show_runs(gone, _hint(change.before))
        self.after.show_runs(come, _hint(change.after))

    def _want_rule(self) -> None:
        if self.change is not None:
            self.rule_wanted.emit(self.change.target)


class Heads(QWidget):
    """The words above both sides."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        grid = _columns(self)
        for column, width in ((0, _LABEL), (2, _ARROW)):
            room = QWidget()
            room.setFixedWidth(width)
            grid.addWidget(room, 0, column)
        grid.addWidget(Label(_("Before"), "caption", "text-3"), 0, 1)
        grid.addWidget(Label(_("After"), "caption", "text-3"), 0, 3)


def _columns(widget: QWidget) -> QGridLayout:
    """A name, one side, an arrow, the other side: alike in all rows."""
    grid = QGridLayout(widget)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(4)
    for column in (1, 3):
        grid.setColumnStretch(column, 1)
    return grid


def _hint(part: Part) -> str:
    return _("empty") if part.mapped else _("not mapped")
