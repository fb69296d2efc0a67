"""What a person can do to the rules: each edit makes a new list of rules, which goes to the flow."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QMimeData, Qt, QTimer
from PySide6.QtWidgets import QApplication

from mailflow_gui.flow.shapes import plain
from mailflow_gui.language import _, ngettext
from mailflow_gui.mapping.fields import TARGET_FIELDS
from mailflow_gui.mapping.templates.names import written
from mailflow_gui.qt import own_clips
from mailflow_gui.qt.forms.rules import catalogue
from mailflow_gui.qt.mapper import edits

if TYPE_CHECKING:
    from mailflow_gui.qt.mapper.page import MapperPage

RULES_MIME = "application/x-mailflow-rules+json"


class Acts:
    """Works on the page."""

    def __init__(self, page: MapperPage) -> None:
        self._page = page

    def put(self, rules: list[Any], index: int) -> None:
        """Make these the rules, and one of them the chosen one."""
        if rules != self._page.rules:
            settings = plain(self._page.flow.node(self._page.node).settings)
            self._page.index = index
            self._page.settings_changed.emit(self._page.node, {**settings, self._page.key: rules})
        if index == self._page.index == self._page.board.index:
            return  # what is shown is up to date already
        self._page.choose(index, self._page.board.cards[index].chip if 0 <= index < len(self._page.board.cards) else -1)

    def replace(self, settings: Mapping[str, Any], index: int | None) -> None:
        """Make these the node's settings, as one step for undo, and a rule the chosen one."""
        page = self._page
        page.settings_replaced.emit(page.node, dict(settings))
        page.choose(page.index if index is None else index)
        if 0 <= page.index < len(page.board.cards):
            page.board.cards[page.index].setFocus(Qt.FocusReason.OtherFocusReason)

    def map(self, source: Mapping[str, Any] | None, target: str) -> None:
        """Map a source to a target; a target that is filled already gets one more source."""
        rules, index = edits.mapped(self._page.rules, source, target)
        before = edits.index_of(self._page.rules, target)
        self.put(rules, index)
        if before is not None and source is not None:
            words = _("{source} was added to the mapping of {target}.")
            self._page.said.emit(
                words.format(source=catalogue.source_title(source), target=catalogue.target_title(target))
            )
        if source is None:
            self._page.details.focus_path("sources")

    def combine(self, index: int, source: Mapping[str, Any]) -> None:
        """Give a rule one more source."""
        self.put(edits.combined(self._page.rules, index, source), index)

    def add_step(self, index: int, name: str, at: int = -1) -> None:
        """Give a rule one more step, ready to be filled in."""
        place = len(edits.steps_of(self._page.rules[index])) if at < 0 else at
        self.put(edits.with_step(self._page.rules, index, name, place), index)
        QTimer.singleShot(0, self._page, lambda: self._page.details.focus_step(place))

    def use_template(self, index: int) -> None:
        """Let a template take the place of a rule's sources; it begins with them."""
        page, rule = self._page, self._page.rules[index]
        names = [source["field"] for source in edits.sources_of(rule) if isinstance(source.get("field"), str)]
        words = " ".join(f"{{{{ {written(name) or name} }}}}" for name in names)
        gone = ("sources", "combine", "split", "for_each")
        kept = {key: value for key, value in rule.items() if key not in gone}
        self.put(edits.replaced(page.rules, index, edits.put(kept, "template", words)), index)
        page.details.focus_path("template")

    def remove(self, index: int) -> None:
        """Take a rule away."""
        if 0 <= index < len(self._page.rules):
            self.put(edits.without(self._page.rules, {index}), min(index, len(self._page.rules) - 2))
            if 0 <= self._page.index < len(self._page.board.cards):
                self._page.board.cards[self._page.index].setFocus(Qt.FocusReason.OtherFocusReason)

    def duplicate(self, index: int) -> None:
        """The same rule once more, its target yet to be chosen."""
        if 0 <= index < len(self._page.rules):
            self.put(edits.inserted(self._page.rules, index + 1, [self._page.rules[index]]), index + 1)
            self._page.details.focus_path("target")

    def copy(self, places: Sequence[int]) -> None:
        """Put rules on the clipboard."""
        found = [self._page.rules[place] for place in places if 0 <= place < len(self._page.rules)]
        if found:
            text = json.dumps(found, ensure_ascii=False)
            own_clips.put(RULES_MIME, text.encode("utf-8"), json.dumps(found, ensure_ascii=False, indent=2))

    def cut(self) -> None:
        """Copy, then remove."""
        self.copy([self._page.index])
        self.remove(self._page.index)

    def paste(self) -> None:
        """Add the rules that lie on the clipboard behind the chosen one."""
        data = cast("QMimeData | None", QApplication.clipboard().mimeData())  # None while another program holds it
        text = bytes(data.data(RULES_MIME).data()).decode("utf-8", "replace") if data is not None else ""
        try:
            found = json.loads(text or "[]")
        except ValueError:
            found = []
        if not isinstance(found, list) or not found:
            self._page.said.emit(_("There are no mappings on the clipboard."))
            return
        at = self._page.index + 1 if self._page.index >= 0 else len(self._page.rules)
        self.put(edits.inserted(self._page.rules, at, found), at)

    def map_by_name(self) -> None:
        """Map what has the same name on both sides."""
        names = self._page.behind if self._page.behind is not None else frozenset(edits.BY_NAME)
        rules = edits.by_name(self._page.rules, names, [one.name for one in TARGET_FIELDS])
        added = len(rules) - len(self._page.rules)
        if added:
            words = ngettext("{count} mapping was added.", "{count} mappings were added.", added)
            self.put(rules, len(self._page.rules))
        else:
            words = _("No field has the name of a target that is still free.")
        self._page.said.emit(words.format(count=added))
