"""A runner whose keyring can't be read waits, signs nobody in, and goes on by itself."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest

from mailflow_gui.accounts.secrets import Secret, SecretStore, variable
from tests.accounts.keyring_fixtures import keyring
from tests.accounts.keyring_service import KeyringService
from tests.journeys.world import World, mail, numbers, wait_until
from tests.servers.dovecot import Dovecot
from tests.servers.recording_smtp import RecordingSmtp

__all__ = ["keyring"]

QUICK = {"delay": {"value": 200, "unit": "milliseconds"}}
PASSWORD = "word for the way out"


def states(world: World) -> dict[str, str]:
    """How the connections stand, by id."""
    return {each["id"]: each["state"] for each in world.run("connections", "list", "--json").json["connections"]}


def put_into_keyring(world: World, account: str, password: str) -> None:
    """From the environment, where the world keeps them, into the keyring."""
    world.monkeypatch.delenv(variable(account))
    SecretStore(keyring_timeout=20).set(account, Secret(password))


def lock(service: KeyringService) -> Callable[[], None]:
    service.lock()
    return service.unlock


def kill(service: KeyringService) -> Callable[[], None]:
    service.kill()
    return service.start_again


@pytest.fixture
def kept(world: World, keyring: KeyringService, dovecot: Dovecot, user: str) -> World:
    """A world whose receiving account has its password in a real keyring."""
    world.monkeypatch.delenv("PYTHON_KEYRING_BACKEND", raising=False)
    world.monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", keyring.address)
    put_into_keyring(world, world.add_imap(dovecot, user), dovecot.password)
    return world


def stop(world: World, process: subprocess.Popen[str]) -> tuple[int, int]:
    """End a runner; what it received and sent."""
    process.terminate()
    ran = world.finish(process)
    assert ran.code == 130, ran.err
    assert "Password:" not in ran.err, "somebody was asked"
    return ran.json["received"], ran.json["sent"]


@pytest.mark.parametrize("trouble", [lock, kill])
def test_receiving_waits_for_the_keyring_and_goes_on_by_itself(
    kept: World,
    keyring: KeyringService,
    dovecot: Dovecot,
    user: str,
    recording_smtp: RecordingSmtp,
    trouble: Callable[[KeyringService], Callable[[], None]],
) -> None:
    kept.add_smtp(recording_smtp.port)
    dovecot.deliver(user, mail(1))
    mend = trouble(keyring)
    process = kept.start("run", kept.flow(receive=QUICK), "--json")
    wait_until(lambda: states(kept)["inbox"] == "waiting")
    assert (dovecot.logins(user), dovecot.refused_logins(user)) == (0, 0)
    mend()
    recording_smtp.wait_for(1)
    wait_until(lambda: states(kept)["inbox"] == "never-validated")  # as far as people know, nothing is wrong with it
    assert dovecot.refused_logins(user) == 0
    assert stop(kept, process) == (1, 1)
    assert numbers(recording_smtp.messages) == [1]


def test_mails_wait_for_the_keyring_and_are_sent_once_when_it_is_open(
    kept: World, keyring: KeyringService, dovecot: Dovecot, user: str
) -> None:
    with RecordingSmtp(username="me", password=PASSWORD) as server:
        account = kept.add("Outgoing", "smtp", server.port, "--username", "me", password=PASSWORD)
        put_into_keyring(kept, account, PASSWORD)
        kept.monkeypatch.setenv(variable("inbox"), dovecot.password)
        dovecot.deliver_all(user, [mail(1), mail(2)])
        keyring.lock()
        process = kept.start("run", kept.flow(receive=QUICK), "--json")
        wait_until(lambda: len(kept.messages("--state", "waiting")) == 2)
        assert states(kept)[account] == "waiting"
        dovecot.deliver(user, mail(3))  # what comes meanwhile waits as well
        wait_until(lambda: len(kept.messages("--state", "waiting")) == 3)
        assert server.sessions == 0
        assert {message["error"]["code"] for message in kept.messages("--state", "waiting")} == {"keyring-locked"}
        keyring.unlock()
        server.wait_for(3)
        wait_until(lambda: len(kept.messages("--state", "sent")) == 3)
        assert stop(kept, process) == (3, 3)
        assert sorted(numbers(server.messages)) == [1, 2, 3]


def test_run_until_idle_does_not_wait_for_a_keyring(
    kept: World, keyring: KeyringService, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    kept.add_smtp(recording_smtp.port)
    dovecot.deliver(user, mail(1))
    keyring.lock()
    ran = kept.until_idle(kept.flow())
    assert (ran.code, ran.counts) == (3, (0, 0, 0, 0, 0))
    assert "keyring is locked" in ran.err
    keyring.unlock()
    assert kept.until_idle(kept.flow()).counts == (1, 1, 0, 0, 0)


def test_list_says_when_there_is_no_keyring(kept: World, keyring: KeyringService) -> None:
    assert kept.run("connections", "list").err == ""
    keyring.kill()
    ran = kept.run("connections", "list", "--json")
    assert ran.code == 0
    assert "There is no system keyring" in ran.err
    assert [each["id"] for each in ran.json["connections"]] == ["inbox"]
