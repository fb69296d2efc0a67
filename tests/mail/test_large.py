"""Large mails lie in a file, and read as if they lay in memory."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import mmap
import os
import socket
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow_gui.errors import StorageError, Transient
from mailflow_gui.mail import imap_dialogue, large, pop3, wire
from mailflow_gui.mail.compose import Draft, compose
from mailflow_gui.mail.compose_answer import forward
from mailflow_gui.mail.imap import ImapSession
from mailflow_gui.mail.large import Large
from mailflow_gui.mail.message import MailMessage
from mailflow_gui.mail.parse import parse
from mailflow_gui.mail.pop3 import Listed, Pop3Session
from mailflow_gui.mail.server import Server
from mailflow_gui.mail.smtp_body import wire_form
from mailflow_gui.mail.values import Address
from mailflow_gui.mail.wire import Wire
from tests.benchmarks.mails import mail, with_attachment
from tests.mail.test_imap_odd_servers import SELECTED, hang_up
from tests.mail.test_imap_odd_servers import SIGNED_IN as IMAP_SIGNED_IN
from tests.mail.test_imap_odd_servers import open_session as open_imap
from tests.mail.test_pop3_odd_servers import SIGNED_IN as POP3_SIGNED_IN
from tests.mail.test_pop3_odd_servers import open_session as open_pop3
from tests.servers.dovecot import Dovecot
from tests.servers.scripted import Drop, Expect, Scripted, Stall

DRAFT = Draft(sender=(Address("", "a@example.com"),), to=(Address("", "b@example.com"),), text="x")
DATE = datetime(2026, 3, 14, 9, 41, 7, tzinfo=UTC)
BOUNDARY = b"=_" + hashlib.sha256(b"<1@example.com> mixed 0").hexdigest()[:40].encode()
"""The one that would be taken first for the mails that these tests compose."""
FEW = 1000
"""Bytes that are many in these tests."""


@pytest.fixture(params=[(7, True), (1200, True), (7, False)], ids=["tiny", "small", "tiny, as on Windows"])
def small_windows(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """As if a few bytes were megabytes: all that happens at the windows' edges happens often. A line may fit into one, or not."""
    size, reads_anywhere = request.param
    monkeypatch.setattr(large, "PIECE", size)
    if not reads_anywhere:
        monkeypatch.delattr(os, "pread", raising=False)
        monkeypatch.delattr(mmap, "MADV_DONTNEED", raising=False)
    monkeypatch.setattr(large, "_FIRST", 2)


@pytest.fixture
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (imap_dialogue, pop3):
        monkeypatch.setattr(module, "LARGE", FEW)


def kept(content: bytes, directory: Path) -> bytes:
    found = large.keep([content[:5], b"", content[5:]], directory)
    assert in_a_file(found) or not content
    return found


def in_a_file(raw: object) -> bool:
    return isinstance(raw, Large)


def with_attachments_of(message: MailMessage) -> Draft:
    return replace(DRAFT, attachments=message.attachments)


class Keeping:
    """Where sessions put large mails in these tests."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.times = 0

    def __call__(self, blocks: Iterable[bytes]) -> bytes:
        self.times += 1
        return large.keep(blocks, self.directory)

    @property
    def is_empty(self) -> bool:
        return not list(self.directory.iterdir())


@pytest.fixture
def keeping(tmp_path: Path) -> Keeping:
    directory = tmp_path / "aside"
    directory.mkdir()
    return Keeping(directory)


# ---- as bytes


BYTES = st.lists(st.sampled_from([b"a", b"\r\n", b"-", b"--", b"\r\n\r\n", b"ab", b"."]), min_size=1).map(b"".join)
OFFSETS = st.one_of(st.none(), st.integers(-5, 60))


@pytest.mark.usefixtures("small_windows")
@given(content=BYTES, sub=BYTES, start=OFFSETS, stop=OFFSETS, step=st.sampled_from([None, 1, 2, 3, 9, 30, -1, -3]))
def test_it_reads_as_bytes_do(
    tmp_path_factory: pytest.TempPathFactory,
    content: bytes,
    sub: bytes,
    start: int | None,
    stop: int | None,
    step: int | None,
) -> None:
    found = kept(content, tmp_path_factory.getbasetemp())
    assert found[start:stop:step] == content[start:stop:step]
    assert found.find(sub, start, stop) == content.find(sub, start, stop)
    assert found.rfind(sub, 0, len(content)) == content.rfind(sub)
    assert found.startswith(sub, start or 0, stop) == content.startswith(sub, start or 0, stop)
    assert found.endswith(sub, start or 0, stop) == content.endswith(sub, start or 0, stop)
    assert (sub in found) == (sub in content)
    assert found.count(sub) == content.count(sub)
    assert found == content
    assert found != content + b"x"
    assert b"".join(large.pieces(found)) == b"".join(large.pieces(content)) == content


@pytest.mark.usefixtures("small_windows")
@pytest.mark.parametrize(
    "raw",
    [
        *(mail(number) for number in range(20)),
        with_attachment(100_000),
        b"no header at all",
        b"Subject: no body",
        b"\r\n\r\nbody",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--c\r\n" * 2000 + b"--b\r\n\r\nx\r\n--b--\r\n",
        b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.b64encode(b"a" * 9000),
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nYWJj\r\n-- \r\na footer\r\n",
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\na=3Db= \r\nc",
        *(
            b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: %b\r\n"
            b"Content-Disposition: attachment\r\nContent-Transfer-Encoding: %b\r\n\r\nSubject: inner\r\n\r\n%b\r\n--b--\r\n"
            % (kind, encoding, line * 200)
            for kind in (b"message/rfc822", b"text/csv")
            for encoding in (b"7bit", b"8bit", b"quoted-printable", b"nonsense")
            for line in (
                b".a dot\r\n",
                b"\xe4\r\n",
                b"\0\r\n",
                b"bare\n",
                b"old\r",
                b"x" * 999 + b"\r\n",
                b"y" * 998 + b"\r\n",
                b"z",
                b"--" + BOUNDARY + b"\r\n",
            )
        ),
        b"Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\nSubject: inner\r\nBcc: x@y.example\r\n\r\nin\nside",
    ],
)
def test_a_large_mail_is_read_and_sent_as_a_small_one(raw: bytes, tmp_path: Path) -> None:
    small, big = parse(raw), parse(kept(raw, tmp_path))
    for view in ("headers", "header_block", "text", "html", "content", "defects", "size", "kind", "attachments"):
        assert getattr(big, view) == getattr(small, view)
    # Anew: above, everything was looked at already.
    for change in (with_attachments_of, partial(forward, DRAFT)):
        sent = [
            compose(change(message), message_id="<1@example.com>", date=DATE)
            for message in (parse(raw), parse(kept(raw, tmp_path)))
        ]
        assert sent[0].size == sent[1].size == sum(map(len, sent[1].content))
        assert b"".join(sent[0].content) == b"".join(sent[1].content)
        assert b"".join(wire_form(sent[0].content)) == b"".join(wire_form(sent[1].content))


def test_the_boundary_of_these_tests_is_the_first_one_that_is_tried(tmp_path: Path) -> None:
    draft = with_attachments_of(parse(kept(with_attachment(1000), tmp_path)))
    assert BOUNDARY in compose(draft, message_id="<1@example.com>", date=DATE).content[0]


def test_what_ends_the_blocks_leaves_nothing_behind(keeping: Keeping) -> None:
    def blocks() -> Iterator[bytes]:
        yield b"begun"
        raise Transient("line-dropped")

    with pytest.raises(Transient):
        keeping(blocks())
    assert keeping.is_empty


def test_nothing_at_all_is_empty_bytes(keeping: Keeping) -> None:
    assert keeping([]) == b""
    assert keeping([b"", b""]) == b""


# ---- the wire


@contextlib.contextmanager
def said(content: bytes) -> Iterator[Wire]:
    """A wire on which a server says this, and hangs up."""
    ours, theirs = socket.socketpair()

    def say() -> None:
        with theirs, contextlib.suppress(OSError):
            theirs.sendall(content)

    speaking = threading.Thread(target=say)
    speaking.start()
    line = Wire(ours, Server("x.example", 1, "none"))
    try:
        yield line
    finally:
        line.close()
        speaking.join(10)


DOTTED = st.lists(st.sampled_from([b"\r", b"\n", b".", b"\r\n", b"\r\n.", b"a", b"bcdefgh"]), max_size=40).map(b"".join)


@given(content=DOTTED, most=st.integers(1, 12))
def test_dots_are_undone_wherever_blocks_end(content: bytes, most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wire, "_PIECE", most)
        stuffed = b"".join(wire_form([content]))
        with said(stuffed + b".\r\n+OK next\r\n") as line:
            line.allow("RETR", 10, 1 << 20)
            found = b"".join(line.undotted_blocks())
            assert line.readline() == b"+OK next\r\n"
        with said(stuffed + b".\r\n") as line:
            line.allow("RETR", 10, 1 << 20)
            whole = line.read_undotted()
    assert found == whole


def test_a_line_that_is_lost_before_the_dot_is_told() -> None:
    with said(b"Subject: x\r\n\r\nhalf a li") as line:
        line.allow("RETR", 10, 1 << 20)
        with pytest.raises(Transient) as caught:
            list(line.undotted_blocks())
    assert caught.value.code == "line-dropped"


# ---- IMAP


def text(size: int, name: str) -> bytes:
    return f"Subject: {name}\r\n\r\n".encode() + (b".dots and more\r\n" * (size // 16 + 1))


def imap(dovecot: Dovecot, user: str) -> ImapSession:
    return ImapSession.open(Server("127.0.0.1", dovecot.imap, "none"), user, dovecot.password)


def test_large_mails_between_small_ones_come_whole_over_imap(dovecot: Dovecot, user: str, keeping: Keeping) -> None:
    mails = [text(size, str(size)) for size in (100, large.LARGE + 1, large.LARGE * 2, 50, large.LARGE + 5000, 10)]
    dovecot.deliver_all(user, mails)
    with imap(dovecot, user) as session:
        session.lay_aside(keeping)
        session.select()
        found = list(session.fetch(range(1, 7), maximum_size=1 << 30))
    assert keeping.times == 3
    assert [in_a_file(each.raw) for each in found] == [False, True, True, False, True, False]
    assert [bytes(each.raw or b"") for each in found] == mails
    assert [each.size for each in found] == [len(each) for each in mails]
    assert [each.header for each in found] == [each.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" for each in mails]


def test_without_a_place_for_them_large_mails_come_into_memory(dovecot: Dovecot, user: str) -> None:
    raw = text(large.LARGE + 1, "x")
    dovecot.deliver(user, raw)
    with imap(dovecot, user) as session:
        session.select()
        (found,) = session.fetch([1], maximum_size=1 << 30)
    assert found.raw == raw
    assert type(found.raw) is bytes


def literal(uid: int, announced: int, content: bytes) -> bytes:
    return b"* 1 FETCH (UID %d FLAGS () BODY[] {%d}\r\n%b" % (uid, announced, content)


def sizes(number: int) -> Expect:
    return Expect("UID FETCH", f"* 1 FETCH (UID 5 RFC822.SIZE {number})", "{tag} OK done")


@pytest.mark.usefixtures("few_are_many")
def test_a_line_that_is_lost_in_a_large_literal_leaves_nothing_behind(keeping: Keeping) -> None:
    raw = text(5 * FEW, "x")
    script = (*IMAP_SIGNED_IN, SELECTED, sizes(len(raw)), Expect("UID FETCH", literal(5, len(raw), raw[:-300])), Drop())
    with Scripted(*script) as server, open_imap(server) as session:
        session.lay_aside(keeping)
        session.select()
        with pytest.raises(Transient) as caught:
            list(session.fetch([5], maximum_size=1 << 20))
        assert not session.alive
    assert caught.value.code == "line-dropped"
    assert keeping.times == 1
    assert keeping.is_empty


@pytest.mark.usefixtures("few_are_many")
@pytest.mark.parametrize("wrong", [-100, 7])
def test_a_large_literal_of_a_wrong_length_is_no_mail(keeping: Keeping, wrong: int) -> None:
    raw = text(5 * FEW, "x")
    answer = literal(5, len(raw) + wrong, raw)
    script = (*IMAP_SIGNED_IN, SELECTED, sizes(len(raw)), Expect("UID FETCH", answer, ")", "{tag} OK"), Drop())
    with Scripted(*script) as server:
        session = open_imap(server)
        session.lay_aside(keeping)
        session.select()
        with pytest.raises(Transient):
            list(session.fetch([5], maximum_size=1 << 20))
        assert not session.alive
        hang_up(session)


@pytest.mark.usefixtures("few_are_many")
def test_a_large_literal_of_another_mail_is_not_taken_for_this_one(keeping: Keeping) -> None:
    raw = text(5 * FEW, "x")
    script = (
        *(*IMAP_SIGNED_IN, SELECTED, sizes(len(raw))),
        Expect("UID FETCH", literal(6, len(raw), raw), ")", "{tag} OK done"),
        Expect("UID SEARCH", "* SEARCH", "{tag} OK done"),
        Stall(),
    )
    with Scripted(*script) as server:
        session = open_imap(server)
        session.lay_aside(keeping)
        session.select()
        assert list(session.fetch([5], maximum_size=1 << 20)) == []
        assert keeping.times == 1
        hang_up(session)


@pytest.mark.usefixtures("few_are_many")
def test_an_unusual_answer_with_a_large_literal_is_understood(keeping: Keeping) -> None:
    raw = text(5 * FEW, "x")
    answer = b'* 1 FETCH (BODY[] {%d}\r\n%b UID 5 FLAGS ("odd"))' % (len(raw), raw)
    script = (*IMAP_SIGNED_IN, SELECTED, sizes(len(raw)), Expect("UID FETCH", answer, "", "{tag} OK done"), Stall())
    with Scripted(*script) as server:
        session = open_imap(server)
        session.lay_aside(keeping)
        session.select()
        (found,) = session.fetch([5], maximum_size=1 << 20)
        hang_up(session)
    assert found.raw == raw
    assert in_a_file(found.raw)


def no_room(blocks: Iterable[bytes]) -> bytes:
    """Takes a block, then finds no room."""
    next(iter(blocks))
    raise StorageError("no-room", directory="here", reason="full")


@pytest.mark.usefixtures("few_are_many")
def test_the_rest_of_a_literal_without_room_is_never_taken_for_an_answer() -> None:
    raw = text(2 << 20, "x")
    answer = literal(5, len(raw), raw)
    script = (*IMAP_SIGNED_IN, SELECTED, sizes(len(raw)), Expect("UID FETCH", answer, ")", "{tag} OK"), Stall())
    with Scripted(*script) as server:
        session = open_imap(server)
        session.lay_aside(no_room)
        session.select()
        with pytest.raises(StorageError):
            list(session.fetch([5], maximum_size=1 << 22))
        assert not session.alive
        hang_up(session)


# ---- POP3


def test_large_mails_between_small_ones_come_whole_over_pop3(dovecot: Dovecot, user: str, keeping: Keeping) -> None:
    mails = [text(size, str(size)) for size in (100, large.LARGE + 1, large.LARGE * 2, 50, large.LARGE + 5000, 10)]
    dovecot.deliver_all(user, mails)
    session = Pop3Session.open(Server("127.0.0.1", dovecot.pop3, "none"), user, dovecot.password)
    session.lay_aside(keeping)
    listed = session.list()
    found = [raw for _mail, raw in session.fetch_many(listed, 1 << 30)]
    again = session.fetch(listed[1].number, 1 << 30)
    session.close()
    assert [in_a_file(raw) for raw in found] == [False, True, True, False, True, False]
    assert [bytes(raw or b"") for raw in found] == mails
    assert again == mails[1]


@pytest.mark.usefixtures("few_are_many")
@pytest.mark.parametrize("room", [True, False])
def test_a_large_mail_that_is_cut_off_over_pop3_costs_the_session_alone(keeping: Keeping, *, room: bool) -> None:
    raw = text(5 * FEW, "x").replace(b"\n.", b"\n..")
    script: tuple[Any, ...] = (*POP3_SIGNED_IN, Expect("RETR", "+OK", raw if room else raw + b".\r\n"))
    with Scripted(*script, Drop() if room else Stall()) as server:
        session = open_pop3(server)
        session.lay_aside(keeping if room else no_room)
        with pytest.raises(Transient if room else StorageError):
            list(session.fetch_many([Listed(1, len(raw), "a")], 1 << 20))
        assert not session.alive
        session.abandon()
    assert keeping.is_empty
