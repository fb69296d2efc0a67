"""``mailflow connections``: what it saves, shows and refuses. No server is contacted here but where Validate is meant."""

from __future__ import annotations

import io
import json
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mailflow_gui import cli, paths
from mailflow_gui.accounts import os_keyring
from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.store import AccountStore
from mailflow_gui.journal import account_states, flows, requests
from mailflow_gui.journal.journal import opened
from mailflow_gui.sandbox import Sandbox
from mailflow_gui.sandbox.accounts import connected
from tests.accounts import secret_service
from tests.servers import certificates
from tests.servers.dovecot import Dovecot

Run = Callable[..., tuple[int, str, str]]

CANARY = "canary-77b1"

needs_keyring = pytest.mark.skipif(bool(secret_service.MISSING), reason=f"not installed: {secret_service.MISSING}")

ADD_INBOX = ("add", "--name", "Inbox", "--protocol", "imap", "--host", "imap.example.com")


@pytest.fixture(autouse=True)
def _no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine's own keyring, if there is one, stays out of these tests."""
    monkeypatch.setenv(os_keyring.CHOICE_VARIABLE, "keyring.backends.fail.Keyring")


@pytest.fixture
def run(home: paths.Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def run_(*arguments: str, text: str | bytes = "") -> tuple[int, str, str]:
        raw = text.encode() if isinstance(text, str) else text
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8"))
        try:
            code = cli.main(["connections", *arguments])
        except SystemExit as stopped:
            code = int(stopped.code or 0)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    del home
    return run_


@pytest.fixture
def store(home: paths.Home) -> AccountStore:
    return AccountStore(home.accounts_file)


def shown(run: Run) -> list[dict[str, Any]]:
    code, out, _err = run("list", "--json")
    assert code == 0
    (line,) = out.splitlines()
    found: list[dict[str, Any]] = json.loads(line)["connections"]
    return found


def test_empty_home_lists_nothing_and_says_how_to_begin(run: Run) -> None:
    assert shown(run) == []
    code, out, _err = run("list")
    assert (code, "mailflow connections add" in out) == (0, True)


def test_added_connection_is_listed_in_the_documented_shape(run: Run) -> None:
    code, out, err = run(*ADD_INBOX, "--username", "me@example.com", "--json")
    assert code == 0
    expected = {
        "id": "inbox", "name": "Inbox", "protocol": "imap", "host": "imap.example.com", "port": 993, "security": "tls",
        "state": "never-validated", "used_by": [], "code": None,
    }  # fmt: skip
    assert json.loads(out) == expected
    assert list(json.loads(out)) == list(expected)
    assert "MAILFLOW_PASSWORD_INBOX" in err
    assert shown(run) == [expected]
    _code, out, _err = run("list")
    assert out == "Inbox (inbox): imap imap.example.com:993 (SSL/TLS) – never validated\n"


@pytest.mark.parametrize(
    ("protocol", "security", "port"),
    [
        ("imap", "tls", 993), ("imap", "starttls", 143), ("imap", "none", 143),
        ("pop3", "tls", 995), ("pop3", "starttls", 110), ("pop3", "none", 110),
        ("smtp", "tls", 465), ("smtp", "starttls", 587), ("smtp", "none", 25),
    ],
)  # fmt: skip
def test_port_is_filled_in_from_protocol_and_security(
    run: Run, store: AccountStore, protocol: str, security: str, port: int
) -> None:
    arguments = ("--name", "A", "--protocol", protocol, "--host", "127.0.0.1", "--security", security, "--no-password")
    code, _out, err = run("add", *arguments)
    assert (code, err) == (0, "")
    assert store.get("a").port == port
    assert store.get("a").signs_in is False


def test_every_option_of_add_is_saved(run: Run, store: AccountStore, tmp_path: Path) -> None:
    pem_text = certificates.make(authority=True).pem
    pem = tmp_path / "server.pem"
    pem.write_bytes(("some words before\n" + pem_text).encode())
    code, _out, _err = run(
        "add", "--name", " 受信箱 ", "--protocol", "pop3", "--host", " [::1] ", "--port", "1995", "--security", "starttls",
        "--username", "me", "--certificate", str(pem), "--password-command", "pass mail", "--description", "old box",
        "--maximum-sessions", "2",
    )  # fmt: skip
    assert code == 0
    pem.unlink()
    (account,) = store.all()
    assert "BEGIN CERTIFICATE" in account.certificate
    assert "some words" not in account.certificate
    assert replace(account, certificate="") == Account(
        id="pop3-1", name="受信箱", protocol="pop3", host="::1", port=1995, security="starttls", username="me",
        password_command="pass mail", description="old box", maximum_sessions=2,
    )  # fmt: skip


@pytest.mark.parametrize("host", ["example.com", "10.0.0.1"])
def test_clear_text_beyond_this_machine_must_be_accepted_and_is_warned_about(
    run: Run, store: AccountStore, host: str
) -> None:
    clear = ("add", "--name", "A", "--host", host, "--security", "none", "--no-password")
    code, _out, err = run(*clear)
    assert (code, store.all()) == (2, ())
    assert host in err
    assert "--accept-clear-text" in err
    code, _out, err = run(*clear, "--accept-clear-text")
    assert code == 0
    assert store.get("a").accept_clear_text
    assert "Warning" in err
    assert host in err
    assert run("edit", "A", "--no-accept-clear-text")[0] == 2
    code, _out, err = run("edit", "A", "--host", "localhost", "--no-accept-clear-text")
    assert (code, err) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--host", "h.example"), "--name"),
        (("--name", "A"), "--host"),
        (("--name", "A", "--host", "h.example", "--security", "ssl"), "--security"),
        (("--name", "A", "--host", "h.example", "--port", "0"), "65535"),
        (("--name", "A", "--host", "https://h.example"), "https://h.example"),
        (("--name", " ", "--host", "h.example"), "name"),
        (("--name", "inbox", "--host", "h.example"), "already"),
        (("--name", "A", "--host", "h.example", "--maximum-sessions", "0"), "sessions"),
        (("--name", "A", "--host", "h.example", "--password-stdin"), "--username"),
        (("--name", "A", "--host", "h.example", "--password-command", "x"), "--username"),
        (("--name", "A", "--host", "h.example", "--username", "u", "--password-command", " "), "empty"),
        (("--name", "A", "--host", "h.example", "--no-password", "--password-stdin"), "not allowed"),
        (("--name", "A", "--host", "h.example", "--certificate", "/no/such/file"), "/no/such/file"),
        (("--name", "A", "--host", "h.example", "--certificate", __file__), "no certificate"),
        (("--name", "A", "--host", "::1", "--security", "none", "--certificate", "CA"), "not encrypted"),
    ],
)
def test_bad_usage_says_what_is_wrong_and_saves_nothing(
    run: Run, store: AccountStore, tmp_path: Path, arguments: tuple[str, ...], word: str
) -> None:
    run(*ADD_INBOX)
    if "CA" in arguments:
        (tmp_path / "ca.pem").write_bytes(certificates.make(authority=True).pem.encode())
        arguments = (*arguments[:-1], str(tmp_path / "ca.pem"))
    before = store.path.read_bytes()
    code, out, err = run("add", *arguments, text="pw")
    assert (code, out) == (2, "")
    assert word in err
    assert store.path.read_bytes() == before


@pytest.mark.parametrize(
    ("text", "word"), [("", "No password"), ("\n", "No password"), ("a\nb\n", "More than one line"), (b"\xff", "UTF-8")]
)
def test_standard_input_without_one_password_is_bad_usage(
    run: Run, store: AccountStore, text: str | bytes, word: str
) -> None:
    code, _out, err = run(*ADD_INBOX, "--username", "me", "--password-stdin", text=text)
    assert code == 2
    assert word in err
    assert store.all() == ()


def test_password_without_a_keyring_exits_3_and_saves_nothing(run: Run, store: AccountStore) -> None:
    code, out, err = run(*ADD_INBOX, "--username", "me", "--password-stdin", text=CANARY + "\n")
    assert (code, out) == (3, "")
    assert "--password-command" in err
    assert store.all() == ()
    run(*ADD_INBOX, "--username", "me")
    before = store.path.read_bytes()
    code, _out, err = run("edit", "inbox", "--host", "other.example", "--password-stdin", text=CANARY)
    assert code == 3
    assert store.path.read_bytes() == before
    assert CANARY not in err


def test_edit_changes_what_is_named_and_nothing_else(run: Run, store: AccountStore) -> None:
    run(*ADD_INBOX, "--username", "me", "--password-command", "x", "--description", "d")
    before = store.get("inbox")
    code, _out, _err = run("edit", "INBOX", "--name", "Work", "--username", "you")
    assert code == 0
    assert store.get("inbox") == replace(before, name="Work", username="you")
    code, out, _err = run("edit", "work", "--no-password", "--json")
    assert code == 0
    assert json.loads(out)["name"] == "Work"
    assert store.get("inbox") == replace(before, name="Work", username="you", password_command="", signs_in=False)
    run("edit", "work", "--password-command", "y")
    assert store.get("inbox") == replace(before, name="Work", username="you", password_command="y")


def test_port_follows_security_until_one_was_typed(run: Run, store: AccountStore) -> None:
    run(*ADD_INBOX)
    run("edit", "inbox", "--security", "starttls")
    assert store.get("inbox").port == 143
    run("edit", "inbox", "--port", "1143")
    run("edit", "inbox", "--security", "tls")
    assert store.get("inbox").port == 1143


def test_edit_without_a_change_is_bad_usage(run: Run) -> None:
    run(*ADD_INBOX)
    assert run("edit", "inbox")[0] == 2
    assert run("edit", "inbox", "--host", "imap.example.com")[0] == 2


def test_validation_counts_until_something_it_tried_changes(run: Run, store: AccountStore) -> None:
    run(*ADD_INBOX)
    store.replace(replace(store.get("inbox"), validated="2026-01-02T03:04:05+00:00"))
    assert shown(run)[0]["state"] == "ok"
    run("edit", "inbox", "--name", "Other", "--description", "x")
    assert shown(run)[0]["state"] == "ok"
    run("edit", "inbox", "--username", "me")
    assert shown(run)[0]["state"] == "never-validated"


def test_certificate_can_be_forgotten(run: Run, store: AccountStore, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes(certificates.make(authority=True).pem.encode())
    run(*ADD_INBOX, "--certificate", str(tmp_path / "ca.pem"))
    assert store.get("inbox").certificate
    run("edit", "inbox", "--no-certificate")
    assert store.get("inbox").certificate == ""


def use_in_flow(name: str, account: str) -> None:
    with opened(paths.home()) as journal:
        journal.write(
            lambda transaction: flows.keep(transaction, name, name=name, path=name, content="{}", accounts=[account])
        ).result()


def test_connection_of_a_flow_is_kept_until_forced(run: Run, store: AccountStore) -> None:
    run(*ADD_INBOX)
    use_in_flow("Forward enquiries", "inbox")
    assert shown(run)[0]["used_by"] == ["Forward enquiries"]
    code, _out, err = run("remove", "inbox")
    assert code == 2
    assert "Forward enquiries" in err
    assert store.get("inbox")
    code, out, _err = run("edit", "inbox", "--host", "other.example")
    assert (code, "Forward enquiries" in out) == (0, True)
    code, out, _err = run("remove", "inbox", "--force", "--json")
    assert (code, json.loads(out)) == (0, {"id": "inbox", "removed": True, "used_by": ["Forward enquiries"]})
    assert store.all() == ()


def test_state_that_a_run_found_is_shown_until_a_later_validation(run: Run, store: AccountStore) -> None:
    run(*ADD_INBOX)
    store.replace(replace(store.get("inbox"), validated="2026-01-02T03:04:05+00:00"))
    with opened(paths.home()) as journal:
        journal.write(lambda transaction: account_states.put(transaction, "inbox", "needs-sign-in", "x")).result()
    assert shown(run)[0]["state"] == "needs-sign-in"
    store.replace(replace(store.get("inbox"), validated="2999-01-01T00:00:00+00:00"))
    assert shown(run)[0]["state"] == "ok"


@pytest.mark.parametrize("command", ["edit", "remove", "validate"])
def test_unknown_connection_exits_3(run: Run, command: str) -> None:
    code, _out, err = run(command, "nobody")
    assert code == 3
    assert "nobody" in err


def test_broken_file_of_connections_exits_3_and_stays(run: Run, store: AccountStore) -> None:
    store.path.write_text("{", encoding="utf-8")
    for arguments in (("list", "--json"), ADD_INBOX, ("remove", "inbox")):
        code, out, err = run(*arguments)
        assert (code, out) == (3, "")
        assert "accounts.json" in err
    assert store.path.read_text(encoding="utf-8") == "{"


def test_validate_says_where_it_failed(run: Run, store: AccountStore, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    run("add", "--name", "A", "--host", "127.0.0.1", "--port", str(port), "--username", "u")
    monkeypatch.setenv("MAILFLOW_PASSWORD_A", CANARY)
    code, out, err = run("validate", "a", "--json")
    answer = json.loads(out)
    assert (code, answer["id"], answer["ok"]) == (3, "a", False)
    assert [(stage["stage"], stage["ok"]) for stage in answer["stages"]] == [
        ("parameters", True),
        ("lookup", True),
        ("connect", False),
    ]
    assert set(answer["stages"][0]) == {
        "stage", "ok", "code", "text", "advice", "detail", "facts", "proposal", "certificate",
    }  # fmt: skip
    assert answer["stages"][2]["code"] == "refused"
    assert CANARY not in out + err
    code, out, err = run("validate", "a")
    assert code == 3
    assert "Connecting: failed." in out
    assert "does not work" in err
    assert store.get("a").validated is None


def test_good_validation_is_shown_noted_and_told_to_the_runner(
    run: Run, store: AccountStore, dovecot: Dovecot, user: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = ("--certificate", str(dovecot.certificate_file))
    run("add", "--name", "A", "--host", dovecot.host, "--port", str(dovecot.imaps), "--username", user, *certificate)
    use_in_flow("flow", "a")
    monkeypatch.setenv("MAILFLOW_PASSWORD_A", dovecot.password)
    code, out, err = run("validate", "A")
    assert (code, err) == (0, "")
    assert [line.partition(":")[0] for line in out.splitlines()[:-1]] == [
        "Parameters", "Name look-up", "Connecting", "Encryption", "Sign-in", "Abilities",
    ]  # fmt: skip
    assert out.splitlines()[-1] == "The connection “A” works."
    assert shown(run)[0]["state"] == "ok"
    assert store.get("a").validated
    with opened(paths.home()) as journal:
        waiting = requests.open_requests(journal.read())
    assert [(request.kind, request.subject) for request in waiting] == [("validated", "a")]
    assert dovecot.logins(user) == 1


def test_validate_without_a_password_fails_before_the_network(run: Run) -> None:
    run(*ADD_INBOX, "--username", "me")
    code, out, _err = run("validate", "inbox", "--json")
    (stage,) = json.loads(out)["stages"]
    assert (code, stage["stage"], stage["ok"], stage["code"]) == (3, "parameters", False, "keyring-refused")


@pytest.mark.parametrize("command", ["list", "add", "edit", "remove", "validate"])
def test_every_action_explains_itself(run: Run, command: str) -> None:
    code, out, _err = run(command, "--help")
    assert code == 0
    assert "usage:" in out


def in_session(home: Path, *arguments: str, text: str = "", unlocked: bool = True) -> tuple[int, str]:
    """Run the command line where a real keyring lives; the canary is in none of its words."""
    code = "import sys; from mailflow_gui.cli import main; sys.exit(main())"
    done = secret_service.run(home, ["-c", code, "connections", *arguments], text=text, unlocked=unlocked)
    assert CANARY not in done.stdout + done.stderr
    return done.returncode, done.stdout + done.stderr


def kept(home: Path) -> str:
    """The secret in the keyring, or ``None``."""
    code = (
        "from mailflow_gui.accounts.secrets import SecretStore; from mailflow_gui.accounts.account import Account\n"
        "found = SecretStore().get(Account('inbox', 'Inbox', 'imap', 'h.example', 993, username='me'))\n"
        "print(found and found.reveal())"
    )
    return secret_service.run(home, ["-c", code]).stdout.strip()


@needs_keyring
def test_password_goes_into_the_keyring_and_nowhere_else(tmp_path: Path) -> None:
    code, said = in_session(tmp_path, *ADD_INBOX, "--username", "me", "--password-stdin", text=CANARY + "\r\n")
    assert code == 0, said
    assert kept(tmp_path) == CANARY
    assert in_session(tmp_path, "edit", "inbox", "--password-stdin", text=CANARY + "-2")[0] == 0
    assert kept(tmp_path) == CANARY + "-2"
    files = [path for path in (tmp_path / "mailflow").rglob("*") if path.is_file()]
    assert any(path.name == "accounts.json" for path in files)
    assert not [path for path in files if CANARY.encode() in path.read_bytes()]
    assert in_session(tmp_path, "remove", "inbox")[0] == 0
    assert kept(tmp_path) == "None"


@needs_keyring
def test_connection_stays_while_its_password_cannot_be_deleted(tmp_path: Path) -> None:
    code, said = in_session(tmp_path, *ADD_INBOX, "--username", "me", "--password-stdin", text=CANARY)
    assert code == 0, said
    code, said = in_session(tmp_path, "remove", "inbox", unlocked=False)
    assert (code, "--force" in said) == (3, True)
    code, said = in_session(tmp_path, "remove", "inbox", "--force", unlocked=False)
    assert (code, "may still be in the keyring" in said) == (0, True)
    assert kept(tmp_path) == CANARY


def test_the_sandboxs_servers_are_left_out_while_they_do_not_run(run: Run) -> None:
    home = paths.home()
    with Sandbox(home.sandbox) as sandbox, connected(home, sandbox):
        code, out, _err = run("validate", "--all")
        assert (code, out.count("works.")) == (0, 2)
    code, out, _err = run("validate", "--all")
    assert (code, out.count("the sandbox isn't running")) == (0, 2)
    assert run("validate", "--all", "--json")[:2] == (0, "")
    assert run("validate", "sandbox-inbox")[0] == 3
