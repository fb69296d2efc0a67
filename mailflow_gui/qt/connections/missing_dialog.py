"""Setting up what a flow misses: one row for each connection, with what fits here and the way to a new one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from mailflow_gui.accounts.account import Account
from mailflow_gui.language import _, ngettext
from mailflow_gui.qt.connections.missing import Missing
from mailflow_gui.qt.connections.pieces import Line, Note, flat
from mailflow_gui.qt.controls import Button, ElidedLabel, IconLabel, Label, ProtocolBadge, set_tool_tip
from mailflow_gui.qt.theme import theme

_WIDTH = 620
_HEIGHT = 480
_FRAME = 168
"""What stands above and below the rows, in pixels."""
_ROW = 58
_FOOT = 56


class MissingDialog(QDialog):
    """Everything at once is in view; a row that is done stays, so that one sees what was done."""

    chosen = Signal(str, str)
    """A person binds a connection of the flow to an account: stub id, account id."""
    wanted = Signal(object)
    """A person wants to set one up anew, as the flow describes it: the :class:`Stub`."""

    def __init__(self, flow: str, parent: QWidget | None = None) -> None:
        """:param flow: its name."""
        super().__init__(parent)
        self.setWindowTitle(_("Missing connections"))
        self.setWindowIcon(theme.icon("unplug"))
        self.rows: dict[str, MissingRow] = {}
        self._title = Label("", "title", wrap=True)
        self._flow = flow
        about = _(
            "The flow describes these servers, but holds no user names and no passwords. Choose what they mean here."
        )
        body = QWidget()
        self._column = flat(QVBoxLayout(body), 0)
        self._column.addStretch(1)
        area = QScrollArea()
        area.setWidget(body)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.close_button = Button(_("Done"), None, "primary")
        self.close_button.clicked.connect(self.accept)
        self.close_button.setDefault(True)
        foot = QWidget()
        foot.setFixedHeight(_FOOT)
        foot.setProperty("panel", "surface-alt")
        foot.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        line = flat(QHBoxLayout(foot), 8)
        line.setContentsMargins(16, 0, 16, 0)
        line.addStretch(1)
        line.addWidget(self.close_button)
        head = flat(QVBoxLayout(), 4)
        head.setContentsMargins(16, 16, 16, 8)
        head.addWidget(self._title)
        head.addWidget(Label(about, "small", "text-2", wrap=True))
        for part in (self, body):
            part.setProperty("panel", "surface")
            part.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        layout = flat(QVBoxLayout(self), 0)
        layout.addLayout(head)
        layout.addWidget(area, 1)
        layout.addWidget(Line())
        layout.addWidget(foot)
        self.resize(_WIDTH, _HEIGHT)

    def show_missing(self, missing: Sequence[Missing], done: Callable[[str], str]) -> None:
        """Show what is missing now; :param done: the name of the account that a connection which isn't missing any more means."""
        for each in missing:
            row = self.rows.get(each.stub.id)
            if row is None:
                row = self.rows[each.stub.id] = MissingRow(each.stub.id)
                row.chosen.connect(self.chosen)
                row.wanted.connect(self.wanted)
                self._column.insertWidget(self._column.count() - 1, row)
            row.show_missing(each)
        left = {each.stub.id for each in missing}
        for stub_id, row in self.rows.items():
            if stub_id not in left:
                row.show_done(done(stub_id))
        self._title.setText(title(len(missing), self._flow))
        if not missing:
            self.close_button.setFocus()
        if not self.isVisible():
            self.resize(_WIDTH, min(_HEIGHT, _FRAME + _ROW * len(self.rows)))


class MissingRow(QWidget):
    """One connection of the flow."""

    chosen = Signal(str, str)
    wanted = Signal(object)

    def __init__(self, stub_id: str) -> None:
        super().__init__()
        self._id = stub_id
        self._missing: Missing | None = None
        self._icon = IconLabel("unplug", "warn", 16)
        self._name = ElidedLabel("", "body", weight=500)
        self._about = ElidedLabel("", "small", "text-2")
        self._badge = ProtocolBadge("")
        self.box = QComboBox()
        self.box.setMinimumWidth(180)
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.box.activated.connect(self._activated)
        self.new_button = Button(_("New…"), "plus")
        self.new_button.clicked.connect(self._new)
        self._done = Note(14)
        texts = flat(QVBoxLayout(), 0)
        line = flat(QHBoxLayout(), 8)
        line.addWidget(self._name, 1)
        texts.addLayout(line)
        texts.addWidget(self._about)
        texts.addWidget(self._done)
        row = flat(QHBoxLayout(), 8)
        row.setContentsMargins(16, 10, 16, 10)
        row.addWidget(self._icon)
        row.addLayout(texts, 1)
        row.addWidget(self._badge)
        row.addWidget(self.box)
        row.addWidget(self.new_button)
        layout = flat(QVBoxLayout(self), 0)
        layout.addWidget(Line())
        layout.addLayout(row)

    def show_missing(self, missing: Missing) -> None:
        """Show what the flow says of it, and what fits."""
        stub = missing.stub
        self._name.setText(missing.name)
        users = ", ".join(missing.users)
        host = stub.host or _("any server")
        self._about.setText(_("{host} · used by {nodes}").format(host=host, nodes=users))
        self._badge.set_text(stub.protocol.upper())
        if self._missing is None or self._missing.candidates != missing.candidates:
            self.box.clear()
            for account in missing.candidates:
                self.box.addItem(account.name, account.id)
                self.box.setItemData(self.box.count() - 1, account.host, Qt.ItemDataRole.AccessibleDescriptionRole)
            self.box.setCurrentIndex(-1)
        self.box.setPlaceholderText(_("Use an existing one…") if missing.candidates else _("None here fits"))
        self.box.setEnabled(bool(missing.candidates))
        self.box.setAccessibleName(_("Connection for {name}").format(name=missing.name))
        self.new_button.setAccessibleName(_("New connection for {name}").format(name=missing.name))
        set_tool_tip(self.new_button, _("Set it up as the flow describes it"))
        self._missing = missing
        self._show(missing=True)
        self._done.say("")

    def show_done(self, name: str) -> None:
        """It is set up: it means the account with this name."""
        self._show(missing=False)
        self._done.say(
            _("Uses “{name}”.").format(name=name) if name else _("Isn't used any more."), "circle-check", "ok"
        )

    @property
    def words(self) -> str:
        """What was done about it; empty while it is missing."""
        return self._done.words

    def _show(self, *, missing: bool) -> None:
        self._icon.set_icon("unplug" if missing else "plug", "warn" if missing else "ok")
        for part in (self.box, self.new_button, self._about):
            part.setVisible(missing)

    def _activated(self, index: int) -> None:
        account_id = self.box.itemData(index)
        if isinstance(account_id, str):
            self.chosen.emit(self._id, account_id)

    def _new(self) -> None:
        if self._missing is not None:
            self.wanted.emit(self._missing.stub)


def title(number: int, flow: str) -> str:
    """How many are missing, in a sentence."""
    if number == 0:
        return _("Every connection of “{name}” is set up.").format(name=flow)
    words = ngettext(
        "{number} connection of “{name}” is missing.", "{number} connections of “{name}” are missing.", number
    )
    return words.format(number=number, name=flow)


def account_name(accounts: Sequence[Account], account_id: str) -> str:
    """What an account is called; empty: there is none."""
    return next((account.name for account in accounts if account.id == account_id), "")
