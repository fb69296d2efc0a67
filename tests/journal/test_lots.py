"""Many mails in one transaction: the same rows as one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from mailflow_gui.errors import Rejected
from mailflow_gui.journal import deliveries, items, watches
from mailflow_gui.journal.deliveries import Frozen, Planned
from mailflow_gui.journal.journal import Journal, Transaction
from mailflow_gui.journal.watches import WatchKey
from mailflow_gui.paths import Home
from tests.journal.test_journal import received

MAILS = 100
"""More than fit in one statement."""


@pytest.fixture
def here(home: Home) -> Iterator[Journal]:
    with Journal(home) as opened:
        yield opened


@pytest.fixture
def watch(here: Journal) -> int:
    key = WatchKey("flow", "receive", "inbox", "INBOX", dry=False)
    return here.write(lambda transaction: watches.watch(transaction, key)).result().id


def take(here: Journal, mails: list[items.Received]) -> list[items.ItemRow | None]:
    return here.write(lambda transaction: items.receive_all(transaction, mails)).result()


def planned(number: int, recipients: tuple[str, ...]) -> Planned:
    frozen = Frozen("send", "receive.m>send", "out", "me@x", f"<{number}@x>", False, True, "hold", copy_to="sent")
    return Planned(frozen, recipients, (b"head", b"body %d" % number))


def test_rows_are_those_that_the_journal_reads(here: Journal, watch: int) -> None:
    mails = [
        replace(
            received(watch, number, raw=b"raw %d" % number),
            message_id=f"<{number}@x>",
            flags=(r"\Seen", "$Work") if number % 2 else (),
            incomplete=Rejected("received-too-large", size=9, maximum=8) if number == 3 else None,
        )
        for number in range(1, MAILS + 1)
    ]
    rows = take(here, mails)
    assert [row.uid if row else None for row in rows] == list(range(1, MAILS + 1))
    for mail, row in zip(mails, rows, strict=True):
        assert row is not None
        assert items.get(here.read(), row.id) == row
        assert here.content(row.place) == mail.raw
    ledger = here.read().execute("SELECT uid, item FROM ledger WHERE watch = ? ORDER BY uid", (watch,)).fetchall()
    assert [tuple(entry) for entry in ledger] == [(row.uid, row.id) for row in rows if row]


def test_each_mail_is_taken_on_once(here: Journal, watch: int) -> None:
    first = take(here, [received(watch, 1), received(watch, 2), received(watch, 2)])
    assert [row is not None for row in first] == [True, True, False]
    again = take(here, [received(watch, 2), received(watch, 3), received(watch, 1)])
    assert [row is not None for row in again] == [False, True, False]
    assert here.read().execute("SELECT count(*) FROM items").fetchone()[0] == 3


def test_without_the_ledger_a_mail_is_taken_on_each_time(here: Journal, watch: int) -> None:
    rows = take(here, [received(watch, 1, once=False), received(watch, 1, once=False)])
    assert all(rows)
    assert here.read().execute("SELECT count(*) FROM ledger").fetchone()[0] == 0


def test_answer_beside_its_question_is_of_the_same_thread(here: Journal, watch: int) -> None:
    question = replace(received(watch, 1), message_id="<q@x>", thread="T1")
    answer = replace(received(watch, 2), message_id="<a@x>", parents=("<q@x>",))
    further = replace(received(watch, 3), message_id="<f@x>", parents=("<a@x>",))
    assert [row.thread if row else None for row in take(here, [question, answer, further])] == ["T1", "T1", "T1"]


def test_many_mails_are_planned_as_one_is(here: Journal, watch: int) -> None:
    rows = take(here, [received(watch, number) for number in range(MAILS)])
    ids = [row.id for row in rows if row]
    plans = [(item, [planned(item, ("a@x", "b@x")[: 1 + item % 2])]) for item in ids[:-1]]

    def plan(transaction: Transaction) -> list[list[int]]:
        made = deliveries.plan_new(transaction, plans)
        items.planned(transaction, [item for item, _its in plans], '[["send", "passed", null]]')
        return made

    made = here.write(plan).result()
    last = planned(ids[-1], ("a@x",))
    (alone,) = here.write(lambda transaction: deliveries.plan(transaction, "flow", ids[-1], [last])).result()
    assert alone is not None
    numbers = [number for (number,) in made]
    for (item, (mail,)), number in zip([*plans, (ids[-1], [last])], [*numbers, alone], strict=True):
        (row,) = deliveries.mails_of(here.read(), item)
        assert (row.id, row.item, row.frozen) == (number, item, mail.frozen)
        assert here.content(row.place) == b"".join(mail.content)
        found = deliveries.deliveries_of(here.read(), number)
        assert [(each.recipient, each.state, each.attempts) for each in found] == [
            (recipient, "planned", 0) for recipient in mail.recipients
        ]
        settled = items.get(here.read(), item)
        assert settled is not None
        assert settled.state == "planned"


def test_flags_that_were_moved_are_noted_for_all(here: Journal, watch: int) -> None:
    rows = take(here, [received(watch, number) for number in range(MAILS)])
    ids = [row.id for row in rows if row]

    def settle(transaction: Transaction) -> None:
        for item in ids:
            items.settle(transaction, item, "sent", flagging=True)

    here.write(settle).result()
    assert len(items.unflagged(here.read(), watch, 7, 1000)) == MAILS
    here.write(lambda transaction: items.flagged(transaction, ids[:-1])).result()
    assert [row.id for row in items.unflagged(here.read(), watch, 7, 1000)] == ids[-1:]
