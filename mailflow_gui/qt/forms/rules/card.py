"""One rule: closed, it says in a line what it does; open, it can be edited."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.controls import Card, ElidedLabel
from mailflow_gui.qt.forms.labels import Complaint
from mailflow_gui.qt.forms.rules import catalogue
from mailflow_gui.qt.forms.rules.body import KEYS, RuleBody
from mailflow_gui.qt.forms.rules.parts import tool
from mailflow_gui.qt.forms.surroundings import Surroundings
from mailflow_gui.qt.forms.values import faulty
from mailflow_gui.qt.theme import theme


class RuleCard(Card):
    """A rule's card. What its buttons do is the list's business."""

    edited = Signal()
    opened = Signal()

    def __init__(self, around: Surroundings, rule: Any) -> None:
        super().__init__()
        self._around = around
        self._rule: Any = rule
        self._problems: dict[str, str] = {}
        self.body: RuleBody | None = None
        self.head = _Head(self.toggle)
        self.arrow = tool("chevron-right", _("Open or close this mapping"), self.toggle, 12)
        self.title = ElidedLabel("", "small", weight=600)
        self.line = ElidedLabel("", "caption", "text-2", weight=400)
        self.menu = tool("ellipsis", _("More"))
        self.menu.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu.setStyleSheet(self.menu.styleSheet() + "QToolButton::menu-indicator { image: none; }")
        self.remove = tool("trash-2", _("Remove this mapping"))
        texts = QVBoxLayout()
        texts.setContentsMargins(0, 0, 0, 0)
        texts.setSpacing(0)
        texts.addWidget(self.title)
        texts.addWidget(self.line)
        head = QHBoxLayout(self.head)
        head.setContentsMargins(4, 6, 6, 6)
        head.setSpacing(2)
        head.addWidget(self.arrow)
        head.addLayout(texts, 1)
        head.addWidget(self.menu)
        head.addWidget(self.remove)
        self._error = Complaint()
        self._error.setContentsMargins(8, 0, 8, 6)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(1, 1, 1, 1)
        self._layout.setSpacing(0)
        self._layout.addWidget(self.head)
        self._layout.addWidget(self._error)
        self._say()

    @property
    def rule(self) -> Any:
        """The rule as it is now."""
        return self._rule

    @property
    def is_open(self) -> bool:
        """Whether its editors are in sight."""
        return self.body is not None and not self.body.isHidden()

    def set_rule(self, rule: Any) -> None:
        """Show a rule that came from elsewhere."""
        if rule != self._rule:
            self._rule = rule
            if self.body is not None:
                self.body.set_raw(rule)
            self._say()

    def toggle(self) -> None:
        """Open or close."""
        self.set_open(not self.is_open)

    def set_open(self, is_open: bool) -> None:
        """Show the editors, made when they are needed first, or only the line."""
        if is_open and self.body is None:
            self.body = RuleBody(self._around)
            self.body.setContentsMargins(10, 2, 10, 12)
            self.body.set_raw(self._rule)
            self.body.edited.connect(self._edited)
            self._layout.insertWidget(1, self.body)
            self.body.show_problems(self._problems)
        if self.body is not None:
            self.body.setVisible(is_open)
        self.arrow.setIcon(theme.icon("chevron-down" if is_open else "chevron-right", "text-3", 12))
        self.set_selected(is_open)
        self._say()
        if is_open:
            self.opened.emit()

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """Closed, the first problem stands beneath the line; open, each stands at its field."""
        self._problems = dict(problems)
        if self.body is not None:
            self.body.show_problems(problems)
        self._say()

    def focus_path(self, path: str) -> bool:
        """Open, and give the keys to the editor of ``path``."""
        self.set_open(True)
        assert self.body is not None
        return self.body.focus_path(path)

    def _edited(self) -> None:
        assert self.body is not None
        self._rule = self.body.raw()
        self._say()
        self.edited.emit()

    def _say(self) -> None:
        rule = self._rule if isinstance(self._rule, Mapping) else {}
        target = str(rule.get("target", ""))
        self.title.setText(catalogue.target_title(target) or _("No target yet"))
        self.line.setText(catalogue.summary(rule))
        self.line.setVisible(not self.is_open)
        self.head.setAccessibleName(f"{self.title.text()}: {catalogue.summary(rule)}")
        rest = {
            path: text
            for path, text in self._problems.items()
            if not self.is_open or path.partition(".")[0] not in KEYS
        }
        self._error.say(next(iter(rest.values()), ""), warning=not faulty(rest))


class _Head(QWidget):
    """The card's upper part: a click, Enter or Space opens or closes."""

    def __init__(self, act: Callable[[], None]) -> None:
        super().__init__()
        self._act = act
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("focusRing", 8)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self._act()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._act()
        else:
            super().keyPressEvent(event)
