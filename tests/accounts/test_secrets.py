"""Secrets: the type, the command, the variable."""

from __future__ import annotations

import copy
import logging
import pickle
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from mailflow_gui.accounts import os_keyring, secrets
from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.secrets import Secret, SecretStore
from mailflow_gui.errors import AccountError

CANARY = "canary-5f3a91"
ACCOUNT = Account(id="my-inbox", name="Inbox", protocol="imap", host="imap.example.com", port=993, username="me")

posix = pytest.mark.skipif(sys.platform == "win32", reason="a line for the POSIX shell")


def test_secret_shows_itself_only_when_asked(caplog: pytest.LogCaptureFixture) -> None:
    secret = Secret(CANARY)
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("test").warning("%s %r %s", secret, secret, [secret])
    shown = f"{secret} {secret!r} {secret:>20} {[secret]} {caplog.text}" + "%s" % (secret,)  # noqa: UP031  # one of the ways
    assert CANARY not in shown
    assert secret.reveal() == CANARY
    assert secret == Secret(CANARY)
    assert secret != Secret("other")
    assert secret != CANARY


@pytest.mark.parametrize("take", [pickle.dumps, copy.copy, copy.deepcopy, hash])
def test_secret_cannot_be_carried_off(take: object) -> None:
    with pytest.raises(TypeError):
        take(Secret(CANARY))  # type: ignore[operator]  # four functions without a common type


@posix
def test_command_gives_the_first_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILFLOW_PASSWORD_MY_INBOX", "from the variable")
    account = replace(ACCOUNT, password_command="printf ' p w \\r\\nsecond\\n' | cat")
    assert SecretStore().get(account) == Secret(" p w ")
    assert SecretStore().where(account) == "command"


@posix
def test_command_gets_no_passwords_no_input_and_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILFLOW_PASSWORD_MY_INBOX", CANARY)
    monkeypatch.setenv("MailFlow_Password_other", CANARY)
    command = "echo [$(env | grep -ci canary)$(cat)$( (: </dev/tty) 2>/dev/null && echo terminal)]"
    found = SecretStore().get(replace(ACCOUNT, password_command=command))
    assert found is not None
    assert found.reveal() == "[0]"


@posix
@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ("echo no such key >&2; exit 3", "password-command-failed", "no such key"),
        (f"echo {CANARY}; echo bad: {CANARY} >&2; exit 1", "password-command-failed", "bad: ***"),
        ("true", "password-command-empty", ""),
        ("echo; echo later", "password-command-empty", ""),
        ("exec no-such-program-here", "password-command-failed", "no-such-program-here"),
    ],
)
def test_command_that_gives_nothing_is_an_error(command: str, code: str, said: str) -> None:
    with pytest.raises(AccountError) as caught:
        SecretStore().get(replace(ACCOUNT, password_command=command))
    assert caught.value.code == code
    assert said in str(caught.value)
    assert CANARY not in f"{caught.value} {caught.value.arguments} {caught.value.detail}"


@posix
def test_command_that_waits_is_ended_with_its_children(tmp_path: Path) -> None:
    command = f"sh -c 'echo $$ > {tmp_path}/pid; exec sleep 1000' | cat"
    with pytest.raises(AccountError) as caught:
        SecretStore(command_timeout=2).get(replace(ACCOUNT, password_command=command))
    assert caught.value.code == "password-command-timeout"
    pid = int((tmp_path / "pid").read_text(encoding="utf-8"))
    while _is_alive(pid):  # a process that was killed ends soon; one that wasn't runs into the test's time limit
        time.sleep(0.01)


def _is_alive(pid: int) -> bool:
    shown = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    return bool(shown) and not shown.startswith("Z")


def test_variable_comes_before_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILFLOW_PASSWORD_MY_INBOX", CANARY)
    assert SecretStore().get(ACCOUNT) == Secret(CANARY)
    assert SecretStore().where(ACCOUNT) == "environment"


def test_children_do_not_inherit_passwords() -> None:
    environ = {"PATH": "/bin", "MAILFLOW_PASSWORD_A": "x", "mailflow_password_b": "y", "MAILFLOW_HOME": "h"}
    assert secrets.without_secrets(environ) == {"PATH": "/bin", "MAILFLOW_HOME": "h"}


def test_keyring_that_does_not_answer_is_left_waiting_and_not_asked_again() -> None:
    release, finished = threading.Event(), threading.Event()

    def ask() -> str:
        release.wait(60)
        finished.set()
        return "late"

    for _attempt in range(2):  # the second waits for the first instead of showing a second prompt
        with pytest.raises(AccountError) as caught:
            os_keyring.call(ask, 0.05)
        assert caught.value.code == "keyring-timeout"
    release.set()
    assert finished.wait(60)
    assert os_keyring.call(lambda: "next", 60) == "next"


def test_fault_inside_a_back_end_is_translated() -> None:
    def fail() -> str:
        raise EOFError("prompt")

    with pytest.raises(AccountError) as caught:
        os_keyring.call(fail, 60)
    assert caught.value.code == "keyring-failed"
    assert "EOFError" in caught.value.text


@pytest.mark.skipif(sys.platform == "win32", reason="Windows writes no core files")
def test_core_dumps_can_be_disabled() -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_CORE)
    try:
        secrets.disable_core_dumps()
        assert resource.getrlimit(resource.RLIMIT_CORE) == (0, before[1])
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, before)
