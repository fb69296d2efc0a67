"""What a session with watches tells the journal of its polls."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mailflow_gui.engine import watching
from mailflow_gui.engine.watching import Watching, note_failure, note_success, open_watching
from mailflow_gui.errors import Transient
from mailflow_gui.journal import watches
from mailflow_gui.paths import Home
from tests.engine.test_noting import Bench, opened


@pytest.fixture
def bench(home: Home) -> Iterator[Bench]:
    with opened(home) as made:
        yield made


def looked_at(bench: Bench, source: Watching) -> float | None:
    """When the journal was last told of a success."""
    bench.journal.write(lambda _transaction: None).result()  # what was given before is written
    query = "SELECT last_success FROM watches WHERE id = ?"
    row = bench.journal.read().execute(query, (source.row.id,)).fetchone()
    return None if row[0] is None else float(row[0])


def opened_source(bench: Bench) -> Watching:
    (step,) = bench.running.flow.sources()
    return open_watching(bench.journal, bench.running, step)


def test_polls_close_together_are_one_success(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    source = opened_source(bench)
    assert looked_at(bench, source) is None
    note_success(source, bench.journal)
    first = looked_at(bench, source)
    assert first is not None
    note_success(source, bench.journal)
    assert looked_at(bench, source) == first
    monkeypatch.setattr(watching, "_NOTE_PAUSE", 0.0)
    note_success(source, bench.journal)
    after = looked_at(bench, source)
    assert after is not None
    assert after > first


def test_the_first_success_after_a_failure_is_told_at_once(bench: Bench) -> None:
    source = opened_source(bench)
    note_success(source, bench.journal)
    first = looked_at(bench, source)
    note_failure(
        [source], "inbox", Transient("line-dropped", account="inbox", host="x.example", port=993), bench.journal
    )
    note_success(source, bench.journal)
    after = looked_at(bench, source)
    assert first is not None
    assert after is not None
    assert after > first
    failed = bench.journal.read().execute("SELECT at FROM attempts WHERE code = 'line-dropped'").fetchone()
    assert failed is not None
    assert float(failed[0]) < after
    assert watches.last_successes(bench.journal.read())[source.row.key.account] == after
