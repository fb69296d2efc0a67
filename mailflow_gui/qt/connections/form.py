"""The fields of a connection, and the account that they describe."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QVBoxLayout, QWidget

from mailflow_gui.accounts import fields
from mailflow_gui.accounts.account import Account, Protocol
from mailflow_gui.accounts.detect import Detected, Network, Proposal
from mailflow_gui.accounts.fields import PROTOCOLS, SECURITIES
from mailflow_gui.accounts.secrets import Place, variable
from mailflow_gui.accounts.stages import Proposal as PortProposal
from mailflow_gui.language import _
from mailflow_gui.mail.server import Server
from mailflow_gui.qt.connections import draft, hints
from mailflow_gui.qt.connections.address import AddressRow
from mailflow_gui.qt.connections.advanced import Advanced
from mailflow_gui.qt.connections.draft import Draft
from mailflow_gui.qt.connections.mnemonics import KeyLabel
from mailflow_gui.qt.connections.password_field import PasswordField
from mailflow_gui.qt.connections.pieces import Number, Row, Section, flat, hint
from mailflow_gui.qt.connections.trust import Trust
from mailflow_gui.qt.connections.twin import TwinRow, other_half
from mailflow_gui.qt.controls import Segments

_ORDER = ("name", "description", "protocol", "host", "port", "security", "username", "password")


class Form(QWidget):
    """All fields; decides nothing but that the port follows protocol and security until a person has typed one."""

    edited = Signal()

    def __init__(self, network: Network | None = None, names: Callable[[], Iterable[str]] = tuple) -> None:
        """:param network: where settings are looked for; None: the world.
        :param names: of the saved connections, so that a name that is filled in is nobody's.
        """
        super().__init__()
        self._original = draft.blank()
        self._names = names
        self._stored = False
        self._place: Place | None = None
        self._trouble = ""
        self._found: Detected | None = None
        self._taken: Proposal | None = None
        self._filled: dict[str, str] = {}
        self.name, self.description = QLineEdit(), QLineEdit()
        self.description.setPlaceholderText(_("Optional"))
        self.protocol = Segments(["IMAP", "POP3", "SMTP"], name=_("Protocol"), compact=False)
        self.address = AddressRow(network)
        self.twin = TwinRow()
        self.host = QLineEdit()
        self.port = Number(1, 65535)
        self.port.setAccessibleName(_("Port"))
        self._port_label = KeyLabel(_("P&ort"), "small", "text-2", weight=500)
        self._port_label.setContentsMargins(8, 0, 4, 0)
        self._port_label.setBuddy(self.port)
        self.security = Segments([_("None"), "STARTTLS", "SSL/TLS"], name=_("Security"), compact=False)
        self._security_hint = hint()
        self.in_clear = QCheckBox(_("Send mails and password without encryption all the same"))
        self.username = QLineEdit()
        self.password = PasswordField()
        self.trust = Trust()
        self.advanced = Advanced()
        self._rows = {
            "name": Row(_("&Name"), self.name),
            "description": Row(_("Descr&iption"), self.description),
            "protocol": Row(_("&Protocol"), self.protocol, stretch=-1),
            "host": Row(_("&Host"), self.host, self._port_label, self.port),
            "security": Row(_("Secu&rity"), self.security, self._security_hint, stretch=1),
            "clear": Row("", self.in_clear),
            "username": Row(_("&User name"), self.username),
            "password": Row(_("Pass&word"), self.password),
        }
        for key in ("name", "description", "host", "username", "password"):
            self._rows[key].lead_to(self._rows[key].controls[0])
        self.address.row.lead_to(self.address.field)
        self._lay_out()
        self._rows |= self.advanced.rows
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
        self.address.set_address(account.username if "@" in account.username else "")
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

    def first_field(self) -> QWidget:
        """Where to begin: for a new connection at the first thing that isn't known yet."""
        if self._stored:
            return self.name
        if not self.host.text():
            return self.address.field
        return self.password if self.username.text() else self.username

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

    def take(self, proposal: PortProposal) -> None:
        """Take another port and security method that were proposed."""
        self.security.choose(SECURITIES.index(proposal.security))
        self.port.setValue(proposal.port)
        self._port_changed(proposal.port)

    def contents(self) -> Draft:
        """What the fields describe now."""
        before, secret = self._original, self.password.secret
        username, command = self.username.text().strip(), self.advanced.command.text().strip()
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
            # A password that is typed takes the place of the command that was there before.
            password_command="" if secret is not None and command == before.password_command else command,
            maximum_sessions=self.advanced.sessions.value(),
        )
        in_clear = account.security == "none" and not fields.is_loopback(account.host)
        account = replace(account, accept_clear_text=in_clear and self.in_clear.isChecked())
        wanted, twin = self.twin.wanted, None
        if wanted is not None:
            twin = draft.twin_of(account, wanted, self._taken)
            twin = replace(twin, name=draft.free_name(twin.name, (*self._names(), account.name)))
        return Draft(account, secret, secret_stored=self._stored, pinned=self.trust.pinned, twin=twin)

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
        if any(key in faults for key in self.advanced.rows):
            self.advanced.set_open(True)
        self._refresh(keep=frozenset(faults))
        targets: dict[str, QWidget] = {
            "port": self.port,
            "security": self.in_clear if self.in_clear.isVisible() else self.security,
            "certificate": self.trust.fetch_button,
        }
        for field in (*_ORDER, "certificate", *self.advanced.rows):
            if field in faults:
                target = targets.get(field) or self._rows[field].controls[0]
                target.setFocus()
                return target
        return None

    def fault_at(self, field: str) -> str:
        """What is said at a field just now."""
        row = {"certificate": self.trust.row, "address": self.address.row}.get(field) or self._rows[field]
        return row.note.words

    def fetch_certificate(self) -> None:
        """Ask the server for its certificate, if host and port say where it is."""
        contents = self.contents()
        wrong = {key: words for key, words in draft.faults(contents).items() if key in ("host", "port")}
        if wrong:
            self.show_faults(wrong)
            return
        account = contents.account
        self.trust.fetch(Server(account.host, account.port, account.security), account.protocol)

    def stop(self) -> None:
        """Forget about everything that is under way."""
        self.trust.stop()
        self.address.stop()

    # ---- what was detected

    def _take_found(self, found: object) -> None:
        assert isinstance(found, Detected)
        self._found = found
        chosen = PROTOCOLS[self.protocol.index]
        best = found.best(chosen) or next(iter(found.proposals), None)
        if best is not None:
            self._fill_in(best)
            if not self.name.text().strip():
                self.name.setText(draft.free_name(found.address, self._names()))
        self.twin.offer(other_half(found, best.protocol) if best and not self._stored else None)
        self.address.say_found(found, best)
        self._on_edit()
        if best is not None:
            (self.password if self.username.text() else self.username).setFocus()

    def _fill_in(self, proposal: Proposal) -> None:
        self._taken = proposal
        self.protocol.choose(PROTOCOLS.index(proposal.protocol))
        self.security.choose(SECURITIES.index(proposal.security))
        self._set_port(proposal.port)
        self._port_typed = proposal.port != draft.usual_port(proposal.protocol, proposal.security)
        self.host.setText(proposal.host)
        username = proposal.username or self.address.address
        if self.username.text().strip() in ("", self._filled.get("username"), self.address.address):
            self.username.setText(username)
            self._filled["username"] = username
        if not self._stored:
            self.trust.set_certificate("")

    def _follow_protocol(self) -> None:
        protocol: Protocol = PROTOCOLS[self.protocol.index]
        found, taken = self._found, self._taken
        best = found.best(protocol) if found is not None else None
        if found is not None and best is not None and taken is not None and self.host.text() == taken.host:
            self._fill_in(best)
            self.twin.offer(other_half(found, protocol) if not self._stored else None)
            self.address.say_found(found, best)
        self._follow()

    # ---- putting together

    def _lay_out(self) -> None:
        layout = flat(QVBoxLayout(self), 0)
        for part in (
            self._rows["name"],
            self._rows["description"],
            Section(_("Server")),
            self._rows["protocol"],
            self.address,
            self.twin,
            *(self._rows[key] for key in ("host", "security", "clear")),
            Section(_("Sign-in")),
            self._rows["username"],
            self._rows["password"],
            Section(_("Certificate")),
            self.trust,
            self.advanced,
        ):
            layout.addWidget(part)

    def _wire(self) -> None:
        for line in (self.name, self.description, self.host, self.username):
            line.textEdited.connect(self._on_edit)
        self.password.edited.connect(self._on_edit)
        self.protocol.chosen.connect(self._follow_protocol)
        self.security.chosen.connect(self._follow)
        self.port.valueChanged.connect(self._port_changed)
        for part in (self.trust, self.twin, self.advanced):
            part.edited.connect(self._on_edit)
        self.in_clear.toggled.connect(self._on_edit)
        self.address.detected.connect(self._take_found)
        self.trust.fetch_wanted.connect(self.fetch_certificate)

    def _set_port(self, port: int) -> None:
        self.port.blockSignals(True)
        self.port.setValue(port)
        self.port.blockSignals(False)

    def _follow(self) -> None:
        if not self._port_typed:
            self._set_port(draft.usual_port(PROTOCOLS[self.protocol.index], SECURITIES[self.security.index]))
        self._on_edit()

    def _port_changed(self, port: int) -> None:
        # Back at the usual number it follows again.
        usual = draft.usual_port(PROTOCOLS[self.protocol.index], SECURITIES[self.security.index])
        self._port_typed = port != usual
        self._on_edit()

    def _on_edit(self) -> None:
        for row in (*self._rows.values(), self.trust.row):
            row.show_fault("")
        if self._taken is not None and self.host.text() != self._taken.host:
            self._taken = None
            self.address.forget_answer()
            self.twin.offer(None)
        self._refresh()
        self.edited.emit()

    def _refresh(self, keep: frozenset[str] = frozenset()) -> None:
        """What follows from the fields: hints, the warning, what is switched off. :param keep: fields that show a fault."""
        contents = self.contents()
        account = contents.account
        self._security_hint.setText(draft.security_hint(account.protocol, account.security, account.port))
        hints.show_padlock(self.security, account.security)
        self._rows["protocol"].label.setBuddy(self.protocol.button(self.protocol.index))
        self._rows["security"].label.setBuddy(self.security.button(self.security.index))
        self.trust.set_usable(account.security != "none")
        in_clear = contents.in_clear and bool(account.host)
        self._rows["clear"].setVisible(in_clear)
        if "security" not in keep:
            words = _("Everybody on the way to {host} can read mails and password.").format(host=account.host)
            self._rows["security"].note.warn(words if in_clear else "")
        if "password" not in keep:
            self._rows["password"].note.say(*hints.about_password(contents, self._place, self._trouble))
        if "password_command" not in keep:
            self.advanced.note(
                _("Its first line of output is the password; it runs when MailFlow signs in.")
                if account.password_command
                else ""
            )
