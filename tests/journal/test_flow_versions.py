"""A flow's versions are numbered in the order in which they first ran."""

from __future__ import annotations

from mailflow_gui.journal import flows
from mailflow_gui.journal.journal import Journal
from mailflow_gui.paths import Home


def keep(journal: Journal, flow: str, content: str) -> str:
    written = journal.write(
        lambda transaction: flows.keep(
            transaction, flow, name=flow, path=f"{flow}.mailflow", content=content, accounts=()
        )
    )
    return str(written.result())


def test_versions_count_from_one_for_each_flow(home: Home) -> None:
    with Journal(home) as journal:
        first = keep(journal, "a", "one")
        other = keep(journal, "b", "other")
        second = keep(journal, "a", "two")
        assert flows.numbered(journal.read(), first) == ("a", 1)
        assert flows.numbered(journal.read(), second) == ("a", 2)
        assert flows.numbered(journal.read(), other) == ("b", 1)


def test_a_version_that_runs_again_keeps_its_number(home: Home) -> None:
    with Journal(home) as journal:
        first = keep(journal, "a", "one")
        keep(journal, "a", "two")
        assert keep(journal, "a", "one") == first
        assert flows.numbered(journal.read(), first) == ("a", 1)


def test_an_unknown_version_has_no_number(home: Home) -> None:
    with Journal(home) as journal:
        assert flows.numbered(journal.read(), "0" * 32) == ("", 0)
