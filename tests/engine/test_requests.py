"""What people ask for is done where it makes sense, and nothing else is touched: a request may come late."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mailflow_gui.engine import requests
from mailflow_gui.journal import items, watches
from mailflow_gui.journal import requests as table
from mailflow_gui.journal.items import State
from mailflow_gui.journal.journal import Journal
from mailflow_gui.journal.requests import Kind
from mailflow_gui.journal.watches import WatchKey
from mailflow_gui.paths import Home
from tests.journal.test_journal import received


@pytest.fixture
def journal(home: Home) -> Iterator[Journal]:
    with Journal(home) as made:
        yield made


def settled(journal: Journal, state: State) -> int:
    key = WatchKey("flow", "receive", "inbox", "INBOX", dry=False)
    watch = journal.write(lambda transaction: watches.watch(transaction, key)).result().id
    item = journal.write(lambda transaction: items.receive(transaction, received(watch, uid=1))).result()
    assert item is not None
    journal.write(lambda transaction: items.settle(transaction, item, state, flagging=False)).result()
    return item


@pytest.mark.parametrize("kind", ["resolve-sent", "resolve-resend", "reject"])
@pytest.mark.parametrize("state", ["sent", "skipped", "failed"])
def test_an_answer_about_a_doubt_that_is_no_more_opens_nothing_again(
    journal: Journal, kind: Kind, state: State
) -> None:
    item = settled(journal, state)
    journal.write(lambda transaction: table.add(transaction, kind, str(item))).result()
    assert len(requests.carry_out_all(journal)) == 1
    row = items.get(journal.read(), item)
    assert row is not None
    assert (row.state, row.due) == (state, None)
    assert table.open_requests(journal.read()) == []
