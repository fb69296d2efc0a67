"""Stories of mails in doubt: the server's answer was lost, and the mail's own Message-ID tells whether it was sent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mailflow_gui import nodes
from mailflow_gui.accounts.secrets import SecretStore
from mailflow_gui.accounts.sessions import Sessions
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.engine import requests
from mailflow_gui.engine.engine import Engine
from mailflow_gui.engine.events import Events
from mailflow_gui.engine.probes import Answer, is_mailbox_of
from mailflow_gui.engine.work import Summary
from mailflow_gui.flow import file as flow_file
from mailflow_gui.journal import requests as requests_table
from mailflow_gui.journal.doubts import Doubt
from mailflow_gui.journal.journal import Journal
from mailflow_gui.journal.requests import Request
from tests.journeys.world import World, mail, numbers, wait_until
from tests.servers.dovecot import Dovecot
from tests.servers.recording_smtp import Action, RecordingSmtp

SALES = [
    {"target": "to", "sources": [{"constant": "sales@example.com"}]},
    {"target": "subject", "sources": [{"field": "subject"}]},
    {"target": "text", "sources": [{"field": "text"}]},
]


@pytest.fixture
def keeping(forwarding: World, dovecot: Dovecot) -> tuple[World, str]:
    """A machine with the IMAP connection ``archive``, and the user behind it."""
    archive = dovecot.new_user()
    forwarding.add_imap(dovecot, archive, "Archive")
    return forwarding, archive


def doubt(world: World, dovecot: Dovecot, user: str, server: RecordingSmtp, flow: Path, verb: str) -> None:
    """Send one mail whose answer gets lost: before the server keeps it (DOT) or behind that (KEPT)."""
    dovecot.deliver(user, mail(1))
    server.answer(verb, Action.DROP, times=1)
    ran = world.once(flow)
    assert (ran.code, ran.counts) == (1, (1, 0, 0, 0, 1)), ran.err


def test_a_mail_in_doubt_that_lies_in_sent_counts_as_sent_at_the_next_start(
    keeping: tuple[World, str], dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    world, archive = keeping
    flow = world.flow(send={"save_to_sent": "archive"})
    doubt(world, dovecot, user, recording_smtp, flow, "KEPT")
    dovecot.deliver(archive, recording_smtp.messages[0].raw, "Sent")  # as servers do that keep copies by themselves
    ran = world.once(flow)
    assert (ran.code, ran.counts) == (0, (0, 1, 0, 0, 0)), ran.err
    assert numbers(recording_smtp.messages) == [1]
    assert dovecot.flags(user) == {1: {"\\Seen"}}


def test_a_mail_in_doubt_that_nobody_finds_stays_held(
    keeping: tuple[World, str], dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    world, archive = keeping
    dovecot.deliver(archive, mail(77), "Sent")
    flow = world.flow(send={"save_to_sent": "archive"})
    doubt(world, dovecot, user, recording_smtp, flow, "DOT")
    for _again in range(2):
        ran = world.once(flow)
        assert (ran.code, ran.counts) == (1, (0, 0, 0, 0, 1)), ran.err
    assert recording_smtp.messages == []


def test_a_mail_in_doubt_is_found_in_the_mailbox_of_its_recipient(
    keeping: tuple[World, str], dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    world, archive = keeping
    # Dovecot's users have no domain: as with many servers, the user name is the local part of the address.
    rules = [{"target": "to", "sources": [{"constant": f"{archive}@127.0.0.1.example"}]}, *SALES[1:]]
    flow = world.flow(rules=rules)
    doubt(world, dovecot, user, recording_smtp, flow, "KEPT")
    dovecot.deliver(archive, recording_smtp.messages[0].raw)
    assert world.once(flow).counts[4] == 1  # that host isn't of that domain
    world.run("connections", "edit", "Archive", "--username", f"{archive}@127.0.0.1.example")
    assert world.once(flow).counts[4] == 1  # no such user
    world.run("connections", "edit", "Archive", "--username", archive)
    assert is_mailbox_of(AccountStore(world.home.accounts_file).get("archive"), f"{archive}@127.0.0.1")


def test_a_mail_in_doubt_that_a_flow_here_has_received_has_arrived(
    world: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    other = dovecot.new_user()
    world.add_imap(dovecot, user)
    world.add_imap(dovecot, other, "Other")
    world.add_smtp(recording_smtp.port)
    flow = world.flow()
    doubt(world, dovecot, user, recording_smtp, flow, "KEPT")
    dovecot.deliver(other, recording_smtp.messages[0].raw)
    reading = world.flow(name="reading", receive={"connection": "other"})
    assert world.once(reading).counts == (1, 1, 0, 0, 0)
    assert world.once(flow).counts == (0, 1, 0, 0, 0)


def test_a_running_flow_looks_for_its_mail_in_doubt_after_a_while(
    keeping: tuple[World, str], dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    world, archive = keeping
    dovecot.deliver(user, mail(1))
    recording_smtp.answer("KEPT", Action.DROP, times=1)
    events = world.directory / "events"
    flow = world.flow(send={"save_to_sent": "archive"})
    process = world.start("run", flow, "--json", "--events", events)
    (sent,) = recording_smtp.wait_for(1)
    dovecot.deliver(archive, sent.raw, "Sent")

    def settled() -> bool:
        lines = events.read_text(encoding="utf-8").splitlines() if events.exists() else []
        return any('"doubt-settled"' in line and json.loads(line)["answer"] == "arrived" for line in lines)

    wait_until(settled, what="finding the mail")
    wait_until(lambda: dovecot.flags(user) == {1: {"\\Seen"}}, what="marking as seen")
    process.terminate()
    ran = world.finish(process)
    assert (ran.code, ran.counts) == (130, (1, 1, 0, 0, 0)), ran.err


def test_a_mail_in_doubt_is_only_sent_again_if_it_is_not_found(
    keeping: tuple[World, str], dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    world, archive = keeping
    flow = world.flow(send={"save_to_sent": "archive", "when_uncertain": "resend"})
    dovecot.deliver_all(user, [mail(1), mail(2)])
    recording_smtp.answer("KEPT", Action.DROP, about="mail 0001", times=1)
    recording_smtp.answer("DOT", Action.DROP, about="mail 0002", times=1)

    def looking(journal: Doubt) -> Answer:  # the server files a copy as soon as it has taken the mail
        for recorded in recording_smtp.messages:
            if journal.message_id.encode() in recorded.raw and not dovecot.messages(archive, "Sent"):
                dovecot.deliver(archive, recorded.raw, "Sent")
        return "unknown"

    summary = run_with(world, flow, looking)
    assert (summary.sent, summary.uncertain) == (2, 0)
    assert sorted(numbers(recording_smtp.messages)) == [1, 2]


@pytest.mark.parametrize("verb", ["DOT", "KEPT"])
def test_a_probe_that_knows_the_truth_leaves_no_doubt(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp, verb: str
) -> None:
    flow = forwarding.flow(rules=SALES)
    dovecot.deliver_all(user, [mail(number) for number in range(1, 5)])
    recording_smtp.answer(verb, Action.DROP, times=3)

    def truth(doubt: Doubt) -> Answer:
        taken = any(doubt.message_id.encode() in recorded.raw for recorded in recording_smtp.messages)
        return "arrived" if taken else "absent"

    summary = run_with(forwarding, flow, truth)
    assert (summary.received, summary.sent, summary.uncertain) == (4, 4, 0)
    assert sorted(numbers(recording_smtp.messages)) == [1, 2, 3, 4]


def run_with(world: World, path: Path, probe: object) -> Summary:
    """Run a flow until idle with a probe of our own."""
    accounts = AccountStore(world.home.accounts_file)
    with Journal(world.home) as journal:
        sessions = Sessions(accounts, SecretStore())
        with Engine(journal, accounts, sessions, nodes.load(), Events(), probes=(probe,)) as engine:  # type: ignore[arg-type]  # any callable will do
            running = engine.start(flow_file.read(path), path, mode="until-idle")
            assert engine.wait(running, 60)
            return engine.end(running)


TWO = [
    {"target": "to", "sources": [{"constant": "first@example.com, second@example.com"}]},
    {"target": "subject", "sources": [{"field": "subject"}]},
    {"target": "text", "sources": [{"field": "text"}]},
]


def test_what_one_recipient_got_earlier_says_nothing_about_another_in_doubt(
    keeping: tuple[World, str], dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    """The copy in Sent is of the first recipient's mail; a flow that reads his mailbox has it, too."""
    world, archive = keeping
    dovecot.deliver(user, mail(1))
    recording_smtp.answer("RCPT", "451 4.3.0 later", about="second@", times=1)
    flow = world.flow(rules=TWO, send={"save_to_sent": "archive"})
    assert world.once(flow).counts == (1, 0, 0, 0, 0)
    assert len(dovecot.messages(archive, "Sent")) == 1
    dovecot.deliver(archive, recording_smtp.messages[0].raw)
    world.stubs[-1], world.stubs[0] = world.stubs[0], world.stubs[-1]
    reading = world.flow(name="reading", receive={"connection": "archive"}, send={"from": "other@example.com"})
    assert world.once(reading).counts == (1, 1, 0, 0, 0)
    world.make_due()
    recording_smtp.answer("DOT", Action.DROP, times=1)
    assert world.once(flow).counts == (0, 0, 0, 0, 1)
    for _again in range(2):
        assert world.once(flow).counts == (0, 0, 0, 0, 1)
    (message,) = world.messages("--state", "uncertain")
    assert world.run("messages", "resolve", message["id"], "--resend").code == 0
    assert world.once(flow).counts == (0, 1, 0, 0, 0)
    assert [each.recipients for each in recording_smtp.messages if b"bot@" in each.raw] == [
        ("first@example.com",),
        ("second@example.com",),
    ]


def test_a_mail_given_up_while_it_is_looked_for_stays_given_up(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    flow = forwarding.flow(rules=SALES)
    doubt(forwarding, dovecot, user, recording_smtp, flow, "DOT")
    (message,) = forwarding.messages()

    def slow(_doubt: Doubt) -> Answer:
        with Journal(forwarding.home) as journal:
            journal.write(
                lambda transaction: requests.carry_out(
                    transaction,
                    Request(requests_table.add(transaction, "discard", message["id"]), "discard", message["id"], ""),
                )
            ).result()
        return "absent"

    summary = run_with(forwarding, flow, slow)
    assert (summary.sent, summary.failed, summary.uncertain) == (0, 0, 0)
    (message,) = forwarding.messages()
    assert (message["state"], message["error"]["code"]) == ("skipped", "discarded")
    assert recording_smtp.messages == []
