"""The header block: where it ends, its words, addresses, parameters, dates and ids."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow_gui.mail import addresses, headers, parameters, words
from mailflow_gui.mail.message import Address
from mailflow_gui.mail.parse import parse


@pytest.mark.parametrize(
    ("raw", "names", "body"),
    [
        (b"A: 1\r\nB: 2\r\n\r\nbody", ["A", "B"], b"body"),
        (b"A: 1\nB: 2\n\nbody", ["A", "B"], b"body"),
        (b"A: 1\rB: 2\r\rbody", ["A", "B"], b"body"),
        (b"A: 1\r\n\nbody", ["A"], b"body"),
        (b"A: 1\n\r\nbody\n\nmore", ["A"], b"body\n\nmore"),
        (b"\r\nbody", [], b"body"),
        (b"A: 1", ["A"], b""),
        (b"A: 1\r\n folded\r\n\tagain\r\n\r\nbody", ["A"], b"body"),
        (b"just text\r\n\r\nmore", [], b"just text\r\n\r\nmore"),
        (b"From a@b Mon Jan\nA: 1\n\nbody", ["A"], b"body"),
        (b"A : 1\n\nbody", ["A"], b"body"),
    ],
)
def test_the_header_ends_at_the_first_empty_line(raw: bytes, names: list[str], body: bytes) -> None:
    block = headers.split(raw)
    assert [name for name, _value in block.fields] == names
    assert raw[block.body :] == body


def test_a_header_block_is_read_up_to_256_kilobytes_and_the_body_found_behind_it() -> None:
    block = headers.split(b"A: 1\n" + b"B: 2\n" * 100_000 + b"\nbody")
    assert headers.TOO_LARGE in block.defects
    assert block.end <= headers.MAXIMUM_BLOCK
    assert block.body == 5 + 500_000 + 1


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"=?utf-8?q?caf=C3=A9?=", "café"),
        (b"=?utf-8?q?a_b?= =?utf-8?q?c?=", "a bc"),
        (b"a =?utf-8?q?b?= c", "a b c"),
        (b"=?utf-8?b?44GC44E=?=\r\n =?utf-8?b?hA==?=", "あい"),
        (b"=?utf-8*de?q?x?=", "x"),
        (b"=?iso-8859-1?q?=80?=", "€"),
        (b"=?utf-8?b?YWJj", "=?utf-8?b?YWJj"),
        (b"=?utf-8?b?YQ?=", "a"),
        (b"=?utf-8?b?YQ==YmM=?=", "abc"),
        (b"=?utf-8?q?late? yes?=", "late? yes"),
        (b"=?utf-8?q?never =?utf-8?q?a?=", "=?utf-8?q?never a"),
        (b"folded\r\n\tvalue", "folded value"),
        (b"=?utf-8?q?a=0D=0ABcc=3A_x?=", "a  Bcc: x"),
        ("a\u2028b\x85c".encode(), "a b c"),
        (b"a\x00b\x07c", "abc"),
    ],
)
def test_words_are_decoded_onto_one_line(raw: bytes, text: str) -> None:
    assert words.decode(raw) == text


@given(st.binary(max_size=120))
def test_no_value_can_end_its_line(raw: bytes) -> None:
    assert not set(words.decode(raw)) & set("\r\n\0\v\f\x1c\x85\u2028\u2029")


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("a@b.example", [("", "a@b.example")]),
        ("<a@b.example>", [("", "a@b.example")]),
        ("Ann <a@b.example>, b@c.example", [("Ann", "a@b.example"), ("", "b@c.example")]),
        ('"Doe, Jane" <j@x.example>', [("Doe, Jane", "j@x.example")]),
        ('"a \\"b\\" c" <j@x.example>', [('a "b" c', "j@x.example")]),
        ("j@x.example (Jane (the first))", [("Jane (the first)", "j@x.example")]),
        (
            "team: a@x.example, b@x.example;, c@x.example",
            [("", "a@x.example"), ("", "b@x.example"), ("", "c@x.example")],
        ),
        ("nobody:;", []),
        ("", []),
        ("<>", []),
        ("a@[192.0.2.1], b@[IPv6:2001:db8::1]", [("", "a@[192.0.2.1]"), ("", "b@[IPv6:2001:db8::1]")]),
        ("<@relay.example,@b.example:a@x.example>", [("", "a@x.example")]),
        ("山田@例え.jp", [("", "山田@例え.jp")]),
        ("<MAILER-DAEMON> (Mail System)", [("Mail System", "MAILER-DAEMON")]),
        ("a..b.@docomo.example", [("", "a..b.@docomo.example")]),
        ("=?utf-8?Q?Doe,_Jane_<x@y>:;?= <j@x.example>", [("Doe, Jane <x@y>:;", "j@x.example")]),
    ],
)
def test_addresses_are_found(value: str, found: list[tuple[str, str]]) -> None:
    defects: set[str] = set()
    assert addresses.parse(value, defects) == tuple(Address(name, address) for name, address in found)
    assert not defects


@pytest.mark.parametrize(
    "value",
    [
        "alice@example.org)bob@evil.com",
        "alice@example.org<bob@evil.com",
        "a@b@evil.com",
        "<alice@example.org><bob@evil.com>",
        "alice@example.org bob@evil.com",
        "alice@ev il.com",
        "=?utf-8?q?bob=40evil=2Ecom?=@example.org",
        "<alice@example.org> bob@evil.com",
        "John Doe",
        "@evil.com",
        "bob@",
    ],
)
def test_what_is_no_mailbox_is_shown_and_never_mailed(value: str) -> None:
    defects: set[str] = set()
    assert [item.address for item in addresses.parse(value, defects)] == [""]
    assert defects == {addresses.INVALID}


@given(st.text(alphabet='ab@.,;:<>()[]"\\ =?é\t', max_size=60))
def test_an_address_has_one_at_sign_outside_quotes_and_no_space(value: str) -> None:
    for item in addresses.parse(value):
        if item.address and not item.address.startswith('"'):
            assert item.address.count("@") <= 1
            assert not set(item.address) & set(" ,;<>()\t")


@given(st.from_regex(r"\A(([a-zé=?.]{1,4} ){0,3}<?[a-z.+]{0,4}@?[a-z.-]{0,6}>?)\Z"))
def test_the_quick_way_finds_what_the_long_way_finds(value: str) -> None:
    quick: set[str] = set()
    thorough: set[str] = set()
    assert addresses.parse(value, quick) == addresses._parse(value, thorough)
    assert quick == thorough


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (b'attachment; filename="a.pdf"', "a.pdf"),
        (b"attachment; filename=my file.pdf", "my file.pdf"),
        (b"attachment; filename*=utf-8'en'%e2%82%ac.pdf", "€.pdf"),
        (b"attachment; filename=\"wrong.pdf\"; filename*=utf-8''right.pdf", "right.pdf"),
        (b"attachment; filename*1=b.pdf; filename*0=a", "ab.pdf"),
        (b"attachment; filename*0*=utf-8''%E3%81; filename*1*=%82.pdf", "あ.pdf"),
        (b"attachment; filename*0*=iso-2022-jp''%1B$B; filename*1*=-!%1B(B.pdf", "①.pdf"),
        (b'attachment; filename="=?utf-8?q?=E3=81=82?=.pdf"', "あ.pdf"),
        (b'attachment; filename="a;b.pdf"; size=3', "a;b.pdf"),
        (b'attachment;filename="a.pdf', "a.pdf"),
        (b'attachment; filename*0="long "; filename*1="name.pdf"', "long name.pdf"),
        ('attachment; filename="ü.pdf"'.encode(), "ü.pdf"),
    ],
)
def test_file_names_are_read_in_every_spelling(value: bytes, name: str) -> None:
    token, named = parameters.split(value)
    assert token == "attachment"
    assert named["filename"] == name


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("Mon, 15 Jan 2024 10:30:00 +0900", datetime(2024, 1, 15, 10, 30, tzinfo=timezone(timedelta(hours=9)))),
        ("15 Jan 2024 10:30 -0000", datetime(2024, 1, 15, 10, 30, tzinfo=UTC)),
        ("Mon, 15 Jan 2024 10:30:00 EST", datetime(2024, 1, 15, 10, 30, tzinfo=timezone(timedelta(hours=-5)))),
        ("Mon, 15 Jan 2024 10:30:00 JST", datetime(2024, 1, 15, 10, 30, tzinfo=timezone(timedelta(hours=9)))),
        ("Mon, 15 Jan 2024 23:59:60 +0000", datetime(2024, 1, 15, 23, 59, 59, tzinfo=UTC)),
        ("Mon, 15 Jan 2024 10:30:00 +09", datetime(2024, 1, 15, 10, 30, tzinfo=timezone(timedelta(hours=9)))),
        ("Mon, 15 Jan 2024 10:30:00 +09:00", datetime(2024, 1, 15, 10, 30, tzinfo=timezone(timedelta(hours=9)))),
        ("Mon, 15 Jan 2024 10:30:00GMT-0330", datetime(2024, 1, 15, 10, 30, tzinfo=timezone(timedelta(hours=-3.5)))),
        ("Mon, 15 Jan 2024 10:30:00.123 -0000", datetime(2024, 1, 15, 10, 30, tzinfo=UTC)),
        ("Mon (day), 15 Jan 2024 12:30:00 AM (UTC)", datetime(2024, 1, 15, 0, 30, tzinfo=UTC)),
        ("Mon, 15 Jan 2024 1:30 pm +0000", datetime(2024, 1, 15, 13, 30, tzinfo=UTC)),
        ("15-Jan-2024 10:30:00 +0000", datetime(2024, 1, 15, 10, 30, tzinfo=UTC)),
        ("2024/01/15 10:30:00", datetime(2024, 1, 15, 10, 30, tzinfo=UTC)),
        ("2024-01-15T10:30:00.5 +0100", datetime(2024, 1, 15, 10, 30, 0, 500000, tzinfo=timezone(timedelta(hours=1)))),
        ("2024-13-15T10:30:00Z", None),
        ("Mon, 15 Jan 2024 10:30:00 +9999", None),
        ("Mon, 32 Jan 2024 10:30:00 +0000", None),
        ("tomorrow", None),
        ("", None),
        ("1" * 5000, None),
    ],
)
def test_dates_are_aware_or_none(text: str, when: datetime | None) -> None:
    found = headers.date(text)
    assert found == when
    if found is not None and when is not None:
        assert found.utcoffset() == when.utcoffset()


@given(st.text(max_size=60))
def test_any_text_is_a_date_or_none(text: str) -> None:
    found = headers.date(text)
    assert found is None or found.utcoffset() is not None


def test_ids_keep_their_brackets_and_come_once() -> None:
    assert headers.message_ids("<a\t b@x><c@x") == ("<ab@x>", "<c@x>")
    assert headers.message_ids('<"a b"@x>') == ('<"a b"@x>',)
    assert headers.message_ids("a@x, b@x a@x") == ("<a@x>", "<b@x>")
    assert headers.message_ids("Ann's mail of Monday, ann@x") == ()
    assert headers.message_ids("mail from <Ann Example> <a@x> <b c@x") == ("<a@x>",)
    assert headers.message_ids("<> < > <") == ()
    assert headers.message_ids("<a@x> junk <b@x>\t<a@x> <open") == ("<a@x>", "<b@x>")


_ID_PIECES = st.sampled_from(
    [
        "<",
        ">",
        "a@b.example",
        "<a.b+c=d/e@[192.0.2.1]>",
        " ",
        "\t",
        "\r\n ",
        "\n\t",
        '"',
        "=?utf-8?q?x?=",
        "?",
        ",",
        "\x1b$B",
        "é",
        "\x7f",
    ]
)


@given(st.lists(_ID_PIECES, max_size=6))
def test_one_plain_id_is_read_the_quick_way_with_the_same_result(pieces: list[str]) -> None:
    value = "".join(pieces).encode()
    plain = headers.plain_message_id(value)
    assert not plain or (plain,) == headers.message_ids(words.decode(value))
    message = parse(b"Message-ID:" + value + b"\r\nReferences:" + value + b"\r\n\r\n")
    for name, ids in (
        ("message-id", (message.message_id,) if message.message_id else ()),
        ("references", message.references),
    ):
        assert ids == headers.message_ids(message.header(name) or "")[: 1 if name == "message-id" else None]


@pytest.mark.parametrize("value", [b" <a@b>", b"<a@b>", b"\r\n\t<a@b> ", b" <" + b"x" * 2000 + b">"])
def test_usual_ids_are_plain(value: bytes) -> None:
    assert headers.plain_message_id(value) == value.strip().decode()


@pytest.mark.parametrize("value", [b"", b" ", b"<>", b"a@b", b"<a@b> <c@d>", b"<a @b>", b"<" + b"x" * 2001 + b">"])
def test_other_ids_are_left_to_the_long_way(value: bytes) -> None:
    assert headers.plain_message_id(value) == ""
