"""Descriptions from strangers: what is read, what is refused, and that nothing of it can hurt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow_gui.accounts.detect import address
from mailflow_gui.accounts.detect import description as descriptions
from tests.accounts.detect.conftest import Description, server

ANNA = address.parse("anna@example.test")
ORIGIN = "https://example.test/config"


def read(document: bytes) -> list[tuple[str, str, int, str, str]]:
    found = descriptions.read(document, ANNA, ORIGIN)
    assert found is not None
    return [(each.protocol, each.host, each.port, each.security, each.username) for each in found.proposals]


def test_servers_are_read_in_their_order_and_placeholders_filled(description: Description) -> None:
    document = description(
        server("imap", "imap.%EMAILDOMAIN%", 993),
        server("imap", "IMAP2.example.test", 143, "STARTTLS", "%EMAILLOCALPART%"),
        server("pop3", "192.0.2.1", 995, username="%EMAILLOCALPART%.%EMAILDOMAIN%"),
        server("smtp", "smtp.example.test", 465, username="fixed"),
    )
    assert read(document) == [
        ("imap", "imap.example.test", 993, "tls", "anna@example.test"),
        ("imap", "imap2.example.test", 143, "starttls", "anna"),
        ("pop3", "192.0.2.1", 995, "tls", "anna.example.test"),
        ("smtp", "smtp.example.test", 465, "tls", "fixed"),
    ]


def test_local_part_is_never_taken_for_a_placeholder(description: Description) -> None:
    odd = address.parse("%EMAILDOMAIN%@example.test")
    document = description(server("imap", "imap.example.test", 993, username="%EMAILLOCALPART%"))
    found = _read(document, odd)
    assert [each.username for each in found.proposals] == ["%EMAILDOMAIN%"]


@pytest.mark.parametrize(
    "odd",
    [
        server("imap", "imap.example.test", 993, "plain"),
        server("imap", "imap.example.test", 0),
        server("imap", "imap.example.test", 65536),
        server("imap", "imap.example.test", -1),
        server("imap", "", 993),
        server("imap", "imap example test", 993),
        server("imap", "imap.example.test/path", 993),
        server("exchange", "imap.example.test", 443),
        '<incomingServer type="smtp"><hostname>a.test</hostname><port>25</port><socketType>SSL</socketType></incomingServer>',
        '<incomingServer type="imap"><hostname>a.test</hostname><port>٩٩٣</port><socketType>SSL</socketType></incomingServer>',
        "<incomingServer/>",
    ],
)
def test_server_that_makes_no_sense_or_is_not_encrypted_is_left_out(odd: str, description: Description) -> None:
    assert read(description(odd, server("smtp", "smtp.example.test", 465))) == [
        ("smtp", "smtp.example.test", 465, "tls", "anna@example.test")
    ]


def test_server_that_wants_tokens_alone_says_so(description: Description) -> None:
    document = description(
        server("imap", "a.test", 993, authentication="OAuth2"),
        server("imap", "b.test", 993, authentication="OAuth2</authentication><authentication>password-cleartext"),
    )
    found = _read(document, ANNA)
    assert [[note.code for note in each.notes] for each in found.proposals] == [["detect-oauth-only"], []]


_LAUGHS = '<!DOCTYPE lolz [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    "head",
    [
        "<!DOCTYPE clientConfig>",
        '<!DOCTYPE clientConfig SYSTEM "https://third.test/x.dtd">',
        '<!DOCTYPE clientConfig [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        _LAUGHS + "]>",
    ],
)
def test_document_type_is_refused(head: str, description: Description) -> None:
    document = description(server("imap", "imap.example.test", 993), head=head, name="&amp;")
    assert _none(document)
    assert not _none(document.replace(head.encode(), b""))
    assert _none(document.decode().replace("UTF-8", "UTF-16").encode("utf-16"))


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"<html><body>not found</body></html>",
        b"<clientConfig>",
        b'<?xml version="1.0" encoding="klingon"?><clientConfig/>',
        b"<a>" * 5000,
        b"<clientConfig>" + b"<a>" * 100 + b"</a>" * 100 + b"</clientConfig>",
        b"\xff\xfe\x00",
        b"<clientConfig>&unknown;</clientConfig>",
    ],
)
def test_what_is_no_description_is_none(document: bytes) -> None:
    assert _none(document)


def test_long_lists_are_cut(description: Description) -> None:
    assert len(read(description(*[server("imap", f"i{number}.test", 993) for number in range(1000)]))) == 20


def test_provider_that_is_no_plain_text_is_left_out(description: Description) -> None:
    servers = server("imap", "imap.example.test", 993)
    assert _read(description(servers, name="evil\u202etxt"), ANNA).provider is None
    assert len(_read(description(servers, name="x" * 5000), ANNA).provider or "") == 100


@given(st.binary(max_size=300))
def test_reading_never_raises(document: bytes) -> None:
    descriptions.read(document, ANNA, ORIGIN)
    descriptions.read(b"<clientConfig>" + document + b"</clientConfig>", ANNA, ORIGIN)


def _read(document: bytes, asking: address.MailAddress) -> descriptions.Description:
    found = descriptions.read(document, asking, ORIGIN)
    assert found is not None
    return found


def _none(document: bytes) -> bool:
    return descriptions.read(document, ANNA, ORIGIN) is None
