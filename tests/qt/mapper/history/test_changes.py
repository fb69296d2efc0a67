"""Changes as texts, and the marks in them."""

from __future__ import annotations

import pytest

from mailflow_gui.mail.message import Address, Attachment
from mailflow_gui.mapping.values import Value
from mailflow_gui.qt.mapper.history.changes import MOST, change, common
from mailflow_gui.qt.mapper.history.marks import marked
from mailflow_gui.qt.mapper.values import Run


def test_words_that_went_and_came_are_marked() -> None:
    before, after = marked("Your order 12 was sent.\nBye\n", "Your parcel 12 was sent today.\nBye\n")
    assert before == (Run("Your ", "same"), Run("order", "removed"), Run(" 12 was sent.\nBye\n", "same"))
    assert after == (
        Run("Your ", "same"),
        Run("parcel", "added"),
        Run(" 12 was sent", "same"),
        Run(" today", "added"),
        Run(".\nBye\n", "same"),
    )


def test_japanese_is_marked_by_the_character() -> None:
    before, after = marked("よろしくお願いいたします。", "よろしくお願い申し上げます。")
    assert [run.text for run in before if run.look == "removed"] == ["いたし"]
    assert [run.text for run in after if run.look == "added"] == ["申し上げ"]


def test_lines_that_were_put_in_leave_the_others_unmarked() -> None:
    before, after = marked("one\ntwo\n", "one\nnew\ntwo\n")
    assert before == (Run("one\ntwo\n", "same"),)
    assert after == (Run("one\n", "same"), Run("new\n", "added"), Run("two\n", "same"))


def test_texts_with_nothing_in_common_are_replaced_as_a_whole() -> None:
    assert marked("abc def", "xyz") == ((Run("abc def", "removed"),), (Run("xyz", "added"),))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("", "a\n"),
        ("a" * 4000, "b" * 4000),
        ("ab " * 1300, "ba " * 1300),
        ("a\n" * 2000, "b\na\n" * 1000),
        ("同じ\n違う\n" * 500, "違う\n同じ\n" * 600),
    ],
)
def test_nothing_is_lost_or_made_up(before: str, after: str) -> None:
    old, new = marked(before, after)
    assert "".join(run.text for run in old) == before
    assert "".join(run.text for run in new) == after
    assert "".join(run.text for run in old if run.look == "same") == "".join(
        run.text for run in new if run.look == "same"
    )


def test_lists_stand_one_entry_on_a_line() -> None:
    people: Value = (Address("山田 花子", "hanako@example.jp"), Address("", "li@example.com"))
    found = change("to", {"to": people}, {"to": people[:1] if isinstance(people, tuple) else None})
    assert found.before.text == "山田 花子 <hanako@example.jp>\nli@example.com"
    assert found.after.text == "山田 花子 <hanako@example.jp>"
    assert found.note == ""


def test_what_reads_the_same_says_how_it_differs() -> None:
    assert change("n", {"n": "7"}, {"n": 7}).note == "It reads the same, but it is a number now; before, it was a text."
    files = [(Attachment("a.txt", "text/plain", content),) for content in (b"one", b"two")]
    found = change("attachments", {"attachments": files[0]}, {"attachments": files[1]})
    assert found.before == found.after
    assert found.before.text.startswith("a.txt · 3")
    assert "what lies behind differs" in found.note


def test_mapped_to_nothing_is_not_unmapped() -> None:
    found = change("cc", {"cc": None}, {})
    assert (found.before.mapped, found.after.mapped) == (True, False)
    assert found.note == ""


def test_long_texts_are_cut_around_the_first_difference() -> None:
    line = "長い行です。\n"
    before = line * 5000 + "old" + line * 5000
    after = line * 5000 + "new" + line * 5000
    found = change("text", {"text": before}, {"text": after})
    assert found.before.text.startswith("…\n長い行です。")
    assert "old" in found.before.text
    assert "new" in found.after.text
    assert len(found.before.text) < MOST + 200


def test_marks_of_direction_do_not_get_into_the_window() -> None:
    assert "\u202e" not in change("text", {"text": "a\u202eb"}, {"text": "b"}).before.text


@pytest.mark.parametrize(
    ("first", "second", "length"), [("", "", 0), ("abc", "abd", 2), ("ab", "abc", 2), ("x", "y", 0)]
)
def test_the_common_beginning_is_counted(first: str, second: str, length: int) -> None:
    assert common(first, second) == length
