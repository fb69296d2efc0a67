"""Calling a proposed server: what proves it, what doesn't, and that nothing but the way to TLS is ever said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from mailflow_gui.accounts.account import Protocol, Security
from mailflow_gui.accounts.detect.crew import Crew
from mailflow_gui.accounts.detect.found import Tried
from mailflow_gui.accounts.detect.network import Network
from mailflow_gui.accounts.detect.trying import try_server
from mailflow_gui.accounts.detect.values import Proposal
from mailflow_gui.accounts.detect.world import World
from mailflow_gui.errors import MailError
from mailflow_gui.mail.reaching import reach
from mailflow_gui.mail.server import Server
from mailflow_gui.mail.wire import Wire
from tests.accounts.detect.conftest import Internet
from tests.servers.scripted import Dribble, Drop, Expect, Say, Scripted, Stall, StartTls, Step

HOST = "mail.example.test"


@pytest.fixture
def network(internet: Internet) -> Network:
    internet.zone[HOST] = {"A": ["127.0.0.1"]}
    return internet.network()


@pytest.fixture
def tls(internet: Internet) -> StartTls:
    return StartTls(internet.context(HOST))


@pytest.fixture
def world(network: Network) -> Iterator[World]:
    crew = Crew(1)
    yield World(network, crew)
    crew.stop()


def call(
    world: World, protocol: Protocol, security: Security, *steps: Step, host: str = HOST, seconds: float | None = None
) -> tuple[Tried, Scripted]:
    if seconds is not None:
        world = World(replace(world.network, seconds=seconds), world.crew)
    with Scripted(*steps) as server:
        tried = try_server(Proposal(protocol, host, server.port, security, "anna", "probe", host), world)
    assert not server.heard("anna")
    return tried, server


EHLO = Expect("^EHLO ", "250-hello", "250-STARTTLS", "250 AUTH LOGIN")


def test_valid_certificate_proves_a_server(world: World, tls: StartTls) -> None:
    tried, server = call(world, "smtp", "tls", tls, Say("220 hello"), EHLO)
    assert tried == Tried(verified=True, answered=True)
    assert bytes(server.received).startswith(b"EHLO [")


@pytest.mark.parametrize(
    ("protocol", "steps"),
    [
        (
            "imap",
            (Say("* OK hi"), Expect("CAPABILITY", "* CAPABILITY IMAP4rev1 LOGINDISABLED AUTH=XOAUTH2", "{tag} OK")),
        ),
        ("pop3", (Say("+OK hi"), Expect("CAPA", "+OK", "SASL XOAUTH2", "."))),
        ("smtp", (Say("220 hi"), Expect("EHLO", "250-hi", "250 AUTH XOAUTH2 OAUTHBEARER"))),
    ],
)
def test_server_that_takes_tokens_alone_is_told_apart(
    world: World, tls: StartTls, protocol: Protocol, steps: tuple[Step, ...]
) -> None:
    tried, _server = call(world, protocol, "tls", tls, *steps)
    assert tried.verified
    assert [note.code for note in tried.notes] == ["detect-no-password"]


@pytest.mark.parametrize(
    ("protocol", "steps", "code"),
    [
        ("imap", (Say("* OK hi"), Expect("CAPA", "* CAPABILITY IMAP4rev1", "{tag} OK done")), "starttls-missing"),
        (
            "imap",
            (Say("* PREAUTH hi"), Expect("CAPA", "* CAPABILITY IMAP4rev1 STARTTLS", "{tag} OK")),
            "starttls-preauth",
        ),
        ("imap", (Say("220 hi"),), "other-protocol"),
        ("pop3", (Say("+OK hi"), Expect("CAPA", "+OK", "USER", ".")), "starttls-missing"),
        ("pop3", (Say("* OK hi"),), "other-protocol"),
        ("smtp", (Say("220 hi"), Expect("EHLO", "250 hi")), "starttls-missing"),
        ("smtp", (Say("220 hi"), EHLO, Expect("STARTTLS", "220 go", "250 injected")), "starttls-injected"),
        ("smtp", (Drop(),), "validate-line-dropped"),
    ],
)
def test_server_without_a_secure_line_is_not_verified(
    world: World, protocol: Protocol, steps: tuple[Step, ...], code: str
) -> None:
    tried, _server = call(world, protocol, "starttls", *steps)
    assert (tried.verified, [note.code for note in tried.notes]) == (False, [code])
    assert tried.answered
    assert tried.notes[0].text


def test_certificate_for_another_name_proves_nothing(internet: Internet, world: World) -> None:
    other = StartTls(internet.context("other.example.test"))
    tried, _server = call(world, "smtp", "tls", other, Say("220 hello"), EHLO)
    assert (tried.verified, tried.notes[0].code) == (False, "certificate-wrong-host")


@pytest.mark.parametrize("step", [Stall(), Dribble()])
def test_server_that_never_comes_to_the_point_is_left(world: World, step: Step) -> None:
    tried, _server = call(world, "smtp", "starttls", step, seconds=0.5)
    assert not tried.verified
    assert tried.failure


def test_unknown_host_is_no_sign_of_being_offline(world: World) -> None:
    tried, server = call(world, "imap", "tls", host="nobody.example.test")
    assert (tried.verified, tried.failure, server.calls) == (False, "", 0)


def test_line_in_clear_text_is_never_taken() -> None:
    with Scripted(Say("* OK hi"), Expect("CAPA", "* CAPABILITY IMAP4rev1", "{tag} OK")) as server:
        wire = Wire.open(Server("127.0.0.1", server.port, "none"))
        with pytest.raises(MailError):
            reach(wire, "imap")
        wire.close()
    assert not server.received
