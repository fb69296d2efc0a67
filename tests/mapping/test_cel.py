from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailflow_gui.errors import MappingError
from mailflow_gui.mapping.cel import cel_fields, compile_cel, fault_of
from mailflow_gui.mapping.fields import MessageFields
from mailflow_gui.mapping.values import Value
from tests.mapping.messages import enquiry

SOURCE: dict[str, Value] = {
    "extracted.氏名": "山田",
    "n": 3,
    "day": datetime(2025, 3, 14, tzinfo=UTC),
    "big": "x" * 3_000_000,
}


@pytest.mark.parametrize(
    "expression",
    [
        'subject.contains("お問い合わせ")',
        'from.address == "hanako.yamada@example.jp" && !subject.startsWith("Fwd")',
        '"jane@example.org" in to.address',
        "size(attachments) == 2 && size(cc) > 0 && size(bcc) == 0",
        'headers["X-Ticket"] == "20417"',
        'headers["X-None"] == "" && bcc.address == []',
        'date > timestamp("2025-01-01T00:00:00Z")',
        'subject.matches("^Re: ") ? size > 0 : false',
        "date.getFullYear() == 2025",
        "int(headers['X-Ticket']) % 2 == 1 && 5 * 2 == 10 && 7 / 2 == 3",
        'from.domain.lowerAscii().endsWith(".jp")',
        "nothing == null",
    ],
)
def test_an_expression_reads_fields_by_their_names(expression: str) -> None:
    assert compile_cel(expression)(MessageFields(enquiry())) is True
    assert compile_cel(f"!({expression})")(MessageFields(enquiry())) is False


def test_names_that_are_no_identifiers_are_read_by_a_function() -> None:
    assert compile_cel('field("extracted.氏名") == "山田" && n == 3')(SOURCE)
    assert cel_fields('field("extracted.氏名") == "山田" && from.name != headers["X-A"] && n == n') == (
        "n", "headers.X-A", "from.name", "extracted.氏名",
    ) or set(cel_fields('field("a b") == from.name')) == {"a b", "from.name"}  # fmt: skip


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        ("", "mapping-cel-syntax"),
        ("1 +", "mapping-cel-syntax"),
        ("field(n) == 1", "mapping-cel-syntax"),
        ("a.b{c: 1}", "mapping-cel-syntax"),
        ("to.all(a, a != '')", "mapping-cel-macro"),
        ("[1,2].map(x, x)", "mapping-cel-macro"),
        ("has(from.name)", "mapping-cel-macro"),
        ("open('x')", "mapping-cel-unknown-function"),
        ("subject.format(1)", "mapping-cel-unknown-function"),
        ("a" * 3_000, "mapping-cel-too-large"),
        ("(" * 300 + "true" + ")" * 300, "mapping-cel-too-large"),
        ("!" * 500 + "true", "mapping-cel-too-large"),
    ],
)
def test_what_is_not_offered_is_refused_when_it_is_written(expression: str, code: str) -> None:
    with pytest.raises(MappingError) as raised:
        compile_cel(expression)
    assert raised.value.code == code


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        ("n", "mapping-cel-not-boolean"),
        ("nothing > 3", "mapping-cel-failed"),
        ("'a' * 1000000000 == ''", "mapping-cel-failed"),
        ("[1] * 1000000000 == []", "mapping-cel-failed"),
        ("'%1000000000d' % 5 == ''", "mapping-cel-failed"),
        ("1 / 0 == 1", "mapping-cel-failed"),
        ("int('9999999999999999999999') == 1", "mapping-cel-failed"),
        ("big + big == ''", "mapping-cel-too-much"),
        ("timestamp('never') == day", "mapping-cel-failed"),
    ],
)
def test_an_expression_that_fails_says_why(expression: str, code: str) -> None:
    with pytest.raises(MappingError) as raised:
        compile_cel(expression)(SOURCE)
    assert raised.value.code == code
    assert "<class" not in str(raised.value.arguments.get("reason", ""))


@pytest.mark.parametrize(
    ("expression", "wrong"),
    [
        ('subject == "a" &&& size > 3', "&"),
        ('subject == "a" &&\n  size >> 3', ">"),
        ("to.all(a, true)", "all"),
        ("subject.shout()", "shout"),
        ("size > 3 size", "size"),
    ],
)
def test_a_fault_is_found_at_its_place(expression: str, wrong: str) -> None:
    span = fault_of(expression)
    assert span is not None
    assert expression[slice(*span)] == wrong
    assert span[0] > 0


def test_what_can_be_read_has_no_fault() -> None:
    assert fault_of("size > 3") is None
    assert fault_of("") == (0, 0)
    assert fault_of("size > ") is not None


def test_a_failure_is_told_in_the_words_of_the_language() -> None:
    with pytest.raises(MappingError) as raised:
        compile_cel("subject > 3")(MessageFields(enquiry()))
    assert raised.value.arguments["reason"] == "found no matching overload for > applied to '(string, int)'"
