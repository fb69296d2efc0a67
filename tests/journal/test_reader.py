from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from mailflow_gui.errors import JournalError
from mailflow_gui.journal import listing
from mailflow_gui.journal.items import get
from mailflow_gui.journal.journal import Journal, opened
from mailflow_gui.journal.listing import Filter
from mailflow_gui.journal.reader import Reader
from mailflow_gui.journal.spool import Place
from mailflow_gui.paths import Home
from tests.qt.inspector import filled


def test_a_journal_that_is_not_there_yet_is_no_error_and_is_not_made(home: Home) -> None:
    reader = Reader(home)
    assert not reader.exists
    assert reader.stamp() == ()
    assert not home.journal_file.exists()
    assert not home.spool.exists()


def test_it_sees_what_another_writes_while_it_looks(home: Home) -> None:
    reader = Reader(home)
    with opened(home) as journal:
        assert reader.exists
        before = reader.stamp()
        assert reader.stamp() == before
        item = journal.write(lambda transaction: filled.receive(transaction, 1)).result()
        assert reader.stamp() != before
        assert reader.database is not None
        assert listing.bounds(reader.database) == (item, item)
    reader.close()


def test_it_writes_nothing(home: Home) -> None:
    with opened(home):
        database = Reader(home).database
        assert database is not None
        with closing(database), pytest.raises(sqlite3.OperationalError, match="readonly"):
            database.execute("DELETE FROM items")


def test_a_file_that_is_still_empty_counts_as_none(home: Home) -> None:
    home.journal_file.touch()
    reader = Reader(home)
    assert reader.stamp() == ()
    home.journal_file.unlink()
    with opened(home):
        assert reader.database is not None
        reader.close()


def test_a_journal_that_takes_the_place_of_another_is_found(home: Home) -> None:
    reader = Reader(home)
    with opened(home) as journal:
        journal.write(lambda transaction: filled.receive(transaction, 1)).result()
        assert reader.database is not None
        assert listing.bounds(reader.database) == (1, 1)
    shutil.move(home.data, home.data.with_name("old"))
    assert reader.stamp() == ()
    home.generation_file.unlink()
    with opened(home):
        assert reader.database is not None
        assert listing.bounds(reader.database) == (1, 0)
    reader.close()


def test_a_damaged_journal_says_so(home: Home) -> None:
    home.journal_file.write_bytes(b"no database at all, but long enough to look like one" * 40)
    with pytest.raises(JournalError) as caught:
        _ = Reader(home).exists
    assert caught.value.code == "journal-damaged"


def test_a_journal_that_breaks_while_it_is_read_says_so_and_is_opened_anew(home: Home) -> None:
    reader = Reader(home)
    with opened(home):

        def ask() -> None:
            with reader.reading() as database:
                assert database is not None
                database.execute("SELECT * FROM what_is_not_there")

        with pytest.raises(JournalError) as caught:
            ask()
        assert caught.value.code == "journal-damaged"
        assert reader.exists
        reader.close()


def test_a_newer_journal_says_so(home: Home) -> None:
    with closing(sqlite3.connect(home.journal_file)) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(JournalError) as caught:
        _ = Reader(home).exists
    assert caught.value.code == "journal-newer"


def test_kept_bytes_are_read_in_part_or_whole_and_gone_ones_say_so(home: Home) -> None:
    reader = Reader(home)
    raw = filled.MAIL % (b"Hello", 1)
    with opened(home) as journal:
        item = journal.write(lambda transaction: filled.receive(transaction, 1)).result()
        assert reader.database is not None
        row = get(reader.database, item)
        assert row is not None
        assert reader.content(row.place) == raw
        assert reader.content(row.place, 10) == raw[:10]
        for place in (Place(77, 0, 1), Place(row.place.segment, row.place.offset + 1_000_000, 5)):
            with pytest.raises(JournalError) as caught:
                reader.content(place)
            assert caught.value.code == "journal-content-gone"
    reader.close()


@pytest.fixture
def journal(home: Home) -> Iterator[Journal]:
    with opened(home) as made:
        yield made


def test_counts_say_what_waits_for_somebody(journal: Journal) -> None:
    filled.one_of_each(journal)
    assert listing.counts(journal.read()) == {"failed": 1, "uncertain": 1, "retrying": 1, "running": 1}
    assert listing.counts(journal.read(), "another flow") == {}


@pytest.mark.parametrize(
    ("wanted", "states"),
    [
        (Filter(states=frozenset({"failed"})), {"failed"}),
        (Filter(states=frozenset({"retrying", "failed"})), {"retrying", "failed"}),
        (Filter(states=frozenset({"running", "uncertain"})), {"running", "uncertain"}),
    ],
)
def test_unfinished_and_failed_messages_are_found_through_an_index(
    journal: Journal, wanted: Filter, states: set[str]
) -> None:
    made = filled.one_of_each(journal)
    assert wanted.indexed
    assert listing.indexed(journal.read(), wanted, 100) == sorted(made[state] for state in states)
    assert len(listing.indexed(journal.read(), wanted, 1)) == 1


@pytest.mark.parametrize(
    ("wanted", "states"),
    [
        (Filter(text="PASSWORD"), {"sent"}),
        (Filter(text="問い合わせ"), {"retrying"}),
        (Filter(text="花子"), {"retrying"}),
        (Filter(text="<3@"), {"failed"}),
        (Filter(text="100%"), {"failed"}),
        (Filter(text="%"), {"failed"}),
        (Filter(text="_"), set()),
        (Filter(text="2"), {"skipped"}),
        (Filter(states=frozenset({"skipped"})), {"skipped"}),
        (Filter(flow="another"), set()),
        (Filter(nodes=("receive",)), {"sent", "skipped", "failed", "uncertain", "retrying", "running"}),
        (Filter(nodes=("map", "send")), {"sent", "skipped", "failed", "uncertain", "retrying"}),
        (Filter(nodes=("ma",)), set()),
    ],
)
def test_a_filter_finds_what_it_says(journal: Journal, wanted: Filter, states: set[str]) -> None:
    made = filled.one_of_each(journal)
    assert set(listing.stretch(journal.read(), wanted, 1, 100)) == {made[state] for state in states}


def test_a_row_tells_how_each_step_and_recipient_fared(journal: Journal) -> None:
    made = filled.one_of_each(journal)
    found = {row.state: row for row in listing.rows(journal.read(), list(made.values()))}
    assert {state: row.id for state, row in found.items()} == made
    assert found["sent"].steps == (("map", "passed", None), ("send", "passed", None))
    assert found["retrying"].mails == (("send", "queued"),)
    assert found["retrying"].due == 4102444800.0
    assert found["failed"].code == "recipient-refused"
    assert found["running"].steps == ()
    assert found["sent"].flow_name == "Support desk"
