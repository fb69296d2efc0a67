from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter

from mailflow_gui.mapping.checks import faults
from mailflow_gui.mapping.extraction import Extraction
from mailflow_gui.mapping.extraction.labels import labels_in
from mailflow_gui.mapping.extraction.looking import look, suggestions
from mailflow_gui.mapping.rules import Rule, Source

READ: TypeAdapter[Any] = TypeAdapter(Extraction)
FORM = """お問い合わせがありました。
お名前（必須）：山田　花子
氏　　名： 山田 花子
【メール】hanako@example.jp
■ご住所
東京都千代田区1-1
10:30 に電話をください。
----------
Order No.: 4711
氏名：佐藤
"""
TABLE = "<table><tr><th>品名</th><th>数量</th><th>単価</th></tr><tr><td>椅子</td><td>2</td><td>900</td></tr></table>"


def read(*raw: dict[str, Any]) -> list[Extraction]:
    return [READ.validate_python(one) for one in raw]


def test_labels_are_suggested_as_they_are_spelt_and_each_once() -> None:
    found = dict(labels_in(FORM))
    assert list(found) == ["お名前", "氏　　名", "メール", "ご住所", "Order No."]
    assert found["氏　　名"] == "山田 花子"
    assert found["ご住所"].startswith("東京都")


def test_a_suggested_label_finds_its_value_when_it_is_asked_for() -> None:
    for label, value in labels_in(FORM):
        (one,) = look(read({"kind": "labels", "labels": [label]}), {"content": FORM})
        assert next(iter(one.values.values())) == value


def test_suggestions_of_a_table_are_its_headings() -> None:
    (one,) = read({"kind": "table", "labels": ["数量"]})
    assert suggestions(one, {"html": TABLE}) == (("品名", ("椅子",)), ("数量", ("2",)), ("単価", ("900",)))
    assert suggestions(read({"kind": "csv"})[0], {}) == ()


@pytest.mark.parametrize(
    ("raw", "source", "why"),
    [
        ({"kind": "labels"}, {"content": "Hallo"}, "no-label"),
        ({"kind": "labels"}, {"content": " "}, "empty-field"),
        ({"kind": "table"}, {"html": "<p>x</p>"}, "no-table"),
        ({"kind": "pattern", "pattern": "(?P<n>[0-9]+)"}, {"content": "x"}, "no-fit"),
        ({"kind": "json"}, {"attachments": ()}, "no-file"),
    ],
)
def test_why_nothing_was_found_is_known(raw: dict[str, Any], source: dict[str, Any], why: str) -> None:
    (one,) = look(read(raw), source)
    assert (one.nothing, one.values, one.error) == (why, {}, None)


def test_a_broken_pattern_is_an_error_and_no_reason() -> None:
    (one,) = look(read({"kind": "pattern", "pattern": "(?P<n>"}), {"content": "x"})
    assert one.error is not None
    assert one.error.code == "mapping-bad-pattern"


def test_what_two_extractions_find_both_is_said_of_the_second() -> None:
    both = read({"kind": "labels"}, {"kind": "pattern", "pattern": "(?P<氏名>佐.)"}, {"kind": "labels", "name": "form"})
    found = look(both, {"content": FORM})
    assert [one.taken for one in found] == [(), ("extracted.氏名",), ()]
    assert [one.taken for one in look(both, None)] == [(), (), ()]


def test_two_extractions_that_always_look_for_one_field_are_warned_of() -> None:
    rules = [Rule(target="subject", sources=(Source(field="extracted.Order"),))]
    both = read({"kind": "labels", "labels": ["Order"]}, {"kind": "pattern", "pattern": "(?P<Order>[0-9]+)"})
    (found,) = [one for one in faults(rules, extractions=both) if one.part == "extractions"]
    assert (found.code, found.place, found.severity) == ("mapping-extraction-same-field", "1.name", "warning")
    assert found.arguments == {"field": "Order"}


def test_without_a_mail_the_fields_that_are_sure_to_come_are_known() -> None:
    found = look(read({"kind": "labels", "labels": ["Order No."]}, {"kind": "json"}), None)
    assert [[field.name for field in one.fields] for one in found] == [["extracted.Order_No"], []]
    assert {one.nothing for one in found} == {"no-mail"}
