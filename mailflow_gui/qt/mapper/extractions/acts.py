"""What a person can do to extractions on the page: each edit makes a new list, which goes to the flow."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QMenu, QStackedWidget

from mailflow_gui.flow.model import Flow
from mailflow_gui.flow.node_type import AnyNodeType
from mailflow_gui.flow.problems import Problem
from mailflow_gui.flow.shapes import plain
from mailflow_gui.language import _
from mailflow_gui.qt.controls import Button
from mailflow_gui.qt.forms.description import fields_of
from mailflow_gui.qt.forms.extractions import catalogue
from mailflow_gui.qt.forms.extractions.editor import kinds_menu
from mailflow_gui.qt.forms.values import Finding, below, merged
from mailflow_gui.qt.mapper import edits
from mailflow_gui.qt.mapper.extractions import rows
from mailflow_gui.qt.mapper.extractions.finding import Found
from mailflow_gui.qt.mapper.extractions.panel import ExtractionPanel

if TYPE_CHECKING:
    from mailflow_gui.qt.mapper.page import MapperPage


class Extracting:
    """Works on the page: its side shows the panel in place of the chosen rule's details while an extraction is edited."""

    def __init__(self, page: MapperPage, types: Sequence[AnyNodeType]) -> None:
        self._page, self._types = page, types
        self.key = ""
        """The setting that holds them; empty where the node has none."""
        self._order: list[str] = []
        self.index = -1
        self.problems: dict[str, str] = {}
        self.panel = ExtractionPanel()
        self.add_button = Button("", "plus", "ghost", compact=True, name=_("Add fields…"))
        self.add_button.setToolTip(_("Add fields… that are found inside the mail"))
        self.side = QStackedWidget()
        self.side.addWidget(page.details)
        self.side.addWidget(self.panel)
        self.panel.edited.connect(lambda one: self.put(edits.replaced(self.raw(), self.index, one), self.index))
        self.panel.delete_wanted.connect(lambda: self.remove(self.index))
        self.panel.move_wanted.connect(lambda by: self.move(self.index, by))
        self.panel.closed.connect(self._closed)

    def connect(self) -> None:
        """Listen to the source tree."""
        tree = self._page.source.tree
        self.add_button.clicked.connect(
            lambda: self.ask_kind(self.add_button.mapToGlobal(self.add_button.rect().bottomLeft()))
        )
        self._page.source.add_tool(self.add_button)
        tree.pencil_pressed.connect(lambda key: self.edit(rows.place_of(key), has_keys=True))
        tree.entered_row.connect(self._entered)
        tree.chosen.connect(self._chosen)
        tree.delete_pressed.connect(lambda key: self.remove(rows.place_of(key)))

    # ---- what there is

    def open(self, flow: Flow) -> None:
        """The page shows another node."""
        self.leave()
        node = flow.node(self._page.node)
        kind = next((one for one in self._types if one.id == node.type), None)
        fields = fields_of(kind.settings) if kind is not None else ()
        self.key = next((one.key for one in fields if one.kind == "extractions"), "")
        self._order = [one.key for one in fields]
        self.add_button.setVisible(bool(self.key))

    def raw(self) -> list[Any]:
        """The extractions as they stand in the flow."""
        found = plain(self._page.flow.node(self._page.node).settings).get(self.key) if self.key else None
        return list(found) if isinstance(found, list) else []

    def offered(self) -> list[Any] | None:
        """As :meth:`raw`; None where the node can have none."""
        return self.raw() if self.key else None

    def refresh(self) -> None:
        """Show the one that is edited as it is now; it may be gone, undone for example."""
        raw, found = self.raw(), self._page.tried.found
        if self.index < 0:
            return
        if self.index >= len(raw):
            self.leave()
            return
        self.panel.show_extraction(raw[self.index], self.index, len(raw))
        known = found[self.index] if len(found) == len(raw) else Found()
        self.panel.show_found(known, has_sample=self._page.sample is not None)
        self.panel.show_problems(below(self.problems, str(self.index)))

    def take_problems(self, problems: Sequence[Problem]) -> bool:
        """What the flow's check found at the extractions; whether it is something new."""
        found: dict[str, str] = {}
        for one in problems:
            if self.key and one.node == self._page.node and (one.field or "").startswith(f"{self.key}."):
                path = str(one.field).removeprefix(f"{self.key}.")
                found[path] = Finding.warning(one.text) if one.severity == "warning" else Finding(one.text)
        is_new = found != self.problems
        self.problems = found
        return is_new

    # ---- edits

    def put(self, raw: list[Any], index: int) -> None:
        """Make these the extractions, and one of them the one that is edited; -1: none."""
        page = self._page
        self.index = index
        if raw != self.raw():
            settings = plain(page.flow.node(page.node).settings)
            page.settings_changed.emit(page.node, merged(settings, self.key, raw, default=[], order=self._order))
        if index < 0:
            self.leave()
        else:
            self._show()

    def add(self, kind: str) -> None:
        """One more, ready to be filled in."""
        raw = self.raw()
        self.put([*raw, catalogue.new(kind)], len(raw))
        self.panel.suggestions.set_open(True)
        self._page.source.tree.go_to(rows.key_of(self.index))
        QTimer.singleShot(0, self.panel, lambda: self.panel.focus_path(""))

    def remove(self, index: int) -> None:
        """One less; rules that read its fields keep them, and say so."""
        raw = self.raw()
        if 0 <= index < len(raw):
            self.put(edits.without(raw, {index}), -1)

    def move(self, index: int, by: int) -> None:
        """Look earlier or later: of two that find one field, the first one counts."""
        raw = self.raw()
        if 0 <= index < len(raw) and 0 <= index + by < len(raw):
            self.put(edits.moved(raw, index, index + by), index + by)
            self._page.source.tree.go_to(rows.key_of(self.index))

    # ---- showing

    def edit(self, index: int, path: str = "", *, has_keys: bool = False) -> None:
        """Edit one of them, beginning with a setting."""
        if 0 <= index < len(self.raw()):
            if index != self.index:
                self.panel.suggestions.set_open(False)
            self.index = index
            self._show()
            if has_keys:
                self.panel.focus_path(path)

    def lead_to(self, path: str) -> None:
        """Edit what a path such as ``1.pattern`` names."""
        place, _dot, rest = path.partition(".")
        if place.isdigit():
            self.edit(int(place), rest, has_keys=True)
            self._page.source.tree.go_to(rows.key_of(self.index))

    def focus(self) -> None:
        """Give the keys to what the side shows."""
        if self.index >= 0:
            self.panel.focus_path("")
        else:
            self._page.details.focus_path("sources")

    def _show(self) -> None:
        self.side.setCurrentWidget(self.panel)
        self.refresh()
        self._page.choosing.light()

    def leave(self) -> None:
        """Show the chosen rule again."""
        was, self.index = self.index, -1
        self.side.setCurrentWidget(self._page.details)
        if was >= 0:
            self._page.choosing.light()

    def _closed(self) -> None:
        self.leave()
        self._page.source.tree.setFocus(Qt.FocusReason.OtherFocusReason)

    # ---- the tree

    def _chosen(self, key: str) -> None:
        place = rows.place_of(key)
        if place >= 0:
            self.edit(place)

    def _entered(self, key: str) -> None:
        if key == rows.ADD:
            tree = self._page.source.tree
            place = tree.place(key)
            where = tree.viewport().mapToGlobal(QPoint(48, place[0] + 12)) if place is not None else tree.pos()
            self.ask_kind(where)
        else:
            self.edit(rows.place_of(key), has_keys=True)

    def ask_kind(self, where: QPoint) -> None:
        """Let a person choose what kind to add."""
        menu = QMenu(self._page)
        menu.aboutToHide.connect(lambda: QTimer.singleShot(0, menu, menu.deleteLater))
        kinds_menu(menu, self.add)
        menu.popup(where)

    def fill_menu(self, menu: QMenu, key: str) -> bool:
        """What can be done with a row of the tree that stands for extractions; False if it is none of these."""
        place = rows.place_of(key)
        if place < 0 and key not in (rows.ADD, rows.EXTRACTED):
            return False
        if place >= 0:
            menu.addAction(_("Edit this extraction")).triggered.connect(lambda: self.edit(place, has_keys=True))
            for words, by in ((_("Look earlier"), -1), (_("Look later"), 1)):
                act = menu.addAction(words)
                act.setEnabled(0 <= place + by < len(self.raw()))
                act.triggered.connect(partial(self._moved, place, by))
            menu.addAction(_("Remove this extraction")).triggered.connect(lambda: self.remove(place))
            menu.addSeparator()
        kinds_menu(menu.addMenu(_("Add fields…")), self.add)
        return True

    def _moved(self, place: int, by: int, _checked: bool = False) -> None:
        self.move(place, by)
