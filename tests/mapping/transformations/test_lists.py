from __future__ import annotations

from typing import Any

import pytest

from mailflow_gui.errors import MappingError
from mailflow_gui.mail.message import Address, Attachment
from mailflow_gui.mapping.values import Value
from tests.mapping.running import run

PDF, LOGO = Attachment("見積書.PDF", "application/pdf", b"1"), Attachment("logo.png", "image/png", b"2")

CASES: list[tuple[str, dict[str, Any], Value, Value]] = [
    ("concatenate", {"delimiter": ", "}, ("a", None, "b", ""), "a, b, "),
    ("concatenate", {}, ("東京", "大阪"), "東京 大阪"),
    ("concatenate", {"delimiter": "-"}, (1, 2.5, True), "1-2.5-true"),
    ("concatenate", {"delimiter": "-"}, "one", "one"),
    ("concatenate", {}, (), None),
    ("concatenate", {}, None, None),
    ("split", {"delimiter": ","}, "a,b,,c", ("a", "b", "", "c")),
    ("split", {"delimiter": "、"}, "東京、大阪", ("東京", "大阪")),
    ("split", {"delimiter": ""}, " a  b ", ("a", "b")),
    ("split", {}, "", ("",)),
    ("split", {"delimiter": "."}, 1.5, ("1", "5")),
    ("split", {}, None, None),
    ("item-at", {"index": 1}, ("a", "b"), "b"),
    ("item-at", {}, "日本", "日本"),
    ("item-at", {"index": 3}, (), None),
    ("item-at", {"index": 3}, None, None),
    ("item-at", {"index": 0}, (5,), 5),
    ("format", {"template": "%s様 (%d) %.2f%%"}, ("山田", "3", 2.005), "山田様 (3) 2.01%"),
    ("format", {"template": "%2$s %1$s %s"}, ("a", "b"), "b a a"),
    (
        "format",
        {"template": "[%5s|%-5s|%05d|%+d|%,d|%S]"},
        ("a", "b", 42, 7, 1234567, "up"),
        "[    a|b    |00042|+7|1,234,567|UP]",
    ),
    ("format", {"template": "%x %X%n"}, (255, 255), "ff FF\n"),
    ("format", {"template": "<%s %d>"}, None, "< >"),
    ("format", {"template": "%s"}, "%s {0} %d", "%s {0} %d"),
    ("format", {"template": ""}, "x", ""),
    ("keep-files", {"names": "*.pdf, *.xlsx"}, (PDF, LOGO), (PDF,)),
    ("keep-files", {"names": "見積?.*"}, (PDF, LOGO), (PDF,)),
    ("keep-files", {"names": "logo.png"}, ("logo.png", "xlogo.png", "logo_png"), ("logo.png",)),
    ("keep-files", {"names": ""}, (PDF,), ()),
    ("keep-files", {}, (), ()),
    ("keep-files", {}, 5, (5,)),
    ("file-extension", {}, PDF, "PDF"),
    ("file-extension", {}, "archive.tar.gz", "gz"),
    ("file-extension", {}, "請求書.xlsx", "xlsx"),
    ("file-extension", {}, "README", None),
    ("file-extension", {}, "", None),
    ("file-extension", {}, 5, None),
    ("remove-file-extension", {}, "archive.tar.gz", "archive.tar"),
    ("remove-file-extension", {}, "請求書.xlsx", "請求書"),
    ("remove-file-extension", {}, "README", "README"),
    ("remove-file-extension", {}, "", ""),
    ("remove-file-extension", {}, (PDF, LOGO), ("見積書", "logo")),
    ("address", {}, Address("Jane", "jane@example.com"), "jane@example.com"),
    ("address", {}, '"Doe, Jane" <jane@example.com>', "jane@example.com"),
    ("address", {}, "a@example.com, 山田 <b@example.jp>", ("a@example.com", "b@example.jp")),
    ("address", {}, (Address("", "a@example.com"), "B <b@example.com>"), ("a@example.com", "b@example.com")),
    ("address", {}, "", None),
    ("address", {}, 5, ""),
    ("name", {}, '"Doe, Jane" <jane@example.com>', "Doe, Jane"),
    ("name", {}, Address("山田 花子", "h@example.jp"), "山田 花子"),
    ("name", {}, "", None),
    ("name", {}, "a@example.com", ""),
    ("domain", {}, Address("山田", "h@Example.JP"), "example.jp"),
    ("domain", {}, "a@example.com; b@example.org", ("example.com", "example.org")),
    ("domain", {}, "", None),
    ("domain", {}, "nobody", ""),
]


@pytest.mark.parametrize(("name", "parameters", "value", "expected"), CASES)
def test_lists_files_and_mailboxes_become(name: str, parameters: dict[str, Any], value: Value, expected: Value) -> None:
    assert run(name, value, **parameters) == expected


def test_an_entry_behind_the_end_of_a_list_is_an_error() -> None:
    with pytest.raises(MappingError) as raised:
        run("item-at", ("a", "b"), index=2)
    assert raised.value.code == "mapping-list-too-short"


@pytest.mark.parametrize("template", ["%", "%q", "100% sure", "%99999d"])
def test_what_is_no_template_is_an_error(template: str) -> None:
    with pytest.raises(MappingError) as raised:
        run("format", "x", template=template)
    assert raised.value.code == "mapping-bad-template"


@pytest.mark.parametrize(("value", "code"), [("x", "mapping-not-a-number"), (1.5, "mapping-not-a-whole-number")])
def test_a_template_for_a_whole_number_takes_nothing_else(value: Value, code: str) -> None:
    with pytest.raises(MappingError) as raised:
        run("format", value, template="%d")
    assert raised.value.code == code


def test_too_many_parts_are_an_error() -> None:
    for delimiter in (",", ""):
        with pytest.raises(MappingError) as raised:
            run("split", ", " * 100_001, delimiter=delimiter)
        assert raised.value.code == "mapping-list-too-long"


def test_a_mailbox_written_as_text_is_read_back_the_same() -> None:
    jane = Address('Doe, "J" \\ Jane', "jane@example.com")
    text = run("append", jane, text="")
    assert run("name", text) == jane.name
    assert run("address", text) == jane.address
