"""``mailflow connections detect``: what it prints, its JSON, its exit codes."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailflow_gui import cli
from mailflow_gui.accounts.detect import Network
from mailflow_gui.cli import output
from tests.accounts.detect.conftest import LOCAL, Internet
from tests.servers import certificates
from tests.servers.scripted import Expect, Say, Scripted, StartTls


@pytest.fixture
def internet(tmp_path: Path) -> Iterator[Internet]:
    """A little internet without anybody in it."""
    with contextlib.ExitStack() as stack:
        yield Internet(certificates.make(["Test authority"], authority=True), tmp_path, stack)


@pytest.fixture
def imap(internet: Internet) -> Iterator[Scripted]:
    """An IMAP server for imap.example.test that takes tokens alone."""
    with Scripted(
        Say("* OK hello"),
        Expect("CAPABILITY", "* CAPABILITY IMAP4rev1 STARTTLS", "{tag} OK done"),
        Expect("STARTTLS", "{tag} OK go on"),
        StartTls(internet.context("imap.example.test")),
        Expect("CAPABILITY", "* CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2", "{tag} OK done"),
    ) as server:
        internet.zone["imap.example.test"] = LOCAL
        internet.ports[143] = server.port
        yield server


def run(network: Network, *words: str) -> int:
    arguments = cli.parser().parse_args(["connections", "detect", *words])
    arguments.network = network
    return int(arguments.run(arguments))


def test_json_has_the_promised_shape(internet: Internet, imap: Scripted, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(internet.network(), "anna@example.test", "--json") == output.DONE
    printed = capsys.readouterr()
    (line,) = printed.out.splitlines()
    found = json.loads(line)
    assert list(found) == ["address", "provider", "offline", "proposals"]
    assert (found["address"], found["provider"], found["offline"]) == ("anna@example.test", None, False)
    (proposal,) = found["proposals"]
    notes = proposal.pop("notes")
    assert proposal == {
        "protocol": "imap",
        "host": "imap.example.test",
        "port": 143,
        "security": "starttls",
        "username": "anna@example.test",
        "source": "probe",
        "origin": "imap.example.test",
        "verified": True,
    }
    (note,) = notes
    assert note["code"] == "detect-no-password"
    assert note["text"].startswith("The server imap.example.test offers no sign-in with a password")
    assert "Trying usual server names" not in printed.err
    assert "imap.example.test" in printed.err
    assert not imap.heard("LOGIN")
    assert not imap.heard("AUTHENTICATE")


@pytest.mark.usefixtures("imap")
def test_people_read_who_said_so(internet: Internet, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(internet.network(), "anna@example.test") == output.DONE
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "imap imap.example.test:143 (STARTTLS) – user name anna@example.test – certificate valid"
    assert lines[1] == "  found by its usual name: imap.example.test"
    assert lines[2].startswith("  The server imap.example.test offers no sign-in")


def test_nothing_found_is_no_success(internet: Internet, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(internet.network(), "anna@example.test", "--json") == output.NOT_USABLE
    printed = capsys.readouterr()
    assert json.loads(printed.out)["proposals"] == []
    assert "No settings for example.test could be found." in printed.err


def test_offline_is_said(internet: Internet, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(internet.network(dns_refuses=True, seconds=1.0), "anna@gmail.com") == output.DONE
    printed = capsys.readouterr()
    assert "imap imap.gmail.com:993 (SSL/TLS) – user name anna@gmail.com – not verified" in printed.out
    assert "  known to MailFlow: Gmail" in printed.out.splitlines()
    assert "offline" in printed.err


@pytest.mark.usefixtures("home")
def test_what_is_no_address_is_bad_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["connections", "detect", "anna"]) == output.BAD_USAGE
    assert "“anna” is no mail address." in capsys.readouterr().err
