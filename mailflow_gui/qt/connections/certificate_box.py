"""A certificate shown to a person who decides whether to trust it, or who already does."""

from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from mailflow_gui.language import _, ngettext
from mailflow_gui.mail.tls import Certificate
from mailflow_gui.qt.connections import draft
from mailflow_gui.qt.connections.pieces import Framed, Note, flat
from mailflow_gui.qt.controls import Button, Label, set_tool_tip


class CertificateBox(Framed):
    """Fingerprint in groups, whom it names, who signed it, how long it lasts."""

    trusted = Signal()
    """The person has compared the certificate that is proposed, and trusts it."""
    declined = Signal()

    def __init__(self) -> None:
        super().__init__("surface-alt", "border")
        self.setObjectName("certificate")
        self._question = Note()
        self._lines = Label("", "mono")
        self._lines.setObjectName("fingerprint")
        self._lines.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._about = Note()
        self._warning = Note()
        self.trust = Button(_("Trust this certificate"), "shield-check", compact=True)
        self.decline = Button(_("Discard"), None, "ghost", compact=True)
        self.trust.clicked.connect(self.trusted)
        self.decline.clicked.connect(self.declined)
        self._buttons = QWidget()
        buttons = flat(QHBoxLayout(self._buttons), 8)
        buttons.setContentsMargins(0, 4, 0, 0)
        buttons.addWidget(self.trust)
        buttons.addWidget(self.decline)
        buttons.addStretch(1)
        layout = flat(QVBoxLayout(self), 4)
        layout.setContentsMargins(10, 8, 10, 8)
        for part in (self._question, self._lines, self._about, self._warning, self._buttons):
            layout.addWidget(part)
        self.hide()

    def show_certificate(
        self, certificate: Certificate, *, proposed: bool, instead: bool = False, now: datetime | None = None
    ) -> None:
        """Show a certificate, as one that is trusted or one that is proposed.

        :param instead: another one has been trusted so far.
        """
        self._lines.setText("\n".join(draft.fingerprint_lines(certificate.sha256)))
        self._lines.setAccessibleName(_("SHA-256 fingerprint {digits}").format(digits=certificate.sha256))
        subject, issuer = draft.common_name(certificate.subject), draft.common_name(certificate.issuer)
        parts = [
            subject,
            _("self-signed") if certificate.subject == certificate.issuer else issuer,
            _("valid until {day}").format(day=draft.day(certificate.not_after)),
        ]
        icon = ("globe", "text-3") if proposed else ("shield-check", "ok")
        self._about.say(" · ".join(parts), *icon)
        set_tool_tip(self._about, _full(certificate))
        self._about.setAccessibleDescription(_full(certificate))
        self._warning.say(*_validity(certificate, now or datetime.now(UTC)))
        question = _("This is what the server shows. Compare it with what whoever runs the server tells you.")
        if instead:
            question = _("The server shows another certificate than the one trusted so far. Ask whoever runs it why.")
        self._question.warn(question if proposed else "")
        self._buttons.setVisible(proposed)
        self.set_edge("warn-dot" if proposed else "border")
        self.show()


def _validity(certificate: Certificate, now: datetime) -> tuple[str, str, str]:
    """What is to be said about how long a certificate lasts, with icon and colour; empty: nothing."""
    days = draft.days_left(certificate, now)
    if now < certificate.not_before:
        words = _("It is not valid before {day}.").format(day=draft.day(certificate.not_before))
        return words, "circle-alert", "danger"
    if now > certificate.not_after:
        words = _("It expired on {day}. The server needs a new one.").format(day=draft.day(certificate.not_after))
        return words, "circle-alert", "danger"
    if days < draft.EXPIRES_SOON:
        words = ngettext("It expires in {number} day.", "It expires in {number} days.", days).format(number=days)
        return words + " " + _("Fetch the new one once the server has it."), "triangle-alert", "warn"
    return "", "", "text-3"


def _full(certificate: Certificate) -> str:
    lines = [
        _("Subject: {name}").format(name=certificate.subject),
        _("Issuer: {name}").format(name=certificate.issuer),
        _("Valid: {dates}").format(dates=draft.validity(certificate)),
    ]
    if certificate.names:
        lines.append(_("For: {names}").format(names=", ".join(certificate.names)))
    return "\n".join(lines)
