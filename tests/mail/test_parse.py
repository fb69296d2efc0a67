"""Every mail in tests/eml is read as the JSON beside it says; nothing at all makes the reader fail."""

from __future__ import annotations

import email
import email.policy
import json
import re
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailflow_gui.cli.read import described
from mailflow_gui.mail import headers, tree
from mailflow_gui.mail.fingerprint import header_hash, header_hash_of
from mailflow_gui.mail.message import MailMessage
from mailflow_gui.mail.parse import parse

MAILS = sorted((Path(__file__).parent.parent / "eml").rglob("*.eml"))
RAWS = [path.read_bytes() for path in MAILS]
HEAD = b"From: a@example.org\r\nDate: Mon, 1 Jan 2024 10:00:00 +0000\r\n"


def everything(message: MailMessage) -> dict[str, Any]:
    """Look at every view there is."""
    assert message.header_block in message.raw
    assert message.content.strip() or not message.text.strip()
    for _name, value in message.headers:
        assert not set(value) & set("\r\n\0\x85\u2028\u2029")
    return described("x", message) | {"content": message.content}


def test_there_are_mails_to_read_and_each_says_what_is_in_it() -> None:
    assert len(MAILS) >= 220
    assert [path.with_suffix(".json") for path in MAILS] == sorted(
        (Path(__file__).parent.parent / "eml").rglob("*.json")
    )


def test_the_mails_have_the_line_ends_that_they_were_written_with() -> None:
    """A checkout that changes line ends would change what many of them test."""
    headers = Path(__file__).parent.parent / "eml" / "headers"
    assert b"\r" not in (headers / "bare-line-feeds.eml").read_bytes()
    assert b"\n" not in (headers / "bare-carriage-returns.eml").read_bytes()
    assert (headers / "folded-with-tab.eml").read_bytes().count(b"\r\n") == 9


@pytest.mark.parametrize("path", MAILS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_mail_is_read_as_the_file_beside_it_says(path: Path) -> None:
    expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    found = everything(parse(path.read_bytes()))
    assert {key: found[key] for key in expected} == expected


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_can_be_read(raw: bytes) -> None:
    json.dumps(everything(parse(raw)))


@settings(max_examples=250, deadline=None)
@given(st.data())
def test_any_damaged_mail_can_be_read(data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from(RAWS)))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(raw)))
        length = data.draw(st.integers(0, 30))
        raw[at : at + length] = data.draw(
            st.one_of(
                st.binary(max_size=8),
                st.sampled_from([b"\r\n\r\n", b"=?utf-8?b?", b"?=", b'"', b"--=_b", b"\x1b$B", b"(", b"<"]),
            )
        )
    json.dumps(everything(parse(bytes(raw))), ensure_ascii=False).encode("utf-8")


NESTED = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(1000))
POISON = {
    "one megabyte of subject": HEAD + b"Subject: " + b"x" * 1_000_000 + b"\r\n\r\nbody",
    "one megabyte of encoded words": HEAD + b"Subject: " + b"=?utf-8?q?a?= " * 70_000 + b"\r\n\r\nbody",
    "words without end in To": HEAD + b"To: " + b"word " * 20_000 + b"\r\n\r\nbody",
    "colons after words": HEAD + b"To: " + b"w " * 3_000 + b"@" + b":" * 10_000 + b"\r\n\r\nbody",
    "parentheses in parentheses": HEAD + b"To: " + b"(" * 5_000 + b")" * 5_000 + b"\r\n\r\nbody",
    "parentheses that never close": HEAD + b"To: " + b"(" * 15_000 + b"\r\n\r\nbody",
    "a thousand nested multiparts": HEAD + NESTED + b"\r\nbody",
    "a hundred thousand parts": HEAD
    + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    + b"--b\r\n\r\nx\r\n" * 100_000,
    "boundary at the first byte": b"--b: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nbody\r\n--b--",
    "semicolons": HEAD + b"Content-Type: text/plain" + b";" * 16_000 + b"\r\n\r\nbody",
    "sixty thousand fields": HEAD + b"a:\r\n" * 60_000 + b"\r\nbody",
    "comments that never close": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<!--" * 250_000,
    "deep markup": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<div>" * 5_000 + b"body",
    "scripts that never close": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<script>" * 100_000,
    "nothing but line ends": b"\n" * 1_000_000,
    "nothing but NUL": b"\0" * 1_000_000,
    "a codec that is slow on purpose": HEAD + b"Content-Type: text/plain; charset=idna\r\n\r\n" + b"a" * 100_000,
}


@pytest.mark.timeout(20)  # quadratic readers need minutes for these
@pytest.mark.parametrize("name", POISON)
def test_poison_is_read_without_failing(name: str) -> None:
    everything(parse(POISON[name]))


def test_nesting_is_cut_at_fifty_and_the_rest_is_kept() -> None:
    message = parse(POISON["a thousand nested multiparts"])
    assert "parts-too-deep" in message.defects
    assert any(b"body" in attachment.content for attachment in message.attachments) or "body" in message.text


def test_parts_beyond_a_thousand_are_kept_in_one_piece() -> None:
    message = parse(POISON["a hundred thousand parts"])
    assert "parts-too-many" in message.defects
    assert len(message.attachments) <= 1000
    assert message.attachments[-1].size > 900_000 or message.attachments[-1].content.count(b"--b") > 90_000


def test_text_in_markup_too_deep_to_lay_out_is_not_lost() -> None:
    message = parse(POISON["deep markup"])
    assert message.text == "body"
    assert "html-unreadable" in message.defects


def test_looking_at_header_and_text_copies_no_large_attachment() -> None:
    size = 30_000_000
    raw = b"".join(
        (
            HEAD,
            b"Subject: big\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nsmall\r\n",
            b"--b\r\nContent-Type: application/zip\r\n\r\n",
            b"x" * size,
            b"\r\n--b--\r\n",
        )
    )
    tracemalloc.start()
    try:
        message = parse(raw)
        assert (message.subject, message.text) == ("big", "small")
        peak = tracemalloc.get_traced_memory()[1]
        assert peak < 2_000_000
        assert message.attachments[0].size == size
        assert tracemalloc.get_traced_memory()[1] < size * 1.2
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "path", [path for path in MAILS if path.parent.name == "attachments"], ids=lambda path: path.stem
)
def test_attachments_are_those_that_the_standard_library_finds(path: Path) -> None:
    raw = path.read_bytes()
    peer = email.message_from_bytes(raw, policy=email.policy.compat32)
    leaves = [
        part for part in peer.walk() if not part.is_multipart() and not part.get_content_type().startswith("text/")
    ]
    ours = [
        item
        for item in parse(raw).attachments
        if item.type not in ("message/rfc822",) and not item.type.startswith("text/")
    ]
    assert [(part.get_content_type(), part.get_payload(decode=True)) for part in leaves] == [
        (item.type, item.content) for item in ours
    ]


@given(
    st.lists(
        st.sampled_from(
            [
                b"\n--b",
                b"\n--b--",
                b"--b\n",
                b"\r\n--b\r\n",
                b"\n--bb\n",
                b"-",
                b"\n",
                b" \t",
                b"x" * 5000,
                b"-" * 4100,
                b"\n--b \r\n",
            ]
        ),
        max_size=14,
    ),
    st.integers(0, 3),
)
def test_delimiters_are_found_as_one_search_for_them_would(pieces: list[bytes], misses: int) -> None:
    raw = b"".join(pieces)
    wanted = [
        (found.start(), found.end(), bool(found[1]))
        for found in re.finditer(rb"\n--b(--)?[ \t\r]{0,200}+(?=\n|\Z)", raw)
    ]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tree, "_MOST_MISSES", misses)
        patched.setattr(tree, "_FEW_DASHES", misses)
        assert list(tree._delimiters(raw, 0, len(raw), b"\n--b")) == wanted
    assert list(tree._delimiters(raw, 0, len(raw), b"\n--b")) == wanted


_HEADER_PIECES = st.lists(
    st.sampled_from(
        [
            b"A: 1",
            b"Bb : 2",
            b"C:",
            b" folded",
            b"\t",
            b"\r\n",
            b"\r\n",
            b"\n",
            b"\r",
            b"nothing",
            b"\xff: x",
            b"D:\0",
            b"From x",
            b"\r\n\r\n",
            b"\r\nX-UIDL: 7\r\n",
            b"Status: RO",
            b"status: RO",
            b"\xef\xbb\xbf",
        ]
    ),
    max_size=14,
)


@given(pieces=_HEADER_PIECES, around=st.tuples(_HEADER_PIECES, _HEADER_PIECES))
def test_the_quick_way_through_a_header_block_finds_what_the_long_way_finds(
    pieces: list[bytes], around: tuple[list[bytes], list[bytes]]
) -> None:
    before, behind = (b"".join(some) for some in around)
    raw = before + b"".join(pieces) + behind
    at, end = len(before), len(raw) - len(behind)
    quick = headers.split(raw, at, end)
    start = at + 3 if not at and raw.startswith(b"\xef\xbb\xbf") else at
    stop, body = headers._blank_line(raw, start, end)
    long = headers._split(raw, start, stop, body)
    assert (quick.start, quick.end, quick.body, quick.fields, quick.defects) == (
        long.start,
        long.end,
        long.body,
        long.fields,
        long.defects,
    )


@given(_HEADER_PIECES)
def test_a_mail_that_is_read_anyway_has_the_same_header_hash_at_less_cost(pieces: list[bytes]) -> None:
    raw = b"".join(pieces)
    assert header_hash_of(parse(raw)) == header_hash(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"A: 1\r\nStatus: RO\r\n\r\nbody",
        b"X-UIDL: 7\r\nA: 1\r\n\r\nbody",
        b"A: 1\r\nstatus: RO\r\nX-Statusx: 1\r\n\r\n",
        b"A: 1\n\r\nbody",
        b"A: 1\r\n\nbody",
        b"A: 1\n\nbody\r\n\r\nmore",
        b"\xef\xbb\xbfA: 1\r\nB: 2\r\n\r\nbody",
        b"\xef\xbb\xbfStatus: 1\r\n\r\nbody",
        b"A: 1\r\nB: 2",
        b"A: 1\r\nB: 2\r\n",
        b"A: 1\r2\r\n\r\n",
        b"",
    ],
)
def test_an_odd_header_has_the_same_hash_either_way(raw: bytes) -> None:
    assert header_hash_of(parse(raw)) == header_hash(raw)


@pytest.mark.parametrize("raw", RAWS)
def test_a_real_mail_has_the_same_header_hash_either_way(raw: bytes) -> None:
    assert header_hash_of(parse(raw)) == header_hash(raw)
    header = raw.partition(b"\r\n\r\n")[0]
    assert header_hash_of(parse(header)) == header_hash(header)


@given(
    st.lists(
        st.sampled_from(
            [
                b"Content-Type: text/html\r\n",
                b"X: y\r\n",
                b"\r\n",
                b"\n",
                b"\r",
                b" folded\r\n",
                b"\xef\xbb\xbf",
                b"strange\r\n",
                b"a" * 150,
            ]
        ),
        max_size=8,
    ),
    st.integers(0, 40),
)
def test_a_parts_header_that_is_remembered_is_read_as_one_that_is_not(pieces: list[bytes], behind: int) -> None:
    raw = b"Before: it\r\n" + b"".join(pieces)
    start, end = 12, max(12, len(raw) - behind)
    usual = headers.split(raw, start, end)
    for _time in range(2):
        block, body = tree._head(raw, start, end)
        assert (block.lines, block.defects, block.first) == (usual.lines, usual.defects, usual.first)
        assert body == usual.body
