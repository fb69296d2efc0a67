"""The fields of a connection, and the account that they describe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from mailflow_gui.accounts import fields
from mailflow_gui.accounts.account import Account, Security
from mailflow_gui.accounts.fields import PROTOCOLS, SECURITIES
from mailflow_gui.accounts.secrets import Place, variable
from mailflow_gui.language import _
from mailflow_gui.mail.server import Server
from mailflow_gui.qt.connections import draft
from mailflow_gui.qt.connections.draft import Draft
from mailflow_gui.qt.connections.password_field import PasswordField
from mailflow_gui.qt.connections.pieces import Row, Section, flat, hint
from mailflow_gui.qt.connections.trust import Trust
from mailflow_gui.qt.controls import Label, Segments
from mailflow_gui.qt.theme import theme


class _Port(QSpinBox):
    """A number that a wheel turns only while it has the focus: somebody who scrolls the dialog changes no port."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class Form(QWidget):
    """All fields; decides nothing but that the port follows protocol and security until a person has typed one."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._original = draft.blank()
        self._stored = False
        self._place: Place | None = None
        self._trouble = ""
        self.name, self.description = QLineEdit(), QLineEdit()
        self.description.setPlaceholderText(_("Optional"))
        self.protocol = Segments(["IMAP", "POP3", "SMTP"], name=_("Protocol"), compact=False)
        self.host = QLineEdit()
        self.port = _Port()
        self.port.setRange(1, 65535)
        self.port.setFixedWidth(88)
        self.port.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.port.setAccessibleName(_("Port"))
        self._port_label = Label(_("Port"), "small", "text-2", weight=500)
        self._port_label.setContentsMargins(8, 0, 4, 0)
        self._port_label.setBuddy(self.port)
        self.security = Segments([_("None"), "STARTTLS", "SSL/TLS"], name=_("Security"), compact=False)
        self._security_hint = hint()
        self.in_clear = QCheckBox(_("Send mails and password without encryption all the same"))
        self.username = QLineEdit()
        self.password = PasswordField()
        self.trust = Trust()
        self._rows = {
            "name": Row(_("Name"), self.name),
            "description": Row(_("Description"), self.description),
            "protocol": Row(_("Protocol"), self.protocol, stretch=-1),
            "host": Row(_("Host"), self.host, self._port_label, self.port),
            "security": Row(_("Security"), self.security, self._security_hint, stretch=1),
            "clear": Row("", self.in_clear),
            "username": Row(_("User name"), self.username),
            "password": Row(_("Password"), self.password),
        }
        for key in ("name", "description", "host", "username", "password"):
            control = self._rows[key].controls[0]
            self._rows[key].label.setBuddy(control)
            control.setAccessibleName(self._rows[key].label.text())
        self._lay_out()
        self._port_typed = False
        self._wire()

    def show_account(self, account: Account, *, stored: bool) -> None:
        """Fill the fields. The password stays empty.

        :param stored: the account is saved, so it may have a password somewhere.
        """
        self._original, self._stored = account, stored
        self._port_typed = account.port != draft.usual_port(account.protocol, account.security)
        self.name.setText(account.name)
        self.description.setText(account.description)
        self.protocol.choose(PROTOCOLS.index(account.protocol))
        self.security.choose(SECURITIES.index(account.security))
        self.host.setText(account.host)
        self.port.setValue(account.port)
        self.username.setText(account.username)
        self.password.clear()
        self.trust.set_certificate(account.certificate)
        self.in_clear.setChecked(account.accept_clear_text)
        self.advanced.show_account(account)
        self.show_place(None)
        self._refresh()

    def show_place(self, place: Place | None, trouble: str = "") -> None:
        """Say where the saved password comes from; ``trouble``: why that can't be found out."""
        words = {
            "keyring": _("Saved in the keyring"),
            "environment": _("From the environment variable {name}").format(name=variable(self._original.id)),
            "command": _("From the password command"),
        }
        self.password.setPlaceholderText(words[place] if place else "")
        self._place, self._trouble = place, trouble
        self._refresh()

    def contents(self) -> Draft:
        """What the fields describe now."""
        before, secret = self._original, self.password.secret
        username = self.username.text().strip()
        account = replace(
            before,
            name=self.name.text().strip(),
            description=self.description.text().strip(),
            protocol=PROTOCOLS[self.protocol.index],
            host=fields.clean_host(self.host.text()),
            port=self.port.value(),
            security=SECURITIES[self.security.index],
            username=username,
            certificate=self.trust.certificate,
            signs_in=before.signs_in or secret is not None or username != before.username,
            # A password that is typed takes the place of the command.
            password_command="" if secret is not None else before.password_command,
        )
        return Draft(
            account=account,
            secret=secret,
            secret_stored=self._stored,
            pinned=self.trust.pinned,
            clear_text_accepted=self.in_clear.isChecked(),
        )

    def show_faults(self, faults: Mapping[str, str]) -> QWidget | None:
        """Say at each field what is wrong with it, and go to the first, which is returned; None: nothing is wrong."""
        where = {"port": "host", "certificate": ""}
        for row in self._rows.values():
            row.show_fault("")
        self.trust.row.show_fault(faults.get("certificate", ""))
        for field, words in faults.items():
            key = where.get(field, field)
            if key in self._rows:
                self._rows[key].show_fault(words)
        in_clear = account.security == "none" and not fields.is_loopback(account.host)
        account = replace(account, accept_clear_text=in_clear and self.in_clear.isChecked())
        wanted, twin = self.twin.wanted, None
        if wanted is not None:
            twin = draft.twin_of(account, wanted, self._taken)
            twin = replace(twin, name=draft.free_name(twin.name, (*self._names(), account.name)))
        return Draft(account, secret, secret_stored=self._stored, pinned=self.trust.pinned, twin=twin)
        self._refresh(keep=frozenset(faults))
        order = ("name", "description", "protocol", "host", "port", "security", "username", "password")
        targets = {"port": self.port, "security": self.in_clear if self.in_clear.isVisible() else self.security}
        for field in order:
            if field in faults:
                target = targets.get(field) or self._rows[field].controls[0]
                target.setFocus()
                return target
        if "certificate" in faults:
            self.trust.fetch_button.setFocus()
            return self.trust.fetch_button
        return None

    def fault_at(self, field: str) -> str:
        """What is said at a field just now."""
        row = self.trust.row if field == "certificate" else self._rows[field]
        return row.note.words

    def _lay_out(self) -> None:
        layout = flat(QVBoxLayout(self), 0)
        layout.addWidget(self._rows["name"])
        layout.addWidget(self._rows["description"])
        layout.addWidget(Section(_("Server")))
        for key in ("protocol", "host", "security", "clear"):
            layout.addWidget(self._rows[key])
        layout.addWidget(Section(_("Sign-in")))
        layout.addWidget(self._rows["username"])
        layout.addWidget(self._rows["password"])
        layout.addWidget(Section(_("Certificate")))
        layout.addWidget(self.trust)

    def _wire(self) -> None:
        for line in (self.name, self.description, self.host, self.username):
            line.textEdited.connect(self._on_edit)
        self.password.edited.connect(self._on_edit)
        self.protocol.chosen.connect(self._follow)
        self.security.chosen.connect(self._follow)
        self.port.valueChanged.connect(self._port_changed)
        self.in_clear.toggled.connect(self._on_edit)
        self.trust.edited.connect(self._on_edit)
        self.trust.fetch_wanted.connect(self.fetch_certificate)

    def fetch_certificate(self) -> None:
        """Ask the server for its certificate, if host and port say where it is."""
        contents = self.contents()
        wrong = {key: words for key, words in draft.faults(contents).items() if key in ("host", "port")}
        if wrong:
            self.show_faults(wrong)
            return
        account = contents.account
        self.trust.fetch(Server(account.host, account.port, account.security), account.protocol)

    def _follow(self) -> None:
        if not self._port_typed:
            self.port.blockSignals(True)
            protocol, security = PROTOCOLS[self.protocol.index], SECURITIES[self.security.index]
            self.port.setValue(draft.usual_port(protocol, security))
            self.port.blockSignals(False)
        self._on_edit()

    def _port_changed(self, port: int) -> None:
        # Back at the usual number it follows again.
        usual = draft.usual_port(PROTOCOLS[self.protocol.index], SECURITIES[self.security.index])
        self._port_typed = port != usual
        self._on_edit()

    def _on_edit(self) -> None:
        for row in (*self._rows.values(), self.trust.row):
            row.show_fault("")
        self._refresh()
        self.edited.emit()

    def _refresh(self, keep: frozenset[str] = frozenset()) -> None:
        """What follows from the fields: hints, the warning, what is switched off. :param keep: fields that show a fault."""
        contents = self.contents()
        account = contents.account
        self._security_hint.setText(draft.security_hint(account.protocol, account.security, account.port))
        self._lock(account.security)
        self.trust.set_usable(account.security != "none")
        in_clear = contents.in_clear and bool(account.host)
        self._rows["clear"].setVisible(in_clear)
        if "security" not in keep:
            words = _("Everybody on the way to {host} can read mails and password.").format(host=account.host)
            self._rows["security"].note.warn(words if in_clear else "")
        if "password" not in keep:
            self._rows["password"].note.say(*self._password_note(contents))

    def _lock(self, security: Security) -> None:
        """A padlock on the way that is chosen, unless it is none."""
        for number, way in enumerate(SECURITIES):
            button = self.security.button(number)
            locked = way == security != "none"
            button.setToolButtonStyle(
                Qt.ToolButtonStyle.ToolButtonTextBesideIcon if locked else Qt.ToolButtonStyle.ToolButtonTextOnly
            )
            button.setIconSize(QSize(16, 12))
            button.setIcon(theme.icon("lock", "accent-text", 12, gap=4) if locked else QIcon())

    def _password_note(self, contents: Draft) -> tuple[str, str, str]:
        plain = ("lock", "text-3")
        if self._trouble and contents.secret is None:
            return self._trouble, "triangle-alert", "warn"
        if contents.secret is not None or contents.account.needs_secret:
            if self._place == "keyring" or contents.secret is not None:
                return _("Stored in the system keyring, never in the flow file."), *plain
            if self._place is not None:
                return _("Nothing is stored. A password typed here takes its place."), *plain
            return _("It will be stored in the system keyring, never in the flow file."), *plain
        return _("This server asks for no sign-in."), "circle-check", "text-3"
