"""What may stand in an account's fields, and how its id is made."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailflow_gui import sentences
from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.fields import clean_host, faults, is_loopback, new_id

INBOX = Account(id="inbox", name="Inbox", protocol="imap", host="imap.example.com", port=993)


@pytest.mark.parametrize(
    ("name", "taken", "expected"),
    [
        ("Inbox", (), "inbox"),
        ("  My  Inbox (work) ", (), "my-inbox-work"),
        ("Büro Ａ", (), "buro-a"),
        ("受信箱", (), "imap-1"),
        ("受信箱", ("imap-1", "imap-2"), "imap-3"),
        ("Inbox", ("inbox", "inbox-2"), "inbox-3"),
        ("---", (), "imap-1"),
    ],
)
def test_id_is_made_from_the_name(name: str, taken: tuple[str, ...], expected: str) -> None:
    assert new_id(name, "imap", taken) == expected


@given(st.text(), st.sets(st.sampled_from(["a", "b", "imap-1", "a-2", "0"])))
def test_every_name_makes_a_valid_id_that_is_free(name: str, taken: set[str]) -> None:
    made = new_id(name, "imap", taken)
    assert made not in taken
    assert not [fault for fault in faults(replace(INBOX, id=made)) if fault.field == "id"]


@pytest.mark.parametrize(
    "host",
    [
        "imap.example.com",
        "localhost",
        "mail_1.lan",
        "127.0.0.1",
        "::1",
        "fe80::1",
        "例え.jp",
        "bücher.example",
        "a" * 63,
        "mx.",
    ],
)
def test_hosts_that_are_taken(host: str) -> None:
    assert faults(replace(INBOX, host=host)) == ()


@pytest.mark.parametrize(
    "host",
    [
        "",
        " ",
        "imap.example.com:993",
        "imaps://imap.example.com",
        "two words",
        "a..b",
        "-a.example",
        "a" * 64,
        "1.2.3",
        "x\ny",
        "user@host",
        "1.2.3.456",
    ],
)
def test_hosts_that_are_refused(host: str) -> None:
    (fault,) = faults(replace(INBOX, host=host))
    assert fault.field == "host"
    assert "\n" not in fault.text


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"name": "  "}, "name", "account-name-missing"),
        ({"name": "a\x1b[2J"}, "name", "account-field-unprintable"),
        ({"name": "x" * 201}, "name", "account-name-too-long"),
        ({"port": 0}, "port", "account-port-invalid"),
        ({"port": 65536}, "port", "account-port-invalid"),
        ({"protocol": "jmap"}, "protocol", "account-protocol-unknown"),
        ({"security": "ssl3"}, "security", "account-security-unknown"),
        ({"username": "a\r\nb LOGOUT"}, "username", "account-field-unprintable"),
        ({"password_command": "echo\nx"}, "password_command", "account-field-unprintable"),
        ({"maximum_sessions": 0}, "maximum_sessions", "account-sessions-invalid"),
        ({"id": "In Box"}, "id", "account-id-invalid"),
    ],
)
def test_fault_is_found_at_its_field(changes: dict[str, object], field: str, code: str) -> None:
    (fault,) = faults(replace(INBOX, **changes))  # type: ignore[arg-type]  # wrong values are the point
    assert (fault.field, fault.code) == (field, code)
    assert fault.code in sentences.SENTENCES
    assert "?" not in fault.text
    assert fault.advice


def test_two_names_that_differ_in_case_alone_are_one() -> None:
    (fault,) = faults(replace(INBOX, id="other", name="ＩNBOX"), [INBOX])
    assert fault.code == "account-name-taken"
    assert faults(INBOX, [INBOX]) == ()


def test_loopback_is_known_by_address_and_name() -> None:
    assert all(map(is_loopback, ["127.0.0.1", "127.9.9.9", "::1", "localhost", "LOCALHOST.", "mail.localhost"]))
    assert not any(map(is_loopback, ["10.0.0.1", "localhost.example.com", "example.com", "0.0.0.0"]))


def test_pasted_host_loses_blanks_and_brackets() -> None:
    assert clean_host(" [::1] ") == "::1"
