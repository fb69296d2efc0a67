"""Answers that end with a dot alone on a line (RFC 1939 3): read from the line, without the dots that were put before others.

Only CRLF counts as line end: mail may hold bare ones.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from typing import Any

_END = b"\r\n.\r\n"
_DOTTED_LINE = re.compile(rb"\r\n\.")
"""``bytes.find`` takes twice as long."""
_PIECE = 1 << 20
"""Bytes that are made room for at a time, whatever a server announces."""


def read(reader: io.BufferedReader[Any], about: int, lost: Callable[[], Exception]) -> tuple[bytes, bytes]:
    """What comes up to the dot, and what was read beyond it, which may be more than nothing where less came than was announced.

    Nothing is waited for that doesn't have to come. A mail that is as long as it was announced, without any line that begins with a dot, is
    copied once and searched once.

    :param about: bytes that were announced; 0: nobody did.
    :param lost: makes the error for a line that ends before.
    """
    pieces: list[bytes] = []
    left, before = about, b"\r\n"  # the line before ended so
    while left > 0:
        piece = reader.read1(min(left, _PIECE))
        if not piece:
            raise lost()
        pieces.append(piece)
        left -= len(piece)
        if _DOTTED_LINE.search(before + piece[:2]) or _DOTTED_LINE.search(piece):
            break  # the end, or a line that begins with a dot
        before = (before + piece[-2:])[-2:]
    else:
        line = reader.readline()
        if line == b".\r\n" and before == b"\r\n":
            return b"".join(pieces), b""
        pieces.append(line)
    return _search(bytearray(b"".join((b"\r\n", *pieces))), reader, lost)


def _search(taken: bytearray, reader: io.BufferedReader[Any], lost: Callable[[], Exception]) -> tuple[bytes, bytes]:
    """The long way, for every answer: it begins with ``taken``, behind a line end."""
    end = taken.find(_END)
    beyond = bytes(taken[end + len(_END) :]) if end >= 0 else b""
    while end < 0:
        arrived = reader.peek(1)
        if not arrived:
            raise lost()
        looked_at = max(0, len(taken) - len(_END) + 1)
        taken += arrived
        end = taken.find(_END, looked_at)
        reader.read(len(arrived) - (len(taken) - end - len(_END) if end >= 0 else 0))
    found = bytes(memoryview(taken)[2 : end + 2])
    return found.removeprefix(b".").replace(b"\r\n.", b"\r\n"), beyond


def blocks(reader: io.BufferedReader[Any], lost: Callable[[], Exception]) -> Iterator[bytes]:
    """As :func:`read`, in blocks as they come, and never beyond the dot."""
    held, first = b"\r\n", 2  # the line before ended so
    while True:
        arrived = reader.peek(1)
        if not arrived:
            raise lost()
        whole = held + arrived
        end = whole.find(_END)
        reader.read(len(arrived) - (len(whole) - end - len(_END) if end >= 0 else 0))
        if end >= 0:
            yield whole[: end + 2].replace(b"\r\n.", b"\r\n")[first:]
            return
        cut = whole.find(b"\r", -4)  # what may be a part of the end waits for the next block
        cut = cut if cut >= 0 else len(whole)
        held = whole[cut:]
        if cut:
            yield whole[:cut].replace(b"\r\n.", b"\r\n")[first:]
            first = 0
