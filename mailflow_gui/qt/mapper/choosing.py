"""Which rule is chosen, what that lights up, and where the keys go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from mailflow_gui.qt.mapper import edits, rows
from mailflow_gui.qt.mapper.extractions.rows import key_of

if TYPE_CHECKING:
    from mailflow_gui.qt.mapper.page import MapperPage


class Choosing:
    """Works on the page."""

    def __init__(self, page: MapperPage) -> None:
        self._page = page

    def choose(self, index: int, chip: int = -1) -> None:
        """Make a rule the chosen one; -1: none."""
        page = self._page
        page.extracting.leave()
        page.index = index if 0 <= index < len(page.rules) else -1
        page.board.choose(page.index, chip)
        page.show_details()
        self.light()

    def chosen(self, index: int, chip: int) -> None:
        """A person has chosen a rule on the board, and a chip of it."""
        page = self._page
        page.extracting.leave()
        page.index = index
        page.show_details()
        self.light()
        card = page.board.cards[index] if index >= 0 else None
        page.details.steps.light(card.look.chips[chip].step if card is not None and chip >= 0 else -1)

    def entered(self, index: int) -> None:
        """Go on to the details of a rule, to the part that its chosen chip stands for."""
        card, details = self._page.board.cards[index], self._page.details
        chip = card.look.chips[card.chip] if card.chip >= 0 else None
        if chip is not None and chip.part == "step":
            details.focus_step(chip.step)
        else:
            details.focus_path(chip.part if chip is not None and chip.part not in {"each", "copy"} else "sources")

    def light(self) -> None:
        """Show in the trees what the chosen rule joins, or the extraction that is edited in its place."""
        page = self._page
        if page.extracting.index >= 0:
            page.source.tree.mark(key_of(page.extracting.index))
            page.target.tree.mark("")
            page.place_dots()
            return
        rule = page.rules[page.index] if 0 <= page.index < len(page.rules) else None
        page.source.tree.mark([self.row_of(source) for source in edits.sources_of(rule)])
        page.target.tree.mark(f"target:{edits.target_of(rule)}" if rule is not None else "")
        page.place_dots()

    def row_of(self, source: Mapping[str, Any]) -> str:
        """The key of a source's row: a header is found whatever its letters."""
        key = rows.source_key(source)
        if key.startswith("field:headers.") and self._page.source.tree.row(key) is None:
            for one in self._page.tried.headers:
                if f"field:headers.{one}".lower() == key.lower():
                    return f"field:headers.{one}"
        return key

    def source_chosen(self, key: str) -> None:
        """A source field was clicked: a rule that reads it becomes the chosen one."""
        using = [
            place
            for place, rule in enumerate(self._page.rules)
            if any(self.row_of(source) == key for source in edits.sources_of(rule))
        ]
        if using and self._page.index not in using:
            self.choose(using[0])

    def target_chosen(self, key: str) -> None:
        """A target was clicked: the rule that fills it becomes the chosen one."""
        if self._page.carrying.pending:
            return
        place = edits.index_of(self._page.rules, key.removeprefix("target:")) if key.startswith("target:") else None
        if place is not None and place != self._page.index:
            self.choose(place)

    def show_first_problem(self) -> None:
        """Lead to the first thing that is wrong."""
        page = self._page
        if page.problems:
            self.lead_to(next(iter(page.problems)))
            return
        failed = next((place for place in range(len(page.rules)) if page.outcome(place).error), None)
        if failed is not None:
            self.choose(failed)
        elif page.needs.missing:
            page.target.tree.go_to(f"target:{sorted(page.needs.missing)[-1]}")
            page.target.tree.setFocus(Qt.FocusReason.OtherFocusReason)

    def lead_to(self, path: str) -> None:
        """Choose the rule of a path such as ``3.sources.0``, and give the keys to what it names."""
        place, _dot, rest = path.partition(".")
        if place.isdigit() and int(place) < len(self._page.rules):
            self.choose(int(place))
            self._page.details.focus_path(rest)

    def next_pane(self, by: int) -> None:
        """Give the keys to the next part of the page."""
        page = self._page
        panes: list[QWidget] = [page.source.tree, page.target.tree]
        if 0 <= page.index < len(page.board.cards):
            panes[1:1] = [page.board.cards[page.index]]
        if page.extracting.index >= 0 or page.index >= 0:
            panes.append(page.extracting.side)
        focus = QApplication.focusWidget()
        at = next((place for place, one in enumerate(panes) if focus and (one is focus or one.isAncestorOf(focus))), -1)
        widget = panes[(at + by) % len(panes)]
        if widget is page.extracting.side:
            page.extracting.focus()
        else:
            widget.setFocus(Qt.FocusReason.ShortcutFocusReason)
