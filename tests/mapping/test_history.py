from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter

from mailflow_gui.mapping.history import try_on
from mailflow_gui.mapping.mapping import CompiledMapping, MappingContext, Rule, compile_mapping
from mailflow_gui.mapping.values import Value

CONTEXT = MappingContext(clock=datetime(2025, 3, 14, tzinfo=UTC), seed=1)
RULES: TypeAdapter[tuple[Rule, ...]] = TypeAdapter(tuple[Rule, ...])


def mapping(*rules: dict[str, Any]) -> CompiledMapping:
    return compile_mapping(RULES.validate_python(rules))


BEFORE = mapping({"target": "n", "sources": [{"field": "n"}]})
AFTER = mapping(
    {"target": "n", "sources": [{"field": "n"}], "transformations": [{"name": "add", "number": 0}]},
    {
        "target": "big",
        "sources": [{"constant": True}],
        "condition": {"all": [{"field": "n", "operator": ">", "value": 5}]},
    },
)


def mails(*values: Value) -> Iterator[tuple[Mapping[str, Value], MappingContext]]:
    return (({"n": value}, CONTEXT) for value in values)


def test_each_mail_is_the_same_or_changed_or_failing() -> None:
    rows = list(try_on(BEFORE, AFTER, mails(1, 7, "seven")))
    assert [row.outcome for row in rows] == ["same", "changed", "failing"]
    assert (rows[1].before, rows[1].after, rows[1].changed) == ({"n": 7}, {"n": 7, "big": True}, ("big",))
    assert rows[2].error is not None
    assert (rows[2].error.code, rows[2].before) == ("mapping-not-a-number", {"n": "seven"})


def test_a_mail_that_failed_before_and_no_longer_does_has_changed() -> None:
    (row,) = try_on(AFTER, BEFORE, mails("seven"))
    assert (row.outcome, row.before, row.after, row.changed) == ("changed", None, {"n": "seven"}, ("n",))
    assert row.error_before is not None


def test_rows_are_worked_out_one_by_one_and_trying_can_be_cancelled() -> None:
    taken: list[int] = []

    def endless() -> Iterator[tuple[Mapping[str, Value], MappingContext]]:
        while True:
            taken.append(len(taken))
            yield {"n": 1}, CONTEXT

    rows = try_on(BEFORE, AFTER, endless(), cancelled=lambda: len(taken) > 3)
    assert next(rows).outcome == "same"
    assert len(taken) == 1
    assert len(list(rows)) == 2
