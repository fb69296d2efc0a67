"""``connections trust``, ``duplicate`` and ``validate --all``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mailflow_gui import cli, paths
from mailflow_gui.accounts import os_keyring
from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.mail import tls
from tests.servers import certificates
from tests.servers.certificates import Certificate
from tests.servers.recording_smtp import RecordingSmtp

OLD = certificates.make()


@pytest.fixture
def store(home: paths.Home, monkeypatch: pytest.MonkeyPatch) -> AccountStore:
    monkeypatch.setenv(os_keyring.CHOICE_VARIABLE, "keyring.backends.fail.Keyring")
    return AccountStore(home.accounts_file)


@pytest.fixture
def shown(tmp_path: Path) -> Certificate:
    made = certificates.make()
    made.write(tmp_path)
    return made


def account(server: RecordingSmtp, name: str = "Outgoing", certificate: str = OLD.pem) -> Account:
    return Account(
        id=name.lower(), name=name, protocol="smtp", host=server.host, port=server.port, security="tls",
        certificate=certificate, validated="2026-01-01T00:00:00.000+00:00",
    )  # fmt: skip


def run(*arguments: str) -> int:
    return cli.main(["connections", *arguments])


def test_certificate_is_shown_and_trusted_only_when_told(
    store: AccountStore, shown: Certificate, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fingerprint = tls.describe(shown.pem).sha256
    with RecordingSmtp(context=shown.server_context(tmp_path), implicit_tls=True) as server:
        store.add(account(server))
        assert run("validate", "outgoing") == 3
        assert "connections trust" in capsys.readouterr().out
        assert run("trust", "Outgoing") == 0
        out = capsys.readouterr().out
        assert fingerprint in out
        assert tls.describe(OLD.pem).sha256 in out
        assert store.get("outgoing").certificate == OLD.pem
        other = tls.describe(OLD.pem).sha256
        assert run("trust", "Outgoing", "--fingerprint", other) == 2
        assert store.get("outgoing").certificate == OLD.pem
        assert run("trust", "Outgoing", "--fingerprint", "12:34") == 2
        capsys.readouterr()
        assert run("trust", "Outgoing", "--fingerprint", fingerprint.lower().replace(":", ""), "--json") == 0
        answer = json.loads(capsys.readouterr().out)
        assert (answer["id"], answer["trusted"]) == ("outgoing", True)
        assert (answer["shown"]["sha256"], answer["before"]["sha256"]) == (fingerprint, other)
        saved = store.get("outgoing")
        assert (tls.describe(saved.certificate).sha256, saved.validated) == (fingerprint, None)
        assert run("validate", "outgoing") == 0
        assert not server.lines[0].startswith(b"AUTH")
        assert store.get("outgoing").validated is not None


def test_yes_trusts_whatever_is_shown(store: AccountStore, shown: Certificate, tmp_path: Path) -> None:
    with RecordingSmtp(context=shown.server_context(tmp_path), implicit_tls=True) as server:
        store.add(account(server, certificate=""))
        assert run("trust", "outgoing", "--yes") == 0
        assert tls.describe(store.get("outgoing").certificate) == tls.describe(shown.pem)


def test_line_in_clear_has_no_certificate(store: AccountStore, capsys: pytest.CaptureFixture[str]) -> None:
    store.add(Account(id="a", name="A", protocol="smtp", host="127.0.0.1", port=1, security="none"))
    assert run("trust", "a", "--yes") == 2
    assert "not encrypted" in capsys.readouterr().err


def test_duplicate_has_all_settings_and_no_password(
    store: AccountStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    original = Account(
        id="inbox", name="Inbox", protocol="imap", host="imap.example.com", port=993, username="me",
        certificate=OLD.pem, description="d", maximum_sessions=2, validated="2026-01-01T00:00:00.000+00:00",
    )  # fmt: skip
    store.add(original)
    monkeypatch.setenv("MAILFLOW_PASSWORD_INBOX", "canary-dup")
    assert run("duplicate", "Inbox", "--name", "Archive", "--json") == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["id"] == "archive"
    assert "MAILFLOW_PASSWORD_ARCHIVE" in said.err
    assert "canary" not in said.out + said.err
    copy = store.get("archive")
    assert (copy.name, copy.host, copy.username, copy.certificate) == ("Archive", "imap.example.com", "me", OLD.pem)
    assert copy.validated is None
    assert store.get("inbox") == original
    assert run("duplicate", "Inbox", "--name", "archive") == 2
    assert len(store.all()) == 2


def test_validate_all_tries_every_connection(
    store: AccountStore, shown: Certificate, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with RecordingSmtp(context=shown.server_context(tmp_path), implicit_tls=True) as server:
        store.add(account(server, "Old"))
        store.add(account(server, "New", shown.pem))
        assert run("validate", "--all", "--json") == 3
        answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [(answer["id"], answer["ok"]) for answer in answers] == [("old", False), ("new", True)]
        changed = answers[0]["stages"][-1]
        assert changed["code"] == "certificate-changed"
        assert changed["certificate"]["shown"]["sha256"] == tls.describe(shown.pem).sha256
        assert changed["certificate"]["trusted"]["sha256"] == tls.describe(OLD.pem).sha256
    assert run("validate") == 2
    assert run("validate", "old", "--all") == 2
