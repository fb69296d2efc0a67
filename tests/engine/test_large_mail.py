"""Mails that are too large to be held in memory go through a whole run, in a process of its own."""

from __future__ import annotations

import base64
import errno
import os
import sys
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from mailflow_gui.errors import JournalError, StorageError
from mailflow_gui.journal import items
from mailflow_gui.journal.journal import Journal
from mailflow_gui.journal.spool import Place
from mailflow_gui.mail import large
from mailflow_gui.paths import Home
from tests.benchmarks.mails import with_attachment
from tests.journeys.world import World, mail, wait_until
from tests.servers.dovecot import Dovecot
from tests.servers.recording_smtp import Action, RecordingSmtp

SIZE = 24 << 20
GROWS = SIZE * 2 // 3
"""Bytes by which a process may grow for a mail of :data:`SIZE`: far more than it does, far less than the mail."""

HIGHEST = """
import re, sys
from mailflow_gui.cli import main
try:
    code = main()
finally:
    with open("/proc/self/status", encoding="ascii") as status:
        found = re.search(r"VmHWM:\\s+(\\d+) kB", status.read())
    sys.stderr.write("\\nhighest " + found[1])
sys.exit(code)
"""
LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (6 << 20, 6 << 20))
from mailflow_gui.cli import main
sys.exit(main())
"""

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells its highest memory in /proc")


@pytest.fixture(params=["imap", "pop3"])
def either(
    request: pytest.FixtureRequest, world: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp
) -> World:
    """A world that receives over IMAP, and one that receives over POP3."""
    (world.add_imap if request.param == "imap" else world.add_pop3)(dovecot, user)
    world.add_smtp(recording_smtp.port)
    return world


def highest(world: World, monkeypatch: pytest.MonkeyPatch, flow: Path, sent: int = 1) -> int:
    """Bytes that a run had in memory at most."""
    monkeypatch.setattr("tests.journeys.world.COMMAND", [sys.executable, "-c", HIGHEST])
    ran = world.finish(world.start("run", flow, "--once", "--json"))
    assert ran.code == 0, ran.err
    assert ran.counts[1] == sent, ran.out
    return int(ran.err.rpartition("highest ")[2]) << 10


def attached(raw: bytes) -> bytes:
    """A mail that holds another one."""
    head = (
        b"From: a@x.example\r\nSubject: outer\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    )
    return head + b"--b\r\n\r\ntext\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n" + raw + b"\r\n--b--\r\n"


def carried(raw: bytes) -> bytes:
    """The attachment of such a mail, as it goes on the wire."""
    return raw.partition(b"base64\r\n\r\n")[2].partition(b"\r\n\r\n--")[0]


def attachment(raw: bytes) -> bytes:
    """The one that a mail holds, decoded."""
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    (found,) = message.iter_attachments()
    content = found.get_content()
    return content if isinstance(content, bytes) else bytes(content)


@linux
def test_memory_does_not_grow_by_the_size_of_mails(
    either: World,
    dovecot: Dovecot,
    user: str,
    recording_smtp: RecordingSmtp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    flow = either.flow()
    dovecot.deliver(user, mail(1))
    usual = highest(either, monkeypatch, flow)
    raw = with_attachment(SIZE)
    dovecot.deliver_all(user, [raw, mail(2), attached(raw)])
    most = highest(either, monkeypatch, flow, sent=3)
    assert most - usual < GROWS
    arrived = recording_smtp.wait_for(4)
    assert sorted(len(each.raw) > SIZE for each in arrived) == [False, False, True, True]
    assert all(carried(raw) in each.raw for each in arrived if len(each.raw) > SIZE)


@linux
def test_memory_does_not_grow_by_what_a_killed_run_has_left(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow = forwarding.flow()
    dovecot.deliver(user, mail(1))
    usual = highest(forwarding, monkeypatch, flow)
    raw = with_attachment(SIZE)
    dovecot.deliver(user, raw)
    recording_smtp.answer("BODY", Action.HANG, times=1)
    killed = forwarding.start("run", flow, "--once", "--json")
    wait_until(lambda: [line.strip() for line in recording_smtp.lines].count(b"DATA") == 2)
    killed.kill()
    killed.wait(20)
    recording_smtp.forget_answers()  # killed before the first byte of the mail, nobody has met it
    assert not list(forwarding.home.spool.glob("large-*"))
    assert highest(forwarding, monkeypatch, flow) - usual < GROWS
    arrived = recording_smtp.wait_for(2)
    assert len(arrived) == 2
    assert carried(raw) in arrived[1].raw


@pytest.mark.skipif(sys.platform == "win32", reason="no limit for files")
def test_a_large_mail_without_room_is_told_and_comes_when_there_is_some(
    either: World,
    dovecot: Dovecot,
    user: str,
    recording_smtp: RecordingSmtp,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    flow = either.flow()
    dovecot.deliver(user, with_attachment(8 << 20))
    monkeypatch.setattr("tests.journeys.world.COMMAND", [sys.executable, "-c", LIMITED])
    ran = either.finish(either.start("run", flow, "--once", "--json"))
    assert ran.code == 4
    assert os.strerror(errno.EFBIG) in ran.err
    assert recording_smtp.messages == []
    assert not list(either.home.spool.glob("large-*"))
    assert either.once(flow).counts == (1, 1, 0, 0, 0)
    assert len(recording_smtp.wait_for(1)) == 1


@pytest.mark.parametrize(
    "kind", ["carried", "mapped", "left out", "without line ends", "a mail", "the whole mail", "forwarded"]
)
def test_a_large_attachment_arrives_as_the_flow_has_it(
    forwarding: World, dovecot: Dovecot, user: str, recording_smtp: RecordingSmtp, kind: str
) -> None:
    content = os.urandom(1000) * (large.LARGE // 1000)
    body, named = base64.encodebytes(content).replace(b"\n", b"\r\n"), b"application/pdf"
    if kind == "without line ends":
        body = base64.b64encode(content) + b"\r\n"
    elif kind == "a mail":
        body, named = b"Subject: inner\r\n\r\n" + b".From here to there.\r\n" * (large.LARGE // 10), b"message/rfc822"
    raw = (
        b"From: a@x.example\r\nSubject: s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\n\r\nthe text\r\n--b\r\nContent-Type: " + named + b"\r\nContent-Disposition: attachment\r\n"
        b"Content-Transfer-Encoding: "
        + (b"7bit" if kind == "a mail" else b"base64")
        + b"\r\n\r\n"
        + body
        + b"--b--\r\n"
    )
    assert len(raw) > large.LARGE
    dovecot.deliver(user, raw)

    def change(document: dict[str, Any]) -> None:
        settings = document["nodes"][1]["settings"]
        settings["carry_attachments"] = kind != "left out"
        field = {"mapped": "attachments", "the whole mail": "raw"}.get(kind)
        if field is not None:
            settings["rules"].append({"target": "attachments", "sources": [{"field": field}]})

    flow = forwarding.flow(send={"mode": "forward"} if kind == "forwarded" else {}, change=change)
    ran = forwarding.once(flow)
    assert ran.counts == (1, 1, 0, 0, 0), ran.err
    (arrived,) = recording_smtp.wait_for(1)
    assert b"the text" in arrived.raw
    if kind == "left out":
        assert len(arrived.raw) < large.LARGE
    elif kind in ("the whole mail", "forwarded"):
        assert raw.rstrip() in arrived.raw
    elif kind == "a mail":
        assert body.rstrip() in arrived.raw
    else:
        assert attachment(arrived.raw) == content
    with Journal(forwarding.home) as journal:
        item = items.get(journal.read(), 1)
        assert item is not None
        assert journal.content(item.place) == raw


def test_what_lies_in_the_spool_is_read_whole_in_pieces_or_at_once(home: Home) -> None:
    content = os.urandom(1000) * (large.LARGE // 1000 + 700)
    with Journal(home) as journal:
        before = journal.write(lambda transaction: transaction.keep((b"before",))).result()
        place = journal.write(lambda transaction: transaction.keep((content[:77], content[77:]))).result()
        assert journal.streamed(before) == b"before"
        found = journal.streamed(place)
        assert type(found) in large.BYTES
        assert type(found) is not bytes
        assert bytes(found) == content
        assert journal.write(lambda transaction: transaction.keep(large.pieces(found))).result().length == len(content)
        gone = Place(place.segment, place.offset + 1, 2 * len(content))
        with pytest.raises(JournalError) as caught:
            journal.streamed(gone)
        assert caught.value.code == "journal-content-gone"


@pytest.mark.skipif(sys.platform == "win32", reason="no limit for files")
def test_what_lies_in_the_spool_is_read_into_memory_where_there_is_no_room_for_a_copy(home: Home) -> None:
    import resource

    content = b"x" * (large.LARGE + 1)
    with Journal(home) as journal:
        place = journal.write(lambda transaction: transaction.keep((content,))).result()
        usual = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, usual[1]))
        try:
            assert journal.streamed(place) == content
            with pytest.raises(StorageError) as caught:
                journal.lay_aside([content])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, usual)
        assert caught.value.code == "no-room"
        assert journal.failure is None
    assert not list(home.spool.glob("large-*"))


def test_what_a_power_cut_has_left_is_deleted_once_nobody_can_be_writing_it(home: Home) -> None:
    old, new = home.spool / "large-old.tmp", home.spool / "large-new.tmp"
    home.spool.mkdir(parents=True, exist_ok=True)
    for path in (old, new):
        path.write_bytes(b"half a mail")
    os.utime(old, (1_700_000_000, 1_700_000_000))
    Journal(home).close()
    assert not old.exists()
    assert new.exists()
