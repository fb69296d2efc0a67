from __future__ import annotations

import pytest

from mailflow_gui.mapping.values import Value
from tests.mapping.running import run


@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("Re: お問い合わせの件", "お問い合わせの件"),
        ("RE: Fwd: re[2]: hello", "hello"),
        ("Re：件名", "件名"),
        ("返信: 転送：見積", "見積"),
        ("AW: WG: Angebot", "Angebot"),
        ("Regarding: this", "Regarding: this"),
        ("hello Re: you", "hello Re: you"),
        ("Re:", ""),
        ("", ""),
        (5, "5"),
        (None, None),
    ],
)
def test_marks_of_replies_go_from_the_start_of_a_subject(subject: Value, bare: Value) -> None:
    assert run("strip-reply-prefix", subject) == bare


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Yes.\n\nOn Fri, 14 Mar 2025 at 09:41, Jane <j@example.com> wrote:\n> Will you?\n> Jane\n", "Yes."),
        ("Yes.\n\nOn Fri, 14 Mar 2025 at 09:41, Jane Longname\n<j@example.com> wrote:\n\n> Will you?\n", "Yes."),
        ("はい。\n\n2025年3月14日(金) 9:41 山田 花子 <h@example.jp>のメール:\n> どうですか\n", "はい。"),
        ("はい。\n山田さんは書きました:\n> どうですか\n追伸", "はい。\n追伸"),
        ("Answer\n\n-----Original Message-----\nFrom: a\nold", "Answer"),
        ("回答\n\n----- 元のメッセージ -----\n古い", "回答"),
        ("Answer\n\nFrom: Jane\nSent: Friday\nTo: me\nold", "Answer"),
        ("回答\n\n差出人: 山田\n送信日時: 2025\n古い", "回答"),
        ("> one\nmine\n> two\nalso mine", "mine\nalso mine"),
        ("From: the bottom of my heart\nthanks", "From: the bottom of my heart\nthanks"),
        ("", ""),
        (7, "7"),
        (None, None),
    ],
)
def test_quoted_text_goes_and_the_writers_own_stays(text: Value, own: Value) -> None:
    assert run("strip-quoted-text", text) == own


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("a\n\nb", "> a\n>\n> b"),
        ("> old\nnew", ">> old\n> new"),
        ("日本", "> 日本"),
        ("", ""),
        (1.5, "> 1.5"),
        (None, None),
    ],
)
def test_each_line_is_quoted_once_more(text: Value, quoted: Value) -> None:
    assert run("quote-for-reply", text) == quoted


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
        ("one\r\ntwo\n\n\nthree", "<p>one<br>\ntwo</p>\n<p>three</p>"),
        ("<script>alert('x')</script>", "<p>&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;</p>"),
        ("日本", "<p>日本</p>"),
        ("", ""),
        (5, "<p>5</p>"),
        (None, None),
    ],
)
def test_text_becomes_html_and_never_markup(text: Value, markup: Value) -> None:
    assert run("text-to-html", text) == markup


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("<p>Hello <b>you</b></p><script>bad()</script>", ["Hello", "you"]),
        ("<ul><li>東京</li><li>大阪</li></ul>", ["東京", "大阪"]),
        ("&lt;a&gt;", ["<a>"]),
        ("", []),
        (5, ["5"]),
        (None, []),
    ],
)
def test_html_becomes_the_text_that_is_seen(markup: Value, words: list[str]) -> None:
    text = str(run("html-to-text", markup) or "")
    assert all(word in text for word in words)
    assert "bad" not in text
    assert bool(text.strip()) is bool(words)


def test_long_lines_without_end_are_read_in_linear_time() -> None:
    assert run("strip-quoted-text", "On " + "x " * 1_000_000 + "\n> q") == ("On " + "x " * 1_000_000).strip()


def test_quotations_between_empty_lines_are_read_in_linear_time() -> None:
    assert run("strip-quoted-text", "own\n" + "\n>\n" * 300_000) == "own"
