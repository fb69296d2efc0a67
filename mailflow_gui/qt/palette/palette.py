"""The left dock's list of node types: searched, folded by group, dragged onto the canvas."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from mailflow_gui.flow.node_type import AnyNodeType
from mailflow_gui.language import N_, _
from mailflow_gui.qt.controls import Label, SearchField
from mailflow_gui.qt.palette.rows import MIME_TYPE, GroupHead, Row

__all__ = ["MIME_TYPE", "Palette"]

_GROUPS = {
    "receive": N_("Receive"),
    "transform": N_("Transform"),
    "route": N_("Route"),
    "send": N_("Send"),
    "utility": N_("Utility"),
}
"""In the order of the list."""


class Palette(QWidget):
    """All node types; a group without any isn't shown."""

    chosen = Signal(str)
    """A double-click or Enter: put a node of this type on the canvas."""

    def __init__(self, node_types: Sequence[AnyNodeType]) -> None:
        super().__init__()
        self.setProperty("panel", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.search = SearchField(_("Search nodes"))
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._choose_first)
        self.search.installEventFilter(self)
        self.heads: dict[str, GroupHead] = {}
        self.rows: list[Row] = []
        self._nothing = Label("", "small", "text-3", wrap=True)
        self._nothing.setContentsMargins(16, 8, 16, 8)
        self._nothing.hide()
        self._list = QWidget()
        self._list.setProperty("panel", "surface")
        self._list.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = _column(self._list)
        column.setContentsMargins(0, 0, 0, 8)
        known = [*_GROUPS, *dict.fromkeys(one.group for one in node_types if one.group not in _GROUPS)]
        for group in known:
            inside = [one for one in node_types if one.group == group]
            if inside:
                head = GroupHead(_(_GROUPS.get(group, group)))
                head.folded.connect(self._show)
                self.heads[group] = head
                column.addWidget(head)
                for one in inside:
                    row = Row(one)
                    row.chosen.connect(self.chosen)
                    row.stepped.connect(lambda by, row=row: self._step(row, by))
                    self.rows.append(row)
                    column.addWidget(row)
        column.addWidget(self._nothing)
        column.addStretch()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(self._list)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        top = QVBoxLayout()
        top.setContentsMargins(12, 8, 12, 4)
        top.addWidget(self.search)
        layout = _column(self)
        layout.addLayout(top)
        layout.addWidget(scroll, 1)
        slash = QShortcut(QKeySequence("/"), self)
        slash.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        slash.activated.connect(self.focus_search)
        slash.activatedAmbiguously.connect(self.focus_search)  # where the window has the same key for the same deed

    def focus_search(self) -> None:
        """Let a person type a search; what stood there is replaced by the first key."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def visible_rows(self) -> list[Row]:
        """The rows that are in sight, from top to bottom."""
        return [row for row in self.rows if not row.isHidden()]

    def eventFilter(self, watched: object, event: object) -> bool:
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QKeyEvent.Type.KeyPress:
            rows = self.visible_rows()
            if event.key() == Qt.Key.Key_Down and rows:
                rows[0].setFocus(Qt.FocusReason.TabFocusReason)
                return True
        return False

    def _filter(self, _text: str) -> None:
        self._show()
        words = self.search.text().strip()
        none = bool(words) and not self.visible_rows()
        self._nothing.setVisible(none)
        if none:
            self._nothing.setText(_("No node is called “{text}”.").format(text=words))

    def _show(self) -> None:
        """While somebody searches, folded groups open: what is found is seen."""
        words = _plain(self.search.text()).split()
        for row in self.rows:
            said = _plain(f"{_(row.kind.title)} {row.kind.title} {row.kind.id}")
            fits = all(word in said for word in words)
            row.setVisible(fits and (bool(words) or self.heads[row.kind.group].is_open))
        for group, head in self.heads.items():
            head.setVisible(not words or any(row.kind.group == group and not row.isHidden() for row in self.rows))

    def _choose_first(self) -> None:
        rows = self.visible_rows()
        if rows and self.search.text().strip():
            self.chosen.emit(rows[0].kind.id)

    def _step(self, row: Row, by: int) -> None:
        """Arrow keys go from row to row, and from the first back to the search."""
        rows = self.visible_rows()
        place = rows.index(row) + by
        if place < 0:
            self.search.setFocus(Qt.FocusReason.TabFocusReason)
        elif place < len(rows):
            rows[place].setFocus(Qt.FocusReason.TabFocusReason)


def _plain(text: str) -> str:
    """A text as searches compare it: case, width and accents don't count."""
    found = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in found if not unicodedata.combining(letter))


def _column(widget: QWidget) -> QVBoxLayout:
    layout = QVBoxLayout(widget)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    return layout
