"""The bar between the two tables: the group in hand, and what can be done about all of its messages or the marked ones."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSizePolicy, QWidget

from mailflow_gui.journal.error_groups import Group
from mailflow_gui.journal.reclassed import Reclassed
from mailflow_gui.language import _, ngettext
from mailflow_gui.qt.controls import Button, ElidedLabel, Label
from mailflow_gui.qt.errors import words
from mailflow_gui.qt.inspector import plain
from mailflow_gui.qt.theme import theme

HEIGHT = 48
FIXED = frozenset({"reauthenticate", "uncertain"})
"""Classes that the engine never takes for anything else: a refused sign-in isn't tried again and again, and doubt stays doubt."""


class _MenuButton(Button):
    """A button that opens a menu, with the mark of one."""

    def __init__(self, text: str, icon: str) -> None:
        super().__init__(text, icon, compact=True)
        self.setStyleSheet("QPushButton { padding-right: 28px; }")

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        token = "text-2" if self.isEnabled() else "text-disabled"
        place = QPoint(self.width() - 22, (self.height() - 14) // 2)
        QPainter(self).drawPixmap(place, theme.pixmap("chevron-down", token, 14, self.devicePixelRatioF()))


class GroupBar(QWidget):
    """Passes on what is clicked: retry and discard, and classes for once or for always."""

    retry_wanted = Signal()
    discard_wanted = Signal()
    once_wanted = Signal(str)
    """``retry`` or ``reject``: for these messages only."""
    always_wanted = Signal(str)
    """A class for the code, from now on."""
    undo_wanted = Signal()
    """The class that a person gave is taken back."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(HEIGHT)
        mono = theme.font("mono", 600)
        mono.setPixelSize(13)
        self.name = Label("", "mono")
        self.name.setFont(mono)
        self.name.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.numbers = ElidedLabel("", "small", "text-2")
        self.retry = Button(_("Retry all"), "rotate-cw", "primary", compact=True)
        self.reclass = _MenuButton(_("Re-classify"), "tag")
        self.discard = Button(_("Discard…"), "trash-2", "danger", compact=True)
        self.menu = QMenu(self)
        self.reclass.clicked.connect(self._open_menu)
        self.retry.clicked.connect(self.retry_wanted)
        self.discard.clicked.connect(self.discard_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(8)
        row.addWidget(self.name)
        row.addWidget(self.numbers, 1)
        for button in (self.retry, self.reclass, self.discard):
            row.addWidget(button)

    def minimumSizeHint(self) -> QSize:
        return QSize(100, HEIGHT)

    def show_group(
        self, group: Group | None, title: str, listed: int, marked: int, rule: Reclassed | None, *, retryable: int
    ) -> None:
        """The group in hand, or (None) a list of its own called ``title``; how many messages are listed and marked."""
        self.name.setText(plain.one_line(group.name, 40) if group is not None else "")
        self.name.setVisible(group is not None)
        count = ngettext("{count} message", "{count} messages", listed).format(count=f"{listed:,}")
        words_ = [title, count] if title else [count]
        if marked:
            words_.append(ngettext("{count} selected", "{count} selected", marked).format(count=f"{marked:,}"))
        self.numbers.setText(", ".join(words_))
        shown = marked or retryable
        self.retry.setText(
            _("Retry {count}").format(count=f"{marked:,}")
            if marked
            else _("Retry all {count}").format(count=f"{shown:,}")
        )
        self.retry.setVisible(bool(listed and shown))
        self.discard.setVisible(bool(listed))
        self.reclass.setVisible(False)
        if group is not None:
            self._fill_menu(group, listed, marked, rule)
            self.reclass.setVisible(bool(self.menu.actions()))

    def _fill_menu(self, group: Group, listed: int, marked: int, rule: Reclassed | None) -> None:
        if self.menu.isVisible():
            return
        self.menu.clear()
        count = marked or listed
        if count and group.outcome != "uncertain":
            once = ngettext("Only this time, for {count} message", "Only this time, for {count} messages", count)
            self._head(once.format(count=f"{count:,}"))
            self._action(_("Retry: try again now"), "rotate-cw", "warn").triggered.connect(
                lambda: self.once_wanted.emit("retry")
            )
            self._action(_("Reject: keep as a dead letter"), "ban", "text-2").triggered.connect(
                lambda: self.once_wanted.emit("reject")
            )
            self.menu.addSeparator()
        if group.outcome in FIXED and rule is None:
            return
        self._head(_("Always for {code}").format(code=plain.one_line(group.name, 40)))
        for outcome in words.RULES:
            look = words.look(outcome)
            action = self._action(_(look.rule), look.icon, look.token)
            if rule is not None and outcome == rule.outcome:
                action.setCheckable(True)
                action.setChecked(True)
            action.triggered.connect(lambda _checked=False, outcome=outcome: self.always_wanted.emit(outcome))
        if rule is not None:
            self.menu.addSeparator()
            self._action(_("As MailFlow would class it"), "undo-2", "text-2").triggered.connect(self.undo_wanted)

    def _head(self, text: str) -> None:
        head = QAction(text.replace("&", "&&"), self.menu)
        head.setEnabled(False)
        self.menu.addAction(head)

    def _action(self, text: str, icon: str, token: str) -> QAction:
        action = QAction(theme.icon(icon, token, 16), text.replace("&", "&&"), self.menu)
        self.menu.addAction(action)
        return action

    def _open_menu(self) -> None:
        place: QPushButton = self.reclass
        self.menu.popup(place.mapToGlobal(place.rect().bottomLeft()))
