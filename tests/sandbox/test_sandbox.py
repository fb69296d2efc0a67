from __future__ import annotations

import contextlib
import gc
import smtplib
import socket
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from imapclient import IMAPClient  # type: ignore[import-untyped]  # it ships no types
from imapclient.exceptions import LoginError  # type: ignore[import-untyped]  # it ships no types

from mailflow_gui.errors import StorageError, UsageError
from mailflow_gui.sandbox import Sandbox
from mailflow_gui.sandbox.store import Store, put, sample_mails

MAIL = b"From: a@example.com\r\nTo: b@example.com\r\nSubject: hello\r\n\r\nfirst\r\n.dot line\r\n\r\nlast\r\n"


@contextlib.contextmanager
def imap(sandbox: Sandbox, folder: str = "INBOX") -> Iterator[IMAPClient]:
    with IMAPClient("127.0.0.1", port=sandbox.imap_port, ssl=False, timeout=10) as client:
        client.login(sandbox.username, sandbox.password)
        client.select_folder(folder)
        yield client


@contextlib.contextmanager
def smtp(sandbox: Sandbox) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=10) as client:
        client.login(sandbox.username, sandbox.password)
        yield client


def news_in_idle(client: IMAPClient) -> list[tuple[object, ...]]:
    """What the server says by itself. IMAPClient's idle_check breaks on a line that comes in two pieces."""
    assert client.socket().recv(1, socket.MSG_PEEK)
    news: list[tuple[object, ...]] = client.idle_done()[1]
    return news


def bodies(client: IMAPClient) -> list[bytes]:
    uids = client.search()
    fetched = client.fetch(uids, ["BODY.PEEK[]"])
    return [fetched[uid][b"BODY[]"] for uid in uids]


def test_inbox_begins_with_the_twelve_sample_mails_byte_for_byte(tmp_path: Path) -> None:
    with Sandbox(tmp_path) as sandbox, imap(sandbox) as client:
        assert bodies(client) == sample_mails()
        assert len(sample_mails()) == 12
        assert client.search(["UNSEEN"]) == list(range(1, 13))
        sizes = client.fetch(client.search(), ["RFC822.SIZE"])
        assert [sizes[uid][b"RFC822.SIZE"] for uid in sorted(sizes)] == [len(raw) for raw in sample_mails()]


def test_mail_flags_and_uidvalidity_last_over_a_restart(tmp_path: Path) -> None:
    with Sandbox(tmp_path) as sandbox, imap(sandbox) as client:
        validity = client.folder_status("INBOX", ["UIDVALIDITY"])
        client.add_flags([3, 5], [rb"\Seen"])
        client.delete_messages([4])
        client.expunge()
    with Sandbox(tmp_path) as sandbox, imap(sandbox) as client:
        assert client.folder_status("INBOX", ["UIDVALIDITY"]) == validity
        assert client.search() == [1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12]
        assert client.search(["SEEN"]) == [3, 5]


def test_an_emptied_inbox_is_not_seeded_again(tmp_path: Path) -> None:
    with Sandbox(tmp_path) as sandbox, imap(sandbox) as client:
        client.delete_messages(client.search())
        client.expunge()
    with Sandbox(tmp_path) as sandbox, imap(sandbox) as client:
        assert client.search() == []


def test_what_is_sent_lands_in_delivered_and_never_in_inbox(tmp_path: Path) -> None:
    with Sandbox(tmp_path) as sandbox:
        with smtp(sandbox) as sender:
            sender.sendmail("bounce@example.com", ["b@example.com", "hidden@example.com"], MAIL)
        trace = (
            b"Return-Path: <bounce@example.com>\r\nDelivered-To: b@example.com\r\nDelivered-To: hidden@example.com\r\n"
        )
        assert sandbox.delivered() == [trace + MAIL]
        with imap(sandbox, "Delivered") as client:
            assert bodies(client) == [trace + MAIL]
        with imap(sandbox) as client:
            assert bodies(client) == sample_mails()
    with Sandbox(tmp_path) as sandbox:
        assert sandbox.delivered() == [trace + MAIL]


def test_delivered_keeps_the_order_of_sending(tmp_path: Path) -> None:
    with Sandbox(tmp_path) as sandbox:
        with smtp(sandbox) as sender:
            for number in range(30):
                sender.sendmail("a@example.com", ["b@example.com"], b"Subject: %d\r\n\r\nx\r\n" % number)
        assert [raw.split(b"Subject: ")[1].split(b"\r")[0] for raw in sandbox.delivered()] == [
            b"%d" % n for n in range(30)
        ]
        with imap(sandbox, "Delivered") as client:
            assert bodies(client) == sandbox.delivered()


def test_raw_eight_bit_and_defective_mail_comes_back_unchanged(tmp_path: Path) -> None:
    raw = b"Subject: \x8c\xa9\x90\xcf\xff\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\x00\x1b\x80\r\n"
    with Sandbox(tmp_path) as sandbox:
        with smtp(sandbox) as sender:
            sender.sendmail("a@example.com", ["b@example.com"], raw)
        with imap(sandbox, "Delivered") as client:
            assert bodies(client)[0].endswith(raw)


def test_a_mail_that_arrives_wakes_a_session_in_idle(tmp_path: Path) -> None:
    with Sandbox(tmp_path) as sandbox, imap(sandbox, "Delivered") as client:
        client.idle()
        with smtp(sandbox) as sender:
            sender.sendmail("a@example.com", ["b@example.com"], MAIL)
        assert (1, b"EXISTS") in news_in_idle(client)


def test_sessions_outlive_garbage_collection(tmp_path: Path) -> None:
    with (
        Sandbox(tmp_path) as sandbox,
        imap(sandbox) as waiting,
        imap(sandbox, "Delivered") as idle,
        smtp(sandbox) as sender,
    ):
        idle.idle()
        gc.collect()
        assert waiting.noop()
        assert sender.noop()[0] == 250
        sender.sendmail("a@example.com", ["b@example.com"], MAIL)
        gc.collect()
        assert (1, b"EXISTS") in news_in_idle(idle)


def test_mail_can_be_moved_to_a_new_folder(tmp_path: Path) -> None:
    with Sandbox(tmp_path) as sandbox, imap(sandbox) as client:
        client.create_folder("処理済み/2026")
        client.move([1], "処理済み/2026")
        assert 1 not in client.search()
        client.select_folder("処理済み/2026")
        assert bodies(client) == sample_mails()[:1]
    with Sandbox(tmp_path) as sandbox, imap(sandbox, "処理済み/2026") as client:
        assert bodies(client) == sample_mails()[:1]


def test_a_wrong_password_opens_neither_server(tmp_path: Path) -> None:
    with Sandbox(tmp_path) as sandbox:
        with IMAPClient("127.0.0.1", port=sandbox.imap_port, ssl=False, timeout=10) as client:
            with pytest.raises(LoginError):
                client.login(sandbox.username, sandbox.password + "x")
            with pytest.raises(LoginError):
                client.login("somebody", sandbox.password)
        with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=10) as sender:
            with pytest.raises(smtplib.SMTPAuthenticationError):
                sender.login(sandbox.username, sandbox.password + "x")
            with pytest.raises(smtplib.SMTPSenderRefused) as refused:
                sender.sendmail("a@example.com", ["b@example.com"], MAIL)
            assert refused.value.smtp_code == 530
        assert sandbox.delivered() == []


def test_the_password_is_new_each_time_and_stands_in_no_file(tmp_path: Path) -> None:
    with Sandbox(tmp_path) as first, imap(first), smtp(first):
        pass
    with Sandbox(tmp_path) as second:
        assert second.password != first.password
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert not any(sandbox.password.encode() in content for sandbox in (first, second) for content in files)


def test_stopping_leaves_no_thread_and_closes_open_sessions(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    sandbox = Sandbox(tmp_path)
    sandbox.start()
    client = IMAPClient("127.0.0.1", port=sandbox.imap_port, ssl=False, timeout=10)
    client.login(sandbox.username, sandbox.password)
    client.select_folder("INBOX")
    client.idle()
    sender = smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=10)
    sandbox.stop()
    assert set(threading.enumerate()) == before
    with pytest.raises(ConnectionRefusedError):
        smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=10)
    assert sender.file is not None
    assert sender.file.read() == b""  # the server has closed its side
    sender.close()
    client.shutdown()
    sandbox.stop()


def test_stopping_closes_the_sockets_of_clients_that_it_has_just_accepted(tmp_path: Path) -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", ResourceWarning)
        for turn in range(5):
            with Sandbox(tmp_path / str(turn)) as sandbox:
                ports = (sandbox.imap_port, sandbox.smtp_port) * 3
                clients = [socket.create_connection(("127.0.0.1", port)) for port in ports]
            for client in clients:
                client.close()
        gc.collect()
    assert [str(warning.message) for warning in told if warning.category is ResourceWarning] == []


def test_a_sandbox_can_be_started_again(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path)
    for _ in range(2):
        with sandbox, imap(sandbox) as client:
            assert len(client.search()) == 12


def test_one_directory_has_one_sandbox_at_a_time(tmp_path: Path) -> None:
    with Sandbox(tmp_path), pytest.raises(UsageError) as caught:
        Sandbox(tmp_path).start()
    assert caught.value.code == "sandbox-running"
    with Sandbox(tmp_path) as again:
        assert again.imap_port


def test_seeding_that_was_cut_off_is_finished_without_doubles(tmp_path: Path) -> None:
    for already in range(0, 12, 5):
        directory = tmp_path / str(already)
        store = Store(directory)
        store.prepare()
        (directory / "seeded").unlink()
        for path in sorted((store.inbox / "new").iterdir())[already:]:
            path.unlink()
        (store.inbox / "tmp" / "half").write_bytes(b"From: hal")
        with Sandbox(directory) as sandbox, imap(sandbox) as client:
            assert bodies(client) == sample_mails()
        assert not list((store.inbox / "tmp").iterdir())


_KILLED = """
import os, sys
from pathlib import Path
from mailflow_gui.sandbox import store
real, left = store.put, int(sys.argv[2])
def put(*arguments, **named):
    global left
    if left == 0:
        os._exit(9)
    left -= 1
    real(*arguments, **named)
store.put = put
store.Store(Path(sys.argv[1])).prepare()
"""


def test_a_process_that_dies_while_seeding_is_made_up_for(tmp_path: Path) -> None:
    for after in (0, 1, 11):
        directory = tmp_path / str(after)
        directory.mkdir()
        died = subprocess.run([sys.executable, "-c", _KILLED, str(directory), str(after)], check=False)
        assert died.returncode == 9
        with Sandbox(directory) as sandbox, imap(sandbox) as client:
            assert bodies(client) == sample_mails()


def test_a_lock_left_by_a_crash_does_not_hold_the_mail_up(tmp_path: Path) -> None:
    Store(tmp_path).prepare()
    (tmp_path / "mail" / "dovecot-uidlist.lock").touch()
    with Sandbox(tmp_path) as sandbox, imap(sandbox) as client:
        assert len(client.search()) == 12


def test_a_directory_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError) as caught:
        Sandbox(tmp_path / "file" / "sandbox").start()
    assert caught.value.code == "sandbox-not-started"
    assert str(tmp_path) in str(caught.value)


def test_putting_a_mail_leaves_nothing_behind_when_it_fails(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.prepare()
    put(store.delivered, MAIL, key="same")
    (store.delivered / "new").rename(store.delivered / "gone")
    with pytest.raises(OSError, match=r"No such file|cannot find"):
        put(store.delivered, MAIL)
    assert list((store.delivered / "tmp").iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no 127.0.0.2")
def test_it_listens_on_127_0_0_1_alone(tmp_path: Path) -> None:
    with Sandbox(tmp_path) as sandbox:
        for port in (sandbox.imap_port, sandbox.smtp_port):
            with pytest.raises(OSError, match="refused"):
                smtplib.SMTP("127.0.0.2", port, timeout=2)


def test_many_sessions_at_once_see_every_mail_once(tmp_path: Path) -> None:
    def send(number: int) -> None:
        with smtp(sandbox) as sender:
            for part in range(5):
                sender.sendmail("a@example.com", ["b@example.com"], b"Subject: %d-%d\r\n\r\nx\r\n" % (number, part))

    with Sandbox(tmp_path) as sandbox, imap(sandbox, "Delivered") as first, imap(sandbox, "Delivered") as second:
        senders = [threading.Thread(target=send, args=(number,)) for number in range(4)]
        for sender in senders:
            sender.start()
        while any(sender.is_alive() for sender in senders):
            first.noop()
            second.noop()
            time.sleep(0.005)
        for sender in senders:
            sender.join()
        for client in (first, second):
            client.select_folder("Delivered")
            assert sorted(bodies(client)) == sorted(sandbox.delivered())
        assert len(sandbox.delivered()) == 20


def test_appended_and_copied_mail_keeps_bytes_flags_and_date(tmp_path: Path) -> None:
    raw = b"Subject: \x8c\xa9\xff\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\x1b\x80\r\n"
    date = datetime(2020, 2, 29, 12, 0, tzinfo=UTC)
    with Sandbox(tmp_path) as sandbox, imap(sandbox) as client:
        client.create_folder("Sent")
        client.append("Sent", raw, [rb"\Seen", rb"\Flagged"], date)
        client.select_folder("Sent")
        client.copy([1], "INBOX")
        client.copy([1], "Sent")
        for folder, uid in (("Sent", 1), ("Sent", 2), ("INBOX", 13)):
            client.select_folder(folder)
            found = client.fetch([uid], ["BODY.PEEK[]", "FLAGS", "INTERNALDATE"])[uid]
            assert found[b"BODY[]"] == raw
            assert {rb"\Seen", rb"\Flagged"} <= set(found[b"FLAGS"])
            assert found[b"INTERNALDATE"].astimezone(UTC) == date
    with Sandbox(tmp_path) as sandbox, imap(sandbox, "Sent") as client:
        assert client.search(["SEEN", "FLAGGED"]) == [1, 2]


def test_flags_stay_with_a_mail_that_is_moved(tmp_path: Path) -> None:
    with Sandbox(tmp_path) as sandbox, imap(sandbox) as client:
        client.create_folder("Done")
        client.add_flags([2], [rb"\Seen"])
        client.move([2, 3], "Done")
        client.select_folder("Done")
        assert (client.search(), client.search(["SEEN"])) == ([1, 2], [1])
        assert bodies(client) == sample_mails()[1:3]


def test_mails_appended_while_others_look_have_one_uid_each(tmp_path: Path) -> None:
    def add() -> None:
        with imap(sandbox) as client:
            for number in range(15):
                client.append("INBOX", b"Subject: %d\r\n\r\nx\r\n" % number)

    with Sandbox(tmp_path) as sandbox, imap(sandbox) as looker:
        adders = [threading.Thread(target=add) for _ in range(2)]
        for adder in adders:
            adder.start()
        while any(adder.is_alive() for adder in adders):
            looker.select_folder("INBOX")
        for adder in adders:
            adder.join()
        looker.select_folder("INBOX")
        assert len(looker.search()) == 12 + 30
