"""The list of a mapper's rules, used with the mouse (and the keys where there is something to type)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QMenu, QToolButton, QWidget

from mailflow_gui import language
from mailflow_gui.flow import file
from mailflow_gui.flow.shapes import plain
from mailflow_gui.nodes.data_mapper import DataMapperSettings
from mailflow_gui.qt.forms.labels import Complaint
from mailflow_gui.qt.forms.rules import RulesEditor, catalogue
from mailflow_gui.qt.forms.rules.body import RuleBody
from mailflow_gui.qt.forms.rules.condition import Comparison, Group
from tests.qt.forms.conftest import EXAMPLES, Desk, Sit, click, write
from tests.qt.forms.test_form import pick

RULE = {"target": "subject", "sources": [{"field": "subject"}]}


def editor(desk: Desk) -> RulesEditor:
    found = desk.editor("rules")
    assert isinstance(found, RulesEditor)
    return found


def opened(desk: Desk, place: int = 0) -> RuleBody:
    """Open a rule's card by a click on its head."""
    card = editor(desk).cards[place]
    click(card.head, QPoint(60, 10))
    assert card.body is not None
    assert card.body.isVisible()
    return card.body


def choose(button: QWidget, *path: str) -> None:
    """Open a button's menu and click through it."""
    assert isinstance(button, QToolButton)
    menu: QMenu | None = button.menu()
    assert menu is not None
    menu.aboutToShow.emit()
    for step in path:
        action = next(one for one in menu.actions() if one.text() == step)
        inner = action.menu()
        if isinstance(inner, QMenu):
            menu = inner
        else:
            action.trigger()


def press(inside: QWidget, title: str, place: int = 0) -> None:
    """Click the small button with this tooltip."""
    found = [one for one in inside.findChildren(QToolButton) if one.toolTip() == title and one.isVisibleTo(inside)]
    click(found[place])


def rules(desk: Desk) -> list[Any]:
    """The rules as they are in the flow, and known to be valid there."""
    DataMapperSettings.model_validate(desk.settings)
    return list(desk.settings["rules"])


def test_a_rule_is_made_with_the_mouse_alone(sit: Sit) -> None:
    desk = sit("data-mapper")
    click(editor(desk).add_button)
    body = editor(desk).cards[0].body
    assert body is not None
    choose(body.sources.add_button, "From", "Address")
    choose(body.sources.add_button, "Flow property", "prefix")
    assert rules(desk) == [{"target": "to", "sources": [{"field": "from.address"}, {"property": "prefix"}]}]
    pick(body.combine.box, "a comma")
    choose(body.steps.add_button, "Text", "Trim")
    choose(body.steps.add_button, "Text", "Append")
    pick(body.condition.control(), "Only if any of these is true")
    assert rules(desk)[0] == {
        "target": "to",
        "sources": [{"field": "from.address"}, {"property": "prefix"}],
        "combine": {"delimiter": ", "},
        "transformations": [{"name": "trim"}, {"name": "append"}],
        "condition": {"any": [{"field": "subject", "operator": "contains", "value": ""}]},
    }


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_opening_every_rule_of_an_example_changes_nothing(example: Path, sit: Sit) -> None:
    flow = file.read(example)
    node = next(node for node in flow.nodes if node.type == "data-mapper")
    desk = sit("data-mapper", flow=flow, node_id=node.id)
    for place in range(len(editor(desk).cards)):
        opened(desk, place)
    assert desk.said == []
    assert editor(desk).raw() == plain(node.settings)["rules"]


def test_one_card_is_open_at_a_time(sit: Sit) -> None:
    desk = sit("data-mapper", {"rules": [RULE, {**RULE, "target": "text"}]})
    opened(desk, 0)
    opened(desk, 1)
    assert [card.is_open for card in editor(desk).cards] == [False, True]


def test_a_text_is_typed_and_keeps_its_box(sit: Sit) -> None:
    desk = sit("data-mapper", {"rules": [{"target": "to", "sources": []}]})
    body = opened(desk)
    choose(body.sources.add_button, "Text to type")
    box = body.sources.control()
    write(box, "a@example.com\nb")
    assert rules(desk)[0]["sources"] == [{"constant": "a@example.com\nb"}]
    assert body.sources.control() is box


def test_a_target_of_ones_own_is_typed(sit: Sit) -> None:
    desk = sit("data-mapper", {"rules": [RULE]})
    body = opened(desk)
    write(body.target.box.line, "headers.X-Ticket")
    assert rules(desk)[0]["target"] == "headers.X-Ticket"
    write(body.target.box.line, "Reply to")
    assert rules(desk)[0]["target"] == "reply_to"
    pick(body.target.box, "HTML")
    assert rules(desk)[0]["target"] == "html"


def test_chips_are_removed_and_reordered(sit: Sit) -> None:
    desk = sit("data-mapper", {"rules": [{"target": "text", "sources": [{"field": "from"}, {"field": "text"}]}]})
    body = opened(desk)
    chip = body.sources.chips[0]
    chip.setFocus()
    QTest.keyClick(chip, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    QApplication.processEvents()
    assert rules(desk)[0]["sources"] == [{"field": "text"}, {"field": "from"}]
    press(body.sources, "Remove", 1)
    assert rules(desk)[0]["sources"] == [{"field": "text"}]


def test_a_delimiter_of_ones_own_is_typed(sit: Sit) -> None:
    desk = sit("data-mapper", {"rules": [{"target": "text", "sources": [{"field": "from"}, {"field": "text"}]}]})
    body = opened(desk)
    pick(body.combine.box, "something else…")
    write(body.combine.own, " / ")
    assert rules(desk)[0]["combine"] == {"delimiter": " / "}


def test_steps_are_filled_in_reordered_and_removed(sit: Sit) -> None:
    desk = sit("data-mapper", {"rules": [RULE]})
    body = opened(desk)
    choose(body.steps.add_button, "Text", "Replace all")
    choose(body.steps.add_button, "Text", "Upper case")
    form = body.steps.cards[0].form
    write(form.rows["find"].editor.control(), "a")
    write(form.rows["with"].editor.control(), "b")
    click(form.rows["pattern"].editor.control(), QPoint(8, 8))
    assert rules(desk)[0]["transformations"] == [
        {"name": "replace-all", "find": "a", "with": "b", "pattern": True},
        {"name": "uppercase"},
    ]
    press(body.steps.cards[1], "Earlier")
    assert [step["name"] for step in rules(desk)[0]["transformations"]] == ["uppercase", "replace-all"]
    press(body.steps.cards[0], "Remove this step")
    press(body.steps.cards[0], "Remove this step")
    assert rules(desk) == [RULE]


def test_every_transformation_can_be_added_and_has_a_form(sit: Sit) -> None:
    desk = sit("data-mapper", {"rules": [RULE]})
    body = opened(desk)
    for topic, found in catalogue.transformations_by_topic():
        for one in found:
            choose(body.steps.add_button, topic, one.title)
            QApplication.processEvents()
            step = desk.settings["rules"][0]["transformations"][0]
            assert step["name"] == one.name
            fields = catalogue.step_fields(one.name)
            assert set(body.steps.cards[0].form.rows) == {field.key for field in fields}
            if not any(field.kind == "text" and field.key in step for field in fields):
                rules(desk)  # valid at once; only a text that must be typed is asked for
            press(body.steps.cards[0], "Remove this step")
    assert len(list(catalogue.transformations_by_topic())) > 5
    assert rules(desk) == [RULE]


def test_a_table_is_filled_line_by_line(sit: Sit) -> None:
    desk = sit("data-mapper", {"rules": [RULE]})
    body = opened(desk)
    choose(body.steps.add_button, "Questions and tables", "Look up in a table")
    table = body.steps.cards[0].form.rows["table"].editor
    click(next(one for one in table.findChildren(QToolButton) if one.text() == "Add a line"))
    key, value, _row = table.pairs[0]  # type: ignore[attr-defined]  # it is a table
    write(key, "de")
    write(value, "Germany")
    assert rules(desk)[0]["transformations"] == [{"name": "lookup-table", "table": {"de": "Germany"}}]


def test_a_condition_is_edited_and_taken_away(sit: Sit) -> None:
    desk = sit("data-mapper", {"rules": [RULE]})
    body = opened(desk)
    pick(body.condition.control(), "Only if all of these are true")
    click(body.condition.add_button)
    first, second = body.condition.rows
    assert isinstance(first, Comparison)
    assert isinstance(second, Comparison)
    pick(first.field, "From › Domain")
    pick(first.operator, "ends with")
    write(first.value, "example.com")
    click(first.case)
    pick(second.operator, "isn't empty")
    assert rules(desk)[0]["condition"] == {
        "all": [
            {"field": "from.domain", "operator": "ends-with", "value": "example.com", "match_case": False},
            {"field": "subject", "operator": "not-empty"},
        ]
    }
    assert not second.value.isVisible()
    choose(body.otherwise.add_button, "Text to type")
    write(body.otherwise.control(), "nothing")
    assert rules(desk)[0]["otherwise"] == [{"constant": "nothing"}]
    press(body.condition, "Remove this condition", 1)
    press(body.condition, "Remove this condition")
    assert "condition" not in rules(desk)[0]


def test_a_condition_that_cannot_be_edited_here_is_kept(sit: Sit) -> None:
    nested = {"none": [{"field": "subject"}]}
    desk = sit("data-mapper", {"rules": [{**RULE, "condition": nested}]})
    body = opened(desk)
    choose(body.steps.add_button, "Text", "Trim")
    assert desk.settings["rules"][0]["condition"] == nested
    assert not body.condition._form.isVisible()


def test_unknown_keys_of_rules_steps_and_sources_are_kept(sit: Sit) -> None:
    odd = {
        "target": "to",
        "sources": [{"constant": "x", "why": 1}],
        "transformations": [{"name": "append", "text": "y", "odd": True}],
        "zoo": [],
    }
    desk = sit("data-mapper", {"rules": [odd]})
    body = opened(desk)
    write(body.sources.control(), "z")
    write(body.steps.cards[0].form.rows["text"].editor.control(), "w")
    assert desk.settings["rules"] == [
        {
            "target": "to",
            "sources": [{"constant": "z", "why": 1}],
            "transformations": [{"name": "append", "text": "w", "odd": True}],
            "zoo": [],
        }
    ]


def test_rules_are_duplicated_reordered_and_removed(sit: Sit) -> None:
    second = {**RULE, "target": "text"}
    desk = sit("data-mapper", {"rules": [RULE, second]})
    choose(editor(desk).cards[0].menu, "Move down")
    assert rules(desk) == [second, RULE]
    choose(editor(desk).cards[1].menu, "Duplicate")
    assert rules(desk) == [second, RULE, RULE]
    click(editor(desk).cards[0].remove)
    assert rules(desk) == [RULE, RULE]
    click(editor(desk).cards[0].remove)
    click(editor(desk).cards[0].remove)
    assert rules(desk) == []


def test_a_closed_card_says_what_the_rule_does(sit: Sit) -> None:
    rule = {
        "target": "subject",
        "sources": [{"property": "prefix"}, {"field": "subject"}],
        "transformations": [{"name": "trim"}],
        "condition": {"all": [{"field": "subject", "operator": "not-empty"}]},
    }
    desk = sit("data-mapper", {"rules": [rule]})
    card = editor(desk).cards[0]
    assert card.title.text() == "Subject"
    assert card.line.text() == "prefix + Subject → Trim · if Subject isn't empty"


def test_problems_stand_on_the_closed_card_and_at_the_field(sit: Sit) -> None:
    broken = {
        "target": "",
        "sources": [{"field": "subject"}],
        "transformations": [{"name": "to-zone", "zone": "Mars/Phobos"}],
    }
    desk = sit("data-mapper", {"rules": [RULE, broken]})
    card = editor(desk).cards[1]
    assert any(one.text for one in card.findChildren(Complaint) if one.isVisible())
    body = opened(desk, 1)
    assert body.target.control().property("invalid")
    zone = body.steps.cards[0].form.rows["zone"]
    assert "Mars/Phobos" in zone.error.text
    assert zone.editor.control().property("invalid")


def test_focus_opens_the_rule_and_goes_to_the_field(sit: Sit) -> None:
    rule = {
        **RULE,
        "transformations": [{"name": "append", "text": "y"}],
        "condition": {"all": [{"field": "subject", "operator": "contains", "value": "x"}]},
    }
    desk = sit("data-mapper", {"rules": [RULE, rule]})
    desk.form.activateWindow()
    assert desk.form.focus_field("rules.1.transformations.0.text")
    body = editor(desk).cards[1].body
    assert body is not None
    assert desk.form.focusWidget() is body.steps.cards[0].form.rows["text"].editor.control()
    assert desk.form.focus_field("rules.1.condition.all.0.value")
    row = body.condition.rows[0]
    assert isinstance(row, Comparison)
    assert desk.form.focusWidget() is row.value


def test_more_room_is_asked_for_with_a_button(sit: Sit) -> None:
    desk = sit("data-mapper", {"rules": [RULE]})
    wanted: list[str] = []
    desk.form.mapper_wanted.connect(wanted.append)
    click(editor(desk).open_button)
    assert wanted == ["one"]


@pytest.mark.parametrize("tongue", ["en", "ja"])
def test_an_open_rule_fits_into_the_dock(tongue: str, sit: Sit) -> None:
    language.use(tongue)
    rule = {
        "target": "text",
        "sources": [{"field": "from.address"}, {"constant": "x"}, {"field": "attachments.content_id"}],
        "transformations": [{"name": name} for name in ("format-date", "convert-volume-unit", "replace-all")],
        "condition": {"all": [{"field": "from.domain", "operator": "not-matches", "value": "x"}]},
    }
    desk = sit("data-mapper", {"rules": [rule]})
    body = opened(desk)
    assert desk.form.body is not None
    assert desk.form.body.width() == desk.form.area.viewport().width()
    assert desk.form.body.minimumSizeHint().width() <= desk.form.area.viewport().width()
    for label in body.findChildren(QLabel):
        if label.isVisible() and label.text() and label.wordWrap():
            assert label.height() >= label.heightForWidth(label.width()), label.text()
    right = desk.form.area.viewport().mapToGlobal(QPoint(desk.form.area.viewport().width(), 0)).x()
    for box in body.findChildren(QComboBox):
        assert not box.isVisible() or box.mapToGlobal(QPoint(box.width(), 0)).x() <= right


def test_groups_stand_inside_conditions(sit: Sit) -> None:
    nested = {"any": [{"field": "to", "operator": "empty"}, {"field": "cc", "operator": "empty"}]}
    desk = sit(
        "data-mapper", {"rules": [{**RULE, "condition": {"all": [{"field": "subject", "operator": "empty"}, nested]}}]}
    )
    card = editor(desk).cards[0]
    card.set_open(True)
    assert card.body is not None
    condition = card.body.condition
    group = condition.rows[1]
    assert isinstance(group, Group)
    QApplication.processEvents()  # what is new in a layout shows itself a little later
    click(group.editor.add_button)
    inner = rules(desk)[0]["condition"]["all"][1]["any"]
    assert [one["field"] for one in inner] == ["to", "cc", "subject"]
    assert desk.form.focus_field("rules.0.condition.all.1.any.2.value")
    last = group.editor.rows[2]
    assert isinstance(last, Comparison)
    assert desk.form.focusWidget() is last.value
    for _each in range(3):
        group.editor.remove(0)
    assert rules(desk)[0]["condition"] == {"all": [{"field": "subject", "operator": "empty"}]}
    click(condition.add_group_button)
    assert rules(desk)[0]["condition"]["all"][1] == {"any": [{"field": "subject", "operator": "contains", "value": ""}]}
