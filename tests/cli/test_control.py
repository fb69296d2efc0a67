"""``mailflow run --control``: commands and answers, one JSON object per line."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.journeys.world import World, mail, numbers, wait_until
from tests.servers.dovecot import Dovecot
from tests.servers.recording_smtp import Action, RecordingSmtp


class Runner:
    """A runner, as the window has one."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.events: list[dict[str, Any]] = []
        self.answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            value = json.loads(line)
            if "events" in value:
                assert value["dropped"] == 0
                self.events += value["events"]
            else:
                self.answers.put(value)

    def say(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def ask(self, **command: Any) -> dict[str, Any]:
        self.say(json.dumps(command))
        return self.answers.get(timeout=20)

    def saw(self, name: str) -> int:
        return sum(event["event"] == name for event in list(self.events))

    def end_input(self) -> int:
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.ended()

    def ended(self) -> int:
        """The exit code; it must end within three seconds."""
        code = self.process.wait(3)
        self._reading.join(5)
        return code


@pytest.fixture
def runner(forwarding: World) -> Iterator[Runner]:
    started = Runner(forwarding.start("run", "--control"))
    assert started.ask(id=0, command="status") == {"reply": 0, "ok": True, "flows": []}
    yield started
    if started.process.poll() is None:
        started.end_input()


def test_a_flow_is_started_watched_and_stopped(
    forwarding: World, runner: Runner, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    flow = str(forwarding.flow())
    answer = runner.ask(id=1, command="start", flow=flow, mode="continuous")
    assert (answer["reply"], answer["ok"], answer["flow"]) == (1, True, "forward")
    dovecot.deliver_all(user, [mail(1), mail(2)])
    recording_smtp.wait_for(2)
    wait_until(lambda: runner.saw("flagged") > 0)
    (status,) = runner.ask(id="two", command="status")["flows"]
    assert (status["path"], status["mode"], status["troubles"]) == (flow, "continuous", [])
    assert (status["summary"]["received"], status["summary"]["sent"]) == (2, 2)
    assert len(status["accounts"]) == 2
    assert set(map(str, status["accounts"].values())) == {str({"state": "ok", "error": ""})}
    refused = runner.ask(id=3, command="start", flow=flow)
    assert (refused["ok"], refused["error"]["code"]) == (False, "flow-runs-already")
    assert runner.ask(id=4, command="stop", flow=flow) == {"reply": 4, "ok": True, "stopping": True}
    wait_until(lambda: runner.saw("run-ended") == 1)
    wait_until(lambda: runner.ask(id=5, command="status")["flows"] == [])
    assert (runner.saw("received"), runner.saw("sent"), runner.saw("settled")) == (2, 2, 2)
    again = runner.ask(id=6, command="start", flow=flow, mode="until-idle")
    assert again["ok"]
    wait_until(lambda: runner.saw("run-ended") == 2)
    assert runner.ask(id=7, command="shutdown") == {"reply": 7, "ok": True}
    assert runner.ended() == 0
    assert sorted(numbers(recording_smtp.messages)) == [1, 2]


def test_flows_may_be_started_and_stopped_without_end(
    forwarding: World, runner: Runner, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    """Each stop gives back the room that the items in memory took."""
    flow = str(forwarding.flow(receive={"maximum_emails": -1}))
    dovecot.deliver_all(user, [mail(number) for number in range(150)])
    for count in range(6):
        before = len(recording_smtp.messages)
        assert runner.ask(id=count, command="start", flow=flow)["ok"]
        wait_until(lambda before=before: len(recording_smtp.messages) > before)  # type: ignore[misc]  # mypy can't infer a lambda with a default
        assert runner.ask(id=count, command="stop", flow=flow)["ok"]
        wait_until(lambda count=count: runner.saw("run-ended") == count + 1)  # type: ignore[misc]  # as above
        wait_until(lambda: runner.ask(id=9, command="status")["flows"] == [])
        if len(recording_smtp.messages) > 130:
            break
    assert runner.ask(id=10, command="start", flow=flow, mode="until-idle")["ok"]
    recording_smtp.wait_for(150)
    assert sorted(numbers(recording_smtp.messages)) == list(range(150))


def test_the_end_of_input_stops_the_runner(
    forwarding: World, runner: Runner, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    assert runner.ask(id=1, command="start", flow=str(forwarding.flow()))["ok"]
    dovecot.deliver(user, mail(1))
    recording_smtp.wait_for(1)
    started = time.monotonic()
    assert runner.end_input() == 0
    assert time.monotonic() - started < 3
    assert forwarding.once(forwarding.flow()).counts == (0, 0, 0, 0, 0)


def test_a_server_that_does_not_answer_keeps_no_runner_alive(
    forwarding: World, runner: Runner, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    recording_smtp.answer("RCPT", Action.HANG)
    assert runner.ask(id=1, command="start", flow=str(forwarding.flow()))["ok"]
    dovecot.deliver(user, mail(1))
    wait_until(lambda: any("RCPT" in str(line) for line in recording_smtp.lines))
    started = time.monotonic()
    assert runner.end_input() == 0
    assert time.monotonic() - started < 6  # 3 s on a machine with nothing else to do
    recording_smtp.answer("RCPT", "250 ok")
    assert forwarding.once(forwarding.flow()).counts == (0, 1, 0, 0, 0)


BAD_LINES = [
    "nonsense",
    "[]",
    "3",
    '{"command": "dance"}',
    '{"command": "start"}',
    '{"command": "start", "flow": 3}',
    '{"command": "start", "flow": "x", "mode": "sometimes"}',
    '{"command": "start", "flow": "x", "bind": 3}',
    '{"command": ["start"]}',
    '{"command": "start", "flow": "x", "mode": []}',
    '{"command": "start", "flow": "\\u0000"}',
    '{"command": "start", "flow": "/does/not/exist.mailflow"}',
    "[" * 100_000,
]


def test_a_bad_line_is_answered_and_the_next_one_obeyed(runner: Runner) -> None:
    for line in BAD_LINES:
        runner.say(line)
        answer = runner.answers.get(timeout=20)
        assert answer["ok"] is False
        assert answer["error"]["code"]
        assert answer["error"]["text"]
        assert runner.ask(id=1, command="status")["ok"] is True


def test_a_flow_that_cannot_run_is_said_to_be_so(forwarding: World, runner: Runner) -> None:
    flow = forwarding.flow(receive={"connection": ""})
    answer = runner.ask(id=1, command="start", flow=str(flow))
    assert (answer["ok"], answer["error"]["code"]) == (False, "flow-has-errors")
    assert runner.ask(id=2, command="stop", flow=str(flow)) == {"reply": 2, "ok": True, "stopping": False}


def test_a_second_runner_is_refused(forwarding: World, runner: Runner) -> None:
    del runner
    ran = forwarding.finish(forwarding.start("run", "--control"))
    assert (ran.code, ran.out) == (3, "")
    assert "run --control" in ran.err
