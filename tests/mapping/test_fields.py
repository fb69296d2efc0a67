from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from mailflow_gui.mail.message import Address, Attachment
from mailflow_gui.mapping.fields import (
    FIELD_NAMES,
    MESSAGE_FIELDS,
    TARGET_FIELDS,
    MappedFields,
    MessageFields,
    is_field,
)
from mailflow_gui.mapping.values import Value
from tests.mapping.messages import PDF, bare, enquiry

HANAKO = Address("山田 花子", "hanako.yamada@example.jp")
JANE = Address("Doe, Jane", "jane@example.org")

EXPECTED: dict[str, Value] = {
    "subject": "Re: お問い合わせの件",
    "from": (HANAKO,),
    "from.name": "山田 花子",
    "from.address": "hanako.yamada@example.jp",
    "from.domain": "example.jp",
    "to": (Address("", "support@example.com"), JANE),
    "to.name": ("", "Doe, Jane"),
    "to.address": ("support@example.com", "jane@example.org"),
    "cc.domain": ("example.net",),
    "bcc": (),
    "bcc.address": (),
    "reply_to.address": ("answers@example.jp",),
    "date": datetime(2025, 3, 14, 9, 41, 7, tzinfo=timezone(timedelta(hours=9))),
    "html": "",
    "attachments.name": ("offer.pdf", "logo.png"),
    "attachments.type": ("application/pdf", "image/png"),
    "attachments.size": (len(PDF), 7),
    "attachments.content_id": (None, "logo@x"),
    "attachments.inline": (False, True),
    "message_id": "<3@example.jp>",
    "in_reply_to": ("<2@example.com>",),
    "references": ("<1@example.com>", "<2@example.com>"),
    "thread_id": "<1@example.com>",
    "headers.X-Ticket": "20417",
    "headers.x-ticket": "20417",
    "headers.X-Absent": None,
    "flags": ("\\Seen",),
    "folder": "Enquiries",
    "connection": "inbox",
    "kind": "person",
    "defects": (),
}


@pytest.mark.parametrize(("name", "value"), EXPECTED.items())
def test_a_message_offers(name: str, value: Value) -> None:
    fields = MessageFields(enquiry(), folder="Enquiries", connection="inbox", flags=("\\Seen",))
    assert fields[name] == value


def test_a_message_offers_its_texts_and_its_bytes() -> None:
    message = enquiry()
    fields = MessageFields(message)
    assert "注文番号：4711" in str(fields["text"])
    assert fields["content"] == fields["text"]
    assert fields["raw"] == message.raw
    assert fields["size"] == len(message.raw)
    headers = fields["headers"]
    assert isinstance(headers, tuple)
    assert "X-Ticket: 20417" in headers


def test_every_field_of_the_catalogue_can_be_read_from_a_mail_that_has_none() -> None:
    fields = MessageFields(bare())
    for description in MESSAGE_FIELDS:
        assert not fields[description.name] or description.name in {"raw", "size", "headers", "kind", "defects"}
        assert is_field(description.name)
        assert description.title
    assert set(fields) == FIELD_NAMES
    assert len(fields) == len(FIELD_NAMES)


def test_only_what_is_read_is_parsed() -> None:
    message = enquiry()
    fields = MessageFields(message)
    assert (fields["subject"], fields["from.name"], fields["headers.X-Ticket"]) == (
        "Re: お問い合わせの件",
        "山田 花子",
        "20417",
    )
    parsed = set(vars(message)) & {"text", "html", "attachments", "_tree", "_bodies", "headers", "defects"}
    assert parsed == set()


def test_an_unknown_field_is_absent_and_no_part_of_another() -> None:
    fields = MessageFields(enquiry())
    for name in ("nothing", "from.colour", "subject.name", "attachments.colour", "headers.", ""):
        assert fields.get(name) is None
        assert name not in fields


def test_added_fields_stand_before_the_messages_own() -> None:
    fields = MessageFields(enquiry(), added={"subject": "new", "order": 4711, "from": "Bob <bob@example.com>"})
    assert fields["subject"] == "new"
    assert fields["order"] == 4711
    assert fields["from.address"] == "bob@example.com"
    assert "order" in set(fields)


def test_behind_a_mapper_only_its_targets_are_offered() -> None:
    file = Attachment("a.txt", "text/plain", b"1")
    mapped = MappedFields(
        {"to": (JANE, "b@example.com"), "headers.X-Ticket": "1", "headers": (("X-Other", "2"),), "ticket": "T-1"},
        (file,),
    )
    assert mapped["to.address"] == ("jane@example.org", "b@example.com")
    assert mapped["headers.x-ticket"] == "1"
    assert mapped["headers.x-other"] == "2"
    assert mapped["headers.X-None"] is None
    assert mapped["attachments"] == (file,)
    assert mapped["attachments.name"] == ("a.txt",)
    assert mapped["ticket"] == "T-1"
    assert mapped.get("subject") is None
    assert mapped.get("ticket.colour") is None
    assert set(mapped) == {"to", "headers.X-Ticket", "headers", "ticket", "attachments"}


def test_targets_of_a_mail_are_described_once_each() -> None:
    names = [description.name for description in TARGET_FIELDS]
    assert len(names) == len(set(names))
    assert {"to", "from", "subject", "text", "html", "attachments"} <= set(names)
