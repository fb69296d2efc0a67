"""Names are found wherever they are filed, and cost the same however many there are."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from mailflow_gui.journal import conversations, deliveries, doubts, items, names, tables
from mailflow_gui.journal.deliveries import Frozen, Planned
from mailflow_gui.journal.journal import Journal, Transaction
from mailflow_gui.paths import Home
from tests.journal.test_journal import begun, received

MAILS = 200


@pytest.fixture
def here(home: Home) -> Iterator[Journal]:
    with Journal(home) as opened:
        yield opened


def name(number: int) -> str:
    """Of a received mail; in no order."""
    return f"<{hashlib.sha256(str(number).encode()).hexdigest()}@example.com>"


def take(here: Journal, watch: int, first: int, count: int, parents: tuple[str, ...] = ()) -> list[int]:
    """Receive mails and plan one for each, named ``<N@ours>``; of every ten, the last answers the first."""

    def write(transaction: Transaction) -> list[int]:
        mails = [
            replace(
                received(watch, number),
                message_id=name(number),
                parents=(name(number - 9),) if number % 10 == 9 else parents,
            )
            for number in range(first, first + count)
        ]
        ids = [row.id for row in items.receive_all(transaction, mails) if row is not None]
        plans = [
            (
                item,
                [
                    Planned(
                        Frozen("send", "way", "out", "me@x", f"<{item}@ours>", False, True, "hold"), ("a@x",), (b"",)
                    )
                ],
            )
            for item in ids
        ]
        deliveries.plan_new(transaction, plans)
        return ids

    return here.write(write).result()


def check(here: Journal, database: sqlite3.Connection) -> None:
    """Every name leads to its row, and no other does."""
    for item, message_id, thread in database.execute("SELECT id, message_id, thread FROM items").fetchall():
        assert names.received(database, [message_id]) == [item]
        assert item in names.in_threads(database, [thread])
    for mail, message_id in database.execute("SELECT id, message_id FROM mails").fetchall():
        assert names.sent(database, [message_id]) == [mail]
    assert names.received(database, ["<nobody@example.com>", ""]) == []
    assert names.sent(database, [name(1)]) == []


def check_both_sides(here: Journal) -> None:
    check(here, here.read())
    here.write(lambda transaction: check(here, transaction.database)).result()


@pytest.mark.parametrize("lot", [20, 34, 10_000])
def test_names_are_found_in_every_run_and_before_they_are_filed(
    here: Journal, monkeypatch: pytest.MonkeyPatch, lot: int
) -> None:
    monkeypatch.setattr(names, "LOT", lot)
    watch = begun(here)
    for first in range(0, MAILS, 5):
        take(here, watch, first, 5)
    runs = {run for (run,) in here.read().execute("SELECT DISTINCT run FROM names")}
    assert runs == (set() if lot > MAILS else set(range(names.RUNS + 1)))
    check_both_sides(here)


def test_names_are_found_after_a_restart(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "LOT", 64)
    with Journal(home) as journal:
        take(journal, begun(journal), 0, 41)
        check_both_sides(journal)
    with Journal(home) as journal:
        take(journal, begun(journal), 41, 5)
        check_both_sides(journal)


def test_an_answer_finds_its_thread_wherever_its_parent_is_filed(
    here: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "LOT", 32)
    watch = begun(here)
    (question, *_others) = take(here, watch, 0, 9)
    for number in range(1, 12):
        (answer,) = take(here, watch, 1000 * number, 1, parents=("<unknown@x>", name(1000 * (number - 1))))
        row = items.get(here.read(), answer)
        assert row is not None
        assert row.thread == name(0)
        take(here, watch, 1000 * number + 1, 8)
    found = conversations.thread_of(here.read(), question)
    assert len([mail for mail in found.mails if mail.kind == "received"]) == 12
    assert names.in_threads(here.read(), [name(0)])[0] == question


def test_an_answer_to_a_mail_of_ours_is_known_as_one(here: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "LOT", 32)
    watch = begun(here)
    ids = take(here, watch, 0, 30)
    (answer,) = take(here, watch, 1000, 1, parents=(f"<{ids[3]}@ours>", f"<{ids[29]}@ours>"))
    query = "SELECT thread, answers FROM items WHERE id = ?"
    thread, answers = here.read().execute(query, (answer,)).fetchone()
    assert (thread, answers) == (name(3), 4)
    assert deliveries.senders_of(here.read(), [f"<{ids[3]}@ours>", "<other@ours>"], "flow") == {"send"}
    assert deliveries.senders_of(here.read(), ["<other@ours>", name(1)], "flow") == set()


@pytest.mark.parametrize("lot", [16, 10_000])
def test_names_with_the_same_hash_are_told_apart(here: Journal, monkeypatch: pytest.MonkeyPatch, lot: int) -> None:
    monkeypatch.setattr(names, "LOT", lot)
    monkeypatch.setattr(names, "hash_of", lambda _name, _kind: 7)
    watch = begun(here)
    ids = take(here, watch, 0, 40)
    (answer,) = take(here, watch, 100, 1, parents=(name(5),))
    row = items.get(here.read(), answer)
    assert row is not None
    assert row.thread == name(5)
    assert doubts.received_here(here.read(), name(7))
    assert not doubts.received_here(here.read(), "<nobody@example.com>")
    assert deliveries.senders_of(here.read(), ["<nobody@ours>"], "flow") == set()
    received_with = {mail.id for mail in conversations.thread_of(here.read(), ids[5]).mails if mail.kind == "received"}
    assert received_with == {ids[5], answer}


def test_a_journal_of_version_4_files_what_it_has(home: Home) -> None:
    with Journal(home) as journal:
        take(journal, begun(journal), 0, 50)
    with closing(sqlite3.connect(home.journal_file)) as database:
        for statement in (
            "DROP TABLE names",
            "DROP TABLE filings",
            "CREATE INDEX items_by_message_id ON items(message_id)",
            "CREATE INDEX items_in_thread ON items(thread) WHERE thread != ''",
            "CREATE INDEX mails_by_message_id ON mails(message_id)",
            "PRAGMA user_version = 4",
        ):
            database.execute(statement)
    with Journal(home) as journal:
        assert tables.version(journal.read()) == tables.SCHEMA_VERSION
        indexes = {row[0] for row in journal.read().execute("SELECT name FROM sqlite_master WHERE type = 'index'")}
        assert not indexes & {"items_by_message_id", "items_in_thread", "mails_by_message_id"}
        assert journal.read().execute("SELECT items, mails FROM filings").fetchall()[0][:] == (50, 50)
        check_both_sides(journal)
        take(journal, begun(journal), 50, 20)
        check_both_sides(journal)


def test_a_mail_writes_no_more_pages_the_longer_the_journal_is(here: Journal) -> None:
    """Counted by the pages in the log, not by a clock."""
    watch = begun(here)
    log = here.spool_directory.parent / "journal.sqlite3-wal"
    here.write(lambda transaction: transaction.database.execute("PRAGMA wal_autocheckpoint = 0").close()).result()
    lot = 64

    def pages(first: int) -> int:
        before = log.stat().st_size
        for number in range(first, first + 10 * lot, lot):
            take(here, watch, number, lot)
        return (log.stat().st_size - before) // 4096

    few = pages(0)
    for number in range(10 * lot, 100 * lot, lot):
        take(here, watch, number, lot)
    assert pages(100 * lot) < 1.5 * few
