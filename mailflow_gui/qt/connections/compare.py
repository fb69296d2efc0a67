"""Two certificates side by side: the one that is trusted, and the other one that the server shows now."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from mailflow_gui.language import _
from mailflow_gui.mail.tls import Certificate
from mailflow_gui.qt.connections import draft
from mailflow_gui.qt.connections.pieces import Framed, clear, flat
from mailflow_gui.qt.controls import Button, Label, SectionHead

_PAIRS = 8
"""Pairs of digits on one line of a fingerprint, so that two of them fit beside each other."""


class Comparison(QWidget):
    """Shown where a server's certificate has changed; a person decides."""

    trusted = Signal()
    """The new one is to be trusted from now on."""
    refused = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._box = Framed("surface", "border")
        self._box.setObjectName("comparison")
        self._grid = QGridLayout(self._box)
        self._grid.setContentsMargins(10, 8, 10, 8)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnStretch(2, 1)
        self.trust = Button(_("Trust the new one"), "shield-check", compact=True)
        self.refuse = Button(_("Keep refusing"), None, "ghost", compact=True)
        self.trust.clicked.connect(self.trusted)
        self.refuse.clicked.connect(self.refused)
        buttons = flat(QHBoxLayout(), 8)
        buttons.addWidget(self.trust)
        buttons.addWidget(self.refuse)
        buttons.addStretch(1)
        layout = flat(QVBoxLayout(self), 8)
        layout.addWidget(self._box)
        layout.addLayout(buttons)
        self.hide()

    def show_both(self, before: Certificate, now: Certificate) -> None:
        """Show what was trusted so far and what the server shows now."""
        clear(self._grid)
        self._grid.addWidget(SectionHead(_("Trusted so far")), 0, 1)
        self._grid.addWidget(SectionHead(_("Shown now")), 0, 2)
        rows = (
            (_("Name"), draft.common_name(before.subject), draft.common_name(now.subject), "small"),
            (_("Issuer"), _issuer(before), _issuer(now), "small"),
            (_("Valid"), draft.validity(before), draft.validity(now), "small"),
            ("SHA-256", _lines(before.sha256), _lines(now.sha256), "mono"),
        )
        for number, (title, old, new, style) in enumerate(rows, start=1):
            head = Label(title, "small", "text-2", weight=500)
            self._grid.addWidget(head, number, 0, Qt.AlignmentFlag.AlignTop)
            for column, (words, token) in enumerate(
                ((old, "text-2"), (new, "text" if new == old else "warn")), start=1
            ):
                label = Label(words, style, token, wrap=style == "small")
                label.setObjectName(("old-" if column == 1 else "new-") + ("sha256" if style == "mono" else title))
                label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                self._grid.addWidget(label, number, column, Qt.AlignmentFlag.AlignTop)
        self.show()


def _issuer(certificate: Certificate) -> str:
    if certificate.issuer == certificate.subject:
        return _("self-signed")
    return draft.common_name(certificate.issuer)


def _lines(sha256: str) -> str:
    pairs = sha256.split(":")
    return "\n".join(":".join(pairs[start : start + _PAIRS]) for start in range(0, len(pairs), _PAIRS))
