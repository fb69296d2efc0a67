"""Stories of receiving: what is sent when, and what the mail server is told."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from tests.journeys.world import World, mail, numbers, subjects, wait_until
from tests.servers.dovecot import Dovecot
from tests.servers.recording_smtp import Action, RecordingSmtp

TEN = [mail(number) for number in range(1, 11)]


def seen(dovecot: Dovecot, user: str) -> list[int]:
    r"""UIDs that are marked ``\Seen``."""
    return [uid for uid, flags in dovecot.flags(user).items() if "\\Seen" in flags]


def test_ten_mails_are_sent_five_and_five_oldest_first(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    flow = forwarding.flow()
    uids = dovecot.deliver_all(user, TEN)
    first = forwarding.once(flow)
    assert (first.code, first.counts) == (0, (5, 5, 0, 0, 0)), first.err
    assert sorted(numbers(recording_smtp.messages)) == [1, 2, 3, 4, 5]
    assert seen(dovecot, user) == uids[:5]
    second = forwarding.once(flow)
    assert (second.code, second.counts) == (0, (5, 5, 0, 0, 0)), second.err
    assert sorted(numbers(recording_smtp.messages)) == list(range(1, 11))
    assert seen(dovecot, user) == uids
    third = forwarding.once(flow)
    assert (third.code, third.counts) == (0, (0, 0, 0, 0, 0))
    assert len(recording_smtp.messages) == 10
    assert set(subjects(recording_smtp.messages)) == {f"[web] mail {number:04}" for number in range(1, 11)}
    assert {recorded.recipients for recorded in recording_smtp.messages} == {("sales@example.com",)}


def test_pop3_sends_five_and_five_and_then_nothing(
    world: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    world.add_pop3(dovecot, user)
    world.add_smtp(recording_smtp.port)
    flow = world.flow()
    dovecot.deliver_all(user, TEN)
    assert [world.once(flow).counts for _ in range(3)] == [(5, 5, 0, 0, 0), (5, 5, 0, 0, 0), (0, 0, 0, 0, 0)]
    assert sorted(numbers(recording_smtp.messages)) == list(range(1, 11))
    assert len(dovecot.messages(user)) == 10


def test_two_flows_on_one_inbox_get_every_mail(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    one = forwarding.flow(name="one", receive={"unseen_only": False, "maximum_emails": 2})
    two = forwarding.flow(name="second", receive={"unseen_only": False})
    dovecot.deliver_all(user, TEN[:4])
    ran = forwarding.run("run", one, two, "--until-idle", "--json")
    assert (ran.code, ran.counts) == (0, (8, 8, 0, 0, 0)), ran.err
    assert sorted(numbers(recording_smtp.messages)) == [1, 1, 2, 2, 3, 3, 4, 4]
    assert forwarding.run("run", one, two, "--until-idle", "--json").counts == (0, 0, 0, 0, 0)


def test_until_idle_takes_everything(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    dovecot.deliver_all(user, TEN)
    ran = forwarding.until_idle(forwarding.flow(receive={"maximum_emails": 3}))
    assert (ran.code, ran.counts) == (0, (10, 10, 0, 0, 0))
    assert sorted(numbers(recording_smtp.messages)) == list(range(1, 11))
    assert len(seen(dovecot, user)) == 10


def test_minus_one_takes_everything_in_one_poll(forwarding: World, dovecot: Dovecot, user: str) -> None:
    dovecot.deliver_all(user, TEN)
    assert forwarding.once(forwarding.flow(receive={"maximum_emails": -1})).counts == (10, 10, 0, 0, 0)


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_existing_mail_can_be_skipped(
    world: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp, protocol: str
) -> None:
    (world.add_imap if protocol == "imap" else world.add_pop3)(dovecot, user)
    world.add_smtp(recording_smtp.port)
    flow = world.flow(receive={"existing_mail": "skip"})
    dovecot.deliver_all(user, TEN[:3])
    assert world.once(flow).counts == (0, 0, 0, 0, 0)
    dovecot.deliver_all(user, TEN[3:5])
    assert world.until_idle(flow).counts == (2, 2, 0, 0, 0)
    assert sorted(numbers(recording_smtp.messages)) == [4, 5]
    assert seen(dovecot, user) == [4, 5]  # with POP3 it is Dovecot that marks what was fetched


def test_leaving_mails_alone_still_sends_them_once(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    flow = forwarding.flow(receive={"after_receiving": "leave"})
    dovecot.deliver_all(user, TEN[:3])
    assert [forwarding.until_idle(flow).counts[0] for _ in range(2)] == [3, 0]
    assert seen(dovecot, user) == []
    assert len(recording_smtp.messages) == 3


def test_mails_are_moved_into_a_folder_that_is_made(forwarding: World, dovecot: Dovecot, user: str) -> None:
    flow = forwarding.flow(receive={"after_receiving": {"action": "move", "folder": "処理済み"}})
    dovecot.deliver_all(user, TEN[:3])
    assert forwarding.until_idle(flow).counts == (3, 3, 0, 0, 0)
    assert dovecot.messages(user) == {}
    (moved,) = [name for name in dovecot.folders(user) if name != "INBOX"]
    assert len(dovecot.messages(user, moved)) == 3


def test_mails_are_deleted_and_nothing_else_is(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    flow = forwarding.flow(receive={"after_receiving": "delete", "maximum_emails": 2})
    uids = dovecot.deliver_all(user, TEN[:5])
    dovecot.set_flags(user, uids[4], r"\Deleted")
    assert forwarding.once(flow).counts == (2, 2, 0, 0, 0)
    assert list(dovecot.messages(user)) == uids[2:]
    assert sorted(numbers(recording_smtp.messages)) == [1, 2]


def test_pop3_deletes_what_was_sent(world: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp) -> None:
    world.add_pop3(dovecot, user)
    world.add_smtp(recording_smtp.port)
    uids = dovecot.deliver_all(user, TEN[:5])
    flow = world.flow(receive={"after_receiving": "delete", "maximum_emails": 2})
    assert world.once(flow).counts == (2, 2, 0, 0, 0)
    assert list(dovecot.messages(user)) == uids[2:]
    assert world.until_idle(flow).counts == (3, 3, 0, 0, 0)
    assert dovecot.messages(user) == {}
    assert sorted(numbers(recording_smtp.messages)) == [1, 2, 3, 4, 5]


def test_a_search_picks_mails(forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp) -> None:
    dovecot.deliver_all(user, [*TEN[:3], mail(77, sender="Bob <bob@example.net>")])
    flow = forwarding.flow(receive={"search": {"from": "bob@"}})
    assert forwarding.until_idle(flow).counts == (1, 1, 0, 0, 0)
    assert numbers(recording_smtp.messages) == [77]
    assert seen(dovecot, user) == [4]


def test_without_the_ledger_the_flags_decide(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    flow = forwarding.flow(receive={"process_once": False})
    uids = dovecot.deliver_all(user, TEN[:3])
    assert forwarding.until_idle(flow).counts == (3, 3, 0, 0, 0)
    assert forwarding.until_idle(flow).counts == (0, 0, 0, 0, 0)
    with dovecot.client(user) as client:
        client.select("INBOX")
        client.uid("STORE", str(uids[1]), "-FLAGS", r"(\Seen)")
    assert forwarding.until_idle(flow).counts == (1, 1, 0, 0, 0)
    assert sorted(numbers(recording_smtp.messages)) == [1, 2, 2, 3]


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_without_the_ledger_a_mail_on_its_way_is_not_taken_on_again(
    world: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp, protocol: str
) -> None:
    (world.add_imap if protocol == "imap" else world.add_pop3)(dovecot, user)
    world.add_smtp(recording_smtp.port)
    flow = world.flow(receive={"process_once": False, "after_receiving": "delete"})
    dovecot.deliver_all(user, TEN[:2])
    recording_smtp.answer("DOT", Action.DROP, times=1)
    recording_smtp.answer("RCPT", "450 4.2.1 busy", times=2)
    assert world.once(flow).counts[:2] == (2, 0)
    assert world.once(flow).counts[:2] == (0, 0)
    world.make_due()
    world.once(flow)
    for message in world.messages("--state", "uncertain"):
        assert world.run("messages", "resolve", message["id"], "--resend").code == 0
    world.make_due()
    assert world.once(flow).counts[0] == 0
    assert world.once(flow).counts == (0, 0, 0, 0, 0)
    assert sorted(numbers(recording_smtp.messages)) == [1, 2]
    assert dovecot.messages(user) == {}


def test_a_dry_run_sends_and_flags_nothing_and_takes_nothing_from_the_real_run(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    flow = forwarding.flow()
    dovecot.deliver_all(user, TEN[:3])
    dry = forwarding.until_idle(flow, "--dry-run")
    assert (dry.code, dry.counts, dry.json["dry_run"]) == (0, (3, 3, 0, 0, 0), True)
    assert forwarding.until_idle(flow, "--dry-run").counts == (0, 0, 0, 0, 0)
    assert recording_smtp.sessions == 0
    assert seen(dovecot, user) == []
    real = forwarding.until_idle(flow)
    assert real.counts == (3, 3, 0, 0, 0)
    assert "dry_run" not in real.json
    assert len(recording_smtp.messages) == 3


def test_events_and_json_are_lines_of_json(forwarding: World, dovecot: Dovecot, user: str, tmp_path: Path) -> None:
    dovecot.deliver_all(user, TEN[:2])
    file = tmp_path / "events.jsonl"
    ran = forwarding.until_idle(forwarding.flow(), "--events", str(file))
    assert [json.loads(line) for line in ran.out.splitlines()] == [ran.json]
    events = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert all({"at", "event"} <= set(event) for event in events)
    names = [event["event"] for event in events]
    assert (names[0], names[-1]) == ("run-started", "run-ended")
    assert (names.count("received"), names.count("sent"), names.count("settled")) == (2, 2, 2)
    assert sum(event["items"] for event in events if event["event"] == "flagged") == 2
    assert "pw" not in {str(value) for event in events for value in event.values()}


def test_mails_that_arrive_while_others_are_worked_on_are_noticed_at_once(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    """The server tells of a new mail in the answer to whatever is asked; it doesn't tell again in IDLE."""
    flow = forwarding.flow(receive={"delay": {"value": 1, "unit": "hours"}})
    process = forwarding.start("run", flow, "--json", environment={"MAILFLOW_TIMEOUT_SCALE": "1"})
    for number in range(1, 21):
        dovecot.deliver(user, mail(number))
        recording_smtp.wait_for(number)
    process.send_signal(signal.SIGTERM)
    assert forwarding.finish(process).code == 130
    assert numbers(recording_smtp.messages) == list(range(1, 21))


def test_a_running_flow_sends_at_once_what_arrives_and_stops_when_asked(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    dovecot.deliver(user, mail(1))
    process = forwarding.start("run", forwarding.flow(receive={"delay": {"value": 1, "unit": "hours"}}), "--json")
    recording_smtp.wait_for(1)
    wait_until(lambda: seen(dovecot, user) == [1], what="marking as seen")
    dovecot.deliver(user, mail(2))  # the next poll is an hour away: only IDLE can tell
    recording_smtp.wait_for(2)
    process.send_signal(signal.SIGTERM)
    ran = forwarding.finish(process)
    assert (ran.code, ran.counts) == (130, (2, 2, 0, 0, 0)), ran.err
    assert forwarding.until_idle(forwarding.flow(receive={"delay": {"value": 1, "unit": "hours"}})).counts[0] == 0


def test_stopping_in_the_middle_loses_and_repeats_nothing(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    dovecot.deliver_all(user, [mail(number) for number in range(60)])
    flow = forwarding.flow(receive={"maximum_emails": -1})
    process = forwarding.start("run", flow, "--json")
    recording_smtp.wait_for(3)
    process.send_signal(signal.SIGTERM)
    ran = forwarding.finish(process)
    assert ran.code == 130, ran.err
    assert ran.json["sent"] == len(recording_smtp.messages)
    assert forwarding.until_idle(flow).code == 0
    assert sorted(numbers(recording_smtp.messages)) == list(range(60))
    assert len(seen(dovecot, user)) == 60
