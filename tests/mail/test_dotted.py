"""Answers that end with a dot alone on a line are read whole, undotted, and never beyond what has to come."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailflow_gui.errors import Transient
from mailflow_gui.mail import dotted, wire
from mailflow_gui.mail.server import Server
from mailflow_gui.mail.wire import Wire
from tests.servers.in_pieces import in_pieces

SERVER = Server("localhost", 110, "none", account="inbox")
BEHIND = b"+OK 7 700\r\n"
_LINES = st.lists(
    st.sampled_from([b"a", b"..", b".", b".\r", b"\r\n", b"\r\n", b"\r", b"\n", b"\n.\r\n", b"\r\n..x", b"lo" * 30]),
    max_size=10,
)


def _as_written(answer: bytes) -> tuple[bytes, bytes]:
    """What RFC 1939 makes of all that was said: the mail, and what lies behind it."""
    whole = b"\r\n" + answer
    end = whole.index(b"\r\n.\r\n")
    lines = whole[2 : end + 2].split(b"\r\n")
    return b"\r\n".join(line.removeprefix(b".") for line in lines), whole[end + 5 :]


def _read(said: bytes, about: int, pieces: Sequence[int]) -> tuple[bytes, bytes]:
    """What is read of what a server has said, and then of the rest of it; the server waits for us meanwhile."""
    with in_pieces(said, pieces, over=False) as sock:
        line = Wire(sock, SERVER)
        line.allow("RETR", 5, 1 << 20)
        found = line.read_undotted(about)
        rest = len(_as_written(said)[1])
        return found, line.read(rest)


@given(lines=_LINES, off=st.integers(-90, 90), pieces=st.lists(st.integers(1, 70), max_size=30), behind=_LINES)
@example(lines=[], off=0, pieces=[], behind=[])
@example(lines=[b"a", b"\r\n"], off=0, pieces=[], behind=[])
@example(lines=[b"a", b"\r\n"], off=1, pieces=[], behind=[])
@example(lines=[b"a", b"\r\n"], off=3, pieces=[], behind=[])
@example(lines=[b"a", b"\r\n"], off=40, pieces=[1, 2, 2, 1, 1], behind=[b"lo" * 30])
@example(lines=[b"lo" * 30, b"\r\n..x", b"\r\n"], off=-1, pieces=[7] * 20, behind=[])
def test_a_mail_is_read_whatever_size_was_announced_and_however_it_is_cut(
    lines: list[bytes], off: int, pieces: list[int], behind: list[bytes]
) -> None:
    mail = b"".join(lines)
    said = mail + b"\r\n.\r\n" + b"".join(behind) + BEHIND
    expected = _as_written(said)
    assert _read(said, max(0, len(expected[0]) + off), pieces) == expected


@pytest.mark.parametrize("off", range(-6, 7))
@pytest.mark.parametrize("mail", [b"", b"x\r\n", b"one\r\ntwo\r\n", b"..dot\r\n", b"a\r\n..\r\n\r\n", b"x\n.\r\ny\r\n"])
def test_the_line_may_be_cut_at_every_byte(mail: bytes, off: int) -> None:
    said = mail + b".\r\n" + BEHIND + b"next\r\n.\r\n"
    expected = _as_written(said)
    for at in range(1, len(said)):
        for pieces in ((at,), (at, 1)):
            assert _read(said, max(0, len(expected[0]) + off), pieces) == expected
    assert _read(said, max(0, len(expected[0]) + off), (1,) * len(said)) == expected


@pytest.mark.parametrize("mail", [b"one\r\ntwo\r\n", b"..dot\r\n"])
def test_a_mail_that_is_cut_off_is_none_whatever_size_was_announced(mail: bytes) -> None:
    said = mail + b".\r\n"
    for at in range(len(said)):
        for about in (0, 3, len(mail), len(mail) + 50):
            with in_pieces(said[:at]) as sock:
                line = Wire(sock, SERVER)
                with pytest.raises(Transient) as caught:
                    line.read_undotted(about)
                assert caught.value.code == "line-dropped"
                assert line.closed


def test_many_mails_shorter_than_announced_leave_each_other_whole() -> None:
    mails = [b"mail %d\r\n" % number * number for number in range(40)]
    with in_pieces(b"".join(mail + b".\r\n" for mail in mails) + BEHIND, (50,) * 40, over=False) as sock:
        line = Wire(sock, SERVER)
        line.allow("RETR", 5, 1 << 20)
        assert [line.read_undotted(100_000) for _ in mails] == mails
        assert line.pending()
        assert line.readline() == BEHIND
        assert not line.pending()


def test_what_was_put_back_waits_where_everybody_looks() -> None:
    for take in ("readline", "receive_now", "read", "undotted_blocks"):
        with in_pieces(b"a\r\n.\r\n" + b"b\r\n.\r\n", over=False) as sock:
            line = Wire(sock, SERVER)
            line.allow("RETR", 5, 1000)
            assert line.read_undotted(100) == b"a\r\n"
            assert line.pending()
            assert line.wait(0)
            if take == "readline":
                assert line.readline() == b"b\r\n"
            elif take == "receive_now":
                assert line.receive_now() == b"b\r\n.\r\n"
                assert line.receive_now() is None
            elif take == "read":
                assert line.read(4) == b"b\r\n."
            else:
                assert list(line.undotted_blocks()) == [b"b\r\n"]


def test_an_absurd_announcement_takes_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dotted, "_PIECE", 8)
    assert _read(b"a long line of a mail\r\n.\r\n" + BEHIND, 1 << 60, ()) == (b"a long line of a mail\r\n", BEHIND)


def test_more_than_is_allowed_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "_PIECE", 16)
    with in_pieces(b"x" * 1000, (10,) * 100, over=False) as sock:
        line = Wire(sock, SERVER)
        line.allow("RETR", 5, 100)
        with pytest.raises(Transient) as caught:
            line.read_undotted(900)
    assert caught.value.code == "answer-too-long"
