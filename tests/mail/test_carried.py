"""Attachments that go on as they came, and those that must not."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailflow_gui.mail import carried, compose_body
from mailflow_gui.mail.compose import Draft, compose
from mailflow_gui.mail.message import Address, Attachment, MailMessage
from mailflow_gui.mail.parse import parse
from mailflow_gui.mail.smtp_body import wire_form

DRAFT = Draft(sender=(Address("", "a@example.com"),), to=(Address("", "b@example.com"),), text="x")
DATE = datetime(2026, 3, 14, 9, 41, 7, tzinfo=UTC)


def mail(body: bytes, encoding: bytes = b"base64", kind: bytes = b"application/pdf") -> MailMessage:
    """A mail with one attachment."""
    return parse(
        b"From: a@x.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ntext\r\n--b\r\nContent-Type: "
        + kind
        + b"; name=a.pdf\r\nContent-Disposition: attachment\r\nContent-Transfer-Encoding: "
        + encoding
        + b"\r\n\r\n"
        + body
        + b"\r\n--b--\r\n"
    )


def sent(message: MailMessage) -> bytes:
    """The mail that carries the attachments of ``message``."""
    draft = replace(DRAFT, attachments=message.attachments)
    return b"".join(compose(draft, message_id="<1@example.com>", date=DATE).content)


def lines(content: bytes, width: int = 76) -> bytes:
    encoded = base64.b64encode(content)
    return b"\r\n".join(encoded[at : at + width] for at in range(0, len(encoded), width))


@pytest.mark.parametrize("width", [4, 60, 76, 996])
@pytest.mark.parametrize("size", [1, 2, 3, 57, 58, 114, 5000])
def test_faultless_base64_goes_on_as_it_came_and_is_never_decoded(
    width: int, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = bytes(number * 7 % 256 for number in range(size))
    body = lines(content, width)
    message = mail(body)
    with monkeypatch.context() as patched:
        patched.delattr(carried.Carried, "decoded")
        raw = sent(message)
    assert b"\r\n\r\n" + body + b"\r\n--" in raw
    (found,) = parse(raw).attachments
    assert found.content == content == message.attachments[0].content


@pytest.mark.parametrize(
    "body",
    [
        b"QUJD\nREVG",  # a line end that isn't one
        b"QUJD\rREVG\n\r\n",
        b"QUJ\r\nDREVG",  # groups cut in two
        b"QUJD\r\nREVGREVG",  # a longer line behind a shorter one
        b"QUJD REVG",
        b"QUJD-EVG",
        b"QQ==QUJD",
        b"QUJDQ===",
        b"QUJD====",
        b"QR==",  # bits that no encoder leaves there
        b"QUI",
        b"QUJD\xff",
        b"QUJD\0EVG",
        b"QUJD\r\n\r\nREVG",
        base64.b64encode(b"x" * 900),
        b"QUJD\r\nREVG\r\n\r\nSent from a list server",
        b"=_AA",
    ],
)
def test_anything_else_is_decoded_and_encoded_again(body: bytes) -> None:
    message = mail(body)
    raw = sent(message)
    assert message.attachments[0].carried is not None
    assert message.attachments[0].carried.base64() is None
    (found,) = parse(raw).attachments
    assert found.content == message.attachments[0].content
    assert max(map(len, raw.split(b"\r\n"))) <= 998


@given(st.binary(max_size=200))
@example(b"QUJD\r\n\r\n")
@example(b"\r\nQUJD")
@example(b"")
def test_what_goes_on_as_it_came_is_the_same_to_every_reader(body: bytes) -> None:
    pieces = carried.base64(b"before" + body + b"after", 6, 6 + len(body))
    if pieces is None:
        return
    whole = b"".join(pieces)
    assert binascii.a2b_base64(whole.replace(b"\r\n", b""), strict_mode=True) == binascii.a2b_base64(body)
    assert whole.count(b"\r") == whole.count(b"\n") == whole.count(b"\r\n")
    assert not whole.endswith(b"\r\n")


@given(
    st.lists(
        st.sampled_from([b"QUJD", b"QQ==", b"QUI=", b"\r\n", b"=", b"A", b"-", b"\n", b"\r", b" ", b"/+9z"]),
        max_size=12,
    )
)
def test_pieces_of_base64_in_any_order_keep_their_content(parts: list[bytes]) -> None:
    message = mail(b"".join(parts))
    (found,) = parse(sent(message)).attachments
    assert found.content == message.attachments[0].content


@given(st.binary(max_size=300), st.integers(1, 30), st.integers(4, 40))
def test_what_an_encoder_writes_goes_on_as_it_came_wherever_it_is_cut(
    content: bytes, quarters: int, piece: int
) -> None:
    body = lines(content, quarters * 4)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(carried, "PIECE", piece)
        pieces = carried.base64(body, 0, len(body))
    assert pieces is not None
    assert b"".join(pieces) == body


def test_a_large_attachment_is_sent_from_the_received_mail_without_a_copy() -> None:
    content = hashlib.sha256(b"seed").digest() * 100_000
    message = mail(lines(content))
    composed = compose(replace(DRAFT, attachments=message.attachments), message_id="<1@example.com>", date=DATE)
    chunks: tuple[object, ...] = composed.content
    views = [chunk for chunk in chunks if isinstance(chunk, memoryview)]
    assert all(view.obj is message.raw for view in views)
    assert sum(map(len, views)) > len(content)
    assert composed.size == sum(map(len, composed.content))
    assert parse(b"".join(wire_form(composed.content))).attachments[0].content == content


def test_a_large_picture_inside_the_html_is_carried_and_the_boundaries_hold() -> None:
    content = hashlib.sha256(b"seed").digest() * 50_000
    source = mail(lines(content), kind=b"image/png").attachments[0].carried
    assert source is not None
    picture = Attachment.received(source, name="p.png", type="image/png", inline=True, content_id="p@x")
    draft = replace(DRAFT, html='<img src="cid:p@x">', attachments=(picture, Attachment("b.txt", "text/plain", b"b")))
    found = parse(b"".join(compose(draft, message_id="<1@example.com>", date=DATE).content)).attachments
    assert [(one.name, one.content) for one in found] == [("p.png", content), ("b.txt", b"b")]


def test_a_changed_copy_of_a_received_attachment_sends_what_it_says() -> None:
    (received,) = mail(lines(b"old")).attachments
    changed = replace(received, content=b"new")
    assert (changed.carried, changed.content, changed.size) == (None, b"new", 3)
    assert replace(received, name="b.pdf").content == b"old"
    assert compose_body.attachment_part(changed).chunks == (b"bmV3",)


def test_a_received_attachment_is_like_any_other_with_its_content() -> None:
    (received,) = mail(lines(b"old")).attachments
    same = Attachment("a.pdf", "application/pdf", b"old")
    assert received == same
    assert hash(received) == hash(same)
    assert received != replace(same, content=b"new")
    assert not hasattr(received, "nonsense")


@pytest.mark.parametrize("encoding", [b"7bit", b"quoted-printable", b"x-unknown", b"8bit", b"binary"])
def test_other_encodings_come_back_byte_for_byte(encoding: bytes) -> None:
    message = mail(b"a=3D1;  \r\nb\r\n.\r\nFrom c", encoding)
    (found,) = parse(sent(message)).attachments
    assert found.content == message.attachments[0].content


def test_the_defects_of_an_attachment_are_found_when_they_are_asked_for() -> None:
    assert "base64-broken" in mail(b"QQ==QUJD").defects
    assert "base64-broken" not in mail(lines(b"whole")).defects
