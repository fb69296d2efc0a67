"""Replies and forwardings."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mailflow_gui.mail import compose_answer
from mailflow_gui.mail.compose import Draft, compose
from mailflow_gui.mail.message import Address, Attachment, MailMessage

BOT = Address("Bot", "bot@example.com")
RAW = (
    b"Received: from secret.internal\r\n"
    b"From: Jane <jane@example.org>\r\n"
    b"To: bot@example.com, Max <max@example.org>, nobody\r\n"
    b"Cc: Eva <eva@example.org>, JANE@example.org\r\n"
    b"Bcc: hidden@example.net,\r\n other@example.net\r\n"
    b"Subject: Price list\r\n"
    b"Date: Sat, 14 Mar 2026 09:41:07 +0000\r\n"
    b"Message-ID: <3@example.org>\r\n"
    b"In-Reply-To: <2@example.com>\r\n"
    b"References: <1@example.org> <2@example.com>\r\n"
    b"\r\n"
    b"Please send it.\r\n"
)
MESSAGE = MailMessage(RAW)
DRAFT = Draft(sender=(BOT,), to=(Address("Jane", "jane@example.org"),), subject="Price list", text="Here it is.")


def message(**headers: str) -> MailMessage:
    return MailMessage(
        "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items()).encode() + b"\r\n"
    )


def addresses(*found: Address) -> list[str]:
    return [one.address for one in found]


@pytest.mark.parametrize(
    ("subject", "wanted"),
    [
        ("Price", "Re: Price"),
        ("Re: Price", "Re: Price"),
        ("RE: re: Re[2]: Re (3): Re： Price", "Re: Price"),
        ("Report: Re: Price", "Re: Report: Re: Price"),
        ("Regarding", "Re: Regarding"),
        ("", "Re:"),
    ],
)
def test_a_reply_has_exactly_one_re(subject: str, wanted: str) -> None:
    assert compose_answer.reply_subject(subject) == wanted


@pytest.mark.parametrize(
    ("subject", "wanted"), [("Price", "Fwd: Price"), ("FW: Fwd: Price", "Fwd: Price"), ("Re: P", "Fwd: Re: P")]
)
def test_a_forwarding_has_exactly_one_fwd(subject: str, wanted: str) -> None:
    assert compose_answer.forward_subject(subject) == wanted


def test_many_prefixes_take_no_time() -> None:
    assert compose_answer.reply_subject("Re: " * 50_000 + "x") == "Re: x"
    assert compose_answer.reply_subject("Re " * 50_000).startswith("Re: Re Re")


def test_a_reply_goes_to_reply_to_and_else_to_from() -> None:
    assert addresses(*compose_answer.reply_target(MESSAGE)) == ["jane@example.org"]
    assert addresses(*compose_answer.reply_target(message(From="a@example.org", Reply_To="b@example.org"))) == [
        "b@example.org"
    ]


def test_a_reply_to_field_without_a_mailbox_does_not_count() -> None:
    assert addresses(*compose_answer.reply_target(message(From="a@example.org", Reply_To="nobody here"))) == [
        "a@example.org"
    ]


def test_a_reply_is_threaded_and_marked() -> None:
    answer = compose_answer.reply(DRAFT, MESSAGE, to_all=False)
    assert answer is not None
    assert answer.in_reply_to == ("<3@example.org>",)
    assert answer.references == ("<1@example.org>", "<2@example.com>", "<3@example.org>")
    assert answer.auto_submitted == "auto-replied"
    assert answer.subject == "Re: Price list"
    assert answer.cc == ()


def test_without_references_the_parents_in_reply_to_stands_for_them() -> None:
    answer = compose_answer.reply(DRAFT, message(Message_ID="<3@x>", In_Reply_To="<2@x>"), to_all=False)
    assert answer is not None
    assert answer.references == ("<2@x>", "<3@x>")


def test_a_parent_without_an_id_makes_no_thread_fields() -> None:
    answer = compose_answer.reply(DRAFT, message(Subject="x"), to_all=False)
    assert answer is not None
    assert answer.in_reply_to == answer.references == ()


def test_reply_to_all_reaches_everybody_once_but_not_itself() -> None:
    answer = compose_answer.reply(DRAFT, MESSAGE, to_all=True)
    assert answer is not None
    assert addresses(*answer.to) == ["jane@example.org"]
    assert addresses(*answer.cc) == ["max@example.org", "eva@example.org"]
    assert answer.bcc == ()


@pytest.mark.parametrize("name", ["Delivered-To", "X-Original-To", "Envelope-To"])
def test_a_reply_to_all_leaves_out_the_mailbox_that_got_the_mail(name: str) -> None:
    received = MailMessage(f"{name}: max@example.org\r\n{name}: eva@example.org\r\n".encode() + RAW)
    answer = compose_answer.reply(DRAFT, received, to_all=True)
    assert answer is not None
    assert addresses(*answer.cc) == ["eva@example.org"]


def test_a_reply_never_goes_to_its_own_sender() -> None:
    assert compose_answer.reply(replace(DRAFT, to=(Address("", "BOT@example.com"),)), MESSAGE, to_all=False) is None


def test_a_forwarding_holds_the_mail_itself_without_its_blind_copies() -> None:
    draft = compose_answer.forward(replace(DRAFT, to=(Address("", "boss@example.net"),)), MESSAGE)
    (original,) = draft.attachments
    assert original.name == "Price list.eml"
    assert original.type == "message/rfc822"
    assert original.content == RAW.replace(b"Bcc: hidden@example.net,\r\n other@example.net\r\n", b"")
    assert draft.auto_submitted == "auto-generated"
    assert draft.references == ()
    raw = b"".join(compose(draft, message_id="<f@example.com>", date=datetime(2026, 1, 1, tzinfo=UTC)).content)
    assert original.content in raw
    assert b"hidden@" not in raw
    assert b"secret.internal" not in raw.partition(b"\r\n\r\n")[0]


def test_a_forwarding_begins_with_the_typed_text_and_quotes_the_mail() -> None:
    draft = compose_answer.forward(
        replace(DRAFT, html="<body><p>FYI</p></body>"), MailMessage(RAW.replace(b"Please", b"<b>Please"))
    )
    assert draft.text.startswith(
        "Here it is.\n\n---------- Forwarded message ----------\nFrom: Jane <jane@example.org>\n"
    )
    assert draft.text.rstrip().endswith("<b>Please send it.")
    assert "hidden" not in draft.text
    assert "&lt;b&gt;Please" in draft.html
    assert draft.html.startswith("<body><p>FYI</p><hr>")
    assert draft.html.endswith("</body>")


def test_attachments_of_the_mail_are_not_forwarded_twice() -> None:
    raw = (
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\ntext\r\n--b\r\nContent-Type: application/pdf\r\n'
        b"Content-Disposition: attachment; filename=a.pdf\r\n\r\n%PDF\r\n--b--\r\n"
    )
    received = MailMessage(raw)
    own = Attachment("mine.txt", "text/plain", b"x")
    draft = compose_answer.forward(replace(DRAFT, attachments=(*received.attachments, own)), received)
    assert [one.name for one in draft.attachments] == ["mine.txt", "attachment.eml"]


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_blind_copies_are_taken_out_of_the_header_only(end: bytes) -> None:
    raw = end.join([b"bcc: a@x", b"Subject: s", b"BCC : b@x,", b"\tc@x", b"X-Bcc: kept", b"", b"Bcc: in the body", b""])
    assert compose_answer.without_bcc(raw) == end.join([b"Subject: s", b"X-Bcc: kept", b"", b"Bcc: in the body", b""])


def test_a_mail_of_nothing_but_a_header_loses_its_blind_copies_too() -> None:
    assert compose_answer.without_bcc(b"Subject: s\r\nBcc: a@x\r\n") == b"Subject: s\r\n"
    assert compose_answer.without_bcc(b"") == b""
