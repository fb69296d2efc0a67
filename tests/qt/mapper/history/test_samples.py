"""A received message as the sample: the very item that a run makes of it."""

from __future__ import annotations

from mailflow_gui.engine.work import item_of
from mailflow_gui.journal import items
from mailflow_gui.journal.journal import Journal
from mailflow_gui.journal.reader import Reader
from mailflow_gui.mail.message import MailMessage
from mailflow_gui.paths import Home
from mailflow_gui.qt.mapper import samples
from tests.qt.inspector import filled
from tests.qt.mapper.history.conftest import receive


def test_a_received_sample_has_the_clock_and_the_chance_of_the_run(journal: Journal, home: Home) -> None:
    receive(journal, 2)
    reader = Reader(home)
    newest, _older = samples.offers(reader, filled.FLOW, "map")
    sample = samples.received(reader, newest)
    assert sample is not None
    assert reader.database is not None
    row = items.get(reader.database, newest.id)
    assert row is not None
    run = item_of(row, MailMessage(reader.content(row.place), row.flags))
    tried = sample.item()
    assert (tried.id, tried.clock, tried.seed, tried.origin) == (run.id, run.clock, run.seed, run.origin)
    reader.close()
