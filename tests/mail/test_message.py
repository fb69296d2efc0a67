"""A message is a lazy, frozen view on its bytes."""

from __future__ import annotations

import dataclasses

import pytest

from mailflow_gui.mail import tree
from mailflow_gui.mail.message import Address, MailMessage
from mailflow_gui.mail.parse import parse

MULTIPART = (
    b"From: Ann <a@x.example>\r\nTo: b@x.example\r\nTo: c@x.example\r\nSubject: s\r\nX-Two: 1\r\nx-two: 2\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\npreamble\r\n"
    b"--b\r\n\r\nfirst\r\n--b\r\nContent-Type: text/plain; name=notes.txt\r\nContent-Disposition: attachment\r\n\r\nsecond\r\n"
    b"--b\r\nContent-Type: text/plain\r\n\r\nfooter\r\n--b--\r\nepilogue"
)


def test_looking_at_the_header_leaves_the_body_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def grow(*_arguments: object) -> tree.Tree:
        raise AssertionError("the body was parsed")

    monkeypatch.setattr(tree, "grow", grow)
    message = parse(MULTIPART)
    assert (message.subject, message.from_, message.kind, message.size) == (
        "s",
        (Address("Ann", "a@x.example"),),
        "person",
        len(MULTIPART),
    )


def test_a_view_is_made_once() -> None:
    message = parse(MULTIPART)
    assert message.attachments is message.attachments
    assert message.headers is message.headers


def test_a_message_is_frozen_and_compared_by_its_bytes_and_flags() -> None:
    message = parse(MULTIPART, ("\\Seen",))
    with pytest.raises(dataclasses.FrozenInstanceError):
        message.flags = ()  # type: ignore[misc]  # that it is refused is the point
    assert message == MailMessage(MULTIPART, ("\\Seen",))
    assert message != parse(MULTIPART)
    assert len({message, MailMessage(MULTIPART, ("\\Seen",))}) == 1


def test_the_raw_mail_is_not_in_its_repr() -> None:
    assert "preamble" not in repr(parse(MULTIPART))


def test_a_header_is_found_in_any_case_and_the_first_counts() -> None:
    message = parse(MULTIPART)
    assert message.header("X-TWO") == "1"
    assert message.header("absent") is None
    assert [value for name, value in message.headers if name.lower() == "x-two"] == ["1", "2"]


@pytest.mark.parametrize("second", [b"<b@example.org>", b"\xff <b@example.org>", b"b@example.org, " * 40])
def test_of_several_authors_fields_the_first_counts(second: bytes) -> None:
    for first, found in (
        (b"a@example.org", ("a@example.org",)),
        (b"x@y.example, " * 20, ("x@y.example",) * 20),
        (b" ", ()),
    ):
        for name in ("From", "Reply-To"):
            written = name.encode()
            message = parse(written + b": " + first + b"\r\n" + written.upper() + b": " + second + b"\r\n\r\n")
            addresses = message.from_ if name == "From" else message.reply_to
            assert tuple(each.address for each in addresses) == found


def test_all_recipients_of_a_repeated_field_are_read_and_the_defect_is_named() -> None:
    message = parse(MULTIPART)
    assert message.to == (Address("", "b@x.example"), Address("", "c@x.example"))
    assert "header-field-repeated" in message.defects


def test_the_second_author_field_is_not_believed() -> None:
    message = parse(b"From: a@x.example\nFrom: b@evil.example\n\nx")
    assert message.from_ == (Address("", "a@x.example"),)


def test_every_part_but_the_text_is_an_attachment() -> None:
    message = parse(MULTIPART)
    assert message.text == "first"
    assert [(item.name, item.content, item.inline) for item in message.attachments] == [
        ("notes.txt", b"second", False),
        ("attachment.txt", b"footer", True),
    ]


def test_the_header_block_ends_before_the_empty_line_and_is_the_same_without_the_body() -> None:
    whole = parse(MULTIPART).header_block
    assert MULTIPART.startswith(whole + b"\r\n\r\n")
    assert parse(whole + b"\r\n\r\n").header_block == whole


def test_an_address_list_that_is_cut_ends_with_a_whole_address() -> None:
    addresses = b", ".join(b"person%d@example.org" % number for number in range(2000))
    message = parse(b"To: " + addresses + b"\r\n\r\nx")
    assert "header-field-too-long" in message.defects
    assert len(message.to) > 500
    assert all(item.address == f"person{number}@example.org" for number, item in enumerate(message.to))


def test_content_is_the_html_where_the_plain_text_is_blank() -> None:
    message = parse(
        b"Content-Type: multipart/alternative; boundary=b\n\n--b\n\n \n--b\nContent-Type: text/html\n\n<p>Hello</p>\n--b--"
    )
    assert message.text.strip() == ""
    assert message.content == "Hello\n"


def test_an_empty_text_gives_way_to_the_next_one_but_never_one_that_says_something_late() -> None:
    head = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\n"
    assert parse(head + b" \n--b\n\nsecond\n--b--").text == "second"
    late = parse(head + b"\n" * 2000 + b"first\n--b\n\nsecond\n--b--")
    assert late.text.strip() == "first"
    assert [item.content for item in late.attachments] == [b"second"]


def test_base64_text_ends_where_readable_lines_begin() -> None:
    head = b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n"
    assert parse(head + b"aGVsbG8K\n-- \nfooter").text == "hello\n-- \nfooter"
    assert parse(head + b"not base64, I say").text == "not base64, I say"
    assert parse(head + b"aGVs bG8K").text == "hello\n"
    assert parse(head + b"YWFh\n" + b"YW Fh\n" + b"YWFh" * 20 + b"\n").text.endswith("aaa" * 20)


def test_a_signed_mail_keeps_its_signature_as_an_attachment() -> None:
    message = parse(
        b"Content-Type: multipart/signed; boundary=b\n\n--b\n\nsigned\n--b\nContent-Type: application/pgp-signature\n\nxyz\n--b--"
    )
    assert (message.text, [item.name for item in message.attachments]) == ("signed", ["attachment.asc"])


def test_a_delimiter_that_only_begins_like_ours_divides_nothing() -> None:
    message = parse(b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--bb\ntwo\n--b--\n")
    assert message.text == "one\n--bb\ntwo"


def test_inner_parts_end_at_the_outer_delimiter() -> None:
    message = parse(
        b"Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/alternative; boundary=i\n\n--i\n\ntext\n"
        b"--o\nContent-Type: application/pdf\n\npdf\n--o--\n"
    )
    assert message.text == "text"
    assert [item.content for item in message.attachments] == [b"pdf"]
    assert "multipart-not-closed" in message.defects


@pytest.mark.parametrize(
    ("encoded", "decoded"),
    [
        (b"aGVsbG8=", b"hello"),
        (b"aGVsbG8", b"hello"),
        (b"aGVs\r\nbG8=\r\n", b"hello"),
        (b"aGVsbA==\r\nbw==", b"hello"),
        (b"", b""),
    ],
)
def test_base64_is_read_whole_or_broken(encoded: bytes, decoded: bytes) -> None:
    head = b"Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    assert parse(head + encoded).attachments[0].content == decoded


def test_a_uuencoded_part_is_decoded() -> None:
    message = parse(
        b"Content-Type: image/png\nContent-Transfer-Encoding: x-uuencode\n\nbegin 644 a.png\n#86)C\n`\nend\n"
    )
    assert message.attachments[0].content == b"abc"
