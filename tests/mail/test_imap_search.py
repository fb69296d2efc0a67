"""From the search setting to SEARCH keys, folder names, and the gate for texts."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow_gui.errors import AccountBroken
from mailflow_gui.mail.folders import Folder, on_the_wire, readable, sent_folder
from mailflow_gui.mail.imap_search import Text, criteria, quoted, safe

TODAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        ("2026-01-31", b"31-Jan-2026"),
        ("2026-01-31T12:00:00Z", b"31-Jan-2026"),
        ("7 days", b"22-Feb-2026"),
        ("1 day", b"28-Feb-2026"),
        ("2 Weeks", b"15-Feb-2026"),
        ("5 hours", b"28-Feb-2026"),
        ("99999 years", b"01-Jan-0001"),
    ],
)
def test_since_takes_dates_and_spans(since: str, expected: bytes) -> None:
    assert criteria({"since": since}, today=TODAY)[-2:] == [b"SINCE", expected]


@pytest.mark.parametrize("since", ["yesterday", "31.1.2026", "2026-02-30", "7", "-7 days"])
def test_an_unknown_date_is_said(since: str) -> None:
    with pytest.raises(AccountBroken) as caught:
        criteria({"since": since}, today=TODAY)
    assert caught.value.code == "search-date-unknown"
    assert since in caught.value.text


def test_empty_settings_ask_for_all_that_is_not_deleted() -> None:
    empty = {"from": "", "to": None, "since": "", "larger": None, "flagged": None}
    assert criteria(empty) == [b"UNDELETED"]


def test_sizes_and_flags_are_bare_words_and_texts_are_not() -> None:
    keys = criteria({"larger": 10, "smaller": 20, "answered": False, "subject": "ALL"}, unseen_only=True, first_uid=5)
    assert keys == [
        *(b"UNDELETED", b"UID", b"5:*", b"UNSEEN"),
        *(b"SUBJECT", b"ALL", b"LARGER", b"10", b"SMALLER", b"20", b"UNANSWERED"),
    ]
    assert [key for key in keys if isinstance(key, Text)] == [b"ALL"]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0")))
def test_texts_without_line_ends_pass_the_gate_and_quotes_are_escaped(text: str) -> None:
    inner = quoted(safe(text, "text"))[1:-1]
    assert inner.replace(b"\\\\", b"").replace(b'\\"', b"").count(b'"') == 0
    assert inner.replace(b"\\\\", b"\0").replace(b'\\"', b'"').replace(b"\0", b"\\").decode() == text


@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), min_size=1))
def test_folder_names_survive_the_wire(name: str) -> None:
    encoded = on_the_wire(name)
    assert encoded.isascii()
    assert readable(encoded) == name


@pytest.mark.parametrize("name", [b"&broken", b"\xe5\x8f\x97", b"\xff\xfe", b"&AAA-", b"a&b"])
def test_names_that_break_the_rules_are_shown_somehow(name: bytes) -> None:
    assert readable(name)


def test_the_sent_folder_is_found_by_mark_or_by_name() -> None:
    marked = [Folder("Sent"), Folder("Elsewhere", ("\\Sent",), "/")]
    assert sent_folder(marked) == "Elsewhere"
    assert sent_folder([Folder("INBOX"), Folder("INBOX.Sent Items", (), ".")]) == "INBOX.Sent Items"
    assert sent_folder([Folder("Sent", ("\\Noselect",))]) is None
