"""Every cause for which a server can't be used is told apart, in one sentence and one piece of advice, without a secret."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailflow_gui import sentences
from tests.accounts.causes_table import CASES, PASSWORD, USER, Case, Servers, provoke
from tests.servers import postfix as postfix_server
from tests.servers.dovecot import Dovecot
from tests.servers.postfix import Postfix


@pytest.fixture(scope="module")
def postfix(dovecot: Dovecot) -> Iterator[Postfix | None]:
    if postfix_server.program() is None:
        yield None
        return
    with postfix_server.postfix(dovecot) as server:
        yield server


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{number}-{case.code}") for number, case in enumerate(CASES)])
def test_cause_is_told_apart(case: Case, dovecot: Dovecot, postfix: Postfix | None, tmp_path: Path) -> None:
    if case.needs_postfix and postfix is None:
        pytest.skip(postfix_server.MISSING)
    tried, stage = provoke(case, Servers(dovecot, postfix, tmp_path))
    assert (stage.stage, stage.code, stage.ok) == (case.stage, case.code, case.ok), f"{stage} {stage.text}"
    assert stage.code in sentences.SENTENCES
    assert stage.advice
    assert "{" not in stage.text + stage.advice
    assert "?" not in stage.text.replace(stage.detail, "").replace("https://support.google.com/mail/?p=", "")
    assert "by itself" not in stage.advice
    wanted = case.proposal
    if isinstance(wanted, str):
        wanted = (tried.port, wanted)  # type: ignore[assignment]  # a security method
    assert (stage.proposal and (stage.proposal.port, stage.proposal.security)) == wanted
    for secret in (PASSWORD.reveal(), base64.b64encode(f"\0{USER}\0{PASSWORD.reveal()}".encode()).decode()):
        assert secret not in f"{stage}{stage.as_json()}"


def test_table_names_every_cause_once_per_server_and_words() -> None:
    assert len({case.prepare for case in CASES}) == len(CASES)
    assert {case.code for case in CASES} >= {
        "host-unknown", "refused", "no-answer", "tls-not-spoken", "no-greeting", "starttls-missing", "tls-too-old",
        "certificate-untrusted", "certificate-expired", "certificate-not-yet-valid", "certificate-wrong-host", "certificate-changed",
        "sign-in-refused", "mechanism-refused", "app-password-needed", "oauth-needed", "sign-in-not-offered", "sign-in-needs-tls",
        "relay-denied", "account-locked", "too-many-sessions", "sign-in-unavailable",
    }  # fmt: skip
