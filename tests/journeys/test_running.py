"""People act while a flow runs, and a run goes on by itself."""

from __future__ import annotations

import contextlib
import subprocess
import time
from typing import Any

import pytest

from mailflow_gui.journal.journal import Journal, Transaction
from mailflow_gui.journal.written import Written
from tests.journeys.world import World, mail, numbers, wait_until
from tests.servers.dovecot import Dovecot
from tests.servers.recording_smtp import RecordingSmtp

QUICK = {"delay": {"value": 200, "unit": "milliseconds"}}


def stop(world: World, process: subprocess.Popen[str]) -> Any:
    process.terminate()
    ran = world.finish(process)
    assert ran.code == 130, ran.err
    return ran.json


def test_a_failed_message_is_retried_by_the_runner_that_is_asked(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    recording_smtp.answer("RCPT", "550 5.1.1 unknown", times=1)
    dovecot.deliver_all(user, [mail(1), mail(2)])
    process = forwarding.start("run", forwarding.flow(), "--json")
    wait_until(lambda: len(forwarding.messages("--state", "failed")) == 1)
    (failed,) = forwarding.messages("--state", "failed")
    assert forwarding.run("messages", "retry", failed["id"]).code == 0
    recording_smtp.wait_for(2)
    wait_until(lambda: len(forwarding.messages("--state", "sent")) == 2)
    summary = stop(forwarding, process)
    assert (summary["received"], summary["sent"], summary["failed"]) == (2, 2, 0)
    assert sorted(numbers(recording_smtp.messages)) == [1, 2]


def test_a_good_validation_lets_a_running_flow_go_on(
    world: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    secret = world.directory / "secret"
    secret.write_text("wrong", encoding="ascii")
    world.add("Inbox", "imap", dovecot.imap, "--username", user, "--password-command", f"cat {secret}", password="")
    world.monkeypatch.delenv("MAILFLOW_PASSWORD_INBOX")
    world.add_smtp(recording_smtp.port)
    dovecot.deliver(user, mail(1))
    events = world.directory / "events"
    process = world.start("run", world.flow(receive=QUICK), "--json", "--events", events)
    wait_until(lambda: events.exists() and "account-stopped" in events.read_text(encoding="utf-8"))
    secret.write_text(dovecot.password, encoding="ascii")
    time.sleep(0.5)
    assert recording_smtp.messages == []  # it doesn't try by itself
    assert world.run("connections", "validate", "Inbox").code == 0
    recording_smtp.wait_for(1)
    assert stop(world, process)["sent"] == 1
    assert dovecot.refused_logins(user) <= 2


def test_a_server_that_comes_back_is_found_again(world: World, dovecot: Dovecot, user: str) -> None:
    world.add_imap(dovecot, user)
    with RecordingSmtp() as server:
        port = server.port
    world.add_smtp(port)
    dovecot.deliver(user, mail(1))
    process = world.start("run", world.flow(receive=QUICK), "--json")
    wait_until(lambda: len(world.messages("--state", "retrying")) == 1)
    with RecordingSmtp(port=port) as server:
        world.make_due()

        def sent() -> bool:
            world.make_due()
            return bool(server.messages)

        wait_until(sent, seconds=40)
        assert stop(world, process)["sent"] == 1
        assert numbers(server.messages) == [1]


def test_a_folder_that_is_not_there_stops_its_own_flow_only(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    dovecot.deliver(user, mail(1))
    missing = forwarding.flow(name="missing", receive={"folder": "Nowhere"})
    ran = forwarding.run("run", missing, forwarding.flow(), "--until-idle", "--json")
    assert (ran.code, ran.counts) == (3, (1, 1, 0, 0, 0)), ran.err
    assert "Nowhere" in ran.err


def test_a_mail_that_could_not_be_sent_for_a_day_is_given_up(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    recording_smtp.answer("RCPT", "450 4.2.1 busy")
    dovecot.deliver(user, mail(1))
    flow = forwarding.flow()
    assert forwarding.once(flow).counts == (1, 0, 0, 0, 0)
    forwarding.make_due()
    assert forwarding.once(flow).counts == (0, 0, 0, 0, 0)
    with contextlib.closing(Journal(forwarding.home)) as journal:

        def a_day_later(transaction: Transaction) -> None:
            transaction.database.execute("UPDATE deliveries SET first_attempt = first_attempt - 86500")

        journal.write(a_day_later).result()
    forwarding.make_due()
    ran = forwarding.once(flow)
    assert (ran.code, ran.counts) == (1, (0, 0, 0, 1, 0)), ran.err
    (failed,) = forwarding.messages("--state", "failed")
    assert failed["error"]["code"] == "gave-up"
    assert recording_smtp.messages == []


def test_items_finish_on_the_version_of_the_flow_they_began_with(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    recording_smtp.answer("RCPT", "450 4.2.1 busy", times=1)
    dovecot.deliver(user, mail(1))
    assert forwarding.once(forwarding.flow()).counts == (1, 0, 0, 0, 0)
    other = [{"target": "to", "sources": [{"constant": "new@example.com"}]}]
    other.append({"target": "subject", "sources": [{"field": "subject"}]})
    dovecot.deliver(user, mail(2))
    forwarding.make_due()
    assert forwarding.once(forwarding.flow(rules=other)).counts == (1, 2, 0, 0, 0)
    reached = {numbers([each])[0]: each.recipients for each in recording_smtp.messages}
    assert reached == {1: ("sales@example.com",), 2: ("new@example.com",)}


def test_a_disabled_source_does_not_poll_and_a_disabled_sink_skips(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    dovecot.deliver(user, mail(1))
    assert forwarding.once(forwarding.flow(receive={"enabled": False})).code == 2
    ran = forwarding.once(forwarding.flow(send={"enabled": False}))
    assert (ran.code, ran.counts) == (0, (1, 0, 1, 0, 0)), ran.err
    assert recording_smtp.sessions == 0


def test_what_follows_a_sink_gets_the_item_once_its_mail_has_been_sent(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    def chained(document: dict[str, Any]) -> None:
        send = document["nodes"][2]
        after = {**send["settings"], "to": "after@example.com", "priority": "input-values"}
        failed = {**send["settings"], "to": "alarm@example.com", "subject": "alarm 0", "priority": "input-values"}
        document["nodes"] += [{**send, "id": "after", "settings": after}, {**send, "id": "alarm", "settings": failed}]
        document["edges"] += [
            {"from": ["send", "sent"], "to": ["after", "email"]},
            {"from": ["send", "error"], "to": ["alarm", "email"]},
        ]

    recording_smtp.answer("RCPT", "550 5.1.1 unknown", about="sales@", times=1)
    dovecot.deliver(user, mail(1))
    flow = forwarding.flow(change=chained)
    ran = forwarding.until_idle(flow)
    assert (ran.code, ran.counts) == (0, (1, 1, 0, 0, 0)), ran.err
    assert [each.recipients for each in recording_smtp.messages] == [("alarm@example.com",)]
    dovecot.deliver(user, mail(2))
    ran = forwarding.until_idle(flow)
    assert (ran.code, ran.counts) == (0, (1, 1, 0, 0, 0)), ran.err
    assert [each.recipients for each in recording_smtp.messages[1:]] == [("sales@example.com",), ("after@example.com",)]


def test_a_run_does_not_end_between_a_mails_commit_and_its_way_through_the_flow(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell = Written.tell

    def late(self: Written[Any]) -> None:  # as on a machine with much to do
        time.sleep(0.2)
        tell(self)

    monkeypatch.setattr(Written, "tell", late)
    dovecot.deliver_all(user, [mail(1), mail(2)])
    ran = forwarding.once(forwarding.flow())
    assert (ran.code, ran.counts) == (0, (2, 2, 0, 0, 0))
    assert sorted(numbers(recording_smtp.messages)) == [1, 2]
