from __future__ import annotations

import pytest

from mailflow_gui.errors import MappingError
from mailflow_gui.mapping import budget
from mailflow_gui.mapping.extraction.keys import key
from mailflow_gui.mapping.extraction.labels import labelled

FORM = """お問い合わせがありました。
お名前 (必須)：山田　花子
氏　　名: 山田 花子
　電話番号 ： 03-1234-5678
【メール】hanako@example.jp
■ご住所
東京都千代田区1-1
〇〇ビル 2階
■ お問い合わせ内容
見積をお願いします。
10:30 に電話をください。

URL: https://example.jp/
------------------------------
配信停止: こちら
"""


def test_label_lines_of_a_japanese_form_become_values() -> None:
    found = labelled(FORM)
    assert found["お名前"] == "山田　花子"
    assert found["氏名"] == "山田 花子"
    assert found["電話番号"] == "03-1234-5678"
    assert found["メール"] == "hanako@example.jp"
    assert found["ご住所"] == "東京都千代田区1-1\n〇〇ビル 2階"
    assert found["お問い合わせ内容"] == "見積をお願いします。\n10:30 に電話をください。"
    assert found["URL"] == "https://example.jp/"


def test_named_labels_alone_are_taken_and_others_belong_to_the_text() -> None:
    found = labelled(FORM, ("お問い合わせ内容", "氏名"))
    assert found.keys() == {"お問い合わせ内容", "氏名"}
    assert str(found["お問い合わせ内容"]).endswith("URL: https://example.jp/")
    assert labelled("Order no.: 1\nOther: 2", ["ORDER NO"]) == {"ORDER_NO": "1"}


def test_a_value_goes_on_over_indented_lines_and_stops_at_others() -> None:
    assert labelled("Address: 1 High Street\n  London\nRegards") == {"Address": "1 High Street\nLondon"}


@pytest.mark.parametrize("text", ["", "\n\n", "Hello, you said: yes", "http://example.com/", "10:30", "：", ": x", "■"])
def test_what_is_no_label_gives_nothing(text: str) -> None:
    assert labelled(text) == {}


def test_a_text_of_nothing_but_lines_is_too_much_work_and_not_minutes() -> None:
    budget.begin()
    with pytest.raises(MappingError) as raised:
        labelled("\n" * 9_000_000)
    assert raised.value.code == "mapping-too-much-work"
    budget.begin()
    assert len(labelled("a: b\n" * 50_000)) == 1_000


def test_two_values_of_one_label_are_both_kept() -> None:
    assert labelled("Item: a\nItem: b") == {"Item": "a", "Item_2": "b"}


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("氏　名", "氏名"),
        ("Order No.", "Order_No"),
        ("ＴＥＬ", "TEL"),
        ("a.b", "a_b"),
        ("お名前※", "お名前"),
        ("a\x00\u202eb", "ab"),
        ("  ", ""),
        ("x" * 500, "x" * 60),
    ],
)
def test_a_label_becomes_a_stable_key(label: str, expected: str) -> None:
    assert key(label) == expected
    assert key(key(label)) == key(label)
