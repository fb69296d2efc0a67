"""Composed mails, read back with Python's email package and with MailFlow's own reader."""

from __future__ import annotations

import base64
import email
import email.policy
import email.utils
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.message import EmailMessage
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow_gui.errors import MailFlowError, Rejected
from mailflow_gui.mail import compose_body, compose_header
from mailflow_gui.mail.compose import Charset, ComposedMail, Draft, compose, message_id
from mailflow_gui.mail.compose_charset import encode
from mailflow_gui.mail.message import Address, Attachment, MailMessage

BOT = Address("Bot", "bot@example.com")
JANE = Address("Doe, Jane", "jane@example.org")
DATE = datetime(2026, 3, 14, 9, 41, 7, tzinfo=UTC)
ID = "<0123456789abcdef@example.com>"
DRAFT = Draft(sender=(BOT,), to=(JANE,), subject="Hello", text="Good morning")


def composed(draft: Draft) -> ComposedMail:
    return compose(draft, message_id=ID, date=DATE)


def wire(draft: Draft) -> bytes:
    return b"".join(composed(draft).content)


def read(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=email.policy.default)


def written(draft: Draft) -> EmailMessage:
    return read(wire(draft))


def header_names(raw: bytes) -> list[str]:
    block = raw.partition(b"\r\n\r\n")[0].decode("utf-8")
    return [line.partition(":")[0] for line in block.split("\r\n") if line[0] not in " \t"]


def longest_line(raw: bytes) -> int:
    return max(map(len, raw.split(b"\r\n")))


def test_plain_mail_is_these_bytes() -> None:
    assert wire(DRAFT) == (
        b"Date: Sat, 14 Mar 2026 09:41:07 +0000\r\n"
        b"From: Bot <bot@example.com>\r\n"
        b'To: "Doe, Jane" <jane@example.org>\r\n'
        b"Subject: Hello\r\n"
        b"Message-ID: <0123456789abcdef@example.com>\r\n"
        b"Auto-Submitted: auto-generated\r\n"
        b"MIME-Version: 1.0\r\n"
        b"Content-Type: text/plain; charset=utf-8\r\n"
        b"\r\n"
        b"Good morning\r\n"
    )


def test_first_chunk_holds_the_whole_header() -> None:
    mail = composed(replace(DRAFT, attachments=(Attachment("a.bin", "application/octet-stream", b"x"),)))
    assert mail.content[0].endswith(b"\r\n\r\n")
    assert b"".join(mail.content).partition(b"\r\n\r\n")[0] + b"\r\n\r\n" == mail.content[0]
    assert mail.size == len(b"".join(mail.content))


@pytest.mark.parametrize(
    "subject",
    [
        "お問い合わせ",
        "【重要】①㈱～ご確認のお願い" * 8,
        "Grüße aus Köln",
        "=?utf-8?Q?literal?=",
        "a" * 2000,
        "two  blanks   and many words " * 20,
        "絵文字😀👩‍👩‍👧" * 30,
    ],
)
@pytest.mark.parametrize("charset", ["utf-8", "iso-2022-jp"])
def test_subject_comes_back_as_it_was_typed(subject: str, charset: str) -> None:
    draft = replace(DRAFT, subject=subject, charset=charset)  # type: ignore[arg-type]  # parametrize gives a str
    raw = wire(draft)
    assert MailMessage(raw).subject == subject.strip()
    assert read(raw)["subject"] == subject.strip()
    assert all(len(line) <= 78 for line in raw.split(b"\r\n"))


def test_iso_2022_jp_is_used_where_it_is_asked_for() -> None:
    raw = wire(replace(DRAFT, subject="会議のご案内", text="本日の会議は\r\n15時からです。", charset="iso-2022-jp"))
    assert b"Subject: =?iso-2022-jp?B?" in raw
    assert raw.isascii()
    message = read(raw)
    assert message.get_content_charset() == "iso-2022-jp"
    assert message.get_content() == "本日の会議は\r\n15時からです。\r\n"
    assert MailMessage(raw).text.rstrip() == "本日の会議は\n15時からです。"


def test_vendor_characters_fall_back_to_utf_8_and_none_is_lost() -> None:
    message = written(replace(DRAFT, subject="会議", text="①㈱ｱｲｳ～", charset="iso-2022-jp"))
    assert message.get_content_charset() == "utf-8"
    assert message.get_content().rstrip() == "①㈱ｱｲｳ～"
    assert b"=?iso-2022-jp?" in wire(replace(DRAFT, subject="会議", text="①", charset="iso-2022-jp"))


def test_half_width_katakana_and_the_wave_dash_go_into_iso_2022_jp() -> None:
    message = written(replace(DRAFT, text="ｶﾞｲﾄﾞ 9時～17時 －", charset="iso-2022-jp"))
    assert message.get_content_charset() == "iso-2022-jp"
    assert message.get_content().rstrip() == "ガイド 9時〜17時 −"


@pytest.mark.parametrize(
    "name",
    [
        "山田 太郎",
        "O'Hara",
        'The "Boss"',
        "back\\slash",
        "x" * 200,
        "a, b",
        "Jürgen",
        "=?utf-8?q?x?=",
        "株式会社 " * 20,
    ],
)
def test_display_names_come_back(name: str) -> None:
    raw = wire(replace(DRAFT, to=(Address(name, "a@example.org"), JANE)))
    assert MailMessage(raw).to == (Address(name.strip(), "a@example.org"), JANE)
    header = read(raw)["to"]
    assert [(one.display_name, one.addr_spec) for one in header.addresses][1] == (JANE.name, JANE.address)
    assert longest_line(raw) <= 78


def test_many_recipients_are_folded_and_all_there() -> None:
    people = tuple(Address(f"Person {n}", f"person{n}@example.org") for n in range(300))
    raw = wire(replace(DRAFT, to=people))
    assert MailMessage(raw).to == people
    assert longest_line(raw) <= 78


def test_bcc_stands_nowhere() -> None:
    raw = wire(replace(DRAFT, bcc=(Address("Secret", "secret@example.net"),)))
    assert b"secret" not in raw.lower()
    assert b"bcc" not in raw.lower()


def test_only_bcc_makes_an_undisclosed_list() -> None:
    raw = wire(replace(DRAFT, to=(), bcc=(Address("", "secret@example.net"),)))
    assert b"To: undisclosed-recipients:;\r\n" in raw
    assert MailMessage(raw).to == ()


def test_domains_are_written_in_punycode_and_need_no_smtputf8() -> None:
    mail = composed(replace(DRAFT, to=(Address("", "jane@bücher.example"),)))
    assert b"To: jane@xn--bcher-kva.example\r\n" in mail.content[0]
    assert not mail.smtputf8


@pytest.mark.parametrize("where", ["sender", "to", "cc", "reply_to", "bcc"])
def test_local_parts_beyond_ascii_need_smtputf8(where: str) -> None:
    mail = composed(replace(DRAFT, **{where: (Address("", "用户@example.org"),)}))  # type: ignore[arg-type]  # mypy can't see the field
    assert mail.smtputf8
    assert mail.eight_bit
    assert ("用户@example.org".encode() in mail.content[0]) == (where != "bcc")


@pytest.mark.parametrize(
    "address",
    ["", "x", "a@b@c", "a b@example.org", "a@example.org)bob@evil.com", "a@example.org\r\nBcc: x@y.z", "<a@b.c>"],
)
def test_what_is_no_mailbox_is_refused(address: str) -> None:
    with pytest.raises(Rejected) as caught:
        composed(replace(DRAFT, to=(Address("x", address),)))
    assert caught.value.code == "address-invalid"


def test_nobody_in_from_is_refused() -> None:
    with pytest.raises(Rejected) as caught:
        composed(replace(DRAFT, sender=()))
    assert caught.value.code == "send-no-from"


def test_several_authors_get_a_sender() -> None:
    message = written(replace(DRAFT, sender=(BOT, JANE)))
    assert message["sender"] == "Bot <bot@example.com>"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "one\ntwo\n\nthree",
        "tabs\tand trailing blanks   \n.\n..\nFrom here",
        "Grüße, ein längerer Satz mit wenigen Umlauten; er bleibt lesbar. " * 30,
        "日本語の長い文章です。" * 300,
        "x" * 5000,
        "nul \0 in it",
        "a\rb\r\nc\nd",
        "lone \ud800 surrogate",
    ],
)
@pytest.mark.parametrize("charset", ["utf-8", "iso-2022-jp"])
def test_text_comes_back(text: str, charset: str) -> None:
    raw = wire(replace(DRAFT, text=text, charset=charset))  # type: ignore[arg-type]  # parametrize gives a str
    wanted = text.replace("\r\n", "\n").replace("\r", "\n").replace("\ud800", "\ufffd")
    assert read(raw).get_content().replace("\r\n", "\n").rstrip("\n") == wanted.rstrip("\n")
    assert longest_line(raw) <= 998
    assert raw.count(b"\r") == raw.count(b"\n") == raw.count(b"\r\n")
    assert raw.isascii()


def test_mostly_ascii_text_stays_readable_and_japanese_is_base64() -> None:
    assert b"quoted-printable" in wire(replace(DRAFT, text="Only one ü in this rather long sentence."))
    assert b"base64" in wire(replace(DRAFT, text="日本語の文章"))


def test_text_and_html_are_alternatives() -> None:
    message = written(replace(DRAFT, html="<p>Bonjour é</p>"))
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert [cast(EmailMessage, part).get_content().strip() for part in message.iter_parts()] == [
        "Good morning",
        "<p>Bonjour é</p>",
    ]


def test_html_alone_stands_alone() -> None:
    assert written(replace(DRAFT, text="", html="<p>x</p>")).get_content_type() == "text/html"


def test_inline_pictures_are_related_to_the_html() -> None:
    picture = Attachment("logo.png", "image/png", b"\x89PNG", inline=True, content_id="logo@x")
    paper = Attachment("paper.pdf", "application/pdf", b"%PDF")
    message = written(replace(DRAFT, html='<img src="cid:logo@x">', attachments=(picture, paper)))
    types = [part.get_content_type() for part in message.walk()]
    assert types == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "application/pdf",
    ]
    image = next(part for part in message.walk() if part.get_content_type() == "image/png")
    assert image["content-id"] == "<logo@x>"
    assert image.get_content_disposition() == "inline"


@pytest.mark.parametrize("size", [0, 1, 56, 57, 58, 57 * 16_384 - 1, 57 * 16_384, 57 * 16_384 + 1, 3_000_001])
def test_attachments_come_back_byte_for_byte(size: int) -> None:
    content = bytes(index * 7 % 256 for index in range(1021)) * (size // 1021 + 1)
    raw = wire(replace(DRAFT, attachments=(Attachment("x.bin", "application/octet-stream", content[:size]),)))
    (found,) = MailMessage(raw).attachments
    assert found.content == content[:size]
    assert next(read(raw).iter_attachments()).get_content() == content[:size]
    assert longest_line(raw) <= 78


@pytest.mark.parametrize(
    "name",
    [
        "見積書.pdf",
        "a b.pdf",
        'quo"te.pdf',
        "x" * 110 + ".pdf",
        "非常に長い日本語のファイル名でございます.pdf",
        "100%.pdf",
        "semi;colon=.pdf",
    ],
)
def test_file_names_come_back(name: str) -> None:
    raw = wire(replace(DRAFT, attachments=(Attachment(name, "application/pdf", b"%PDF"),)))
    assert next(read(raw).iter_attachments()).get_filename() == name
    assert longest_line(raw) <= 78


def test_a_mail_is_attached_as_it_is() -> None:
    inner = wire(DRAFT).replace(b"Good morning", "Grüße".encode())
    mail = composed(replace(DRAFT, attachments=(Attachment("m.eml", "message/rfc822", inner),)))
    raw = b"".join(mail.content)
    assert inner in raw
    assert mail.eight_bit
    assert not mail.smtputf8
    assert b"Content-Transfer-Encoding: 8bit" in raw


@pytest.mark.parametrize(
    "inner", [b"Subject: x\r\n\r\n" + b"y" * 1500, b"Subject: x\r\n\r\nnul \0", b"Subject: x\r\n\r\nbare \r return"]
)
def test_a_mail_that_cannot_travel_unencoded_is_attached_as_a_file(inner: bytes) -> None:
    raw = wire(replace(DRAFT, attachments=(Attachment("m.eml", "message/rfc822", inner),)))
    part = next(read(raw).iter_attachments())
    assert part.get_content_type() == "application/octet-stream"
    assert part.get_content() == inner


def test_a_boundary_never_stands_in_a_part() -> None:
    attachment = Attachment("a.bin", "application/octet-stream", b"x")
    boundary = written(replace(DRAFT, attachments=(attachment,))).get_boundary()
    message = written(replace(DRAFT, text=f"--{boundary}\n\nhidden", attachments=(attachment,)))
    assert message.get_boundary() != boundary
    assert len(list(message.iter_parts())) == 2


def test_the_same_draft_gives_the_same_bytes_and_another_id_other_boundaries() -> None:
    draft = replace(DRAFT, html="<p>x</p>", attachments=(Attachment("a.bin", "application/octet-stream", b"x"),))
    assert wire(draft) == wire(draft)
    other = b"".join(compose(draft, message_id="<other@example.com>", date=DATE).content)
    assert read(other).get_boundary() != written(draft).get_boundary()


def test_dates_keep_their_zone() -> None:
    tokyo = DATE.astimezone(timezone(timedelta(hours=9)))
    raw = b"".join(compose(DRAFT, message_id=ID, date=tokyo).content)
    assert b"Date: Sat, 14 Mar 2026 18:41:07 +0900\r\n" in raw


def test_references_are_folded_and_limited_to_the_first_and_the_newest() -> None:
    ids = tuple(f"<{n:060}@example.com>" for n in range(200))
    raw = wire(replace(DRAFT, references=ids, in_reply_to=ids[-1:]))
    found = MailMessage(raw).references
    assert found == (ids[0], *ids[-(compose_header.MAXIMUM_IDS - 1) :])
    assert MailMessage(raw).in_reply_to == ids[-1:]
    assert longest_line(raw) <= 90


def test_what_is_no_message_id_is_left_out_of_references() -> None:
    raw = wire(replace(DRAFT, references=("<a@b>\r\nBcc: x@y.z", "<a b@c>", "<good@x>", "<好@x>")))
    assert MailMessage(raw).references == ("<good@x>",)
    assert b"bcc" not in raw.lower()


def test_auto_submitted_can_be_left_out() -> None:
    assert written(replace(DRAFT, auto_submitted="auto-replied"))["auto-submitted"] == "auto-replied"
    assert written(replace(DRAFT, auto_submitted="no"))["auto-submitted"] is None


@pytest.mark.parametrize(
    "name",
    [
        "From",
        "to",
        "Bcc",
        "Received",
        "DKIM-Signature",
        "Content-Type",
        "MIME-Version",
        "resent-to",
        "Return-Path",
        "X-MailFlow-Loop",
    ],
)
def test_headers_of_ours_cannot_be_set(name: str) -> None:
    with pytest.raises(Rejected) as caught:
        composed(replace(DRAFT, headers=((name, "x"),)))
    assert caught.value.code == "header-reserved"


@pytest.mark.parametrize("name", ["", "X A", "X:A", "X-Ä", "X\r\nBcc", "x" * 77])
def test_header_names_must_be_names(name: str) -> None:
    with pytest.raises(Rejected) as caught:
        composed(replace(DRAFT, headers=((name, "x"),)))
    assert caught.value.code == "header-name-invalid"


def test_further_headers_are_written() -> None:
    message = written(replace(DRAFT, headers=(("X-Ticket", "№ 7"), ("X-Empty", ""), ("X-Ticket", "8"))))
    assert message.get_all("x-ticket") == ["№ 7", "8"]
    assert message["x-empty"] == ""


@pytest.mark.parametrize(
    "draft", [replace(DRAFT, subject="x" * 17_000), replace(DRAFT, headers=(("X-A", "x" * 17_000),))]
)
def test_a_text_that_readers_would_cut_is_refused(draft: Draft) -> None:
    with pytest.raises(Rejected) as caught:
        composed(draft)
    assert caught.value.code == "header-too-long"


def test_a_header_that_servers_would_cut_is_refused() -> None:
    people = tuple(Address("", f"person{n}@example.org") for n in range(5000))
    with pytest.raises(Rejected) as caught:
        composed(replace(DRAFT, to=people))
    assert caught.value.code == "header-too-large"
    assert composed(replace(DRAFT, to=(), bcc=people)).size < 1000


TEXTS = st.text(st.characters(), max_size=200) | st.sampled_from(
    [
        "a\r\nBcc: x@y.z",
        "a\nBcc: x@y.z",
        "a\rBcc: x@y.z",
        "\r\n\r\nbody",
        "a\u2028Bcc: x",
        "=?utf-8?q?a=0D=0ABcc=3A_x=40y?=",
        "\x85Bcc: x",
    ]
)


@given(subject=TEXTS, name=TEXTS, header=TEXTS, filename=TEXTS, mark=TEXTS, content_id=TEXTS, media_type=TEXTS)
def test_no_value_changes_the_set_of_header_names(
    *, subject: str, name: str, header: str, filename: str, mark: str, content_id: str, media_type: str
) -> None:
    attachment = Attachment(filename, media_type, b"x", content_id=content_id)
    draft = replace(
        DRAFT,
        subject="x" + subject,
        to=(Address(name, "a@example.org"),),
        headers=(("X-Note", header),),
        attachments=(attachment,),
        loop_mark="x" + mark,
    )
    raw = wire(draft)
    names = [*("Date", "From", "To", "Subject", "Message-ID", "Auto-Submitted", "X-MailFlow-Loop", "X-Note")]
    assert header_names(raw) == [*names, "MIME-Version", "Content-Type"]
    assert [key for key, _value in MailMessage(raw).headers] == header_names(raw)
    assert raw.count(b"\r") == raw.count(b"\n") == raw.count(b"\r\n")
    assert longest_line(raw.partition(b"\r\n\r\n")[0]) <= 998
    assert read(raw)["bcc"] is None
    assert len(MailMessage(raw).attachments) == 1


PROSE = st.text(
    st.characters(codec="utf-8", exclude_characters="\r") | st.sampled_from("日本語、テキスト①㈱～ab \n\x1b"),
    max_size=600,
)


@given(text=PROSE, html=PROSE, charset=st.sampled_from(["utf-8", "iso-2022-jp"]))
def test_any_text_comes_back(text: str, html: str, charset: Charset) -> None:
    message = written(replace(DRAFT, text="x" + text, html=f"<{html}", charset=charset))
    for part, wanted in zip(message.iter_parts(), ("x" + text, f"<{html}"), strict=True):
        body = part.get_content().replace("\r\n", "\n")
        if part.get_content_charset() == "iso-2022-jp":
            assert encode(body, "iso-2022-jp") == encode(wanted, "iso-2022-jp")
        else:
            assert body == wanted


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=400))
def test_any_subject_comes_back(subject: str) -> None:
    assert MailMessage(wire(replace(DRAFT, subject=subject))).subject == subject.strip(" ").strip()


def test_a_damaged_header_is_never_sent() -> None:
    for block, names in (
        ("A: 1\r\nB: 2\r\n", ["A"]),
        ("A: 1\n\r\n", ["A"]),
        ("A: 1\r\n\r\n", ["A"]),
        ("A: 1\r\n \r\n", ["A"]),
        ("A: 1", ["A"]),
        ("A: " + "x" * 998 + "\r\n", ["A"]),
    ):
        with pytest.raises(MailFlowError) as caught:
            compose_header.assert_names(block, names)
        assert caught.value.code == "header-damaged"


def test_message_ids_take_the_senders_domain() -> None:
    assert message_id("0af3", "bot@example.com") == "<0af3@example.com>"
    assert message_id("0af3", "bot@bücher.example") == "<0af3@xn--bcher-kva.example>"
    assert message_id("0af3", "bot@[192.0.2.1]") == "<0af3@[192.0.2.1]>"
    assert message_id("0af3", "nonsense\r\n@") == "<0af3@mailflow.invalid>"
    assert message_id("a b>", "bot@example.com").endswith("@example.com>")


def test_a_message_id_that_is_none_is_refused() -> None:
    with pytest.raises(Rejected):
        compose(DRAFT, message_id="<a@b>\r\nBcc: x@y.z", date=DATE)


@given(st.lists(st.integers(0, 2000), max_size=6), st.booleans())
def test_lines_are_measured_as_they_would_be_one_by_one(lengths: list[int], ended: bool) -> None:
    data = b"\n".join(b"x" * length for length in lengths) + b"\n" * ended
    assert compose_body._has_short_lines(data) == (max(map(len, data.split(b"\n"))) <= 998)


@pytest.mark.parametrize("length", [997, 998, 999])
@pytest.mark.parametrize("around", [b"", b"\n", b"abc\n"])
def test_a_line_of_998_bytes_is_short_enough(length: int, around: bytes) -> None:
    assert compose_body._has_short_lines(around + b"x" * length + around[::-1]) == (length < 999)


@pytest.mark.parametrize(
    "fields",
    [
        ["A: 1\r\n", "B: 2\r\nBcc: x\r\n"],
        ["A: 1", "B: 2\r\nBcc: x\r\n"],
        ["A: 1\r\n", " B: 2\r\n"],
        ["A: 1\r\n", "nothing\r\n"],
        ["A: 1\r\n", "\r\n"],
        ["A: 1\r\n", "B: \0\r\n"],
        ["A: 1\r\n", "B: 2\n"],
        ["B: 2\n", "A: 1\r\n"],
        ["A: 1\r\n", "B: 2\rBcc: x\r\n"],
        ["A: 1\r\n", "B: 2\nBcc: x\r\n"],
        ["A: 1\r\n", "B: 2\r\n \r\n"],
        ["A: 1\r\n", f"B: {'x' * 1000}\r\n"],
    ],
)
def test_a_header_that_is_not_what_was_meant_never_leaves(fields: list[str]) -> None:
    with pytest.raises(MailFlowError) as caught:
        compose_header.assert_fields("".join(fields), fields)
    assert caught.value.code == "header-damaged"


LINES = [
    "A: 1\r\n",
    "B:\r\n",
    " 2\r\n",
    "\t 3\r\n",
    " \r\n",
    "\t\u3000\r\n",
    " \x85 4\r\n",
    "C: \u2028 5\r\n",
    "\r\n",
    " ",
    "D: 6\n",
]
LINES += [f" {'x' * 500}\r\n", "\x0c", "E: \0\r\n", "F"]


@given(
    st.lists(
        st.text(alphabet="A:1 \t\r\n\0", max_size=8) | st.lists(st.sampled_from(LINES), max_size=4).map("".join),
        max_size=5,
    )
)
def test_the_quick_look_at_a_header_passes_nothing_that_the_long_one_refuses(fields: list[str]) -> None:
    block = "".join(fields)
    try:
        compose_header.assert_names(block, [field.partition(":")[0] for field in fields])
    except MailFlowError:
        with pytest.raises(MailFlowError):
            compose_header.assert_fields(block, fields)
    else:
        compose_header.assert_fields(block, fields)


@given(st.binary(max_size=600) | st.integers(0, 12_000).map(bytes) | st.sampled_from([3648, 3649, 7296]).map(bytes))
def test_base64_lines_are_those_of_the_standard_library(data: bytes) -> None:
    wanted = base64.encodebytes(data).replace(b"\n", b"\r\n").removesuffix(b"\r\n")
    assert b"".join(compose_body._base64(data)) == wanted


@given(st.text(st.sampled_from("abcdefgé€😀\n"), max_size=60), st.integers(0, 300))
def test_how_much_of_a_text_is_beyond_ascii_is_told_exactly(text: str, ascii_too: int) -> None:
    text += "a" * ascii_too
    data = text.encode()
    assert compose_body._mostly_ascii(data, len(text)) is (sum(byte > 127 for byte in data) * 6 < len(data))


@given(st.datetimes(timezones=st.just(UTC)))
def test_any_date_is_written_as_the_standard_library_does(date: datetime) -> None:
    raw = b"".join(compose(DRAFT, message_id=ID, date=date).content)
    assert raw.startswith(f"Date: {email.utils.format_datetime(date)}\r\n".encode())
