from __future__ import annotations

from typing import Any

import pytest

from mailflow_gui.errors import MappingError
from mailflow_gui.mapping.values import Value
from tests.mapping.running import run

CASES: list[tuple[str, dict[str, Any], Value, Value]] = [
    ("add", {"number": 1}, "41", 42),
    ("add", {"number": 0.2}, "0.1", 0.3),
    ("add", {}, ("1", 2, None, "", 3.5), 6.5),
    ("add", {"number": 1}, (1, 2), 4),
    ("add", {"number": 1}, "１，２３４", 1235),
    ("add", {"number": 1}, None, None),
    ("add", {"number": 1}, "", None),
    ("add", {}, (), None),
    ("subtract", {"number": 2}, 5, 3),
    ("subtract", {}, (10, 1, 2), 7),
    ("subtract", {"number": 1}, "−３", -4),
    ("subtract", {"number": 1}, "", None),
    ("multiply", {"number": 1.1}, "3", 3.3),
    ("multiply", {}, ("２", "３"), 6),
    ("multiply", {"number": 2}, "", None),
    ("divide", {"number": 4}, 10, 2.5),
    ("divide", {"number": 5}, 10, 2),
    ("divide", {"number": 5}, "１０", 2),
    ("divide", {"number": 5}, "", None),
    ("average", {}, (1, 2, "3"), 2),
    ("average", {}, ("１", "２"), 1.5),
    ("average", {}, (), None),
    ("minimum", {}, ("10", 9, None), 9),
    ("minimum", {}, ("１０", "９"), 9),
    ("minimum", {}, (), None),
    ("maximum", {}, ("10", 9, None), 10),
    ("maximum", {}, ("１０", "９"), 10),
    ("maximum", {}, (), None),
    ("round", {}, "2.5", 3),
    ("round", {}, -2.5, -2),
    ("round", {}, "2.4999", 2),
    ("round", {}, "２．６", 3),
    ("round", {}, "", None),
    ("ceiling", {}, "2.1", 3),
    ("ceiling", {}, -2.9, -2),
    ("ceiling", {}, "２．１", 3),
    ("ceiling", {}, " ", None),
    ("floor", {}, 2.9, 2),
    ("floor", {}, "-2.1", -3),
    ("floor", {}, "２．９", 2),
    ("floor", {}, "", None),
    ("absolute-value", {}, "-1,234.5", 1234.5),
    ("absolute-value", {}, ("-1", 2), (1, 2)),
    ("absolute-value", {}, "－５", 5),
    ("absolute-value", {}, "", None),
    ("convert-mass-unit", {"from_unit": "pound", "to_unit": "kilogram"}, 1, 0.45359237),
    ("convert-mass-unit", {"from_unit": "kilogram", "to_unit": "gram"}, "２", 2000),
    ("convert-mass-unit", {"from_unit": "kilogram", "to_unit": "gram"}, "", None),
    ("convert-distance-unit", {"from_unit": "mile", "to_unit": "meter"}, "1", 1609.344),
    ("convert-distance-unit", {"from_unit": "centimeter", "to_unit": "inch"}, 2.54, 1),
    ("convert-distance-unit", {"from_unit": "foot", "to_unit": "yard"}, "３", 1),
    ("convert-distance-unit", {"from_unit": "foot", "to_unit": "yard"}, "", None),
    ("convert-area-unit", {"from_unit": "hectare", "to_unit": "square-meter"}, 1.5, 15000),
    ("convert-area-unit", {"from_unit": "hectare", "to_unit": "square-meter"}, "１", 10000),
    ("convert-area-unit", {"from_unit": "hectare", "to_unit": "square-meter"}, "", None),
    ("convert-volume-unit", {"from_unit": "gallon-us-fluid", "to_unit": "liter"}, 1, 3.785411784),
    ("convert-volume-unit", {"from_unit": "cubic-meter", "to_unit": "liter"}, "１", 1000),
    ("convert-volume-unit", {"from_unit": "cubic-meter", "to_unit": "liter"}, "", None),
]

CALCULATIONS: list[tuple[str, dict[str, Any]]] = sorted({case[0]: case[1] for case in CASES}.items())


@pytest.mark.parametrize(("name", "parameters", "value", "expected"), CASES)
def test_numbers_become(name: str, parameters: dict[str, Any], value: Value, expected: Value) -> None:
    result = run(name, value, **parameters)
    assert result == expected
    assert type(result) is type(expected)


@pytest.mark.parametrize(("name", "parameters"), CALCULATIONS)
@pytest.mark.parametrize("value", ["five", "五", True, "1,23", "1_000", "nan", "inf", "9" * 101])
def test_what_is_no_number_is_an_error(name: str, parameters: dict[str, Any], value: Value) -> None:
    with pytest.raises(MappingError) as raised:
        run(name, value, **parameters)
    assert raised.value.code == "mapping-not-a-number"


def test_division_by_zero_is_an_error() -> None:
    with pytest.raises(MappingError) as raised:
        run("divide", 1, number=0)
    assert raised.value.code == "mapping-division-by-zero"


@pytest.mark.parametrize(("name", "value"), [("absolute-value", "1e999999999"), ("multiply", ("1e200", "1e200"))])
def test_numbers_stay_within_what_can_be_calculated(name: str, value: Value) -> None:
    with pytest.raises(MappingError) as raised:
        run(name, value)
    assert raised.value.code == "mapping-number-too-large"
