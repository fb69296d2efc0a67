"""Addresses that mail is sent to: what people type, and what never reaches a server."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow_gui.errors import Rejected
from mailflow_gui.mail.envelope import envelope_address, needs_smtputf8, parse_addresses


def read(text: str) -> list[tuple[str, str]]:
    return [(address.name, address.address) for address in parse_addresses(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a@example.com", [("", "a@example.com")]),
        ("a@example.com, b@example.com", [("", "a@example.com"), ("", "b@example.com")]),
        ("a@example.com\nb@example.com", [("", "a@example.com"), ("", "b@example.com")]),
        ('"Doe, Jane" <j@example.com>', [("Doe, Jane", "j@example.com")]),
        ("Jane Doe <j@example.com>", [("Jane Doe", "j@example.com")]),
        ("山田 <yamada@example.jp>", [("山田", "yamada@example.jp")]),
        ("Team: a@example.com, B <b@example.com>;", [("", "a@example.com"), ("B", "b@example.com")]),
        ("Nobody:;", []),
        ("", []),
        (" , ", []),
        ("root@localhost", [("", "root@localhost")]),
        ("用户@例え.jp", [("", "用户@例え.jp")]),
    ],
)
def test_typed_addresses(text: str, expected: list[tuple[str, str]]) -> None:
    if text == "Nobody:;":
        with pytest.raises(Rejected):
            parse_addresses(text)
    else:
        assert read(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "alice@example.org)bob@evil.com",
        "alice@example.org(comment)bob@evil.com",
        "a@b@c",
        "a",
        "Jane Doe",
        "<>",
        "<a@example.com",
        "a@example.com>",
        "a@example.com b@example.com",
        "a@example.com, nonsense",
        "a@example.com\0",
        "a@exa\x1bmple.com",
        "Jane <j@example.com> k@example.com",
        "=?utf-8?q?a=40example.com?=",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(Rejected) as caught:
        parse_addresses(text)
    assert caught.value.code == "address-invalid"
    assert caught.value.text.isprintable()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("a@example.com", "a@example.com"),
        ("A.B+c@Example.COM", "A.B+c@Example.COM"),
        ("a@bücher.example", "a@xn--bcher-kva.example"),
        ("a@ＥＸＡＭＰＬＥ.com", "a@example.com"),
        ('"a,b"@example.com', '"a,b"@example.com'),
        ("a@[127.0.0.1]", "a@[127.0.0.1]"),
        ("a@[IPv6:0:0:0:0:0:0:0:1]", "a@[IPv6:::1]"),
        ("a@my_host", "a@my_host"),
        ("é@example.com", "é@example.com"),
    ],
)
def test_envelope_addresses(address: str, said: str) -> None:
    assert envelope_address(address) == said


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "@example.com",
        "a@",
        ".a@example.com",
        "a.@example.com",
        "a..b@example.com",
        "a@example..com",
        "a@.example.com",
        "a@example.com.",
        "a@-example.com",
        "a@" + "x" * 64 + ".com",
        "a@" + "x." * 130 + "com",
        "a" * 65 + "@example.com",
        "a@[1.2.3]",
        "a@[example.com]",
        '"a b"@example.com',
        '"a@example.com',
        '"a\r\n"@example.com',
        "a\u202eb@example.com",
        "a\u3000b@example.com",
        "a\u2028b@example.com",
        "a@exam\u0130\u2028ple.com",
        "a@b\n",
        "a\udc80@example.com",
    ],
)
def test_bad_envelope_addresses(address: str) -> None:
    with pytest.raises(Rejected):
        envelope_address(address)


@given(st.text(alphabet='ab@.<>"\\ \r\n\t\0,;:()[]é\u3000\u202e=?', max_size=20))
def test_what_passes_can_not_leave_its_brackets(text: str) -> None:
    try:
        said = envelope_address(text)
    except Rejected:
        return
    assert not set(said) & set("\r\n\0<> \t")
    assert said.count("@") >= 1


@given(st.text(alphabet='ab@.<>"\\ \r\n,;:()éx', max_size=25))
def test_reading_gives_addresses_or_refuses(text: str) -> None:
    try:
        found = parse_addresses(text)
    except Rejected:
        return
    for address in found:
        assert "@" in envelope_address(address.address)


def test_smtputf8_is_needed_for_the_local_part_alone() -> None:
    assert needs_smtputf8("é@example.com")
    assert not needs_smtputf8("e@bücher.example")
