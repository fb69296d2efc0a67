"""Content behind DATA: no bytes of a mail can end it early, wherever they are cut."""

from __future__ import annotations

import binascii
import re

from hypothesis import given
from hypothesis import strategies as st

from mailflow_gui.mail.base64_lines import Base64Lines
from mailflow_gui.mail.carried import base64
from mailflow_gui.mail.smtp_body import BLOCK, wire_form

AWKWARD = st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b".", b"..", b"a", b"\0", b"\xff", b""]), max_size=30)


def wired(*chunks: bytes) -> bytes:
    return b"".join(wire_form(chunks))


def test_lone_line_ends_become_crlf_and_dots_are_stuffed() -> None:
    assert wired(b"a\r.\r\nb\n.\nc") == b"a\r\n..\r\nb\r\n..\r\nc\r\n"
    assert wired(b".") == b"..\r\n"
    assert wired(b"") == b""
    assert wired(b"a\r") == b"a\r\n"
    assert wired(b"a\r\r\n") == b"a\r\n\r\n"


def test_cuts_between_chunks_change_nothing() -> None:
    assert wired(b"a\r", b"\n.b", b"\r", b"\n", b".") == b"a\r\n..b\r\n..\r\n"
    assert wired(b"a\r", b".\r\n") == b"a\r\n..\r\n"
    assert wired(b"a\r", b"", b"\n", b"", b".\r", b"\n") == b"a\r\n..\r\n"


def test_good_content_passes_untouched() -> None:
    content = b"Subject: x\r\n\r\nhello. world.\r\n"
    assert wired(content) == content


def test_blocks_are_large_enough_to_be_worth_a_write() -> None:
    blocks = list(wire_form([b"x" * 100 + b"\r\n"] * 5000))
    assert all(len(block) >= BLOCK for block in blocks[:-1])
    assert b"".join(blocks) == (b"x" * 100 + b"\r\n") * 5000


@given(AWKWARD)
def test_no_cut_and_no_bytes_can_end_a_mail(pieces: list[bytes]) -> None:
    said = wired(*pieces)
    assert said == wired(b"".join(pieces))
    assert not said or said.endswith(b"\r\n")
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", said)
    whole = b"\r\n" + said
    assert b"\r\n.\r\n" not in whole
    expected = re.sub(rb"\r\n|\r|\n", b"\r\n", b"".join(pieces))
    if expected and not expected.endswith(b"\r\n"):
        expected += b"\r\n"
    assert re.sub(rb"(?m)^\.", b"", said) == expected


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=300)), max_size=8), AWKWARD)
def test_base64_that_is_known_to_be_in_lines_goes_as_any_other(
    parts: list[tuple[bool, bytes]], more: list[bytes]
) -> None:
    pieces: list[bytes] = [*more]
    for ended, data in parts:
        lines = b"\r\n".join(binascii.b2a_base64(data[at : at + 57], newline=False) for at in range(0, len(data), 57))
        pieces.append(Base64Lines(lines + b"\r\n" if ended and lines else lines))
    pieces += more
    assert wired(*pieces) == wired(*map(bytes, pieces))


def test_only_faultless_base64_goes_without_another_look() -> None:
    good = b"QUJDREVG\r\nR0hJ"
    (carried,) = base64(good, 0, len(good)) or ()
    assert type(carried) is Base64Lines
    for bad in (b"QUJDREVG\nR0hJ", b"QUJDREVG\r\n.\r\nR0hJ", b"QUJD.EVG\r\nR0hJ", b"QUJDREVG\r\rR0hJ"):
        assert base64(bad, 0, len(bad)) is None
