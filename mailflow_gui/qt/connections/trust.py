"""Which certificates a connection trusts: the system's list, or exactly one that was fetched or pasted."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from mailflow_gui.errors import MailFlowError
from mailflow_gui.language import _
from mailflow_gui.mail import tls
from mailflow_gui.mail.server import Server
from mailflow_gui.qt.connections.certificate_box import CertificateBox
from mailflow_gui.qt.connections.mnemonics import KeyButton
from mailflow_gui.qt.connections.paste_dialog import PasteDialog
from mailflow_gui.qt.connections.pieces import Row, flat, hint
from mailflow_gui.qt.connections.task import Task
from mailflow_gui.qt.controls import Segments


class Trust(QWidget):
    """The section *Certificate* of the dialog."""

    edited = Signal()
    proposed = Signal()
    """A certificate has come that the person should look at."""
    fetch_wanted = Signal()
    """The person wants to see the server's certificate; the owner answers with :meth:`fetch`."""

    def __init__(self) -> None:
        super().__init__()
        self.segments = Segments(
            [_("System list"), _("This certificate")], name=_("Trusted certificates"), compact=False
        )
        self.fetch_button = KeyButton(_("&Fetch and trust"), "download")
        self.paste_button = KeyButton(_("Paste P&EM…"), "clipboard")
        self._hint = hint()
        self.row = Row(_("&Trust"), self.segments, self.fetch_button, self.paste_button, self._hint, stretch=3)
        self._box = CertificateBox()
        self.box_row = Row(_("SHA-256"), self._box)
        layout = flat(QVBoxLayout(self), 0)
        layout.addWidget(self.row)
        layout.addWidget(self.box_row)
        self._pem = ""
        self._proposed = ""
        self._task: Task[str] | None = None
        self._usable = True
        self.paste_dialog: PasteDialog | None = None
        self.segments.chosen.connect(self._chosen)
        self.fetch_button.clicked.connect(self._fetch_pressed)
        self.paste_button.clicked.connect(self._paste)
        self._box.trusted.connect(self._trusted)
        self._box.declined.connect(self._declined)
        self._refresh()

    @property
    def pinned(self) -> bool:
        """Whether *This certificate* is chosen."""
        return self.segments.index == 1

    @property
    def certificate(self) -> str:
        """The PEM that is trusted; empty: the system's list, or nothing yet."""
        return self._pem if self.pinned else ""

    @property
    def box(self) -> CertificateBox:
        return self._box

    def set_certificate(self, pem: str) -> None:
        """Show what a saved account trusts."""
        self._pem, self._proposed = pem, ""
        self.segments.choose(int(bool(pem)))
        self._refresh()

    def set_usable(self, usable: bool) -> None:
        """Switched off for a line without encryption, which has no certificates."""
        self._usable = usable
        self._refresh()

    def fetch(self, server: Server, protocol: tls.Protocol) -> None:
        """Ask a server for its certificate and propose it; nothing is trusted yet."""
        self.stop()
        self.segments.choose(1)
        self.row.show_fault("")
        self._task = Task(
            lambda _task: tls.fetch_certificate(server, protocol), on_done=self._fetched, on_failed=self._failed
        )
        self._refresh()

    def propose(self, pem: str) -> None:
        """Show a certificate that the server has shown already; nothing is trusted yet."""
        self.stop()
        self.segments.choose(1)
        self.row.show_fault("")
        self._fetched(pem)

    def accept(self, pem: str) -> None:
        """A person has seen this certificate and trusts it."""
        self.stop()
        self.segments.choose(1)
        self._proposed = pem
        self._trusted()

    def stop(self) -> None:
        """Forget about a certificate that is on its way."""
        if self._task is not None:
            self._task.abandon()
            self._task = None
        self._refresh()

    def _fetch_pressed(self) -> None:
        if self._task is None:
            self.fetch_wanted.emit()
        else:
            self.stop()

    def _fetched(self, pem: str) -> None:
        self._task = None
        if pem == self._pem:
            self._refresh()
            self.row.note.say(_("The server shows the same certificate."), "circle-check", "ok")
            return
        self._proposed = pem
        self._refresh()
        self._box.trust.setFocus()
        self.proposed.emit()

    def _failed(self, error: MailFlowError) -> None:
        self._task = None
        self._refresh()
        self.row.show_fault(str(error))

    def _trusted(self) -> None:
        self._pem, self._proposed = self._proposed, ""
        self._refresh()
        self.fetch_button.setFocus()
        self.edited.emit()

    def _declined(self) -> None:
        self._proposed = ""
        self._refresh()
        self.fetch_button.setFocus()

    def _paste(self) -> None:
        dialog = self.paste_dialog = PasteDialog(self)
        dialog.accepted.connect(lambda: self.accept(dialog.pem))
        dialog.finished.connect(self._paste_over)
        dialog.open()

    def _paste_over(self) -> None:
        if self.paste_dialog is not None:
            self.paste_dialog.deleteLater()
            self.paste_dialog = None

    def _chosen(self) -> None:
        self.row.show_fault("")
        if not self.pinned:
            self.stop()
            self._proposed = ""
        self._refresh()
        self.edited.emit()

    def _refresh(self) -> None:
        pinned = self.pinned
        self.row.label.setBuddy(self.segments.button(self.segments.index))
        for part in (self.segments, self.fetch_button, self.paste_button):
            part.setEnabled(self._usable)
        for button in (self.fetch_button, self.paste_button):
            button.setVisible(pinned)
        self.fetch_button.setText(_("&Fetch and trust") if self._task is None else _("Stop &fetching"))
        self._hint.setVisible(not pinned)
        self._hint.setText(
            _("Paste a PEM or fetch one for private servers")
            if self._usable
            else _("A line without encryption has no certificate")
        )
        shown = self._proposed or self._pem
        self.box_row.setVisible(pinned and self._usable and bool(shown))
        if not shown:
            return
        try:
            self._box.show_certificate(tls.describe(shown), proposed=bool(self._proposed), instead=bool(self._pem))
        except MailFlowError as error:
            self.box_row.hide()
            self.row.show_fault(str(error))
