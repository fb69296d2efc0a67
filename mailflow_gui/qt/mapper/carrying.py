"""Carrying a source to where it is wanted: with the mouse held, or with the keys (Enter here, Enter there)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QPlainTextEdit

from mailflow_gui.language import _
from mailflow_gui.mapping.templates.names import written
from mailflow_gui.qt.forms.rules import catalogue
from mailflow_gui.qt.mapper import rows

if TYPE_CHECKING:
    from mailflow_gui.qt.mapper.page import MapperPage


class Carrying:
    """Works on the page."""

    def __init__(self, page: MapperPage) -> None:
        self._page = page
        self.pending = ""
        """The row that is carried with the keys."""
        source, target = page.source.tree, page.target.tree
        source.carried.connect(self._carry)
        source.dropped.connect(self._drop)
        source.carry_ended.connect(self._end)
        source.entered_row.connect(self._take_up)
        target.entered_row.connect(self._put_down)
        self.forget()

    def forget(self) -> None:
        """Nothing is carried with the keys any more."""
        self.pending = ""
        self._page.source.say(_("Drag a field to the right to map it"))
        self._page.target.say("")

    def _title(self, key: str) -> str:
        source = rows.source_of(key)
        return catalogue.source_title(source) if source is not None else ""

    # ---- with the mouse

    def _carry(self, key: str, where: QPoint) -> None:
        page = self._page
        tree = page.source.tree
        place = tree.place(key)
        edge = page.board.mapTo(page, QPoint(0, 0))
        y = tree.viewport().mapTo(page, QPoint(0, place[0])).y() if place is not None else edge.y()
        self._mark(where)
        page.overlay.draw((QPointF(edge.x(), y), QPointF(page.mapFromGlobal(where))), self._title(key))

    def _mark(self, where: QPoint) -> None:
        page = self._page
        target = self._target_at(where)
        page.target.tree.set_drop_target(f"target:{target}" if target else "")
        index = page.board.card_at(where) if page.board.rect().contains(page.board.mapFromGlobal(where)) else -1
        for place, card in enumerate(page.board.cards):
            card.set_target(place == index)

    def _target_at(self, where: QPoint) -> str:
        tree = self._page.target.tree
        key = tree.key_at(tree.viewport().mapFromGlobal(where))
        return key.removeprefix("target:") if key.startswith("target:") else ""

    def _drop(self, key: str, where: QPoint) -> None:
        page, source = self._page, rows.source_of(key)
        target = self._target_at(where)
        inside = page.board.rect().contains(page.board.mapFromGlobal(where))
        index = page.board.card_at(where) if inside else -1
        chips = page.details.body.sources
        on_sources = chips.isVisible() and chips.rect().contains(chips.mapFromGlobal(where))
        template = page.details.body.template.control()
        on_template = template.isVisible() and template.rect().contains(template.mapFromGlobal(where))
        self._end()
        if source is None:
            return
        name = source.get("field")
        if on_template and isinstance(template, QPlainTextEdit) and isinstance(name, str):
            template.insertPlainText(f"{{{{ {written(name) or name} }}}}")
            return
        if target:
            page.acts.map(source, target)
        elif index >= 0:
            page.acts.combine(index, source)
        elif on_sources and page.index >= 0:
            page.acts.combine(page.index, source)
        elif inside:
            page.menus.targets_for(source, where)

    def _end(self) -> None:
        page = self._page
        page.overlay.draw(None)
        page.target.tree.set_drop_target("")
        for card in page.board.cards:
            card.set_target(False)

    # ---- with the keys

    def _take_up(self, key: str) -> None:
        if rows.source_of(key) is None:
            return
        self.pending = key
        words = _("{source}: go to a target and press Enter. Esc: break off").format(source=self._title(key))
        self._page.source.say(words, loud=True)
        self._page.target.say(words, loud=True)
        self._page.target.tree.setFocus(Qt.FocusReason.OtherFocusReason)

    def _put_down(self, key: str) -> None:
        page, pending = self._page, self.pending
        self.forget()
        if not key.startswith("target:"):
            return
        target = key.removeprefix("target:")
        source = rows.source_of(pending)
        if source is not None:
            page.acts.map(source, target)
            page.source.tree.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        place = next((at for at, rule in enumerate(page.rules) if rule.get("target") == target), None)
        if place is None:
            page.acts.map(None, target)
        else:
            page.choose(place)
            page.details.focus_path("sources")
