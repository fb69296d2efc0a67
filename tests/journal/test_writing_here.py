"""Writing in the thread that asks for it: one at a time, in order, and durable all the same."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from mailflow_gui.errors import StorageError
from mailflow_gui.journal.journal import Journal, Transaction
from mailflow_gui.paths import Home


def noting(done: list[str], name: str) -> Callable[[Transaction], str]:
    def write(transaction: Transaction) -> str:
        done.append(f"{name} in {threading.current_thread().name}")
        transaction.database.execute("INSERT INTO meta(key, value) VALUES (?, '')", (name,))
        return name

    return write


def test_it_is_written_in_this_thread_when_nothing_else_is_to_be_written(home: Home) -> None:
    done: list[str] = []
    with Journal(home) as journal:
        written = journal.write_here(noting(done, "a"))
        assert written.done()
        assert written.result() == "a"
        assert done == [f"a in {threading.current_thread().name}"]
        assert journal.read().execute("SELECT count(*) FROM meta WHERE key = 'a'").fetchone()[0] == 1


def test_what_was_given_earlier_comes_first(home: Home) -> None:
    done: list[str] = []
    goes_on = threading.Event()

    def slow(_transaction: Transaction) -> None:
        assert goes_on.wait(30)
        done.append("slow")

    with Journal(home) as journal:
        journal.write(slow)
        journal.write(noting(done, "earlier"))
        written = journal.write_here(noting(done, "here"))  # doesn't wait: its place is behind the others
        assert not written.done()
        goes_on.set()
        assert written.result(30) == "here"
    assert done == ["slow", "earlier in journal", "here in journal"]


def test_what_is_given_meanwhile_comes_afterwards(home: Home) -> None:
    done: list[str] = []

    def give_another(_transaction: Transaction) -> None:
        later.append(journal.write(noting(done, "later")))
        done.append("here")

    with Journal(home) as journal:
        later: list[object] = []
        journal.write_here(give_another).result()
    assert done == ["here", "later in journal"]


def test_many_threads_never_write_at_once_and_each_keeps_its_order(home: Home) -> None:
    inside = threading.Lock()
    order: list[tuple[int, int]] = []
    failures: list[BaseException] = []

    def write(thread: int, number: int) -> Callable[[Transaction], None]:
        def function(transaction: Transaction) -> None:
            assert inside.acquire(blocking=False), "two threads write at once"
            try:
                order.append((thread, number))
                transaction.database.execute("INSERT INTO meta(key, value) VALUES (?, '')", (f"row {thread} {number}",))
            finally:
                inside.release()

        return function

    def work(thread: int) -> None:
        try:
            for number in range(120):
                give = journal.write_here if (number + thread) % 3 else journal.write
                written = give(write(thread, number))
                if number % 5 == 0:
                    written.result(30)
            written.result(30)
        except BaseException as error:
            failures.append(error)
            raise

    with Journal(home) as journal:
        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert not failures
        assert journal.read().execute("SELECT count(*) FROM meta WHERE key LIKE 'row %'").fetchone()[0] == 480
    for thread in range(4):
        assert [number for whose, number in order if whose == thread] == list(range(120))


def test_its_failure_is_told_as_any_other_and_nothing_more_is_taken(home: Home) -> None:
    def no_room(transaction: Transaction) -> None:
        transaction.database.execute("INSERT INTO meta(key, value) VALUES ('undone', '')")
        raise OSError(28, "No space left on device")

    with Journal(home) as journal:
        with pytest.raises(StorageError):
            journal.write_here(no_room).result()
        assert journal.read().execute("SELECT count(*) FROM meta WHERE key = 'undone'").fetchone()[0] == 0
        for give in (journal.write, journal.write_here):
            with pytest.raises(StorageError):
                give(noting([], "never")).result(30)
