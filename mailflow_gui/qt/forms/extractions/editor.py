"""The list of a node's extractions in the dock: cards that open, in the order in which they stand in the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.controls import Card, ElidedLabel, IconLabel
from mailflow_gui.qt.forms.description import Field
from mailflow_gui.qt.forms.editor import Editor
from mailflow_gui.qt.forms.extractions import catalogue
from mailflow_gui.qt.forms.extractions.settings import SettingsEditor
from mailflow_gui.qt.forms.labels import Complaint, Label
from mailflow_gui.qt.forms.rules.flow_layout import FlowLayout
from mailflow_gui.qt.forms.rules.parts import adder, emptied, tool
from mailflow_gui.qt.forms.surroundings import Surroundings
from mailflow_gui.qt.forms.values import MISSING, below, faulty
from mailflow_gui.qt.theme import theme


def kinds_menu(menu: QMenu, chosen: Callable[[str], object]) -> None:
    """Fill a menu with the kinds, each with what it is for; what is chosen is told by its name."""
    menu.setToolTipsVisible(True)
    for one in catalogue.kinds():
        act = menu.addAction(theme.icon(one.icon, "text-3", 14), _(one.entry))
        act.setToolTip(_(one.line))
        act.triggered.connect(lambda _checked=False, name=one.name: chosen(name))


class ExtractionsEditor(Editor):
    """Edits the list; the mapper's page shows in addition what each finds in a sample."""

    def __init__(self, field: Field, around: Surroundings) -> None:
        super().__init__()
        self.cards: list[ExtractionCard] = []
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(8)
        self._empty = Label(
            _("No extractions yet. Each finds values inside the mail, which mappings then read as fields."),
            "small",
            "hint",
            wrap=True,
        )
        self._menu = QMenu()
        kinds_menu(self._menu, self.add)
        self.add_button = adder(_("Add fields…"), self._menu)
        buttons = FlowLayout(gap=8)
        buttons.addWidget(self.add_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._empty)
        layout.addLayout(self._list)
        layout.addLayout(buttons)

    def control(self) -> QWidget:
        return self.add_button

    def entries(self) -> list[Any]:
        """The extractions as they are."""
        return list(self._raw) if isinstance(self._raw, list | tuple) else []

    def show_raw(self, raw: Any) -> None:
        entries = self.entries()
        if len(entries) != len(self.cards):
            emptied(self._list)
            self.cards = [ExtractionCard(self, place) for place in range(len(entries))]
            for card in self.cards:
                self._list.addWidget(card)
        for card, one in zip(self.cards, entries, strict=True):
            card.show_extraction(one)
        self._empty.setVisible(not entries)

    def add(self, kind: str) -> None:
        """One more, at the end, open to be filled in."""
        self._changed([*self.entries(), catalogue.new(kind)])
        self.cards[-1].set_open(True)
        self.cards[-1].settings.focus_path("")

    def remove(self, place: int) -> None:
        """One less."""
        self._changed([one for number, one in enumerate(self.entries()) if number != place])

    def shift(self, place: int, by: int) -> None:
        """Look earlier or later: of two that find one field, the first one counts."""
        entries = self.entries()
        if 0 <= place + by < len(entries):
            opened = [card.is_open for card in self.cards]
            entries.insert(place + by, entries.pop(place))
            opened.insert(place + by, opened.pop(place))
            self._changed(entries)
            for card, is_open in zip(self.cards, opened, strict=True):
                card.set_open(is_open)

    def typed(self, place: int, extraction: Any) -> None:
        """A setting was changed."""
        entries = self.entries()
        entries[place] = extraction
        self.take(entries)

    def _changed(self, entries: list[Any]) -> None:
        self.take(entries or MISSING)
        self.show_raw(self._raw)

    def show_problems(self, problems: Mapping[str, str]) -> None:
        for place, card in enumerate(self.cards):
            card.show_problems(below(problems, str(place)))

    def shown_inside(self, path: str) -> bool:
        place = path.partition(".")[0]
        return place.isdigit() and int(place) < len(self.cards)

    def focus_path(self, path: str) -> bool:
        place, _dot, rest = path.partition(".")
        if place.isdigit() and int(place) < len(self.cards):
            self.cards[int(place)].set_open(True)
            return self.cards[int(place)].settings.focus_path(rest)
        self.add_button.setFocus()
        return True


class ExtractionCard(Card):
    """One extraction: closed, a line says where it looks; open, it can be edited."""

    def __init__(self, owner: ExtractionsEditor, place: int) -> None:
        super().__init__()
        self._raw: Any = MISSING
        self._problems: dict[str, str] = {}
        self.arrow = tool(
            "chevron-right", _("Open or close this extraction"), lambda: self.set_open(not self.is_open), 12
        )
        self.icon = IconLabel("search", "text-3", 14)
        self.title = ElidedLabel("", "small", weight=600)
        self.line = ElidedLabel("", "caption", "text-2", weight=400)
        self.settings = SettingsEditor()
        self.settings.edited.connect(lambda: owner.typed(place, self._taken()))
        self.error = Complaint()
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(self.title)
        texts.addWidget(self.line)
        head = QHBoxLayout()
        head.setContentsMargins(4, 6, 6, 6)
        head.setSpacing(4)
        head.addWidget(self.arrow)
        head.addWidget(self.icon)
        head.addLayout(texts, 1)
        for icon, words, by in (("arrow-up", _("Earlier"), -1), ("arrow-down", _("Later"), 1)):
            head.addWidget(tool(icon, words, partial(owner.shift, place, by)))
        head.addWidget(tool("trash-2", _("Remove this extraction"), lambda: owner.remove(place)))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(self.error)
        layout.addWidget(self.settings)
        self.error.setContentsMargins(8, 0, 8, 6)
        self.settings.setContentsMargins(10, 2, 10, 12)
        self.settings.hide()

    @property
    def is_open(self) -> bool:
        """Whether its settings are in sight."""
        return not self.settings.isHidden()

    def set_open(self, is_open: bool) -> None:
        """Show the settings, or only the line."""
        self.settings.setVisible(is_open)
        self.arrow.setIcon(theme.icon("chevron-down" if is_open else "chevron-right", "text-3", 12))
        self.set_selected(is_open)
        self._say()

    def show_extraction(self, raw: Any) -> None:
        """Show an extraction."""
        self._raw = raw
        self.settings.set_raw(raw)
        self._say()

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """Closed, the first problem stands beneath the line; open, each stands at its field."""
        self._problems = dict(problems)
        self.settings.show_problems(problems)
        self._say()

    def _taken(self) -> Any:
        self._raw = self.settings.raw()
        self._say()
        return self._raw

    def _say(self) -> None:
        kind = catalogue.kind_of(self._raw)
        self.icon.set_icon(kind.icon if kind is not None else "triangle-alert", "text-3")
        self.title.setText(catalogue.title(self._raw))
        self.line.setText(catalogue.line(self._raw))
        self.line.setVisible(not self.is_open and bool(self.line.text()))
        first = "" if self.is_open else next(iter(self._problems.values()), "")
        self.error.say(first, warning=not faulty(self._problems))
