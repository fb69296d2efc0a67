"""Each transformation on a normal, an empty, a wrong and a Japanese value; one that lacks a case fails here."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mailflow_gui.errors import MappingError
from mailflow_gui.mapping.transformations import TRANSFORMATIONS
from mailflow_gui.mapping.values import Value
from tests.mapping.running import run

CASES: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "cases.json").read_text(encoding="utf-8"))
KINDS = ("normal", "empty", "wrong", "japanese")


def _value(written: Any) -> Value:
    return tuple(map(_value, written)) if isinstance(written, list) else written


def _written(value: Value) -> Any:
    if isinstance(value, tuple):
        return [_written(entry) for entry in value]
    return {"date": value.isoformat()} if isinstance(value, date) else value


def test_every_transformation_has_all_four_cases() -> None:
    assert CASES.keys() == TRANSFORMATIONS.keys()
    assert [name for name, case in CASES.items() if set(case) != {"parameters", *KINDS}] == []


def test_a_japanese_case_holds_japanese() -> None:
    assert [name for name, case in CASES.items() if json.dumps(case["japanese"][0], ensure_ascii=False).isascii()] == []


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name in sorted(TRANSFORMATIONS) for kind in KINDS])
def test_a_value_becomes(name: str, kind: str) -> None:
    value, expected = CASES[name][kind]
    found: Any
    try:
        found = _written(run(name, _value(value), **CASES[name]["parameters"]))
    except MappingError as error:
        found = {"error": error.code}
    assert found == expected
    assert type(found) is type(expected) or isinstance(found, (int, float))
