"""``mailflow messages`` and ``mailflow errors``: what people see of what happened."""

from __future__ import annotations

import pytest

from tests.journeys.world import World, mail
from tests.servers.dovecot import Dovecot
from tests.servers.recording_smtp import RecordingSmtp


@pytest.fixture
def failed(forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp) -> World:
    """One mail was sent, then one was refused for good."""
    recording_smtp.answer("RCPT", "550 5.1.1 unknown", times=1)
    flow = forwarding.flow()
    dovecot.deliver(user, mail(1))
    assert forwarding.once(flow).code == 1
    dovecot.deliver(user, mail(2))
    assert forwarding.once(flow).code == 0
    return forwarding


def test_messages_are_listed_newest_first(failed: World) -> None:
    newest, oldest = failed.messages()
    assert (newest["state"], newest["subject"], newest["error"]) == ("sent", "mail 0002", None)
    assert set(oldest) >= {"id", "received", "flow", "state", "subject", "from", "error"}
    assert (oldest["state"], oldest["subject"], oldest["flow"]) == ("failed", "mail 0001", "forward")
    assert "alice@example.org" in oldest["from"]
    assert set(oldest["error"]) == {"code", "class", "text"}
    assert oldest["error"]["class"] == "reject-message"
    assert failed.messages("--state", "failed") == [oldest]
    assert failed.messages("--state", "sent", "--state", "failed", "--limit", "1") == [newest]
    assert failed.messages("--state", "waiting") == []


def test_messages_are_listed_for_people(failed: World) -> None:
    out = failed.run("messages", "list").out
    assert "mail 0001" in out
    assert "Failed" in out
    assert "Sent" in out


def test_one_message_is_shown_with_every_error_it_met(failed: World) -> None:
    (message,) = failed.messages("--state", "failed")
    shown = failed.run("messages", "show", message["id"], "--json").json
    (attempt,) = shown["attempts"]
    assert attempt["reply"] == {"code": 550, "enhanced": "5.1.1", "text": attempt["reply"]["text"]}
    assert (attempt["recipient"], attempt["connection"], attempt["node"]) == ("sales@example.com", "outgoing", "send")
    (outgoing,) = shown["mails"]
    assert outgoing["recipients"] == [{"address": "sales@example.com", "state": "failed", "receipt": None}]
    words = failed.run("messages", "show", message["id"]).out
    assert "550" in words
    assert outgoing["message_id"] in words


@pytest.mark.parametrize("item", ["99", "0", "-1", "x", "", "1" * 30, "１"])
@pytest.mark.parametrize("action", [("show",), ("retry",), ("discard",), ("resolve", "--sent")])
def test_an_unknown_message_is_said_to_be_unknown(failed: World, item: str, action: tuple[str, ...]) -> None:
    assert failed.run("messages", *action, "--", item).code == 2


def test_only_what_fits_a_message_can_be_done(failed: World) -> None:
    sent, refused = failed.messages()
    for arguments in (("retry", sent["id"]), ("discard", sent["id"]), ("resolve", refused["id"], "--sent")):
        ran = failed.run("messages", *arguments)
        assert ran.code == 2
        assert ran.err.strip()
    assert [message["state"] for message in failed.messages()] == ["sent", "failed"]


def test_errors_are_counted_by_code(failed: World) -> None:
    (error,) = failed.run("errors", "--json").json["errors"]
    assert set(error) >= {"code", "class", "meaning", "count", "first", "last", "messages"}
    assert (error["class"], error["count"], error["messages"]) == ("reject-message", 1, 1)
    assert error["first"] <= error["last"]
    assert error["code"] in failed.run("errors").out


def test_a_home_without_a_past_has_no_messages_and_no_errors(world: World) -> None:
    assert world.run("messages", "list", "--json").json == {"messages": []}
    assert world.run("errors", "--json").json == {"errors": []}
    assert world.run("messages", "list").code == 0
    assert world.run("errors").code == 0
