"""A certificate that changes under a running flow, and passwords that are wrong for every kind of server."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailflow_gui.journal import account_states
from mailflow_gui.journal.journal import opened
from mailflow_gui.mail import tls
from tests.journeys.world import World, mail, numbers, wait_until
from tests.servers import certificates
from tests.servers import dovecot as dovecot_server
from tests.servers.dovecot import Dovecot
from tests.servers.recording_smtp import RecordingSmtp
from tests.servers.stripping import Stripping


@pytest.fixture
def changing() -> Iterator[Dovecot]:
    """A Dovecot of its own: its certificate changes."""
    if dovecot_server.program() is None:
        pytest.skip(dovecot_server.MISSING)
    with dovecot_server.dovecot() as server:
        yield server


def add_pinned(world: World, server: Dovecot, user: str) -> None:
    """A connection that trusts exactly the server's certificate."""
    options = ("--security", "tls", "--certificate", str(server.certificate_file), "--username", user)
    world.add("Inbox", "imap", server.imaps, *options, password=server.password)


def stopped(events: Path) -> list[str]:
    """Codes with which accounts were stopped."""
    if not events.exists():
        return []
    found = (json.loads(line) for line in events.read_text(encoding="utf-8").splitlines() if line.endswith("}"))
    return [event["code"] for event in found if event["event"] == "account-stopped"]


def test_changed_certificate_stops_its_account_until_it_is_trusted(
    world: World, changing: Dovecot, recording_smtp: RecordingSmtp
) -> None:
    user = changing.new_user()
    add_pinned(world, changing, user)
    world.add_smtp(recording_smtp.port)
    changing.deliver(user, mail(1))
    events = world.directory / "events"
    process = world.start("run", world.flow(), "--json", "--events", events)
    recording_smtp.wait_for(1)
    old = tls.describe(changing.certificate.pem).sha256
    changing.show(certificates.make())
    new = tls.describe(changing.certificate.pem).sha256
    changing.kick(user)
    wait_until(lambda: stopped(events) == ["certificate-changed"], what="stopping the account")
    sign_ins = changing.logins(user)
    changing.deliver(user, mail(2))
    with opened(world.home) as journal:
        state = account_states.of(journal.read(), "inbox")
    assert state is not None
    assert (state.state, state.code) == ("broken", "certificate-changed")
    assert (state.arguments["old_fingerprint"], state.arguments["new_fingerprint"]) == (old, new)
    listed = {entry["id"]: entry for entry in world.run("connections", "list", "--json").json["connections"]}
    assert (listed["inbox"]["state"], listed["inbox"]["code"]) == ("broken", "certificate-changed")
    assert (listed["outgoing"]["state"], listed["outgoing"]["code"]) == ("never-validated", None)
    assert "another certificate" in world.run("connections", "list").out
    assert world.run("connections", "validate", "inbox").code == 3
    assert changing.logins(user) == sign_ins
    assert numbers(recording_smtp.messages) == [1]
    assert world.run("connections", "trust", "inbox", "--fingerprint", new).code == 0
    assert numbers(recording_smtp.messages) == [1]
    assert world.run("connections", "validate", "inbox").code == 0
    assert numbers(recording_smtp.wait_for(2)) == [1, 2]
    process.terminate()
    assert world.finish(process).json["received"] == 2


def test_running_flow_says_nothing_where_the_offer_of_encryption_is_taken_away(
    world: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    with Stripping(dovecot.imap) as proxy:
        options = ("--security", "starttls", "--certificate", str(dovecot.certificate_file), "--username", user)
        world.add("Inbox", "imap", proxy.port, *options, password=dovecot.password)
        world.add_smtp(recording_smtp.port)
        dovecot.deliver(user, mail(1))
        process = run_for_some_polls(world, world.flow(receive={"delay": {"value": 50, "unit": "milliseconds"}}))
        assert stopped(world.directory / "events") == ["starttls-missing"]
        assert "STARTTLS" in world.finish(process).err
        heard = bytes(proxy.heard)
    assert b"CAPABILITY" in heard
    assert not any(word in heard for word in (b"AUTHENTICATE", b"LOGIN", user.encode(), dovecot.password.encode()))
    assert recording_smtp.messages == []


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_wrong_password_of_a_mailbox_is_tried_twice_by_a_running_flow(
    world: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp, protocol: str
) -> None:
    port = {"imap": dovecot.imap, "pop3": dovecot.pop3}[protocol]
    world.add("Inbox", protocol, port, "--username", user, password="canary-wrong")
    world.add_smtp(recording_smtp.port)
    delay = {"value": 50, "unit": "milliseconds"}
    process = run_for_some_polls(world, world.flow(receive={"delay": delay}))
    assert 1 <= dovecot.refused_logins(user) <= 2
    assert "canary" not in world.finish(process).err


def test_wrong_password_of_an_outgoing_server_is_tried_twice_by_a_running_flow(
    world: World, dovecot: Dovecot, user: str
) -> None:
    world.add_imap(dovecot, user)
    with RecordingSmtp(username="me@example.com", password="right") as server:
        world.add("Outgoing", "smtp", server.port, "--username", "me@example.com", password="canary-wrong")
        dovecot.deliver_all(user, [mail(number) for number in range(1, 6)])
        process = run_for_some_polls(world, world.flow(receive={"delay": {"value": 50, "unit": "milliseconds"}}))
        assert 1 <= server.logins <= 2
        assert server.messages == []
    assert "canary" not in world.finish(process).err


def run_for_some_polls(world: World, flow: Path) -> subprocess.Popen[str]:
    """Run until an account was stopped, and a while longer: another mail has come and was polled for, or would have been."""
    events = world.directory / "events"
    process = world.start("run", flow, "--json", "--events", events)
    wait_until(lambda: stopped(events) != [], what="stopping the account")
    with pytest.raises(
        subprocess.TimeoutExpired
    ):  # twenty times the delay: as many polls as a faulty gate would let through
        process.wait(1.0)
    process.terminate()
    return process
