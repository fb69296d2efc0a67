"""Pasting a certificate: the text, and at once what it says."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from mailflow_gui.errors import MailFlowError
from mailflow_gui.language import _
from mailflow_gui.mail import tls
from mailflow_gui.qt.connections.certificate_box import CertificateBox
from mailflow_gui.qt.connections.pieces import Note, flat
from mailflow_gui.qt.controls import Button, Label
from mailflow_gui.qt.theme import theme

_MARK = "-----BEGIN CERTIFICATE-----"
_LONGEST = 1 << 20
"""Characters; a chain of certificates has a few thousand."""


class PasteDialog(QDialog):
    """Ends with a certificate in :attr:`pem`. A private key that is pasted with it is left behind."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Paste a certificate"))
        self.resize(560, 420)
        self.pem = ""
        label = Label(_("Certificate in PEM form"), "small", "text-2", weight=500)
        self.edit = QPlainTextEdit()
        self.edit.setFont(theme.font("mono"))
        self.edit.setPlaceholderText(_MARK)
        self.edit.setTabChangesFocus(True)
        self.edit.setAccessibleName(label.text())
        self._fault = Note()
        self._box = CertificateBox()
        self.trust = Button(_("Trust this certificate"), "shield-check", "primary")
        cancel = Button(_("Cancel"))
        self.trust.clicked.connect(self.accept)
        cancel.clicked.connect(self.reject)
        buttons = flat(QHBoxLayout(), 8)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.trust)
        layout = flat(QVBoxLayout(self), 8)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.addWidget(label)
        layout.addWidget(self.edit, 1)
        layout.addWidget(self._fault)
        layout.addWidget(self._box)
        layout.addLayout(buttons)
        self.edit.textChanged.connect(self._changed)
        pasted = QGuiApplication.clipboard().text()
        self.edit.setPlainText(pasted if _MARK in pasted and len(pasted) < _LONGEST else "")
        self._changed()

    def _changed(self) -> None:
        pasted = self.edit.toPlainText()[:_LONGEST]
        self.pem = ""
        self._box.hide()
        self._fault.say("")
        if pasted.strip():
            try:
                pem = tls.certificates_only(pasted)
                self._box.show_certificate(tls.describe(pem), proposed=False)
                self.pem = pem
            except MailFlowError as error:
                self._fault.say(str(error), "circle-alert", "danger")
        self.trust.setEnabled(bool(self.pem))
