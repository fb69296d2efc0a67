"""The row *Email address*: from an address to the servers that an account with it needs, looked for beside the window."""

from __future__ import annotations

from urllib.parse import urlsplit

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from mailflow_gui.accounts.detect import Detected, Network, Proposal, Step, detect
from mailflow_gui.errors import MailFlowError
from mailflow_gui.language import _
from mailflow_gui.qt.connections.mnemonics import KeyButton
from mailflow_gui.qt.connections.pieces import Note, Row, Spinner, flat, hint
from mailflow_gui.qt.connections.task import Task
from mailflow_gui.qt.theme import theme

_MOST_NOTES = 4


class AddressRow(QWidget):
    """Asks who knows the servers of an address. What comes of it is the owner's to fill in; no password is asked for or known."""

    detected = Signal(object)
    """What was found out, a :class:`Detected`."""

    def __init__(self, network: Network | None = None) -> None:
        """:param network: where to ask; None: the world."""
        super().__init__()
        self._network = network
        self._task: Task[Detected] | None = None
        self._asked = ""
        self.field = _Field(self)
        self.field.addAction(theme.icon("at-sign", "text-3", 14), QLineEdit.ActionPosition.LeadingPosition)
        self.button = KeyButton(_("&Detect settings"), "wand-sparkles")
        self.row = Row(_("E&mail address"), self.field, self.button)
        self._working = QWidget()
        line = flat(QHBoxLayout(self._working), 6)
        line.addWidget(Spinner(12))
        self._doing = hint()
        line.addWidget(self._doing, 1)
        self._working.hide()
        self.row.add_below(self._working)
        self.notes = [Note() for _number in range(_MOST_NOTES)]
        for note in self.notes:
            self.row.add_below(note)
        layout = flat(QVBoxLayout(self), 0)
        layout.addWidget(self.row)
        self.button.clicked.connect(self._pressed)
        self.field.textEdited.connect(self._typed)

    @property
    def address(self) -> str:
        """What stands in the field."""
        return self.field.text().strip()

    @property
    def busy(self) -> bool:
        """Whether somebody is being asked."""
        return self._task is not None

    @property
    def is_new(self) -> bool:
        """Whether an address stands there that nobody was asked about."""
        return bool(self.address) and self.address != self._asked

    def set_address(self, address: str) -> None:
        """Show an address that is known already."""
        self.field.setText(address)
        self._asked = address

    def start(self) -> None:
        """Ask about the address."""
        if self._task is not None:
            return
        address = self._asked = self.address
        self._clear()
        if not address:
            self.row.show_fault(_("Type the mail address, such as name@example.com."))
            self.field.setFocus()
            return
        network = self._network

        def work(task: Task[Detected]) -> Detected:
            return detect(address, on_step=task.say, cancelled=task.cancellation, network=network)

        self._task = Task(work, on_done=self._found, on_failed=self._failed, on_word=self._stepped)
        self._doing.setText(_("Looking for the servers of {address}…").format(address=address))
        self._show_busy()

    def cancel(self) -> None:
        """Ask nobody any more; what was found by then is shown."""
        if self._task is not None:
            self._task.cancel()

    def stop(self) -> None:
        """Forget about the question."""
        if self._task is not None:
            self._task.abandon()
            self._task = None
            self._show_busy()

    def say_found(self, found: Detected, taken: Proposal | None) -> None:
        """Say how it ended: what was filled in and who said so, or why nothing was.

        :param taken: the proposal that was filled in.
        """
        lines: list[tuple[str, str, str]] = []
        if taken is None:
            lines.append((f"{found.outcome.text} {found.outcome.advice}".strip(), "triangle-alert", "warn"))
        else:
            lines.append((f"{origin(found, taken)} {_filled(taken)}", "circle-check", "ok"))
            if other := _other(found, taken):
                lines.append((other, "lightbulb", "text-3"))
            if found.offline:
                lines.append((found.outcome.text, "unplug", "warn"))
            lines += [(f"{note.text} {note.advice}".strip(), "lightbulb", "warn") for note in taken.notes]
        for note, words in zip(self.notes, lines, strict=False):
            note.say(*words)

    def forget_answer(self) -> None:
        """What was said is no longer about what stands in the fields."""
        for note in self.notes:
            note.say("")

    def _pressed(self) -> None:
        if self._task is None:
            self.start()
        else:
            self.cancel()

    def _typed(self) -> None:
        self.stop()
        self._clear()

    def _clear(self) -> None:
        self.row.show_fault("")
        self.forget_answer()

    def _stepped(self, word: object) -> None:
        if isinstance(word, Step) and self._task is not None and word.state in ("asking", "found"):
            self._doing.setText(word.text)

    def _found(self, found: Detected) -> None:
        self._task = None
        self._show_busy()
        self.detected.emit(found)

    def _failed(self, error: MailFlowError) -> None:
        self._task = None
        self._show_busy()
        self.row.show_fault(f"{error.text} {error.advice}".strip())
        self.field.setFocus()

    def _show_busy(self) -> None:
        busy = self._task is not None
        self._working.setVisible(busy)
        self.button.setText(_("Stop &detecting") if busy else _("&Detect settings"))
        self.button.set_icon("square" if busy else "wand-sparkles")


class _Field(QLineEdit):
    """Enter asks about an address that nobody was asked about yet, and presses the dialog's button else."""

    def __init__(self, owner: AddressRow) -> None:
        super().__init__()
        self._owner = owner

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and (self._owner.busy or self._owner.is_new):
            self._owner.start()
            event.accept()
            return
        super().keyPressEvent(event)


def origin(found: Detected, taken: Proposal) -> str:
    """Who said so, in one sentence."""
    provider = found.provider or found.domain
    return {
        "table": _("Found {provider} in MailFlow's own list."),
        "autoconfig": _("Found {provider}: {origin} describes the servers."),
        "srv": _("Found in DNS ({origin})."),
        "probe": _("Found by trying: {origin} answered."),
    }[taken.source].format(provider=provider, origin=urlsplit(taken.origin).hostname or taken.origin)


def _other(found: Detected, taken: Proposal) -> str:
    """The other way to receive, where there is one."""
    other = {"imap": found.best("pop3"), "pop3": found.best("imap")}.get(taken.protocol)
    if other is None:
        return ""
    words = _("{protocol} is offered, too ({host}): choose it above.")
    return words.format(protocol=other.protocol.upper(), host=other.host)


def _filled(taken: Proposal) -> str:
    words = _("Host, port, security and user name are filled in.")
    return f"{words} {_('The certificate is valid.')}" if taken.verified else words
