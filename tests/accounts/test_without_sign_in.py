"""Servers that ask for no user name and no password, and lines in clear."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.fields import faults
from mailflow_gui.accounts.secrets import Secret, SecretStore
from mailflow_gui.accounts.sessions import Sessions
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.accounts.validate import validate
from mailflow_gui.errors import AccountError, UsageError
from tests.servers.scripted import Expect, Say, Scripted, Stall, Step

REMOTE = Account(id="a", name="A", protocol="smtp", host="10.1.2.3", port=25, security="none")
ANONYMOUS = "IMAP4rev1 AUTH=ANONYMOUS"
REST: tuple[Step, ...] = (
    Expect("LIST", '* LIST () "/" INBOX', "{tag} OK"),
    Expect("EXAMINE INBOX|EXAMINE \"INBOX\"", "* 0 EXISTS", "* OK [UIDVALIDITY 1]", "* OK [UIDNEXT 1]", "{tag} OK [READ-ONLY]"),
    Expect("SEARCH", "* SEARCH", "{tag} OK"),
    Expect("LOGOUT", "* BYE", "{tag} OK"),
)  # fmt: skip


def local(server: Scripted) -> Account:
    return Account(id="a", name="A", protocol="imap", host=server.host, port=server.port, security="none")


@pytest.mark.parametrize(
    ("script", "mechanism"),
    [
        ((Say("* PREAUTH hello"), Expect("CAPABILITY", "* CAPABILITY IMAP4rev1", "{tag} OK"), *REST), "PREAUTH"),
        (
            (
                Say("* OK hello"),
                Expect("CAPABILITY", f"* CAPABILITY {ANONYMOUS} SASL-IR", "{tag} OK"),
                Expect("AUTHENTICATE ANONYMOUS bWFpbGZsb3c=", f"* CAPABILITY {ANONYMOUS}", "{tag} OK"),
                *REST,
            ),
            "ANONYMOUS",
        ),
        (
            (
                Say("* OK hello"),
                Expect("CAPABILITY", f"* CAPABILITY {ANONYMOUS}", "{tag} OK"),
                Expect("AUTHENTICATE ANONYMOUS$", "+ "),
                Expect("bWFpbGZsb3c=", f"* CAPABILITY {ANONYMOUS}", "A2 OK"),
            ),
            "ANONYMOUS",
        ),
    ],
)
def test_mailbox_without_user_name(script: tuple[Step, ...], mechanism: str) -> None:
    tagged = len(script) > 4  # the tag of an AUTHENTICATE in two lines isn't known to a script
    with Scripted(*script) as server:
        stages = validate(local(server), None)
    if tagged:
        assert all(stage.ok for stage in stages), stages[-1]
        assert (stages[4].code, stages[4].arguments["mechanism"]) == ("validate-sign-in-anonymous", mechanism)
        assert mechanism in stages[4].text
        assert server.problems == []
    assert server.heard("bWFpbGZsb3c=") == (mechanism == "ANONYMOUS")


def test_server_that_wants_a_user_name_says_so() -> None:
    script = Say("* OK hello"), Expect("CAPABILITY", "* CAPABILITY IMAP4rev1 AUTH=PLAIN", "{tag} OK"), Stall()
    with Scripted(*script) as server:
        last = validate(local(server), None)[-1]
    assert (last.stage, last.code) == ("sign-in", "sign-in-needed")


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "mail.localhost"])
def test_clear_text_that_stays_here_needs_no_acceptance(host: str) -> None:
    assert faults(replace(REMOTE, host=host)) == ()


def test_clear_text_that_leaves_must_be_accepted_by_a_person(tmp_path: Path) -> None:
    store = AccountStore(tmp_path / "accounts.json")
    (stage,) = validate(REMOTE, None)
    assert (stage.stage, stage.code) == ("parameters", "account-clear-text")
    with pytest.raises(UsageError) as refused:
        store.add(REMOTE)
    assert refused.value.code == "account-clear-text"
    accepted = replace(REMOTE, accept_clear_text=True)
    assert faults(accepted) == ()
    store.add(accepted)
    assert store.get("a") == accepted


def test_account_saved_before_anybody_was_asked_is_kept_and_not_used(tmp_path: Path) -> None:
    store = AccountStore(tmp_path / "accounts.json")
    store.add(replace(REMOTE, accept_clear_text=True))
    document = json.loads(store.path.read_text(encoding="utf-8"))
    del document["accounts"][0]["accept_clear_text"]
    store.path.write_text(json.dumps(document), encoding="utf-8")
    assert store.all() == (REMOTE,)
    with pytest.raises(AccountError) as refused:
        Sessions(store, SecretStore()).smtp("a")
    assert refused.value.code == "account-clear-text"
    assert REMOTE.host in refused.value.text


def test_password_goes_to_no_clear_line_that_nobody_accepted() -> None:
    (stage,) = validate(replace(REMOTE, username="me"), Secret("canary"))
    assert stage.code == "account-clear-text"
    assert "canary" not in f"{stage}"
