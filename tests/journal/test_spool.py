"""What is given to the spool is read back from it, however the system writes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailflow_gui.journal import spool
from mailflow_gui.journal.spool import Spool, path_of


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Spool]:
    made = Spool(tmp_path / "spool")
    yield made
    made.close()
    made.close_reading()


def mails(count: int) -> list[tuple[bytes, ...]]:
    return [(b"head %d\r\n" % number, b"", b"%d" % number * (number % 7 * 100)) for number in range(count)]


def check(here: Spool) -> None:
    given = mails(500)
    places = []
    for number, chunks in enumerate(given):
        places.append(here.append(chunks))
        if number % 100 == 99:
            here.sync()
    assert [here.read(place) for place in places] == [b"".join(chunks) for chunks in given]


def test_chunks_of_many_mails_are_written_together(here: Spool) -> None:
    check(here)


@pytest.mark.parametrize("name", ["_PENDING_SIZE", "_MOST_CHUNKS"])
def test_chunks_are_written_in_several_calls(here: Spool, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(spool, name, 7)
    check(here)


@pytest.mark.skipif(not hasattr(os, "writev"), reason="no such call here")
def test_chunks_are_written_where_a_call_takes_only_a_part(here: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "writev", lambda file, chunks: os.write(file, b"".join(chunks)[:1000]))
    check(here)


def test_chunks_are_written_where_there_is_no_such_call(here: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "writev", raising=False)
    check(here)


def test_what_was_given_up_is_not_written_into_the_next_segment(here: Spool, tmp_path: Path) -> None:
    first = here.append((b"kept",))
    here.sync()
    here.append((b"given up",))
    here.give_up()
    second = here.append((b"kept, too",))
    here.sync()
    assert (here.read(first), here.read(second)) == (b"kept", b"kept, too")
    assert first.segment != second.segment
    assert path_of(tmp_path / "spool", first.segment).read_bytes() == b"kept"
