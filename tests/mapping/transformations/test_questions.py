from __future__ import annotations

from typing import Any

import pytest

from mailflow_gui.mail.message import Address
from mailflow_gui.mapping.values import Value
from tests.mapping.running import run

CASES: list[tuple[str, dict[str, Any], Value, Value]] = [
    ("contains", {"text": "b"}, "abc", True),
    ("contains", {"text": "合わせ"}, "お問い合わせ", True),
    ("contains", {"text": "x"}, None, False),
    ("contains", {"text": ""}, "", True),
    ("contains", {"text": "b"}, ("a", "b"), True),
    ("contains", {"text": "b"}, ("ab",), False),
    ("contains", {"text": "2"}, 123, True),
    ("starts-with", {"text": "Re"}, "Re: x", True),
    ("starts-with", {"text": "件"}, "件名", True),
    ("starts-with", {"text": ""}, None, False),
    ("starts-with", {"text": "1"}, 12, True),
    ("starts-with", {"text": "x"}, "", False),
    ("ends-with", {"text": ".pdf"}, "a.pdf", True),
    ("ends-with", {"text": "書"}, "見積書", True),
    ("ends-with", {"text": ""}, None, False),
    ("ends-with", {"text": "2"}, 12, True),
    ("ends-with", {"text": "x"}, "", False),
    ("equals", {"text": "a"}, "a", True),
    ("equals", {"text": "日本"}, "日本", True),
    ("equals", {"text": ""}, None, False),
    ("equals", {"text": ""}, "", True),
    ("equals", {"text": "5"}, 5, True),
    ("equals", {"text": "true"}, True, True),
    ("is-null", {}, None, True),
    ("is-null", {}, (), True),
    ("is-null", {}, "", False),
    ("is-null", {}, "無", False),
    ("is-null", {}, 0, False),
    ("index-of", {"text": "c"}, "abcabc", 2),
    ("index-of", {"text": "い"}, "お問い合わせ", 2),
    ("index-of", {"text": "x"}, "abc", -1),
    ("index-of", {"text": "x"}, "", -1),
    ("index-of", {"text": "x"}, None, -1),
    ("index-of", {"text": "3"}, 123, 2),
    ("last-index-of", {"text": "c"}, "abcabc", 5),
    ("last-index-of", {"text": "の"}, "私の本の", 3),
    ("last-index-of", {"text": "x"}, None, -1),
    ("last-index-of", {"text": "x"}, "", -1),
    ("last-index-of", {"text": "1"}, 1231, 3),
    ("length", {}, "abc", 3),
    ("length", {}, "日本語", 3),
    ("length", {}, "", 0),
    ("length", {}, None, -1),
    ("length", {}, ("a", "b"), 2),
    ("length", {}, 12345, 5),
    ("count", {}, ("a", "b", "c"), 3),
    ("count", {}, (), 0),
    ("count", {}, None, 0),
    ("count", {}, "日本", 1),
    ("count", {}, Address("", "a@b"), 1),
    ("lookup-table", {"table": {"a": "1"}}, "a", "1"),
    ("lookup-table", {"table": {"東京": "tokyo"}}, "東京", "tokyo"),
    ("lookup-table", {"table": {"a": "1"}}, "b", None),
    ("lookup-table", {"table": {"": "blank"}}, "", "blank"),
    ("lookup-table", {"table": {"5": "five"}}, 5, "five"),
    ("lookup-table", {"table": {"a": "1", "b": "2"}}, ("a", "b"), ("1", "2")),
]


@pytest.mark.parametrize(("name", "parameters", "value", "expected"), CASES)
def test_a_question_about_a_value_is_answered(
    name: str, parameters: dict[str, Any], value: Value, expected: Value
) -> None:
    answer = run(name, value, **parameters)
    assert answer == expected
    assert type(answer) is type(expected)
