"""Old contents go by whole segments; whatever somebody may still want done stays."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from mailflow_gui.errors import JournalError
from mailflow_gui.journal import items, retention, spool, watches
from mailflow_gui.journal.items import ItemRow, State
from mailflow_gui.journal.journal import Journal, Transaction
from mailflow_gui.journal.watches import WatchKey
from mailflow_gui.paths import Home
from tests.journal.test_journal import received

DAY = 24 * 60 * 60


@pytest.fixture
def journal(home: Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[Journal]:
    """Every mail gets a segment of its own."""
    monkeypatch.setattr(spool, "SEGMENT_SIZE", 1)
    with Journal(home) as made:
        yield made


def watch_in(journal: Journal) -> int:
    key = WatchKey("flow", "receive", "inbox", "INBOX", dry=False)
    return journal.write(lambda transaction: watches.watch(transaction, key)).result().id


def keep(journal: Journal, number: int, state: State, *, flagging: bool = False) -> int:
    watch = watch_in(journal)
    item = journal.write(lambda transaction: items.receive(transaction, received(watch, uid=number))).result()
    assert item is not None
    if state in items.SETTLED:
        journal.write(lambda transaction: items.settle(transaction, item, state, flagging=flagging)).result()
    else:
        journal.write(lambda transaction: items.put_state(transaction, item, state)).result()
    return item


def is_there(journal: Journal, item: int) -> bool:
    row = items.get(journal.read(), item)
    assert isinstance(row, ItemRow)  # what happened is never forgotten
    return spool.path_of(journal.spool_directory, row.place.segment).exists()


def test_settled_mails_go_after_a_while_and_open_ones_never(journal: Journal) -> None:
    sent, skipped = keep(journal, 1, "sent"), keep(journal, 2, "skipped")
    failed, waiting = keep(journal, 3, "failed"), keep(journal, 4, "held")
    doubtful, unflagged = keep(journal, 5, "uncertain"), keep(journal, 6, "sent", flagging=True)
    keep(journal, 7, "sent")  # its segment is still being written
    retention.clean(journal, days=30)
    assert all(is_there(journal, item) for item in (sent, skipped, failed, waiting, doubtful, unflagged))
    assert len(retention.clean(journal, days=30, now=time.time() + 31 * DAY)) == 2
    assert [is_there(journal, item) for item in (sent, skipped, failed, waiting, doubtful, unflagged)] == [
        *(False, False),
        *(True, True, True, True),
    ]
    gone = items.get(journal.read(), sent)
    assert gone is not None
    with pytest.raises(JournalError, match="kept bytes"):
        journal.content(gone.place)
    watch = watch_in(journal)
    again = journal.write(lambda transaction: items.receive(transaction, received(watch, uid=1))).result()
    assert again is None  # the ledger outlives the bytes


def test_a_spool_that_has_grown_too_large_loses_the_oldest_settled_mails_first(journal: Journal) -> None:
    failed, old, newer = keep(journal, 1, "failed"), keep(journal, 2, "sent"), keep(journal, 3, "sent")
    keep(journal, 4, "sent")
    row = items.get(journal.read(), failed)
    assert row is not None
    length = row.place.length
    assert len(retention.clean(journal, size=2 * length)) == 1
    assert [is_there(journal, item) for item in (failed, old, newer)] == [True, False, True]
    retention.clean(journal, size=0)
    assert [is_there(journal, item) for item in (failed, old, newer)] == [True, False, False]


def test_segments_that_no_row_refers_to_go_at_once(journal: Journal, home: Home) -> None:
    kept = keep(journal, 1, "received")
    keep(journal, 2, "received")
    orphan = spool.path_of(home.spool, 0)
    orphan.write_bytes(b"of a crash before its commit")
    assert retention.clean(journal) == [0]
    assert not orphan.exists()
    assert is_there(journal, kept)


def test_what_is_just_being_written_stays_though_no_row_refers_to_it_yet(journal: Journal) -> None:
    """A segment is full, its rows aren't committed: nobody but the writer knows of them."""
    watch = watch_in(journal)
    written, cleaned = threading.Event(), threading.Event()
    kept: list[int] = []

    def two(transaction: Transaction) -> None:
        for uid in (1, 2):
            item = items.receive(transaction, received(watch, uid=uid))
            assert item is not None
            kept.append(item)
        written.set()
        cleaned.wait(0.3)  # whoever doesn't wait for the writer is done by then

    def clean() -> None:
        retention.clean(journal)
        cleaned.set()

    future = journal.write(two)
    assert written.wait(30)
    cleaning = threading.Thread(target=clean)
    cleaning.start()
    future.result()
    cleaning.join()
    assert [is_there(journal, item) for item in kept] == [True, True]


def test_the_number_of_a_segment_that_is_gone_is_never_given_again(home: Home) -> None:
    """Else a message would show, or send, the contents of another."""
    with Journal(home) as journal:
        old = keep(journal, 1, "sent")
        row = items.get(journal.read(), old)
        assert row is not None
    with Journal(home) as journal:
        assert len(retention.clean(journal, days=-1)) == 1
        assert journal.finished_segments() == {}
    for lost in home.spool.glob("*"):
        lost.unlink()
    with Journal(home) as journal:
        keep(journal, 2, "received")
        with pytest.raises(JournalError, match="kept bytes"):
            journal.content(row.place)
