"""What the journal gives back for each function: waiting, callbacks, and both at once."""

from __future__ import annotations

import threading

import pytest

from mailflow_gui.journal.written import Written


def test_result_is_there_once_it_is_complete() -> None:
    written: Written[int] = Written()
    assert not written.done()
    written.complete(3)
    assert written.done()
    assert written.result() == 3
    assert written.exception() is None


def test_failure_is_raised_by_result_alone() -> None:
    written: Written[int] = Written()
    error = ZeroDivisionError()
    written.fail(error)
    assert written.exception() is error
    with pytest.raises(ZeroDivisionError):
        written.result()


def test_waiting_ends_when_time_is_up() -> None:
    written: Written[int] = Written()
    with pytest.raises(TimeoutError):
        written.result(timeout=0.01)
    written.complete(1)
    assert written.result(timeout=0.01) == 1


def test_each_callback_is_called_once_whenever_it_comes() -> None:
    written: Written[int] = Written()
    called: list[str] = []
    written.add_done_callback(lambda done: called.append(f"before {done.result()}"))
    written.complete(7)
    written.tell()
    written.tell()
    written.add_done_callback(lambda done: called.append(f"after {done.result()}"))
    assert called == ["before 7", "after 7"]


def test_callback_that_raises_stops_nobody() -> None:
    written: Written[int] = Written()
    called: list[int] = []

    def fail(_done: Written[int]) -> None:
        raise IndexError

    written.add_done_callback(fail)
    written.add_done_callback(lambda done: called.append(done.result()))
    written.complete(1)
    written.tell()
    assert called == [1]


def test_nobody_waits_for_ever_and_no_callback_is_lost_in_a_race() -> None:
    for _round in range(300):
        written: Written[int] = Written()
        results: list[int] = []
        called: list[int] = []
        start = threading.Barrier(4)

        def wait(written: Written[int] = written, results: list[int] = results) -> None:
            start.wait()  # noqa: B023 - joined below
            results.append(written.result(timeout=20))

        def register(written: Written[int] = written, called: list[int] = called) -> None:
            start.wait()  # noqa: B023 - joined below
            written.add_done_callback(lambda done: called.append(done.result()))

        threads = [threading.Thread(target=target) for target in (wait, wait, register)]
        for thread in threads:
            thread.start()
        start.wait()
        written.complete(5)
        written.tell()
        for thread in threads:
            thread.join(20)
        assert (results, called) == ([5, 5], [5])
