"""``mailflow errors``: what codes mean, also by the word of a person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.journeys.world import World, mail, numbers
from tests.servers.dovecot import Dovecot
from tests.servers.recording_smtp import RecordingSmtp


@pytest.fixture
def flow(forwarding: World) -> Path:
    return forwarding.flow()


def errors(world: World) -> dict[str, dict[str, Any]]:
    return {error["code"]: error for error in world.run("errors", "--json").json["errors"]}


def states(world: World) -> list[str]:
    return [message["state"] for message in reversed(world.messages())]


def test_codes_that_nobody_knows_are_listed_as_such(
    forwarding: World, flow: Path, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    dovecot.deliver_all(user, [mail(1), mail(2)])
    recording_smtp.answer("RCPT", "550 5.1.1 unknown", times=1)
    recording_smtp.answer("RCPT", "597 9.9.9 moon is full", times=1)
    forwarding.until_idle(flow)
    found = errors(forwarding)["recipient-refused"]
    known = {(reply["code"], reply["enhanced"]): reply["known"] for reply in found["replies"]}
    assert known[550, "5.1.1"] is True
    assert [is_known for (code, _enhanced), is_known in known.items() if code == 597] == [False]
    assert found["known"] is False
    assert "reclass" in forwarding.run("errors").out


def test_a_code_can_be_classed_once_for_the_messages_that_failed_with_it(
    forwarding: World, flow: Path, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    dovecot.deliver_all(user, [mail(1), mail(2), mail(3)])
    recording_smtp.answer("RCPT", "554 5.7.1 try again when the moon is full", times=2)
    recording_smtp.answer("RCPT", "550 5.1.1 unknown", times=1)
    forwarding.until_idle(flow)
    assert states(forwarding) == ["failed"] * 3
    ran = forwarding.run("errors", "reclass", "554 5.7.1", "--class", "retry", "--json")
    assert (ran.code, ran.json["class"], len(ran.json["messages"])) == (0, "retry-backoff", 2), ran.err
    assert forwarding.until_idle(flow).counts == (0, 2, 0, 0, 0)
    assert sorted(states(forwarding)) == ["failed", "sent", "sent"]
    # Once is once.
    dovecot.deliver(user, mail(4))
    recording_smtp.answer("RCPT", "554 5.7.1 again", times=1)
    assert forwarding.until_idle(flow).counts == (1, 0, 0, 1, 0)


def test_a_code_can_be_classed_for_always_and_that_can_be_undone(
    forwarding: World, flow: Path, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    assert forwarding.run("errors", "reclass", "554", "--class", "retry", "--always").code == 0
    recording_smtp.answer("DOT", "554 full moon", times=1)
    dovecot.deliver(user, mail(1))
    assert forwarding.until_idle(flow).counts == (1, 0, 0, 0, 0)
    assert states(forwarding) == ["retrying"]
    (found,) = errors(forwarding).values()
    assert (found["class"], found["replies"][0]["reclassed"]) == ("retry-backoff", "retry-backoff")
    forwarding.make_due()
    assert forwarding.until_idle(flow).counts == (0, 1, 0, 0, 0)
    assert forwarding.run("errors", "reclass", "554", "--undo").code == 0
    recording_smtp.answer("DOT", "554 full moon", times=1)
    dovecot.deliver(user, mail(2))
    assert forwarding.until_idle(flow).counts == (1, 0, 0, 1, 0)
    assert forwarding.run("errors", "reclass", "554", "--undo").code == 2
    assert numbers(recording_smtp.messages) == [1]


def test_a_class_for_one_server_leaves_the_others_alone(
    forwarding: World, flow: Path, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    reclass = ("errors", "reclass", "5.1.1", "--always", "--class", "retry", "--host")
    assert forwarding.run(*reclass, "mx.example.net").code == 0
    recording_smtp.answer("RCPT", "550 5.1.1 unknown", times=2)
    dovecot.deliver(user, mail(1))
    assert forwarding.until_idle(flow).counts == (1, 0, 0, 1, 0)
    assert forwarding.run(*reclass, "127.0.0.1").code == 0  # what failed with it follows
    assert forwarding.until_idle(flow).counts == (0, 0, 0, 0, 0)
    assert states(forwarding) == ["retrying"]


def test_what_waits_can_be_refused_for_good(
    forwarding: World, flow: Path, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    dovecot.deliver_all(user, [mail(1), mail(2)])
    recording_smtp.answer("RCPT", "451 4.3.0 later", about="sales", times=2)
    forwarding.until_idle(flow)
    assert states(forwarding) == ["retrying", "retrying"]
    first = forwarding.messages()[-1]["id"]
    ran = forwarding.run("errors", "reclass", "451", "--class", "reject", "--message", first, "--json")
    assert ran.json["messages"] == [first]
    assert forwarding.until_idle(flow).counts == (0, 0, 0, 1, 0)
    assert states(forwarding) == ["failed", "retrying"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("554", "--class", "later"),
        ("554",),
        ("mail-maybe-sent", "--class", "retry", "--always"),
        ("sign-in-refused", "--class", "retry", "--always"),
    ],
)
def test_what_cannot_be_classed_is_refused(world: World, arguments: tuple[str, ...]) -> None:
    ran = world.run("errors", "reclass", *arguments)
    assert ran.code == 2
    assert ran.err.strip()


def test_all_messages_with_one_error_are_retried_or_discarded_together(
    forwarding: World, flow: Path, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    dovecot.deliver_all(user, [mail(number) for number in range(1, 6)])
    recording_smtp.answer("RCPT", "550 5.1.1 unknown", times=2)
    recording_smtp.answer("RCPT", "552 5.2.2 full", times=2)
    forwarding.until_idle(flow)
    assert sorted(states(forwarding)) == ["failed"] * 4 + ["sent"]
    ran = forwarding.run("messages", "retry", "--error", "5.1.1", "--json")
    assert len(ran.json["messages"]) == 2
    assert forwarding.until_idle(flow).counts == (0, 2, 0, 0, 0)
    assert len(forwarding.run("messages", "discard", "--error", "552", "--json").json["messages"]) == 2
    assert sorted(states(forwarding)) == ["sent"] * 3 + ["skipped"] * 2
    assert forwarding.run("messages", "retry", "--error", "550").code == 0
    assert forwarding.run("messages", "retry").code == 2
    assert forwarding.run("messages", "retry", "1", "--error", "550").code == 2
