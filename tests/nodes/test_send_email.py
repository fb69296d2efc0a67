"""Send Email: what is typed, what is mapped, and the mail that comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pytest
from pydantic import ValidationError

from mailflow_gui.errors import Rejected
from mailflow_gui.flow.item import Item, Origin, Outgoing, Skip, StepContext
from mailflow_gui.mail.message import Address, Attachment, MailMessage
from mailflow_gui.nodes.send_email import SEND_EMAIL, SendSettings

RAW = (
    b"Received: from secret.internal\r\n"
    b"From: Jane <jane@example.org>\r\n"
    b"To: shop@example.com, Max <max@example.org>\r\n"
    b"Cc: eva@example.org\r\n"
    b"Bcc: hidden@example.net\r\n"
    b"Reply-To: orders@example.org\r\n"
    b"Subject: Price list\r\n"
    b"Message-ID: <1@example.org>\r\n"
    b"X-Internal: yes\r\n"
    b'Content-Type: multipart/mixed; boundary="b"\r\n'
    b"\r\n--b\r\nContent-Type: text/plain\r\n\r\nPlease send it."
    b"\r\n--b\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=a.csv\r\n\r\n1,2"
    b"\r\n--b--\r\n"
)
CONTEXT = StepContext(flow="Test", node="send", properties=MappingProxyType({}))
FILE = Attachment("b.txt", "text/plain", b"b")


def item(fields: Mapping[str, Any] | None = None, *, mapped: bool = True, raw: bytes = RAW, **rest: Any) -> Item:
    return Item(
        id="1",
        message=MailMessage(raw),
        origin=Origin("inbox"),
        clock=datetime(2026, 3, 14, tzinfo=UTC),
        seed=1,
        fields=MappingProxyType(dict(fields or {})),
        mapped=mapped,
        **rest,
    )


def settings(**keys: Any) -> SendSettings:
    keys = {"from": "bot@example.com", "to": "sales@example.com"} | {
        key.rstrip("_"): value for key, value in keys.items()
    }
    return SendSettings.model_validate({"connection": "outgoing"} | keys)


def planned(one: Item, chosen: SendSettings) -> Outgoing:
    outgoing = SEND_EMAIL.plan(one, chosen, CONTEXT)
    assert isinstance(outgoing, Outgoing)
    return outgoing


def addresses(found: tuple[Address, ...]) -> str:
    return ",".join(one.address for one in found)


def value(outgoing: Outgoing, field: str) -> str:
    found = getattr(outgoing.draft, "sender" if field == "from" else field)
    return found if isinstance(found, str) else addresses(found)


CELLS = [
    # typed, mapped, priority, result
    ("", "", "input-values", ""),
    ("", "x", "input-values", "x"),
    ("y", "", "input-values", "y"),
    ("y", "x", "input-values", "y"),
    ("", "", "consumed-data", ""),
    ("", "x", "consumed-data", "x"),
    ("y", "", "consumed-data", "y"),
    ("y", "x", "consumed-data", "x"),
]


@pytest.mark.parametrize("blank", ["", "  \n"])
@pytest.mark.parametrize("field", ["from", "to", "cc", "bcc", "reply_to", "subject", "text", "html"])
@pytest.mark.parametrize(("typed", "mapped", "priority", "result"), CELLS)
def test_every_field_follows_the_table(
    *, typed: str, mapped: str, priority: str, result: str, field: str, blank: str
) -> None:
    texts = (
        {"x": "x", "y": "y"} if field in ("subject", "text", "html") else {"x": "x@example.org", "y": "y@example.org"}
    )
    typed, mapped, result = texts.get(typed, blank), texts.get(mapped, blank), texts.get(result, "")
    others = {"cc": "other@example.com"} if field != "cc" else {"to": "other@example.com"}
    chosen = settings(**{"from_": "bot@example.com", "to": "", **others, field: typed}, priority=priority)
    if field == "from" and not result:
        with pytest.raises(Rejected) as caught:
            SEND_EMAIL.plan(item({field: mapped}), chosen, CONTEXT)
        assert caught.value.code == "send-no-from"
    else:
        assert value(planned(item({field: mapped}), chosen), field) == result


@pytest.mark.parametrize("field", ["to", "cc", "bcc"])
@pytest.mark.parametrize(
    "mapped",
    [
        Address("A", "a@example.org"),
        (Address("A", "a@example.org"), Address("", "b@example.org")),
        "a@example.org, b@example.org",
        ("a@example.org", Address("", "b@example.org"), None),
        '"Doe, Jane" <a@example.org>',
        "Team: a@example.org, b@example.org;",
    ],
)
def test_mapped_addresses_may_be_addresses_or_text(field: str, mapped: object) -> None:
    outgoing = planned(item({field: mapped}), settings())
    assert value(outgoing, field).startswith("a@example.org")
    assert Address("", "b@example.org") in outgoing.recipients or "b@" not in str(mapped)


def test_each_recipient_is_mailed_once() -> None:
    outgoing = planned(item(), settings(to="a@x.org, A@X.ORG", cc="a@x.org, b@x.org", bcc="b@x.org, c@x.org"))
    assert addresses(outgoing.recipients) == "a@x.org,b@x.org,c@x.org"
    assert outgoing.sender == "bot@example.com"


def test_two_spellings_of_one_domain_are_one_recipient() -> None:
    outgoing = planned(item(), settings(to="a@bücher.example", cc="a@xn--bcher-kva.example"))
    assert addresses(outgoing.recipients) == "a@xn--bcher-kva.example"


def test_from_is_a_key_and_its_name_in_python_is_not() -> None:
    with pytest.raises(ValidationError):
        SendSettings.model_validate({"from_": "bot@example.com"})


def test_the_envelope_sender_is_in_punycode() -> None:
    assert planned(item(), settings(from_="Bot <bot@bücher.example>")).sender == "bot@xn--bcher-kva.example"


def test_without_a_recipient_nothing_is_sent() -> None:
    with pytest.raises(Rejected) as caught:
        SEND_EMAIL.plan(item({"to": " "}), settings(to=""), CONTEXT)
    assert caught.value.code == "send-no-recipient"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"to": "nonsense"}, "address-invalid"),
        ({"to": Address("Nobody", "")}, "address-invalid"),
        ({"to": "a@example.org)bob@evil.com"}, "address-invalid"),
        ({"cc": 7}, "send-not-an-address"),
        ({"attachments": "a.txt"}, "send-not-a-file"),
        ({"headers.Bcc": "x@y.z"}, "header-reserved"),
        ({"headers.X Y": "x"}, "header-name-invalid"),
    ],
)
def test_what_cannot_stand_in_a_mail_is_rejected_before_any_server_is_asked(
    fields: dict[str, object], code: str
) -> None:
    with pytest.raises(Rejected) as caught:
        SEND_EMAIL.plan(item(fields), settings(), CONTEXT)
    assert caught.value.code == code
    assert caught.value.text != code


def test_a_received_mail_gives_its_subject_from_to_and_content_and_no_more() -> None:
    draft = planned(item(mapped=False), settings(to="")).draft
    assert (draft.subject, draft.text.strip()) == ("Price list", "Please send it.")
    assert addresses(draft.sender) == "jane@example.org"
    assert addresses(draft.to) == "shop@example.com,max@example.org"
    assert draft.cc == draft.bcc == draft.reply_to == ()
    assert draft.headers == ()
    assert draft.in_reply_to == draft.references == ()
    assert [one.name for one in draft.attachments] == ["a.csv"]


def test_typed_text_never_goes_out_with_somebody_elses_html() -> None:
    raw = b"From: a@example.org\r\nTo: b@example.org\r\nContent-Type: text/html\r\n\r\n<p>Secret</p>"
    typed = planned(item(mapped=False, raw=raw), settings(text="Thank you", priority="input-values")).draft
    assert (typed.text, typed.html) == ("Thank you", "")
    relayed = planned(item(mapped=False, raw=raw), settings(text="Thank you")).draft
    assert (relayed.text.strip(), relayed.html) == ("Secret", "<p>Secret</p>")


def test_fields_of_other_nodes_shadow_the_received_mail() -> None:
    draft = planned(item({"subject": "New", "headers.X-Ticket": 7}, mapped=False), settings()).draft
    assert draft.subject == "New"
    assert draft.text.strip() == "Please send it."
    assert draft.headers == (("X-Ticket", "7"),)


def test_behind_a_mapper_nothing_of_the_received_mail_is_left() -> None:
    draft = planned(item(), settings()).draft
    assert (draft.subject, draft.text, draft.html, draft.attachments, draft.cc) == ("", "", "", (), ())


def test_carried_and_mapped_attachments() -> None:
    assert planned(item(attachments=(FILE,)), settings()).draft.attachments == (FILE,)
    assert planned(item({"attachments": (FILE, None)}), settings()).draft.attachments == (FILE,)
    assert planned(item({"attachments": FILE}), settings()).draft.attachments == (FILE,)


def test_typed_text_is_literal() -> None:
    draft = planned(item(), settings(subject="{subject} ${text} {{ x }}", text=" %s\n")).draft
    assert (draft.subject, draft.text) == ("{subject} ${text} {{ x }}", " %s\n")


def test_mapped_headers_are_single_ones_or_a_list() -> None:
    fields = {"headers.X-Ticket": 7, "headers.X-Blank": " ", "headers": (("X-One", "1"), "X-Two: 2", ("X-None", ""))}
    assert planned(item(fields), settings()).draft.headers == (("X-One", "1"), ("X-Two", "2"), ("X-Ticket", "7"))


def test_the_received_header_cannot_be_mapped_as_a_whole() -> None:
    lines = tuple(f"{name}: {value}" for name, value in MailMessage(RAW).headers)
    with pytest.raises(Rejected) as caught:
        SEND_EMAIL.plan(item({"headers": lines}), settings(), CONTEXT)
    assert caught.value.code == "header-reserved"


def test_content_is_another_name_for_text() -> None:
    assert planned(item({"content": "c"}), settings()).draft.text == "c"
    assert planned(item({"content": "c", "text": "t"}), settings()).draft.text == "t"


def test_a_reply_goes_to_reply_to_with_the_subject_kept() -> None:
    outgoing = planned(item(mapped=False), settings(mode="reply", to="", text="Here it is."))
    draft = outgoing.draft
    assert addresses(draft.to) == "orders@example.org"
    assert addresses(outgoing.recipients) == "orders@example.org"
    assert draft.subject == "Re: Price list"
    assert draft.text == "Here it is."
    assert draft.html == ""
    assert draft.in_reply_to == draft.references == ("<1@example.org>",)
    assert draft.auto_submitted == "auto-replied"
    assert (outgoing.replies_per_thread, outgoing.replies_per_sender_per_day) == (3, 20)


def test_what_is_typed_and_mapped_for_a_reply_follows_the_table_too() -> None:
    keys = {"mode": "reply", "to": "typed@example.com", "subject": "Typed"}
    consumed = planned(item(mapped=False), settings(**keys)).draft
    assert (addresses(consumed.to), consumed.subject) == ("orders@example.org", "Re: Price list")
    typed = planned(item(mapped=False), settings(**keys, priority="input-values")).draft
    assert (addresses(typed.to), typed.subject) == ("typed@example.com", "Re: Typed")
    mapped = planned(item({"to": "mapped@example.com", "subject": "RE: Mapped"}), settings(**keys)).draft
    assert (addresses(mapped.to), mapped.subject) == ("mapped@example.com", "Re: Mapped")


def test_a_reply_has_its_attachments_only_from_a_mapper() -> None:
    assert planned(item(mapped=False), settings(mode="reply")).draft.attachments == ()
    assert planned(item(attachments=(FILE,)), settings(mode="reply")).draft.attachments == (FILE,)


def test_a_reply_without_a_sender_is_rejected_even_though_the_received_mail_has_one() -> None:
    with pytest.raises(Rejected) as caught:
        SEND_EMAIL.plan(item(mapped=False), settings(mode="reply", from_=""), CONTEXT)
    assert caught.value.code == "send-no-from"


def test_a_reply_to_all_has_the_others_in_cc() -> None:
    draft = planned(item(), settings(mode="reply-all", from_="shop@example.com", cc="extra@example.com")).draft
    assert addresses(draft.to) == "orders@example.org"
    assert addresses(draft.cc) == "extra@example.com,max@example.org,eva@example.org"
    assert draft.bcc == ()


@pytest.mark.parametrize("mode", ["reply", "reply-all"])
@pytest.mark.parametrize(
    "header",
    [b"Auto-Submitted: auto-replied\r\n", b"List-Id: <x.example.org>\r\n", b"From: MAILER-DAEMON@example.org\r\n"],
)
def test_machines_are_not_answered_unless_told(mode: str, header: bytes) -> None:
    raw = header + RAW.replace(
        b"From: Jane <jane@example.org>\r\n", b"" if header.startswith(b"From") else b"From: a@example.org\r\n"
    )
    assert SEND_EMAIL.plan(item(raw=raw), settings(mode=mode), CONTEXT) == Skip("answer-automatic")
    assert isinstance(SEND_EMAIL.plan(item(raw=raw), settings(mode=mode, answer_automatic=True), CONTEXT), Outgoing)
    assert isinstance(SEND_EMAIL.plan(item(raw=raw), settings(), CONTEXT), Outgoing)


def test_an_answer_to_its_own_address_is_skipped() -> None:
    raw = b"From: bot@example.com\r\nSubject: x\r\n\r\n"
    assert SEND_EMAIL.plan(item(raw=raw), settings(mode="reply"), CONTEXT) == Skip("answer-to-itself")


def test_a_forwarding_has_the_mail_in_it() -> None:
    draft = planned(item(mapped=False), settings(mode="forward", text="FYI")).draft
    assert addresses(draft.to) == "sales@example.com"
    assert draft.subject == "Fwd: Price list"
    assert draft.text.startswith("FYI\n\n")
    assert [one.type for one in draft.attachments] == ["message/rfc822"]
    assert b"hidden@" not in draft.attachments[0].content


def test_limits_and_copies_are_handed_on() -> None:
    outgoing = planned(
        item(), settings(save_to_sent="inbox", when_uncertain="resend", maximum_per_minute=5, maximum_per_day=9)
    )
    assert (outgoing.account, outgoing.save_to_sent, outgoing.when_uncertain) == ("outgoing", "inbox", "resend")
    assert (outgoing.maximum_per_minute, outgoing.maximum_per_day) == (5, 9)
    assert outgoing.replies_per_thread is None


def test_defaults_are_those_of_the_specification() -> None:
    assert SendSettings().model_dump(by_alias=True) == {
        "enabled": True,
        "note": "",
        "connection": "",
        "from": "",
        "to": "",
        "cc": "",
        "bcc": "",
        "reply_to": "",
        "subject": "",
        "text": "",
        "html": "",
        "priority": "consumed-data",
        "mode": "new",
        "charset": "utf-8",
        "save_to_sent": None,
        "when_uncertain": "hold",
        "maximum_per_minute": None,
        "maximum_per_day": None,
        "answer_automatic": False,
        "replies_per_thread": 3,
        "replies_per_sender_per_day": 20,
    }


@pytest.mark.parametrize(
    ("keys", "code", "field"),
    [
        ({"to": "nonsense"}, "address-invalid", "to"),
        ({"from": "a@b@c"}, "address-invalid", "from"),
        ({"from": ""}, "send-from-empty", "from"),
        ({"subject": "①", "charset": "iso-2022-jp"}, "send-charset-too-small", "subject"),
        ({"mode": "reply", "answer_automatic": True}, "send-answers-machines", "answer_automatic"),
        ({"mode": "reply", "subject": "x", "priority": "input-values"}, "send-reply-subject", "subject"),
    ],
)
def test_check_finds(keys: dict[str, object], code: str, field: str) -> None:
    (problem,) = SEND_EMAIL.check(settings(**keys))
    assert (problem.code, problem.field) == (code, field)
    assert problem.text != code


def test_check_is_content_with_good_settings() -> None:
    assert not SEND_EMAIL.check(settings())
    assert not SEND_EMAIL.check(settings(to=""))
    assert not SEND_EMAIL.check(settings(mode="reply", to=""))


@pytest.mark.parametrize(
    ("keys", "wanted"),
    [
        ({}, "to sales@example.com · from bot@example.com"),
        ({"to": "", "from": ""}, "to mapped addresses"),
        ({"mode": "reply", "from": ""}, "reply to the sender"),
        ({"mode": "reply-all"}, "reply to all · from bot@example.com"),
        ({"mode": "forward", "from": ""}, "forward to sales@example.com"),
    ],
)
def test_summary(keys: dict[str, str], wanted: str) -> None:
    assert SEND_EMAIL.summary(settings(**keys)) == wanted
