"""The other half of a mailbox: whoever sets up receiving is offered sending at the same provider with one click, and vice versa."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from mailflow_gui.accounts.account import Protocol
from mailflow_gui.accounts.detect import Detected, Proposal
from mailflow_gui.accounts.validate import NAMES
from mailflow_gui.language import _
from mailflow_gui.qt.connections.pieces import Row, flat, hint


class TwinRow(QWidget):
    """One tick: a second connection is made with the same user and password."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.box = QCheckBox()
        self._hint = hint()
        self._proposal: Proposal | None = None
        row = Row("", self.box, stretch=-1)
        row.add_below(self._hint)
        layout = flat(QVBoxLayout(self), 0)
        layout.addWidget(row)
        self.box.toggled.connect(self.edited)
        self.hide()

    @property
    def wanted(self) -> Proposal | None:
        """The server of the second connection; None: the person doesn't want one."""
        return self._proposal if self.box.isChecked() else None

    def offer(self, proposal: Proposal | None) -> None:
        """Offer another server, or nothing; a tick stays where it is the same server."""
        if proposal != self._proposal:
            self.box.blockSignals(True)
            self.box.setChecked(False)
            self.box.blockSignals(False)
        self._proposal = proposal
        self.setVisible(proposal is not None)
        if proposal is not None:
            words = (
                _("Also add {host} for sending") if proposal.protocol == "smtp" else _("Also add {host} for receiving")
            )
            self.box.setText(words.format(host=proposal.host))
            self._hint.setText(
                _("{protocol}, port {port}, {security}; with the same user name and password").format(
                    protocol=proposal.protocol.upper(), port=proposal.port, security=NAMES[proposal.security]
                )
            )


def other_half(found: Detected, protocol: Protocol) -> Proposal | None:
    """What else belongs to the mailbox: sending for who receives, receiving for who sends."""
    if protocol == "smtp":
        return found.best("imap") or found.best("pop3")
    return found.best("smtp")
