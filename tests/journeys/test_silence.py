"""Stories of servers that fall silent: the line is cut after a while, the silence is told, and receiving goes on by itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.journeys.world import World, mail, wait_until
from tests.servers.dovecot import Dovecot
from tests.servers.recording_smtp import RecordingSmtp
from tests.servers.scripted import Expect, Say, Scripted, Stall

QUICK = {"MAILFLOW_TIMEOUT_SCALE": "0.03"}
GREETED = (
    Say("* OK [CAPABILITY IMAP4rev1 IDLE] hello"),
    Expect("CAPABILITY|LOGIN", "* CAPABILITY IMAP4rev1 IDLE", "{tag} OK"),
)


def events_of(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    return [
        json.loads(line) for line in path.read_text(encoding="utf-8").splitlines(keepends=True) if line.endswith("\n")
    ]


def test_a_silent_server_is_told_of_and_called_again(world: World, recording_smtp: RecordingSmtp) -> None:
    """It takes the sign-in and says nothing more: a deadline ends the command, and the silence is a fault of the node."""
    with Scripted(*GREETED, Stall()) as server:
        world.add("Inbox", "imap", server.port, "--username", "u", password="word")
        world.add_smtp(recording_smtp.port)
        flow = world.flow(receive={"delay": {"value": 100, "unit": "milliseconds"}})
        told = world.directory / "events"
        process = world.start("run", flow, "--json", "--events", told, environment=QUICK)
        wait_until(lambda: server.calls >= 2, what="the second call")
        wait_until(lambda: any(each["event"] == "receiving-silent" for each in events_of(told)), what="the fault")
        process.terminate()
        assert world.finish(process).code in {3, 130}
    (silent,) = [each for each in events_of(told) if each["event"] == "receiving-silent"]
    assert (silent["node"], silent["account"], silent["folder"]) == ("receive", "inbox", "INBOX")
    codes = {error["code"] for error in world.run("errors", "--json").json["errors"]}
    assert "receiving-silent" in codes


def test_a_server_that_answers_is_not_silent(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    flow = forwarding.flow(receive={"delay": {"value": 100, "unit": "milliseconds"}})
    told = forwarding.directory / "events"
    process = forwarding.start("run", flow, "--json", "--events", told, environment=QUICK)
    wait_until(lambda: sum(each["event"] == "polled" for each in events_of(told)) > 30, what="many polls")
    dovecot.deliver(user, mail(1))
    recording_smtp.wait_for(1)
    process.terminate()
    assert forwarding.finish(process).code == 130
    assert "receiving-silent" not in {each["event"] for each in events_of(told)}


def test_idle_is_a_hint_only_and_the_folder_is_looked_at_now_and_then(
    forwarding: World, dovecot: Dovecot, user: str
) -> None:
    """The next poll is an hour away, the server tells of nothing: IDLE is renewed, and each time new mail is asked for."""
    flow = forwarding.flow(receive={"delay": {"value": 1, "unit": "hours"}})
    told = forwarding.directory / "events"
    process = forwarding.start("run", flow, "--json", "--events", told, environment={"MAILFLOW_TIMEOUT_SCALE": "0.008"})
    wait_until(lambda: sum(each["event"] == "polled" for each in events_of(told)) >= 3, what="the third look")
    process.terminate()
    assert forwarding.finish(process).code == 130
    assert "connecting-failed" not in {each["event"] for each in events_of(told)}
