"""Receive Email: its settings, and what they ask of the engine."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from mailflow_gui.flow.item import AfterReceiving, Watch
from mailflow_gui.flow.node_type import ConnectionField, connection_fields
from mailflow_gui.nodes.receive_email import RECEIVE_EMAIL, ReceiveSettings


def settings(**keys: object) -> ReceiveSettings:
    return ReceiveSettings.model_validate({"connection": "inbox", **keys})


def test_defaults_are_those_of_the_specification() -> None:
    nothing_searched = dict.fromkeys(
        ("from", "to", "subject", "body", "since", "larger", "smaller", "flagged", "answered")
    )
    assert ReceiveSettings().model_dump(by_alias=True) == {
        "enabled": True,
        "note": "",
        "connection": "",
        "folder": "",
        "unseen_only": True,
        "delay": {"value": 5, "unit": "seconds"},
        "maximum_emails": 5,
        "process_once": True,
        "existing_mail": "process",
        "after_receiving": {"action": "mark-seen", "folder": ""},
        "search": nothing_searched,
        "threads": "all",
        "idle": True,
    }


def test_defaults_watch_the_inbox() -> None:
    assert RECEIVE_EMAIL.watch(settings()) == Watch(account="inbox")


def test_every_setting_reaches_the_engine() -> None:
    watch = RECEIVE_EMAIL.watch(
        settings(
            folder=" 受信/注文 ",
            unseen_only=False,
            delay={"value": 1.5, "unit": "minutes"},
            maximum_emails=-1,
            process_once=False,
            existing_mail="skip",
            after_receiving={"action": "move", "folder": "Done"},
            search={"from": "shop", "subject": "", "larger": 10, "flagged": False, "since": "7 days"},
            threads="first",
            idle=False,
        )
    )
    assert watch == Watch(
        account="inbox",
        folder="受信/注文",
        unseen_only=False,
        delay=90.0,
        maximum=-1,
        process_once=False,
        existing_mail="skip",
        after_receiving=AfterReceiving("move", "Done"),
        search={"from": "shop", "since": "7 days", "larger": 10, "flagged": False},
        threads="first",
        idle=False,
    )


@pytest.mark.parametrize(
    ("unit", "seconds"),
    [("milliseconds", 0.005), ("seconds", 5), ("minutes", 300), ("hours", 18_000), ("days", 432_000)],
)
def test_delays_know_their_units(unit: str, seconds: float) -> None:
    assert RECEIVE_EMAIL.watch(settings(delay={"value": 5, "unit": unit})).delay == pytest.approx(seconds)


@pytest.mark.parametrize("action", ["mark-seen", "leave", "delete"])
def test_an_action_may_be_written_as_a_word(action: str) -> None:
    assert settings(after_receiving=action) == settings(after_receiving={"action": action})
    assert RECEIVE_EMAIL.watch(settings(after_receiving=action)).after_receiving == AfterReceiving(action)  # type: ignore[arg-type]  # parametrize gives a str


def test_a_maximum_of_zero_is_a_problem_and_no_parse_error() -> None:
    (problem,) = RECEIVE_EMAIL.check(settings(maximum_emails=0))
    assert (problem.code, problem.field, problem.severity) == ("maximum-zero", "maximum_emails", "error")


@pytest.mark.parametrize(
    "keys",
    [
        {"maximum_emails": -2},
        {"maximum_emails": "5"},
        {"maximum_emails": True},
        {"maximum_emails": 1.5},
        {"unseen_only": "yes"},
        {"delay": {"value": 0, "unit": "seconds"}},
        {"delay": {"value": -1, "unit": "seconds"}},
        {"delay": {"value": float("nan"), "unit": "seconds"}},
        {"delay": {"value": True, "unit": "seconds"}},
        {"delay": {"value": "5", "unit": "seconds"}},
        {"delay": {"value": 5, "unit": "weeks"}},
        {"delay": 5},
        {"after_receiving": "archive"},
        {"after_receiving": {"action": "leave", "to": "x"}},
        {"search": {"sender": "x"}},
        {"search": {"larger": "10"}},
        {"threads": "last"},
        {"folders": "x"},
    ],
)
def test_what_has_no_meaning_is_refused(keys: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        settings(**keys)


@pytest.mark.parametrize(
    ("keys", "code", "field"),
    [
        ({"delay": {"value": 367, "unit": "days"}}, "delay-too-long", "delay.value"),
        ({"folder": "a\r\nb"}, "folder-name-invalid", "folder"),
        ({"after_receiving": {"action": "move"}}, "move-needs-folder", "after_receiving.folder"),
        ({"after_receiving": {"action": "move", "folder": "inbox"}}, "move-to-itself", "after_receiving.folder"),
        (
            {"folder": "A", "after_receiving": {"action": "move", "folder": "A"}},
            "move-to-itself",
            "after_receiving.folder",
        ),
        ({"search": {"since": "yesterday"}}, "search-since-invalid", "search.since"),
        ({"search": {"since": "2026-02-30"}}, "search-since-invalid", "search.since"),
        ({"search": {"larger": 10, "smaller": 11}}, "search-sizes-exclude", "search.smaller"),
        ({"process_once": False, "after_receiving": "leave"}, "receive-repeats", "process_once"),
        ({"process_once": False, "unseen_only": False}, "receive-repeats", "process_once"),
    ],
)
def test_check_finds(keys: dict[str, object], code: str, field: str) -> None:
    (problem,) = RECEIVE_EMAIL.check(settings(**keys))
    assert (problem.code, problem.field) == (code, field)
    assert problem.text != code
    assert "?" not in problem.text


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"search": {"since": "2026-01-31"}},
        {"search": {"since": "1 day"}},
        {"search": {"since": "2 Weeks"}},
        {"search": {"larger": 10, "smaller": 12}},
        {"folder": "a", "after_receiving": {"action": "move", "folder": "A"}},
        {"process_once": False},
        {"process_once": False, "unseen_only": False, "after_receiving": "delete"},
    ],
)
def test_check_is_content_with_good_settings(keys: dict[str, object]) -> None:
    assert not RECEIVE_EMAIL.check(settings(**keys))


@pytest.mark.parametrize(
    ("keys", "wanted"),
    [
        ({}, "INBOX · unseen only · every 5 s"),
        (
            {"folder": "受信", "unseen_only": False, "delay": {"value": 0.5, "unit": "hours"}},
            "受信 · all messages · every 0.5 h",
        ),
        ({"delay": {"value": 1_500_000, "unit": "milliseconds"}}, "INBOX · unseen only · every 1500000 ms"),
        ({"after_receiving": "delete"}, "INBOX · unseen only · every 5 s · then delete"),
        (
            {"after_receiving": {"action": "move", "folder": "{x}"}},
            "INBOX · unseen only · every 5 s · then move to {x}",
        ),
        ({"search": {"subject": "order"}}, "INBOX · unseen only · matching a search · every 5 s"),
    ],
)
def test_summary(keys: dict[str, object], wanted: str) -> None:
    assert RECEIVE_EMAIL.summary(settings(**keys)) == wanted


def test_it_wants_an_imap_or_pop3_connection() -> None:
    assert list(connection_fields(ReceiveSettings)) == [("connection", ConnectionField(("imap", "pop3")))]
