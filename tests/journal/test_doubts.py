"""A mail that was given to its recipients in two goes, each with a lost answer, is two doubts."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from mailflow_gui.journal import deliveries, doubts, items, watches
from mailflow_gui.journal.deliveries import Frozen, Planned
from mailflow_gui.journal.doubts import Doubt
from mailflow_gui.journal.journal import Journal
from mailflow_gui.journal.watches import WatchKey
from mailflow_gui.paths import Home
from tests.journal.test_journal import received


@pytest.fixture
def journal(home: Home) -> Iterator[Journal]:
    with Journal(home) as made:
        yield made


def in_doubt(journal: Journal, *goes: tuple[str, ...]) -> list[Doubt]:
    """One mail, given to some recipients after the others; what came of it isn't known."""
    key = WatchKey("flow", "receive", "inbox", "INBOX", dry=False)
    watch = journal.write(lambda transaction: watches.watch(transaction, key)).result().id
    item = journal.write(lambda transaction: items.receive(transaction, received(watch, uid=1))).result()
    assert item is not None
    frozen = Frozen("send", "way", "outgoing", "bot@example.com", "<a@example.com>", False, False, "hold")
    planned = Planned(frozen, tuple(recipient for go in goes for recipient in go), (b"bytes",))
    (mail,) = journal.write(lambda transaction: deliveries.plan(transaction, "flow", item, [planned])).result()
    assert mail is not None
    for go in goes:
        journal.write(lambda transaction, go=go: deliveries.put(transaction, mail, go, "uncertain")).result()  # type: ignore[misc]  # mypy infers no type for a lambda with a default
        time.sleep(0.03)  # the coarsest clock tells them apart
    return doubts.of_item(journal.read(), item)


def test_recipients_of_one_go_share_a_doubt(journal: Journal) -> None:
    (doubt,) = in_doubt(journal, ("a@example.com", "b@example.com"))
    assert doubt.recipients == ("a@example.com", "b@example.com")
    assert not doubt.given_before
    assert journal.write(lambda transaction: doubts.arrived(transaction, doubt, "found")).result()
    assert not journal.write(lambda transaction: doubts.resend(transaction, doubt)).result()
    assert {row.state for row in deliveries.deliveries_of(journal.read(), doubt.mail)} == {"sent"}


def test_what_becomes_of_one_go_says_nothing_about_another(journal: Journal) -> None:
    first, second = in_doubt(journal, ("a@example.com",), ("b@example.com", "c@example.com"))
    assert (first.recipients, second.recipients) == (("a@example.com",), ("b@example.com", "c@example.com"))
    assert first.given_before
    assert second.given_before
    journal.write(lambda transaction: doubts.arrived(transaction, first, "found")).result()
    (left,) = doubts.of_item(journal.read(), first.item)
    assert left == second
    journal.write(lambda transaction: doubts.resend(transaction, second)).result()
    states = {row.recipient[0]: row.state for row in deliveries.deliveries_of(journal.read(), first.mail)}
    assert states == {"a": "sent", "b": "queued", "c": "queued"}
