"""Many mails noted at once leave the same rows as one by one."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from mailflow_gui import nodes
from mailflow_gui.accounts.secrets import SecretStore
from mailflow_gui.accounts.sessions import Sessions
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.engine.compiled import compile_flow
from mailflow_gui.engine.delivering import Job
from mailflow_gui.engine.events import Events
from mailflow_gui.engine.gates import Gates
from mailflow_gui.engine.noting import Noting, Sent
from mailflow_gui.engine.settling import Concluded
from mailflow_gui.engine.work import RunningFlow, Work
from mailflow_gui.errors import MailFlowError, Rejected, Reply, Transient
from mailflow_gui.flow import file as flow_file
from mailflow_gui.journal import deliveries, doubts, items, watches
from mailflow_gui.journal.deliveries import Frozen, Planned
from mailflow_gui.journal.journal import Journal, Transaction
from mailflow_gui.journal.watches import WatchKey
from mailflow_gui.mail.message import MailMessage
from mailflow_gui.paths import Home
from tests.journal.test_journal import received

FLOW = {
    "mailflow": 1,
    "name": "forward",
    "nodes": [
        {"id": "receive", "type": "receive-email", "position": [0, 0], "settings": {"connection": "inbox"}},
        {
            "id": "send",
            "type": "send-email",
            "position": [9, 0],
            "settings": {"connection": "out", "from": "me@x.example"},
        },
    ],
    "edges": [{"from": ["receive", "message"], "to": ["send", "email"]}],
}

Uncertain = tuple[Job, tuple[str, ...], dict[str, MailFlowError]]
Write = Callable[[Noting, Transaction, list[Uncertain], list[Sent]], list[Concluded]]


@dataclass(frozen=True)
class Bench:
    """A journal, who notes in it, and what is on its way."""

    journal: Journal
    noting: Noting
    running: RunningFlow
    watch: int


@contextlib.contextmanager
def opened(home: Home) -> Iterator[Bench]:
    with Journal(home) as journal:
        events = Events()
        gate = Gates(journal, Sessions(AccountStore(home.accounts_file), SecretStore()), events).of("out")
        compiled = compile_flow(flow_file.loads(json.dumps(FLOW), "forward"), nodes.load(), {}, offline=True)
        running = RunningFlow(
            key="flow", path="x", flow=compiled, version="v", run=1, mode="once", dry=False, accounts={}
        )
        key = WatchKey("flow", "receive", "inbox", "INBOX", dry=False)
        watch = journal.write(lambda transaction: watches.watch(transaction, key)).result().id
        yield Bench(journal, Noting(gate, journal, events, lambda _doubt: False), running, watch)


@pytest.fixture
def bench(home: Home) -> Iterator[Bench]:
    with opened(home) as made:
        yield made


def job(
    bench: Bench, uid: int, recipients: tuple[str, ...] = ("a@x.example",), *, mails: int = 1, **frozen: Any
) -> Job:
    """The first mail of a new item with so many mails."""

    def begin(transaction: Transaction) -> tuple[items.ItemRow, list[int], list[Planned]]:
        (row,) = items.receive_all(transaction, [received(bench.watch, uid)])
        assert row is not None
        first = Frozen("send", "way0", "out", "me@x.example", f"<{uid}@x.example>", False, False, "hold")
        planned = [
            Planned(replace(first, way=f"way{number}", **frozen), recipients, (b"bytes",)) for number in range(mails)
        ]
        (ids,) = deliveries.plan_new(transaction, [(row.id, planned)])
        items.planned(transaction, [row.id], "[]")
        return row, ids, planned

    row, ids, planned = bench.journal.write(begin).result()
    work = Work(bench.running, row, MailMessage(b""), 0)
    return Job(work, ids[0], planned[0].frozen, recipients, planned[0].content, mails == 1)


def batch(bench: Bench, first: int) -> list[Uncertain]:
    """All that a batch can hold, the usual and the others, as if begun at once."""
    two = ("a@x.example", "b@x.example")
    late = Transient("refused-for-now", account="out", reply=Reply("later", 450, "4.2.0"))
    never = Rejected("refused", account="out", reply=Reply("nobody", 550, "5.1.1"))
    made: list[Uncertain] = [(job(bench, first + number), ("a@x.example",), {}) for number in range(5)]
    made.append((job(bench, first + 5, two), two, {}))
    made.append((job(bench, first + 6, two), two[:1], {two[1]: late}))
    made.append((job(bench, first + 7, two), two[1:], {two[0]: never}))
    made.append((job(bench, first + 8, maximum_per_day=9), ("a@x.example",), {}))
    made.append((job(bench, first + 9, copy_to="sent"), ("a@x.example",), {}))
    made.append((job(bench, first + 10, mails=2), ("a@x.example",), {}))
    made += [(job(bench, first + 11 + number), ("a@x.example",), {}) for number in range(3)]
    return made


def one_by_one(
    noting: Noting, transaction: Transaction, uncertain: list[Uncertain], sents: list[Sent]
) -> list[Concluded]:
    concluded = [noting.sent(transaction, sent.job, sent.accepted, sent.receipt) for sent in sents]
    for each, accepted, refused in uncertain:
        noting.uncertain(transaction, each, accepted, refused)
    return concluded


def together(
    noting: Noting, transaction: Transaction, uncertain: list[Uncertain], sents: list[Sent]
) -> list[Concluded]:
    return noting.note_all(transaction, sents, uncertain)


def rows(bench: Bench) -> dict[str, list[Any]]:
    """What the journal says, without times and names that differ from item to item."""
    database = bench.journal.read()
    settled = "SELECT state, settled IS NULL, due IS NULL, flagging, steps, code, class FROM items ORDER BY id"
    delivered = (
        "SELECT recipient, state, attempts, first_attempt IS NULL, due IS NULL, at > 0, receipt"
        " FROM deliveries ORDER BY mail, recipient"
    )
    others = "SELECT copy, (SELECT count(*) FROM limited WHERE mail = id) FROM mails ORDER BY id"
    queries = {"items": settled, "deliveries": delivered, "mails": others}
    return {name: [tuple(row) for row in database.execute(query)] for name, query in queries.items()}


def note(bench: Bench, write: Write) -> tuple[list[Concluded], list[dict[str, list[Any]]]]:
    """Two batches one behind the other, as a sending thread notes them; what is told of the items, and all rows on the way."""
    first, second = batch(bench, 1), batch(bench, 101)
    sents = [
        [Sent(each, accepted, f"250 ok {number}") for number, (each, accepted, _refused) in enumerate(some)]
        for some in (first, second)
    ]
    told, seen = [], []
    steps: list[tuple[list[Uncertain], list[Sent]]] = [(first, []), (second, sents[0]), ([], sents[1])]
    for uncertain, sent in steps:
        told += bench.journal.write(
            lambda transaction, now=(uncertain, sent): write(bench.noting, transaction, *now)  # type: ignore[misc]  # mypy infers no type for a lambda with a default
        ).result()
        seen.append(rows(bench))
    return told, seen


def test_a_batch_leaves_the_same_rows_as_its_mails_one_by_one(bench: Bench, tmp_path: Path) -> None:
    told, seen = note(bench, together)
    with opened(Home(tmp_path / "config", tmp_path / "data", tmp_path / "logs")) as other:
        expected, wanted = note(other, one_by_one)
    assert seen == wanted
    assert [(each.state, each.due is None) for each in told] == [(each.state, each.due is None) for each in expected]
    states = [row[0] for row in seen[-1]["items"]]
    assert states.count("sent") == 2 * 11
    assert {"queued", "failed", "planned"} <= set(states)


def test_the_recipients_of_each_dot_are_one_doubt(bench: Bench) -> None:
    recipients = tuple(f"{name}@x.example" for name in "abcdefgh")
    given: list[Uncertain] = [(job(bench, number, recipients), recipients, {}) for number in range(20)]
    bench.journal.write(lambda transaction: bench.noting.note_all(transaction, [], given)).result()
    found = [doubts.of_item(bench.journal.read(), each.work.row.id) for each, _accepted, _refused in given]
    assert [[doubt.recipients for doubt in its] for its in found] == [[recipients]] * 20
    assert not any(doubt.given_before for (doubt,) in found)


def test_an_item_is_flagged_as_its_source_says(bench: Bench) -> None:
    moved, left = job(bench, 1), job(bench, 2)
    left = replace(left, work=replace(left.work, row=replace(left.work.row, node="gone")))
    sents = [Sent(each, each.recipients, "250 ok") for each in (moved, left)]
    bench.journal.write(lambda transaction: bench.noting.note_all(transaction, sents, [])).result()
    assert [row.id for row in items.unflagged(bench.journal.read(), bench.watch, 7, 9)] == [moved.work.row.id]
