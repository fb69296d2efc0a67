"""Stories of sending: what outgoing servers may answer, and what becomes of the mails."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.journeys.world import World, mail, numbers
from tests.servers.dovecot import Dovecot
from tests.servers.recording_smtp import Action, RecordingSmtp

THREE = [
    {"target": "to", "sources": [{"constant": ["one@example.com", "two@example.com", "three@example.com"]}]},
    {"target": "subject", "sources": [{"field": "subject"}]},
    {"target": "text", "sources": [{"field": "text"}]},
]


def recipients(server: RecordingSmtp) -> Counter[str]:
    return Counter(recipient for recorded in server.messages for recipient in recorded.recipients)


def only(world: World, state: str) -> dict[str, Any]:
    (message,) = world.messages("--state", state)
    return message


def test_a_recipient_refused_for_now_is_tried_again_when_its_time_has_come(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    flow = forwarding.flow()
    dovecot.deliver(user, mail(1))
    recording_smtp.answer("RCPT", "450 4.2.1 busy", times=1)
    ran = forwarding.once(flow)
    assert (ran.code, ran.counts) == (0, (1, 0, 0, 0, 0)), ran.err
    assert dovecot.flags(user) == {1: set()}
    waiting = only(forwarding, "retrying")
    assert waiting["error"]["class"] == "retry-backoff"
    forwarding.make_due()
    ran = forwarding.once(flow)
    assert (ran.code, ran.counts) == (0, (0, 1, 0, 0, 0)), ran.err
    assert numbers(recording_smtp.messages) == [1]
    assert dovecot.flags(user) == {1: {"\\Seen"}}


def test_a_retry_can_be_asked_for(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    flow = forwarding.flow()
    dovecot.deliver(user, mail(1))
    recording_smtp.answer("MAIL", "451 4.3.0 later", times=1)
    assert forwarding.once(flow).counts == (1, 0, 0, 0, 0)
    assert forwarding.run("messages", "retry", only(forwarding, "retrying")["id"]).code == 0
    assert forwarding.once(flow).counts == (0, 1, 0, 0, 0)


def test_a_mail_refused_for_good_fails_and_can_be_retried_or_discarded(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    flow = forwarding.flow()
    dovecot.deliver_all(user, [mail(1), mail(2)])
    recording_smtp.answer("DOT", "554 5.6.0 no", times=2)
    ran = forwarding.until_idle(flow)
    assert (ran.code, ran.counts) == (1, (2, 0, 0, 2, 0)), ran.err
    failed = forwarding.messages("--state", "failed")
    assert {message["error"]["class"] for message in failed} == {"reject-message"}
    assert forwarding.until_idle(flow).counts == (0, 0, 0, 0, 0)
    retried, discarded = failed
    assert forwarding.run("messages", "retry", retried["id"]).code == 0
    assert forwarding.run("messages", "discard", discarded["id"]).code == 0
    ran = forwarding.until_idle(flow)
    assert (ran.code, ran.counts) == (0, (0, 1, 0, 0, 0))
    assert len(recording_smtp.messages) == 1
    assert forwarding.messages("--state", "failed") == []
    assert only(forwarding, "skipped")["id"] == discarded["id"]
    assert forwarding.run("messages", "retry", discarded["id"]).code == 2
    shown = forwarding.run("messages", "show", retried["id"], "--json").json
    assert shown["attempts"][0]["reply"]["code"] == 554


def test_one_of_three_recipients_refused_for_good_fails_alone(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    flow = forwarding.flow(rules=THREE)
    dovecot.deliver(user, mail(1))
    recording_smtp.answer("RCPT", "550 5.1.1 unknown", about="two@example.com", times=1)
    ran = forwarding.once(flow)
    assert (ran.code, ran.counts) == (1, (1, 0, 0, 1, 0)), ran.err
    assert recipients(recording_smtp) == {"one@example.com": 1, "three@example.com": 1}
    assert forwarding.run("messages", "retry", only(forwarding, "failed")["id"]).code == 0
    ran = forwarding.once(flow)
    assert (ran.code, ran.counts) == (0, (0, 1, 0, 0, 0)), ran.err
    assert recipients(recording_smtp) == {"one@example.com": 1, "two@example.com": 1, "three@example.com": 1}


def test_one_of_three_recipients_refused_for_now_gets_it_later_and_alone(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    flow = forwarding.flow(rules=THREE)
    dovecot.deliver(user, mail(1))
    recording_smtp.answer("RCPT", "450 4.2.1 busy", about="two@example.com", times=1)
    assert forwarding.once(flow).counts == (1, 0, 0, 0, 0)
    forwarding.make_due()
    assert forwarding.once(flow).counts == (0, 1, 0, 0, 0)
    assert recipients(recording_smtp) == {"one@example.com": 1, "two@example.com": 1, "three@example.com": 1}
    identities = {line for each in recording_smtp.messages for line in each.raw.split(b"\r\n") if b"Message-ID" in line}
    assert len(identities) == 1


@pytest.mark.parametrize("verb", ["DOT", "KEPT"])
@pytest.mark.parametrize("end", [Action.DROP, Action.RESET, "garbage"])
def test_a_mail_whose_answer_was_lost_is_never_sent_again_by_itself(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp, verb: str, end: Any
) -> None:
    flow = forwarding.flow()
    dovecot.deliver(user, mail(1))
    recording_smtp.answer(verb, end, times=1)
    ran = forwarding.once(flow)
    assert (ran.code, ran.counts) == (1, (1, 0, 0, 0, 1)), ran.err
    forwarding.make_due()
    again = forwarding.until_idle(flow)
    assert (again.code, again.counts) == (1, (0, 0, 0, 0, 1)), again.err
    doubtful = only(forwarding, "uncertain")
    arrived = len(recording_smtp.messages)
    assert arrived == (verb == "KEPT")
    assert dovecot.flags(user) == {1: set()}
    if arrived:
        assert forwarding.run("messages", "resolve", doubtful["id"], "--sent").code == 0
    else:
        assert forwarding.run("messages", "resolve", doubtful["id"], "--resend").code == 0
    ran = forwarding.once(flow)
    assert (ran.code, ran.counts) == (0, (0, 1, 0, 0, 0)), ran.err
    assert numbers(recording_smtp.messages) == [1]
    assert dovecot.flags(user) == {1: {"\\Seen"}}


def test_a_mail_in_doubt_is_sent_again_where_its_node_says_so(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    flow = forwarding.flow(send={"when_uncertain": "resend"})
    dovecot.deliver(user, mail(1))
    recording_smtp.answer("DOT", Action.DROP, times=1)
    assert forwarding.once(flow).counts[4] == 0
    forwarding.make_due()
    assert forwarding.once(flow).counts == (0, 1, 0, 0, 0)
    assert numbers(recording_smtp.messages) == [1]


@pytest.mark.parametrize("verb", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "BODY"])
@pytest.mark.parametrize("end", [Action.DROP, "421 4.3.2 shutting down"])
def test_what_is_lost_before_the_dot_is_sent_later(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp, verb: str, end: Any
) -> None:
    flow = forwarding.flow()
    dovecot.deliver(user, mail(1))
    recording_smtp.answer(verb, end, times=3)
    ran = forwarding.once(flow)
    assert ran.counts[3:] == (0, 0), ran.err
    assert ran.code in {0, 3}
    recording_smtp.answer(verb, "250 ok", times=0)
    for _attempt in range(6):
        if recording_smtp.messages:
            break
        forwarding.make_due()
        ran = forwarding.once(flow)
    assert (ran.code, ran.counts) == (0, (0, 1, 0, 0, 0)), ran.err
    assert numbers(recording_smtp.messages) == [1]


def test_a_server_that_is_down_delays_and_loses_nothing(world: World, dovecot: Dovecot, user: str) -> None:
    world.add_imap(dovecot, user)
    with RecordingSmtp() as server:
        port = server.port
    world.add_smtp(port)
    flow = world.flow()
    dovecot.deliver_all(user, [mail(1), mail(2)])
    ran = world.once(flow)
    assert (ran.code, ran.counts) == (3, (2, 0, 0, 0, 0)), ran.err
    assert len(world.messages("--state", "retrying")) == 2
    with RecordingSmtp(port=port) as server:
        world.make_due()
        ran = world.once(flow)
        assert (ran.code, ran.counts) == (0, (0, 2, 0, 0, 0)), ran.err
        assert sorted(numbers(server.messages)) == [1, 2]


def test_a_wrong_sending_password_holds_mails_until_it_is_right(world: World, dovecot: Dovecot, user: str) -> None:
    with RecordingSmtp(username="sender", password="right") as server:
        world.add_imap(dovecot, user)
        world.add("Outgoing", "smtp", server.port, "--username", "sender", password="wrong")
        flow = world.flow()
        dovecot.deliver_all(user, [mail(number) for number in range(5)])
        ran = world.until_idle(flow)
        assert (ran.code, ran.counts) == (3, (5, 0, 0, 0, 0)), ran.err
        assert server.logins == 2
        assert "refused the sign-in" in ran.err
        assert len(world.messages("--state", "waiting")) == 5
        world.monkeypatch.setenv("MAILFLOW_PASSWORD_OUTGOING", "right")
        ran = world.until_idle(flow)
        assert (ran.code, ran.counts) == (0, (0, 5, 0, 0, 0)), ran.err
        assert sorted(numbers(server.messages)) == list(range(5))


def test_two_mails_of_one_item_count_once_and_both_arrive(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    def twice(document: dict[str, Any]) -> None:
        document["nodes"].append({**document["nodes"][2], "id": "copy"})
        document["edges"].append({"from": ["map", "email"], "to": ["copy", "email"]})

    flow = forwarding.flow(change=twice)
    dovecot.deliver_all(user, [mail(number) for number in range(40)])
    ran = forwarding.run("run", flow, "--until-idle", "--json")
    assert (ran.code, ran.counts) == (0, (40, 40, 0, 0, 0)), ran.err
    assert Counter(numbers(recording_smtp.messages)) == dict.fromkeys(range(40), 2)


def test_a_mail_frozen_for_a_connection_that_is_gone_waits_and_stops_nobody(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    dovecot.deliver(user, mail(1))
    recording_smtp.answer("RCPT", "450 4.2.1 busy", times=1)
    flow = forwarding.flow()
    assert forwarding.once(flow).counts == (1, 0, 0, 0, 0)
    forwarding.add_smtp(recording_smtp.port, "Other")
    assert forwarding.run("connections", "remove", "Outgoing", "--force").code == 0
    forwarding.make_due()
    dovecot.deliver(user, mail(2))
    ran = forwarding.finish(forwarding.start("run", flow, "--once", "--json", "--bind", "outgoing=other"), 20)
    assert ran.counts[:2] == (1, 1), ran.err
    assert numbers(recording_smtp.messages) == [2]
    assert len(forwarding.messages("--state", "waiting")) == 1


def test_an_item_without_a_recipient_fails_alone(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    rules = [
        {"target": "to", "sources": [{"field": "reply_to"}]},
        {"target": "subject", "sources": [{"field": "subject"}]},
    ]
    dovecot.deliver_all(user, [mail(1), mail(2, headers="Reply-To: reply@example.org\r\n"), mail(3)])
    ran = forwarding.until_idle(forwarding.flow(rules=rules))
    assert (ran.code, ran.counts) == (1, (3, 1, 0, 2, 0)), ran.err
    assert numbers(recording_smtp.messages) == [2]
    assert recording_smtp.sessions == 1


@pytest.mark.parametrize("typed", ["", "typed"])
@pytest.mark.parametrize("mapped", ["", "mapped"])
@pytest.mark.parametrize("priority", ["input-values", "consumed-data"])
def test_typed_and_mapped_values_are_resolved_by_priority(
    forwarding: World,
    dovecot: Dovecot,
    user: str,
    recording_smtp: RecordingSmtp,
    typed: str,
    mapped: str,
    priority: str,
) -> None:
    rules: list[dict[str, Any]] = [{"target": "text", "sources": [{"field": "text"}]}]
    if mapped:
        rules.append({"target": "to", "sources": [{"constant": "mapped@example.com"}]})
        rules.append({"target": "subject", "sources": [{"constant": "mapped 0"}]})
    send = {"priority": priority}
    if typed:
        send |= {"to": "typed@example.com", "subject": "typed 0"}
    dovecot.deliver(user, mail(1))
    ran = forwarding.once(forwarding.flow(rules=rules, send=send))
    expected = (typed or mapped) if priority == "input-values" else (mapped or typed)
    if not expected:
        assert ran.code in {1, 2}  # no recipient at all
        assert recording_smtp.sessions == 0
        return
    assert (ran.code, ran.counts) == (0, (1, 1, 0, 0, 0)), ran.err
    (arrived,) = recording_smtp.messages
    assert arrived.recipients == (f"{expected}@example.com",)
    assert f"Subject: {expected} 0".encode() in arrived.raw
    assert f"To: {expected}@example.com".encode() in arrived.raw
