from __future__ import annotations

from typing import Any

import pytest

from mailflow_gui.errors import MappingError
from mailflow_gui.mapping.values import TEXT_LIMIT, Value
from tests.mapping.running import run

CASES: list[tuple[str, dict[str, Any], Value, Value]] = [
    ("append", {"text": "!"}, "hi", "hi!"),
    ("append", {"text": "!"}, None, "!"),
    ("append", {"text": "様"}, "山田", "山田様"),
    ("append", {"text": "!"}, 5, "5!"),
    ("append", {"text": "!"}, ("a", "b"), ("a!", "b!")),
    ("append", {"text": "!"}, (), "!"),
    ("prepend", {"text": "[web] "}, "hi", "[web] hi"),
    ("prepend", {"text": "件名："}, None, "件名："),
    ("prepend", {"text": "n="}, 2.0, "n=2"),
    ("prepend", {"text": "件名："}, "見積", "件名：見積"),
    ("trim", {}, " \t\u3000件名\n", "件名"),
    ("trim", {}, "", ""),
    ("trim", {}, 12, "12"),
    ("trim-left", {}, "\u3000 a ", "a "),
    ("trim-left", {}, "", ""),
    ("trim-right", {}, " a\u3000 ", " a"),
    ("trim-right", {}, "", ""),
    ("uppercase", {}, "straße ａ", "STRASSE Ａ"),
    ("uppercase", {}, "", ""),
    ("uppercase", {}, True, "TRUE"),
    ("lowercase", {}, "ABC Ａ日本", "abc ａ日本"),
    ("lowercase", {}, "", ""),
    ("capitalize", {}, "hello World", "Hello World"),
    ("capitalize", {}, "", ""),
    ("capitalize", {}, "日本 abc", "日本 abc"),
    ("camelize", {}, "Foo bar-baz_qux", "fooBarBazQux"),
    ("camelize", {}, "", ""),
    ("camelize", {}, "--", ""),
    ("camelize", {}, "注文\u3000番号", "注文番号"),
    ("separate-by-dash", {}, "foo bar__baz:qux", "foo-bar-baz-qux"),
    ("separate-by-dash", {}, "", ""),
    ("separate-by-dash", {}, "東京\u3000大阪", "東京-大阪"),
    ("separate-by-underscore", {}, "foo bar--baz", "foo_bar_baz"),
    ("separate-by-underscore", {}, "", ""),
    ("separate-by-underscore", {}, "東京 大阪", "東京_大阪"),
    ("normalize", {}, "  a \n b\u3000\u3000c ", "a b c"),
    ("normalize", {}, "   ", ""),
    ("full-width-to-half", {}, "ＡＢＣ１２３　ｶﾞ", "ABC123 ガ"),
    ("full-width-to-half", {}, "", ""),
    ("replace-all", {"find": "a", "with": "b"}, "banana", "bbnbnb"),
    ("replace-all", {"find": "A", "with": "b", "match_case": False}, "banana", "bbnbnb"),
    ("replace-all", {"find": "A", "with": "b"}, "banana", "banana"),
    ("replace-all", {"find": ".", "with": "-"}, "a.b", "a-b"),
    ("replace-all", {"find": ".", "with": "$1", "match_case": False}, "a.b", "a$1b"),
    ("replace-all", {"find": "", "with": "x"}, "abc", "abc"),
    ("replace-all", {"find": "a", "with": "b"}, "", ""),
    ("replace-all", {"find": "御中", "with": "様"}, "会社御中", "会社様"),
    (
        "replace-all",
        {"find": r"(\w+)@(\w+)", "with": "$2 at ${1} $$1 $x", "pattern": True},
        "a@b c@d",
        "b at a $1 $x d at c $1 $x",
    ),
    ("replace-all", {"find": r"(?P<y>\d+)年", "with": "${y}/", "pattern": True}, "2025年3月", "2025/3月"),
    ("replace-all", {"find": "x*", "with": "-", "pattern": True}, "abc", "-a-b-c-"),
    ("replace-all", {"find": "b|(c)", "with": "<$1>", "pattern": True}, "bc", "<><c>"),
    ("replace-first", {"find": "a", "with": ""}, "banana", "bnana"),
    (
        "replace-first",
        {"find": "^(Re|Fwd?):\\s*", "with": "", "pattern": True},
        "Re: お問い合わせの件",
        "お問い合わせの件",
    ),
    ("replace-first", {"find": "N", "with": "m", "match_case": False}, "banana", "bamana"),
    ("replace-first", {"find": "a"}, "", ""),
    ("sub-string", {"start": 1, "end": 3}, "abcdef", "bc"),
    ("sub-string", {"start": 2}, "お問い合わせ", "い合わせ"),
    ("sub-string", {"start": 0, "end": 10000}, "short", "short"),
    ("sub-string", {"start": 9}, "short", ""),
    ("sub-string", {"start": 1, "end": 3}, "", ""),
    ("sub-string", {"start": 1}, 4711, "711"),
    ("sub-string-before", {"match": ":"}, "key: value", "key"),
    ("sub-string-before", {"match": ":", "start": 1, "end": 2}, "key: value", "e"),
    ("sub-string-before", {"match": "#"}, "no match", "no match"),
    ("sub-string-before", {"match": "："}, "番号：12", "番号"),
    ("sub-string-before", {"match": ":"}, "", ""),
    ("sub-string-after", {"match": ": "}, "key: value", "value"),
    ("sub-string-after", {"match": ": ", "start": 1, "end": 3}, "key: value", "al"),
    ("sub-string-after", {"match": "#"}, "no match", "no match"),
    ("sub-string-after", {"match": "："}, "番号：12", "12"),
    ("sub-string-after", {"match": ":"}, "", ""),
    ("pad-string-left", {"character": "0", "count": 3}, "7", "0007"),
    ("pad-string-left", {"character": "＊", "count": 2}, "件", "＊＊件"),
    ("pad-string-left", {"character": "0", "count": 2}, None, "00"),
    ("pad-string-left", {"character": "0", "count": 2}, "", "00"),
    ("pad-string-right", {"character": "-", "count": 3}, 7, "7---"),
    ("pad-string-right", {"character": "。", "count": 1}, "終", "終。"),
    ("pad-string-right", {"character": "-", "count": 1}, "", "-"),
    ("repeat", {"count": 3}, "ab", "ababab"),
    ("repeat", {"count": 0}, "ab", ""),
    ("repeat", {"count": 2}, "はい", "はいはい"),
    ("repeat", {"count": 2}, "", ""),
    ("repeat", {"count": 2}, 1.5, "1.51.5"),
    ("extract-pattern", {"pattern": r"\d+"}, "Order 4711 and 5", "4711"),
    ("extract-pattern", {"pattern": r"Order (\d+)"}, "Order 4711", "4711"),
    ("extract-pattern", {"pattern": r"(?P<a>\d)(?P<b>\d)", "group": "b"}, "x12", "2"),
    ("extract-pattern", {"pattern": r"(\d)(\d)", "group": "0"}, "x12", "12"),
    ("extract-pattern", {"pattern": r"\d+"}, "none", None),
    ("extract-pattern", {"pattern": r"\d+"}, "", None),
    ("extract-pattern", {"pattern": r"注文番号：(\d+)"}, "ご注文番号：4711です", "4711"),
    ("extract-pattern", {"pattern": "order", "match_case": False}, "ORDER", "ORDER"),
    ("extract-label", {"label": "Order"}, "Hello\n  order :  4711 \nOrder: 2", "4711"),
    ("extract-label", {"label": "注文番号"}, "前\n注文番号：12:30\n", "12:30"),
    ("extract-label", {"label": "Time"}, "Time: 12：30", "12：30"),
    ("extract-label", {"label": "Order"}, "", None),
    ("extract-label", {"label": "Order"}, "Order 4711", None),
]


@pytest.mark.parametrize(("name", "parameters", "value", "expected"), CASES)
def test_text_becomes(name: str, parameters: dict[str, Any], value: Value, expected: Value) -> None:
    assert run(name, value, **parameters) == expected


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("repeat", {"count": 10_000_000}),
        ("pad-string-left", {"character": "x", "count": 10_000_000}),
        ("pad-string-right", {"character": "x", "count": 10_000_000}),
        ("replace-all", {"find": "a", "with": "b" * 1000}),
        ("replace-all", {"find": "A", "with": "b" * 1000, "match_case": False}),
        ("replace-all", {"find": "a", "with": "$0" * 100 + "b" * 1000, "pattern": True}),
    ],
)
def test_a_text_that_would_grow_too_large_is_an_error(name: str, parameters: dict[str, Any]) -> None:
    with pytest.raises(MappingError) as raised:
        run(name, "a" * 100_000, **parameters)
    assert raised.value.code == "mapping-text-too-large"


def test_a_list_whose_entries_grow_is_stopped_by_what_all_of_them_hold() -> None:
    entries = ("a",) * 100
    with pytest.raises(MappingError) as raised:
        run("pad-string-left", entries, character="x", count=TEXT_LIMIT // 50)
    assert raised.value.code == "mapping-text-too-large"


def test_a_pattern_of_no_grammar_is_an_error_with_its_reason() -> None:
    with pytest.raises(MappingError) as raised:
        run("replace-all", "x", find="(", pattern=True)
    assert raised.value.code == "mapping-bad-pattern"
    assert "missing" in str(raised.value.arguments["reason"])


def test_a_group_that_the_pattern_lacks_is_an_error() -> None:
    for parameters in ({"find": "a", "with": "$2"}, {"find": "a", "with": "${name}"}):
        with pytest.raises(MappingError) as raised:
            run("replace-all", "a", pattern=True, **parameters)
        assert raised.value.code == "mapping-no-such-group"


def test_a_pattern_that_would_hang_other_engines_ends_at_once() -> None:
    assert run("replace-all", "a" * 50_000 + "!", find="(a+)+$", pattern=True, **{"with": "-"}) == "a" * 50_000 + "!"


def test_lone_surrogates_do_not_stop_a_pattern() -> None:
    assert run("replace-all", "a\ud800b", find="b", pattern=True, **{"with": "c"}) == "a?c"
