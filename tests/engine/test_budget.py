"""The budget: what fits, what waits, and what is let in alone."""

from __future__ import annotations

import threading

from mailflow_gui.engine.budget import LOT, Budget


def test_no_more_is_taken_than_there_is() -> None:
    budget = Budget(items=3, size=100)
    assert budget.take_some([10] * 5, timeout=0) == 3
    assert budget.take_some([10], timeout=0) == 0
    budget.give_back(10)
    assert budget.take(10, timeout=0)


def test_bytes_count_as_much_as_items() -> None:
    budget = Budget(items=10, size=100)
    assert budget.take_some([40, 40, 40], timeout=0) == 2
    assert not budget.take(40, timeout=0)
    assert budget.take(20, timeout=0)


def test_mail_larger_than_all_room_is_let_in_alone() -> None:
    budget = Budget(items=10, size=100)
    assert budget.take_some([1000, 1], timeout=0) == 1
    assert not budget.take(1, timeout=0)
    budget.give_back(1000)
    assert budget.take(100, timeout=0)


def test_large_mail_waits_until_everything_is_given_back() -> None:
    budget = Budget(items=10, size=100)
    assert budget.take(1, timeout=0)
    assert not budget.take(1000, timeout=0)
    budget.give_back(1)
    assert budget.take(1000, timeout=0)


def test_time_up_gives_what_there_is() -> None:
    budget = Budget(items=2 * LOT, size=10_000)
    assert budget.take_some([1] * 2 * LOT, timeout=0) == 2 * LOT
    budget.give_back(1)
    assert budget.take_some([1] * LOT, timeout=0.01) == 1


def test_whoever_waits_gets_a_whole_lot() -> None:
    budget = Budget(items=2 * LOT, size=10_000)
    budget.take_some([1] * 2 * LOT, timeout=0)
    got: list[int] = []
    thread = threading.Thread(target=lambda: got.append(budget.take_some([1] * 200, timeout=20)))
    thread.start()
    for _mail in range(LOT):
        budget.give_back(1)
    thread.join(20)
    assert got == [LOT]


def test_all_given_back_wakes_whoever_waits_for_more_than_there_ever_is() -> None:
    budget = Budget(items=LOT, size=100)
    budget.take(60, timeout=0)
    got: list[int] = []
    thread = threading.Thread(target=lambda: got.append(budget.take_some([60, 60], timeout=20)))
    thread.start()
    budget.give_back(60)
    thread.join(20)
    assert got == [1]


def test_room_of_several_mails_is_given_back_at_once() -> None:
    budget = Budget(items=3, size=100)
    assert budget.take_some([30, 30, 30], timeout=0) == 3
    budget.give_back(30, 30)
    assert budget.take_some([35, 35, 35], timeout=0) == 2
    budget.give_back(35, 35, 30)
    assert budget.take(1000, timeout=0)
