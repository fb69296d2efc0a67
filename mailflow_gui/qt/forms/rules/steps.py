"""The transformations of a rule, one after the other, each with a small form of its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from mailflow_gui.language import _
from mailflow_gui.qt.controls import Card
from mailflow_gui.qt.forms import choices, simple
from mailflow_gui.qt.forms.description import Field
from mailflow_gui.qt.forms.editor import Editor
from mailflow_gui.qt.forms.group import GroupEditor
from mailflow_gui.qt.forms.labels import Complaint, Label
from mailflow_gui.qt.forms.rules import catalogue
from mailflow_gui.qt.forms.rules.parts import adder, emptied, tool
from mailflow_gui.qt.forms.values import MISSING, below, faulty


class StepsEditor(Editor):
    """A list of steps."""

    def __init__(self) -> None:
        super().__init__()
        self.cards: list[StepCard] = []
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(6)
        menu = QMenu()
        for topic, found in catalogue.transformations_by_topic():
            inner = menu.addMenu(topic)
            for one in found:
                inner.addAction(_(one.title)).triggered.connect(lambda _checked=False, name=one.name: self.add(name))
        self.add_button = adder(_("Add step"), menu)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(self._list)
        layout.addWidget(self.add_button)

    def control(self) -> QWidget:
        return self.add_button

    def entries(self) -> list[Any]:
        """The steps as they are."""
        return list(self._raw) if isinstance(self._raw, list | tuple) else []

    def show_raw(self, raw: Any) -> None:
        steps = self.entries()
        names = [step.get("name") if isinstance(step, Mapping) else None for step in steps]
        if names == [card.name for card in self.cards]:
            for card, step in zip(self.cards, steps, strict=True):
                card.form.set_raw(step)
            return
        emptied(self._list)
        self.cards = [self.make_card(place, step) for place, step in enumerate(steps)]
        for card in self.cards:
            self._list.addWidget(card)

    def make_card(self, place: int, step: Any) -> StepCard:
        """The card of a step."""
        return StepCard(self, place, step)

    def add(self, name: str) -> None:
        """One more step, at the end, ready to be filled in."""
        self._changed([*self.entries(), catalogue.new_step(name)])
        self.cards[-1].form.focus_path("")

    def remove(self, place: int) -> None:
        """One less."""
        self._changed([one for number, one in enumerate(self.entries()) if number != place])

    def shift(self, place: int, by: int) -> None:
        """Do a step earlier or later."""
        steps = self.entries()
        if 0 <= place + by < len(steps):
            steps.insert(place + by, steps.pop(place))
            self._changed(steps)

    def typed(self, place: int, step: Any) -> None:
        """A parameter was changed."""
        steps = self.entries()
        steps[place] = step
        self.take(steps)

    def _changed(self, steps: list[Any]) -> None:
        self.cards = []
        emptied(self._list)
        self.take(steps or MISSING)
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
            return self.cards[int(place)].form.focus_path(rest)
        self.add_button.setFocus()
        return True


class StepCard(Card):
    """One step: its name, its place, its parameters."""

    def __init__(self, owner: StepsEditor, place: int, step: Any) -> None:
        super().__init__()
        self.name = step.get("name") if isinstance(step, Mapping) else None
        self.title = Label(catalogue.step_title(step), "small", weight=600)
        self.form = self.make_form()
        self.form.set_raw(step)
        self.form.edited.connect(lambda: owner.typed(place, self.form.raw()))
        self.error = Complaint()
        self.lay_out(owner, place, step)
        if not self.form.fields:
            self.form.setParent(self)
            self.form.hide()

    def make_form(self) -> GroupEditor:
        """The small form of the parameters."""
        return GroupEditor(catalogue.step_fields(self.name), parameter)

    def lay_out(self, owner: StepsEditor, place: int, step: Any) -> None:
        """Put name, buttons and form where they belong."""
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(0)
        head.addWidget(self.title, 1)
        head.addWidget(tool("arrow-up", _("Earlier"), lambda: owner.shift(place, -1)))
        head.addWidget(tool("arrow-down", _("Later"), lambda: owner.shift(place, 1)))
        head.addWidget(tool("trash-2", _("Remove this step"), lambda: owner.remove(place)))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 4, 8 if self.form.fields else 4)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(self.form)
        self.form.setContentsMargins(0, 0, 4, 0)
        layout.addWidget(self.error)

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """What is wrong with a parameter stands there, the rest at the end."""
        self.form.show_problems(problems)
        rest = {path: text for path, text in problems.items() if path.partition(".")[0] not in self.form.rows}
        self.error.say("\n".join(rest.values()), warning=not faulty(rest))


def parameter(field: Field) -> Editor:
    """The editor of a parameter: its texts may have line breaks."""
    if field.kind in ("text", "lines"):
        return simple.TextEditor(field, grows=True)
    if field.kind == "switch":
        return simple.SwitchEditor(field)
    if field.kind == "choice":
        return choices.ChoiceEditor(field)
    if field.kind in ("whole", "number"):
        return simple.NumberEditor(field)
    return simple.TableEditor(field) if field.kind == "table" else simple.JsonEditor(field)
