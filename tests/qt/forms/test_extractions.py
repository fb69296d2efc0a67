"""The list of a node's extractions in the dock, with the mouse and the keys."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QComboBox, QToolButton

from mailflow_gui.nodes.data_mapper import DataMapperSettings
from mailflow_gui.qt.forms.extractions import ExtractionsEditor, catalogue
from mailflow_gui.qt.forms.labels import Complaint
from tests.qt.forms.conftest import Desk, Sit, click, write
from tests.qt.forms.test_form import pick
from tests.qt.forms.test_rules import choose, press
from tests.qt.mapper.hands import commit

ORDER = {"kind": "labels", "labels": ["Order"]}


def editor(desk: Desk) -> ExtractionsEditor:
    found = desk.editor("extractions")
    assert isinstance(found, ExtractionsEditor)
    return found


def extractions(desk: Desk) -> list[Any]:
    """Those of the flow, known to be valid there."""
    DataMapperSettings.model_validate(desk.settings)
    return list(desk.settings["extractions"])


def test_an_extraction_is_made_with_mouse_and_keys(sit: Sit) -> None:
    desk = sit("data-mapper", {"rules": []})
    choose(editor(desk).add_button, "From lines such as “Order: 4711”")
    card = editor(desk).cards[0]
    assert card.is_open
    commit(card.settings.form.rows["labels"].editor.control(), "注文番号\n氏名")
    write(card.settings.form.rows["name"].editor.control(), "form")
    assert extractions(desk) == [{"kind": "labels", "labels": ["注文番号", "氏名"], "name": "form"}]
    assert card.title.text() == "form"


def test_every_kind_begins_with_settings_that_work(sit: Sit) -> None:
    desk = sit("data-mapper", {"rules": []})
    for kind in catalogue.kinds():
        choose(editor(desk).add_button, kind.entry)
    assert [one["kind"] for one in extractions(desk)] == ["labels", "pattern", "table", "json", "csv"]


def test_another_kind_keeps_what_both_have(sit: Sit) -> None:
    desk = sit("data-mapper", {"extractions": [{**ORDER, "name": "form", "field": "text"}]})
    card = editor(desk).cards[0]
    press(card, "Open or close this extraction")
    box = card.settings.kind.box
    assert isinstance(box, QComboBox)
    pick(box, "HTML table")
    assert extractions(desk) == [{"kind": "table", "labels": ["Order"], "name": "form"}]
    pick(box, "CSV attachment")
    assert extractions(desk) == [{"kind": "csv", "name": "form"}]
    pick(box, "Labels")
    assert extractions(desk) == [{**ORDER, "field": "text", "name": "form"}]


def test_order_and_removal(sit: Sit) -> None:
    desk = sit("data-mapper", {"extractions": [ORDER, {"kind": "json"}]})
    press(editor(desk), "Later")
    assert [one["kind"] for one in extractions(desk)] == ["json", "labels"]
    press(editor(desk), "Remove this extraction")
    press(editor(desk), "Remove this extraction")
    assert "extractions" not in desk.settings


@pytest.mark.parametrize("is_open", [True, False])
def test_a_fault_stands_at_its_field_or_beneath_the_line(sit: Sit, is_open: bool) -> None:
    desk = sit("data-mapper", {"extractions": [ORDER, {"kind": "pattern", "pattern": "(?P<a>"}]})
    card = editor(desk).cards[1]
    if is_open:
        press(card, "Open or close this extraction")
    (said,) = [one for one in card.findChildren(Complaint) if one.text and one.isVisible()]
    assert said is (card.settings.form.rows["pattern"].error if is_open else card.error)
    assert desk.form.focus_field("extractions.1.pattern")
    assert card.is_open


def test_two_that_find_one_field_are_told_at_the_name(sit: Sit) -> None:
    desk = sit("data-mapper", {"extractions": [ORDER, ORDER]})
    card = editor(desk).cards[1]
    press(card, "Open or close this extraction")
    assert "Order" in card.settings.form.rows["name"].error.text


def test_what_the_editor_does_not_know_stays_as_it_is(sit: Sit) -> None:
    odd: list[Any] = [7, {"kind": "telepathy", "x": 1}, {**ORDER, "later": True}]
    desk = sit("data-mapper", {"extractions": odd})
    write(editor(desk).cards[2].settings.form.rows["name"].editor.control(), "n")
    assert desk.settings["extractions"] == [*odd[:2], {**ORDER, "later": True, "name": "n"}]
    click(editor(desk).cards[0], QPoint(3, 3))
    assert all(button.accessibleName() for button in editor(desk).cards[0].findChildren(QToolButton))
