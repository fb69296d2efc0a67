from __future__ import annotations

import pytest

from mailflow_gui.errors import MappingError
from mailflow_gui.mail.message import Attachment
from mailflow_gui.mapping.extraction.files import from_csv, from_json, named
from mailflow_gui.mapping.extraction.settings import CsvExtraction, JsonExtraction


def csv(content: bytes, **more: object) -> dict[str, object]:
    settings = CsvExtraction.model_validate({"kind": "csv", **more})
    return dict(from_csv(Attachment("a.csv", "text/csv", content), settings))


def json(content: str | bytes) -> dict[str, object]:
    data = content.encode("utf-8") if isinstance(content, str) else content
    return dict(from_json(Attachment("a.json", "application/json", data), JsonExtraction(kind="json")))


TABLE = {"商品": ("りんご", "①梨"), "数": ("2", "3")}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_csv_is_read_whatever_its_delimiter_and_character_set(delimiter: str, charset: str) -> None:
    text = "商品,数\r\nりんご,2\r\n①梨,3\r\n".replace(",", delimiter)
    assert csv(text.encode(charset)) == TABLE


def test_csv_in_quotes_keeps_delimiters_and_line_breaks() -> None:
    assert csv(b'a;b\n"x;y, z";"1\n2"\n') == {"a": ("x;y, z",), "b": ("1\n2",)}


def test_csv_without_headings_has_numbered_columns() -> None:
    assert csv(b"x,1\ny\n", header=False) == {"1": ("x", "y"), "2": ("1", None)}
    assert csv(b"", header=False) == {}
    assert csv("a,あ".encode("euc_jp"), header=False, charset="euc_jp") == {"1": ("a",), "2": ("あ",)}


def test_csv_headings_that_are_missing_or_double_still_give_columns() -> None:
    assert csv(b"a,,a\n1,2,3\n") == {"a": ("1",), "2": ("2",), "a_2": ("3",)}


def test_json_is_read_by_dotted_path() -> None:
    found = json(
        '\ufeff{"order": {"no": 4711, "paid": true, "氏名": "山田", "none": null}, "tags": ["a", "b"], "x.y": 1.5}'
    )
    assert found == {
        "order.no": 4711,
        "order.paid": True,
        "order.氏名": "山田",
        "order.none": None,
        "tags": ("a", "b"),
        "x_y": 1.5,
    }


def test_json_lists_of_objects_give_a_list_for_each_key() -> None:
    assert json('{"items": [{"n": "a", "q": 1}, {"n": "b", "d": {"x": 1}}]}') == {
        "items.n": ("a", "b"),
        "items.q": (1, None),
        "items.d": (None, '{"x": 1}'),
    }
    assert json("[1, 2]") == {"items": (1, 2)}
    assert json('"x"') == {"value": "x"}


@pytest.mark.parametrize("content", ["", "{", "NaN", "[" * 100_000, b"\xff\xfe\xfd", "9" * 5000])
def test_what_is_no_json_is_an_error_that_names_the_file(content: str | bytes) -> None:
    with pytest.raises(MappingError) as raised:
        json(content)
    assert (raised.value.code, raised.value.arguments["file"]) == ("mapping-extraction-not-json", "a.json")


def test_json_that_is_too_deep_or_too_wide_is_refused() -> None:
    deep = '{"a":' * 50 + "1" + "}" * 50
    wide = "{" + ",".join(f'"k{n}": 1' for n in range(2_000)) + "}"
    sparse = "[" + ",".join(f'{{"k{n}": 1}}' for n in range(20_000)) + "]"
    for content in (deep, wide, sparse):
        with pytest.raises(MappingError) as raised:
            json(content)
        assert raised.value.code == "mapping-extraction-too-large"


def test_a_table_that_is_too_wide_or_too_large_is_refused() -> None:
    for content in (b"a," * 1_000_000, b"a," * 200 + b"\n" + b"1\n" * 9_000):
        with pytest.raises(MappingError) as raised:
            csv(content)
        assert raised.value.code == "mapping-extraction-too-large"
    with pytest.raises(MappingError) as raised:
        csv(b"a" * 5_000_001)
    assert raised.value.code == "mapping-extraction-too-large"


def test_the_first_file_whose_name_fits_is_taken() -> None:
    a, b = Attachment("a.txt", "text/plain", b""), Attachment("B.CSV", "text/csv", b"")
    assert named((a, b), "*.csv") == b
    assert named((a,), "*.csv") is None
    assert named(None, "*.csv") is None
