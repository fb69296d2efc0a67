"""The boxes that forms are made of: numbers with a unit inside, lists to choose from, texts that grow."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent, QValidator, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from mailflow_gui.language import _
from mailflow_gui.qt.forms.labels import Label
from mailflow_gui.qt.theme import theme

_ARROWS = 24
"""Width of a number box's arrows."""


def narrow(widget: QWidget) -> None:
    """Let a widget be as narrow as the dock, and 28 high as everything in docks."""
    widget.setMinimumWidth(40)
    widget.setProperty("compact", True)
    widget.setFixedHeight(theme.size("control-compact"))
    widget.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    widget.setFont(theme.font("small"))


class Line(QLineEdit):
    """One line of text."""

    def __init__(self, placeholder: str = "") -> None:
        super().__init__()
        narrow(self)
        self.setPlaceholderText(placeholder)


class Choice(QComboBox):
    """A list to choose one of; the wheel scrolls the form, unless the list has the keys."""

    def __init__(self, choices: Sequence[tuple[Any, str]] = ()) -> None:
        super().__init__()
        narrow(self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(4)
        for value, title in choices:
            self.addItem(title, value)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def choose(self, value: Any) -> bool:
        """Show ``value``; False (and nothing shown) if it is none of the choices."""
        index = next((place for place in range(self.count()) if self.itemData(place) == value), -1)
        self.setCurrentIndex(index)
        return index >= 0


class NameBox(Choice):
    """A name: one of those that are known, by their titles, or another that is typed."""

    named = Signal(str)

    def __init__(self, names: Sequence[tuple[str, str]], placeholder: str) -> None:
        super().__init__(names)
        self.line = QLineEdit()
        self._names = {title.casefold(): name for name, title in reversed(names)}
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setLineEdit(self.line)
        self.line.setPlaceholderText(placeholder)
        self.line.setFont(theme.font("small"))
        self.line.textEdited.connect(self._typed)
        self.activated.connect(lambda index: self.named.emit(self.itemData(index)))

    def show_name(self, name: str) -> None:
        """Show a name, by its title if it has one; what a person is typing stays."""
        if self.line.hasFocus() and self._meant(self.currentText()) == name:
            return
        if not self.choose(name):
            self.setEditText(name)
        self.line.setCursorPosition(0)

    def _meant(self, text: str) -> str:
        return self._names.get(text.strip().casefold(), text.strip())

    def _typed(self, text: str) -> None:
        self.named.emit(self._meant(text))


class Number(QAbstractSpinBox):
    """A number, or nothing: an empty box means the default. It takes any number; whether it fits is for the checks to say."""

    changed = Signal()
    unit_chosen = Signal(object)

    def __init__(
        self,
        *,
        whole: bool = True,
        minimum: float | None = None,
        maximum: float | None = None,
        unit: str = "",
        units: Sequence[tuple[Any, str]] = (),
    ) -> None:
        super().__init__()
        narrow(self)
        self._whole, self._minimum, self._maximum = whole, minimum, maximum
        self._allowed = re.compile(r"-?[0-9]{0,15}" if whole else r"-?[0-9]{0,15}[.]?[0-9]{0,9}")
        self._unit: QWidget | None = Label(unit, "small", "hint", parent=self) if unit else None
        self._units = dict(units)
        if units:
            self._unit = button = QToolButton(self)
            button.setObjectName("unit")
            button.setFont(theme.font("small"))
            button.setAutoRaise(True)
            button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
            button.setAccessibleName(_("Unit"))
            button.setStyleSheet(
                "QToolButton::menu-indicator { image: none; width: 0; } QToolButton { padding: 0 2px; }"
            )
            menu = QMenu(button)
            for value, title in units:
                menu.addAction(title).triggered.connect(lambda _checked=False, value=value: self._choose(value))
            button.setMenu(menu)
        self.lineEdit().textEdited.connect(lambda _text: self.changed.emit())
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def value(self) -> int | float | None:
        """The number; None where nothing, or no number yet, is typed."""
        try:
            number = float(self.lineEdit().text())
        except ValueError:
            return None
        return int(self.lineEdit().text()) if number.is_integer() and "." not in self.lineEdit().text() else number

    def show_text(self, text: str) -> None:
        """Show a number, or what stands there in its place."""
        if self.lineEdit().text() != text:
            self.lineEdit().setText(text)

    def choose_unit(self, value: Any) -> None:
        """Show a unit; one that isn't known is shown as it is."""
        if isinstance(self._unit, QToolButton):
            self._unit.setText(self._units.get(value, str(value)))
            self._place_unit()

    def _choose(self, value: Any) -> None:
        self.choose_unit(value)
        self.unit_chosen.emit(value)

    def validate(self, text: str, position: int) -> object:
        fits = self._allowed.fullmatch(text) is not None
        return QValidator.State.Acceptable if fits else QValidator.State.Invalid

    def fixup(self, text: str) -> str:
        return text

    def stepBy(self, steps: int) -> None:
        now = self.value()
        after = (self._minimum or 0) if now is None else now + steps
        if self._minimum is not None:
            after = max(after, self._minimum)
        if self._maximum is not None:
            after = min(after, self._maximum)
        self.lineEdit().setText(f"{int(after)}" if float(after).is_integer() else f"{after:g}")
        self.changed.emit()

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        now = self.value()
        both = QAbstractSpinBox.StepEnabledFlag.StepUpEnabled | QAbstractSpinBox.StepEnabledFlag.StepDownEnabled
        if now is None:
            return both
        if self._maximum is not None and now >= self._maximum:
            return QAbstractSpinBox.StepEnabledFlag.StepDownEnabled
        if self._minimum is not None and now <= self._minimum:
            return QAbstractSpinBox.StepEnabledFlag.StepUpEnabled
        return both

    def sizeHint(self) -> QSize:
        return QSize(90, theme.size("control-compact"))

    def minimumSizeHint(self) -> QSize:
        return QSize(64, theme.size("control-compact"))

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_unit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._place_unit()

    def _place_unit(self) -> None:
        """The unit stands right of the number, left of the arrows."""
        if self._unit is None:
            return
        width = min(self._unit.sizeHint().width(), max(0, self.width() - _ARROWS - 28))
        self._unit.setGeometry(self.width() - _ARROWS - width - 4, 2, width, self.height() - 4)
        self._unit.raise_()
        self.lineEdit().setTextMargins(6, 0, width + 4, 0)


class Paragraph(QPlainTextEdit):
    """A text that may have several lines; it grows with them, up to a limit. Tab goes on to the next field."""

    def __init__(self, least: int = 1, most: int = 8, placeholder: str = "") -> None:
        super().__init__()
        self._least, self._most = least, most
        self.setFont(theme.font("small"))
        self.setTabChangesFocus(True)
        self.setPlaceholderText(placeholder)
        self.document().setDocumentMargin(0)
        self.setViewportMargins(2, 1, 2, 1)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(40)
        self.textChanged.connect(self._grow)
        self._grow()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._grow()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._grow()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus() and self.verticalScrollBar().maximum() > 0:
            super().wheelEvent(event)
        else:
            event.ignore()

    def fit(self) -> None:
        """Be as high as the text, up to the limit."""
        self._grow()

    def _grow(self) -> None:
        line, height = self.fontMetrics().lineSpacing(), 0.0
        block = self.document().firstBlock()
        while (
            block.isValid() and height <= self._most * line
        ):  # as drawn: lines of mixed scripts are higher than the font's own
            height += self.blockBoundingRect(block).height()
            block = block.next()
        is_cut = height > self._most * line + 4
        policy = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(policy.ScrollBarAsNeeded if is_cut else policy.ScrollBarAlwaysOff)
        shown = max(self._least * line, min(math.ceil(height), self._most * line + 4))
        wanted = shown + max(theme.size("control-compact") - line, 6)
        if wanted != self.height():
            self.setFixedHeight(wanted)
