"""Stories of what keeps a flow within bounds: loops, limits, and the conversations that it is for."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from email.message import EmailMessage

from tests.journeys.world import World, mail, numbers
from tests.servers.dovecot import Dovecot
from tests.servers.recording_smtp import RecordingSmtp

ANSWER = [{"target": "text", "sources": [{"constant": "Thank you."}]}]


def sent(server: RecordingSmtp) -> list[EmailMessage]:
    return [message_from_bytes(each.raw, policy=policy.default) for each in server.messages]


def test_a_mail_that_comes_back_is_not_processed_again(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    flow = forwarding.flow()
    dovecot.deliver(user, mail(1))
    assert forwarding.once(flow).counts == (1, 1, 0, 0, 0)
    dovecot.deliver(user, recording_smtp.messages[0].raw)
    ran = forwarding.once(flow)
    assert (ran.code, ran.counts) == (1, (1, 0, 0, 1, 0))
    (failed,) = forwarding.messages("--state", "failed")
    assert failed["error"]["code"] == "loop-own-mail"
    assert len(recording_smtp.messages) == 1


def test_two_flows_that_answer_each_other_stop(world: World, dovecot: Dovecot, recording_smtp: RecordingSmtp) -> None:
    one, two = dovecot.new_user(), dovecot.new_user()
    world.add_imap(dovecot, one, "One")
    world.add_imap(dovecot, two, "Two")
    world.add_smtp(recording_smtp.port)
    flows = {
        user: world.flow(
            name=f"answer {user}",
            receive={"connection": inbox},
            send={"from": f"{user}@example.com", "mode": "reply", "answer_automatic": True},
            rules=ANSWER,
        )
        for user, inbox in ((one, "one"), (two, "two"))
    }
    dovecot.deliver(one, mail(1, sender=f"{two}@example.com"))
    for user in (one, two, one, two, one):
        before = len(recording_smtp.messages)
        world.once(flows[user])
        for answer in recording_smtp.messages[before:]:
            (recipient,) = answer.recipients
            dovecot.deliver(recipient.partition("@")[0], answer.raw)
    assert len(recording_smtp.messages) == 2


def test_two_flows_that_answer_each_other_stop_even_if_their_marks_are_lost(
    world: World, dovecot: Dovecot, recording_smtp: RecordingSmtp
) -> None:
    """Servers between them drop every field that MailFlow knows its own mails by, and all of the thread but the last mail."""
    one, two = dovecot.new_user(), dovecot.new_user()
    world.add_imap(dovecot, one, "One")
    world.add_imap(dovecot, two, "Two")
    world.add_smtp(recording_smtp.port)
    flows = [
        world.flow(
            name=f"answer {user}",
            receive={"connection": inbox},
            send={"from": f"{user}@example.com", "mode": "reply", "answer_automatic": True},
            rules=ANSWER,
        )
        for user, inbox in ((one, "one"), (two, "two"))
    ]
    dovecot.deliver(one, mail(1, sender=f"{two}@example.com"))
    for _round in range(6):
        for flow in flows:
            before = len(recording_smtp.messages)
            world.once(flow)
            for answer in recording_smtp.messages[before:]:
                (recipient,) = answer.recipients
                stripped = re.sub(
                    rb"(?im)^(x-mailflow-loop|auto-submitted|references):.*\r\n(?:[ \t].*\r\n)*", b"", answer.raw
                )
                dovecot.deliver(recipient.partition("@")[0], stripped)
    assert len(recording_smtp.messages) == 6  # each node gives three answers in one thread, which is its default


def test_a_mail_that_passed_too_many_servers_is_a_dead_letter(forwarding: World, dovecot: Dovecot, user: str) -> None:
    hops = "Received: from a.example by b.example; Fri, 20 Nov 2026 12:00:00 +0000\r\n" * 51
    dovecot.deliver(user, mail(1, headers=hops))
    assert forwarding.once(forwarding.flow()).counts == (1, 0, 0, 1, 0)
    (failed,) = forwarding.messages("--state", "failed")
    assert failed["error"]["code"] == "loop-too-many-hops"


def test_no_more_mails_a_minute_than_the_node_allows(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    flow = forwarding.flow(send={"maximum_per_minute": 2})
    for number in range(1, 5):
        dovecot.deliver(user, mail(number))
    ran = forwarding.once(flow)
    assert (ran.code, ran.counts) == (0, (4, 2, 0, 0, 0)), ran.err
    assert len(forwarding.messages("--state", "retrying")) == 2
    # Another run within the minute doesn't get round the limit.
    forwarding.make_due()
    assert forwarding.once(flow).counts == (0, 0, 0, 0, 0)
    assert len(recording_smtp.messages) == 2


def test_a_thread_gets_only_as_many_answers_as_the_node_allows(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    flow = forwarding.flow(send={"mode": "reply", "replies_per_thread": 2}, rules=ANSWER)
    for number in range(1, 4):
        headers = "References: <first@source.example>\r\nIn-Reply-To: <first@source.example>\r\n"
        dovecot.deliver(user, mail(number, headers=headers))
    assert forwarding.once(flow).counts == (3, 2, 1, 0, 0)
    answered = sorted(mail["In-Reply-To"] for mail in sent(recording_smtp))  # two sessions keep no order
    assert answered == ["<0001@source.example>", "<0002@source.example>"]
    (skipped,) = forwarding.messages("--state", "skipped")
    assert skipped["error"]["code"] == "answer-limit"


def test_a_flow_for_first_messages_passes_over_answers(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    flow = forwarding.flow(receive={"threads": "first"})
    dovecot.deliver(user, mail(1, headers="In-Reply-To: <a@b.example>\r\n"))
    dovecot.deliver(user, mail(2))
    assert forwarding.once(flow).counts == (1, 1, 0, 0, 0)
    assert numbers(recording_smtp.messages) == [2]
    assert dovecot.flags(user) == {1: set(), 2: {"\\Seen"}}
    assert forwarding.once(flow).counts == (0, 0, 0, 0, 0)


def test_a_flow_for_answers_takes_those_to_what_it_sent(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    everything = forwarding.flow()
    dovecot.deliver(user, mail(1))
    forwarding.once(everything)
    own_id = sent(recording_smtp)[0]["Message-ID"]
    answers = forwarding.flow(receive={"threads": "replies-to-flow"})  # the same flow, changed
    dovecot.deliver(user, mail(2))
    dovecot.deliver(user, mail(3, headers=f"In-Reply-To: {own_id}\r\nReferences: {own_id}\r\n"))
    assert forwarding.once(answers).counts == (1, 1, 0, 0, 0)
    assert numbers(recording_smtp.messages) == [1, 3]
