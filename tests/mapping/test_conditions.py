from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from mailflow_gui.errors import MappingError
from mailflow_gui.mail.message import Address
from mailflow_gui.mapping.conditions import compile_condition
from mailflow_gui.mapping.rules import OPERATOR_TITLES, Condition, Operator
from mailflow_gui.mapping.values import Value

SOURCE: dict[str, Value] = {
    "subject": "Re: お問い合わせの件",
    "blank": "  ",
    "none": None,
    "to": (Address("Sales", "sales@example.com"), Address("", "Bob@example.org")),
    "size": 1200,
    "size_text": "1,200",
    "date": datetime(2025, 3, 14, 23, 30, tzinfo=UTC),
    "day": date(2025, 3, 14),
    "flags": (),
    "spam": True,
}

CONDITION: TypeAdapter[Any] = TypeAdapter(Condition)


def holds(condition: dict[str, Any]) -> bool:
    return compile_condition(CONDITION.validate_python(condition))(SOURCE)


@pytest.mark.parametrize(
    ("field", "operator", "value", "expected"),
    [
        ("subject", "contains", "問い合わせ", True),
        ("subject", "contains", "re:", False),
        ("none", "contains", "x", False),
        ("to", "contains", "@example.org", True),
        ("to", "contains", "@example.net", False),
        ("size", "contains", "20", True),
        ("subject", "equals", "Re: お問い合わせの件", True),
        ("to", "equals", "sales@example.com", True),
        ("to", "equals", "Sales <sales@example.com>", True),
        ("size", "equals", "1200.0", True),
        ("size", "equals", 1200, True),
        ("size", "equals", "many", False),
        ("date", "equals", "2025-03-14T23:30:00Z", True),
        ("date", "equals", "2025-03-14", True),
        ("spam", "equals", True, True),
        ("spam", "equals", "true", True),
        ("none", "equals", "", True),
        ("subject", "starts-with", "Re:", True),
        ("subject", "ends-with", "の件", True),
        ("to", "ends-with", "@example.com", True),
        ("subject", "matches", "^Re:.*件$", True),
        ("subject", "matches", "^Fwd", False),
        ("to", "matches", r"^\w+@example\.com$", True),
        ("subject", "in", ["a", "Re: お問い合わせの件"], True),
        ("size", "in", "1, 1200", True),
        ("to", "in", ["nobody@example.com"], False),
        ("flags", "in", ["x"], False),
        ("blank", "empty", None, True),
        ("none", "empty", None, True),
        ("flags", "empty", None, True),
        ("unknown", "empty", None, True),
        ("subject", "empty", None, False),
        ("size", "empty", None, False),
    ],
)
def test_an_operator_and_its_opposite(field: str, operator: str, value: Any, expected: bool) -> None:
    part = {"field": field, "operator": operator, "value": value}
    assert holds({"all": [part]}) is expected
    assert holds({"all": [{**part, "operator": f"not-{operator}"}]}) is not expected


@pytest.mark.parametrize(
    ("field", "value", "truths"),
    [
        ("size", 1000, {">", ">="}),
        ("size", "1200", {">=", "<="}),
        ("size_text", 5000, {"<", "<="}),
        ("date", "2025-03-14", {">=", "<="}),
        ("date", "2025-03-14T23:00:00+00:00", {">", ">="}),
        ("date", "2025-03-15T08:31:00+09:00", {"<", "<="}),
        ("day", "2025年3月15日", {"<", "<="}),
        ("subject", 5, set()),
        ("none", 5, set()),
        ("subject", "2025-01-01", set()),
    ],
)
def test_numbers_and_dates_are_ordered_as_such(field: str, value: Any, truths: set[str]) -> None:
    found = {
        sign for sign in (">", ">=", "<", "<=") if holds({"all": [{"field": field, "operator": sign, "value": value}]})
    }
    assert found == truths


@pytest.mark.parametrize("operator", ["contains", "equals", "starts-with", "ends-with", "matches", "in"])
def test_case_matters_unless_told_otherwise(operator: str) -> None:
    part = {"field": "to", "operator": operator, "value": "BOB@EXAMPLE.ORG"}
    assert not holds({"all": [part]})
    assert holds({"all": [{**part, "match_case": False}]})


def test_all_and_any_nest() -> None:
    true = {"field": "size", "operator": ">", "value": 1}
    false = {"field": "size", "operator": "<", "value": 1}
    assert holds({"all": [true, {"any": [false, true, {"all": []}]}]})
    assert not holds({"all": [true, {"any": [false, {"all": [true, false]}]}]})
    assert not holds({"any": []})


@pytest.mark.parametrize(
    "condition",
    [
        {"all": [{"field": "a", "operator": "resembles", "value": "b"}]},
        {"all": [], "any": []},
        {"field": "a", "operator": "empty"},
        {"all": [{"field": "a", "operator": "equals", "value": "b", "colour": 1}]},
        {},
    ],
)
def test_what_is_no_condition_is_refused(condition: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CONDITION.validate_python(condition)


@pytest.mark.parametrize(
    ("condition", "code"),
    [
        ({"cel": "true &"}, "mapping-cel-syntax"),
        ({"all": [{"field": "a", "operator": "equals"}]}, "mapping-value-missing"),
        ({"all": [{"field": "a", "operator": ">", "value": "much"}]}, "mapping-bad-value"),
        ({"all": [{"field": "a", "operator": "matches", "value": "("}]}, "mapping-bad-pattern"),
    ],
)
def test_a_condition_that_can_not_run_says_why(condition: dict[str, Any], code: str) -> None:
    with pytest.raises(MappingError) as raised:
        holds(condition)
    assert raised.value.code == code


def test_a_fault_deep_in_a_condition_is_told_where_it_stands_and_in_no_other_forms_terms() -> None:
    deep = {"all": [{"any": [{"field": "a", "operator": "resembles", "value": "b"}]}]}
    with pytest.raises(ValidationError) as raised:
        CONDITION.validate_python(deep)
    assert [fault["type"] for fault in raised.value.errors()] == ["literal_error"]


def test_every_operator_has_a_title() -> None:
    assert set(OPERATOR_TITLES) == set(get_args(Operator))
