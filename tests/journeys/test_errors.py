"""What can be wrong before and around a run, and how it is said: exit codes, sentences, nothing lost."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.world import COMMAND, ROOT, World, mail, numbers, wait_until
from tests.servers import certificates
from tests.servers.dovecot import Dovecot
from tests.servers.recording_smtp import RecordingSmtp

EMPTY = (0, 0, 0, 0, 0)


def test_a_wrong_password_is_tried_twice_and_then_no_more(
    world: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    world.add_imap(dovecot, user, password="wrong")
    world.add_smtp(recording_smtp.port)
    flow = world.flow()
    ran = world.until_idle(flow)
    assert (ran.code, ran.counts) == (3, EMPTY), ran.err
    assert "password" in ran.err
    assert dovecot.refused_logins(user) <= 2
    for _again in range(3):
        assert world.once(flow).code == 3
    assert dovecot.refused_logins(user) <= 3
    world.monkeypatch.setenv("MAILFLOW_PASSWORD_INBOX", dovecot.password)
    ran = world.once(flow)  # still paused: a right password is believed when it has validated well
    assert ran.code == 3
    assert world.run("connections", "validate", "Inbox").code == 0
    assert world.once(flow).code == 0


def test_a_running_flow_with_a_wrong_password_waits_for_a_good_validation(
    world: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    world.add_imap(dovecot, user, password="wrong")
    world.add_smtp(recording_smtp.port)
    dovecot.deliver(user, mail(1))
    events = world.directory / "events"
    process = world.start("run", world.flow(), "--json", "--events", events)
    wait_until(lambda: events.exists() and "account-stopped" in events.read_text(encoding="utf-8"))
    process.terminate()
    ran = world.finish(process)
    assert (ran.code, ran.counts) == (130, EMPTY)
    assert dovecot.refused_logins(user) <= 2


@pytest.mark.parametrize(
    ("host", "words"), [("no-such-host.invalid", "no-such-host.invalid"), ("127.0.0.1", "127.0.0.1")]
)
def test_a_server_that_cannot_be_reached_is_named(world: World, dovecot: Dovecot, host: str, words: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    world.add("Inbox", "imap", port, "--host", host, "--accept-clear-text", "--username", "u", password="p")
    world.add_smtp(dovecot.imap)
    ran = world.until_idle(world.flow())
    assert (ran.code, ran.counts) == (3, EMPTY)
    assert words in ran.err


def test_a_wrong_certificate_stops_before_the_password(world: World, dovecot: Dovecot, user: str) -> None:
    other = world.directory / "other.pem"
    other.write_text(certificates.make().pem, encoding="ascii")
    world.add(
        "Inbox",
        "imap",
        dovecot.imaps,
        "--security",
        "tls",
        "--certificate",
        str(other),
        "--username",
        user,
        password="pw",
    )
    world.add_smtp(1)
    ran = world.once(world.flow())
    assert (ran.code, ran.counts) == (3, EMPTY)
    assert "certificate" in ran.err
    assert dovecot.logins(user) == 0


def test_tls_on_the_wrong_port_says_what_to_look_at(world: World, dovecot: Dovecot, user: str) -> None:
    world.add("Inbox", "imap", dovecot.imap, "--security", "tls", "--username", user, password="pw")
    world.add_smtp(1)
    ran = world.once(world.flow())
    assert ran.code == 3
    assert "port" in ran.err


@pytest.mark.parametrize("text", ["", "{", "[]", '{"mailflow": 99}', '{"mailflow": 1, "nodes": 3}', "\x00\xff"])
def test_a_broken_flow_file_is_refused(world: World, text: str) -> None:
    path = world.directory / "broken.mailflow"
    path.write_text(text, encoding="latin-1")
    ran = world.run("run", path, "--once", "--json")
    assert ran.code == 2
    assert ran.out == ""
    assert ran.err.strip()
    assert path.read_text(encoding="latin-1") == text


@pytest.mark.parametrize(
    "arguments", [(), ("missing.mailflow",), ("x.mailflow", "--once", "--until-idle"), ("--control", "x")]
)
def test_bad_usage_is_refused(world: World, arguments: tuple[str, ...]) -> None:
    assert world.run("run", *arguments).code == 2


def test_a_flow_with_errors_does_not_run(forwarding: World) -> None:
    ran = forwarding.once(forwarding.flow(receive={"maximum_emails": 0}))
    assert (ran.code, ran.out) == (2, "")


def test_a_connection_that_is_not_here_can_be_bound_to_another(
    world: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    world.add_imap(dovecot, user)
    world.add_smtp(recording_smtp.port, "My own")
    world.stubs[1] = {"id": "outgoing", "name": "Outgoing", "protocol": "smtp", "host": "smtp.example.com"}
    flow = world.flow()
    dovecot.deliver(user, mail(1))
    missing = world.once(flow)
    assert (missing.code, missing.out) == (3, "")
    assert "Outgoing" in missing.err
    assert world.once(flow, "--bind", "outgoing").code == 2
    assert world.once(flow, "--bind", "outgoing=nobody").code == 3
    assert world.once(flow, "--bind", "outgoing=inbox").code == 3
    assert world.once(flow, "--bind", "elsewhere=my-own").code == 3
    ran = world.once(flow, "--bind", "outgoing=My own")
    assert (ran.code, ran.counts) == (0, (1, 1, 0, 0, 0)), ran.err


def test_without_a_keyring_a_password_is_asked_for_in_a_sentence(
    world: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    world.add_imap(dovecot, user)
    world.add_smtp(recording_smtp.port)
    world.monkeypatch.delenv("MAILFLOW_PASSWORD_INBOX")
    ran = world.once(world.flow())
    assert (ran.code, ran.counts) == (3, EMPTY)
    assert "MAILFLOW_PASSWORD_INBOX" in ran.err or "keyring" in ran.err


def test_a_second_runner_is_told_who_runs(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    flow = forwarding.flow()
    dovecot.deliver(user, mail(1))
    process = forwarding.start("run", flow)
    recording_smtp.wait_for(1)
    ran = forwarding.once(flow)
    assert (ran.code, ran.out) == (3, "")
    assert f"process {process.pid}" in ran.err
    assert flow.name in ran.err
    process.terminate()
    assert forwarding.finish(process).code == 130
    assert forwarding.once(flow).code == 0


# ---- the journal


def lose(world: World, how: str) -> None:
    """What happens to journals."""
    journal = world.home.journal_file
    rest = [journal.with_name(journal.name + end) for end in ("-wal", "-shm")]
    for path in [journal, *rest]:
        if how == "deleted":
            path.unlink(missing_ok=True)
        elif path.exists():
            path.write_bytes(b"")


@pytest.mark.parametrize("how", ["deleted", "emptied"])
@pytest.mark.parametrize("answer", ["skip", "process"])
@pytest.mark.parametrize("protocol", ["imap", "pop3"])
def test_a_lost_journal_never_sends_by_itself(
    world: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp, how: str, answer: str, protocol: str
) -> None:
    (world.add_imap if protocol == "imap" else world.add_pop3)(dovecot, user)
    world.add_smtp(recording_smtp.port)
    one = world.flow(name="one", receive={"unseen_only": False})
    two = world.flow(name="second", receive={"unseen_only": False})
    dovecot.deliver_all(user, [mail(1), mail(2)])
    for flow in (one, two):
        assert world.until_idle(flow).counts == (2, 2, 0, 0, 0)
    lose(world, how)
    for _again in range(2):
        ran = world.until_idle(one)
        assert (ran.code, ran.counts) == (3, EMPTY), ran.err
        assert "connections resume" in ran.err
    assert world.run("connections", "resume", "Inbox", "--existing", answer).code == 0
    dovecot.deliver(user, mail(3))
    count = 1 if answer == "skip" and protocol == "imap" else 3
    ran = world.until_idle(one)
    if answer == "skip":
        assert ran.code == 0, ran.err
        assert ran.counts[1] <= 1  # mail 3 came after the answer, before the run that begins anew
    else:
        assert (ran.code, ran.counts) == (0, (count, count, 0, 0, 0)), ran.err
    sent = len(recording_smtp.messages)
    # The answer was about the flow that asked; another one asks for itself.
    ran = world.until_idle(two)
    assert (ran.code, ran.counts) == (3, EMPTY), ran.err
    assert len(recording_smtp.messages) == sent
    assert world.run("connections", "resume", "Inbox", "--existing", "skip").code == 0
    assert world.until_idle(two).counts == EMPTY
    dovecot.deliver(user, mail(4))
    assert world.until_idle(two).counts == (1, 1, 0, 0, 0)
    assert world.until_idle(one).counts == (1, 1, 0, 0, 0)


def test_a_decision_nobody_waits_for_changes_nothing(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    flow = forwarding.flow()
    dovecot.deliver_all(user, [mail(number) for number in range(7)])
    assert forwarding.once(flow).counts == (5, 5, 0, 0, 0)
    assert forwarding.run("connections", "resume", "Inbox", "--existing", "skip").code == 2
    assert forwarding.once(flow).counts == (2, 2, 0, 0, 0)
    assert len(recording_smtp.messages) == 7


def recreate(dovecot: Dovecot, user: str, folder: str, old: bytes | None = None) -> None:
    """The folder gets a new UIDVALIDITY, its mails new numbers. ``old``: a mail of long ago that turns up in it."""
    mails = list(dovecot.messages(user, folder).values())
    before = validity(dovecot, user, folder)
    with dovecot.client(user) as client:
        client.delete(folder)

    def changed() -> bool:
        with dovecot.client(user) as client:
            client.delete(folder)
            client.create(folder)
        return validity(dovecot, user, folder) != before

    wait_until(changed, what="a new UIDVALIDITY")
    if old is not None:
        with dovecot.client(user) as client:
            assert client.append(folder, "", '"20-Nov-2020 12:00:00 +0000"', old)[0] == "OK"
    dovecot.deliver_all(user, mails, folder)


def validity(dovecot: Dovecot, user: str, folder: str) -> bytes:
    with dovecot.client(user) as client:
        return bytes(client.status(folder, "(UIDVALIDITY)")[1][0] or b"")


@pytest.mark.parametrize("answer", ["skip", "process"])
def test_new_numbers_for_a_folder_are_asked_about(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp, answer: str
) -> None:
    flow = forwarding.flow(receive={"folder": "Enquiries", "unseen_only": False})
    dovecot.deliver_all(user, [mail(1), mail(2)], "Enquiries")
    assert forwarding.until_idle(flow).counts == (2, 2, 0, 0, 0)
    recreate(dovecot, user, "Enquiries", old=mail(8))
    ran = forwarding.until_idle(flow)
    assert (ran.code, ran.counts) == (3, EMPTY), ran.err
    assert "connections resume" in ran.err
    assert len(recording_smtp.messages) == 2
    assert forwarding.run("connections", "resume", "Inbox", "--existing", answer).code == 0
    assert forwarding.until_idle(flow).code == 0
    dovecot.deliver(user, mail(3), "Enquiries")
    assert forwarding.until_idle(flow).counts == (1, 1, 0, 0, 0)
    sent = sorted(numbers(recording_smtp.messages))
    assert sent == ([1, 2, 3] if answer == "skip" else [1, 1, 2, 2, 3, 8])


@pytest.mark.parametrize("action", ["leave", "mark-seen"])
def test_renumbered_mails_are_known_by_their_message_ids(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp, action: str
) -> None:
    settings = {"folder": "Enquiries", "unseen_only": False, "after_receiving": action, "maximum_emails": -1}
    flow = forwarding.flow(receive=settings)
    nameless = mail(3).replace(b"Message-ID: <0003@source.example>\r\n", b"")
    dovecot.deliver_all(user, [mail(1), mail(2), nameless, mail(2)], "Enquiries")
    assert forwarding.until_idle(flow).counts == (4, 4, 0, 0, 0)
    recreate(dovecot, user, "Enquiries")
    assert forwarding.until_idle(flow).counts == EMPTY
    dovecot.deliver(user, mail(4), "Enquiries")
    assert forwarding.until_idle(flow).counts == (1, 1, 0, 0, 0)
    assert sorted(numbers(recording_smtp.messages)) == [1, 2, 2, 3, 4]


@pytest.mark.parametrize("newer", [True, False])
def test_mail_that_was_to_be_skipped_is_skipped_under_its_new_number_too(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp, newer: bool
) -> None:
    """It has been read when the folder is renumbered, and is marked as unread some time later."""
    flow = forwarding.flow(receive={"folder": "Enquiries", "existing_mail": "skip"})
    dovecot.deliver(user, mail(8), "Enquiries")
    assert forwarding.until_idle(flow).counts == EMPTY
    if newer:
        dovecot.deliver(user, mail(1), "Enquiries")
        assert forwarding.until_idle(flow).counts == (1, 1, 0, 0, 0)
    recreate(dovecot, user, "Enquiries")
    dovecot.set_flags(user, 1, r"\Seen", "Enquiries")
    assert forwarding.until_idle(flow).counts == EMPTY
    with dovecot.client(user) as client:
        client.select("Enquiries")
        assert client.uid("STORE", "1", "-FLAGS", r"(\Seen)")[0] == "OK"
    assert forwarding.until_idle(flow).counts == EMPTY
    dovecot.deliver(user, mail(2), "Enquiries")
    assert forwarding.until_idle(flow).counts == (1, 1, 0, 0, 0)
    assert sorted(numbers(recording_smtp.messages)) == ([1, 2] if newer else [2])


def test_a_mailbox_read_by_imap_from_now_on_asks_what_its_mail_means(
    world: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    """It was read by POP3 before, whose names of mails mean nothing to IMAP."""
    world.add_pop3(dovecot, user)
    world.add_smtp(recording_smtp.port)
    dovecot.deliver_all(user, [mail(1), mail(2)])
    assert world.until_idle(world.flow()).counts == (2, 2, 0, 0, 0)
    assert world.run("connections", "edit", "Inbox", "--protocol", "imap", "--port", str(dovecot.imap)).code == 0
    world.stubs[0]["protocol"] = "imap"
    ran = world.until_idle(world.flow())
    assert (ran.code, ran.counts) == (3, EMPTY), ran.err
    assert "connections resume" in ran.err
    assert world.run("connections", "resume", "Inbox", "--existing", "skip").code == 0
    assert world.until_idle(world.flow()).counts == EMPTY
    dovecot.deliver(user, mail(3))
    assert world.until_idle(world.flow()).counts == (1, 1, 0, 0, 0)
    assert sorted(numbers(recording_smtp.messages)) == [1, 2, 3]


def test_what_comes_after_a_renumbering_is_new_without_a_question(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    flow = forwarding.flow(receive={"folder": "Enquiries", "after_receiving": {"action": "move", "folder": "Done"}})
    dovecot.deliver_all(user, [mail(1), mail(2)], "Enquiries")
    assert forwarding.until_idle(flow).counts == (2, 2, 0, 0, 0)
    recreate(dovecot, user, "Enquiries")
    dovecot.deliver(user, mail(3), "Enquiries")
    assert forwarding.until_idle(flow).counts == (1, 1, 0, 0, 0)
    assert len(dovecot.messages(user, "Done")) == 3


def test_flags_move_under_the_new_numbers(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    """The mails were settled when their folder was renumbered, and not flagged yet."""
    flow = forwarding.flow(receive={"folder": "Enquiries"})
    dovecot.deliver_all(user, [mail(1), mail(2)], "Enquiries")
    recording_smtp.answer("RCPT", "450 4.2.1 busy")
    assert forwarding.until_idle(flow).counts == (2, 0, 0, 0, 0)
    recreate(dovecot, user, "Enquiries", old=mail(8))
    dovecot.set_flags(user, 1, r"\Seen", "Enquiries")
    recording_smtp.forget_answers()
    forwarding.make_due()
    assert forwarding.until_idle(flow).counts == (0, 2, 0, 0, 0)
    assert dovecot.flags(user, "Enquiries") == {uid: {"\\Seen"} for uid in (1, 2, 3)}
    assert forwarding.until_idle(flow).counts == EMPTY


def test_a_running_flow_goes_on_when_the_question_is_answered(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    settings = {"folder": "Enquiries", "unseen_only": False, "delay": {"value": 100, "unit": "milliseconds"}}
    flow = forwarding.flow(receive=settings)
    dovecot.deliver(user, mail(1), "Enquiries")
    assert forwarding.until_idle(flow).counts == (1, 1, 0, 0, 0)
    recreate(dovecot, user, "Enquiries", old=mail(8))
    events = forwarding.directory / "events"
    process = forwarding.start("run", flow, "--json", "--events", events)
    wait_until(lambda: events.exists() and "uidvalidity-changed" in events.read_text(encoding="utf-8"))
    assert forwarding.run("connections", "resume", "Inbox", "--existing", "process").code == 0
    recording_smtp.wait_for(3)
    process.terminate()
    assert forwarding.finish(process).code == 130
    assert sorted(numbers(recording_smtp.messages)) == [1, 1, 8]


def test_a_newer_journal_is_left_alone(forwarding: World) -> None:
    flow = forwarding.flow()
    assert forwarding.once(flow).code == 0
    with contextlib.closing(sqlite3.connect(forwarding.home.journal_file)) as database:
        database.execute("PRAGMA user_version = 99")
    ran = forwarding.once(flow)
    assert (ran.code, ran.out) == (3, "")
    assert "newer" in ran.err


def test_a_damaged_journal_is_said_to_be_damaged(forwarding: World) -> None:
    flow = forwarding.flow()
    assert forwarding.once(flow).code == 0
    forwarding.home.journal_file.write_bytes(b"not a database at all" * 1000)
    ran = forwarding.once(flow)
    assert (ran.code, ran.out) == (3, "")
    assert "damaged" in ran.err


# ---- the disk


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 6 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root can mount a small file system")
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", place], capture_output=True, check=False
    ).returncode:
        pytest.skip("this machine lets nobody mount a small file system")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def test_a_full_disk_loses_nothing_and_the_next_run_goes_on(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp, small_disk: Path
) -> None:
    environment = {"MAILFLOW_HOME": str(small_disk)}
    flow = forwarding.flow(receive={"maximum_emails": -1})
    config = small_disk / "config"
    config.mkdir(mode=0o700)
    (config / "accounts.json").write_bytes(forwarding.home.accounts_file.read_bytes())
    dovecot.deliver_all(
        user, [mail(number, body="x" * 70 + "\r\n" + "words and words\r\n" * 9000) for number in range(40)]
    )
    ran = forwarding.finish(forwarding.start("run", flow, "--until-idle", "--json", environment=environment))
    assert ran.code == 4, ran.err
    assert ran.out == ""
    assert str(small_disk) in ran.err
    assert len(recording_smtp.messages) < 40
    assert forwarding.finish(forwarding.start("run", flow, "--once", environment=environment)).code == 4
    subprocess.run(["mount", "-o", "remount,size=60m", small_disk], check=True)
    ran = forwarding.finish(forwarding.start("run", flow, "--until-idle", "--json", environment=environment))
    assert ran.code == (1 if ran.json["uncertain"] else 0), ran.err
    sent = numbers(recording_smtp.messages)
    assert len(sent) == len(set(sent)) >= 40 - ran.json["uncertain"]
    assert ran.json["uncertain"] <= 2


def test_a_home_that_cannot_be_written_is_said_to_be_so(forwarding: World) -> None:
    blocked = forwarding.directory / "file"
    blocked.write_text("in the way", encoding="utf-8")
    forwarding.monkeypatch.setenv("MAILFLOW_HOME", str(blocked))
    ran = forwarding.once(forwarding.flow())
    assert ran.code == 4, ran.err
    assert str(blocked) in ran.err


# ---- without Qt

BLOCKED = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"PySide6", "NodeGraphQt", "Qt", "shiboken6"}:
            raise ImportError(name)
sys.meta_path.insert(0, Blocked())
from mailflow_gui.cli import main
code = main()
assert not {"PySide6", "NodeGraphQt"} & set(sys.modules)
sys.exit(code)
"""


def test_a_flow_runs_on_a_machine_without_qt(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> None:
    dovecot.deliver(user, mail(1))
    command: list[Any] = [COMMAND[0], "-c", BLOCKED, "run", forwarding.flow(), "--once", "--json"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["sent"] == 1
    assert numbers(recording_smtp.messages) == [1]
