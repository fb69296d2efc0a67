"""A list of choices beneath a text that is being typed. It never takes the keys from the text, and waits while an input method composes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QHideEvent, QInputMethodEvent, QKeyEvent, QTextCursor
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
)

from mailflow_gui.language import _
from mailflow_gui.mapping.templates.completion import Choice, Completion
from mailflow_gui.qt.forms.boxes import Paragraph
from mailflow_gui.qt.forms.choice_rows import CHOICE, ROW, ChoiceRows
from mailflow_gui.qt.forms.labels import Label
from mailflow_gui.qt.forms.text_places import place, units
from mailflow_gui.qt.theme import theme

_WIDTH, _MOST = 380, 8
_STEPS: Mapping[int, int] = {
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_PageUp: -_MOST,
    Qt.Key.Key_PageDown: _MOST,
}


class CompletedText(Paragraph):
    """A text with a list of choices, which sees keys and input methods first."""

    left = Signal()
    """The keys went elsewhere."""

    def __init__(
        self,
        least: int,
        most: int,
        placeholder: str,
        ask: Callable[[str, int], Completion | None],
        hint: Callable[[str, int], str] = lambda _text, _at: "",
    ) -> None:
        """As :class:`Paragraph`, and as :class:`Completer`."""
        super().__init__(least, most, placeholder)
        self.completer = Completer(self, ask, hint)

    def event(self, event: QEvent) -> bool:
        # Here and not in keyPressEvent: Tab never comes that far.
        if isinstance(event, QKeyEvent):
            escapes = event.key() == Qt.Key.Key_Escape and self.completer.isVisible()
            is_taken = event.type() == QEvent.Type.KeyPress and self.completer.takes(event)
            if is_taken or (event.type() == QEvent.Type.ShortcutOverride and escapes):
                event.accept()
                return True
        return super().event(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self.completer.compose(is_composing=bool(event.preeditString()))
        super().inputMethodEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.completer.hide()
        self.left.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.completer.hide()


class Completer(QFrame):
    """The list, and the explanation of the choice that is lit. It lies in the window of the text, over everything else.

    :param ask: what to offer for a text with the cursor at a place.
    :param hint: what to explain where nothing is offered: the parameters of a filter; empty for nothing.
    """

    def __init__(
        self, box: CompletedText, ask: Callable[[str, int], Completion | None], hint: Callable[[str, int], str]
    ) -> None:
        super().__init__(box)
        self._box, self._ask, self._hint = box, ask, hint
        self._completion: Completion | None = None
        self._is_composing = self._is_taking = False
        self._stood = QPoint()
        self._following = QTimer(self)
        self._following.setInterval(60)
        self._following.timeout.connect(self._follow)
        self.setObjectName("completer")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list = QListWidget()
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setAccessibleName(_("Suggestions"))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setItemDelegate(ChoiceRows(self.list))
        self.list.itemClicked.connect(lambda _item: self.take())
        self.list.itemEntered.connect(self.list.setCurrentItem)
        self.list.currentRowChanged.connect(lambda _row: self._explain())
        self.about = Label("", "caption", "secondary", weight=400, wrap=True)
        self.about.setContentsMargins(10, 6, 10, 6)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        layout.addWidget(self.list)
        layout.addWidget(self.about)
        self.hide()
        box.destroyed.connect(self.deleteLater)  # once shown, it lives in the window
        box.textChanged.connect(self._typed)
        box.cursorPositionChanged.connect(self._moved)
        theme.changed.connect(self.paint_anew)
        self.paint_anew()

    def paint_anew(self) -> None:
        """The theme is another one."""
        surface, edge = theme.color("surface").name(), theme.color("border-control").name()
        self.setStyleSheet(
            f"QFrame#completer {{ background: {surface}; border: 1px solid {edge}; border-radius: 6px; }}"
            f"QFrame#completer QListWidget {{ background: {surface}; border: none; border-radius: 6px; }}"
        )

    # ---- when it shows

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What is offered now."""
        return self._completion.choices if self._completion is not None and self.isVisible() else ()

    def _typed(self) -> None:
        if self._box.hasFocus() and not self._is_composing and not self._is_taking:
            self.offer()

    def _moved(self) -> None:
        """The cursor went elsewhere without anything being typed."""
        if not self.isVisible() or self._is_taking:
            return
        _text, at = self._text_and_place()
        if self._completion is None or not self._completion.start <= at <= self._completion.end:
            self.offer()

    def offer(self, *, asked: bool = False, taken: bool = False) -> None:
        """Show what fits where the cursor is.

        :param asked: a person wants to see it, whatever stands there. :param taken: a choice has just been written.
        """
        text, at = self._text_and_place()
        found = self._ask(text, at)
        if found is not None and not (asked or found.fresh or (found.end > found.start and not taken)):
            found = None
        self._completion = found
        self.list.clear()
        for one in found.choices if found is not None else ():
            item = QListWidgetItem(one.name, self.list)
            item.setData(CHOICE, one)
            item.setToolTip("")
        self.list.setVisible(found is not None)
        if found is not None:
            self.list.setCurrentRow(0)
        else:
            self.about.setText(self._hint(text, at))
        if found is None and not self.about.text():
            self.hide()
            return
        self._place()

    def _text_and_place(self) -> tuple[str, int]:
        text = self._box.toPlainText()
        return text, place(text, self._box.textCursor().position())

    def _explain(self) -> None:
        item = self.list.currentItem()
        choice: Choice | None = item.data(CHOICE) if item is not None else None
        if choice is None:
            return
        words = [choice.about if choice.kind != "field" else "", _(choice.meaning) if choice.meaning else ""]
        if choice.kind == "field":
            words = [" · ".join(part for part in (choice.about, choice.value) if part)]
        self.about.setText("\n".join(word for word in words if word))
        self.about.setVisible(bool(self.about.text()))

    def _place(self) -> None:
        """Beneath the line of the cursor, or above it where there is no room; always inside the window."""
        window = self._box.window()
        if self.parentWidget() is not window:
            self.setParent(window)
        rows = min(_MOST, self.list.count())
        self.list.setFixedHeight(rows * ROW)
        wide = min(_WIDTH, window.width() - 16)
        self.about.setVisible(bool(self.about.text()))
        # As high as the longest explanation, so that the list stays where it is while one goes through it.
        room = self._highest(wide - 2) if rows else self.about.heightForWidth(wide - 2)
        self.about.setFixedHeight(max(room, 20) if self.about.text() or rows else 0)
        high = rows * ROW + (self.about.height() if self.about.isVisibleTo(self) else 0) + 2
        line = self._box.cursorRect()
        below = self._box.viewport().mapTo(window, line.bottomLeft() + QPoint(-28, 4))
        top = below.y()
        if top + high > window.height() - 8:
            top = max(8, self._box.viewport().mapTo(window, line.topLeft()).y() - high - 4)
        self.setGeometry(max(8, min(below.x(), window.width() - wide - 8)), top, wide, high)
        self.show()
        self.raise_()
        self._stood = self._standing()
        self._following.start()

    def _standing(self) -> QPoint:
        return self._box.mapTo(self._box.window(), self._box.cursorRect().topLeft())

    def _follow(self) -> None:
        """The text may be scrolled, or pushed aside by what is said of it: the list goes along while the line is in sight."""
        if not self.isVisible():
            self._following.stop()
        elif self._standing() != self._stood:
            if self._box.visibleRegion().intersects(self._box.viewport().geometry()):
                self._place()
            else:
                self.hide()

    def _highest(self, wide: int) -> int:
        metrics = QFontMetrics(self.about.font())
        lines = 1
        for one in self.choices_known():
            texts = [one.about, _(one.meaning) if one.meaning else ""] if one.kind != "field" else [one.about]
            lines = max(lines, sum(-(-metrics.horizontalAdvance(text) // max(1, wide - 24)) for text in texts if text))
        return min(lines, 4) * metrics.lineSpacing() + 14

    def choices_known(self) -> tuple[Choice, ...]:
        """What is offered, whether it is in sight or not."""
        return self._completion.choices if self._completion is not None else ()

    # ---- keys and mouse

    def compose(self, *, is_composing: bool) -> None:
        """An input method begins to compose, or has finished."""
        self._is_composing = is_composing
        if is_composing:
            self.hide()

    def takes(self, event: QKeyEvent) -> bool:
        """Whether a key is meant for the list; then it has been obeyed."""
        if event.key() == Qt.Key.Key_Space and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.offer(asked=True)
            return True
        if self.isVisible() and event.key() == Qt.Key.Key_Escape:
            self.hide()
            return True
        if not self.choices or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
            self.take()
            return True
        by = _STEPS.get(event.key(), 0)
        if by:
            self._go(by)
        return bool(by)

    def _go(self, by: int) -> None:
        """Light another choice; a single step goes round at the ends."""
        last, now = self.list.count() - 1, self.list.currentRow()
        round_trip = abs(by) == 1 and not 0 <= now + by <= last
        self.list.setCurrentRow((last if by < 0 else 0) if round_trip else max(0, min(last, now + by)))

    def take(self) -> None:
        """Write the choice that is lit."""
        item, found = self.list.currentItem(), self._completion
        if item is None or found is None:
            return
        choice: Choice = item.data(CHOICE)
        text = self._box.toPlainText()
        after, at = found.applied(text, choice)
        tail = len(text) - found.end
        cursor = self._box.textCursor()
        cursor.setPosition(units(text, found.start))
        cursor.setPosition(units(text, found.end), QTextCursor.MoveMode.KeepAnchor)
        self.hide()
        self._is_taking = True
        try:
            cursor.insertText(after[found.start : len(after) - tail])
            cursor.setPosition(units(after, at))
            self._box.setTextCursor(cursor)
        finally:
            self._is_taking = False
        self.offer(taken=True)
