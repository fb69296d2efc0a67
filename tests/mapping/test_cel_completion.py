from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow_gui.mapping.cel import FUNCTIONS as KNOWN_FUNCTIONS
from mailflow_gui.mapping.cel import METHODS as KNOWN_METHODS
from mailflow_gui.mapping.cel_completion import FUNCTIONS, METHODS, complete
from mailflow_gui.mapping.templates.completion import Offered

FIELDS = [
    Offered("subject", "件名", "見積のお願い"),
    Offered("from", "差出人"),
    Offered("from.name", "差出人 › 名前"),
    Offered("size", "サイズ"),
    Offered("attachments", "添付ファイル"),
    Offered("extracted.注文番号", "注文番号"),
    Offered("headers.X-Ticket"),
    Offered("properties.prefix"),
]


def taken(marked: str, name: str) -> str:
    cursor, text = marked.index("¦"), marked.replace("¦", "")
    found = complete(text, cursor, FIELDS)
    assert found is not None, marked
    after, place = found.applied(text, next(one for one in found.choices if one.name == name))
    return f"{after[:place]}¦{after[place:]}"


@pytest.mark.parametrize(
    ("before", "name", "after"),
    [
        ("su¦", "subject", "subject¦"),
        ("size > 3 && 件¦", "subject", "size > 3 && subject¦"),
        ("!注¦", "extracted.注文番号", '!field("extracted.注文番号")¦'),
        ("subject.¦", "contains", 'subject.contains("¦")'),
        ('subject.st¦ && size > 3', "startsWith", 'subject.startsWith("¦") && size > 3'),
        ("from.¦", "from.name", "from.name¦"),
        ("from.na¦", "from.name", "from.name¦"),
        ('field("extracted.注文番号").co¦', "contains", 'field("extracted.注文番号").contains("¦")'),
        ("from.casefold().e¦", "endsWith", 'from.casefold().endsWith("¦")'),
        ("isB¦", "isBlank", "isBlank(¦)"),
        ("size(att¦)", "attachments", "size(attachments¦)"),
    ],
)  # fmt: skip
def test_a_choice_is_written_with_all_that_belongs_to_it(before: str, name: str, after: str) -> None:
    assert taken(before, name) == after


@pytest.mark.parametrize("text", ['subject.contains("su¦', "subject ¦", "3 su¦", "'su¦'", "zzz¦", "3.¦"])
def test_nothing_is_offered_where_nothing_fits(text: str) -> None:
    assert complete(text.replace("¦", ""), text.index("¦"), FIELDS) is None


def test_what_can_be_asked_shows_itself_behind_a_full_stop() -> None:
    found = complete("subject.", 8, FIELDS)
    assert found is not None
    assert found.fresh
    later = complete("su", 2, FIELDS)
    assert later is not None
    assert not later.fresh


def test_only_what_is_known_is_offered() -> None:
    assert METHODS.keys() <= KNOWN_METHODS
    assert FUNCTIONS.keys() <= KNOWN_FUNCTIONS
    found = complete("prop", 4, FIELDS)
    assert found is None


@given(st.text(alphabet="ab.\"' ()[]!&|=<>n1,subjectfrom", max_size=30), st.integers(0, 30))
def test_nothing_typed_makes_it_fall_over(text: str, cursor: int) -> None:
    found = complete(text, min(cursor, len(text)), FIELDS)
    for one in found.choices if found is not None else ():
        assert found is not None
        after, place = found.applied(text, one)
        assert 0 <= place <= len(after)
