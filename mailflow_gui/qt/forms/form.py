"""The form of a node's settings: made from its type's settings model, for whatever type it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPlainTextEdit,
    QScrollArea,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.sessions import Sessions
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.flow.model import Flow, Node
from mailflow_gui.flow.node_type import AnyNodeType
from mailflow_gui.flow.problems import Problem
from mailflow_gui.flow.shapes import plain
from mailflow_gui.language import _
from mailflow_gui.qt.forms.body import MARGIN, Body, line, surface
from mailflow_gui.qt.forms.connection import ConnectionEditor
from mailflow_gui.qt.forms.description import Field, fields_of
from mailflow_gui.qt.forms.header import Header
from mailflow_gui.qt.forms.labels import Label
from mailflow_gui.qt.forms.make import editor_for
from mailflow_gui.qt.forms.surroundings import Surroundings, account_states, saved_accounts
from mailflow_gui.qt.forms.values import Finding, below, faulty, merged
from mailflow_gui.qt.theme import theme

_EVERY_NODE = ("enabled", "note")
"""Settings that stand in the head and on a tab of their own."""


class SettingsForm(QWidget):
    """The right dock: what a node does. It never holds the flow; each edit leaves as a signal, and the new node comes back."""

    settings_changed = Signal(str, object)
    """Node id, and its whole settings, a dict: what stood in the file and what differs from the defaults. (An ``object``: a signal of
    ``dict`` goes through Qt's own map, which sorts the keys.)"""
    name_changed = Signal(str, str)
    """Node id, and its new name; empty: called after its type."""
    stubs_changed = Signal(object)
    """The flow's connections, a tuple of stubs; sent before the setting that names a new one."""
    connection_wanted = Signal(str)
    """A person asks for a new connection; the protocols that fit, joined by commas. Answer with :meth:`choose_connection`."""
    mapper_wanted = Signal(str)
    """A person wants more room for the rules of a node: its id."""

    def __init__(
        self,
        accounts: AccountStore | None = None,
        sessions: Sessions | None = None,
        states: Callable[[tuple[Account, ...]], Mapping[str, str]] | None = None,
    ) -> None:
        """:param accounts: the saved accounts; this home's, if not given. :param states: how they are doing, by id."""
        super().__init__()
        surface(self)
        self._around = Surroundings(
            accounts or saved_accounts(),
            sessions,
            states or account_states,
            stubs_changed=self.stubs_changed.emit,
            connection_wanted=self._connection_wanted,
            mapper_wanted=lambda: self.mapper_wanted.emit(self._node.id if self._node is not None else ""),
        )
        self._node: Node | None = None
        self._kind: AnyNodeType | None = None
        self._settings: dict[str, Any] = {}
        self._kept: frozenset[str] = frozenset()
        self.body: Body | None = None
        self._asking: Field | None = None
        self._lay_out()
        self.show_nothing()

    def _lay_out(self) -> None:
        self.header = Header()
        self.header.named.connect(self._named)
        self.header.switched.connect(lambda is_on: self._take("enabled", is_on, default=True))
        self.tabs = QTabBar()
        self.tabs.setExpanding(False)
        self.tabs.addTab(_("Settings"))
        self.tabs.addTab(_("Notes"))
        self.tabs.setAccessibleName(_("Settings and notes"))
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.verticalScrollBar().rangeChanged.connect(lambda _least, most: self._make_way(most > 0))
        self.notes = QPlainTextEdit()
        self.notes.setFont(theme.font("small"))
        self.notes.setPlaceholderText(_("What this node is for, and what to watch out for."))
        self.notes.setTabChangesFocus(True)
        self.notes.setAccessibleName(_("Notes"))
        self.notes.textChanged.connect(lambda: self._take("note", self.notes.toPlainText(), default=""))
        notes = QWidget()
        around_notes = QVBoxLayout(notes)
        around_notes.setContentsMargins(16, 12, 16, 16)
        around_notes.addWidget(self.notes)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.area)
        self.pages.addWidget(notes)
        self.tabs.currentChanged.connect(self.pages.setCurrentIndex)
        self._inside = QWidget()
        inside = _column(self._inside)
        inside.addWidget(self.header)
        tabs = QHBoxLayout()
        tabs.setContentsMargins(6, 0, 0, 0)
        tabs.addWidget(self.tabs)
        inside.addLayout(tabs)
        inside.addWidget(line())
        inside.addWidget(self.pages, 1)
        self._nothing = Label(_("Select a node on the canvas to see its settings."), "small", "hint", wrap=True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._nothing.setContentsMargins(24, 48, 24, 0)
        layout = _column(self)
        layout.addWidget(self._inside)
        layout.addWidget(self._nothing)
        self.setMinimumWidth(240)

    def show_nothing(self) -> None:
        """No node is selected."""
        self._node = None
        self._inside.hide()
        self._nothing.show()

    def show_node(
        self,
        node: Node,
        node_type: AnyNodeType | None,
        flow: Flow,
        problems: Sequence[Problem] = (),
        about: str = "",
    ) -> None:
        """Show a node, or what became of the one that is shown already: cursor and scroll bar stay then.

        :param node_type: None where no installed type has this name. :param about: a few words on how it is doing.
        """
        same = self._node is not None and self._node.id == node.id and self._kind is node_type
        self._node, self._kind = node, node_type
        settings = plain(node.settings)
        is_new = not same or settings != self._settings
        self._settings = settings
        self._around.flow, self._around.settings = flow, settings
        self._inside.show()
        self._nothing.hide()
        place = next(
            (number for number, one in enumerate(flow.nodes, start=1) if one.id == node.id), len(flow.nodes) + 1
        )
        words = [_("node {number}").format(number=place), about or (_(node_type.title) if node_type else node.type)]
        self.header.show_node(node_type, node.name or "", " · ".join(words), node.enabled)
        if is_new:
            self._kept = frozenset(settings)
        if self.notes.toPlainText() != str(settings.get("note", "")):
            self.notes.blockSignals(True)
            self.notes.setPlainText(str(settings.get("note", "")))
            self.notes.blockSignals(False)
        if not same:
            self._make_body()
        if self.body is not None:
            self.body.set_raw(settings)
            self.body.refresh_lists()
        self.show_problems(problems)

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Mark this node's problems at their fields."""
        if self.body is not None and self._node is not None:
            texts: dict[str, str] = {}
            for one in problems:
                if one.node == self._node.id and one.field:
                    both = "\n".join(filter(None, (texts.get(one.field), one.text)))
                    is_warning = one.severity == "warning" and not faulty(below(texts, one.field))
                    texts[one.field] = Finding.warning(both) if is_warning else Finding(both)
            self.body.show_problems(texts)

    def refresh(self) -> None:
        """The saved connections, or how they are doing, have changed."""
        if self.body is not None:
            self.body.refresh_lists()

    def focus_field(self, path: str) -> bool:
        """Give the keys to the field of a problem's path; False if the form has none."""
        if self.body is None:
            return False
        self.tabs.setCurrentIndex(1 if path == "note" else 0)
        if path == "note":
            self.notes.setFocus()
            return True
        found = self.body.focus_path(path)
        if found:
            QTimer.singleShot(0, self._reveal)
        return found

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Whoever goes to the form goes to its first field."""
        super().focusInEvent(event)
        if self.body is not None:
            self.body.focus_path("")

    def choose_connection(self, account_id: str) -> None:
        """The answer to :attr:`connection_wanted`: take the new account where it was asked for."""
        if self._asking is not None and self.body is not None:
            editor = self.body.rows[self._asking.key].editor
            if isinstance(editor, ConnectionEditor):
                editor.choose(account_id)
        self._asking = None

    def _reveal(self) -> None:
        widget = self.focusWidget()
        if widget is not None and self.body is not None and self.body.isAncestorOf(widget):
            self.area.ensureWidgetVisible(widget, 0, 48)

    def _make_way(self, has_bar: bool) -> None:
        """The scroll bar stands in the margin: the fields are as wide with it as without."""
        if self.body is not None:
            self.body.set_right_margin(MARGIN - self.area.verticalScrollBar().sizeHint().width() if has_bar else MARGIN)

    def _make_body(self) -> None:
        previous = self.area.takeWidget()
        if previous is not None:
            previous.deleteLater()
        self.body = None
        self._asking = None
        if self._kind is None:
            text = _(
                "No installed node type is called “{type}”. The node and its settings stay in the file as they are."
            )
            unknown = Label(text.format(type=self._node.type if self._node else ""), "small", "secondary", wrap=True)
            unknown.setContentsMargins(16, 12, 16, 12)
            unknown.setAlignment(Qt.AlignmentFlag.AlignTop)
            surface(unknown)
            self.area.setWidget(unknown)
            return
        fields = fields_of(self._kind.settings, leave_out=_EVERY_NODE)
        self._around.fields = fields
        self.body = Body(fields, lambda one: editor_for(one, self._around))
        self.body.edited.connect(self._edited)
        surface(self.body)
        self.area.setWidget(self.body)
        self.area.verticalScrollBar().setValue(0)

    def _edited(self) -> None:
        if self.body is not None and self._node is not None:
            raw = self.body.raw()
            self._send(raw if isinstance(raw, dict) else {})

    def _take(self, key: str, value: Any, *, default: Any) -> None:
        """A setting that stands outside the form's body was edited."""
        if self._node is None:
            return
        settings = merged(self._settings, key, value, default=default, kept=self._kept, order=self._order())
        if self.body is not None:
            self.body.set_raw(settings)
        self._send(settings)

    def _order(self) -> list[str]:
        return (
            [] if self._kind is None else [info.alias or key for key, info in self._kind.settings.model_fields.items()]
        )

    def _send(self, settings: dict[str, Any]) -> None:
        if self._node is not None and settings != self._settings:
            self._settings = settings
            self._around.settings = settings
            self.settings_changed.emit(self._node.id, plain(settings))

    def _named(self, name: str) -> None:
        if self._node is not None:
            self.name_changed.emit(self._node.id, name.strip())

    def _connection_wanted(self, field: Field) -> None:
        self._asking = field
        self.connection_wanted.emit(",".join(field.protocols))


def _column(widget: QWidget) -> QVBoxLayout:
    layout = QVBoxLayout(widget)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    return layout
