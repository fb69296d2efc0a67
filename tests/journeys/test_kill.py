"""The runner is killed in the middle, again and again; the receiving server tells whether the promise was kept."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailflow_gui.accounts.account import Account
from tests.journeys.world import ROOT, World, mail, numbers, wait_until
from tests.servers.dovecot import Dovecot
from tests.servers.recording_smtp import read_directory

MAILS = 200
SESSIONS = Account.maximum_sessions
"""SMTP sessions that a runner has open at most: so many mails may be in doubt after one kill."""


@pytest.fixture
def lasting_smtp(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """An SMTP server in a process of its own, and the directory where it keeps mails."""
    directory, port_file = tmp_path / "arrived", tmp_path / "port"
    command = [sys.executable, "-m", "tests.servers.recording_smtp", "--port-file", str(port_file)]
    command += ["--directory", str(directory)]
    with subprocess.Popen(command, cwd=ROOT) as process:
        try:
            wait_until(port_file.exists, what="the start of the server")
            yield int(port_file.read_text(encoding="ascii")), directory
        finally:
            process.terminate()


def arrived(directory: Path) -> int:
    return sum(1 for _ in directory.glob("*.eml"))


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_kills_in_the_middle_lose_and_repeat_nothing(
    world: World, dovecot: Dovecot, user: str, lasting_smtp: tuple[int, Path], protocol: str
) -> None:
    port, directory = lasting_smtp
    (world.add_imap if protocol == "imap" else world.add_pop3)(dovecot, user)
    world.add_smtp(port)
    flow = world.flow(receive={"maximum_emails": 40, "after_receiving": "delete"})
    dovecot.deliver_all(user, [mail(number) for number in range(MAILS)])
    chance = random.Random()
    kills = 0
    while kills < 4:
        before = arrived(directory)
        process = world.start("run", flow, "--until-idle", "--json")
        goal = before + chance.randint(1, 25)
        wait_until(lambda goal=goal, process=process: arrived(directory) >= goal or process.poll() is not None)  # type: ignore[misc]  # mypy can't infer a lambda with defaults
        time.sleep(chance.random() * 0.02)
        if process.poll() is not None:
            break
        process.kill()
        process.wait(20)
        kills += 1
    assert kills >= 3
    last = world.until_idle(flow)
    uncertain = world.messages("--state", "uncertain")
    counted = Counter(numbers(read_directory(directory)))
    assert last.json["uncertain"] == len(uncertain) <= kills * SESSIONS
    assert last.code == (1 if uncertain else 0), last.err
    assert last.json["failed"] == 0
    assert not [number for number, times in counted.items() if times > 1]
    in_doubt = {int(message["subject"].rpartition(" ")[2]) for message in uncertain}
    assert set(range(MAILS)) - set(counted) <= in_doubt
    # What is in doubt stays on the server; everything else was sent and is gone.
    assert len(dovecot.messages(user)) == len(uncertain)
    assert world.until_idle(flow).counts == (0, 0, 0, 0, len(uncertain))
