"""Conditions as expressions and back: what is said means the same, for any mail; what can't be said exactly isn't."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from mailflow_gui.errors import MappingError
from mailflow_gui.mail.message import Address
from mailflow_gui.mapping import budget
from mailflow_gui.mapping.cel import cel_fields, compile_cel
from mailflow_gui.mapping.cel_reading import from_cel
from mailflow_gui.mapping.cel_writing import UnsaidError, field_in_cel, to_cel
from mailflow_gui.mapping.conditions import compile_condition
from mailflow_gui.mapping.fields import MessageFields
from mailflow_gui.mapping.rules import Condition
from mailflow_gui.mapping.values import Value
from tests.mapping.messages import enquiry

READ: TypeAdapter[Any] = TypeAdapter(Condition)
WORDS = ["", " ", "件", "Re", "re", "ß", "SS", "a@b.jp", "Jane <a@b.jp>", "4711", '"', "\\", "\n", "😀", "x, y", "A"]
FIELDS = [
    "subject",
    "from",
    "from.address",
    "to",
    "to.name",
    "attachments",
    "headers.X-A",
    "extracted.氏名",
    "extracted.a b",
    "in",
]
VALUES: st.SearchStrategy[Any] = st.sampled_from(WORDS)
FILES = MessageFields(enquiry())["attachments"]
BOXES = st.builds(Address, name=st.sampled_from(["", "Jane", "Straße"]), address=st.sampled_from(["a@b.jp", "A@B.JP"]))
COMPARISONS = st.fixed_dictionaries(
    {
        "field": st.sampled_from(FIELDS),
        "operator": st.sampled_from(["contains", "equals", "starts-with", "ends-with", "in", "matches", "empty"]),
        "value": VALUES | st.lists(VALUES, max_size=2),
    },
    optional={"match_case": st.booleans()},
)


def whole(rows: Any) -> Any:
    return st.fixed_dictionaries({"all": st.lists(rows, max_size=3)}) | st.fixed_dictionaries(
        {"any": st.lists(rows, max_size=3)}
    )


def negated(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "operator": f"not-{row['operator']}"}


ROWS = COMPARISONS | COMPARISONS.map(negated)
CONDITIONS = whole(ROWS | whole(ROWS))
SOURCES = st.fixed_dictionaries(
    {},
    optional={
        "subject": VALUES,
        "from": st.lists(BOXES, max_size=2).map(tuple),
        "from.address": VALUES,
        "to": st.lists(BOXES, max_size=2).map(tuple),
        "to.name": st.lists(VALUES, max_size=2).map(tuple),
        "attachments": st.sampled_from([FILES, ()]),
        "headers.X-A": VALUES,
        "extracted.氏名": VALUES | st.integers(-3, 5000) | st.booleans() | st.none(),
        "extracted.a b": st.lists(VALUES | st.none() | st.integers(0, 9), max_size=2).map(tuple),
        "in": VALUES,
    },
)


def holds(condition: dict[str, Any], source: dict[str, Value]) -> bool:
    budget.begin()
    return compile_condition(READ.validate_python(condition))(source)


@settings(max_examples=300, deadline=None)
@given(CONDITIONS, SOURCES)
def test_an_expression_means_what_the_condition_meant(condition: dict[str, Any], source: dict[str, Value]) -> None:
    try:
        expected = holds(condition, source)
        text = to_cel(condition)
    except (MappingError, UnsaidError):  # a pattern that is none, or nothing that can be said
        return
    budget.begin()
    assert compile_cel(text)(source) is expected, text
    back = from_cel(text)
    if back is not None:
        assert holds(back, source) is expected, (text, back)
        assert to_cel(back) == text


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        ({"all": [{"field": "subject", "operator": "contains", "value": "見積"}]}, 'subject.contains("見積")'),
        (
            {
                "all": [
                    {"field": "from", "operator": "ends-with", "value": "@a.jp", "match_case": False},
                    {"any": [{"field": "size", "operator": ">", "value": "1000"},
                             {"field": "attachments", "operator": "not-empty"}]},
                ]
            },
            'from.casefold().endsWith("@a.jp") && (size > 1000 || !isBlank(attachments))',
        ),
        ({"any": [{"field": "kind", "operator": "in", "value": "person, list"}]}, 'kind in ["person", "list"]'),
        ({"all": [{"field": "subject", "operator": "not-equals", "value": "x"}]}, 'subject != "x"'),
        ({"all": [{"field": "headers.X-A", "operator": "equals", "value": "1"}]}, 'headers["X-A"].equals("1")'),
        ({"all": [{"field": "extracted.氏名", "operator": "matches", "value": "^佐"}]}, 'field("extracted.氏名").matches("^佐")'),
    ],
)  # fmt: skip
def test_conditions_are_written_as_people_would(condition: dict[str, Any], text: str) -> None:
    assert to_cel(condition) == text
    back = from_cel(text)
    assert back is not None
    assert to_cel(back) == text


@pytest.mark.parametrize(
    "row",
    [
        {"field": "date", "operator": ">", "value": "2026-01-01"},
        {"field": "attachments.size", "operator": ">", "value": 3},
        {"field": "size", "operator": ">", "value": "many"},
        {"field": "size", "operator": "contains", "value": "1"},
        {"field": 'a"b', "operator": "equals", "value": "x"},
        {"field": "", "operator": "equals", "value": "x"},
        {"field": "subject", "operator": "equals"},
        {"field": "subject", "operator": "resembles", "value": "x"},
        {"field": "subject", "operator": "equals", "value": "\ud800"},
    ],
)
def test_what_cannot_be_said_exactly_is_not_said(row: dict[str, Any]) -> None:
    with pytest.raises(UnsaidError) as raised:
        to_cel({"all": [{"field": "subject", "operator": "contains", "value": "x"}, row]})
    assert raised.value.row == row


@pytest.mark.parametrize(
    "text",
    [
        "", "(", "true", "subject", "size(attachments) > 0", 'to == "x"', '"x" in to', "subject.contains(from)",
        'subject.lowerAscii().contains("x")', '!(subject.contains("a") || subject.contains("b"))', "!(size > 3)",
        'subject.contains("x") // why', 'subject == r"x"', 'subject == "x" ? true : false', "size > 3.5", "size > 3u",
        'from.casefold().contains("A")', "date > timestamp('2025-01-01T00:00:00Z')", "(" * 500 + 'subject == "x"' + ")" * 500,
        'subject.matches("x", "y")', 'subject == "\\q"', "size>=-0x1", 'subject.contains("a") && true',
    ],
)  # fmt: skip
def test_an_expression_that_says_more_stays_an_expression(text: str) -> None:
    assert from_cel(text) is None


def test_blanks_brackets_and_quotation_marks_of_either_kind_do_not_matter() -> None:
    found = from_cel("  ( subject.contains( 'x' ) )&&!\n(isBlank(cc))  ||size>=10 ")
    assert found == {
        "any": [
            {
                "all": [
                    {"field": "subject", "operator": "contains", "value": "x"},
                    {"field": "cc", "operator": "not-empty"},
                ]
            },
            {"field": "size", "operator": ">=", "value": "10"},
        ]
    }


@given(st.text(alphabet="ab.\"' ()[]!&|=<>n1,", max_size=30))
def test_nothing_typed_makes_the_reader_fall_over(text: str) -> None:
    found = from_cel(text)
    if found is not None:
        READ.validate_python(found)


@given(st.text(max_size=20))
def test_a_written_field_is_read_as_the_same_field(name: str) -> None:
    written = field_in_cel(name)
    if written:
        assert cel_fields(f"isBlank({written})") == (name,)


def test_lists_and_mailboxes_are_asked_as_without_cel() -> None:
    source = MessageFields(enquiry())
    for text in (
        'from.contains("hanako")', 'from.startsWith("hanako.yamada@")', 'to.equals("jane@example.org")', "!isBlank(to)",
        'attachments.endsWith(".pdf")', 'to.casefold().contains("doe")', 'to.matches("^jane@")', "isBlank(bcc)",
        'to.equals(["nobody", "jane@example.org"])',
    ):  # fmt: skip
        budget.begin()
        assert compile_cel(text)(source) is True, text
