"""Edits of rules as pure functions."""

from __future__ import annotations

from typing import Any

import pytest

from mailflow_gui.qt.mapper import edits

SUBJECT: dict[str, Any] = {"target": "subject", "sources": [{"field": "subject"}], "x-unknown": 1}
TEXT: dict[str, Any] = {"target": "text", "sources": [{"field": "text"}]}


def test_a_source_becomes_a_rule_or_joins_the_one_there_is() -> None:
    rules, index = edits.mapped([SUBJECT], {"field": "text"}, "text")
    assert (rules, index) == ([SUBJECT, TEXT], 1)
    rules, index = edits.mapped([SUBJECT], {"field": "from"}, "subject")
    assert index == 0
    assert rules[0]["sources"] == [{"field": "subject"}, {"field": "from"}]
    assert rules[0]["x-unknown"] == 1
    assert SUBJECT["sources"] == [{"field": "subject"}]


def test_the_same_source_is_not_added_twice() -> None:
    assert edits.combined([SUBJECT], 0, {"field": "subject"}) == [SUBJECT]


def test_a_target_without_source_can_begin_empty() -> None:
    assert edits.mapped([], None, "to") == ([{"target": "to", "sources": []}], 0)
    assert edits.mapped([SUBJECT], None, "subject") == ([SUBJECT], 0)


@pytest.mark.parametrize(("start", "to", "order"), [(0, 2, "bca"), (2, 0, "cab"), (1, 1, "abc")])
def test_rules_and_steps_move(start: int, to: int, order: str) -> None:
    assert edits.moved(list("abc"), start, to) == list(order)
    rule = {**SUBJECT, "transformations": [{"name": one} for one in "abc"]}
    moved = edits.step_moved([rule], 0, start, to)
    assert [step["name"] for step in moved[0]["transformations"]] == list(order)


def test_steps_are_put_in_with_first_values_and_leave_no_empty_list() -> None:
    (rule,) = edits.with_step([SUBJECT], 0, "append")
    assert rule["transformations"] == [{"name": "append"}]
    (rule,) = edits.with_step([rule], 0, "trim", 0)
    assert [step["name"] for step in rule["transformations"]] == ["trim", "append"]
    assert edits.with_steps([rule], 0, []) == [SUBJECT]


def test_pasted_rules_leave_targets_that_are_filled_to_be_chosen() -> None:
    rules = edits.inserted([SUBJECT], 1, [SUBJECT, TEXT, TEXT])
    assert [edits.target_of(rule) for rule in rules] == ["subject", "", "text", ""]
    assert rules[1]["x-unknown"] == 1
    assert SUBJECT["target"] == "subject"


def test_by_name_never_maps_to_those_who_got_the_old_mail() -> None:
    rules = edits.by_name([SUBJECT], edits.BY_NAME, ["to", "cc", "bcc", "from", "reply_to", "subject", "text", "html"])
    assert [edits.target_of(rule) for rule in rules] == ["subject", "reply_to", "text", "html"]


@pytest.mark.parametrize("rule", [None, 7, "text", [], {}, {"target": 3, "sources": "x", "transformations": None}])
def test_whatever_stands_in_the_file_can_be_read(rule: Any) -> None:
    assert edits.target_of(rule) == ""
    assert edits.sources_of(rule) == []
    assert edits.steps_of(rule) == []
    assert edits.with_step([rule], 0, "trim")[0]["transformations"] == [{"name": "trim"}]
