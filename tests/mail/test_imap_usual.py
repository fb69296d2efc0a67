"""Usual answers to FETCH are read the short way, with the very result of the ordinary one, however the bytes arrive."""

from __future__ import annotations

import contextlib
import imaplib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow_gui.errors import MailError
from mailflow_gui.mail import imap_dialogue, large, wire
from mailflow_gui.mail.imap_dialogue import Dialogue
from mailflow_gui.mail.imap_usual import Usual
from mailflow_gui.mail.server import Server
from mailflow_gui.mail.wire import Wire
from tests.servers.in_pieces import in_pieces

SERVER = Server("localhost", 143, "none", account="inbox")
SIZE = 200
"""Bytes from which on a mail is large in these tests."""

MAILS = (
    b"* 1 FETCH (UID 5 FLAGS (\\Seen key) BODY[] {3}\r\nab\n)\r\n"
    b"* 2 FETCH (UID 6 FLAGS () BODY[] {0}\r\n)\r\n"
    b"* 3 FETCH (UID 7 FLAGS (\\Recent) BODY[] {9}\r\n* 1 BYE\r\n)\r\n"
)
"""Nothing but what nearly all servers say."""
ANSWERS = (
    MAILS,
    b"* 1 FETCH (UID 5 RFC822.SIZE 12)\r\n* 2 FETCH (UID 6 RFC822.SIZE 0)\r\n",
    b"* 3 EXISTS\r\n" + MAILS + b"* 1 EXPUNGE\r\n",
    MAILS + b"* 1 FETCH (FLAGS (\\Seen) UID 5)\r\n",
    b"* 1 FETCH (UID 5 FLAGS (a) BODY[] {2}\r\nxy)\r\n* 9 FETCH (UID 5 FLAGS (b) BODY[] {2}\r\nzz)\r\n",
    b"* 1 FETCH (UID 5 FLAGS (a) BODY[] {2}\r\nxy X-MORE {3}\r\n1)\r)\r\n" + MAILS,
    b"* 1 FETCH (UID 5 FLAGS (a) BODY[] {2}\r\nxy MODSEQ (7))\r\n* 2 FETCH (FLAGS () UID 6 BODY[] {2}\r\nzz)\r\n",
    b'* 1 FETCH (UID 5 FLAGS (a "b c") BODY[] {1}\r\nx)\r\n* 2 FETCH (UID 6 FLAGS () BODY[] "quoted")\r\n',
    b"* 1 FETCH (UID 5 FLAGS (007 1) BODY[] NIL)\r\n* 2 fetch (uid 6 flags () body[] {1}\r\nx)\r\n",
    b"* 1 FETCH (UID 5 RFC822.SIZE 3)\r\n* 1 FETCH (UID 5 FLAGS () BODY[] {3}\r\nabc)\r\n",
    b"* 1 FETCH (UID 5 FLAGS () BODY[] {2}\r\nxy)\n",
    b"* 1 FETCH (UID 5 FLAGS () BODY[] {2}\r\nxy\r\n",
    b"* 1 FETCH (UID 5 FLAGS () BODY[] {" + b"9" * 5000 + b"}\r\n",
    b"* 1 FETCH (UID 5 FLAGS () BODY[] {99999999}\r\n",
    b"* 1 FETCH (UID 5 FLAGS () BODY[] {2}\r\nxy)\r\n* BYE [UNAVAILABLE] later\r\n",
    b"* 1 FETCH (UID 5 FLAGS () BODY[] {2}\r\nxy* BYE so it looks\r\n",
    b"* 1 FETCH (UID 5 FLAGS () BODY[] {300}\r\n" + b"large" * 60 + b")\r\n" + MAILS,
    b"+ go on\r\n" + MAILS,
    b"words\r\n" + MAILS,
    b"",
)
ENDS = (b"%s OK done\r\n", b"%s NO [SERVERBUG] some are missing\r\n", b"%s BAD what\r\n", b"%s OK\r\n")


@dataclass
class Outcome:
    """All that comes out of one FETCH."""

    found: dict[int, dict[bytes, Any]] | None
    error: tuple[type[MailError], str, object] | None
    goodbye: bytes | None
    alive: bool
    left: bytes
    """What wasn't read, if the session lives."""
    kept: list[bytes]
    """What was laid aside."""


_GREETING = b"* PREAUTH hello\r\n"
_TAG = imaplib.Int2AP(4096)
_CAPABILITY = b"* CAPABILITY IMAP4rev1\r\n" + _TAG + b"0 OK\r\n"


@contextlib.contextmanager
def _dialogue(answer: bytes, cuts: Sequence[int] = ()) -> Iterator[Dialogue]:
    """A session to whose first command a server says ``answer``, in pieces of so many bytes, and then hangs up."""
    pieces = (len(_GREETING), len(_CAPABILITY), *cuts)
    with in_pieces(_GREETING + _CAPABILITY + answer, pieces) as sock, pytest.MonkeyPatch.context() as patch:
        patch.setattr(random, "randint", lambda least, _most: least)  # imaplib draws its tags
        dialogue = Dialogue(Wire(sock, SERVER))
        dialogue.machine.state = "SELECTED"
        yield dialogue


def _outcome(answer: bytes, end: bytes, cuts: Sequence[int], uids: Sequence[int] = (5, 6)) -> Outcome:
    kept: list[bytes] = []

    def keep(blocks: Any) -> bytes:
        kept.append(b"".join(blocks))
        return kept[-1]

    with _dialogue(answer + (end % (_TAG + b"1") + b"* 9 EXISTS\r\n" if end else b""), cuts) as dialogue:
        dialogue.machine.keep = keep
        found = error = None
        try:
            with dialogue.asking("UID FETCH", 10, 1 << 16):
                found = dialogue.fetch(list(uids), "(FLAGS BODY.PEEK[])")
        except MailError as raised:
            error = (type(raised), raised.code, raised.reply)
        alive = not dialogue.wire.closed
        left = dialogue.wire.readline() if alive else b""
        return Outcome(found, error, dialogue.heard.goodbye, alive, left, kept)


@contextlib.contextmanager
def _ordinary_way() -> Iterator[None]:
    """Nothing is usual: every line is imaplib's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Usual, "read", lambda _self, readline, _read: [readline()])
        yield


@pytest.fixture(autouse=True)
def _few_bytes_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_dialogue, "LARGE", SIZE)
    monkeypatch.setattr(wire, "_BLOCK", 64)


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("answer", ANSWERS)
def test_the_short_way_finds_what_the_ordinary_one_finds(answer: bytes, end: bytes) -> None:
    with _ordinary_way():
        expected = _outcome(answer, end, ())
    assert _outcome(answer, end, ()) == expected


@pytest.mark.parametrize("answer", [each for each in ANSWERS if len(each) < 400])
def test_it_finds_the_same_wherever_the_answer_is_cut(answer: bytes) -> None:
    with _ordinary_way():
        expected = _outcome(answer, ENDS[0], ())
    for at in range(1, len(answer) + 12):
        assert _outcome(answer, ENDS[0], (at,)) == expected
    assert _outcome(answer, ENDS[0], (1,) * 500) == expected


@pytest.mark.parametrize("answer", [each for each in ANSWERS if len(each) < 400])
def test_an_answer_that_ends_in_the_middle_fails_in_the_same_way(answer: bytes) -> None:
    for at in range(len(answer) + 1):
        with _ordinary_way():
            expected = _outcome(answer[:at], b"", ())
        assert _outcome(answer[:at], b"", ()) == expected


_PIECES = st.sampled_from(
    [
        b"* 1 FETCH (UID 5 FLAGS (\\Seen) BODY[] {4}\r\nabcd)\r\n",
        b"* 2 FETCH (UID 6 FLAGS () BODY[] {2}\r\n\r\n)\r\n",
        b"* 3 FETCH (UID 7 RFC822.SIZE 4)\r\n",
        b"* 1 FETCH (UID 5 RFC822.SIZE 4)\r\n",
        b"* 4 EXISTS\r\n",
        b"* 1 FETCH (FLAGS (\\Deleted))\r\n",
        b"* 2 FETCH (UID 6 FLAGS (\\Deleted))\r\n",
        b"* 1 FETCH (",
        b"UID 5 ",
        b"UID 8 FLAGS (",
        b") BODY[] ",
        b"{2}\r\n",
        b")\r\n",
        b"* OK [ALERT] look\r\n",
        b"\r\n",
        b"* ",
        b"{",
        b'"',
    ]
)


@given(pieces=st.lists(_PIECES, max_size=8), end=st.sampled_from(ENDS), cuts=st.lists(st.integers(1, 40), max_size=20))
def test_it_finds_the_same_in_answers_of_any_pieces(pieces: list[bytes], end: bytes, cuts: list[int]) -> None:
    answer = b"".join(pieces)
    with _ordinary_way():
        expected = _outcome(answer, end, (), (5, 6, 7))
    assert _outcome(answer, end, cuts, (5, 6, 7)) == expected


def test_usual_answers_never_come_to_imaplib(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[object] = []
    monkeypatch.setattr(imap_dialogue, "parse_response", parsed.append)
    outcome = _outcome(MAILS, ENDS[0], ())
    assert outcome.found == {
        5: {b"UID": 5, b"FLAGS": (b"\\Seen", b"key"), b"BODY[]": b"ab\n"},
        6: {b"UID": 6, b"FLAGS": (), b"BODY[]": b""},
    }
    assert outcome.left == b"* 9 EXISTS\r\n"
    assert parsed == []


def test_a_large_mail_goes_into_a_file_among_usual_answers(tmp_path: Path) -> None:
    mail = b"x" * 1000
    answer = b"* 1 FETCH (UID 5 FLAGS () BODY[] {1000}\r\n" + mail + b")\r\n" + MAILS.partition(b"\n)\r\n")[2]
    with _dialogue(answer + _TAG + b"1 OK\r\n") as dialogue:
        dialogue.machine.keep = partial(large.keep, directory=tmp_path)
        with dialogue.asking("UID FETCH", 10):
            found = dialogue.fetch([5, 6], "(FLAGS BODY.PEEK[])")
    assert isinstance(found[5][b"BODY[]"], large.Large)
    assert found[5][b"BODY[]"] == mail
    assert found[6][b"BODY[]"] == b""
