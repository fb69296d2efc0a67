"""What is proposed where port and security method don't fit works; nothing without encryption is ever proposed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from mailflow_gui.accounts.account import DEFAULT_PORTS, Account, Protocol, Security
from mailflow_gui.accounts.proposals import propose
from mailflow_gui.accounts.secrets import Secret
from mailflow_gui.accounts.stages import Proposal
from mailflow_gui.accounts.validate import validate
from mailflow_gui.mail import timeouts
from mailflow_gui.sentences import SENTENCES
from tests.servers import certificates
from tests.servers import dovecot as dovecot_server
from tests.servers.dovecot import Dovecot
from tests.servers.recording_smtp import RecordingSmtp


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(timeouts.SCALE_VARIABLE, "0.05")


def follows(account: Account, password: str) -> bool:
    """Whether the proposal that a failure brings makes the account work."""
    failed = validate(account, Secret(password))[-1]
    assert not failed.ok
    assert failed.proposal is not None
    better = replace(account, port=failed.proposal.port, security=failed.proposal.security)
    return all(stage.ok for stage in validate(better, Secret(password)))


@pytest.mark.parametrize(
    ("protocol", "port", "security"),
    [
        ("imap", "imap", "tls"),
        ("imap", "imaps", "starttls"),
        ("imap", "imaps", "none"),
        ("pop3", "pop3", "tls"),
        ("pop3", "pop3s", "starttls"),
    ],
)
def test_proposal_for_a_mailbox_works(
    dovecot: Dovecot, user: str, protocol: Protocol, port: str, security: Security
) -> None:
    account = Account(
        id="a", name="A", protocol=protocol, host=dovecot.host, port=getattr(dovecot, port), security=security,
        username=user, certificate=dovecot.certificate.pem,
    )  # fmt: skip
    assert follows(account, dovecot_server.PASSWORD)


@pytest.mark.parametrize(("security", "implicit"), [("tls", False), ("starttls", True)])
def test_proposal_for_an_outgoing_server_works(tmp_path: Path, security: Security, implicit: bool) -> None:
    certificate = certificates.make()
    context = certificate.server_context(tmp_path)
    with RecordingSmtp(username="me", password="pw", context=context, implicit_tls=implicit) as server:
        account = Account(
            id="a", name="A", protocol="smtp", host=server.host, port=server.port, security=security, username="me",
            certificate=certificate.pem,
        )  # fmt: skip
        assert follows(account, "pw")


@pytest.mark.parametrize("protocol", get_args(Protocol))
def test_no_proposal_is_in_clear_or_what_failed(protocol: Protocol) -> None:
    for code in SENTENCES:
        for (_protocol, security), port in DEFAULT_PORTS.items():
            account = Account(id="a", name="A", protocol=protocol, host="h.example", port=port, security=security)
            found = propose(account, code)
            assert found is None or (found.security != "none" and found != Proposal(port, security))


@pytest.mark.parametrize(
    ("protocol", "port", "security", "code", "expected"),
    [
        ("smtp", 587, "starttls", "refused", Proposal(465, "tls")),
        ("smtp", 465, "tls", "no-answer", Proposal(587, "starttls")),
        ("smtp", 25, "starttls", "no-answer", Proposal(587, "starttls")),
        ("smtp", 465, "starttls", "no-greeting", Proposal(465, "tls")),
        ("smtp", 25, "starttls", "sign-in-not-offered", Proposal(587, "starttls")),
        ("imap", 993, "tls", "refused", Proposal(143, "starttls")),
        ("imap", 993, "starttls", "refused", Proposal(993, "tls")),
        ("imap", 143, "starttls", "starttls-missing", Proposal(993, "tls")),
        ("pop3", 1110, "starttls", "refused", Proposal(110, "starttls")),
        ("imap", 993, "tls", "sign-in-refused", None),
        ("imap", 993, "tls", "host-unknown", None),
    ],
)
def test_usual_pairs_are_proposed(
    protocol: Protocol, port: int, security: Security, code: str, expected: Proposal | None
) -> None:
    account = Account(id="a", name="A", protocol=protocol, host="h.example", port=port, security=security)
    assert propose(account, code) == expected


def test_starttls_is_not_proposed_where_a_server_on_this_computer_has_none() -> None:
    with RecordingSmtp() as relay:
        account = Account(id="a", name="A", protocol="smtp", host=relay.host, port=relay.port, security="tls")
        failed = validate(account, None)[-1]
    assert (failed.code, failed.proposal) == ("tls-not-spoken", None)
