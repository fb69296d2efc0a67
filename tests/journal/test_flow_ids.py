"""A flow file that gets its first id after it has run keeps its ledger."""

from __future__ import annotations

from mailflow_gui.journal import flows
from mailflow_gui.journal.journal import Journal
from mailflow_gui.paths import Home

PATH = "/flows/enquiries.mailflow"


def test_the_first_id_of_a_flow_that_ran_stands_for_its_path(home: Home) -> None:
    with Journal(home) as journal:
        journal.write(
            lambda transaction: flows.keep(transaction, PATH, name="Enquiries", path=PATH, content="{}", accounts=())
        ).result()
        journal.write(lambda transaction: flows.adopt(transaction, PATH, "an-id")).result()
        assert flows.key_of(journal.read(), "an-id", PATH) == PATH


def test_the_first_id_of_a_flow_that_never_ran_is_its_key(home: Home) -> None:
    with Journal(home) as journal:
        journal.write(lambda transaction: flows.adopt(transaction, PATH, "an-id")).result()
        assert flows.key_of(journal.read(), "an-id", PATH) == "an-id"
        assert flows.key_of(journal.read(), None, PATH) == PATH
