"""Validate with outgoing servers: what they offer, whether they take the user's address, and that nothing is mailed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mailflow_gui.accounts.account import Account, Security
from mailflow_gui.accounts.secrets import Secret
from mailflow_gui.accounts.validate import validate
from tests.servers import certificates
from tests.servers.recording_smtp import Action, RecordingSmtp

CERTIFICATE = certificates.make()
PASSWORD = Secret("canary-smtp")
USER = "me@example.com"


@pytest.fixture(params=["starttls", "tls"])
def security(request: pytest.FixtureRequest) -> Security:
    chosen: Security = request.param
    return chosen


@pytest.fixture
def server(security: Security, tmp_path: Path) -> Iterator[RecordingSmtp]:
    """A server that wants a sign-in on TLS."""
    context = CERTIFICATE.server_context(tmp_path)
    with RecordingSmtp(
        username=USER, password=PASSWORD.reveal(), context=context, implicit_tls=security == "tls"
    ) as started:
        yield started


def account(server: RecordingSmtp, security: Security, username: str = USER) -> Account:
    return Account(
        id="outgoing", name="Outgoing", protocol="smtp", host=server.host, port=server.port, security=security,
        username=username, certificate=CERTIFICATE.pem,
    )  # fmt: skip


def test_good_account_shows_what_the_server_offers_and_mails_nothing(server: RecordingSmtp, security: Security) -> None:
    stages = validate(account(server, security), PASSWORD)
    assert [(stage.stage, stage.ok) for stage in stages] == [
        (name, True) for name in ("parameters", "lookup", "connect", "tls", "sign-in", "abilities")
    ]
    assert stages[-1].code == "validate-smtp-sender-ok"
    assert "SIZE (50 MB), 8BITMIME, PIPELINING" in stages[-1].text
    assert "lacks: DSN" in stages[-1].text
    assert USER in stages[-1].text
    assert "SIZE 52428800" in stages[-1].detail
    assert not any(line.upper().startswith((b"RCPT", b"DATA")) for line in server.lines)
    assert server.messages == []
    assert server.logins == 1


def test_refused_sender_is_a_hint_and_no_failure(server: RecordingSmtp, security: Security) -> None:
    server.answer("MAIL", "553 5.7.1 not yours")
    stages = validate(account(server, security), PASSWORD)
    assert stages[-1].ok
    assert stages[-1].code == "validate-smtp-sender-refused"
    assert "not yours" in stages[-1].text
    assert stages[-1].advice


def test_wrong_password_is_tried_once_and_not_repeated_in_words(server: RecordingSmtp, security: Security) -> None:
    server.answer("AUTH", "535 5.7.8 wrong", times=1)
    stages = validate(account(server, security), Secret("canary-wrong"))
    assert (stages[-1].stage, stages[-1].ok) == ("sign-in", False)
    assert "5.7.8" in stages[-1].detail
    assert sum(line.upper().startswith(b"AUTH") for line in server.lines) == 1
    assert "canary" not in str([stage.as_json() for stage in stages])
    assert b"canary" not in bytes(server.clear_bytes)


def test_server_that_hangs_up_is_a_stage_that_failed(server: RecordingSmtp, security: Security) -> None:
    server.answer("EHLO", Action.DROP)
    stages = validate(account(server, security), PASSWORD)
    assert not stages[-1].ok
    assert stages[-1].stage == ("connect" if security == "starttls" else "tls")
    assert stages[-1].code == "line-dropped"


def test_relay_without_sign_in_is_tried_without_one() -> None:
    with RecordingSmtp() as relay:
        stages = validate(
            Account(id="relay", name="Relay", protocol="smtp", host=relay.host, port=relay.port, security="none"), None
        )
        assert [stage.code for stage in stages[-3:]] == [
            "validate-tls-none-loopback",
            "validate-sign-in-none",
            "validate-smtp-abilities",
        ]
        assert all(stage.ok for stage in stages)
        assert not any(line.upper().startswith((b"AUTH", b"MAIL")) for line in relay.lines)
