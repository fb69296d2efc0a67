"""Stories of error ports: what fails leaves by the node's error port when it is wired, with the error's fields, and counts as settled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mailflow_gui.engine import watching
from tests.journeys.world import World, mail, subjects
from tests.servers.dovecot import Dovecot
from tests.servers.recording_smtp import RecordingSmtp

ALARM = [
    {"target": "to", "sources": [{"constant": "admin@example.com"}]},
    {
        "target": "subject",
        "sources": [{"field": "error.code"}, {"field": "error.class"}, {"field": "error.node"}],
    },
    {"target": "text", "sources": [{"field": "error.text"}]},
]


def alarmed(world: World, node: str, **more: Any) -> Path:
    """The usual flow, and behind the error port of ``node`` a mail to the administrator."""

    def wire(document: dict[str, Any]) -> None:
        document["nodes"] += [
            {"id": "describe", "type": "data-mapper", "settings": {"rules": ALARM}},
            {"id": "alarm", "type": "send-email", "settings": {"connection": "outgoing", "from": "bot@example.com"}},
        ]
        document["edges"] += [
            {"from": [node, "error"], "to": ["describe", "message"]},
            {"from": ["describe", "email"], "to": ["alarm", "email"]},
        ]

    return world.flow(change=wire, **more)


def settled(world: World, flow: Path, server: RecordingSmtp, subject: str, attempt: str) -> None:
    """One item: it failed at a node, the administrator got a mail, and it counts as sent."""
    ran = world.until_idle(flow)
    assert (ran.code, ran.counts) == (0, (1, 1, 0, 0, 0)), ran.err
    assert subjects(server.messages) == [subject]
    assert server.messages[0].recipients == ("admin@example.com",)
    (message,) = world.messages()
    assert message["state"] == "sent"
    shown = world.run("messages", "show", message["id"], "--json").json
    assert [each["code"] for each in shown["attempts"]] == [attempt]  # kept all the same, once
    assert world.until_idle(flow).counts == (0, 0, 0, 0, 0)


def test_a_refused_mail_leaves_by_the_error_port_with_its_error(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    recording_smtp.answer("RCPT", "550 5.1.1 unknown", about="sales@")
    dovecot.deliver(user, mail(1))
    expected = "recipient-refused reject-message send"
    settled(forwarding, alarmed(forwarding, "send"), recording_smtp, expected, "recipient-refused")
    assert dovecot.flags(user) == {1: {"\\Seen"}}


def test_a_mail_that_cannot_be_written_leaves_by_the_error_port(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    flow = alarmed(forwarding, "send", rules=[{"target": "to", "sources": [{"field": "subject"}]}])
    dovecot.deliver(user, mail(1).replace(b"mail 0001", b"no address"))
    ran = forwarding.until_idle(flow)
    assert (ran.code, ran.counts) == (0, (1, 1, 0, 0, 0)), ran.err
    assert [recorded.recipients for recorded in recording_smtp.messages] == [("admin@example.com",)]


def test_a_failed_rule_leaves_by_the_mappers_error_port(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    rules = [
        {
            "target": "subject",
            "sources": [{"field": "subject"}],
            "transformations": [{"name": "divide", "number": 0}],
        }
    ]
    dovecot.deliver(user, mail(1))
    flow = alarmed(forwarding, "map", rules=rules)
    ran = forwarding.until_idle(flow)
    assert (ran.code, ran.counts) == (0, (1, 1, 0, 0, 0)), ran.err
    (subject,) = subjects(recording_smtp.messages)
    assert subject.endswith(" reject-message map")


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_a_mail_that_cannot_be_taken_on_leaves_by_the_sources_error_port_and_stays_on_its_server(
    world: World,
    dovecot: Dovecot,
    user: str,
    recording_smtp: RecordingSmtp,
    monkeypatch: pytest.MonkeyPatch,
    protocol: str,
) -> None:
    module = f"mailflow_gui.engine.receiving_{protocol}.MAXIMUM_SIZE"
    monkeypatch.setattr(module, 2000)
    monkeypatch.setattr(watching, "MAXIMUM_SIZE", 2000)
    (world.add_imap if protocol == "imap" else world.add_pop3)(dovecot, user)
    world.add_smtp(recording_smtp.port)
    dovecot.deliver(user, mail(1, body="x" * 5000))
    flow = alarmed(world, "receive", receive={"after_receiving": "delete"})
    ran = world.until_idle(flow)
    assert (ran.code, ran.counts) == (0, (1, 1, 0, 0, 0)), ran.err
    assert subjects(recording_smtp.messages) == ["received-too-large reject-message receive"]
    assert len(dovecot.messages(user)) == 1
    assert world.until_idle(flow).counts == (0, 0, 0, 0, 0)


def test_a_mail_of_our_own_never_leaves_by_the_error_port(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    """An alarm about a loop would be a loop."""
    flow = alarmed(forwarding, "receive")
    dovecot.deliver(user, mail(1))
    assert forwarding.until_idle(flow).counts == (1, 1, 0, 0, 0)
    dovecot.deliver(user, recording_smtp.messages[0].raw)
    assert forwarding.until_idle(flow).counts == (1, 0, 0, 1, 0)
    assert len(recording_smtp.messages) == 1
