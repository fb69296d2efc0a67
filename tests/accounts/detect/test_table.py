"""The table of providers: everything in it can be used, and nobody stands in it twice."""

from __future__ import annotations

import json
from typing import get_args

import pytest

from mailflow_gui import paths, sentences
from mailflow_gui.accounts import fields
from mailflow_gui.accounts.account import DEFAULT_PORTS
from mailflow_gui.accounts.detect import address, table
from mailflow_gui.accounts.detect.table import Provider

PROVIDERS = table.providers()
_KEYS = {"name", "domains", "receivers", "machines", "notes", "servers"}
_SERVER_KEYS = {"protocol", "host", "port", "security", "username", "notes"}


def test_there_are_many_and_the_ones_that_people_here_use() -> None:
    assert len({provider.name for provider in PROVIDERS}) >= 50
    for known in ("anna@gmail.com", "anna@yahoo.co.jp", "anna@docomo.ne.jp", "anna@club.sakura.ne.jp", "a@web.de"):
        assert table.by_domain(address.parse(known)).proposals


def test_no_key_is_misspelt_and_no_value_is_unknown() -> None:
    content = json.loads((paths.resources() / "providers.json").read_text(encoding="utf-8"))
    assert set(content) == {"providers"}
    for entry in content["providers"]:
        assert set(entry) <= _KEYS
        assert entry["name"] == entry["name"].strip() != ""
        assert entry["servers"]
        for server in entry["servers"]:
            assert set(server) <= _SERVER_KEYS
            assert server.get("username", "address") in get_args(table.Username)


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: provider.name)
def test_every_server_can_be_an_account(provider: Provider) -> None:
    assert provider.domains or provider.receivers
    protocols = {offer.protocol for offer in provider.offers}
    assert "smtp" in protocols
    assert protocols & {"imap", "pop3"}
    for offer in provider.offers:
        host = offer.host.format(domain="example.test", receiver="mx.example.test")
        assert fields.is_host_name(host) or fields.is_address(host)
        assert host == host.lower()
        assert 1 <= offer.port <= 65535
        assert (offer.protocol, offer.security) in DEFAULT_PORTS
        assert offer.security != "none"
        for note in offer.notes:
            assert table.NOTES[note] in sentences.SENTENCES
        assert (offer.username == "other") <= bool({"other-username", "bridge"} & set(offer.notes))
        assert len(set(offer.notes)) == len(offer.notes)


def test_no_domain_and_no_receiver_stands_twice() -> None:
    for patterns in ("domains", "receivers", "machines"):
        everything = [pattern for provider in PROVIDERS for pattern in getattr(provider, patterns)]
        assert sorted(everything) == sorted(set(everything))
        for pattern in everything:
            assert fields.is_host_name(pattern.removeprefix(".").replace("*", "x"))
            assert pattern == pattern.lower()
            assert pattern.removeprefix(".").count(".") >= 1


def test_machines_are_named_narrowly() -> None:
    machines = [pattern for provider in PROVIDERS for pattern in provider.machines]
    assert machines
    assert [pattern for pattern in machines if pattern.startswith((".", "*"))] == []


@pytest.mark.parametrize(
    ("domain", "pattern", "matching"),
    [
        ("gmail.com", "gmail.com", True),
        ("xgmail.com", "gmail.com", False),
        ("gmail.com.evil.test", "gmail.com", False),
        ("club.sakura.ne.jp", ".sakura.ne.jp", True),
        ("sakura.ne.jp", ".sakura.ne.jp", False),
        ("evilsakura.ne.jp", ".sakura.ne.jp", False),
        ("sv1.xserver.jp", "sv*.xserver.jp", True),
        ("sv1.evil.xserver.jp", "sv*.xserver.jp", False),
        ("sv.xserver.jp", "sv*.xserver.jp", False),
        ("gmailxcom", "gmail.com", False),
    ],
)
def test_patterns_match_whole_labels(domain: str, pattern: str, *, matching: bool) -> None:
    assert table._matches(domain, pattern) is matching


def test_notes_name_their_provider() -> None:
    gmail = table.by_domain(address.parse("anna@gmail.com")).proposals[0]
    assert gmail.notes[0].text == "Gmail does not accept your usual password here."
    assert "app password" in gmail.notes[0].advice
    assert gmail.notes[0].as_json()["text"].endswith(gmail.notes[0].advice)
