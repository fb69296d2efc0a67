"""Errors in groups: their counts, the messages stuck in them, and what is asked for all of them."""

from __future__ import annotations

import json
import sqlite3
import time

from mailflow_gui.errors import MailFlowError, Reauthenticate, Reply
from mailflow_gui.journal import account_states, deliveries, error_groups, items, requests, tables, watches
from mailflow_gui.journal.journal import Journal, Transaction, opened
from mailflow_gui.paths import Home
from tests.qt.inspector import filled

WEEK = 7 * 24 * 3600.0


def test_errors_are_called_by_the_most_specific_code_and_hold_up_their_messages(home: Home) -> None:
    with opened(home) as journal:
        made = filled.one_of_each(journal)
        found = {group.name: group for group in error_groups.groups(journal.read(), time.time() - WEEK)}
        assert set(found) == {"550 5.1.1", "421 4.7.0"}
        refused = found["550 5.1.1"]
        assert (refused.count, refused.messages, refused.code) == (1, 1, "recipient-refused")
        assert refused.outcome == "reject-message"
        assert refused.stuck == {("failed", filled.FLOW, "outgoing"): 1}
        assert refused.places == {(filled.FLOW, "send", "outgoing"): 1}
        assert refused.bars[-1] == 1
        assert sum(refused.bars) == 1
        assert found["421 4.7.0"].stuck_in(["retrying"]) == 1
        assert error_groups.open_count(journal.read()) == 2
        assert error_groups.stuck_ids(journal.read(), "421 4.7.0", limit=9) == [made["retrying"]]
        assert error_groups.stuck_ids(journal.read(), limit=9) == sorted([made["retrying"], made["failed"]])
        assert error_groups.stuck_ids(journal.read(), states=("failed",), limit=9) == [made["failed"]]
        assert error_groups.stuck_ids(journal.read(), text="100%", limit=9) == [made["failed"]]
        assert error_groups.stuck_ids(journal.read(), text="team@", flow=filled.FLOW, limit=1) == [made["retrying"]]
        assert error_groups.stuck_ids(journal.read(), account="inbox", limit=9) == []


def test_a_message_that_got_through_leaves_its_group_which_stays_with_its_history(home: Home) -> None:
    with opened(home) as journal:
        made = filled.one_of_each(journal)
        journal.write(lambda transaction: items.settle(transaction, made["failed"], "sent", flagging=False)).result()
        group = error_groups.one(journal.read(), "550 5.1.1")
        assert group is not None
        assert (group.count, group.messages, group.open) == (1, 0, 0)
        assert error_groups.one(journal.read(), "999") is None


def test_an_error_of_an_account_stands_until_something_has_gone_well(home: Home) -> None:
    error = Reauthenticate(
        "sign-in-refused",
        account="inbox",
        host="imap.example.org",
        reason="No",
        reply=Reply("No", enhanced="AUTHENTICATIONFAILED"),
    )

    def fill(transaction: Transaction) -> None:
        filled.begin(transaction)
        deliveries.note(transaction, error, flow=filled.FLOW, operation="LOGIN", node="receive", account="inbox")

    with opened(home) as journal:
        journal.write(fill).result()
        (group,) = error_groups.groups(journal.read(), time.time() - WEEK)
        assert group.name == "AUTHENTICATIONFAILED"
        assert group.standing == {(filled.FLOW, "inbox")}
        assert (group.messages, group.open, group.open_of_account("inbox"), group.open_of_flow(filled.FLOW)) == (
            *(0, 1),
            *(1, 1),
        )
        assert error_groups.open_count(journal.read()) == 1
        journal.write(lambda transaction: account_states.put(transaction, "inbox", "ok")).result()
        (group,) = error_groups.groups(journal.read(), time.time() - WEEK)
        assert group.open == error_groups.open_count(journal.read()) == 0


def test_a_look_that_went_well_ends_a_standing_trouble_too(home: Home) -> None:
    def fill(transaction: Transaction) -> int:
        filled.begin(transaction)
        watch = watches.watch(transaction, watches.WatchKey(filled.FLOW, "receive", "inbox", "INBOX", False)).id
        silent = MailFlowError("receiving-silent", account="inbox", folder="", seconds=30, interval=5)
        deliveries.note(transaction, silent, flow=filled.FLOW, operation="receive", node="receive", account="inbox")
        return watch

    with opened(home) as journal:
        watch = journal.write(fill).result()
        assert error_groups.open_count(journal.read()) == 1
        journal.write(lambda transaction: watches.checked(transaction, watch)).result()
        assert error_groups.open_count(journal.read()) == 0


def test_what_is_asked_for_a_group_is_asked_for_each_of_its_messages_that_it_fits(home: Home) -> None:
    with opened(home) as journal:
        made = filled.one_of_each(journal)

        def ask(transaction: Transaction) -> tuple[int, ...]:
            return (
                error_groups.ask_for_all(transaction, "retry", "550 5.1.1"),
                error_groups.ask_for_all(transaction, "reject", "550 5.1.1"),
                error_groups.ask_for_all(transaction, "discard", "421 4.7.0", flow="another"),
                error_groups.ask_for(transaction, "discard", list(made.values())),
            )

        assert journal.write(ask).result() == (1, 0, 0, 3)
        asked = [(request.kind, int(request.subject)) for request in requests.open_requests(journal.read())]
        assert asked[0] == ("retry", made["failed"])
        assert sorted(asked[1:]) == sorted(("discard", made[name]) for name in ("failed", "uncertain", "retrying"))


def test_recipients_and_tries_are_told(home: Home) -> None:
    with opened(home) as journal:
        made = filled.one_of_each(journal)
        found = error_groups.sendings(journal.read(), list(made.values()))
        assert found[made["failed"]] == error_groups.Sending(("team@example.org",), 1)
        assert found[made["sent"]].tries == 0
        assert made["running"] not in found
        assert error_groups.sendings(journal.read(), []) == {}


def test_old_groups_are_shown_as_long_as_they_are_open(home: Home) -> None:
    with opened(home) as journal:
        filled.one_of_each(journal)
        later = time.time() + 2 * WEEK
        found = error_groups.groups(journal.read(), later - WEEK, later)
        assert {(group.name, group.count, group.messages) for group in found} == {
            ("550 5.1.1", 0, 1),
            ("421 4.7.0", 0, 1),
        }
        assert all(group.last and group.code for group in found)


def test_a_journal_of_the_version_before_counts_what_it_has(home: Home) -> None:
    with opened(home) as journal:
        made = filled.one_of_each(journal)
        expected = error_groups.groups(journal.read(), time.time() - WEEK)
    with sqlite3.connect(home.journal_file) as database:
        for statement in (
            "DROP TABLE names",
            "DROP TABLE filings",
            "DROP INDEX items_answering",
            "DROP TRIGGER attempts_count",
            "DROP TRIGGER attempts_met",
            "DROP TABLE error_hours",
            "DROP INDEX items_met",
            "DROP INDEX items_discarded",
            "ALTER TABLE items DROP COLUMN met",
            "ALTER TABLE items DROP COLUMN met_account",
            "PRAGMA user_version = 2",
        ):
            database.execute(statement)
    database.close()
    with opened(home) as journal:
        assert tables.version(journal.read()) == tables.SCHEMA_VERSION
        assert error_groups.groups(journal.read(), time.time() - WEEK) == expected
        assert error_groups.stuck_ids(journal.read(), "550 5.1.1", limit=9) == [made["failed"]]


def test_a_million_errors_are_looked_at_as_quickly_as_a_few(home: Home) -> None:
    """Counted by the work that SQLite does, not by a clock: a look must not go through the attempts."""
    with opened(home) as journal:
        filled.one_of_each(journal)
        many(journal, 3000)
        few = _work(journal)
        many(journal, 12_000)
        assert _work(journal) < 6 * few
        assert error_groups.open_count(journal.read()) == 2
        group = error_groups.one(journal.read(), "451 4.3.0")
        assert group is not None
        assert group.count == 15_000


def many(journal: Journal, count: int) -> None:
    """Errors of messages that have settled since."""

    def fill(transaction: Transaction) -> None:
        transaction.database.executemany(
            "INSERT INTO attempts(at, flow, item, node, account, operation, code, arguments, class, reply_code, enhanced, text)"
            " VALUES (?, ?, 1, 'send', 'outgoing', 'RCPT', 'server-busy', ?, 'retry-backoff', 451, '4.3.0', 'later')",
            [(time.time() - number % 86400, filled.FLOW, json.dumps({"host": "x"})) for number in range(count)],
        )

    journal.write(fill).result()


def _work(journal: Journal) -> int:
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    database = journal.read()
    database.set_progress_handler(step, 100)
    error_groups.groups(database, time.time() - WEEK)
    error_groups.open_count(database)
    database.set_progress_handler(None, 0)
    return steps
