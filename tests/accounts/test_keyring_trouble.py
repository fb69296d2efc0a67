"""A real keyring that is absent, locked, killed, or doesn't answer: always an error with advice, never an empty password."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mailflow_gui.accounts import os_keyring
from mailflow_gui.accounts.account import Account
from mailflow_gui.accounts.secrets import Secret, SecretStore
from mailflow_gui.accounts.sessions import secret_of
from mailflow_gui.errors import AccountError, KeyringError
from tests.accounts.keyring_fixtures import keyring
from tests.accounts.keyring_service import KeyringService

__all__ = ["keyring"]

ACCOUNT = Account(id="my-inbox", name="Inbox", protocol="imap", host="imap.example.com", port=993, username="me")
CANARY = "canary-5f3a91"

# The library leaves its socket to the garbage collection when a call fails.
dropped_line = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def code_of(store: SecretStore) -> str:
    """What reading fails with."""
    with pytest.raises(AccountError) as caught:
        secret_of(ACCOUNT, store)
    assert caught.value.text
    assert caught.value.advice
    return caught.value.code


def test_locked_keyring_is_seen_without_a_question_and_read_once_it_is_open(keyring: KeyringService) -> None:
    store = SecretStore(keyring_timeout=20)
    store.set("my-inbox", Secret(CANARY))
    assert os_keyring.look() == os_keyring.KeyringState("available", "Secret Service")
    keyring.lock()
    with keyring.silent_prompt():  # a look that asked would hang here
        assert os_keyring.look() == os_keyring.KeyringState("locked", "Secret Service")
    assert code_of(store) == "keyring-locked"  # nobody answers: the prompt counts as dismissed
    with pytest.raises(KeyringError):
        store.unlock()
    keyring.unlock()
    store.unlock()
    assert secret_of(ACCOUNT, store) == Secret(CANARY)


def test_who_has_dismissed_the_prompt_is_not_asked_again_by_a_runner(keyring: KeyringService) -> None:
    store = SecretStore(keyring_timeout=2, asks_again=False)
    store.set("my-inbox", Secret(CANARY))
    keyring.lock()
    assert code_of(store) == "keyring-locked"
    with keyring.silent_prompt():  # asking would run into the time limit here
        assert code_of(store) == "keyring-locked"
        assert code_of(SecretStore(keyring_timeout=1)) == "keyring-timeout"
    keyring.unlock()
    assert secret_of(ACCOUNT, store) == Secret(CANARY)


def test_prompt_that_is_never_answered_holds_nobody_up_once_the_keyring_is_open(keyring: KeyringService) -> None:
    store = SecretStore(keyring_timeout=2)
    store.set("my-inbox", Secret(CANARY))
    keyring.lock()
    with keyring.silent_prompt():
        assert code_of(store) == "keyring-timeout"
        assert code_of(store) == "keyring-timeout"
        assert [thread.name for thread in threading.enumerate()].count("keyring") == 1, "it asks twice at a time"
        keyring.unlock()
        assert secret_of(ACCOUNT, SecretStore(keyring_timeout=20)) == Secret(CANARY)


def test_keyring_that_is_killed_is_absent_until_it_is_back(keyring: KeyringService) -> None:
    store = SecretStore(keyring_timeout=20)
    store.set("my-inbox", Secret(CANARY))
    keyring.kill()
    assert os_keyring.look().word == "absent"
    assert code_of(store) == "keyring-absent"
    with pytest.raises(KeyringError):
        store.set("my-inbox", Secret("other"))
    keyring.start_again()
    assert os_keyring.look().word == "available"
    assert secret_of(ACCOUNT, store) == Secret(CANARY)


@dropped_line
def test_keyring_that_is_killed_in_the_middle_of_an_answer(keyring: KeyringService) -> None:
    store = SecretStore(keyring_timeout=20)
    store.set("my-inbox", Secret(CANARY))
    keyring.hang()
    codes: list[str] = []
    reading = threading.Thread(target=lambda: codes.append(code_of(store)))
    reading.start()
    reading.join(0.3)
    assert reading.is_alive()
    keyring.kill()
    reading.join(20)
    assert codes in (["keyring-absent"], ["keyring-failed"])


@dropped_line
def test_bus_that_ends_in_the_middle(keyring: KeyringService) -> None:
    keyring.hang()
    codes: list[str] = []
    reading = threading.Thread(target=lambda: codes.append(code_of(SecretStore(keyring_timeout=20))))
    reading.start()
    reading.join(0.3)
    assert reading.is_alive()
    keyring.bus.kill()
    reading.join(20)
    assert codes in (["keyring-absent"], ["keyring-failed"])


def test_keyring_that_hangs_is_told_within_the_time_limit_and_costs_one_thread(keyring: KeyringService) -> None:
    SecretStore().set("my-inbox", Secret(CANARY))
    keyring.hang()
    for _time in range(3):
        assert os_keyring.look(0.2).word == "absent"
    assert code_of(SecretStore(keyring_timeout=1)) == "keyring-timeout"
    names = [thread.name for thread in threading.enumerate()]
    assert names.count("looking at the keyring") == 1
    keyring.go_on()
    assert secret_of(ACCOUNT, SecretStore(keyring_timeout=20)) == Secret(CANARY)


def test_state_is_told_at_once_even_while_the_keyring_hangs(keyring: KeyringService) -> None:
    os_keyring.look()
    keyring.hang()
    asking = threading.Thread(target=lambda: [os_keyring.state() for _time in range(1000)], daemon=True)
    asking.start()
    asking.join(20)  # one that waited for the keyring would never come back
    assert not asking.is_alive()
    keyring.go_on()
    assert os_keyring.look().word == "available"
    assert os_keyring.state() == os_keyring.KeyringState("available", "Secret Service")


def test_machine_without_a_bus_has_no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "disabled:")
    monkeypatch.delenv(os_keyring.CHOICE_VARIABLE, raising=False)
    if sys.platform in {"win32", "darwin"}:
        pytest.skip("the keyring there needs no bus")
    assert os_keyring.look() == os_keyring.KeyringState("absent")
    assert code_of(SecretStore()) == "keyring-absent"


def test_empty_entry_is_no_password(keyring: KeyringService) -> None:
    store = SecretStore(keyring_timeout=20)
    store.set("my-inbox", Secret(""))
    assert store.get(ACCOUNT) is None
    assert store.where(ACCOUNT) is None
    assert code_of(store) == "secret-missing"


@pytest.mark.parametrize(
    "name",
    [
        "keyring.backends.null.Keyring",
        "keyring.backends.fail.Keyring",
        "keyrings.alt.file.PlaintextKeyring",
        "keyrings.alt.file.EncryptedKeyring",
        "tests.accounts.nowhere.X",
    ],
)
def test_back_ends_that_are_not_on_the_list_are_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(os_keyring.CHOICE_VARIABLE, name)
    assert os_keyring.look() == os_keyring.KeyringState("absent")
    actions: list[Callable[[], object]] = [
        lambda: SecretStore().set("my-inbox", Secret(CANARY)),
        lambda: SecretStore().get(ACCOUNT),
    ]
    for action in actions:
        with pytest.raises(AccountError) as caught:
            action()
        assert caught.value.code == "keyring-refused"
        assert name in caught.value.text
        assert "--password-command" in caught.value.advice


def test_chain_of_back_ends_means_the_best_that_may_be_used(
    keyring: KeyringService, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(os_keyring.CHOICE_VARIABLE, "keyring.backends.chainer.ChainerBackend")
    store = SecretStore(keyring_timeout=20)
    store.set("my-inbox", Secret(CANARY))
    assert keyring.items() == {"my-inbox": CANARY}
    assert store.get(ACCOUNT) == Secret(CANARY)


def test_installed_back_end_in_clear_text_is_not_even_loaded(keyring: KeyringService, tmp_path: Path) -> None:
    """Neither as a plug-in of the library's, nor from its configuration, nor by its variable; and the terminal isn't asked."""
    package = tmp_path / "site" / "keyrings" / "alt"
    package.mkdir(parents=True)
    marker = tmp_path / "loaded"
    package.joinpath("file.py").write_text(
        "from keyring.backend import KeyringBackend\nimport pathlib\n"
        f"pathlib.Path({str(marker)!r}).write_text('x', encoding='utf-8')\n"
        "class PlaintextKeyring(KeyringBackend):\n    priority = 99\n"
        "    def get_password(self, service, username): return input('Password: ')\n"
        "    def set_password(self, service, username, password): input('Password: ')\n",
        encoding="utf-8",
    )
    info = tmp_path / "site" / "keyrings.alt-5.0.dist-info"
    info.mkdir()
    info.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: keyrings.alt\nVersion: 5.0\n", encoding="utf-8")
    info.joinpath("entry_points.txt").write_text("[keyring.backends]\nfile = keyrings.alt.file\n", encoding="utf-8")
    configured = tmp_path / "config" / "python_keyring"
    configured.mkdir(parents=True)
    configured.joinpath("keyringrc.cfg").write_text(
        "[backend]\ndefault-keyring=keyrings.alt.file.PlaintextKeyring\n", encoding="utf-8"
    )
    code = (
        "from mailflow_gui.accounts.secrets import Secret, SecretStore\n"
        "from mailflow_gui.errors import AccountError\n"
        "try:\n    SecretStore(keyring_timeout=20).set('my-inbox', Secret('pw'))\n"
        "except AccountError as error:\n    print(error.code)\n"
    )
    ran = {}
    for choice in ("", "keyrings.alt.file.PlaintextKeyring"):
        environ = {**os.environ, "PYTHONPATH": str(tmp_path / "site"), "XDG_CONFIG_HOME": str(tmp_path / "config")}
        environ |= {os_keyring.CHOICE_VARIABLE: choice}
        ran[choice] = subprocess.run(
            [sys.executable, "-c", code], env=environ, input="", capture_output=True, text=True, timeout=60, check=True
        ).stdout
    assert ran == {"": "", "keyrings.alt.file.PlaintextKeyring": "keyring-refused\n"}
    assert keyring.items() == {"my-inbox": "pw"}
    assert not marker.exists()


def test_failed_save_puts_the_keyring_back(keyring: KeyringService) -> None:
    store = SecretStore(keyring_timeout=20)
    store.set("kept", Secret("old"))
    for account, secret in (("kept", Secret("new")), ("kept", None), ("fresh", Secret("new"))):
        with pytest.raises(OSError, match="no room"), store.changed(account, secret):
            _fail(store, account, secret)
        assert keyring.items() == {"kept": "old"}, (account, secret)
    keyring.lock()
    entered = False
    with pytest.raises(KeyringError), store.changed("kept", Secret("new")):
        entered = True
    assert not entered
    keyring.unlock()
    assert keyring.items() == {"kept": "old"}


def _fail(store: SecretStore, account: str, secret: Secret | None) -> None:
    assert store.kept(account) == secret
    raise OSError("no room")


def test_command_and_variable_need_no_keyring(keyring: KeyringService, monkeypatch: pytest.MonkeyPatch) -> None:
    keyring.kill()
    begun = time.monotonic()
    assert SecretStore().get(replace(ACCOUNT, password_command=f"echo {CANARY}")) == Secret(CANARY)
    monkeypatch.setenv("MAILFLOW_PASSWORD_MY_INBOX", CANARY)
    assert SecretStore().get(ACCOUNT) == Secret(CANARY)
    assert time.monotonic() - begun < 60
