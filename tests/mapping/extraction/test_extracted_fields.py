from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter

from mailflow_gui.errors import MappingError
from mailflow_gui.mail.message import Attachment
from mailflow_gui.mapping.checks import faults
from mailflow_gui.mapping.extraction import ExtractedFields, Extraction, described
from mailflow_gui.mapping.mapping import MappingContext, Rule, compile_mapping
from mailflow_gui.mapping.values import Value

EXTRACTIONS: TypeAdapter[tuple[Extraction, ...]] = TypeAdapter(tuple[Extraction, ...])
RULES: TypeAdapter[tuple[Rule, ...]] = TypeAdapter(tuple[Rule, ...])
CONTEXT = MappingContext(clock=datetime(2025, 3, 14, tzinfo=UTC), seed=1)

SOURCE: dict[str, Value] = {
    "content": "氏名：山田\nOrder: 4711 (2 pcs)\n",
    "html": "<table><tr><td>Tel</td><td>03</td></tr></table>",
    "attachments": (
        Attachment("o.json", "application/json", b'{"id": 7}'),
        Attachment("l.csv", "text/csv", b"item,n\nPen,2\nCup,1\n"),
        Attachment("bad.json", "application/json", b"{"),
    ),
}

ALL = (
    {"kind": "labels"},
    {"kind": "pattern", "pattern": r"(?P<number>\d+) \((?P<count>\d+) pcs\)"},
    {"kind": "table", "name": "t"},
    {"kind": "json"},
    {"kind": "csv", "name": "lines"},
)


def extractions(*raw: dict[str, Any]) -> tuple[Extraction, ...]:
    return EXTRACTIONS.validate_python(raw)


def apply(rule: dict[str, Any], *raw: dict[str, Any]) -> Value:
    rules = RULES.validate_python([{"target": "x", **rule}])
    return compile_mapping(rules, extractions(*raw)).apply(SOURCE, CONTEXT).get("x")


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("extracted.氏名", "山田"),
        ("extracted.Order", "4711 (2 pcs)"),
        ("extracted.number", "4711"),
        ("extracted.count", "2"),
        ("extracted.t.Tel", "03"),
        ("extracted.id", 7),
        ("extracted.lines.item", ("Pen", "Cup")),
        ("extracted.unheard-of", None),
        ("extracted.lines.nothing", None),
        ("extracted", None),
    ],
)
def test_each_extraction_gives_fields(field: str, expected: Value) -> None:
    assert apply({"sources": [{"field": field}]}, *ALL) == expected


def test_extracted_fields_serve_conditions_templates_and_for_each() -> None:
    condition = {"all": [{"field": "extracted.number", "operator": ">", "value": 4000}]}
    assert apply({"sources": [{"constant": "big"}], "condition": condition}, *ALL) == "big"
    assert apply({"template": "{{ extracted.氏名 }}様 {{ extracted.lines.n[1] }}"}, *ALL) == "山田様 1"
    cel = {"cel": 'field("extracted.氏名") == "山田" && extracted.number == "4711"'}
    assert apply({"sources": [{"constant": "yes"}], "condition": cel}, *ALL) == "yes"
    each = {
        "sources": [{"field": "extracted.lines.item"}, {"field": "extracted.lines.n"}],
        "combine": {"delimiter": " x "},
        "for_each": True,
        "condition": {"all": [{"field": "extracted.lines.n", "operator": ">", "value": 1}]},
    }
    assert apply(each, *ALL) == ("Pen x 2",)


def test_a_broken_file_fails_those_rules_alone_that_read_it() -> None:
    bad = {"kind": "json", "files": "bad*"}
    assert apply({"sources": [{"field": "extracted.number"}]}, bad, ALL[1]) == "4711"
    with pytest.raises(MappingError) as raised:
        apply({"sources": [{"field": "extracted.id"}]}, bad)
    assert raised.value.code == "mapping-extraction-not-json"
    assert "bad.json" in raised.value.text
    fields = ExtractedFields(SOURCE, extractions(bad, ALL[1]))
    assert [failure and failure.code for failure in fields.failures()] == ["mapping-extraction-not-json", None]


def test_the_tree_lists_what_can_be_there_and_what_is() -> None:
    static = [one.name for one in described(extractions({"kind": "labels", "labels": ["氏名", "Fax"]}, ALL[1]))]
    assert static == ["extracted.氏名", "extracted.Fax", "extracted.number", "extracted.count"]
    shown = {one.name: (one.type, one.many) for one in described(extractions(*ALL), SOURCE)}
    assert shown["extracted.id"] == ("number", False)
    assert shown["extracted.lines.item"] == ("text", True)
    assert described(extractions({"kind": "pattern", "pattern": "("}), SOURCE) == ()


def test_orphans_and_broken_extractions_are_faults_where_they_stand() -> None:
    rules = RULES.validate_python(
        [
            {
                "target": "x",
                "sources": [{"field": "extracted.number"}, {"field": "extracted.gone"}],
                "otherwise": [{"field": "extracted.lines.anything"}],
            },
            {"target": "y", "template": "{{ extracted.lost }}"},
        ]
    )
    found = faults(rules, None, extractions(ALL[1], {"kind": "csv", "name": "lines"}))
    assert [(one.code, one.place, one.severity) for one in found] == [
        ("mapping-orphan-field", "0.sources.1.field", "error"),
        ("mapping-orphan-field", "1.template", "error"),
    ]
    wrong = faults(
        RULES.validate_python([{"target": "x", "sources": [{"constant": "a"}]}]),
        None,
        extractions(
            {"kind": "pattern", "pattern": "("},
            {"kind": "pattern", "pattern": "a"},
            {"kind": "labels", "field": "extracted.x"},
            {"kind": "table", "field": "htm"},
        ),
    )
    assert [(one.part, one.code, one.place) for one in wrong] == [
        ("extractions", "mapping-bad-pattern", "0.pattern"),
        ("extractions", "mapping-extraction-without-groups", "1.pattern"),
        ("extractions", "mapping-extraction-of-extracted", "2.field"),
        ("extractions", "mapping-unknown-field-nearest", "3.field"),
    ]
