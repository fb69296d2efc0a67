"""The list of a mapper's rules: each a card, in the order in which they stand in the file."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from mailflow_gui.language import _
from mailflow_gui.mapping.fields import TARGET_FIELDS
from mailflow_gui.qt.controls import Button
from mailflow_gui.qt.forms.description import Field
from mailflow_gui.qt.forms.editor import Editor
from mailflow_gui.qt.forms.labels import Label
from mailflow_gui.qt.forms.rules.card import RuleCard
from mailflow_gui.qt.forms.rules.flow_layout import FlowLayout
from mailflow_gui.qt.forms.surroundings import Surroundings
from mailflow_gui.qt.forms.values import below


class RulesEditor(Editor):
    """Edits a list of rules in the dock; the mapper's page has more room."""

    def __init__(self, field: Field, around: Surroundings) -> None:
        super().__init__()
        self._around = around
        self.cards: list[RuleCard] = []
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        self._empty = Label(
            _("No mappings yet. Each one fills a field of the mail to send."), "small", "hint", wrap=True
        )
        self.add_button = Button(_("Add mapping"), icon="plus", compact=True)
        self.add_button.clicked.connect(self.add)
        self.open_button = Button(_("Open mapper…"), icon="maximize", compact=True)
        self.open_button.clicked.connect(lambda _checked=False: around.mapper_wanted())
        buttons = FlowLayout(gap=8)
        buttons.addWidget(self.add_button)
        buttons.addWidget(self.open_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._empty)
        layout.addLayout(self._list)
        layout.addLayout(buttons)

    def control(self) -> QWidget:
        return self.add_button

    @property
    def rules(self) -> list[Any]:
        """The rules as they are, a list of one's own."""
        return list(self._raw) if isinstance(self._raw, list | tuple) else []

    def show_raw(self, raw: Any) -> None:
        rules = self.rules
        if len(rules) == len(self.cards):
            for card, rule in zip(self.cards, rules, strict=True):
                card.set_rule(rule)
        else:
            open_rules = [card.rule for card in self.cards if card.is_open]
            while self.cards:
                self._drop(self.cards[0])
            for rule in rules:
                self._card(rule).set_open(rule in open_rules)
        self._settle()

    def add(self) -> None:
        """A new rule, for the first of a mail's usual targets that has none, open to be filled in."""
        taken = {rule.get("target") for rule in self.rules if isinstance(rule, Mapping)}
        target = next((one.name for one in TARGET_FIELDS if one.name not in taken), "")
        self._insert(len(self.cards), {"target": target, "sources": []})

    def duplicate(self, card: RuleCard) -> None:
        """The same rule once more, after itself."""
        self._insert(self.cards.index(card) + 1, copy.deepcopy(card.rule))

    def remove(self, card: RuleCard) -> None:
        """One rule less."""
        self._drop(card)
        self._collect()

    def shift(self, card: RuleCard, by: int) -> None:
        """Put a rule one further up or down."""
        place = self.cards.index(card)
        if 0 <= place + by < len(self.cards):
            self.cards.insert(place + by, self.cards.pop(place))
            self._list.removeWidget(card)
            self._list.insertWidget(place + by, card)
            self._collect()

    def show_problems(self, problems: Mapping[str, str]) -> None:
        for place, card in enumerate(self.cards):
            card.show_problems(below(problems, str(place)))

    def shown_inside(self, path: str) -> bool:
        place = path.partition(".")[0]
        return place.isdigit() and int(place) < len(self.cards)

    def focus_path(self, path: str) -> bool:
        place, _dot, rest = path.partition(".")
        if place.isdigit() and int(place) < len(self.cards):
            return self.cards[int(place)].focus_path(rest)
        self.add_button.setFocus()
        return True

    def _insert(self, place: int, rule: Any) -> None:
        card = self._card(rule, place)
        card.set_open(True)
        self._collect()
        if card.body is not None:
            card.body.target.control().setFocus()

    def _card(self, rule: Any, place: int | None = None) -> RuleCard:
        card = RuleCard(self._around, rule)
        at = len(self.cards) if place is None else place
        self.cards.insert(at, card)
        self._list.insertWidget(at, card)
        menu = QMenu(card.menu)
        menu.addAction(_("Duplicate")).triggered.connect(lambda: self.duplicate(card))
        menu.addAction(_("Move up")).triggered.connect(lambda: self.shift(card, -1))
        menu.addAction(_("Move down")).triggered.connect(lambda: self.shift(card, 1))
        menu.addSeparator()
        menu.addAction(_("Remove")).triggered.connect(lambda: self.remove(card))
        card.menu.setMenu(menu)
        card.remove.clicked.connect(lambda: self.remove(card))
        card.edited.connect(self._collect)
        card.opened.connect(lambda: self._close_others(card))
        return card

    def _close_others(self, card: RuleCard) -> None:
        """One open card at a time: a dock is short."""
        for other in self.cards:
            if other is not card and other.is_open:
                other.set_open(False)

    def _drop(self, card: RuleCard) -> None:
        self.cards.remove(card)
        self._list.removeWidget(card)
        card.hide()
        card.deleteLater()

    def _collect(self) -> None:
        self.take([card.rule for card in self.cards])
        self._settle()

    def _settle(self) -> None:
        self._empty.setVisible(not self.cards)
