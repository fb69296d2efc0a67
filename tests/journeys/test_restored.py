"""Stories of a journal that is an older backup: nothing is sent again by itself."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from pathlib import Path

import pytest

from mailflow_gui.journal import tables
from tests.journeys.world import World, mail, numbers
from tests.servers.dovecot import Dovecot
from tests.servers.recording_smtp import RecordingSmtp

EMPTY = (0, 0, 0, 0, 0)


def backup(world: World, directory: Path) -> None:
    shutil.copytree(world.home.data, directory)


def restore(world: World, directory: Path) -> None:
    shutil.rmtree(world.home.data)
    shutil.copytree(directory, world.home.data)


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
@pytest.mark.parametrize("answer", ["skip", "process"])
def test_a_restored_backup_asks_before_anything_is_sent(
    world: World,
    dovecot: Dovecot,
    user: str,
    recording_smtp: RecordingSmtp,
    tmp_path: Path,
    protocol: str,
    answer: str,
) -> None:
    (world.add_imap if protocol == "imap" else world.add_pop3)(dovecot, user)
    world.add_smtp(recording_smtp.port)
    flow = world.flow(receive={"unseen_only": False})
    dovecot.deliver(user, mail(1))
    assert world.until_idle(flow).counts == (1, 1, 0, 0, 0)
    backup(world, tmp_path / "backup")
    dovecot.deliver(user, mail(2))
    assert world.until_idle(flow).counts == (1, 1, 0, 0, 0)
    restore(world, tmp_path / "backup")
    for _again in range(2):
        ran = world.until_idle(flow)
        assert (ran.code, ran.counts) == (3, EMPTY), ran.err
        assert "connections resume" in ran.err
    assert world.run("connections", "resume", "Inbox", "--existing", answer).code == 0
    assert world.until_idle(flow).code == 0
    dovecot.deliver(user, mail(3))
    assert world.until_idle(flow).counts == (1, 1, 0, 0, 0)
    # "process" takes on what the backup doesn't know, and nothing else.
    assert sorted(numbers(recording_smtp.messages)) == ([1, 2, 3] if answer == "skip" else [1, 2, 2, 3])


@pytest.mark.parametrize("when_uncertain", ["hold", "resend"])
def test_what_was_on_its_way_in_a_backup_waits_for_a_person(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp, tmp_path: Path, when_uncertain: str
) -> None:
    flow = forwarding.flow(send={"when_uncertain": when_uncertain})
    dovecot.deliver(user, mail(1))
    recording_smtp.answer("RCPT", "451 4.3.0 later", times=1)
    assert forwarding.once(flow).counts == (1, 0, 0, 0, 0)
    backup(forwarding, tmp_path / "backup")
    forwarding.make_due()
    assert forwarding.once(flow).counts == (0, 1, 0, 0, 0)
    restore(forwarding, tmp_path / "backup")
    forwarding.make_due()
    assert forwarding.once(flow).counts[1] == 0
    (message,) = forwarding.messages()
    assert message["state"] == "uncertain"
    assert numbers(recording_smtp.messages) == [1]
    assert forwarding.run("messages", "resolve", message["id"], "--sent").code == 0
    assert forwarding.run("connections", "resume", "Inbox", "--existing", "process").code == 0
    assert forwarding.once(flow).counts == (0, 1, 0, 0, 0)
    assert numbers(recording_smtp.messages) == [1]


def test_a_copy_of_the_whole_home_is_no_backup(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    flow = forwarding.flow()
    for number in range(1, 4):
        dovecot.deliver(user, mail(number))
        assert forwarding.once(flow).counts == (1, 1, 0, 0, 0)
        forwarding.run("messages", "list")


def test_a_journal_of_an_older_version_is_brought_up_to_date(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first version's tables, as a run of then left them."""
    home = forwarding.home
    with contextlib.closing(sqlite3.connect(home.journal_file)) as database:
        tables._run(database, tables._TABLES)
        database.execute("INSERT INTO meta(key, value) VALUES ('generation', 'first')")
        database.execute("PRAGMA user_version = 1")
        database.commit()
    home.generation_file.write_text("first\ninbox\n", encoding="utf-8")
    dovecot.deliver(user, mail(1))
    assert forwarding.run("messages", "list", "--json").json == {"messages": []}
    assert forwarding.once(forwarding.flow()).counts == (1, 1, 0, 0, 0)
