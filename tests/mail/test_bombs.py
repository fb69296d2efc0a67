"""Mails made to take all processor time or memory are read in moments.

Each of these needs well under a second, or a few where megabytes have to be looked at. The limit is many times that, in processor time, so
that a busy machine never fails it; what these once took was minutes, or gigabytes.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from mailflow_gui.cli.read import described
from mailflow_gui.mail.parse import parse

LIMIT = 10.0
"""Seconds of processor time."""
HEAD = b"From: a@example.org\r\nDate: Mon, 1 Jan 2024 10:00:00 +0000\r\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
HTML = HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n"
BODY = b"\r\n\r\nbody"


def _words(field: bytes, times: int) -> bytes:
    return HEAD + b"".join(b"X-%d: " % number + field + b"\r\n" for number in range(times)) + b"\r\nbody"


BOMBS: dict[str, Callable[[], bytes]] = {
    # the header
    "100 kB of words in To": lambda: HEAD + b"To: " + b"word\r\n " * 20_000 + BODY,
    "100,000 open parentheses": lambda: HEAD + b"To: " + b"(" * 100_000 + BODY,
    "open parentheses in every field": lambda: (
        HEAD
        + b"".join(name + b": " + b"(" * 16_000 + b"\r\n" for name in (b"Cc", b"Content-Type", b"Message-ID"))
        + BODY
    ),
    "quotes and backslashes": lambda: HEAD + b"To: " + b'"\\' * 8_000 + BODY,
    "escaped quotes in a file name": lambda: HEAD + b'Content-Type: a/b; name="' + b'\\"' * 8_000 + BODY,
    "angle brackets": lambda: HEAD + b"To: " + b"<" * 8_000 + b"<>" * 4_000 + BODY,
    "10 MB of fields": lambda: HEAD + b"X: y\r\n" * 1_700_000 + BODY,
    "one field of 10 MB": lambda: HEAD + b"Subject: " + b"x" * 10_000_000 + BODY,
    "10 MB of folds": lambda: HEAD + b"Subject: " + b"x\r\n " * 2_500_000 + BODY,
    "10 MB of lines that are no fields": lambda: HEAD + b"garbage\r\n" * 1_100_000 + BODY,
    "1 MB of encoded words": lambda: HEAD + b"Subject: " + b"=?utf-8?q?a?=\r\n " * 60_000 + BODY,
    "encoded words that never end": lambda: _words(b"=?a?q?" * 2_700, 15),
    "encoded words with question marks": lambda: _words(b"=?a?q?b?c" * 1_800, 15),
    "encoded words in 10,000 unknown sets": lambda: _words(
        b"".join(b"=?c%d?q?=80=81?= " % number for number in range(700)), 15
    ),
    "100,000 references": lambda: HEAD + b"References: " + b"<a@example.org> " * 100_000 + BODY,
    "references that never close": lambda: HEAD + b"References: " + b"<a" * 8_000 + b"<" + b"a" * 9_000 + BODY,
    "100,000 sections of a parameter": lambda: (
        HEAD + b"Content-Type: a/b" + b"".join(b"; name*%d*=%%e3" % number for number in range(100_000)) + BODY
    ),
    "a character set's name of 1 MB": lambda: HEAD + b"Content-Type: text/plain; charset=" + b"x" * 1_000_000 + BODY,
    "a character set's name of 1 MB in a word": lambda: HEAD + b"Subject: =?" + b"x" * 1_000_000 + b"?q?a?=" + BODY,
    "carriage returns alone": lambda: b"A: b\r" * 2_000_000,
    # the parts
    "1,000 nested multiparts": lambda: (
        HEAD
        + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(1000))
        + BODY
    ),
    "20,000 multiparts with one boundary": lambda: (
        MIXED + b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" * 20_000
    ),
    "50 levels over 5 MB of delimiters": lambda: (
        HEAD
        + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(60))
        + b"\r\n--b\r\n" * 700_000
    ),
    "100,000 parts": lambda: MIXED + b"--b\r\n\r\nx\r\n" * 100_000,
    "a million lines that begin like a delimiter": lambda: MIXED + b"--b\r\n\r\n" + b"--bx\r\n" * 1_000_000,
    "delimiters with blanks behind them": lambda: MIXED + (b"--b" + b" " * 190 + b"x\n") * 30_000,
    "200 names of combining marks": lambda: (
        MIXED
        + (b'--b\r\nContent-Disposition: attachment; filename="' + b"a\xcc\x81\xcc\xa3" * 3_000 + b'"\r\n\r\nx\r\n')
        * 200
    ),
    # the text
    "one line of 50 MB": lambda: HEAD + b"\r\n" + b"x" * 50_000_000,
    "one 8-bit byte in 50 MB": lambda: HEAD + b"\r\n" + b"x" * 25_000_000 + b"\xe9" + b"x" * 25_000_000,
    "10 million line breaks in base64": lambda: (
        HEAD + b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b"Q\n" * 10_000_000
    ),
    "a million padded pieces of base64": lambda: (
        HEAD + b"Content-Type: a/b\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b"QQ==" * 1_000_000
    ),
    "soft line breaks and blanks": lambda: (
        HEAD + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + (b"=" + b" " * 50) * 100_000
    ),
    "a million flowed lines": lambda: HEAD + b"Content-Type: text/plain; format=flowed\r\n\r\n" + b"x \r\n" * 1_000_000,
    "200,000 escapes": lambda: (
        HEAD + b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n" + b"\x1b$B-!\x1b(B" * 200_000
    ),
    # the markup
    "100,000 nested elements": lambda: HTML + b"<div>" * 100_000 + b"body",
    "33,000 nested tables": lambda: HTML + b"<table><tr><td>" * 33_000 + b"body",
    "150,000 table cells": lambda: HTML + b"<table>" + (b"<tr>" + b"<td>abc</td>" * 10 + b"</tr>") * 15_000,
    "a cell over a billion columns": lambda: HTML + b"<table><tr><td colspan=1000000000 rowspan=1000000000>body",
    "a gigabyte of margins": lambda: HTML + b"<p style='margin-top:100000em;padding-left:100000em'>x</p>" * 10_000,
    "150,000 attributes": lambda: (
        HTML + b"<a " + b"".join(b"b%d=c " % number for number in range(150_000)) + b">body</a>"
    ),
    "5 MB of entities": lambda: HTML + b"&amp;" * 1_000_000,
    "a character reference of 5 MB": lambda: HTML + b"&#" + b"9" * 5_000_000 + b";",
    "a character reference of 1 MB": lambda: HTML + b"<p>&#x" + b"9" * 1_000_000 + b";</p>",
    "entities of entities": lambda: (
        HTML + b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '" + b"&a;" * 1000 + b"'>]>" + b"&b;" * 10_000
    ),
    "tags that never close": lambda: HTML + b"<a" * 500_000,
    "quotes that never close": lambda: HTML + b"<a b=\"c' d='" * 100_000,
    "less-than signs": lambda: HTML + b"< " * 900_000,
    "comments that never close": lambda: HTML + b"<!--" * 400_000,
    "scripts that never close": lambda: HTML + b"<script>" * 200_000,
    "50,000 crossed elements": lambda: HTML + b"<b><i><a></b>" * 50_000,
}


@pytest.mark.timeout(100)
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_read_in_moments(name: str) -> None:
    raw = BOMBS[name]()
    before = time.process_time()
    found = described(name, parse(raw))
    assert time.process_time() - before < LIMIT
    assert len(found["text"]) <= len(raw)
    assert sum(len(field) for field in map(str, found.values())) < 4 * len(raw) + 100_000


def test_the_text_of_markup_that_is_too_much_to_lay_out_is_there_all_the_same() -> None:
    for name in ("33,000 nested tables", "150,000 attributes", "a cell over a billion columns"):
        assert parse(BOMBS[name]()).text.strip() == "body"
    assert parse(BOMBS["150,000 table cells"]()).text.count("abc") == 150_000
    assert parse(BOMBS["a gigabyte of margins"]()).text == "\n\n".join("x" * 10_000) + "\n"
