"""Markup is cut as browsers cut it, and comes out as bare elements."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow_gui.mail import html_tokens


@pytest.mark.parametrize(
    ("html", "tokens"),
    [
        ("a<b>c", ["text a", "open b", "text c"]),
        ("<P Class=x/></P >", ["open p", "close p"]),
        ("<br/>", ["open br"]),
        ("<a title='>'>x</a>", ["open a", "text x", "close a"]),
        ('<a href="x>y</a>z', ["open a", "text y", "close a", "text z"]),
        ("<!-- > --><i>", ["open i"]),
        ("<!--><i>", ["open i"]),
        ("<!---><i>", ["open i"]),
        ("<!-- --!><i>", ["open i"]),
        ("<![if !mso]><i><?xml x?>", ["open i"]),
        ("<script>'<p>'</scriptx></script><p>", ["open script", "close script", "open p"]),
        ("<style>", ["open style"]),
        ("1 < 2 <3 </ x", ["text 1 < 2 <3 </ x"]),
        ("</>x</1>y", ["text x", "text y"]),
        ("x<a", ["text x"]),
        ("<o:p>x", ["open o:p", "text x"]),
        ("", []),
    ],
)
def test_tags_and_texts_are_found(html: str, tokens: list[str]) -> None:
    assert [f"{kind} {text}" for kind, text, _attributes in html_tokens.tokens(html)] == tokens


def test_only_what_hides_or_keeps_blanks_is_left_of_attributes() -> None:
    html = "<p class=a onclick=b style='DISPLAY : none'><p style='white-space: pre-wrap; margin: 9em'><td colspan=9>&lt;&amp;amp;"
    assert html_tokens.simplified(html) == ('<p style="display:none"><p style="white-space:pre"><td>&lt;&amp;amp;amp;')


def test_too_many_elements_or_cells_are_not_laid_out() -> None:
    assert html_tokens.simplified("<p>" * html_tokens.MAXIMUM_ELEMENTS) is not None
    assert html_tokens.simplified("<p>" * (html_tokens.MAXIMUM_ELEMENTS + 1)) is None
    assert html_tokens.simplified("<td>" * html_tokens.MAXIMUM_CELLS) is not None
    assert html_tokens.simplified("<td>" * (html_tokens.MAXIMUM_CELLS + 1)) is None


@pytest.mark.parametrize(
    ("text", "plain"),
    [("&amp;lt;", "&lt;"), ("&#65;&#x42;", "AB"), ("&#" + "9" * 5000 + ";", "\ufffd"), ("&#x" + "f" * 5000, "\ufffd")],
)
def test_character_references_are_read_once_and_never_fail(text: str, plain: str) -> None:
    assert html_tokens.unescape(text) == plain


@given(st.text(alphabet="<>/!-=?\"' abscriptyle\n&;", max_size=80))
def test_no_attribute_or_script_gets_through(html: str) -> None:
    simple = html_tokens.simplified(html)
    assert simple is not None
    assert "=" not in "".join(attributes for kind, _text, attributes in html_tokens.tokens(simple) if kind != "text")
    assert "<!" not in simple
