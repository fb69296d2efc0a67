from __future__ import annotations

import smtplib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailflow_gui import paths
from mailflow_gui.flow import file
from mailflow_gui.flow.check import settings_of
from mailflow_gui.flow.item import Item, Origin, Outgoing, StepContext
from mailflow_gui.mail.compose import compose
from mailflow_gui.mail.parse import parse
from mailflow_gui.nodes import NODE_TYPES
from mailflow_gui.nodes.data_mapper import DATA_MAPPER
from mailflow_gui.nodes.send_email import SEND_EMAIL
from mailflow_gui.sandbox import Sandbox
from mailflow_gui.sandbox.store import sample_mails

DEMO = file.read(paths.resources() / "examples" / "demo.mailflow")
CLOCK = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def outgoing(raw: bytes) -> Outgoing:
    """What the demo's mapper and sender make of one mail."""
    item = Item("item", parse(raw), Origin("sandbox-inbox"), CLOCK, seed=1)
    mapper, sender = (settings_of(DEMO.node(node), NODE_TYPES) for node in ("map", "send"))
    (mapped,) = DATA_MAPPER.transform(item, mapper, StepContext(DEMO.name, "map", DEMO.properties))["email"]  # type: ignore[arg-type]  # settings_of answers with the node's own model
    planned = SEND_EMAIL.plan(mapped, sender, StepContext(DEMO.name, "send", DEMO.properties))  # type: ignore[arg-type]  # as above
    assert isinstance(planned, Outgoing)
    return planned


@pytest.mark.parametrize("number", range(12))
def test_the_demo_makes_a_sendable_mail_of_every_sample(number: int) -> None:
    received = parse(sample_mails()[number])
    planned = outgoing(sample_mails()[number])
    assert planned.draft.subject == f"[shop] {received.subject}"
    assert [address.address for address in planned.recipients] == ["team@example.org"]
    assert received.text.strip() in planned.draft.text
    assert [file.name for file in planned.draft.attachments] == [file.name for file in received.attachments]


def test_answers_to_a_forwarded_form_go_to_who_filled_it_in() -> None:
    assert [address.address for address in outgoing(sample_mails()[1]).draft.reply_to] == ["sato@example.jp"]
    assert [address.address for address in outgoing(sample_mails()[2]).draft.reply_to] == ["hanako@example.jp"]


def test_what_the_demo_makes_goes_through_the_sandbox_and_is_read_back(tmp_path: Path) -> None:
    with Sandbox(tmp_path) as sandbox:
        with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=10) as client:
            client.login(sandbox.username, sandbox.password)
            for number, raw in enumerate(sample_mails()):
                planned = outgoing(raw)
                mail = compose(planned.draft, message_id=f"<{number}@example.org>", date=CLOCK)
                client.sendmail(
                    planned.sender, [address.address for address in planned.recipients], b"".join(mail.content)
                )
        delivered = [parse(raw) for raw in sandbox.delivered()]
    assert [mail.subject for mail in delivered] == [f"[shop] {parse(raw).subject}" for raw in sample_mails()]
    assert delivered[4].attachments[0].name == "お見積書_2026-118.pdf"
