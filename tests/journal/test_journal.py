"""The journal's writer, spool, mark and tables."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mailflow_gui.errors import JournalError, StorageError
from mailflow_gui.journal import deliveries, items, mark, requests, spool, watches
from mailflow_gui.journal.journal import Journal, Transaction
from mailflow_gui.journal.spool import Place, Spool
from mailflow_gui.journal.watches import WatchKey
from mailflow_gui.paths import Home

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def here(home: Home) -> Iterator[Journal]:
    with Journal(home) as opened:
        yield opened


def put(name: str, value: str = "x") -> Callable[[Transaction], None]:
    def write(transaction: Transaction) -> None:
        transaction.database.execute("INSERT INTO meta(key, value) VALUES (?, ?)", (name, value))

    return write


def names(here: Journal) -> set[str]:
    return {key for (key,) in here.read().execute("SELECT key FROM meta")} - {"generation"}


def received(watch: int, uid: int | str = 1, *, once: bool = True, raw: bytes = b"raw") -> items.Received:
    return items.Received(
        watch=watch,
        flow="flow",
        node="receive",
        account="inbox",
        folder="INBOX",
        uid_validity=7,
        uid=uid,
        key=f"key{uid}",
        version="v",
        run=1,
        dry=False,
        once=once,
        flags=(),
        message_id="<m>",
        subject="s",
        sender="a@b",
        size=len(raw),
        raw=raw,
    )


KEY = WatchKey("flow", "receive", "inbox", "INBOX", dry=False)


def begun(here: Journal, key: WatchKey = KEY) -> int:
    return here.write(lambda transaction: watches.watch(transaction, key)).result().id


# ---- groups


def test_functions_are_written_in_their_order_and_seen_once_done(here: Journal) -> None:
    futures = [here.write(put(f"name{number}")) for number in range(600)]
    futures[-1].result()
    assert all(future.done() for future in futures)
    assert len(names(here)) == 600


def test_what_queues_up_is_committed_together(here: Journal) -> None:
    hold, held = threading.Event(), threading.Event()

    def wait(_transaction: Transaction) -> None:
        held.set()
        hold.wait(10)

    first = here.write(wait)
    held.wait(10)
    seen_inside: list[int] = []

    def count_outside(_transaction: Transaction) -> None:
        seen_inside.append(len(names(here)))  # another connection sees nothing of a group that isn't committed

    later = [here.write(put(f"a{number}")) for number in range(10)] + [here.write(count_outside)]
    hold.set()
    first.result()
    for future in later:
        future.result()
    assert seen_inside == [0]
    assert len(names(here)) == 10


def test_one_failing_function_undoes_its_group_and_ends_the_journal(home: Home) -> None:
    def fail(_transaction: Transaction) -> None:
        raise ZeroDivisionError

    with Journal(home) as here:
        hold, held = threading.Event(), threading.Event()

        def wait(_transaction: Transaction) -> None:
            held.set()
            hold.wait(10)

        before = here.write(wait)
        held.wait(10)
        group = [here.write(put("before")), here.write(fail), here.write(put("after"))]
        hold.set()
        before.result()
        for future in group:
            with pytest.raises(ZeroDivisionError):
                future.result()
        with pytest.raises(JournalError) as told:
            here.write(put("later")).result()
        assert told.value.code == "journal-failed"
        assert names(here) == set()
    with Journal(home) as again:
        again.write(put("again")).result()
        assert names(again) == {"again"}


def test_closing_writes_what_is_queued(home: Home) -> None:
    with Journal(home) as here:
        for number in range(50):
            here.write(put(f"name{number}"))
    with Journal(home) as again:
        assert len(names(again)) == 50


def test_accounts_that_become_known_at_once_are_all_kept(home: Home) -> None:
    names = [f"account-{number}" for number in range(12)]
    with Journal(home) as here:
        with ThreadPoolExecutor(len(names)) as threads:
            list(threads.map(here.know_account, names))
        known = mark.read(home.generation_file)
    assert known is not None
    assert known.accounts == set(names)
    assert not list(home.generation_file.parent.glob("*.new"))


def test_two_processes_may_begin_one_journal_at_once(home: Home) -> None:
    program = "from mailflow_gui import paths\nfrom mailflow_gui.journal.journal import Journal\nJournal(paths.home()).close()"
    started = [
        subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    for process in started:
        _out, words = process.communicate(timeout=30)
        assert process.returncode == 0, words
    with Journal(home):
        pass


# ---- the spool


def test_kept_bytes_come_back_from_where_they_lie(here: Journal) -> None:
    contents = [os.urandom(number * 100) for number in range(20)]
    places = [
        here.write(lambda transaction, content=content: transaction.keep([content[:50], content[50:]])).result()  # type: ignore[misc]  # mypy can't infer a lambda with a default
        for content in contents
    ]
    assert [here.content(place) for place in places] == contents


def test_full_segments_are_followed_by_new_ones(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "SEGMENT_SIZE", 100)
    with Journal(home) as here:
        contents = [bytes([number]) * 60 for number in range(10)]
        places = []
        for content in contents:
            future = here.write(lambda transaction, content=content: transaction.keep([content]))  # type: ignore[misc]  # mypy can't infer a lambda with a default
            places.append(future.result())
        assert len({place.segment for place in places}) == 5
        assert [here.content(place) for place in places] == contents
        here.close()
    with Journal(home) as again:
        place = again.write(lambda transaction: transaction.keep([b"new"])).result()
        assert place.segment > max(old.segment for old in places)
        assert [again.content(place) for place in places] == contents


def test_bytes_without_a_row_do_no_harm(home: Home) -> None:
    """As after an end between the spool and the commit."""
    with Journal(home) as here:
        place = here.write(lambda transaction: transaction.keep([b"known"])).result()
    lost = Spool(home.spool)
    lost.append([b"nobody refers to this"])
    lost.sync()
    lost.close()
    with Journal(home) as again:
        new = again.write(lambda transaction: transaction.keep([b"new"])).result()
        assert again.content(place) == b"known"
        assert again.content(new) == b"new"


def test_bytes_that_are_gone_are_an_error_that_can_be_read(here: Journal, home: Home) -> None:
    place = here.write(lambda transaction: transaction.keep([b"known"])).result()
    for wrong in (Place(place.segment + 9, 0, 1), Place(place.segment, place.offset, place.length + 1)):
        with pytest.raises(JournalError) as told:
            here.content(wrong)
        assert told.value.code == "journal-content-gone"


def test_spool_files_are_for_this_user_alone(here: Journal, home: Home) -> None:
    here.write(lambda transaction: transaction.keep([b"known"])).result()
    if os.name != "nt":
        assert {path.stat().st_mode & 0o777 for path in home.spool.iterdir()} == {0o600}
        assert home.journal_file.stat().st_mode & 0o777 == 0o600


# ---- the mark


def test_a_journal_that_belongs_to_another_home_is_refused(home: Home, tmp_path: Path) -> None:
    Journal(home).close()
    other = Home(tmp_path / "a", tmp_path / "b", tmp_path / "c")
    Journal(other).close()
    home.journal_file.write_bytes(other.journal_file.read_bytes())
    with pytest.raises(JournalError) as told:
        Journal(home)
    assert told.value.code == "journal-other"


def test_a_lost_mark_is_made_again_with_the_accounts_that_the_journal_knows(home: Home) -> None:
    with Journal(home) as here:
        begun(here)
        generation = mark.read(home.generation_file)
    home.generation_file.unlink()
    Journal(home).close()
    assert generation is not None
    assert mark.read(home.generation_file) == mark.Mark(generation.generation, frozenset({"inbox"}))


def test_a_new_journal_knows_which_accounts_the_lost_one_had(home: Home) -> None:
    with Journal(home) as here:
        here.know_account("inbox")
    for path in home.data.glob("journal*"):
        path.unlink()
    other = WatchKey("flow", "receive", "elsewhere", "INBOX", dry=False)
    for _twice in range(2):
        with Journal(home) as again:
            row = again.write(lambda transaction: watches.watch(transaction, KEY)).result()
            assert row.lost
            assert not again.write(lambda transaction: watches.watch(transaction, other)).result().lost


def test_a_beginning_that_was_interrupted_is_begun_again(home: Home) -> None:
    with Journal(home) as here:
        here.know_account("inbox")
    for path in home.data.glob("journal*"):
        path.unlink()
    sqlite3.connect(home.journal_file).close()  # an empty file, and a mark that names a journal nobody has
    mark.write(home.generation_file, mark.Mark("0" * 32, frozenset({"inbox"})))
    with Journal(home) as again:
        assert again.write(lambda transaction: watches.watch(transaction, KEY)).result().lost


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_no_right_to_write_is_said_so(home: Home) -> None:
    home.data.chmod(0o500)
    with pytest.raises(StorageError) as told:
        Journal(home)
    home.data.chmod(0o700)
    assert told.value.code == "no-right-to-write"


# ---- items and the ledger


def test_a_mail_is_taken_on_once_for_each_watch_and_epoch(here: Journal) -> None:
    one, other = begun(here), begun(here, WatchKey("flow", "second", "inbox", "INBOX", dry=False))
    first = here.write(lambda transaction: items.receive(transaction, received(one))).result()
    assert first is not None
    assert here.write(lambda transaction: items.receive(transaction, received(one))).result() is None
    assert here.write(lambda transaction: items.receive(transaction, received(other))).result() is not None
    assert watches.taken(here.read(), one, 7, [1, 2]) == {1}
    assert watches.taken(here.read(), one, 8, [1, 2]) == set()


def test_without_the_ledger_a_mail_is_taken_on_each_time(here: Journal) -> None:
    watch = begun(here)
    taken = [
        here.write(lambda transaction: items.receive(transaction, received(watch, once=False))).result()
        for _ in range(2)
    ]
    assert None not in taken
    assert len(set(taken)) == 2


def test_the_ledger_is_asked_about_many_mails_at_once(here: Journal) -> None:
    watch = begun(here)
    here.write(
        lambda transaction: watches.begin(transaction, watch, None, 0, [f"k{number}" for number in range(1500)])
    ).result()
    asked: list[int | str] = [f"k{number}" for number in range(1000, 2000)]
    assert watches.taken(here.read(), watch, 0, asked) == {f"k{number}" for number in range(1000, 1500)}


def planned(way: str = "w", recipients: tuple[str, ...] = ("a@x", "b@x")) -> deliveries.Planned:
    frozen = deliveries.Frozen(
        node="send",
        way=way,
        account="outgoing",
        sender="me@x",
        message_id="<id>",
        eight_bit=False,
        smtputf8=False,
        when_uncertain="hold",
    )
    return deliveries.Planned(frozen=frozen, recipients=recipients, content=(b"frozen",))


def test_a_mail_is_frozen_once(here: Journal) -> None:
    watch = begun(here)
    item = here.write(lambda transaction: items.receive(transaction, received(watch))).result()
    assert item is not None
    once, again = (
        here.write(lambda transaction: deliveries.plan(transaction, "flow", item, [planned()])).result()
        for _ in range(2)
    )
    assert once == again
    (row,) = deliveries.mails_of(here.read(), item)
    assert here.content(row.place) == b"frozen"
    assert [row.recipient for row in deliveries.deliveries_of(here.read(), row.id)] == ["a@x", "b@x"]


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        (("sent", "sent"), "sent"),
        (("sent", "failed"), "failed"),
        (("failed", "uncertain"), "uncertain"),
        (("uncertain", "held"), "held"),
        (("held", "queued"), "queued"),
        (("queued", "planned"), "planned"),
        ((), "skipped"),
    ],
)
def test_an_item_stands_where_its_worst_unfinished_delivery_does(states: tuple[str, ...], expected: str) -> None:
    assert deliveries.item_state({state: states.count(state) for state in states}) == expected


def test_only_watches_that_ask_are_answered(here: Journal) -> None:
    asking, content = begun(here), begun(here, WatchKey("flow", "receive", "inbox", "Other", dry=False))
    for watch in (asking, content):
        here.write(lambda transaction, watch=watch: watches.begin(transaction, watch, 7, 0)).result()  # type: ignore[misc]  # mypy can't infer a lambda with a default
    assert here.write(lambda transaction: watches.resume(transaction, "inbox", "skip")).result() == 0
    here.write(lambda transaction: watches.ask(transaction, asking)).result()
    assert watches.waiting(here.read(), "inbox") == 1
    assert here.write(lambda transaction: watches.resume(transaction, "inbox", "skip")).result() == 1
    other = WatchKey("flow", "receive", "inbox", "Other", dry=False)
    rows = [
        here.write(lambda transaction: watches.watch(transaction, KEY)).result(),
        here.write(lambda transaction: watches.watch(transaction, other)).result(),
    ]
    assert [(row.started, row.existing) for row in rows] == [(False, "skip"), (True, None)]
    assert watches.waiting(here.read(), "inbox") == 0


def test_requests_are_carried_out_once_and_in_their_order(here: Journal) -> None:
    first = here.write(lambda transaction: requests.add(transaction, "retry", "1")).result()
    second = here.write(lambda transaction: requests.add(transaction, "resume", "inbox", "skip")).result()
    assert [request.id for request in requests.open_requests(here.read())] == [first, second]
    here.write(lambda transaction: requests.done(transaction, first)).result()
    (left,) = requests.open_requests(here.read())
    assert (left.kind, left.subject, left.argument) == ("resume", "inbox", "skip")


@pytest.mark.parametrize("left", [b"\xff\xfe\x00", b"\x00" * 40, b"\xe3\x81"])
def test_a_mark_that_a_power_cut_left_unreadable_is_told_of(home: Home, left: bytes) -> None:
    Journal(home).close()
    home.generation_file.write_bytes(left)
    with pytest.raises(JournalError) as caught:
        Journal(home)
    assert caught.value.code == "journal-other"


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes")
def test_nobody_else_may_read_the_mark(home: Home) -> None:
    mark.write(home.generation_file, mark.Mark("0" * 32))
    assert stat.S_IMODE(home.generation_file.stat().st_mode) == 0o600
