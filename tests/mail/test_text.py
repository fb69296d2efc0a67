"""Text for people, out of HTML and of format=flowed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow_gui.mail import text
from mailflow_gui.mail.parse import parse


@pytest.mark.parametrize(
    ("flowed", "plain"),
    [
        ("one \ntwo\n", "one two\n"),
        ("one\ntwo\n", "one\ntwo\n"),
        (" >not a quote\n", ">not a quote\n"),
        ("> a \n> b\nc", "> a b\nc"),
        ("> a \n>> b", "> a \n>> b"),
        ("last \n-- \nsig", "last \n-- \nsig"),
        ("", ""),
    ],
)
def test_soft_breaks_are_joined_and_hard_ones_kept(flowed: str, plain: str) -> None:
    assert text.unflow(flowed) == plain


def test_delsp_joins_japanese_without_a_space() -> None:
    assert text.unflow("日本 \n語", delete_space=True) == "日本語"


def test_html_is_laid_out_without_scripts_and_styles() -> None:
    html = (
        "<style>p{color:red}</style><h1>Order</h1><p>Three&nbsp;boxes &amp; one<br>more</p><script>alert('x')</script>"
    )
    found = text.from_html(html)
    assert "Order" in found
    assert "boxes & one\nmore" in found
    assert "alert" not in found
    assert "color" not in found


def test_html_without_text_is_empty() -> None:
    assert text.from_html("  ") == ""
    assert text.from_html("<p></p>") == ""


def test_stripped_tags_leave_the_text() -> None:
    html = "<title>t</title><p>1 < 2 &lt; 3</p><!-- no > --><SCRIPT>if (a > b) {}</SCRIPT><div>end</div>"
    assert text.strip_tags(html) == "1 < 2 < 3\n\nend"


@given(st.text(alphabet="<>/!-pbscrit \n&;a\ud800\0", max_size=80))
def test_any_markup_becomes_text(html: str) -> None:
    text.from_html(html)
    text.strip_tags(html)


def test_markup_names_its_own_character_set() -> None:
    raw = b'Content-Type: text/html\n\n<meta http-equiv="Content-Type" content="text/html; charset=Shift_JIS"><p>' + (
        "①です".encode("cp932") + b"</p>"
    )
    assert parse(raw).text == "①です\n"


def test_lines_end_in_line_feeds_whatever_came() -> None:
    assert parse(b"A: b\r\n\r\none\r\ntwo\rthree\nfour\0").text == "one\ntwo\nthree\nfour"


def test_a_byte_order_mark_is_no_text() -> None:
    assert parse(b"Content-Type: text/plain; charset=utf-8\n\n\xef\xbb\xbfhi").text == "hi"


@given(
    st.lists(
        st.sampled_from([b"a", b"\r", b"\n", b"\r\n", b"\0", b"\x0b", b"\x1c", b"\x85", b" ", b"\x1b"]), max_size=12
    )
)
def test_line_ends_are_read_alike_in_bytes_and_in_characters(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    wanted = data.decode("latin-1").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    if data.isascii():
        for charset in ("", "us-ascii", "utf-8", "iso-8859-1"):
            assert text._characters(data, {"charset": charset}, set()) == wanted
