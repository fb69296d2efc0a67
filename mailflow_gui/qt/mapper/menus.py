"""The menus of the page: of a source, a target, a rule; steps to add; small questions for names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtGui import QCursor, QKeySequence
from PySide6.QtWidgets import QInputDialog, QLineEdit, QMenu

from mailflow_gui.language import _
from mailflow_gui.mapping.fields import TARGET_FIELDS
from mailflow_gui.qt.forms.rules import catalogue
from mailflow_gui.qt.mapper import edits, rows
from mailflow_gui.qt.mapper.by_example import EXAMPLE_KEYS
from mailflow_gui.qt.mapper.extractions.rows import EXTRACTED
from mailflow_gui.qt.theme import theme

if TYPE_CHECKING:
    from mailflow_gui.qt.mapper.page import MapperPage

_MOST_REMEDIES = 2


class Menus:
    """Works on the page."""

    def __init__(self, page: MapperPage) -> None:
        self._page = page

    def _menu(self) -> QMenu:
        """A menu for once; it goes when what was chosen has been done."""
        menu = QMenu(self._page)
        menu.aboutToHide.connect(lambda: QTimer.singleShot(0, menu, menu.deleteLater))
        return menu

    # ---- steps

    def add_step(self, index: int, at: int, where: QPoint) -> None:
        """Let a person choose a step for a rule."""
        menu = self._menu()
        self.fill_steps(menu, index, at)
        menu.popup(where)

    def fill_steps(self, menu: QMenu, index: int, at: int) -> None:
        """All transformations by topic; what is chosen becomes a step of a rule."""
        menu.clear()
        page = self._page
        if not 0 <= index < len(page.rules):
            menu.addAction(_("Choose a mapping first")).setEnabled(False)
            return
        for topic, found in catalogue.transformations_by_topic():
            inner = menu.addMenu(topic)
            for one in found:
                act = inner.addAction(_(one.title))
                act.triggered.connect(lambda _checked=False, name=one.name: page.acts.add_step(index, name, at))

    # ---- rows

    def of_source(self, key: str, where: QPoint) -> None:
        """What can be done with a source."""
        source = rows.source_of(key)
        menu = self._menu()
        if source is None:
            if self._page.extracting.fill_menu(menu, key):
                menu.popup(where)
            return
        self._fill_targets(menu.addMenu(_("Map to")), source)
        index = self._page.index
        if 0 <= index < len(self._page.rules):
            title = catalogue.target_title(edits.target_of(self._page.rules[index])) or _("the chosen mapping")
            act = menu.addAction(_("Add to {target}").format(target=title))
            act.triggered.connect(lambda: self._page.acts.combine(index, source))
        menu.popup(where)

    def targets_for(self, source: Mapping[str, Any], where: QPoint) -> None:
        """Ask which target a source is for."""
        menu = self._menu()
        self._fill_targets(menu, source)
        menu.popup(where)

    def _fill_targets(self, menu: QMenu, source: Mapping[str, Any]) -> None:
        page = self._page
        for one in TARGET_FIELDS:
            icon = theme.icon(catalogue.ICONS[one.type], "text-3", 14)
            act = menu.addAction(icon, _(one.title))
            act.triggered.connect(lambda _checked=False, name=one.name: page.acts.map(source, name))

    def of_target(self, key: str, where: QPoint) -> None:
        """What can be done with a target."""
        if not key.startswith("target:"):
            return
        page, target = self._page, key.removeprefix("target:")
        menu = self._menu()
        place = edits.index_of(page.rules, target)
        if place is None:
            menu.addAction(_("Make a mapping")).triggered.connect(lambda: page.acts.map(None, target))
        else:
            menu.addAction(_("Show its mapping")).triggered.connect(lambda: page.choose(place))
            menu.addAction(_("Remove its mapping")).triggered.connect(lambda: page.acts.remove(place))
        if target != "headers":
            menu.addAction(_example_words()).triggered.connect(lambda: page.by_example.open(target))
        menu.popup(where)

    def of_rule(self, index: int, where: QPoint) -> None:
        """What can be done with a rule, or with all of them."""
        page = self._page
        menu = self._menu()
        if index >= 0:
            page.choose(index)
            self.fill_steps(menu.addMenu(_("Add step")), index, -1)
            menu.addSeparator()
            menu.addAction(_("Copy")).triggered.connect(lambda: page.acts.copy([index]))
            menu.addAction(_("Duplicate")).triggered.connect(lambda: page.acts.duplicate(index))
            if index:
                up = menu.addAction(_("Move up"))
                up.triggered.connect(lambda: page.acts.put(edits.moved(page.rules, index, index - 1), index - 1))
            if index < len(page.rules) - 1:
                down = menu.addAction(_("Move down"))
                down.triggered.connect(lambda: page.acts.put(edits.moved(page.rules, index, index + 1), index + 1))
            menu.addAction(_("Remove")).triggered.connect(lambda: page.acts.remove(index))
            menu.addSeparator()
            if page.rules[index].get("template") is None:
                menu.addAction(_("Write a template instead")).triggered.connect(lambda: page.acts.use_template(index))
            menu.addSeparator()
        example = menu.addAction(_example_words())
        example.triggered.connect(
            lambda: page.by_example.open(edits.target_of(page.rules[index]) if index >= 0 else "")
        )
        if page.rules:
            menu.addAction(_("Copy all mappings")).triggered.connect(lambda: page.acts.copy(range(len(page.rules))))
        menu.addAction(_("Paste")).triggered.connect(page.acts.paste)
        menu.addSeparator()
        menu.addAction(_("Try on history…")).triggered.connect(page.history.open)
        menu.popup(where)

    # ---- adding

    def add_source(self, root: str) -> None:
        """A heading's plus in the source tree."""
        page = self._page
        if root == rows.PROPERTIES:
            name = self._ask(_("Flow property"), _("Name of the new property:"))
            if name:
                value = self._ask(_("Flow property"), _("Value of “{name}”:").format(name=name))
                if value is not None:
                    page.properties_changed.emit({**page.flow.properties, name: value})
        elif root == EXTRACTED:
            page.extracting.ask_kind(QCursor.pos())
        elif root == rows.CONSTANTS:
            text = self._ask(_("Constant"), _("Text that never changes:"))
            if text:
                page.constants.append(text)
                page.refresh()
                page.source.tree.go_to(rows.source_key({"constant": text}))

    def add_target(self, root: str) -> None:
        """A plus in the target tree."""
        if root == "target:headers":
            name = self._ask(_("Header"), _("Name of the header, such as X-Ticket:"))
            if name:
                self._page.acts.map(None, f"headers.{name}")
        elif root == rows.OTHERS:
            name = self._ask(_("Field"), _("Name of the field, for steps behind this one:"))
            if name:
                self._page.acts.map(None, name)

    def _ask(self, title: str, words: str) -> str | None:
        text, accepted = QInputDialog.getText(self._page.window(), title, words, QLineEdit.EchoMode.Normal, "")
        return text.strip() if accepted else None

    # ---- what mends a missing target

    def remedies(self, target: str) -> tuple[tuple[str, Callable[[], None]], ...]:
        """What could be mapped to a target that is required."""
        page = self._page
        found: list[tuple[str, dict[str, Any]]] = []
        for row in rows.flat(page.source.tree.shown):
            source = rows.source_of(row.key)
            if source is not None and row.icon == "at-sign" and "field" not in source:
                found.append((_("Use {name}").format(name=row.title), source))
        if target == "to" and page.source.tree.row("field:from") is not None:
            found.insert(0, (_("Use {name}").format(name=catalogue.field_title("from")), {"field": "from"}))
        return tuple(
            (words, lambda source=source: page.acts.map(source, target)) for words, source in found[:_MOST_REMEDIES]
        )


def _example_words() -> str:
    """With its key at the right."""
    keys = QKeySequence(EXAMPLE_KEYS).toString(QKeySequence.SequenceFormat.NativeText)
    return f"{_('By example…')}\t{keys}"
