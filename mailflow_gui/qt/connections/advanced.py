"""What few people need, folded away: how many sessions, and a command that gives the password."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.fields import MOST_SESSIONS
from mailflow_gui.language import _
from mailflow_gui.qt.connections.mnemonics import KeyButton
from mailflow_gui.qt.connections.pieces import GAP, LABEL_WIDTH, Line, Number, Row, flat, hint


class Advanced(QWidget):
    """The last section of the dialog; unfolded by itself where something unusual stands in it."""

    edited = Signal()
    unfolded = Signal()
    """A person wants to see it."""

    def __init__(self) -> None:
        super().__init__()
        self.fold = KeyButton(_("&Advanced"), "chevron-right", "ghost", compact=True)
        self.fold.setStyleSheet(
            "padding: 0; border: none; text-align: right"
        )  # it stands in line with the heads of sections
        self.sessions = Number(1, MOST_SESSIONS)
        self.command = QLineEdit()
        self.command.setPlaceholderText(_("None"))
        self._sessions = Row(
            _("Paralle&l sessions"), self.sessions, hint(_("At most so many at a time with this server")), stretch=1
        )
        self._command = Row(_("Password &command"), self.command)
        self._command.lead_to(self.command)
        self._sessions.lead_to(self.sessions)
        self.rows = {"maximum_sessions": self._sessions, "password_command": self._command}
        head = QWidget()
        line = flat(QHBoxLayout(head), GAP)
        line.setContentsMargins(0, 4, 0, 8)
        holder = flat(QHBoxLayout(), 0)
        holder.addStretch(1)
        holder.addWidget(self.fold)
        box = QWidget()
        box.setFixedWidth(LABEL_WIDTH)
        box.setLayout(holder)
        line.addWidget(box)
        line.addWidget(Line(), 1)
        self._inside = QWidget()
        inside = flat(QVBoxLayout(self._inside), 0)
        inside.addWidget(self._sessions)
        inside.addWidget(self._command)
        layout = flat(QVBoxLayout(self), 0)
        layout.addWidget(head)
        layout.addWidget(self._inside)
        self.fold.clicked.connect(self._fold_pressed)
        self.sessions.valueChanged.connect(self.edited)
        self.command.textEdited.connect(lambda _text: self.edited.emit())
        self.set_open(False)

    @property
    def is_open(self) -> bool:
        """Whether it can be seen."""
        return not self._inside.isHidden()

    def set_open(self, opened: bool) -> None:
        """Fold or unfold it."""
        self._inside.setVisible(opened)
        self.fold.set_icon("chevron-down" if opened else "chevron-right")
        self.fold.setAccessibleDescription(_("Unfolded") if opened else _("Folded"))

    def show_account(self, account: Account) -> None:
        """Fill the fields."""
        self.sessions.setValue(account.maximum_sessions)
        self.command.setText(account.password_command)
        self.set_open(account.maximum_sessions != Account.maximum_sessions or bool(account.password_command))

    def note(self, words: str) -> None:
        """Say what the command means now."""
        self._command.note.say(words)

    def _fold_pressed(self) -> None:
        self.set_open(not self.is_open)
        if self.is_open:
            self.unfolded.emit()
