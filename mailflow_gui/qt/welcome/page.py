"""The welcome page: try the sandbox, begin a flow, open one, or start from an example."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from mailflow_gui.flow.node_type import AnyNodeType
from mailflow_gui.language import _, ngettext
from mailflow_gui.qt import recent
from mailflow_gui.qt.controls import IconLabel, Label, SearchField
from mailflow_gui.qt.theme import theme
from mailflow_gui.qt.welcome.cards import ActionCard, ExampleCard
from mailflow_gui.qt.welcome.examples import examples, node_types, sample_mails
from mailflow_gui.qt.welcome.recent_list import RecentList

_WIDTH = 1040
_MARGIN = 32
_CARD = 264
"""A card is never narrower; where three don't fit, there are two or one in a row."""
_GAP = 16


class WelcomePage(QScrollArea):
    """What a window shows while no flow is open. It changes nothing itself, it only says what the person wants."""

    sandbox_wanted = Signal()
    new_wanted = Signal()
    open_wanted = Signal()
    example_wanted = Signal(Path)
    """A copy of this example is wanted."""
    file_wanted = Signal(Path)
    """This file, opened before, is wanted."""

    def __init__(self, known: Sequence[AnyNodeType] | None = None, parent: QWidget | None = None) -> None:
        """``known``: the node types at hand; by default they are looked for."""
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setProperty("panel", "canvas")  # behind the scroll bar, too
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._columns = 0
        self._actions = self._action_cards()
        types = node_types() if known is None else {one.id: one for one in known}
        self._examples = [ExampleCard(example, types) for example in examples()]
        for card in self._examples:
            card.clicked.connect(lambda _checked=False, card=card: self.example_wanted.emit(card.example.path))
        self._recent_head = Label(_("Recent files"), "heading")
        self._recent = RecentList()
        self._recent_gap = QWidget()
        self._recent_gap.setFixedHeight(28)
        self._recent.file_wanted.connect(self.file_wanted)
        self._search = SearchField(_("Search examples"), "")
        self._search.setFixedWidth(200)
        self._search.textChanged.connect(self._arrange_examples)
        self._nothing = Label(_("No example has these words."), "small", "text-2")
        self._action_grid, self._example_grid = QGridLayout(), QGridLayout()
        self.setWidget(self._content())
        self._arrange(3)

    def refresh(self) -> None:
        """Look anew which files were opened lately; done by itself whenever the page appears."""
        files = recent.files()
        self._recent.show_files(files)
        self._recent.setVisible(bool(files))
        self._recent_head.setVisible(bool(files))
        self._recent_gap.setVisible(bool(files))
        # Tab goes as the eye does, whatever was made first.
        buttons = [card.button for card in self._actions]
        order: list[QWidget] = [*buttons, *self._recent.rows, self._search, *self._examples]
        for one, following in itertools.pairwise(order):
            QWidget.setTabOrder(one, following)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = min(_WIDTH, self.viewport().width() - 2 * _MARGIN)
        self._arrange(max(1, min(3, (room + _GAP) // (_CARD + _GAP))))

    def _action_cards(self) -> list[ActionCard]:
        count = sample_mails()
        sandbox = ngettext(
            "A mail server on this computer with {count} sample mail. No account, nothing leaves your machine.",
            "A mail server on this computer with {count} sample mails. No account, nothing leaves your machine.",
            count,
        ).format(count=count)
        new = _("An empty canvas with Receive Email and Send Email ready to wire.")
        stored = _("A .mailflow file, also from a colleague. Passwords are never in the file.")
        cards = [
            ActionCard("flask-conical", _("Try the sandbox"), sandbox, _("Open sandbox"), "Ctrl+Shift+T", main=True),
            ActionCard("plus", _("New flow"), new, _("Create"), "Ctrl+N"),
            ActionCard("folder-open", _("Open"), stored, _("Choose file…"), "Ctrl+O"),
        ]
        for card, signal in zip(cards, (self.sandbox_wanted, self.new_wanted, self.open_wanted), strict=True):
            card.wanted.connect(signal)
        return cards

    def _content(self) -> QWidget:
        content = _Ground()
        column = QVBoxLayout()
        column.setSpacing(0)
        column.setContentsMargins(0, 40, 0, 24)
        column.addLayout(_greeting())
        column.addSpacing(40)
        column.addLayout(self._action_grid)
        column.addSpacing(36)
        column.addWidget(self._recent_head)
        column.addWidget(self._recent)
        column.addWidget(self._recent_gap)
        head = QHBoxLayout()
        head.addWidget(Label(_("Examples"), "heading"), 1)
        head.addWidget(self._search)
        column.addLayout(head)
        column.addSpacing(20)
        column.addLayout(self._example_grid)
        column.addWidget(self._nothing)
        column.addStretch(1)
        column.addSpacing(24)
        column.addLayout(_promise())
        holder = QWidget()
        holder.setMaximumWidth(_WIDTH)
        holder.setLayout(column)
        outer = QHBoxLayout(content)
        outer.setContentsMargins(_MARGIN, 0, _MARGIN, 0)
        outer.addStretch()
        outer.addWidget(holder, 1000)
        outer.addStretch()
        for grid in (self._action_grid, self._example_grid):
            grid.setSpacing(_GAP)
        return content

    def _arrange(self, columns: int) -> None:
        if columns != self._columns:
            self._columns = columns
            _fill(self._action_grid, self._actions, columns)
            self._arrange_examples()

    def _arrange_examples(self) -> None:
        words = self._search.text().casefold().split()
        fitting = [card for card in self._examples if all(word in card.words for word in words)]
        for card in self._examples:
            card.setVisible(card in fitting)
        self._nothing.setVisible(not fitting)
        _fill(self._example_grid, fitting, self._columns)


class _Ground(QWidget):
    """The canvas' colour behind everything."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.color("canvas"))


def _fill(grid: QGridLayout, widgets: Sequence[QWidget], columns: int) -> None:
    while grid.count():
        grid.takeAt(0)
    for column in range(3):
        grid.setColumnStretch(column, 1 if column < columns else 0)
    for index, widget in enumerate(widgets):
        grid.addWidget(widget, index // columns, index % columns)


def _greeting() -> QHBoxLayout:
    texts = QVBoxLayout()
    texts.setSpacing(0)
    texts.addWidget(Label(_("Welcome to MailFlow"), "display"))
    texts.addWidget(
        Label(
            _("Receive, map and send mail with flows you can see. Nothing is sent until you start one."),
            "body",
            "text-2",
            wrap=True,
        )
    )
    row = QHBoxLayout()
    row.setSpacing(16)
    row.addWidget(IconLabel("workflow", "on-accent", 28, tile="accent", tile_size=56, tile_radius=12))
    row.addLayout(texts, 1)
    return row


def _promise() -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(6)
    row.addStretch()
    row.addWidget(IconLabel("lock", "text-3", 12))
    row.addWidget(Label(_("Passwords stay in the system keyring of this computer."), "caption", "text-3", weight=400))
    row.addStretch()
    return row
