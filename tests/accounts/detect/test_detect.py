"""From an address to proposals: every source against real servers, their order, and what is never told to whom."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

import pytest

from mailflow_gui import sentences
from mailflow_gui.accounts.detect import SOURCES, Detected, Network, Step, detect
from mailflow_gui.errors import UsageError
from tests.accounts.detect.conftest import LOCAL, Description, Internet, server
from tests.accounts.detect.web_server import Page
from tests.servers.dovecot import Dovecot
from tests.servers.scripted import Expect, Say, Scripted, StartTls

ADDRESS = "anna.canary@example.test"
AUTOCONFIG = "autoconfig.example.test/mail/config-v1.1.xml"
WELL_KNOWN = "example.test/.well-known/autoconfig/mail/config-v1.1.xml"
ISPDB = "ispdb.test/v1.1/example.test"


def found(detected: Detected) -> list[tuple[str, str, int, str, str, bool]]:
    """What was proposed, in short; every sentence that belongs to it must exist and be filled."""
    assert tuple(step.source for step in detected.steps) == SOURCES
    notes = [note for each in detected.proposals for note in each.notes]
    told = [(said.code, said.text) for said in detected.steps] + [(said.code, said.text) for said in notes]
    for code, text in (*told, (detected.outcome.code, detected.outcome.text)):
        assert code in sentences.SENTENCES
        assert text
        assert "?" not in text
    return [
        (each.protocol, each.host, each.port, each.security, each.source, each.verified) for each in detected.proposals
    ]


def states(detected: Detected) -> dict[str, str]:
    return {step.source: step.state for step in detected.steps}


@pytest.fixture
def smtp(internet: Internet) -> Scripted:
    """An SMTP server for smtp.example.test, with STARTTLS."""
    return Scripted(
        Say("220 smtp.example.test ready"),
        Expect("^EHLO ", "250-smtp.example.test", "250 STARTTLS"),
        Expect("^STARTTLS$", "220 go on"),
        StartTls(internet.context("smtp.example.test")),
        Expect("^EHLO ", "250-smtp.example.test", "250 AUTH PLAIN LOGIN"),
    )


def mail_servers(internet: Internet, dovecot: Dovecot, smtp: Scripted) -> None:
    """imap., pop. and smtp.example.test on their usual ports."""
    for name in ("imap", "pop", "smtp"):
        internet.zone[f"{name}.example.test"] = LOCAL
    internet.ports |= {993: dovecot.imaps, 143: dovecot.imap, 995: dovecot.pop3s, 110: dovecot.pop3, 587: smtp.port}


def test_usual_names_are_tried_and_proposed_when_they_prove_themselves(
    internet: Internet, trusted_dovecot: Dovecot, smtp: Scripted
) -> None:
    mail_servers(internet, trusted_dovecot, smtp)
    internet.ports[465] = closed_port()
    with smtp:
        detected = detect(ADDRESS, network=internet.network())
    assert found(detected) == [
        ("imap", "imap.example.test", 993, "tls", "probe", True),
        ("imap", "imap.example.test", 143, "starttls", "probe", True),
        ("pop3", "pop.example.test", 995, "tls", "probe", True),
        ("pop3", "pop.example.test", 110, "starttls", "probe", True),
        ("smtp", "smtp.example.test", 587, "starttls", "probe", True),
    ]
    assert {each.username for each in detected.proposals} == {ADDRESS}
    assert states(detected) == {"table": "nothing", "autoconfig": "nothing", "srv": "nothing", "probe": "found"}
    assert (detected.outcome.code, detected.offline, detected.provider) == ("detect-found", False, None)
    assert detected.best("imap") == detected.proposals[0]
    assert [each.port for each in detected.of("smtp")] == [587]
    assert not smtp.heard("AUTH")
    assert not smtp.problems


def test_server_with_a_certificate_for_another_name_is_not_proposed(
    internet: Internet, trusted_dovecot: Dovecot
) -> None:
    internet.zone["imap.other.test"] = LOCAL
    internet.ports = dict.fromkeys((143, 110, 465, 587, 995), closed_port()) | {993: trusted_dovecot.imaps}
    detected = detect("anna@other.test", network=internet.network())
    assert found(detected) == []
    assert detected.outcome.code == "detect-nothing"
    assert not detected.offline


def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port
