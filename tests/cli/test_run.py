"""``mailflow run``: what it prints."""

from __future__ import annotations

import json
import signal
import time

from tests.journeys.world import World, mail, wait_until
from tests.servers.dovecot import Dovecot
from tests.servers.recording_smtp import Action, RecordingSmtp


def test_people_get_one_sentence(forwarding: World, dovecot: Dovecot, user: str) -> None:
    dovecot.deliver(user, mail(1))
    ran = forwarding.run("run", forwarding.flow(), "--once")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "1 message received, 1 sent, 0 skipped, 0 failed, 0 maybe sent.\n"
    ran = forwarding.run("run", forwarding.flow(), "--once", "--dry-run")
    assert "dry run" in ran.out


def test_events_of_an_unwritable_file_stop_before_anything_is_done(
    forwarding: World, dovecot: Dovecot, user: str
) -> None:
    dovecot.deliver(user, mail(1))
    ran = forwarding.once(forwarding.flow(), "--events", str(forwarding.directory))
    assert (ran.code, ran.out) == (4, "")
    assert dovecot.flags(user) == {1: set()}


def test_the_first_objects_of_an_event_say_which_run(forwarding: World) -> None:
    file = forwarding.directory / "events"
    flow = forwarding.flow()
    for _twice in range(2):
        assert forwarding.once(flow, "--events", str(file)).code == 0
    events = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    started = [event for event in events if event["event"] == "run-started"]
    assert [event["mode"] for event in started] == ["once", "once"]
    assert started[0]["run"] != started[1]["run"]
    ended = [event for event in events if event["event"] == "run-ended"]
    assert [event["run"] for event in ended] == [event["run"] for event in started]


def test_a_second_signal_ends_it_at_once(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    recording_smtp.answer("RCPT", Action.HANG)
    dovecot.deliver(user, mail(1))
    process = forwarding.start("run", forwarding.flow(), environment={"MAILFLOW_TIMEOUT_SCALE": "1"})
    wait_until(lambda: any("RCPT" in str(line) for line in recording_smtp.lines))
    process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    assert process.poll() is None  # it waits for what is in hand
    process.send_signal(signal.SIGTERM)
    ran = forwarding.finish(process, 10)
    assert ran.code == 130
    assert "Nothing is lost" in ran.err
    recording_smtp.answer("RCPT", "250 ok")
    assert forwarding.once(forwarding.flow()).counts == (0, 1, 0, 0, 0)
